"""Which of the things that a pair names the caption names too, and where it speaks of them."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from filtering.records import QA
from filtering.text.captions import read_caption
from filtering.text.entities import Entity, find_entities
from filtering.text.panels import list_named_panels
from filtering.text.vocabulary import read_names, split_tokens, unify
from filtering.text.words import ASKING, FRAMING, content, named_key, plain_words

_OPEN = re.compile(
    r"\b(?:would|could|should|might|may|can|propos\w*|hypothe\w*|predict\w*|expect\w*|if|suppos\w*|"
    r"experiment|suggest\w*|design|follow-up|alternative\w*|future|next|test whether|assuming|"
    r"investigate|infer\w*|imply|implies|likely|potential\w*|instead|other than|typical\w*|usually|"
    r"generally|commonly)\b",
    re.IGNORECASE,
)
_CLAIMED = re.compile(
    r"\b(?:which|what)\b[^?.]{0,40}\bhypothes[ie]s\b[^?.]{0,60}\b(?:do|does|is|are|did|can)\b"
    r"[^?.]{0,60}\bsupport\w*|\bhypothes[ie]s\b[^?.]{0,30}\b(?:figure|image|panels?|caption)\b[^?.]{0,30}"
    r"\bsupports?\b",
    re.IGNORECASE,
)

DENIES = re.compile(r"\b(?:not|no|never|neither|nor|without|cannot|\w{2,6}n't)\b", re.IGNORECASE)
ABSENT = re.compile(
    r"\b(?:not|no|non|never|neither|nor|none|without|cannot|\w{2,6}n't|absen\w+|lack\w*|fail\w*|free|"
    r"negative|un(?!i|der)\w+|loss|lost|devoid|miss\w+|exclu\w+|rather|instead|except|only|unlike|"
    r"inactive|deficien\w+|deplet\w+|knock\w*|null|rare\w*|hardly|barely)\b|-/-|−/−|⁻/⁻",
    re.IGNORECASE,
)
_VERDICT = re.compile(r"^\W*(?:yes|no)\b", re.IGNORECASE)
_NEARLY = 0.75


class Passage(NamedTuple):
    """A sentence or panel description of the caption, and how well it matches a text.

    `panels` are those that its label names. `shared` counts the content words in common,
    `coverage` is their share of the text's and `told` of the passage's, 0-1.
    """

    text: str
    panels: frozenset[str]
    shared: int
    coverage: float
    told: float


def is_open(question: str) -> bool:
    """Whether a question asks beyond the figure, so that an answer may name what is not there.

    Which hypothesis a figure supports is asked of the figure.
    """
    return _OPEN.search(_CLAIMED.sub(" ", question)) is not None


def match_passages(caption: str, text: str, besides: frozenset[str] = frozenset()) -> list[Passage]:
    """Sentences of the caption with their match to a text, whose words `besides` do not count."""
    said = content(text) - besides - ASKING
    found = []
    for part in read_caption(caption).parts:
        there = content(part.text) - ASKING
        shared = len(said & there)
        coverage, told = (shared / len(s) if s else 0.0 for s in (said, there))
        found.append(Passage(part.text, part.panels, shared, coverage, told))
    return found


def find_best_passages(
    caption: str, text: str, besides: frozenset[str] = frozenset()
) -> list[Passage]:
    """The sentences that match best, if they share at least half of the text's content words.

    Where the text names a panel that has sentences of its own, only these count.
    """
    found = match_passages(caption, text, besides)
    asked = list_named_panels(text)
    own = [p for p in found if asked & p.panels]
    best = max((p.shared for p in own or found), default=0)
    return [p for p in own or found if p.shared == best > 0 and p.coverage >= 0.5]


@cache
def _read_related() -> dict[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for hub, names in read_names("related").items():
        for name in names:
            related.setdefault(name, set()).update({*names, hub})
    return {name: frozenset(others) for name, others in related.items()}


@lru_cache(maxsize=4096)
def are_compatible(one: str, other: str) -> bool:
    """Whether two names of a type can both be right: one is the other, a part or a kind of it."""
    if other in _read_related().get(one, ()):
        return True
    first = {t.folded for t in split_tokens(unify(one))}
    second = {t.folded for t in split_tokens(unify(other))}
    return first <= second or second <= first


def is_grounded(entity: Entity, caption: str) -> bool:
    """Whether the caption names the thing, in any of its spellings or in the same words."""
    if named_key(entity) in {named_key(e) for e in find_entities(caption)}:
        return True
    words = plain_words(entity.text)
    return bool(words) and words <= plain_words(caption)


def find_ungrounded(text: str, caption: str) -> list[Entity]:
    """What a text names and the caption does not."""
    return [e for e in find_entities(text) if not is_grounded(e, caption)]


def make_claim_text(qa: QA) -> str:
    """What the pair claims: its statement, or question and answer in a row."""
    return qa.statement if qa.statement.strip() else f"{qa.question} {qa.answer}"


def blank_changes(text: str) -> str:
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
    claim = make_claim_text(qa)
    if _VERDICT.match(qa.answer) and not qa.statement.strip():
        return False
    if DENIES.search(blank_changes(qa.question)) or not DENIES.search(blank_changes(claim)):
        return False
    changes = frozenset(named_key(e) for e in find_entities(claim) if e.type == "direction")
    found = match_passages(qa.caption, claim, changes | FRAMING)
    best = max((p.shared for p in found), default=0)
    close = [p for p in found if p.shared and p.shared >= _NEARLY * best]
    return bool(close) and not any(ABSENT.search(p.text) for p in close)
