"""Other harnesses with the extractor of this package."""
