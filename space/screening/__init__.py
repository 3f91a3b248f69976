"""The tab in which people screen questions."""
