"""Step 2: leave only what the model says as its reply, by blanking out the rest.

Out go thinking, the echoed prompt with its options, and turns that the model made up. Blanked
text becomes spaces, so that positions hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from scoring.normalise import TAG

_THOUGHT = r"(?:think(?:ing)?|thoughts?|reasoning|reflection|seed:think|scratchpad)"
_OPEN = re.compile(
    rf"<\s?{_THOUGHT}\s?>|◁think▷|<\|begin[_ ]of[_ ]thought\|>|\[think\]|<\|channel\|>analysis"
)
_CLOSE = re.compile(
    rf"<\s?/\s?{_THOUGHT}\s?>|◁/think▷|<\|end[_ ]of[_ ]thought\|>|\[/think\]|<\|channel\|>final"
)
_BRACKETS = ("<", "\u25c1", "[")
_BEFORE_COLON = frozenset("nrteqNRTEQ0123456789 ")
_KEYED = frozenset("\"'")
_SPEAKERS = ("user", "human", "assistant", "response", "question")
_LONGEST_SPEAKER = 16
_ASSISTANT = re.compile(
    r"\bassistant\s?:|<\|(?:im[_ ]start\|>|start[_ ]header[_ ]id\|>)?assistant"
    r"(?:<\|end[_ ]header[_ ]id)?\|?>?"
    r"|\[/inst\]|^[^\S\n]*+response\s?:",
    re.MULTILINE,
)
_USER = re.compile(
    r"\buser\s?:|\bhuman\s?:|<\|(?:im[_ ]start\|>|start[_ ]header[_ ]id\|>)?user|\[inst\]"
    r"|^[^\S\n]*+(?:next )?(?:question|q)\s?\d{0,3}\s?:",
    re.MULTILINE,
)
_NO_WORD = r"[^\w✓✔✅☑❌✗✘]"
_GAP = re.compile(
    rf"{_NO_WORD}*(?:(?:and|or)\b{_NO_WORD}*)?(?:(?:option|choice)\s)?"
    rf"(?:(?:[a-z]|\d{{1,2}})[)\].:]{_NO_WORD}*)?"
)
_LEAD = re.compile(r"(?:\(?(?:\b[a-z]|\b\d{1,2})[)\].:]+\s{0,2}:?\s{0,2})$")
_LONGEST_GAP = 16
_SHORT = 400
_MOST_ECHOES = 20


class Segment(NamedTuple):
    """The reply, of the length of the response, and whether thinking was left unfinished."""

    text: str
    thinking_cut: bool


def _blanked(text: str, start: int, end: int) -> str:
    hidden = "\n".join(" " * len(line) for line in text[start:end].split("\n"))
    return text[:start] + hidden + text[end:]


def drop_thinking(text: str) -> Segment:
    """Blanks `<think>` blocks; one that never closes hides all that follows."""
    lower = text.lower()
    if not any(sign in text for sign in _BRACKETS) or not (
        _OPEN.search(lower) or _CLOSE.search(lower)
    ):
        return Segment(text, False)
    place = 0
    for close in _CLOSE.finditer(lower):
        opened = _OPEN.search(lower, place, close.start())
        start = opened.start() if opened else place
        text = _blanked(text, start, close.end())
        place = close.end()
    opened = _OPEN.search(lower, place)
    if opened:
        return Segment(_blanked(text, opened.start(), len(text)), True)
    return Segment(text, False)


def _has_turns(text: str) -> bool:
    """Whether there may be a turn's marker: much faster than to look for each."""
    if ("<" in text and "<|" in text) or ("]" in text and "inst]" in text.lower()):
        return True
    pieces = text.split(":")[:-1]
    if _BEFORE_COLON.isdisjoint({piece[-1:] for piece in pieces}):
        return False
    for piece in pieces:
        said = piece[-_LONGEST_SPEAKER:].rstrip(" 0123456789").lower()
        if said.endswith(_SPEAKERS) or (said[-1:] == "q" and not said[-2:-1].isalnum()):
            return True
    return False


def is_plain(text: str) -> bool:
    """Whether a response has no mark of thinking or turns that `reply` would look for."""
    return not any(sign in text for sign in _BRACKETS) and not _has_turns(text)


def is_bare(text: str) -> bool:
    """Whether a plain response has no answer field (`\\boxed{`, `<answer>`, `"answer":`) either."""
    if any(sign in text for sign in ("\\", "{", TAG)):
        return False
    return _KEYED.isdisjoint({piece.rstrip()[-1:] for piece in text.split(":")[:-1]})


def drop_turns(text: str) -> str:
    """Keeps the first reply of an echoed conversation, and nothing of a next question."""
    if not _has_turns(text):
        return text
    lower = text.lower()
    start = 0
    made_up = _USER.search(lower)
    said = lower[: made_up.start()].replace("<image>", "").strip(" \n*#<|>") if made_up else ""
    if made_up and said and len(said) < _SHORT and "assistant" not in said:
        return _blanked(text, made_up.start(), len(text))
    for marker in _ASSISTANT.finditer(lower):
        following = _USER.search(lower, marker.end())
        if lower[marker.end() : following.start() if following else None].strip():
            start = marker.end()
            break
    for marker in _USER.finditer(lower, start):
        if lower[start : marker.start()].strip(" \n*#<|>"):
            text = _blanked(text, marker.start(), len(text))
            break
    return _blanked(text, 0, start)


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
        end = _run_end(lower, texts, first)
        if end is not None:
            lead = _LEAD.search(lower, max(0, first - 8), first)
            text = _blanked(text, lead.start() if lead else first, end)
        place = end or first + 1
    return text


def _run_end(lower: str, texts: Sequence[str], first: int) -> int | None:
    end = first + len(texts[0])
    for option in texts[1:]:
        found = lower.find(option, end, end + _LONGEST_GAP + len(option))
        if found < 0 or not _GAP.fullmatch(lower, end, found):
            return None
        end = found + len(option)
    return end


def reply(text: str, options: Sequence[str]) -> Segment:
    """The part of a normalised response that answers; options are normalised, in lower case."""
    thought = drop_thinking(text)
    return Segment(drop_echo(drop_turns(thought.text), options), thought.thinking_cut)
