"""Figures of BIOMEDICA's WebDataset shards."""

from builder.sources.biomedica.source import BiomedicaSource

__all__ = ["BiomedicaSource"]
