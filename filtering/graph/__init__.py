"""HiCQA-Graph: edges, model, training, and the scorer that uses it."""
