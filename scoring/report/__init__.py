"""Reports of benchmark runs: evidence, numbers, table, plots, logs, and the leaderboard."""
