"""A pair contradicts its caption where it denies what the caption says in the same words."""

from __future__ import annotations

import re

from filtering.records import QA
from filtering.signals.grounding import is_grounded, passages
from filtering.text.captions import read_caption
from filtering.text.entities import find_entities
from filtering.text.words import ASKING, FRAMING, named_key

_DENIES = re.compile(r"\b(?:not|no|never|neither|nor|without|cannot|\w{2,6}n't)\b", re.IGNORECASE)
_ABSENT = re.compile(
    r"\b(?:not|no|non|never|neither|nor|none|without|cannot|\w{2,6}n't|absen\w+|lack\w*|fail\w*|free|"
    r"negative|un(?!i|der)\w+|loss|lost|devoid|miss\w+|exclu\w+|rather|instead|except|only|unlike|"
    r"inactive|deficien\w+|deplet\w+|knock\w*|null|rare\w*|hardly|barely)\b|-/-|−/−|⁻/⁻",
    re.IGNORECASE,
)
_VERDICT = re.compile(r"^\W*(?:yes|no)\b", re.IGNORECASE)
_ENOUGH = 0.6
_NEARLY = 0.75


def _claim(qa: QA) -> str:
    return qa.statement if qa.statement.strip() else f"{qa.question} {qa.answer}"


def _without_changes(text: str) -> str:
    """A text without its words of change, of which 'did not change' is one."""
    for entity in find_entities(text):
        if entity.type == "direction":
            text = text[: entity.start] + " " * (entity.end - entity.start) + text[entity.end :]
    return text


def is_denied(qa: QA) -> bool:
    """Whether the pair denies something that the caption says without denying anything.

    The sentences of the caption that share most with the claim are compared with it. False where
    the question itself speaks of an absence, and for a plain yes or no without statement.
    """
    claim = _claim(qa)
    if _VERDICT.match(qa.answer) and not qa.statement.strip():
        return False
    if _DENIES.search(_without_changes(qa.question)) or not _DENIES.search(_without_changes(claim)):
        return False
    changes = frozenset(named_key(e) for e in find_entities(claim) if e.type == "direction")
    found = passages(qa.caption, claim, changes | FRAMING)
    best = max((p.shared for p in found), default=0)
    close = [p for p in found if p.shared and p.shared >= _NEARLY * best]
    return bool(close) and not any(_ABSENT.search(p.text) for p in close)


def _about(qa: QA) -> list[str]:
    """Sentences of the caption that name what the answer names; all where it names nothing."""
    keys = {named_key(e) for e in find_entities(qa.answer) if e.type != "direction"}
    parts = [part.text for part in read_caption(qa.caption).parts]
    return [p for p in parts if keys & {named_key(e) for e in find_entities(p)}] if keys else parts


def contradicted_negation(qa: QA) -> str:
    """What the pair denies and a caption that denies nothing says; empty if there is none."""
    if not is_denied(qa) or any(_ABSENT.search(part) for part in _about(qa)):
        return ""
    claim = _claim(qa)
    if not all(is_grounded(e, qa.caption) for e in find_entities(claim)):
        return ""
    kept = FRAMING | ASKING
    told = max((p.coverage for p in passages(qa.caption, claim, kept)), default=0.0)
    if told < _ENOUGH:
        return ""
    denial = _DENIES.search(_without_changes(qa.answer)) or _DENIES.search(claim)
    word = denial.group() if denial else "not"
    said = qa.answer.strip().rstrip(".")
    said = said if _DENIES.search(said) else f"{word} {said}"
    return f"says {said}, the caption says so without {word}"
