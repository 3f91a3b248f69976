"""What a caption cell says: text, texts by language or panel, or lists of these."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_TEXT = ("caption", "text", "value", "raw", "content", "description", "translation", "title")
"""Keys under which a text stands, the one to prefer first."""
_BESIDE = (
    "id",
    "lang",
    "language",
    "languages",
    "type",
    "source",
    "url",
    "license",
    "start",
    "end",
)
_LANGUAGE = ("lang", "language", "languages", "locale")
_ENGLISH = re.compile(r"en(?:g|glish)?(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_PANEL = re.compile(r"\(?([A-Za-z])\)?")
_PRINTED = re.compile(r"(?:\[\s*|\{\s*)(?:'|\{')[\s\S]*(?:\]|\})")
_NOTHING = ("nan", "none", "null", "n/a", "<na>")
"""What programs write for a missing text."""
_ENDING = (".", "!", "?", ":", ";", ",", "…")


class CellError(ValueError):
    """A cell that cannot be used; the message says why and what to do."""


def read_caption(value: object) -> str:
    """The text of a caption cell; '' for an empty one.

    Of texts by language the English one is taken, texts by panel letter and lists of texts are
    joined in order, and a JSON text that holds such a thing is read as that.

    Raises:
        CellError: For texts in other languages alone, keys that say nothing, and other values.
    """
    if isinstance(value, str):
        return _read_text(value)
    if isinstance(value, Mapping):
        return _read_mapping(value)
    if isinstance(value, list | tuple):
        return _read_list(value)
    if _is_empty(value):
        return ""
    raise CellError(f"the caption is a {type(value).__name__}, no text")


def _is_empty(value: object) -> bool:
    return value is None or value != value or value in ("", [], {})


def _read_text(text: str) -> str:
    """A text as it is, unless it is JSON of several texts."""
    bare = text.strip()
    if bare.lower() in _NOTHING:
        return ""
    if not (bare[:1] in ("{", "[") and bare[-1:] in ("}", "]")):
        return text
    try:
        value = json.loads(bare)
    except (ValueError, RecursionError):
        if _PRINTED.fullmatch(bare):
            raise CellError(
                "the caption is a printed Python list or dictionary: save the table as JSON or "
                "Parquet"
            ) from None
        return text
    # "[1]" and "{}" are odd captions, but texts all the same.
    return read_caption(value) if _holds_text(value) else text


def _holds_text(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_text(each) for each in value.values())
    if isinstance(value, list):
        return any(_holds_text(each) for each in value)
    return isinstance(value, str)


def _read_list(values: Sequence[Any]) -> str:
    """Texts one after the other, each once; of entries with a language the English ones."""
    named = [each for each in values if isinstance(each, Mapping) and _find_language(each)]
    if named and len(named) == len(values):
        english = [each for each in named if _ENGLISH.fullmatch(_find_language(each))]
        if not english:
            languages = ", ".join(sorted({_find_language(each) for each in named}))
            raise CellError(f"the caption is not in English, but in: {languages[:100]}")
        values = english
    return _join(read_caption(each) for each in values)


def _find_language(value: Mapping[Any, Any]) -> str:
    named = (value.get(key) for key in _LANGUAGE)
    return next((each for each in named if isinstance(each, str)), "")


def _join(texts: Any) -> str:
    """Texts as sentences after each other."""
    kept = list(dict.fromkeys(text for each in texts if (text := each.strip())))
    ended = [text if text.endswith(_ENDING) else f"{text}." for text in kept[:-1]]
    return " ".join([*ended, *kept[-1:]])


def _read_mapping(value: Mapping[Any, Any]) -> str:
    filled = {str(key): each for key, each in value.items() if not _is_empty(each)}
    if not filled:
        return ""
    # Languages in one list and texts in another, as `datasets` stores translations.
    languages, texts = filled.get("language"), filled.get("translation")
    if isinstance(languages, list) and isinstance(texts, list) and len(languages) == len(texts):
        pairs = zip(languages, texts, strict=True)
        return _read_list([{"language": str(name), "text": text} for name, text in pairs])
    if english := [key for key in filled if _ENGLISH.fullmatch(key)]:
        return read_caption(filled[english[0]])
    if all(_PANEL.fullmatch(key) for key in filled):
        panels = {_PANEL.sub(r"\1", key): read_caption(text) for key, text in filled.items()}
        return _join(f"({letter}) {text}" for letter, text in panels.items() if text)
    known = [key for name in _TEXT for key in filled if key.lower() == name]
    if known:
        return _read_known(filled, known)
    others = [key for key in filled if key.lower() not in _BESIDE]
    if all(_LANGUAGE_CODE.fullmatch(key) for key in filled):
        raise CellError(f"the caption is not in English, but in: {', '.join(filled)[:100]}")
    if len(others) == 1:
        return read_caption(filled[others[0]])
    raise CellError(
        f"the caption is a table with the keys {', '.join(filled)[:200]}: put its text into a "
        "column of its own"
    )


def _read_known(filled: Mapping[str, Any], known: list[str]) -> str:
    """The text under the best known key, after its title where there is one."""
    title = next((key for key in known if key.lower() == "title"), "")
    if title and known[0] != title:
        return _join([read_caption(filled[title]), read_caption(filled[known[0]])])
    return read_caption(filled[known[0]])
