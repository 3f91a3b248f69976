"""Step 3, continued: the option that a reply without a firm statement speaks of."""

from __future__ import annotations

import re
from itertools import pairwise

from scoring.answers import cues
from scoring.answers.option_text import Mention, tokens
from scoring.answers.statements import Question
from scoring.records import Reading, Statement, Strength

_FEWEST_WORDS = 15
_MANY = 200
_FEW_WORDS = 40
_LONGEST_READ = 3000
_LONGEST_LINE = 700
_CONCLUDES = re.compile(
    r"\b(?:therefore|thus|hence|so|conclu\w+|overall|answer|suggest\w*|indicat\w+|consistent|"
    r"best|must|is|are|was|shows?|fits?|match\w*)\b"
)
_KEYWORD = re.compile(r"\b(?:option|choice)\s[(\[]?(?P<label>[a-z]|\d{1,2})\b[)\]]?")
_STRONG = re.compile(
    r"\b(?:therefore|thus|hence|so|conclu\w+|suggest\w*|indicat\w+|consistent|best|must|likely"
    r"|answer|correct)\b"
)
_ASKED = re.compile(r"\?\s+(?=[^?]*$)")
_LONE_LETTER = re.compile(r"(?<![\w'-])(?P<label>[A-Z])[)\].\s]*$")
_IDENTIFIES = re.compile(
    r"\b(?:this|these|they|it|images?|figure|micrograph|structures?|cells?|organelles?|arrow\w*"
    r"|pattern|stain\w*|technique|tissue|features?|tumou?r|lesion|signal|labell?ed|shown)\b"
    r"[^.!?\n]{0,80}?\b(?:is|are|shows?|represents?|depicts?|identif\w+(?: \w+){0,3}? as"
    r"|consistent with|characteristic of|typical of|indicative of|corresponds? to)"
    r"(?: (?:a|an|the|most|likely|clearly|probably|indeed|case|of|to|be))*+ ?$"
    r"|\b(?:favou?rs?|supports?|indicates?|suggests?|confirms?|points? to|diagnostic of)"
    r"(?: an?| the)? ?$"
)


_IF = re.compile(r"\s*(?:if|when) [^,.?!\n]*,(?=[^.?!\n]*[.!]?\Z)")
_VALUE = re.compile(
    r"(?:[=≈→]|\b(?:so|total|sum|count|number|there(?:'s| is| are)|gives?|giving|makes|making"
    r"|yields?"
    r"|equals?|is|are|get|of|about|approximately|around))\s*$"
)


def valued(question: Question) -> Statement | None:
    """The number that ends the reply, after a sign or word of equality: '... = 55°.'"""
    text = question.text.rstrip(" .)!'")
    start = question.sentence_start(len(text))
    found = tokens(text, start)
    closing = [m for m in question.texts.mentions(found) if m.last == len(found)]
    if len(closing) != 1 or closing[0].negated:
        return None
    first = found[closing[0].first]
    said = first.word[0].isdigit() and _VALUE.search(question.lower, start, first.start)
    clause = max(start, question.text.rfind(", ", start, first.start))
    if not said or cues.OPEN_WORDS.search(question.lower, clause, len(text)):
        return None
    reading = Reading("answered", first.start, len(text), closing[0].option)
    return Statement(reading, Strength.MENTION, "value")


def undecided(question: Question) -> Statement | None:
    """Two options joined by 'or' in a short reply."""
    if len(question.text) > _LONGEST_LINE:
        return None
    found = question.tokens
    named = [m for m in question.texts.mentions(found) if not m.negated]
    for before, after in pairwise(named):
        joined = [token.word for token in found[before.last : after.first]]
        if before.option != after.option and joined == ["or"]:
            reading = Reading("ambiguous", found[before.first].start, found[after.last - 1].end)
            return Statement(reading, Strength.MENTION, "mention")
    return None


def identified(question: Question) -> Statement | None:
    """The one option that the reply says the image shows."""
    if len(question.text) > _LONGEST_READ:
        return None
    found = question.tokens
    named = [m for m in question.texts.mentions(found) if not m.negated]
    said: dict[int, Mention] = {}
    for mention in named:
        place = found[mention.first].start
        start = question.sentence_start(place)
        end = question.sentence_end(found[mention.last - 1].end)
        if not _IDENTIFIES.search(question.lower[start:place]):
            continue
        if cues.OPEN_WORDS.search(question.lower, start, end):
            continue
        beside = {m.option for m in named if start <= found[m.first].start < end}
        if len(beside) > 1:
            return None
        said[mention.option] = mention
    if len(said) != 1:
        return None
    option, mention = said.popitem()
    place, end = found[mention.first].start, found[mention.last - 1].end
    if _disputed(question, option, end):
        return None
    return Statement(Reading("answered", place, end, option), Strength.MENTION, "identified")


def _disputed(question: Question, option: int, end: int) -> bool:
    """Whether the reply ends, after the option's text, in the letter of another option."""
    letter = _LONE_LETTER.search(question.text, end)
    if letter is None or question.texts.plain[option].endswith(f" {letter['label'].lower()}"):
        return False
    return question.labels.index(letter["label"])[1] != option


def _others(question: Question, option: int) -> bool:
    """Whether the reply speaks of another option, too."""
    named = question.texts.mentions(question.tokens)
    return any(m.option != option and not m.negated for m in named)


def mentioned(question: Question) -> Statement | None:
    """The one option that a short reply, or the last sentence of a long one, speaks of."""
    text = question.text.rstrip()
    start = len(text) - len(text.lstrip())
    asked = _ASKED.search(text)
    start = asked.end() if asked else start
    supposed = _IF.match(question.lower, start)
    start = supposed.end() if supposed else start
    words = len(text[start : start + _LONGEST_LINE].split())
    whole = start
    if words > _FEWEST_WORDS:
        start = max(0, question.sentence_start(len(text) - 1))
        said = _CONCLUDES.search(question.lower, start) and text[-1:] in ".!)'"
        if start > whole and words > _FEW_WORDS and not said:
            return None
    lower = question.lower[start : len(text)]
    if cues.OPEN_WORDS.search(lower):
        return None
    spoken = question.tokens if start == 0 else tokens(text, start)
    found: list[Mention] = question.texts.mentions(spoken)
    named = {mention.option for mention in found if not mention.negated}
    keyed = {match["label"] for match in _KEYWORD.finditer(lower)}
    same = {question.labels.index(label)[1] for label in keyed} <= named
    if len(named) == 1 and same:
        option = named.pop()
        if len(spoken) < _MANY and question.texts.alluded(spoken, found):
            return None
        if start > whole and not _STRONG.search(lower) and _others(question, option):
            return None
        if _disputed(question, option, max(spoken[m.last - 1].end for m in found)):
            return None
        reading = Reading("answered", start, len(text), option)
        return Statement(reading, Strength.MENTION, "mention")
    if not found and len(keyed) == 1 and not cues.NEGATIVE.search(lower):
        status, index, style = question.labels.index(keyed.pop())
        return Statement(
            Reading(status, start, len(text), index, style), Strength.MENTION, "mention"
        )
    return None
