"""Figures of articles in the PubMed Central Open Access subset."""

from builder.sources.pmc_oa.remote import PmcOaService, is_remote
from builder.sources.pmc_oa.source import PmcOaSource

__all__ = ["PmcOaService", "PmcOaSource", "is_remote"]
