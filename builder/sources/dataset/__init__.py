"""Figures of any table that `datasets` opens."""

from builder.sources.dataset.source import DatasetSource

__all__ = ["DatasetSource"]
