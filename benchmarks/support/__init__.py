"""What several benchmarks share: pools, tiers, rankings, leaderboards."""
