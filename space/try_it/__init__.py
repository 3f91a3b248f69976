"""The tab that judges a pair or a table of a visitor."""
