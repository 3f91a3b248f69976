"""Score models on multiple-choice questions: what they answered, and how sure the numbers are."""

from scoring.answers.extraction import extract
from scoring.items import BadInput, Items, align, read_items
from scoring.metrics.accuracy import Scores, score
from scoring.metrics.bias import (
    Circular,
    LengthBias,
    PositionBias,
    circular,
    length_bias,
    position_bias,
)
from scoring.metrics.comparison import Comparison, compare
from scoring.metrics.intervals import IntervalEstimate
from scoring.records import STATUSES, VERSION, Extraction, LabelStyle, Status

__all__ = [
    "STATUSES",
    "VERSION",
    "BadInput",
    "Circular",
    "Comparison",
    "Extraction",
    "IntervalEstimate",
    "Items",
    "LabelStyle",
    "LengthBias",
    "PositionBias",
    "Scores",
    "Status",
    "align",
    "circular",
    "compare",
    "extract",
    "length_bias",
    "position_bias",
    "read_items",
    "score",
]
