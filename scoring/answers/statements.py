"""What sentences of a reply state, each with its place and how firmly it commits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scoring.answers import abroad, cues, doubts
from scoring.answers.option_text import split_words
from scoring.answers.phrases import find_some, match_at
from scoring.answers.reading import is_placeholder, read_answer, read_blanket
from scoring.answers.reply import ReplyText
from scoring.records import Reading, Statement, Strength

_NEXT_ITEM = re.compile(r"\n[^\S\n]*(?:[-•]\s|[(\[]?(?:[B-Z]|[2-9])[)\].:])")
_JOINED_LABEL = re.compile(
    r"\b(?P<other>[A-Z]|\d{1,3})[)\].]*(?:\s?,|\s?&|\s(?P<word>and|or))\s[(\[]?(?:option )?$"
)
_LABELLED = re.compile(r"\b(?:[A-Z]|\d{1,2})[)\].:]\s*$")
_NEW_SENTENCE = re.compile(r"\.\s[A-Z]")
_CLOSED_LABEL = re.compile(r"[A-Z](?<=[ (\[].)[)\].:] ")
_BEFORE = 24
_CONTEXT, _WINDOW = 300, 700


def find_cued(reply: ReplyText) -> Iterator[Statement]:
    """Statements after a phrase that announces an answer: 'The answer is B'."""
    others = not reply.lower.isascii()
    for cue in cues.CUES:
        if cue.first:
            matches = reply.match_phrase(cue.pattern, cue.first, cue.needs)
        elif others or cue.needs[0].isascii():
            wanted = any(sign in reply.lower for sign in cue.needs)
            matches = find_some(cue.pattern, reply.lower) if wanted else []
        else:
            continue
        for match in matches:
            phrase = match.group()
            if cue.name == "declared" and doubts.ANALYSIS.search(phrase):
                continue
            # What is said there. The X of 'The answer is (X)' is a placeholder.
            tagged = cue.strength is Strength.TAGGED
            colon = phrase.rstrip().endswith((":", "="))
            reading = read_answer(reply, match.end(), strict=cue.strict, field=tagged or colon)
            if reading is None or is_placeholder(reply, reading):
                continue
            # Conditions, the opinions of others and first thoughts commit to nothing.
            if not tagged and (
                _is_supposed(reply, match.start(), match.end())
                or doubts.AT_FIRST.match(reply.lower, reading.end)
            ):
                continue
            # 'Let us look at the answers:' announces a list and not its first item.
            if "\n" in reply.text[match.end() : reading.start] and _NEXT_ITEM.search(
                reply.text, reading.end, reading.end + _WINDOW
            ):
                continue
            strength = _judge_strength(reply, cue, phrase, reading)
            yield Statement(reading, strength, cue.name if reading.style else "option_text")


def _judge_strength(reply: ReplyText, cue: cues.Cue, phrase: str, reading: Reading) -> Strength:
    """How firmly a phrase commits to what follows it."""
    tagged = cue.strength is Strength.TAGGED
    colon = phrase.rstrip().endswith((":", "="))
    # A question or 'could be' is a guess.
    is_question = reply.text.startswith("?", reply.sentence_end(reading.end))
    if not tagged and (is_question or doubts.HEDGE.search(phrase)):
        return Strength.HEDGED
    # A text that is no option may only look like an answer, unless a field or 'Answer: none' says.
    plain_none = tagged or (colon and doubts.NONE_OF.match(reply.lower, reading.start))
    if reading.status == "none_of_options" and not plain_none:
        return Strength.CONCLUDED
    # The text of an option after a loose phrase is hardly more than a mention of it.
    text_only = reading.style is None and reading.status == "answered"
    if cue.name == "corrected" and text_only:
        return Strength.CONCLUDED
    return Strength.MENTION if cue.strict and text_only else cue.strength


def _is_supposed(reply: ReplyText, start: int, end: int) -> bool:
    """Whether a statement is another's, a condition, or denied."""
    before = reply.lower[reply.sentence_start(start) : start]
    cue = reply.lower[start:end]
    # 'While one may think of A, therefore B', 'To find the example, ...': the conclusion counts.
    drawn = before.endswith(", ") and cue.partition(" ")[0].rstrip(",") in cues.DRAWN
    drawn = drawn or (before.lstrip().startswith("to ") and "," in before)
    if (
        (doubts.SUPPOSED.search(before) and not drawn)
        or doubts.BETWEEN.search(before)
        or doubts.DENIED.search(before)
        or (" not " in f"{cue} " and "if not" not in cue)
    ):
        return True
    return bool(doubts.HYPOTHETICAL.search(before)) and ("would" in cue or "would" in before)


def find_predicated(reply: ReplyText) -> Iterator[Statement]:
    """Statements in which the answer comes first: 'B is the correct answer'."""
    for match in match_at(cues.PREDICATE, reply.lower, _find_labels(reply)):
        start, end = match.span("label")
        before = reply.text[max(0, start - 24) : start]
        keyword = bool(cues.LABEL_NOUN.search(before.lower()))
        rest = match.group()[match.end("closed") - match.start() :]
        # 'B.P. The answer is': a sentence that ends in a letter.
        if match["closed"] == "." and _NEW_SENTENCE.match(reply.text, end):
            continue
        # A small letter, or a number where labels are letters, is a label after 'option' only.
        bare = reply.text[start].islower() and not keyword
        other = match["label"].isdigit() and reply.labels.style == "letters"
        if bare or (other and not keyword) or not cues.BEFORE_LABEL.search(before.lower()):
            continue
        only = before.rstrip(" (").lower().endswith("only")
        if doubts.NEGATIVE.search(rest) or not (only or _affirms(rest)):
            continue
        status = reply.labels.look_up(match["label"])[0]
        if status == "out_of_range" and not cues.POSITIVE.search(rest):
            continue
        if statement := _state_before(reply, start, end):
            yield statement
    if any(sign in reply.lower for sign in abroad.AFFIRMED_NEEDS):
        for match in find_some(abroad.AFFIRMED, reply.lower):
            start, end = match.span(match.lastgroup or 0)
            foreign = match["label"] or reply.text[start].isupper()
            if foreign and (statement := _state_before(reply, start, end)):
                yield statement
    # 'The second option fits best'.
    places = {
        place
        for start in reply.find_openings(cues.ORDINAL_FIRST)
        for place in (
            start,
            start - 4 if reply.lower.startswith("the", max(0, start - 4)) else start,
        )
    }
    for match in match_at(cues.ORDINAL, reply.lower, sorted(places)):
        rest = reply.lower[match.end() : reply.sentence_end(match.end())][:_CONTEXT]
        if cues.COPULA.match(rest) and _affirms(rest) and not doubts.NEGATIVE.search(rest):
            place = cues.ORDINALS[match["ordinal"]] % reply.labels.count
            reading = Reading("answered", *match.span(), place)
            yield Statement(reading, Strength.CONCLUDED, "ordinal")
    # 'Metaphase is the best answer': the one option that the sentence names before.
    for match in reply.match_phrase(
        cues.TEXT_PREDICATE, cues.TEXT_PREDICATE_FIRST, cues.TEXT_PREDICATE_NEEDS
    ):
        start = reply.sentence_start(match.start())
        words = split_words(reply.text, start, match.start())
        mentions = reply.options.find_mentions(words)
        named: set[int | None] = {mention.option for mention in mentions}
        if not mentions:
            named = {reply.options.find_near([placed.word for placed in words])}
        option = named.pop() if len(named) == 1 else None
        if option is not None and not any(mention.negated for mention in mentions):
            reading = Reading("answered", start, match.start(), option)
            yield Statement(reading, Strength.DECLARED, "option_text")


def _find_labels(reply: ReplyText) -> list[int]:
    """Where a label may stand: a capital, a number, or a small letter after 'option'."""
    places = [match.start() for match in cues.PREDICATE_START.finditer(reply.text)]
    for start in reply.find_openings(cues.NOUN_FIRST):
        if small := cues.SMALL_START.match(reply.lower, start):
            places.append(small.end())
    return sorted(set(places))


def _state_before(reply: ReplyText, start: int, end: int) -> Statement | None:
    """The statement of a label that something is said of after it."""
    if _is_supposed(reply, start, start):
        return None
    status, index, style = reply.labels.look_up(reply.text[start:end])
    # 'A or B is correct', 'A and B are correct'.
    joined = _JOINED_LABEL.search(reply.text, max(0, start - 24), start)
    if joined and joined["other"].upper() != reply.text[start:end].upper():
        status, index = ("ambiguous" if joined["word"] == "or" else "multiple"), None
    reading = Reading(status, start, end, index, style)
    if is_placeholder(reply, reading):
        return None
    return Statement(reading, Strength.DECLARED, "predicated")


def _affirms(rest: str) -> bool:
    return bool(cues.POSITIVE.search(rest) or cues.AFFIRMED.match(rest))


def find_quoted(reply: ReplyText) -> Iterator[Statement]:
    """Statements of a label and its own text: 'the cell is in (B) metaphase'."""
    for label in _CLOSED_LABEL.finditer(reply.text):
        match = cues.BEFORE_QUOTE.search(reply.text, max(0, label.start() - _BEFORE), label.end())
        if match is None:
            continue
        reading = read_answer(reply, match.end(), strict=True, field=False)
        if reading is None or reading.status != "answered" or reading.conflict:
            continue
        own = reply.labels.quotes(reply.text, reading)
        if own and not _is_supposed(reply, match.start(), match.end()):
            yield Statement(reading, Strength.CONCLUDED, "quoted")


def find_blanket(reply: ReplyText) -> Iterator[Statement]:
    """'None of the above' and 'all of the above' where no option says so."""
    for pattern, first in ((doubts.NONE_OF, cues.NONE_FIRST), (doubts.ALL_OF, cues.ALL_FIRST)):
        if any(sign in reply.lower for sign in doubts.BLANKET_SIGNS):
            matches = find_some(pattern, reply.lower)
        else:
            matches = reply.match_phrase(pattern, first)
        for match in matches:
            # 'None of the others', 'none of the cells': not of the options.
            tail = reply.lower[match.end() : match.end() + 12]
            bare = match.group().rstrip() in ("none of", "none of the", "none of these")
            if cues.OF_OTHERS.match(tail) or (bare and tail[:1].isalpha()):
                continue
            # 'D) None of the above' is an item of a list.
            if _LABELLED.search(reply.text, max(0, match.start() - 6), match.start()):
                continue
            # 'All of the options show cells' chooses nothing, unless that is all that is said.
            if pattern is doubts.ALL_OF:
                start, end = reply.sentence_start(match.start()), reply.sentence_end(match.end())
                sentence = reply.lower[start:end]
                affirmed = "correct" in sentence or "answer" in sentence
                if len(sentence.split()) > 5 and not affirmed:
                    continue
            reading = read_blanket(reply, pattern, *match.span())
            yield Statement(reading, Strength.CONCLUDED, "blanket")
