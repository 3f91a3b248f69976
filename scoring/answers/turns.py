"""Only the reply: made-up turns of a conversation and the echoed prompt are blanked out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from scoring.answers.reply_text import find_signs
from scoring.answers.spelling import TAG

_BEFORE_COLON = frozenset("nrteqNRTEQ0123456789 ")
_SPEAKERS = ("user", "human", "assistant", "response", "question", "instruction")
_LONGEST_SPEAKER = 16
_KEYED = frozenset("\"'")
_TURN = re.compile(
    r"(?P<opening>\b(?:response|(?P<asked>(?:next )?(?:question|q)\s?\d{0,3}|instruction))\s?:)"
    r"|(?P<user>\b(?:user|human)\s?:|<\|(?:im[_ ]start\|>|start[_ ]header[_ ]id\|>)?user|\[inst\])"
    r"|\bassistant\s?:|<\|(?:im[_ ]start\|>|start[_ ]header[_ ]id\|>)?assistant"
    r"(?:<\|end[_ ]header[_ ]id)?\|?>?|\[/inst\]",
    re.IGNORECASE,
)
_LONGEST_TURN, _MOST_TURNS, _MARGIN = 40, 64, 100
_NO_WORD = r"[^\w✓✔✅☑❌✗✘]"
_GAP = re.compile(
    rf"{_NO_WORD}*(?:(?:and|or)\b{_NO_WORD}*)?(?:(?:option|choice)\s)?"
    rf"(?:(?:[a-z]|\d{{1,2}})[)\].:]{_NO_WORD}*)?"
)
_LEAD = re.compile(r"(?:\(?(?:\b[a-z]|\b\d{1,2})[)\].:]+\s{0,2}:?\s{0,2})$")
_LONGEST_GAP = 16
_SHORT = 400
_FRAME = " \n*#<|>"
_MOST_ECHOES = 20


class Turn(NamedTuple):
    """A mark after which a speaker of a conversation speaks."""

    start: int
    end: int
    user: bool


_ROLE = re.compile(
    r"\s*(?:<start[_ ]of[_ ]turn>)?\s*(?:model|assistant)\s*?(?=\n\s*\S)", re.IGNORECASE
)


def _blank_out(text: str, start: int, end: int) -> str:
    hidden = "\n".join(" " * len(line) for line in text[start:end].split("\n"))
    return text[:start] + hidden + text[end:]


def _find_turns(text: str) -> Iterator[Turn]:
    """All marks of turns, in order."""
    last = 0
    for place in sorted(find_signs(text, (":", "<|", "["))):
        if text[place] != ":":
            found = _TURN.match(text, place)
        elif text[place - 1 : place] in _BEFORE_COLON:
            found = _TURN.search(text, max(last, place - _LONGEST_TURN), place + 1)
        else:
            continue
        if found is None or found.start() < last:
            continue
        last = found.end()
        before = text[max(0, found.start() - _MARGIN) : found.start()]
        if not (found["opening"] and before.rpartition("\n")[2].strip(_FRAME)):
            yield Turn(found.start(), last, bool(found["user"] or found["asked"]))


def _may_name_speaker(before: str) -> bool:
    """Whether what stands before a colon may be the name of a speaker."""
    name = before[-_LONGEST_SPEAKER:].rstrip(" 0123456789").lower()
    return name.endswith(_SPEAKERS) or (name[-1:] == "q" and not name[-2:-1].isalnum())


def look_for_marks(text: str) -> tuple[bool, bool]:
    """Whether a response may hold turns, and whether it may hold turns or answer fields."""
    pieces = text.split(":")[:-1]
    before = {piece[-1:] for piece in pieces}
    turns = "<" in text or "[" in text
    turns = turns or (not _BEFORE_COLON.isdisjoint(before) and any(map(_may_name_speaker, pieces)))
    if turns or any(sign in text for sign in ("\\", "{", TAG)):
        return turns, True
    return False, not _KEYED.isdisjoint(before)


def drop_turns(text: str) -> str:
    """Keeps the first reply of an echoed conversation, and nothing of a next question."""
    # A role without a colon, as templates of chats leave it.
    role = _ROLE.match(text)
    if role:
        text = _blank_out(text, 0, role.end())
    turns = list(islice(_find_turns(text), _MOST_TURNS))
    if not turns:
        return text
    # A reply that comes first ends where the model makes up the next question.
    users = [turn for turn in turns if turn.user]
    lead = text[: users[0].start].lower().replace("<image>", "").strip(_FRAME) if users else ""
    if lead and len(lead) < _SHORT and "assistant" not in lead:
        return _blank_out(text, users[0].start, len(text))
    # Otherwise the conversation is echoed: the reply is the first turn of the assistant that says
    # something, and ends at the next turn of a user.
    start = 0
    for turn in turns:
        following = next((user.start for user in users if user.start >= turn.end), None)
        if not turn.user and text[turn.end : following].strip():
            start = turn.end
            break
    for user in users:
        if user.start >= start and text[start : user.start].strip(_FRAME):
            text = _blank_out(text, user.start, len(text))
            break
    return _blank_out(text, 0, start)


def drop_echo(text: str, options: Sequence[str]) -> str:
    """Blanks runs of all options, given in lower case, with at most labels between them."""
    lower = text.lower()
    texts = list(options)
    if len(texts) < 2 or not all(texts) or texts[-1] not in lower:
        return text
    place = 0
    for _ in range(_MOST_ECHOES):
        first = lower.find(texts[0], place)
        if first < 0:
            break
        end = _match_echo(lower, texts, first)
        if end is not None:
            lead = _LEAD.search(lower, max(0, first - 8), first)
            text = _blank_out(text, lead.start() if lead else first, end)
        place = end or first + 1
    return text


def _match_echo(lower: str, texts: Sequence[str], first: int) -> int | None:
    end = first + len(texts[0])
    for option in texts[1:]:
        found = lower.find(option, end, end + _LONGEST_GAP + len(option))
        if found < 0 or not _GAP.fullmatch(lower, end, found):
            return None
        end = found + len(option)
    return end
