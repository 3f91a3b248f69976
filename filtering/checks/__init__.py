"""What it takes for a pair to contradict its caption, one kind of claim per file."""
