"""The `datasets` builder behind load_dataset("microvqa_pp")."""
