"""Questions as chat messages, and the fine-tuning of a model on them."""
