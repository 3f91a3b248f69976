"""Text of any origin as one clean line that Parquet can hold, and ids made from it."""

from __future__ import annotations

import hashlib
import re

INVISIBLE = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f-\x9f]")
_AFTER_OPENING = re.compile(r"([(\[]) ")
_BEFORE_CLOSING = re.compile(r" ([)\],;]|\.(?=\s|$))")
_LOOSE = (" )", " ]", " ,", " ;", " .")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def tidy(raw: str) -> str:
    """One line without invisible characters, space only where it belongs."""
    # The cheap tests first: nearly all texts need no substitution.
    visible = raw if raw.isprintable() else INVISIBLE.sub("", raw)
    line = " ".join(visible.split())
    if "( " in line or "[ " in line:
        line = _AFTER_OPENING.sub(r"\1", line)
    return _BEFORE_CLOSING.sub(r"\1", line) if any(m in line for m in _LOOSE) else line


def clean(raw: object) -> str:
    """Text as one tidy line; '' for anything that is no text.

    NUL and other control characters go, surrogate pairs become the character they stand for, and
    lone surrogates, which UTF-8 cannot hold, become U+FFFD.
    """
    if not isinstance(raw, str):
        return ""
    if _SURROGATE.search(raw):
        raw = raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return tidy(raw)


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
