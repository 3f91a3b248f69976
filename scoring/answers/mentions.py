"""What a reply without a firm statement comes to: a refusal, a cut, or the option it speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from scoring.answers import cues, doubts
from scoring.answers.option_text import OptionMention, split_words
from scoring.answers.reply import ReplyText
from scoring.records import Extraction, Reading, Statement, Strength

_ENDED = re.compile(r"[.!?)\]'}|>:;✓✅❌]$|[\u3002\uff01\uff1f]$")
_HEADING = re.compile(r"\W*\w+(?: \w+)?\s*:\s*")
_LAST_QUESTION = re.compile(r"\?\s+(?=[^?]*$)")
_LABELLED_OPTION = re.compile(r"\b(?:option|choice)\s[(\[]?(?P<label>[a-z]|\d{1,2})\b[)\]]?")
_LONE_LETTER = re.compile(r"(?<![\w'-])(?P<label>[A-Z])[)\].\s]*$")
_FEWEST_WORDS, _FEW_WORDS, _MANY_WORDS = 15, 40, 200
_LONGEST_READ, _LONGEST_LINE = 3000, 700
_UNFINISHED_WORDS = 12


def conclude_without_statement(reply: ReplyText, statements: Sequence[Statement]) -> Extraction:
    """The outcome where nothing firm is stated.

    Args:
        reply: The reply.
        statements: What is stated, none of it firm.
    """
    loose = [s for s in statements if s.strength is Strength.MENTION]
    # A refusal counts, unless an option says the same or the reply goes on with a 'but'.
    refusals = list(doubts.REFUSAL.finditer(reply.lower))
    if refusals:
        option = _find_refusing_option(reply, refusals)
        if option:
            return option.to_extraction()
        end = refusals[-1].end()
        after = [
            s
            for s in loose
            if s.reading.start >= end and doubts.DESPITE.search(reply.lower, end, s.reading.start)
        ]
        if len({s.choice for s in after}) == 1:
            return replace(after[-1], method="option_text").to_extraction()
        return Extraction("refused", method="refusal")
    # What is cut off may have been about to say anything.
    if stops_midway(reply.text):
        return Extraction("truncated", method="unfinished")
    # A loose phrase in the last sentence, then the one option that is spoken of.
    last = reply.sentence_start(len(reply.text.rstrip()) - 1)
    concluding = [s for s in loose if s.reading.start >= last]
    if len({s.choice for s in concluding}) == 1:
        return replace(concluding[-1], method="option_text").to_extraction()
    for find in (_find_value, _find_mention, _find_identified, _find_undecided):
        mention = find(reply)
        if mention:
            return mention.to_extraction()
    return Extraction("no_answer")


def stops_midway(text: str) -> bool:
    """Whether a text ends inside a sentence: no final stop after many words, or a loose end."""
    tail = text[-200:].rstrip()
    if not tail or text.endswith("\n\n") or _HEADING.fullmatch(text):
        return False
    if cues.DANGLING.search(tail.lower()):
        return True
    return not _ENDED.search(tail) and len(text[-600:].split()) >= _UNFINISHED_WORDS


def _find_refusing_option(reply: ReplyText, refusals: Sequence[re.Match[str]]) -> Statement | None:
    """The option that says 'it cannot be determined', where a refusal quotes its whole text."""
    if not any(doubts.REFUSAL.search(text) for text in reply.options.plain):
        return None
    words = reply.words
    for mention in reply.options.find_mentions(words):
        start, end = words[mention.first].start, words[mention.last - 1].end
        if any(start < refusal.end() and refusal.start() < end for refusal in refusals):
            reading = Reading("answered", start, end, mention.option)
            return Statement(reading, Strength.MENTION, "option_text")
    return None


def _find_value(reply: ReplyText) -> Statement | None:
    """The number that ends the reply, after a sign or word of equality: '... = 55°.'"""
    text = reply.text.rstrip(" .)!'")
    start = reply.sentence_start(len(text))
    words = split_words(text, start)
    closing = [m for m in reply.options.find_mentions(words) if m.last == len(words)]
    if len(closing) != 1 or closing[0].negated:
        return None
    first = words[closing[0].first]
    if not (first.word[0].isdigit() and cues.VALUE.search(reply.lower, start, first.start)):
        return None
    clause = max(start, reply.text.rfind(", ", start, first.start))
    if doubts.OPEN_WORDS.search(reply.lower, clause, len(text)):
        return None
    reading = Reading("answered", first.start, len(text), closing[0].option)
    return Statement(reading, Strength.MENTION, "value")


def _find_mention(reply: ReplyText) -> Statement | None:
    """The one option that a short reply, or the last sentence of a long one, speaks of."""
    # The part that counts: after a question of the reply's own and after an 'if'.
    text = reply.text.rstrip()
    question = _LAST_QUESTION.search(text)
    start = question.end() if question else len(text) - len(text.lstrip())
    condition = doubts.CONDITION.match(reply.lower, start)
    whole = start = condition.end() if condition else start
    # Of a long reply the last sentence, of a very long one only where it concludes.
    size = len(text[start : start + _LONGEST_LINE].split())
    if size > _FEWEST_WORDS:
        start = max(0, reply.sentence_start(len(text) - 1))
        concludes = cues.CONCLUDES.search(reply.lower, start) and text[-1:] in ".!)'"
        if start > whole and size > _FEW_WORDS and not concludes:
            return None
    lower = reply.lower[start : len(text)]
    if doubts.OPEN_WORDS.search(lower):
        return None
    words = reply.words if start == 0 else split_words(text, start)
    mentions = reply.options.find_mentions(words)
    named = {mention.option for mention in mentions if not mention.negated}
    labels = {match["label"] for match in _LABELLED_OPTION.finditer(lower)}
    # One option by its text, and no other by its label or in other words.
    if len(named) == 1 and {reply.labels.look_up(label)[1] for label in labels} <= named:
        option = named.pop()
        if len(words) < _MANY_WORDS and reply.options.alludes(words, mentions):
            return None
        if start > whole and not cues.STRONGLY_CONCLUDES.search(lower):
            others = reply.options.find_mentions(reply.words)
            if any(m.option != option and not m.negated for m in others):
                return None
        if _is_disputed(reply, option, max(words[m.last - 1].end for m in mentions)):
            return None
        reading = Reading("answered", start, len(text), option)
        return Statement(reading, Strength.MENTION, "mention")
    # One option by its label: 'option B'.
    if not mentions and len(labels) == 1 and not doubts.NEGATIVE.search(lower):
        status, index, style = reply.labels.look_up(labels.pop())
        reading = Reading(status, start, len(text), index, style)
        return Statement(reading, Strength.MENTION, "mention")
    return None


def _find_identified(reply: ReplyText) -> Statement | None:
    """The one option that the reply says the image shows."""
    if len(reply.text) > _LONGEST_READ:
        return None
    words = reply.words
    named = [m for m in reply.options.find_mentions(words) if not m.negated]
    identified: dict[int, OptionMention] = {}
    for mention in named:
        place = words[mention.first].start
        start = reply.sentence_start(place)
        end = reply.sentence_end(words[mention.last - 1].end)
        if not cues.IDENTIFIES.search(reply.lower[start:place]):
            continue
        if doubts.OPEN_WORDS.search(reply.lower, start, end):
            continue
        # A sentence that also names another option compares them.
        if len({m.option for m in named if start <= words[m.first].start < end}) > 1:
            return None
        identified[mention.option] = mention
    if len(identified) != 1:
        return None
    option, mention = identified.popitem()
    place, end = words[mention.first].start, words[mention.last - 1].end
    if _is_disputed(reply, option, end):
        return None
    return Statement(Reading("answered", place, end, option), Strength.MENTION, "identified")


def _is_disputed(reply: ReplyText, option: int, end: int) -> bool:
    """Whether the reply ends, after the option's text, in the letter of another option."""
    letter = _LONE_LETTER.search(reply.text, end)
    if letter is None or reply.options.plain[option].endswith(f" {letter['label'].lower()}"):
        return False
    return reply.labels.look_up(letter["label"])[1] != option


def _find_undecided(reply: ReplyText) -> Statement | None:
    """Two options joined by 'or' in a short reply."""
    if len(reply.text) > _LONGEST_LINE:
        return None
    words = reply.words
    named = [m for m in reply.options.find_mentions(words) if not m.negated]
    for before, after in pairwise(named):
        between = [placed.word for placed in words[before.last : after.first]]
        if before.option != after.option and between == ["or"]:
            reading = Reading("ambiguous", words[before.first].start, words[after.last - 1].end)
            return Statement(reading, Strength.MENTION, "mention")
    return None
