"""A pair contradicts its caption where it turns a claim around: a change, a presence, a denial."""

from __future__ import annotations

import re

from filtering.records import QA
from filtering.signals.grounding import (
    ABSENT,
    DENIES,
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


def _make_claim(qa: QA) -> str:
    """What the pair asserts, as a text; empty where a plain 'no' denies the question."""
    verdict = _YES_NO.match(qa.answer)
    if verdict and verdict[1].lower() == "no":
        return ""
    if verdict:
        return qa.statement or qa.question
    return qa.statement or f"{qa.question} {qa.answer}"


def _find_directions(text: str) -> list[Entity]:
    return [e for e in find_entities(text) if e.type == "direction"]


def _changes_reference(text: str) -> bool | None:
    """Whether the reference group is what changed; None where there is no reference.

    It is where it stands before the change and is not what the change is compared with.
    """
    plain = _AGAINST.sub(lambda match: " " * len(match.group()), text)
    reference = _REFERENCE.search(plain)
    change = next(iter(_find_directions(text)), None)
    return None if reference is None or change is None else reference.start() < change.start


def check_direction(qa: QA) -> str:
    """A change that the caption reports the other way round; empty if there is none."""
    # The claim is the answer alone where it says what changes, without what frames it.
    answered = _find_directions(qa.answer)
    is_whole = answered and len(content(qa.answer) - ASKING - _DIRECTIONS) >= _FEWEST_WORDS
    claim = qa.answer if is_whole else _make_claim(qa)
    directions = {e.value for e in answered or _find_directions(claim)}
    two_sided = _TWO_SIDED.search(claim) or _TWO_GROUPS.search(qa.question)
    if len(directions) != 1 or (two_sided and _changes_reference(claim) is None):
        return ""
    # A sentence that matches nearly as well as the best and reports the same change clears it.
    direction = next(iter(directions))
    passages = match_passages(qa.caption, claim, _DIRECTIONS)
    best = max((p.shared for p in passages), default=0)
    for passage in passages:
        values = {e.value for e in _find_directions(passage.text)}
        if direction in values and 4 * passage.shared >= 3 * best:
            return ""
    # The best one contradicts it: same subject, one other change, seen from the same group.
    for passage in passages:
        known = _find_directions(passage.text)
        if passage.shared < max(best, 2) or passage.coverage < _ENOUGH:
            continue
        if len({e.value for e in known}) != 1:
            continue
        one_sided = _COMPARED.search(claim) or _COMPARED.search(passage.text)
        if one_sided and bool(_changes_reference(claim)) != bool(_changes_reference(passage.text)):
            continue
        return f"says {direction}, the caption says {known[0].text}"
    return ""


def _find_polarities(key: str, text: str) -> set[int]:
    """-1 where the text says that a thing is absent, 1 where it says present, else 0."""
    polarities = set()
    for entity in (e for e in find_entities(text) if named_key(e) == key):
        before = text[max(0, entity.start - 40) : entity.start]
        after = text[entity.end : entity.end + 50]
        if _ABSENT_BEFORE.search(before) or _ABSENT_AFTER.search(after):
            polarities.add(-1)
        else:
            present = _PRESENT_BEFORE.search(before) or _PRESENT_AFTER.search(after)
            polarities.add(1 if present else 0)
    return polarities


def check_presence(qa: QA) -> str:
    """Something the pair calls present and the caption absent, or the other way round."""
    claim = _make_claim(qa)
    for entity in find_entities(claim)[:_MOST_CLAIMS]:
        key = named_key(entity)
        claimed = _find_polarities(key, claim)
        if len(claimed) != 1 or claimed == {0} or entity.type == "direction":
            continue
        about = [p for p in match_passages(qa.caption, claim) if p.coverage >= _HALF or p.told == 1]
        known = set().union(*(_find_polarities(key, p.text) for p in about))
        if known == {-next(iter(claimed))} and known == _find_polarities(key, qa.caption):
            words = {1: "present", -1: "absent"}
            there = words[next(iter(known))]
            return f"says {entity.text} is {words[-next(iter(known))]}, the caption says {there}"
    return ""


def check_negation(qa: QA) -> str:
    """What the pair denies and a caption that denies nothing says; empty if there is none."""
    if not is_denied(qa):
        return ""
    # No sentence may speak of an absence that names what the answer names, where it names any.
    keys = {named_key(e) for e in find_entities(qa.answer) if e.type != "direction"}
    for part in read_caption(qa.caption).parts:
        is_about = not keys or keys & {named_key(e) for e in find_entities(part.text)}
        if is_about and ABSENT.search(part.text):
            return ""
    # Apart from the denial the caption says what the pair says.
    claim = make_claim_text(qa)
    if not all(is_grounded(e, qa.caption) for e in find_entities(claim)):
        return ""
    passages = match_passages(qa.caption, claim, FRAMING | ASKING)
    if max((p.coverage for p in passages), default=0.0) < _ENOUGH:
        return ""
    denial = DENIES.search(blank_changes(qa.answer)) or DENIES.search(claim)
    word = denial.group() if denial else "not"
    answer = qa.answer.strip().rstrip(".")
    answer = answer if DENIES.search(answer) else f"{word} {answer}"
    return f"says {answer}, the caption says so without {word}"
