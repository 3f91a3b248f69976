"""Stage 2: decide which question-answer pairs are consistent with their figure and caption."""

from filtering.contradiction import contradiction
from filtering.decide import Threshold, choose_threshold, decide
from filtering.entities import Entity, EntityType, find_entities, vocabulary
from filtering.records import QA, Decision, Signals
from filtering.sentences import sentences
from filtering.signals import compute_signals

__all__ = [
    "QA",
    "Decision",
    "Entity",
    "EntityType",
    "Signals",
    "Threshold",
    "choose_threshold",
    "compute_signals",
    "contradiction",
    "decide",
    "find_entities",
    "sentences",
    "vocabulary",
]
