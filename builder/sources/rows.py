"""Figures from rows of a table whose columns are known by name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.sources.article import (
    Article,
    Legend,
    bare_doi,
    check_caption,
    distinct_id,
    license_by_caption,
    make_figure,
)
from builder.sources.base import SourceError
from builder.sources.text import clean, clean_all
from builder.tables.licenses import UNKNOWN, License, normalise
from builder.tables.microscopy import UNKNOWN as UNKNOWN_MODALITY
from builder.tables.microscopy import MicroscopyVerdict, classify, read_modality
from builder.tables.records import Figure
from filtering.text.panels import find_panels

COLUMNS: dict[str, tuple[str, ...]] = {
    "caption": ("caption", "text", "image_caption", "figure_caption"),
    "license": ("license", "licence"),
    "article": ("article_id", "article", "pmcid"),
    "figure": ("figure_id", "image_name", "image_id"),
    "label": ("figure_label",),
    "title": ("article_title", "title"),
    "authors": ("authors", "author"),
    "journal": ("journal",),
    "year": ("year", "date"),
    "doi": ("doi",),
    "attribution": ("attribution",),
    "panels": ("panels",),
    "mentions": ("mentions",),
    "modality": ("modality",),
    "is_microscopy": ("is_microscopy",),
}
"""What a row can say of a figure, and the column names tried for it, besides its image."""

_YEAR = re.compile(r"\b(?:18|19|20)\d\d\b")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def match_columns(
    found: Sequence[str], chosen: Mapping[str, str], image: tuple[str, ...], place: str
) -> dict[str, str]:
    """Column of each thing that rows say: the one chosen, else the first usual name.

    `image` are the usual names of the image column. Raises SourceError, naming the columns found,
    when a chosen column, the image or the caption is missing, or for an unknown thing.
    """
    known = {"image": image, **COLUMNS}
    listed = f"columns of {place}: {clean(', '.join(found)) or 'none'}"
    if unknown := sorted(set(chosen) - set(known)):
        raise SourceError(f"no column is read as {unknown[0]!r}; known: {', '.join(known)}")
    if missing := [name for name in chosen.values() if name not in found]:
        raise SourceError(f"no column {missing[0]!r}; {listed}")
    usual = {what: next((n for n in names if n in found), "") for what, names in known.items()}
    matched = {what: name for what, name in {**usual, **chosen}.items() if name}
    for what in ("image", "caption"):
        if what not in matched:
            tried = ", ".join(known[what])
            raise SourceError(
                f"no {what} column (tried {tried}); {listed}; choose one: LOCATION?{what}=COLUMN"
            )
    return matched


def stated_license(text: str) -> License:
    """Licence that a user states for a whole source; UNKNOWN for ''.

    Raises SourceError for a text that names no known licence.
    """
    license = normalise(text)
    if text and license is UNKNOWN and text.lower() != UNKNOWN.id:
        raise SourceError(f"licence {text!r} is not known: write it like CC-BY-4.0, CC0-1.0 or MIT")
    return license


@dataclass(frozen=True, slots=True)
class Collection:
    """A table as a source of figures: its kind, name and the licence of rows that state none."""

    kind: str
    name: str
    license: License

    def figure(
        self, row: Mapping[str, Any], article_id: str, key: str, image: tuple[str, bytes]
    ) -> Figure:
        """Figure of a row, its values by what they say. Raises ItemError and ImageError."""
        caption = clean(row.get("caption"))
        check_caption(caption)
        article = self._article(row, article_id)
        legend = Legend(_text(row, "label"), "", caption, _panels(row, caption), _mentions(row))
        return make_figure(
            source=self.kind,
            key=key,
            article=article,
            image=image,
            legend=legend,
            verdict=_verdict(row, caption),
            license=license_by_caption(caption, article.license),
            attribution=_text(row, "attribution"),
        )

    def _article(self, row: Mapping[str, Any], article_id: str) -> Article:
        """Article of a row; where the row names no publication, the collection is credited."""
        doi, title, stated = bare_doi(_text(row, "doi")), _text(row, "title"), _text(row, "license")
        year = _YEAR.search(_text(row, "year"))
        return Article(
            article_id=article_id,
            doi=doi,
            title=title,
            journal=_text(row, "journal") or ("" if doi or title else self.name),
            year=year[0] if year else "",
            authors=_authors(row.get("authors")),
            license=normalise(stated) if stated else self.license,
        )


def plain_row(values: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Values by what they say, as JSON holds them: texts, numbers, lists of these, or None."""
    return {what: _plain(values.get(name)) for what, name in columns.items()}


def _plain(value: object) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    return [_plain(each) for each in value] if isinstance(value, list) else str(value)


def article_of(row: Mapping[str, Any]) -> str:
    """Identifier of the article that a row names, or ''."""
    name = _text(row, "article")
    return distinct_id(name) if name else ""


def figure_of(row: Mapping[str, Any]) -> str:
    """Name of the figure within its article that a row gives, or ''."""
    return _text(row, "figure").rpartition("/")[2]


def _text(row: Mapping[str, Any], what: str) -> str:
    value = row.get(what)
    if isinstance(value, int | float):
        return "" if math.isnan(value) else str(value)
    return clean(value)


def _authors(value: object) -> list[str]:
    return clean_all(value.split(";") if isinstance(value, str) else value)


def _mentions(row: Mapping[str, Any]) -> list[str]:
    return clean_all(row.get("mentions"))


def _panels(row: Mapping[str, Any], caption: str) -> list[str]:
    value = row.get("panels")
    if value is None or value == "":
        return find_panels(caption)
    return clean_all(re.split(r"[\s,;]+", value) if isinstance(value, str) else value)


def _verdict(row: Mapping[str, Any], caption: str) -> MicroscopyVerdict:
    """What the columns say of microscopy and modality, else what the caption says."""
    verdict = classify(caption)
    modality = read_modality(_text(row, "modality"))
    stated = _TRUTH.get(_text(row, "is_microscopy").lower())
    if stated is not None:
        kind = (modality or verdict.modality) if stated else UNKNOWN_MODALITY
        return MicroscopyVerdict(stated, "column says so", kind)
    if modality is not None:
        return MicroscopyVerdict(True, f'column says "{_text(row, "modality")}"', modality)
    return verdict
