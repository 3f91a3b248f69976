"""The reader of captions: sentences, panels, named things and quantities."""
