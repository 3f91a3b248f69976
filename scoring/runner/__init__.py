"""Running a benchmark: a dataset, a model, and what it answered."""

from scoring.runner.benchmark import Benchmark, Incomplete, Settings, run_benchmark
from scoring.runner.dataset import Dataset, open_dataset

__all__ = ["Benchmark", "Dataset", "Incomplete", "Settings", "open_dataset", "run_benchmark"]
