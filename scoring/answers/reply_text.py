"""From a raw response to the text that is read, with a way back to places in the response.

In this order: `find_spoken` leaves out the thinking, `cut_window` or `shorten` most of a very long
text, `normalise` gives one spelling to what wraps an answer, `drop_turns` and `drop_echo` blank out
made-up turns and the echoed prompt, `squeeze` and again `shorten` or `cut_ending` shorten the rest.
Steps that change the length return a `Condensed`, which knows where each piece was; the others
replace characters one for one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

# -- Lengths changed: texts of pieces of another text -----------------------------------------

_MOST, _HEAD, _TAIL = 6000, 300, 1000
_BEFORE, _AFTER = 100, 200
_FIRST, _LAST = 12, 48
_LOOKED_FOR = ("answer", "boxed")
_SHORT_REPLY, _ENDING, _WINDOW = 900, 450, 3000
_CUT, _OPENING = " ... ", "..."
_BLANKS = re.compile(r"[ \t]{2,}")
TAG = "\ue000"  # private use: what follows was put into an answer field by the model


class Condensed(NamedTuple):
    """A text of pieces of another: piece i starts at `starts[i]`, there at `sources[i]`."""

    text: str
    starts: list[int]
    sources: list[int]

    def find_origin(self, place: int) -> int:
        """Where a place of the text was."""
        piece = bisect_right(self.starts, place) - 1
        return self.sources[piece] + place - self.starts[piece]


def join_pieces(text: str, pieces: Sequence[tuple[int, int]], glue: str) -> Condensed:
    """Pieces of a text, given as start and end, with the same glue between them."""
    starts, place = [], 0
    for start, end in pieces:
        starts.append(place)
        place += end - start + len(glue)
    kept = glue.join(text[start:end] for start, end in pieces)
    return Condensed(kept, starts, [start for start, _ in pieces])


def shorten(text: str) -> Condensed:
    """The first 300 and last 1,000 characters, and what stands around answers between them.

    Around: 100 characters before and 200 after an answer field or the word 'answer', of the first
    12 and last 48. A text of at most 6,000 characters stays as it is.
    """
    tail = len(text) - _TAIL
    if len(text) <= _MOST:
        return Condensed(text, [0], [0])
    places = _find_word(text, TAG, tail)
    plain = text.encode("latin-1", "replace").lower().decode("latin-1")  # fast, of equal length
    for word in _LOOKED_FOR:
        places += _find_word(plain, word, tail)
    # Pieces that touch become one.
    pieces = [(0, _HEAD)]
    for place in sorted(places):
        start, end = max(0, place - _BEFORE), place + _AFTER
        if start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], end))
        else:
            pieces.append((start, end))
    if tail <= pieces[-1][1]:
        pieces[-1] = (pieces[-1][0], len(text))
    else:
        pieces.append((tail, len(text)))
    return join_pieces(text, pieces, _CUT)


def _find_word(text: str, word: str, tail: int) -> list[int]:
    """Where a word stands in the middle: the first and the last times."""
    first: list[int] = []
    place = _HEAD - len(word)
    while len(first) < _FIRST and (place := text.find(word, place + 1, tail)) >= 0:
        first.append(place)
    if len(first) < _FIRST:
        return first
    last: list[int] = []
    place = tail
    while len(last) < _LAST and (place := text.rfind(word, _HEAD - len(word), place)) >= 0:
        last.append(place)
    return [*first, *last]


def cut_window(text: str) -> Condensed | None:
    """The last 3,000 characters of a text above 6,000; None of a shorter one."""
    start = len(text) - _WINDOW
    return Condensed(text[start:], [0], [start]) if len(text) > _MOST else None


def cut_ending(text: str) -> Condensed | None:
    """The last 450 characters of a text above 900, where no answer field stands before them.

    None otherwise. It opens with dots, so that its start is not taken for that of the reply.
    """
    if len(text) <= _SHORT_REPLY:
        return None
    start = text.find(" ", len(text) - _ENDING)
    if start < 0 or text.find(TAG, 0, start) >= 0:
        return None
    return Condensed(_OPENING + text[start:], [0, len(_OPENING)], [start, start])


def squeeze(text: str) -> Condensed:
    """The text with every run of blanks as one."""
    if "  " not in text and "\t" not in text:
        return Condensed(text, [0], [0])
    runs = [match.span() for match in _BLANKS.finditer(text)]
    starts = [0, *(end - 1 for _, end in runs)]
    ends = [*(start for start, _ in runs), len(text)]
    return join_pieces(text, list(zip(starts, ends, strict=True)), "")


# -- Thinking left out -----------------------------------------------------------------------

_THOUGHT = r"(?:think(?:ing)?|thoughts?|reasoning|reflection|seed:think|scratchpad)"
_OPEN = re.compile(
    rf"<\s?{_THOUGHT}\s?>|◁think▷|<\|begin[_ ]of[_ ]thought\|>|\[think\]|<\|channel\|>analysis",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    rf"<\s?/\s?{_THOUGHT}\s?>|◁/think▷|<\|end[_ ]of[_ ]thought\|>|\[/think\]|<\|channel\|>final",
    re.IGNORECASE,
)
_BRACKETS = ("<", "\u25c1", "[")


def find_spoken(text: str) -> tuple[list[tuple[int, int]], bool]:
    """Where a response is no thinking, and whether its thinking is left unfinished.

    `<think>` blocks go; one that never closes hides all that follows, one that was never opened
    all that is before.
    """
    kept: list[tuple[int, int]] = []
    place, opened = 0, None
    for sign in sorted(_find_signs(text, _BRACKETS)):
        if opened is None and _OPEN.match(text, sign):
            opened = sign
        elif close := _CLOSE.match(text, sign):
            kept.append((place, place if opened is None else opened))
            place, opened = close.end(), None
    kept.append((place, len(text) if opened is None else opened))
    return [span for span in kept if span[0] < span[1]], opened is not None


def _find_signs(text: str, signs: Sequence[str]) -> Iterator[int]:
    for sign in signs:
        place = text.find(sign)
        while place >= 0:
            yield place
            place = text.find(sign, place + 1)


# -- One spelling ----------------------------------------------------------------------------

_FOLDED = {
    code: folded
    for first, last in ((0xFF01, 0xFF5F), (0x2460, 0x2469), (0x24B6, 0x24EA), (0x1D400, 0x1D800))
    for code in range(first, last)
    if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1
}
_PLAIN = {
    **dict.fromkeys(map(ord, '*`"_#$“”„«»「」『』【】《》〈〉\u00a0\u2009\u202f\u3000\ufeff'), " "),
    **dict.fromkeys(range(0x00, 0x09), " "),
    **dict.fromkeys((*range(0x0B, 0x20), 0x7F, *range(0x200B, 0x2010), 0xE000, 0xE001), " "),
    **dict.fromkeys(map(ord, "‐‑–—−"), "-"),
    **dict.fromkeys(map(ord, "’‘´ʼ"), "'"),
    **dict.fromkeys(map(ord, "、،"), ","),
    **dict.fromkeys((0x2028, 0x2029, 0x85), "\n"),
    ord("。"): ".",
    ord("µ"): "μ",
    ord("İ"): "I",
}
_TABLE = {**_FOLDED, **_PLAIN, **{ord("＊"): " ", ord("＂"): " "}}

_ASCII = bytes(ord(_TABLE.get(code, chr(code))) for code in range(128)) + bytes(range(128, 256))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_WRAPS = ("\\", "<", "{", "}")
_FIELD = re.compile(
    r"\\(?:boxed|fbox)\s?\{"
    r"|<\s?(?:final[_ ]?)?(?:answer|choice|option|ans)\s?>"
    r"|[\"'](?:(?:final|correct|predicted|selected|chosen)[_ ]?)?(?:answer|choice|option|label|ans)"
    r"(?:[_ ](?:letter|number|label|choice|option|index))?[\"']\s?:",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"<\s?/\s?(?:final[_ ]?)?(?:answer|choice|option|ans)\s?>", re.IGNORECASE)
_LATEX = re.compile(
    r"\\(?:text(?:bf|it|rm|sf|tt)?|math(?:bf|rm|sf|it|bb|tt)|mbox|bf|rm|left|right|quad|"
    r"displaystyle|begin\{[a-z*]+\}|end\{[a-z*]+\})(?![A-Za-z])|\\[()\[\],;!]|\\n(?![a-z])|[{}]"
)


def _respell(text: str) -> str:
    """Characters by the table; those of ASCII as bytes, which is many times faster."""
    if not text.isascii():
        text = _NOT_ASCII.sub(lambda run: run.group().translate(_TABLE), text)
    return text.encode("utf-8", "surrogatepass").translate(_ASCII).decode("utf-8", "surrogatepass")


def normalise(response: str) -> str:
    """The response with plain letters, digits and punctuation, of the same length.

    Full-width, circled and mathematical letters become ASCII; emphasis, quotes, LaTeX wrappers
    and control characters become spaces; an answer field (`\\boxed{`, `<answer>`, `"answer":`)
    becomes a mark.
    """
    text = response
    # Most responses hold no answer field at all: a quick look saves the patterns below.
    keyed = any(piece[-2:].rstrip()[-1:] in ('"', "'") for piece in text.split(":")[:-1])
    if not keyed and not any(sign in text for sign in _WRAPS):
        return _respell(text)
    # What closes a field ends a line, so that nothing after it is read as part of the answer.
    if "<" in text:
        text = _CLOSING.sub(lambda m: "\n" + " " * (len(m.group()) - 1), text)
    # Fields are marked with a zero until the rest is respelled, which would blank the mark itself.
    marked = _FIELD.sub(lambda m: " " * (len(m.group()) - 1) + "\0", text.replace("\0", " "))
    if any(sign in text for sign in "\\{}"):
        marked = _LATEX.sub(lambda m: " " * len(m.group()), marked)
    return TAG.join(_respell(piece) for piece in marked.split("\0"))


# -- Only the reply --------------------------------------------------------------------------

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


def _blank_out(text: str, start: int, end: int) -> str:
    hidden = "\n".join(" " * len(line) for line in text[start:end].split("\n"))
    return text[:start] + hidden + text[end:]


def _find_turns(text: str) -> Iterator[Turn]:
    """All marks of turns, in order."""
    last = 0
    for place in sorted(_find_signs(text, (":", "<|", "["))):
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
