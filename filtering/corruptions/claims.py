"""Families that turn a claim around: the direction of a change, a negation."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from filtering.corruptions.donors import DonorPool
from filtering.corruptions.editing import Edit, QAItem, edit_answer, edit_question, replace_answer
from filtering.text.entities import find_entities

_PAIRS = (
    ("increase", "decrease"), ("increases", "decreases"), ("increased", "decreased"),
    ("increasing", "decreasing"), ("elevates", "reduces"), ("elevated", "reduced"),
    ("elevate", "reduce"), ("raises", "lowers"), ("raised", "lowered"),
    ("higher", "lower"), ("greater", "smaller"), ("larger", "smaller"), ("longer", "shorter"),
    ("brighter", "dimmer"), ("stronger", "weaker"), ("thicker", "thinner"), ("more", "fewer"),
    ("upregulated", "downregulated"), ("upregulates", "downregulates"),
    ("upregulation", "downregulation"), ("enhances", "suppresses"), ("enhanced", "suppressed"),
    ("enhance", "suppress"), ("promotes", "inhibits"), ("promote", "inhibit"),
    ("stimulates", "inhibits"), ("promoted", "inhibited"), ("enlarged", "shrunken"),
    ("rises", "falls"), ("rose", "fell"), ("gain of", "loss of"), ("elevation", "reduction"),
    ("rise", "drop"), ("boosts", "diminishes"), ("faster", "slower"), ("enrichment", "depletion"),
    ("augments", "attenuates"), ("doubled", "halved"), ("upward", "downward"),
)  # fmt: skip
_TURNED = {b: a for a, b in reversed(_PAIRS)} | dict(reversed(_PAIRS))
_SAME = {
    "does not change": ("increases", "decreases"),
    "do not change": ("increase", "decrease"),
    "did not change": ("increased", "decreased"),
    "was not changed": ("was increased", "was decreased"),
    "does not affect": ("increases", "decreases"),
    "unchanged": ("increased", "decreased"),
    "unaltered": ("increased", "decreased"),
    "unaffected": ("increased", "decreased"),
    "comparable": ("increased", "decreased"),
    "has no effect on": ("increases", "decreases"),
    "had no effect on": ("increased", "decreased"),
    "no change": ("an increase", "a decrease"),
}
_OPPOSITE = {"increase": "decrease", "decrease": "increase"}
_FINITE = re.compile(r"\b(?:is|are|was|were|has been|have been|can|could|will|should|must)\b", re.I)
_VERBS = re.compile(
    r"\b(?P<verb>localises|localizes|shows|detects|contains|expresses|carries|adheres|represents|"
    r"marks|labels|stains|increases|decreases|reduces|elevates|raises|lowers|supports|has)\b"
)
_PAST = re.compile(r"\b(?:localised|showed|detected|contained|expressed|lasted|represented)\b")
_NEGATION = re.compile(
    r"\b(?P<aux>is|are|was|were|does|do|did|has|have|can|could|will|should|must) not\b\s?|\bnot\s",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\bwithout\b", re.IGNORECASE)
_YES_NO = re.compile(r"^\s*(yes|no)\b", re.IGNORECASE)


def flip_direction(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """An increase becomes a decrease, a decrease an increase, no change either of them."""
    known = {e.value for e in find_entities(item.qa.caption) if e.type == "direction"}
    for edit, text in ((edit_answer, item.qa.answer), (edit_question, item.qa.question)):
        for entity in (e for e in find_entities(text) if e.type == "direction"):
            written = " ".join(entity.text.lower().split())
            new = dice.choice(_SAME[written]) if written in _SAME else _TURNED.get(written)
            # It is false where the caption has the old direction and only that one.
            truth = False if known == {entity.value} else None
            if new is not None and (change := edit(item, entity, new, truth)):
                return change
    return None


def _insert_negation(text: str, answer: str = "") -> tuple[str, str, str] | None:
    """A sentence with its verb negated, and the verb before and after.

    The verb is the last one before the answer, else the first one after it.
    """
    place = text.lower().find(answer.lower()) if answer else 0
    verbs = sorted([*_FINITE.finditer(text), *_VERBS.finditer(text)], key=lambda m: m.start())
    before = [verb for verb in verbs if verb.end() <= place]
    if not verbs:
        return None
    verb = before[-1] if before else verbs[0]
    written = verb.group()
    base = "have" if written == "has" else written.removesuffix("s")
    after = f"{written} not" if _FINITE.fullmatch(written) else f"does not {base}"
    return text[: verb.start()] + after + text[verb.end() :], written, after


def _remove_negation(text: str) -> tuple[str, str, str] | None:
    """A sentence with its first negation taken out, and the piece before and after."""
    if match := _WITHOUT.search(text):
        return text[: match.start()] + "with" + text[match.end() :], match.group(), "with"
    match = _NEGATION.search(text)
    if match is None:
        return None
    kept = f"{match['aux']} " if match["aux"] and match["aux"].lower() not in _DO else ""
    return text[: match.start()] + kept + text[match.end() :], match.group().strip(), kept.strip()


_DO = ("does", "do", "did")


def _turn_verdict(item: QAItem) -> Edit | None:
    verdict = _YES_NO.match(item.qa.answer)
    if verdict is None:
        return None
    new = {"yes": "No", "no": "Yes"}[verdict[1].lower()]
    answer = item.qa.answer[: verdict.start(1)] + new + item.qa.answer[verdict.end(1) :]
    turned = _remove_negation(item.qa.statement) or _insert_negation(item.qa.statement)
    if item.qa.statement.strip() and turned is None:
        return None
    statement = turned[0] if turned else item.qa.statement
    changed = QAItem(replace(item.qa, answer=answer, statement=statement), item.image)
    return Edit(changed, verdict[1], new, "negation", False)


def negate(item: QAItem, pool: DonorPool, dice: Random) -> Edit | None:
    """The pair denies what it affirmed, or affirms what it denied; false if it was true before."""
    if _YES_NO.match(item.qa.answer):
        return _turn_verdict(item)
    answer = item.qa.answer.strip()
    if not answer:
        return None
    if (turned := _remove_negation(answer)) and (changed := replace_answer(item, turned[0])):
        return Edit(changed, turned[1], turned[2], "negation", False)
    if _VERBS.search(answer):
        turned = _insert_negation(answer)
        changed = replace_answer(item, turned[0]) if turned else None
        return (
            Edit(changed, turned[1], turned[2], "negation", False) if turned and changed else None
        )
    statement = item.qa.statement
    turned = (
        _insert_negation(statement, answer.rstrip("."))
        if statement.strip()
        else (statement, "", "")
    )
    if turned is None:
        return None
    denied = replace(item.qa, answer=f"not {answer}", statement=turned[0])
    return Edit(QAItem(denied, item.image), "", "not", "negation", False)
