"""A pair contradicts its caption where it states another value of the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise, permutations

from filtering.records import QA
from filtering.signals.grounding import find_best_passages, find_ungrounded
from filtering.text.captions import read_caption
from filtering.text.entities import Entity, find_entities
from filtering.text.vocabulary import unify
from filtering.text.words import named_key, plain_words, stem

_MEASURES = frozenset(
    {"length", "count", "percent", "fold", "concentration", "duration", "temperature"}
    | {"magnification", "dilution"}
)
_DERIVED = re.compile(
    r"\b(?:difference|differ|ratio|total|sum|together|combined|both|altogether|overall|"
    r"how much (?:more|less|larger|smaller|longer)|remaining|fraction|between)\b",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\bmeans?\b|\baverage|±", re.IGNORECASE)
_HEDGED = re.compile(
    r"(?:[<>≤≥~≈∼]|\b(?:about|around|approximately|roughly|nearly|almost|over|under|above|below|"
    r"more than|less than|fewer than|greater than|at least|at most|up to|within|circa|ca\.|"
    r"exceed\w*))\s?$",
    re.IGNORECASE,
)
_TREATED = re.compile(
    r"\b(?:treat|expos|incubat|stimulat|administ|appl[iy]|dose|dosage|concentration of the)\w*",
    re.I,
)
_HOW_MANY = re.compile(r"\bhow many\b((?:\s[\w+-]+){1,4})", re.IGNORECASE)
_PERCENTAGE = re.compile(r"\bwhat (?:percentage|percent|share|proportion)\b", re.IGNORECASE)
_AGE = re.compile(r"\b(?:age|aged|ages|old)\b|-old\b", re.IGNORECASE)
_SAMPLED = re.compile(
    r"\b(?:analy[sz]|quantif|scor|measur|assess|evaluat|examin|sampl|count)\w*|\bper\b|"
    r"\b(?:from|in) (?:at least )?\w+ (?:independent|experiments)|\bn\s?=",
    re.IGNORECASE,
)
_DIMENSIONS = {
    "scale bar": r"\b(?:scale )?bars?\b",
    "thickness": r"\bthick|\bsections?\b",
    "diameter": r"\bdiameter|\bwide\b|\bwidth",
    "extent": r"\blength|\blong\b|\bheight|\btall\b|\bdepth|\bdistance",
    "size": r"\bsizes?\b",
}
_NEAR = 45
_TOO_MANY = 24
_MOST_CLAIMS = 40


def _find_dimension(text: str) -> str:
    return next((n for n, p in _DIMENSIONS.items() if re.search(p, text, re.IGNORECASE)), "")


def _find_own_dimension(entity: Entity, text: str) -> str:
    """What a length is the length of, by the words nearest to it."""
    before = re.split(r"[.;]\s", text[max(0, entity.start - _NEAR) : entity.start])[-1]
    after = re.split(r"[.;,)]", text[entity.end : entity.end + 25])[0]
    return _find_dimension(before) or _find_dimension(after)


def _name_family(entity: Entity) -> str:
    """Two quantities can be compared when this agrees."""
    if entity.type == "count":
        return f"count {entity.noun}"
    if entity.type == "concentration":
        return entity.value.split(" ")[-1]
    return entity.type


def _list_claims(qa: QA) -> Iterator[tuple[Entity, str]]:
    """Quantities that the pair states, each with the text that it stands in.

    A bare number takes its noun from the question ('How many cells ...?' 'Twelve').
    """
    answer = qa.answer.strip().rstrip(".")
    asked = _HOW_MANY.search(qa.question)
    if asked and re.fullmatch(r"[\w,.-]+(?: [a-z]+)?", answer):
        completed = f"{answer}{asked[1]}"
        for entity in find_entities(completed):
            if entity.type == "count" and entity.start == 0:
                yield entity, completed
                break
    elif _PERCENTAGE.search(qa.question) and re.fullmatch(r"\d+(?:\.\d+)?", answer):
        yield from ((e, f"{answer}%") for e in find_entities(f"{answer}%"))
    for text in (qa.answer, qa.question):
        yield from ((e, text) for e in find_entities(text) if e.type in _MEASURES)


def _is_close(one: float, other: float) -> bool:
    return abs(one - other) <= 0.015 * max(abs(one), abs(other))


def _list_values(caption: str, kind: str) -> list[float]:
    values = dict.fromkeys(e.number for e in find_entities(caption) if _name_family(e) == kind)
    return [v for v in values if v is not None][:_TOO_MANY]


def _is_derivable(entity: Entity, caption: str) -> bool:
    """Whether the number follows from those of the caption ('12 of 21' gives 57%)."""
    if entity.type not in ("count", "percent", "fold"):
        return False
    percents = _list_values(caption, "percent")
    nouns = dict.fromkeys(_name_family(e) for e in find_entities(caption) if e.type == "count")
    pairs = [p for noun in nouns for p in permutations(_list_values(caption, noun), 2)]
    derived: list[float] = []
    if entity.type == "count":
        derived += (a - b for a, b in pairs)
    if entity.type == "percent":
        derived += (100 - p for p in percents)
        derived += (100 * (f - 1) for f in _list_values(caption, "fold"))
        derived += (100 * a / b for a, b in pairs if b)
        derived += (100 * abs(a - b) / b for a, b in pairs if b)
    if entity.type == "fold":
        derived += (1 + p / 100 for p in percents)
        derived += (a / b for a, b in [*pairs, *permutations(percents, 2)] if b)
    number = entity.number or 0.0
    return any(_is_close(number, v) or (v != 0 and round(v) == number) for v in derived)


def _find_passages(entity: Entity, dimension: str, qa: QA) -> list[str]:
    """Parts of the caption that speak of what the quantity is a quantity of."""
    if dimension == "scale bar":
        return [qa.caption]
    family = _name_family(entity)
    besides = frozenset({named_key(entity)}) | plain_words(entity.text) - {stem(entity.noun or "")}
    claim = f"{qa.question} {qa.answer}"
    passages = [p.text for p in find_best_passages(qa.caption, claim, besides)]
    if any(_name_family(e) == family for part in passages for e in find_entities(part)):
        return passages
    # Else the sentence with the one dose or duration of the caption, if the question asks for it.
    same = {e.value for e in find_entities(qa.caption) if _name_family(e) == family}
    is_asked = entity.type in ("concentration", "duration") and _TREATED.search(qa.question)
    if len(same) != 1 or not is_asked or find_ungrounded(qa.question, qa.caption):
        return []
    parts = {part.text: find_entities(part.text) for part in read_caption(qa.caption).parts}
    return [
        text
        for text, things in parts.items()
        if same & {e.value for e in things} and any(e.type == "treatment" for e in things)
    ]


def _is_age(entity: Entity, text: str, question: str = "") -> bool:
    near = text[max(0, entity.start - 15) : entity.end + 10]
    return bool(_AGE.search(f"{near} {question}"))


def _is_sample_size(entity: Entity, text: str) -> bool:
    """Whether a count says how much was analysed, not what a picture shows."""
    before, after = text[max(0, entity.start - 25) : entity.start], text[entity.end :][:45]
    return bool(re.search(r"\bn\s?[=≥>]\s?$", before, re.IGNORECASE) or _SAMPLED.search(after))


def _find_rivals(entity: Entity, said_in: str, qa: QA) -> list[str]:
    """Other values of the same thing where the caption speaks of it, as written."""
    dimension = _find_own_dimension(entity, said_in) or _find_dimension(qa.question)
    sampled = bool(_SAMPLED.search(qa.question)) or _is_sample_size(entity, said_in)
    number, rivals = entity.number, list[str]()
    for part in _find_passages(entity, dimension, qa):
        same = [e for e in find_entities(part) if _name_family(e) == _name_family(entity)]
        if entity.type == "length":
            # Of the same dimension, or the only length of which the text does not say of what.
            known = {e: _find_own_dimension(e, part) for e in same}
            same = [e for e, d in known.items() if d == dimension]
            unknown = [e for e, d in known.items() if not d]
            if not same and len(unknown) == 1 and dimension in ("extent", "diameter", "size", ""):
                same = unknown
        if entity.type == "duration":
            same = [e for e in same if _is_age(e, part) == _is_age(entity, said_in, qa.question)]
        if entity.type == "count" and not sampled:
            same = [e for e in same if not _is_sample_size(e, part)]
        # A number within a range that the caption states ('5-10 µm') is no other value.
        for low, high in pairwise(same):
            ends = sorted((low.number or 0, high.number or 0))
            joined = part[low.end : high.start].strip() in ("-", "–", "−", "to", "and")
            if joined and number is not None and ends[0] <= number <= ends[1]:
                return []
        rivals += [e.text for e in same]
    return list(dict.fromkeys(rivals))


def _is_in_caption(entity: Entity, said_in: str, qa: QA) -> bool:
    """Whether the caption has the number as a value of the same thing, or of nothing certain.

    A scale bar is not told by a length that the caption gives for something else, nor is a
    count by one of other things where the caption counts these too.
    """
    bar = "scale bar" in (_find_own_dimension(entity, said_in), _find_dimension(qa.question))
    there = find_entities(qa.caption)
    is_counted = any(e.noun == entity.noun for e in there)
    for other in there:
        same = other.type == entity.type or "number" in (other.type, entity.type)
        if other.number is None or not same or not _is_close(entity.number or 0.0, other.number):
            continue
        one, two = (set((e.noun or "").split()) for e in (entity, other))
        if is_counted and not one <= two and not two <= one:
            continue
        if not bar or _find_own_dimension(other, qa.caption) in ("scale bar", ""):
            return True
    return False


def check_number(qa: QA) -> str:
    """A quantity of the pair for which the caption gives another value; empty if there is none.

    A value that the caption gives for a thing of that kind, or that follows from its numbers, is
    no contradiction.
    """
    # The question may ask for a value that is worked out from several others.
    averaged = _AVERAGE.search(qa.question) and not _AVERAGE.search(qa.caption)
    if averaged or _DERIVED.search(qa.question):
        return ""
    for entity, text in islice(_list_claims(qa), _MOST_CLAIMS):
        hedged = _HEDGED.search(unify(text[max(0, entity.start - 20) : entity.start]))
        if entity.number is None or hedged or _is_in_caption(entity, text, qa):
            continue
        rivals = [] if _is_derivable(entity, qa.caption) else _find_rivals(entity, text, qa)
        if rivals:
            return f"says {entity.text}, the caption says {' and '.join(rivals[:3])}"
    return ""
