"""Text of any origin as one clean line that Parquet can hold, and ids made from it."""

from __future__ import annotations

import hashlib
import html
import re
from html.entities import html5

INVISIBLE = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f-\x9f]")
_AFTER_OPENING = re.compile(r"([(\[]) ")
_BEFORE_CLOSING = re.compile(r" ([)\],;]|\.(?=\s|$))")
_LOOSE = (" )", " ]", " ,", " ;", " .")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9.]{1,31});")
_GREEK = dict(
    zip(
        re.findall(
            r"\w+",
            "agr bgr ggr dgr egr zgr eegr thgr igr kgr lgr mgr ngr xgr ogr pgr rgr sfgr sgr tgr "
            "ugr phgr khgr psgr ohgr",
        ),
        "αβγδεζηθικλμνξοπρςστυφχψω",
        strict=True,
    )
)
_ISO = {
    **_GREEK,
    **{f"{name[0].upper()}{name[1:]}": letter.upper() for name, letter in _GREEK.items()},
    **{f"b.{name}": letter for name, letter in _GREEK.items()},
    "EEgr": "Η", "THgr": "Θ", "PHgr": "Φ", "KHgr": "Χ", "PSgr": "Ψ", "OHgr": "Ω",
    "angst": "Å", "mu": "μ", "deg": "°",
}  # fmt: skip
"""Entities of ISO 8879 (isogrk1 and what is like it) that HTML does not have."""

_SYMBOL = re.compile("[\uf020-\uf0ff]")
_SYMBOLS = {
    **dict(zip(range(0xF041, 0xF05B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip(range(0xF061, 0xF07B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    **dict(zip(range(0xF030, 0xF03A), "0123456789", strict=True)),
    0xF020: " ", 0xF025: "%", 0xF028: "(", 0xF029: ")", 0xF02B: "+", 0xF02C: ",", 0xF02D: "−",
    0xF02E: ".", 0xF02F: "/", 0xF03C: "<", 0xF03D: "=", 0xF03E: ">", 0xF0A2: "′", 0xF0A3: "≤",
    0xF0A5: "∞", 0xF0AE: "→", 0xF0AF: "↓", 0xF0AC: "←", 0xF0AD: "↑", 0xF0B0: "°", 0xF0B1: "±",
    0xF0B2: "″", 0xF0B3: "≥", 0xF0B4: "×", 0xF0B7: "•", 0xF0B8: "÷", 0xF0B9: "≠", 0xF0BB: "≈",
    0xF0D7: "⋅", 0xF0D1: "∇", 0xF0E5: "∑", 0xF0D6: "√",
}  # fmt: skip
"""Characters of Adobe's Symbol font, which word processors write in Unicode's private area."""

_DOI_LINE = re.compile(
    r"(?:^|(?<=[.!?)\]])) *\(?\bdoi:? ?(?:https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/[^\s<>\"]+ *$",
    re.IGNORECASE,
)


def decode_entities(text: str) -> str:
    """Text with HTML and ISO entities as characters, also where they were escaped twice.

    What is no entity stays: 'H&E', 'R&D; more'.
    """
    if "&" not in text:
        return text
    # '&amp;amp;lt;' loses one layer at each pass.
    for _ in range(3):
        decoded = _ENTITY.sub(_decode_entity, text)
        if decoded == text:
            break
        text = decoded
    return text


def _decode_entity(match: re.Match[str]) -> str:
    name = match[1]
    if name.startswith("#"):
        return html.unescape(f"&{name};")
    return _ISO.get(name) or html5.get(f"{name};") or match[0]


def cut_doi(caption: str) -> str:
    """A caption without the line at its end that is only its own DOI."""
    return _DOI_LINE.sub("", caption).rstrip() if "10." in caption else caption


def tidy(raw: str) -> str:
    """One line without invisible characters, space only where it belongs."""
    # The cheap tests first: nearly all texts need no substitution.
    visible = raw if raw.isprintable() else _make_visible(raw)
    line = " ".join(visible.split())
    if "( " in line or "[ " in line:
        line = _AFTER_OPENING.sub(r"\1", line)
    return _BEFORE_CLOSING.sub(r"\1", line) if any(m in line for m in _LOOSE) else line


def _make_visible(raw: str) -> str:
    seen = INVISIBLE.sub("", raw)
    return _SYMBOL.sub(lambda match: _SYMBOLS.get(ord(match[0]), match[0]), seen)


def clean(raw: object) -> str:
    """Text as one tidy line, entities as characters; '' for anything that is no text.

    NUL and other control characters go, surrogate pairs become the character they stand for, and
    lone surrogates, which UTF-8 cannot hold, become U+FFFD.
    """
    if not isinstance(raw, str):
        return ""
    if _SURROGATE.search(raw):
        raw = raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return tidy(decode_entities(raw))


def clean_all(raw: object) -> list[str]:
    """Clean texts of a text or a list of texts, empty ones left out; [] for anything else."""
    items = raw if isinstance(raw, list | tuple) else [raw]
    return [text for text in map(clean, items) if text]


def make_printable(name: str) -> str:
    """A name from a file system or archive as text that can be written as UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def make_safe_id(name: str) -> str:
    """A name reduced to letters, digits, '.', '_' and '-'; never empty, never only dots."""
    return _UNSAFE.sub("_", name).strip("._-") or "article"


def make_distinct_id(name: str) -> str:
    """As `make_safe_id`, with a digest of the name where letters other than ASCII were lost."""
    if name.isascii():
        return make_safe_id(name)
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{make_safe_id(name)}-{digest[:8]}"
