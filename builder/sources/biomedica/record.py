"""From a record of BIOMEDICA to a figure.

Fields of the JSON part as in https://huggingface.co/datasets/BIOMEDICA/biomedica_webdataset_24M;
labels as in arXiv 2501.07171.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from builder.sources.article import (
    MAX_CAPTION_CHARS,
    Article,
    ItemError,
    Legend,
    check_caption,
    choose_license,
    make_figure,
)
from builder.sources.biomedica.shards import Part, Record, parse_key
from builder.sources.captions import clean_caption
from builder.sources.files import Refused
from builder.sources.rows import (
    COLUMNS,
    Collection,
    make_plain_row,
    read_article_id,
    read_figure_name,
)
from builder.sources.text import clean, clean_all, make_distinct_id, make_printable
from builder.tables.images import ImageError
from builder.tables.license_terms import read_terms
from builder.tables.licenses import UNKNOWN as UNKNOWN_LICENSE
from builder.tables.licenses import License
from builder.tables.microscopy import UNKNOWN, MicroscopyVerdict, classify, read_modality
from builder.tables.records import Figure, Modality, Rejection
from filtering.table.caption_cells import CellError, read_caption
from filtering.text.panels import find_panels

KIND = "biomedica"
MICROSCOPY = "Microscopy"
MAX_JSON_BYTES = 50_000_000
Selection = Literal["strict", "loose", "any"]
Load = Callable[[Part], bytes]

PMCID = re.compile(r"PMC\d+")
_LABELS = "image_primary_label"
_PART_NAMES = {"txt": "caption", "json": "JSON"}
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+")
_YEAR = re.compile(r"\b(?:18|19|20)\d\d\b")


class RecordReader:
    """Turns records into figures; remembers keys, so that each is used once.

    `license` is that of records of others than BIOMEDICA that state none.
    """

    def __init__(self, selection: Selection, license: License = UNKNOWN_LICENSE) -> None:
        self._selection = selection
        self._license = license
        self._keys: dict[str, str] = {}
        self._figures: dict[str, str] = {}

    def read(self, shard: str, record: Record, load: Load) -> Figure | Rejection:
        """Figure of a record, or why it gives none.

        Args:
            shard: Name of the shard, for messages.
            record: Where the record's parts are.
            load: Reads a part; may raise ItemError.
        """
        place = f"{shard}/{record.name}"
        key = parse_key(record.name)
        article_id = make_distinct_id(key.article) if key else ""
        try:
            if key is None or not PMCID.fullmatch(key.article):
                meta = _load_metadata(record, load) if "json" in record.parts else {}
                if is_foreign(record, meta):
                    return self._read_foreign(shard, record, meta, load)
            if key is None:
                detail = f"{record.name}: expected batch-article-position-file"
                raise ItemError("key has another form", detail)
            # A key is used once; then the labels select, before caption and image are read.
            self._use_once(self._keys, record.name.rpartition("/")[2], place, "key occurs twice")
            meta = _load_metadata(record, load)
            article_id = make_distinct_id(clean(meta.get("article_accession_id")) or key.article)
            labels = _read_labels(meta, _LABELS)
            self._select(labels)
            # Two keys may name one figure, if they differ in batch or position alone.
            figure_key = make_distinct_id(key.file)
            figure_id = f"{article_id}/{figure_key}"
            self._use_once(self._figures, figure_id, place, "figure occurs twice")
            return _build_figure(record, meta, article_id, figure_key, labels, load)
        except (ItemError, ImageError) as error:
            item = key.file if key else record.name
            return Rejection(KIND, place, article_id, item, error.reason, error.detail)

    def _read_foreign(
        self, shard: str, record: Record, meta: Mapping[str, Any], load: Load
    ) -> Figure:
        """Figure of a record without BIOMEDICA's key and labels, as img2dataset writes them."""
        name = clean(make_printable(PurePosixPath(shard).name.partition(".")[0])) or "shard"
        row = read_row(meta)
        article_id = read_article_id(row) or make_distinct_id(f"{name}_{record.name}")
        key = make_distinct_id(read_figure_name(row) or record.name.rpartition("/")[2])
        place = f"{shard}/{record.name}"
        self._use_once(self._figures, f"{article_id}/{key}", place, "figure occurs twice")
        status = clean(meta.get("status"))
        if record.image is None and status not in ("", "success"):
            detail = f"status {status}: {clean(meta.get('error_message'))}"
            raise ItemError("image was not downloaded", detail)
        row["caption"] = _read_caption(record, meta, load)
        url = clean(meta.get("url"))
        if url.startswith(("http://", "https://")) and not row.get("attribution"):
            row["attribution"] = f"Image from {url[:500]}"
        return Collection(KIND, name, self._license).build_figure(
            row, article_id, key, _load_image(record, load)
        )

    @staticmethod
    def _use_once(places: dict[str, str], name: str, place: str, reason: str) -> None:
        if name in places:
            raise ItemError(reason, f"{name} was read from {places[name]}")
        places[name] = place

    def _select(self, labels: list[str]) -> None:
        selected = {
            "strict": labels == [MICROSCOPY],
            "loose": MICROSCOPY in labels,
            "any": True,
        }
        if not selected[self._selection]:
            detail = f"{_LABELS}: {', '.join(labels) or 'none'}"
            raise ItemError("not microscopy by label", detail)


def _build_figure(
    record: Record,
    meta: Mapping[str, Any],
    article_id: str,
    figure_key: str,
    labels: list[str],
    load: Load,
) -> Figure:
    caption = _read_caption(record, meta, load)
    # The labels say whether it is microscopy; of which kind, where they name one kind alone.
    # Else the caption decides, within what they name.
    secondary = _read_labels(meta, "image_secondary_label")
    named = list(dict.fromkeys(m for label in secondary if (m := read_modality(label))))
    modality: Modality = UNKNOWN
    if MICROSCOPY in labels and len(named) == 1:
        modality = named[0]
    elif MICROSCOPY in labels:
        by_caption = classify(caption).modality
        modality = named[0] if named and by_caption not in named else by_caption
    quoted = ", ".join(f'"{label}"' for label in [*labels, *secondary])
    verdict = MicroscopyVerdict(MICROSCOPY in labels, f"labels: {quoted or 'none'}", modality)
    article = _read_article(meta, article_id)
    license, reason = choose_license([caption], article)
    return make_figure(
        source=KIND,
        key=figure_key,
        article=article,
        image=_load_image(record, load),
        legend=Legend("", "", caption, find_panels(caption), clean_all(meta.get("image_context"))),
        verdict=verdict,
        license=license,
        license_reason=reason,
    )


def is_foreign(record: Record, meta: Mapping[str, Any]) -> bool:
    """Whether a record, without a key of BIOMEDICA's form, is not BIOMEDICA's at all."""
    return bool(record.parts) and _LABELS not in meta


def read_row(meta: Mapping[str, Any]) -> dict[str, Any]:
    """What the JSON of a record says, by the usual names of columns."""
    found = {what: next((n for n in names if n in meta), "") for what, names in COLUMNS.items()}
    return make_plain_row(meta, {what: name for what, name in found.items() if name})


def _read_caption(record: Record, meta: Mapping[str, Any], load: Load) -> str:
    """The caption of a record: its text, else what its JSON says."""
    known = next((meta[name] for name in COLUMNS["caption"] if meta.get(name)), None)
    if "txt" in record.parts or known is None:
        raw = _load_part(record, "txt", load, 4 * MAX_CAPTION_CHARS, "caption is too long")
        caption = clean_caption(raw.decode("utf-8", "replace"))
    else:
        try:
            caption = clean_caption(read_caption(known))
        except CellError as error:
            raise ItemError("caption cannot be read", str(error)) from error
    check_caption(caption)
    return caption


def _load_image(record: Record, load: Load) -> tuple[str, bytes]:
    """File name and bytes of the image of a record."""
    suffix = record.image or "jpg"
    return f"{record.name.rpartition('/')[2]}.{suffix}", _load_part(record, suffix, load)


def _load_metadata(record: Record, load: Load) -> dict[str, Any]:
    return parse_metadata(_load_part(record, "json", load, MAX_JSON_BYTES))


def make_rejection(shard: str, refused: Refused) -> Rejection:
    """Quarantine row of a member that was not read, or of the shard itself."""
    location = f"{make_printable(shard)}/{refused.name}" if refused.name else make_printable(shard)
    return Rejection(KIND, location, "", refused.name, refused.reason, refused.detail)


def _load_part(
    record: Record, suffix: str, load: Load, limit: int | None = None, reason: str = ""
) -> bytes:
    part = record.parts.get(suffix)
    if part is None:
        reason = f"record has no {_PART_NAMES.get(suffix, 'image')}"
        there = ", ".join(record.parts) or "nothing that is read"
        raise ItemError(reason, f"{record.name}.{suffix} is not in the shard, only {there}")
    if limit is not None and part.size > limit:
        detail = f"{part.size:,} bytes, at most {limit:,}"
        raise ItemError(reason or f"{_PART_NAMES.get(suffix, 'image')} is too large", detail)
    return load(part)


def parse_metadata(data: bytes) -> dict[str, Any]:
    """The JSON object of a record. Raises ItemError."""
    try:
        meta = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ItemError("JSON is broken", f"{type(error).__name__}: {clean(str(error))}") from error
    if not isinstance(meta, dict):
        raise ItemError("wrong type in JSON", f"the record is a {type(meta).__name__}")
    return meta


def _read_labels(meta: Mapping[str, Any], name: str) -> list[str]:
    """Labels of a field: a list of texts, one text, or none for null."""
    value = meta.get(name)
    items = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ItemError("wrong type in JSON", f"{name} is {clean(repr(value))[:200]}")
    return clean_all(items)


def _read_article(meta: Mapping[str, Any], article_id: str) -> Article:
    """Article of a record. BIOMEDICA gives no authors; its citation names journal and issue."""
    citation, date = clean(meta.get("article_citation")), clean(meta.get("article_date"))
    doi = _DOI.search(citation)
    # The citation is "J Cell Biol. 2001 Jan 8; 152(1):65-74. doi:10.1083/jcb.152.1.65".
    reference = clean(_DOI.sub("", citation)).removesuffix("doi:").strip(" .;:")
    year = _YEAR.search(date)
    license, reason = read_terms([clean(meta.get("article_license"))])
    return Article(
        article_id=article_id,
        doi=doi[0].rstrip(".,;)") if doi else "",
        title=clean(meta.get("article_title")),
        journal=reference or clean(meta.get("article_journal")),
        year=year[0] if year and not _YEAR.search(reference) else "",
        authors=[],
        license=license,
        license_reason=reason,
    )
