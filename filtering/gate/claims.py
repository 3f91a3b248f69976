"""A pair contradicts its caption where it turns a claim around: a change, a presence, a denial."""

from __future__ import annotations

import re

from filtering.records import QA
from filtering.signals.grounding import (
    ABSENT,
    DENIES,
    Passage,
    blank_changes,
    is_denied,
    is_grounded,
    make_claim_text,
    match_passages,
)
from filtering.text.captions import read_caption
from filtering.text.entities import Entity, find_entities
from filtering.text.words import ASKING, FRAMING, content, named_key

_DIRECTIONS = frozenset({"direction:increase", "direction:decrease", "direction:unchanged"})
_REFERENCE = re.compile(
    r"\b(?:controls?|untreated|vehicle|DMSO|wild[- ]type|WT|baseline|mock|sham|healthy|normal)\b",
    re.I,
)
_COMPARED = re.compile(
    r"\b(?:than|compared|relative to|versus|vs|unlike|whereas|while|but)\b", re.I
)
_TWO_SIDED = re.compile(
    r"\b(?:between|compared|in comparison|versus|vs|than|relative to|in (?:panel )?[A-Z]\b(?!\.))"
)
_TWO_GROUPS = re.compile(r"\b(?:between|compared|in comparison|versus|vs|than|relative to)\b")
_AGAINST = re.compile(
    r"\b(?:compared (?:with|to)|in comparison (?:with|to)|relative to|versus|vs\.?|than(?: in)?)\s"
    r"(?:(?:the|that|those|in|of|a|an)\s){0,3}[\w-]+",
    re.IGNORECASE,
)
_YES_NO = re.compile(r"^\W*(yes|no)\b", re.IGNORECASE)
_ABSENT_BEFORE = re.compile(
    r"\b(?:no|without|lack(?:s|ed|ing)?|lack of|(?:absence|loss) of|negative for|devoid of|not "
    r"(?:express|contain|show|stain)\w*(?: for| with)?)\s(?:(?:detectable|any|visible|clear)\s)?$",
    re.IGNORECASE,
)
_ABSENT_AFTER = re.compile(
    r"^(?:[-−–\s]negative\b|[-−–]null\b|(?:\s(?:staining|signal|expression|protein|labelling))?\s"
    r"(?:was|were|is|are)\s(?:not (?:detect|express|seen|visible|observ|present)\w*|absent|"
    r"undetectable|missing)|\s(?:staining|signal|expression)\sis\sabsent)",
    re.IGNORECASE,
)
_PRESENT_BEFORE = re.compile(
    r"\b(?:positive for|express(?:es|ed|ing)?|presence of|contain(?:s|ed|ing)?|stain(?:s|ed)? for)"
    r"\s(?:(?:strong|high|clear|abundant)\s)?$",
    re.IGNORECASE,
)
_PRESENT_AFTER = re.compile(
    r"^(?:[-−–\s]positive\b|[-−–]expressing\b|(?:\s(?:staining|signal|expression|protein))?\s"
    r"(?:was|were|is|are)\s(?:clearly |strongly )?(?:detected|expressed|present|visible|seen)\b)",
    re.IGNORECASE,
)
_ENOUGH = 0.6
_HALF = 0.5
_MOST_CLAIMS = 40
_FEWEST_WORDS = 3


def _claim(qa: QA) -> str:
    """What the pair asserts, as a text; empty where a plain 'no' denies the question."""
    verdict = _YES_NO.match(qa.answer)
    if verdict and verdict[1].lower() == "no":
        return ""
    if verdict:
        return qa.statement or qa.question
    return qa.statement or f"{qa.question} {qa.answer}"


def _said_directions(qa: QA, claim: str) -> set[str]:
    answered = {e.value for e in find_entities(qa.answer) if e.type == "direction"}
    return answered or {e.value for e in find_entities(claim) if e.type == "direction"}


def _refers_before(text: str) -> bool | None:
    """Whether the reference group is what changed; None where there is no reference.

    It is where it stands before the change and is not what the change is compared with.
    """
    plain = _AGAINST.sub(lambda found: " " * len(found.group()), text)
    reference = _REFERENCE.search(plain)
    change = next((e for e in find_entities(text) if e.type == "direction"), None)
    return None if reference is None or change is None else reference.start() < change.start


def _same_subject(passage: Passage) -> bool:
    return passage.shared >= 2 and passage.coverage >= _ENOUGH


def _change_claimed(qa: QA) -> str:
    """The claim of a change: the answer where it says of what, without what frames it."""
    is_change = any(e.type == "direction" for e in find_entities(qa.answer))
    if is_change and len(content(qa.answer) - ASKING - _DIRECTIONS) >= _FEWEST_WORDS:
        return qa.answer
    return _claim(qa)


def check_direction(qa: QA) -> str:
    """A change that the caption reports the other way round; empty if there is none."""
    claim = _change_claimed(qa)
    said = _said_directions(qa, claim)
    two_sided = _TWO_SIDED.search(claim) or _TWO_GROUPS.search(qa.question)
    if len(said) != 1 or (two_sided and _refers_before(claim) is None):
        return ""
    direction = next(iter(said))
    found = match_passages(qa.caption, claim, _DIRECTIONS)
    best = max((p.shared for p in found), default=0)
    for passage in found:
        values = {e.value for e in find_entities(passage.text) if e.type == "direction"}
        if direction in values and 4 * passage.shared >= 3 * best:
            return ""
    for passage in found:
        known = [e for e in find_entities(passage.text) if e.type == "direction"]
        if (
            passage.shared < best
            or len({e.value for e in known}) != 1
            or not _same_subject(passage)
        ):
            continue
        one_sided = _COMPARED.search(claim) or _COMPARED.search(passage.text)
        if one_sided and bool(_refers_before(claim)) != bool(_refers_before(passage.text)):
            continue
        return f"says {direction}, the caption says {known[0].text}"
    return ""


def _polarity(entity: Entity, text: str) -> int:
    """-1 where the text says that the thing is absent, 1 where it says present, else 0."""
    before, after = (
        text[max(0, entity.start - 40) : entity.start],
        text[entity.end : entity.end + 50],
    )
    if _ABSENT_BEFORE.search(before) or _ABSENT_AFTER.search(after):
        return -1
    return int(bool(_PRESENT_BEFORE.search(before) or _PRESENT_AFTER.search(after)))


def _polarities(key: str, text: str) -> set[int]:
    return {_polarity(e, text) for e in find_entities(text) if named_key(e) == key}


def check_presence(qa: QA) -> str:
    """Something the pair calls present and the caption absent, or the other way round."""
    claim = _claim(qa)
    for entity in find_entities(claim)[:_MOST_CLAIMS]:
        key = named_key(entity)
        said = _polarities(key, claim)
        if len(said) != 1 or said == {0} or entity.type == "direction":
            continue
        about = [p for p in match_passages(qa.caption, claim) if p.coverage >= _HALF or p.told == 1]
        known = set().union(*(_polarities(key, p.text) for p in about))
        if known == {-next(iter(said))} and known == _polarities(key, qa.caption):
            words = {1: "present", -1: "absent"}
            there = words[next(iter(known))]
            return f"says {entity.text} is {words[-next(iter(known))]}, the caption says {there}"
    return ""


def _about(qa: QA) -> list[str]:
    """Sentences of the caption that name what the answer names; all where it names nothing."""
    keys = {named_key(e) for e in find_entities(qa.answer) if e.type != "direction"}
    parts = [part.text for part in read_caption(qa.caption).parts]
    return [p for p in parts if keys & {named_key(e) for e in find_entities(p)}] if keys else parts


def check_negation(qa: QA) -> str:
    """What the pair denies and a caption that denies nothing says; empty if there is none."""
    if not is_denied(qa) or any(ABSENT.search(part) for part in _about(qa)):
        return ""
    claim = make_claim_text(qa)
    if not all(is_grounded(e, qa.caption) for e in find_entities(claim)):
        return ""
    kept = FRAMING | ASKING
    told = max((p.coverage for p in match_passages(qa.caption, claim, kept)), default=0.0)
    if told < _ENOUGH:
        return ""
    denial = DENIES.search(blank_changes(qa.answer)) or DENIES.search(claim)
    word = denial.group() if denial else "not"
    said = qa.answer.strip().rstrip(".")
    said = said if DENIES.search(said) else f"{word} {said}"
    return f"says {said}, the caption says so without {word}"
