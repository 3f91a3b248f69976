"""Figures from rows of a table: where it is, which column says what, and the figure of a row."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from builder.sources.article import (
    Article,
    ItemError,
    Legend,
    check_caption,
    choose_license,
    make_figure,
    strip_doi,
)
from builder.sources.base import SourceError
from builder.sources.captions import clean_caption
from builder.sources.text import clean, clean_all, make_distinct_id
from builder.tables.license_terms import read_terms
from builder.tables.licenses import UNKNOWN, License, normalise
from builder.tables.microscopy import UNKNOWN as UNKNOWN_MODALITY
from builder.tables.microscopy import MicroscopyVerdict, classify, read_modality
from builder.tables.records import Figure
from filtering.table.caption_cells import CellError, read_caption
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
    "pmid": ("pmid", "pubmed_id"),
    "pmcid": ("pmcid", "pmc_id"),
    "attribution": ("attribution",),
    "panels": ("panels",),
    "mentions": ("mentions",),
    "modality": ("modality",),
    "is_microscopy": ("is_microscopy",),
}
"""What a row can say of a figure, and the column names tried for it, besides its image."""

_YEAR = re.compile(r"\b(?:18|19|20)\d\d\b")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def split_location(location: str) -> tuple[str, dict[str, str]]:
    """Path and settings of `PATH?caption=COLUMN&license=COLUMN`.

    The longest path that exists is taken as it is, whatever it holds.

    Raises:
        SourceError: For settings that cannot be parsed, are empty or given twice.
    """
    if Path(location).expanduser().exists():
        return location, {}
    # A path may hold a '?': settings begin at the last one with an existing path before it.
    path, _, query = location.partition("?")
    for place in (i for i in range(len(location) - 1, 0, -1) if location[i] == "?"):
        if Path(location[:place]).expanduser().exists():
            path, query = location[:place], location[place + 1 :]
            break
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise SourceError(f"{location}: write ?caption=COLUMN after the path") from error
    chosen = dict(pairs)
    if len(chosen) < len(pairs) or "" in chosen.values() or not path:
        raise SourceError(f"{location}: give a path, and each setting once with a value")
    return path, chosen


def match_columns(
    names: Sequence[str], chosen: Mapping[str, str], image: tuple[str, ...], place: str
) -> dict[str, str]:
    """Column of each thing that rows say: the one chosen, else the first usual name.

    Args:
        names: Columns of the table.
        chosen: Columns that the user chose, by what they say.
        image: Usual names of the image column.
        place: The table, for messages.

    Raises:
        SourceError: When a chosen column, the image or the caption is missing, or for something
            that no column says. The message names the columns of the table.
    """
    known = {"image": image, **COLUMNS}
    listed = f"columns of {place}: {clean(', '.join(names)) or 'none'}"
    if unknown := sorted(set(chosen) - set(known)):
        raise SourceError(f"no column is read as {unknown[0]!r}; known: {', '.join(known)}")
    if missing := [name for name in chosen.values() if name not in names]:
        raise SourceError(f"no column {missing[0]!r}; {listed}")
    usual = {what: next((n for n in tried if n in names), "") for what, tried in known.items()}
    for what in ("image", "caption", "license"):
        usual[what] = usual[what] or _find_any_case(names, known[what])
    matched = {what: name for what, name in {**usual, **chosen}.items() if name}
    for what in ("image", "caption"):
        if what not in matched:
            tried = ", ".join(known[what])
            raise SourceError(
                f"no {what} column (tried {tried}); {listed}; choose one: LOCATION?{what}=COLUMN"
            )
    return matched


def _find_any_case(names: Sequence[str], tried: Sequence[str]) -> str:
    """The first column with a usual name in other letters: `Image Caption`; '' for none."""
    folded = {name.strip().lower().replace(" ", "_"): name for name in reversed(names)}
    return next((folded[name] for name in tried if name in folded), "")


def parse_license(text: str) -> License:
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

    def build_figure(
        self, row: Mapping[str, Any], article_id: str, key: str, image: tuple[str, bytes]
    ) -> Figure:
        """Figure of a row.

        Args:
            row: Values by what they say, as `make_plain_row` gives them.
            article_id: Article that the figure is counted to.
            key: Name of the figure, unique in its article.
            image: File name and bytes.

        Raises:
            ItemError: For a caption that cannot be used.
            ImageError: For an image that cannot be decoded.
        """
        try:
            caption = clean_caption(read_caption(row.get("caption")))
        except CellError as error:
            raise ItemError("caption cannot be read", str(error)) from error
        check_caption(caption)
        article = self._build_article(row, article_id)
        license, reason = choose_license([_read_text(row, "label"), caption], article)
        return make_figure(
            source=self.kind,
            key=key,
            article=article,
            image=image,
            legend=Legend(
                label=_read_text(row, "label"),
                title="",
                caption=caption,
                panels=_read_panels(row, caption),
                mentions=clean_all(row.get("mentions")),
            ),
            verdict=_judge_microscopy(row, caption),
            license=license,
            attribution=_read_text(row, "attribution"),
            license_reason=reason,
        )

    def _build_article(self, row: Mapping[str, Any], article_id: str) -> Article:
        """Article of a row; where the row names no publication, the collection is credited."""
        doi, title = strip_doi(_read_text(row, "doi")), _read_text(row, "title")
        year = _YEAR.search(_read_text(row, "year"))
        authors, stated = row.get("authors"), _read_text(row, "license")
        license, reason = read_terms([stated]) if stated else (self.license, "")
        return Article(
            article_id=article_id,
            doi=doi,
            title=title,
            journal=_read_text(row, "journal") or ("" if doi or title else self.name),
            year=year[0] if year else "",
            authors=clean_all(authors.split(";") if isinstance(authors, str) else authors),
            license=license,
            license_reason=reason,
            pmid=_read_text(row, "pmid"),
            pmcid=_read_text(row, "pmcid"),
        )


def make_plain_row(values: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Values by what they say, as JSON holds them: texts, numbers, lists and tables of these."""
    return {what: _make_plain(values.get(name)) for what, name in columns.items()}


def _make_plain(value: object) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _make_plain(each) for key, each in value.items()}
    return [_make_plain(each) for each in value] if isinstance(value, list) else str(value)


def read_article_id(row: Mapping[str, Any]) -> str:
    """Identifier of the article that a row names, or ''."""
    name = _read_text(row, "article")
    return make_distinct_id(name) if name else ""


def read_figure_name(row: Mapping[str, Any]) -> str:
    """Name of the figure within its article that a row gives, or ''."""
    return _read_text(row, "figure").rpartition("/")[2]


def _read_text(row: Mapping[str, Any], what: str) -> str:
    value = row.get(what)
    if isinstance(value, int | float):
        return "" if math.isnan(value) else str(value)
    return clean(value)


def _read_panels(row: Mapping[str, Any], caption: str) -> list[str]:
    value = row.get("panels")
    if value is None or value == "":
        return find_panels(caption)
    return clean_all(re.split(r"[\s,;]+", value) if isinstance(value, str) else value)


def _judge_microscopy(row: Mapping[str, Any], caption: str) -> MicroscopyVerdict:
    """What the columns say of microscopy and modality, else what the caption says."""
    verdict = classify(caption)
    modality = read_modality(_read_text(row, "modality"))
    # A column that says yes or no decides; else a modality that is named means yes.
    stated = _TRUTH.get(_read_text(row, "is_microscopy").lower())
    if stated is not None:
        kind = (modality or verdict.modality) if stated else UNKNOWN_MODALITY
        return MicroscopyVerdict(stated, "column says so", kind)
    if modality is not None:
        return MicroscopyVerdict(True, f'column says "{_read_text(row, "modality")}"', modality)
    return verdict
