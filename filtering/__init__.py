"""Stage 2: decide which question-answer pairs are consistent with their figure and caption."""

from filtering.decide import Threshold, choose_threshold, decide_pairs
from filtering.gate import find_contradiction
from filtering.records import QA, Decision, Signals
from filtering.text.captions import Caption, read_caption
from filtering.text.entities import Entity, EntityType, find_entities
from filtering.text.vocabulary import read_vocabulary
from filtering.text_signals import compute_signals

__all__ = [
    "QA",
    "Caption",
    "Decision",
    "Entity",
    "EntityType",
    "Signals",
    "Threshold",
    "choose_threshold",
    "compute_signals",
    "decide_pairs",
    "find_contradiction",
    "find_entities",
    "read_caption",
    "read_vocabulary",
]
