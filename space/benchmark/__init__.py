"""The tab that scores models."""
