"""Step 1: one spelling for what wraps an answer, without moving a character.

Every replacement keeps the length, so that positions hold in the raw response.
"""

from __future__ import annotations

import re
import unicodedata

TAG = "\ue000"  # private use: what follows was put into an answer field by the model

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


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _plain(text: str) -> str:
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
    keyed = any(piece[-2:].rstrip()[-1:] in ('"', "'") for piece in text.split(":")[:-1])
    if not keyed and not any(sign in text for sign in _WRAPS):
        return _plain(text)
    if "<" in text:
        text = _CLOSING.sub(lambda m: "\n" + " " * (len(m.group()) - 1), text)
    marked = _FIELD.sub(lambda m: " " * (len(m.group()) - 1) + "\0", text.replace("\0", " "))
    if any(sign in text for sign in "\\{}"):
        marked = _LATEX.sub(_blank, marked)
    return TAG.join(_plain(piece) for piece in marked.split("\0"))
