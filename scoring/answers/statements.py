"""Step 3: what the reply states, each with its place and how firmly it commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from scoring.answers import cues
from scoring.answers.labels import Labels
from scoring.answers.option_text import OptionTexts, Token, negates, tokens
from scoring.records import Reading, Statement, Status, Strength

_FILL = re.compile(
    r"(?:[\s(\[':=>,→\ue000-]|(?:most likely|very likely|likely|probably|clearly|definitely|to"
    r"|indeed"
    r"|still|simply|"
    r"therefore|thus|then|certainly|obviously|surely|now|also|that|be|to be|with|is|for"
    r"|going with|选项|第)\b"
    r"|(?:the|la|l'|die|der|das|a)?\s?(?:option|choice|letter|answer|number|label|hypothesis"
    r"|scenario"
    r"|statement|interpretation|explanation|experiment|opción"
    r"|alternativa|"
    r"lettera|lettre|letra|вариант|buchstabe|opção|correct one)\b[\s:]*)*+"
)
_UNIT_BEFORE = re.compile(r"[-~<≈+]\s?$")
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_SENTENCE_START = re.compile(r"[.!?](?=\s)|\n")
_WINDOW = 700
_CONTEXT = 300
_FIRST, _LAST = 12, 48
_DRAWN = frozenset(("so", "thus", "hence", "therefore"))
_HEDGE = re.compile(r"\b(?:could|might|may)\b")
_SHORT_PHRASE = 8
_NEXT_ITEM = re.compile(r"\n[^\S\n]*(?:[-•]\s|[(\[]?(?:[B-Z]|[2-9])[)\].:])")
_TEXT_JOIN = re.compile(r"[\s'),]*(?:(?P<or>or|oder|ou|或)|and|und|et|y|和)\b\s*")
_LABEL_AFTER = re.compile(r"\s*\((?:[Oo]ption |[Cc]hoice |[Aa]nswer )?(?P<label>[A-Z]|\d{1,2})\)")
_AT_FIRST = re.compile(r"\W*(?:at first|initially|originally)\b")
_CLAUSE_END = re.compile(r",\s|\s(?:because|since|as|which|due to|given)\b")
_OPENERS = {
    *("all", "none", "no", "neither", "not", "both", "either", "option", "choice", "answer"),
    *("letter", "number", *cues.ORDINALS),
}
_ARTICLES = ("", "a", "an", "the")


@dataclass(frozen=True)
class Question:
    """What is needed to read a reply: its texts and the options."""

    text: str
    lower: str
    texts: OptionTexts
    labels: Labels

    @cached_property
    def tokens(self) -> list[Token]:
        """The words of the whole text."""
        return tokens(self.text)

    def sentence_start(self, place: int) -> int:
        """Where the sentence around a place starts, at most 300 characters before it."""
        start = max(0, place - _CONTEXT)
        found = [m.end() for m in _SENTENCE_START.finditer(self.text, start, place)]
        return found[-1] if found else start

    def sentence_end(self, place: int) -> int:
        """Where the sentence around a place ends, at most 700 characters after it."""
        found = _SENTENCE_END.search(self.text, place, place + _WINDOW)
        return found.start() if found else min(len(self.text), place + _WINDOW)


def _some(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The first and last matches: loops of one phrase cost no more than a few."""
    found = list(pattern.finditer(text))
    return found if len(found) <= _FIRST + _LAST else found[:_FIRST] + found[-_LAST:]


def _quoted(question: Question, place: int, end: int) -> Reading | None:
    """The option whose full text starts at a place."""
    opening = tokens(question.text, place, end, most=1)
    if not question.texts.begins(opening):
        return None
    longest = question.texts.longest
    found = tokens(question.text, place, end, most=longest)
    matched = question.texts.at(found, 0)
    if not matched:
        return None
    if question.lower[place : found[0].start].strip() not in _ARTICLES:
        return None
    last = found[matched.size - 1].end
    if len(matched.options) > 1:
        return Reading("ambiguous", found[0].start, last)
    joined = _TEXT_JOIN.match(question.lower, last)
    second = tokens(question.text, joined.end(), most=longest) if joined else []
    other = question.texts.at(second, 0)
    if joined and other:
        status: Status = "ambiguous" if joined["or"] else "multiple"
        return Reading(status, found[0].start, second[other.size - 1].end)
    return Reading("answered", found[0].start, last, matched.options[0])


def _settle(question: Question, label: Reading | None, quoted: Reading | None) -> Reading | None:
    """Which counts where one place reads as a label and as the text of an option."""
    if label is None or quoted is None:
        return label or quoted
    if label.status == "out_of_range":
        return quoted
    if quoted.end > label.end + 1:
        return quoted
    if question.labels.style is None and label.index != quoted.index:
        return Reading("ambiguous", label.start, label.end, None, label.style)
    return label


def read_answer(
    question: Question, place: int, *, strict: bool, field: bool, line: bool = False
) -> Reading | None:
    """What is said from a place on, where an answer is expected, or at the start of a `line`.

    `strict`: only capital labels and full option texts. `field`: any short text is an answer,
    so one that matches no option is none of them.
    """
    filled = _FILL.match(question.lower, place)
    start = filled.end() if filled else place
    stop = question.sentence_end(start)
    opening = tokens(question.text, start, min(stop, start + 40), most=1)
    if opening and not question.texts.begins(opening):
        word = opening[0].word
        spelled = opening[0].start == start and len(word) > 1 and question.text[start].islower()
        if negates(word) or (strict and spelled and word not in _OPENERS):
            return None
    bracket = start - 1 if question.text[start - 1 : start] in ("(", "[") else start
    label = question.labels.read(question.text, bracket, capital=strict)
    if label and _UNIT_BEFORE.search(question.text, max(place, start - 2), bracket):
        label = (
            None if label.style == "numbers" and not question.text[start - 2].isspace() else label
        )
    read = _settle(question, label, _quoted(question, start, start + _WINDOW))
    if read:
        return _relabelled(question, read)
    other = _other_answer(question, start, stop, strict)
    return other if other or strict or line else _loose_answer(question, start, stop, field)


def _relabelled(question: Question, read: Reading) -> Reading:
    """The label in brackets after an option's text, which counts where the two disagree."""
    match = _LABEL_AFTER.match(question.text, read.end)
    if read.style or read.status != "answered" or not match:
        return read
    status, index, style = question.labels.index(match["label"])
    if status != "answered" or index == read.index:
        return read
    return Reading(status, read.start, match.end(), index, style, conflict=True)


def _other_answer(question: Question, start: int, stop: int, strict: bool) -> Reading | None:
    """Ordinals, none or all of the options, nearly quoted options."""
    ordinal = cues.ORDINAL.match(question.lower, start)
    if ordinal:
        place = cues.ORDINALS[ordinal["ordinal"]] % question.labels.count
        in_range = cues.ORDINALS[ordinal["ordinal"]] < question.labels.count
        if in_range:
            return Reading("answered", ordinal.start(), ordinal.end(), place)
        return Reading("out_of_range", ordinal.start(), ordinal.end())
    for pattern in (cues.NONE_OF, cues.ALL_OF):
        if pattern.match(question.lower, start):
            return _blanket(question, pattern, start, stop)
    if strict:
        return None
    clause = _CLAUSE_END.search(question.lower, start, stop)
    for end in (stop, clause.start()) if clause else (stop,):
        near = question.texts.near([token.word for token in tokens(question.text, start, end)])
        if near is not None:
            return Reading("answered", start, end, near)
    return None


def _loose_answer(question: Question, start: int, stop: int, field: bool) -> Reading | None:
    """An option soon after a cue, and texts that are none."""
    words = [token.word for token in tokens(question.text, start, stop)]
    mentioned = question.texts.mentions(tokens(question.text, start, stop))
    named = {m.option for m in mentioned}
    if len(named) == 1 and not any(m.negated for m in mentioned) and mentioned[0].first <= 4:
        return Reading("answered", start, stop, named.pop())
    if not field or not 0 < len(words) <= _SHORT_PHRASE or words[0] in cues.VOID:
        return None
    if not cues.REFUSAL.search(question.lower, start):
        return Reading("none_of_options", start, stop)
    return None


def _supposed(question: Question, start: int, end: int) -> bool:
    """Whether a statement is another's, a condition, or a question."""
    before = question.lower[question.sentence_start(start) : start]
    cue = question.lower[start:end]
    drawn = before.endswith(", ") and cue.partition(" ")[0].rstrip(",") in _DRAWN
    drawn = drawn or (before.lstrip().startswith("to ") and "," in before)
    if (
        (cues.SUPPOSED.search(before) and not drawn)
        or cues.BETWEEN.search(before)
        or cues.DENIED.search(before)
        or (" not " in f"{cue} " and "if not" not in cue)
    ):
        return True
    return bool(cues.HYPOTHETICAL.search(before)) and ("would" in cue or "would" in before)


def cued(question: Question) -> Iterator[Statement]:
    """Statements after a phrase that announces an answer."""
    for cue in cues.CUES:
        if cue.needs and not any(sign in question.lower for sign in cue.needs):
            continue
        for match in _some(cue.pattern, question.lower):
            if cue.name == "declared" and cues.ANALYSIS.search(match.group()):
                continue
            tagged = cue.strength is Strength.TAGGED
            colon = match.group().rstrip().endswith((":", "="))
            reading = read_answer(question, match.end(), strict=cue.strict, field=tagged or colon)
            if reading is None or placeholder(question, reading):
                continue
            if not tagged and (
                _supposed(question, match.start(), match.end())
                or _AT_FIRST.match(question.lower, reading.end)
            ):
                continue
            if not _opens_list(question, match.end(), reading):
                strength = _strength(question, cue, match.group(), reading)
                yield Statement(reading, strength, cue.name if reading.style else "option_text")


def _strength(question: Question, cue: cues.Cue, phrase: str, reading: Reading) -> Strength:
    """How firmly a phrase commits to what follows it."""
    tagged = cue.strength is Strength.TAGGED
    colon = phrase.rstrip().endswith((":", "="))
    asked = question.text.startswith("?", question.sentence_end(reading.end))
    text_only = reading.style is None and reading.status == "answered"
    told = tagged or (colon and cues.NONE_OF.match(question.lower, reading.start))
    if not tagged and (asked or _HEDGE.search(phrase)):
        return Strength.HEDGED
    if reading.status == "none_of_options" and not told:
        return Strength.CONCLUDED
    if cue.name == "corrected" and text_only:
        return Strength.CONCLUDED
    return Strength.MENTION if cue.strict and text_only else cue.strength


def _opens_list(question: Question, place: int, reading: Reading) -> bool:
    """Whether the cue announces a list ('Let us look at each option:') and not its first item."""
    if "\n" not in question.text[place : reading.start]:
        return False
    return bool(_NEXT_ITEM.search(question.text, reading.end, reading.end + _WINDOW))


def placeholder(question: Question, reading: Reading) -> bool:
    """Whether it is the X of 'The answer is (X)'."""
    label = question.text[reading.start : reading.end].upper()
    return reading.status == "out_of_range" and label in ("X", "N", "Y", "I", "A")


_BEFORE_LABEL = re.compile(
    r"(?:^|[.!?:;,(\n\[>]|\b(?:option|choice|answer|letter|number|hypothesis|statement|explanation"
    r"|interpretation|scenario|that|so|but|then|thus"
    r"|therefore|hence"
    r"|because|"
    r"making|makes|and|or|both|believe|think|conclude|only|with|mark|since|leaving|while|as"
    r"|suggests?)|选项|选)[\s('\[]*$"
)
_LABELLED = re.compile(r"\b(?:[A-Z]|\d{1,2})[)\].:]\s*$")
_PREDICATE = re.compile(r" (?:is|seems|looks|appears|fits|best|must be)\b")
_KEYWORD = re.compile(r"\b(?:option|choice|answer|letter)[\s('\[]*$")
_JOINED = re.compile(
    r"\b(?P<other>[A-Z]|\d{1,3})[)\].]*(?:\s?,|\s?&|\s(?P<word>and|or))\s[(\[]?(?:option )?$"
)


def predicated(question: Question) -> Iterator[Statement]:
    """Statements in which the label comes first: 'B is the correct answer'."""
    for match in _some(cues.PREDICATE, question.lower):
        name = "label" if match["label"] else "cjk"
        start, end = match.span(name)
        before = question.text[max(0, start - 24) : start]
        keyword = bool(_KEYWORD.search(before.lower()))
        if name == "label":
            rest = match.group()[match.end("closed") - match.start() :]
            bare = question.text[start].islower() and not keyword
            other = match[name].isdigit() and question.labels.style == "letters"
            if bare or (other and not keyword) or not _BEFORE_LABEL.search(before.lower()):
                continue
            only = before.rstrip(" (").lower().endswith("only")
            if cues.NEGATIVE.search(rest) or not (only or _affirms(rest)):
                continue
        if _supposed(question, start, start):
            continue
        status, index, style = question.labels.index(match[name])
        if status == "out_of_range" and name == "label" and not cues.POSITIVE.search(rest):
            continue
        joined = _JOINED.search(before)
        if joined and joined["other"].upper() != match[name].upper():
            status, index = ("ambiguous" if joined["word"] == "or" else "multiple"), None
        reading = Reading(status, start, end, index, style)
        if not placeholder(question, reading):
            yield Statement(reading, Strength.DECLARED, "predicated")
    yield from _text_predicated(question)


_LABEL_QUOTED = re.compile(
    r"\b(?:is|are|was|were|be|as|shows?|shown|represents?|depicts?|indicates?|suggests?|in|of|to)"
    r"(?: (?:a|an|the))? (?=[(\[]?(?P<label>[A-Z])[)\].:] )"
)


def quoted(question: Question) -> Iterator[Statement]:
    """Statements of a label and its own text: 'the cell is in (B) metaphase'."""
    for match in _some(_LABEL_QUOTED, question.text):
        reading = read_answer(question, match.end(), strict=True, field=False)
        if reading is None or reading.status != "answered" or reading.conflict:
            continue
        own = question.labels.quotes(question.text, reading)
        if own and not _supposed(question, match.start(), match.end()):
            yield Statement(reading, Strength.CONCLUDED, "quoted")


_AFFIRMED = re.compile(r"[)\]':]* ?(?:(?:best|fits|matches)\b|remains\s*\Z)")


def _affirms(rest: str) -> bool:
    return bool(cues.POSITIVE.search(rest) or _AFFIRMED.match(rest))


def _text_predicated(question: Question) -> Iterator[Statement]:
    """Statements in which an ordinal or an option's text comes first."""
    for match in _some(cues.ORDINAL, question.lower):
        rest = question.lower[match.end() : question.sentence_end(match.end())][:_CONTEXT]
        place = cues.ORDINALS[match["ordinal"]] % question.labels.count
        if _PREDICATE.match(rest) and _affirms(rest) and not cues.NEGATIVE.search(rest):
            yield Statement(
                Reading("answered", match.start(), match.end(), place),
                Strength.CONCLUDED,
                "ordinal",
            )
    for match in _some(cues.TEXT_PREDICATE, question.lower):
        start = question.sentence_start(match.start())
        said = tokens(question.text, start, match.start())
        mentioned = question.texts.mentions(said)
        near = question.texts.near([token.word for token in said]) if not mentioned else None
        named = {mention.option for mention in mentioned} | ({near} - {None})
        if len(named) == 1 and not any(m.negated for m in mentioned):
            reading = Reading("answered", start, match.start(), named.pop())
            yield Statement(reading, Strength.DECLARED, "option_text")


def blanket(question: Question) -> Iterator[Statement]:
    """'None of the above' and 'all of the above' where no option says so."""
    for pattern in (cues.NONE_OF, cues.ALL_OF):
        for match in _some(pattern, question.lower):
            tail = question.lower[match.end() : match.end() + 12]
            bare = match.group().rstrip() in ("none of", "none of the", "none of these")
            if re.match(r"\s*(?:other|remaining|rest)", tail) or (bare and tail[:1].isalpha()):
                continue
            labelled = _LABELLED.search(question.text, max(0, match.start() - 6), match.start())
            if labelled or (pattern is cues.ALL_OF and not _whole_or_affirmed(question, match)):
                continue
            yield Statement(
                _blanket(question, pattern, *match.span()), Strength.CONCLUDED, "blanket"
            )


def _blanket(question: Question, pattern: re.Pattern[str], start: int, end: int) -> Reading:
    """None or all of the options: the option that says so, where there is one."""
    saying = [i for i, text in enumerate(question.texts.plain) if pattern.match(text)]
    if len(saying) == 1:
        return Reading("answered", start, end, saying[0])
    return Reading("none_of_options" if pattern is cues.NONE_OF else "multiple", start, end)


def _whole_or_affirmed(question: Question, match: re.Match[str]) -> bool:
    sentence = question.lower[
        question.sentence_start(match.start()) : question.sentence_end(match.end())
    ]
    return len(sentence.split()) <= 5 or "correct" in sentence or "answer" in sentence
