"""The Gradio app: see every decision, try the filter, score a model, screen questions."""
