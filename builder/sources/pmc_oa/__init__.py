"""Figures of articles in the PubMed Central Open Access subset."""

from builder.sources.pmc_oa.source import PmcOaService, PmcOaSource, is_remote

__all__ = ["PmcOaService", "PmcOaSource", "is_remote"]
