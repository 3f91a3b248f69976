"""Running a benchmark: a dataset, a model, and what it answered."""

from scoring.runner.benchmark import BenchmarkRun, BenchmarkSettings, Incomplete, run_benchmark
from scoring.runner.dataset import Dataset, open_dataset

__all__ = [
    "BenchmarkRun",
    "BenchmarkSettings",
    "Dataset",
    "Incomplete",
    "open_dataset",
    "run_benchmark",
]
