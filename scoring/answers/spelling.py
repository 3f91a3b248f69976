"""One spelling for a response, of the same length: plain characters, marks for answer fields."""

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
    **dict.fromkeys(
        map(ord, '*`"_#$“”„«»「」『』【】〔〕《》〈〉\u00a0\u2009\u202f\u3000\ufeff'), " "
    ),
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
# Letters of other alphabets that look like Latin ones, alone in a text of Latin words.
_ALIKE = str.maketrans("АВСЕΑΒΕ", "ABCEABE")
_ALIKE_LETTERS = "АВСЕΑΒΕ"
_CYRILLIC = re.compile(r"(?<![^\W\d_])[АВСЕ](?![^\W\d_])")
_GREEK = re.compile(r"(?<![^\W\d_])[ΑΒΕ](?![^\W\d_])")
_CYRILLIC_WORD = re.compile(r"[а-яё]{2}", re.IGNORECASE)
_GREEK_WORD = re.compile(r"[α-ω]{2}", re.IGNORECASE)
_LATIN_WORD = re.compile("[a-z]{2}", re.IGNORECASE)
_WRAPS = ("\\", "<", "{", "}", "[")
_FIELD = re.compile(
    r"\\(?:boxed|fbox)\s?\{|<\|begin[_ ]of[_ ]box\|>"
    r"|<\s?(?:final[_ ]?)?(?:answer|choice|option|ans)\s?>"
    r"|[\"'](?:(?:final|correct|predicted|selected|chosen)[_ ]?)?(?:answer|choice|option|label|ans)"
    r"(?:[_ ](?:letter|number|label|choice|option|index))?[\"']\s?:",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"<\s?/\s?(?:final[_ ]?)?(?:answer|choice|option|ans)\s?>", re.IGNORECASE)
# Marks around a reply that say nothing: tags of sections, ends of turns, roles without a colon.
_MARK = re.compile(
    r"<\s?/?\s?(?:s|p|(?:final[_ ]?)?(?:response|output|result)|final|solution|conclusion|summary"
    r"|reply|letter|value|completion|[be]os|pad|endoftext|end[_ ]of[_ ](?:turn|text"
    r"|utterance|sentence))\s?/?>"
    r"|<[|｜](?:(?:begin|end)_of_(?:solution|answer|output|response)|end[_▁ ]of[_▁ ](?:box|text"
    r"|sentence|turn)|begin[_▁ ]of[_▁ ](?:text|sentence)|im_end"
    r"|eot_id|eom_id|endoftext|end|message|return|(?:start|end)[_ ]response|eos|bos|pad|eot)[|｜]>"
    r"|\[/?(?:EOS|BOS|EOT|END|STOP|S|DONE)\]|<unused\d+>",
    re.IGNORECASE,
)
_LATEX = re.compile(
    r"\\(?:text(?:bf|it|rm|sf|tt)?|math(?:bf|rm|sf|it|bb|tt)|mbox|bf|rm|left|right|quad|"
    r"displaystyle|begin\{[a-z*]+\}|end\{[a-z*]+\})(?![A-Za-z])|\\[()\[\],;!]|\\n(?![a-z])|[{}]"
)


def _respell(text: str) -> str:
    """Characters by the table; those of ASCII as bytes, which is many times faster."""
    if not text.isascii():
        text = _NOT_ASCII.sub(lambda run: run.group().translate(_TABLE), text)
    return text.encode("utf-8", "surrogatepass").translate(_ASCII).decode("utf-8", "surrogatepass")


def _read_alike(text: str) -> str:
    """The text with single letters that only look Latin as Latin ones, where it has Latin words."""
    if _CYRILLIC.search(text) and _LATIN_WORD.search(text) and not _CYRILLIC_WORD.search(text):
        text = _CYRILLIC.sub(lambda m: m.group().translate(_ALIKE), text)
    if _GREEK.search(text) and not _GREEK_WORD.search(text):
        text = _GREEK.sub(lambda m: m.group().translate(_ALIKE), text)
    return text


def _end_line(match: re.Match[str]) -> str:
    return "\n" + " " * (len(match.group()) - 1)


def normalise(response: str) -> str:
    """The response with plain letters, digits and punctuation, of the same length.

    Full-width, circled and mathematical letters become ASCII; emphasis, quotes, LaTeX wrappers
    and control characters become spaces; an answer field (`\\boxed{`, `<answer>`, `"answer":`)
    becomes a mark.
    """
    text = response
    if not text.isascii() and any(letter in text for letter in _ALIKE_LETTERS):
        text = _read_alike(text)
    # Most responses hold no answer field at all: a quick look saves the patterns below.
    keyed = any(piece[-2:].rstrip()[-1:] in ('"', "'") for piece in text.split(":")[:-1])
    if not keyed and not any(sign in text for sign in _WRAPS):
        return _respell(text)
    # What closes a field ends a line, so that nothing after it is read as part of the answer.
    if "<" in text:
        text = _CLOSING.sub(_end_line, text)
    text = _MARK.sub(_end_line, text)
    # Fields are marked with a zero until the rest is respelled, which would blank the mark itself.
    marked = _FIELD.sub(lambda m: " " * (len(m.group()) - 1) + "\0", text.replace("\0", " "))
    if any(sign in text for sign in "\\{}"):
        marked = _LATEX.sub(lambda m: " " * len(m.group()), marked)
    return TAG.join(_respell(piece) for piece in marked.split("\0"))
