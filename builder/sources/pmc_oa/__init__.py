"""Figures of articles in the PubMed Central Open Access subset."""

from builder.sources.pmc_oa.places import is_remote
from builder.sources.pmc_oa.source import PmcOaSource

__all__ = ["PmcOaSource", "is_remote"]
