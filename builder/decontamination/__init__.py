"""Keeping questions out that a given benchmark already asks, or whose figure it already shows."""

from builder.decontamination.benchmark import BenchmarkRow, BenchmarkTable
from builder.decontamination.matching import Match, Matcher, find_matches, write_pairs

__all__ = ["BenchmarkRow", "BenchmarkTable", "Match", "Matcher", "find_matches", "write_pairs"]
