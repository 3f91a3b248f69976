"""Keeping questions out that a given benchmark already asks, or whose figure it already shows."""

from builder.decontamination.benchmark import Benchmark, BenchmarkRow
from builder.decontamination.matching import Match, Matcher, find_matches
from builder.decontamination.pairs import write_pairs

__all__ = ["Benchmark", "BenchmarkRow", "Match", "Matcher", "find_matches", "write_pairs"]
