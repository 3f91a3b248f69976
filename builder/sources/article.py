"""What all sources share: an article with its rights, and the figure record made from it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from builder.tables.images import inspect
from builder.tables.licenses import UNKNOWN, License
from builder.tables.microscopy import MicroscopyVerdict
from builder.tables.records import Figure

MAX_CAPTION_CHARS = 50_000
"""Longest caption that is read: several times that of the longest figure legends in print."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PERMISSION = re.compile(
    r"\b(?:re(?:printed|produced|used)|used|adapted|modified)\b[^.]{0,60}?\b(?:with|by)\b"
    r"[^.]{0,20}?\bpermissions?\b",
    re.I,
)


class ItemError(Exception):
    """A record that cannot be used; `reason` is short and stable, `detail` says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Article:
    """An article's identity and rights."""

    article_id: str
    doi: str
    title: str
    journal: str
    year: str
    authors: list[str]
    license: License

    def attribution(self, license: License) -> str:
        """Credit line as CC BY asks for: authors, title, source, link, licence."""
        names = self.authors if len(self.authors) <= 3 else [self.authors[0], "et al."]
        where = ", ".join(part for part in (self.journal, self.year) if part)
        link = f"https://doi.org/{self.doi}" if self.doi else ""
        if not link and self.article_id.startswith("PMC"):
            link = f"https://www.ncbi.nlm.nih.gov/pmc/articles/{self.article_id}/"
        terms = "licence unknown" if license.id == "unknown" else f"Licence: {license.id}"
        terms = f"{terms} ({license.url})" if license.url else terms
        parts = (" ".join(names) if "et al." in names else ", ".join(names), self.title, where)
        sentences = [f"{part.rstrip('.')}." for part in parts if part]
        return " ".join([*sentences, *([link] if link else []), f"{terms}."])


@dataclass(frozen=True, slots=True)
class Legend:
    """The words around a figure: label, title, whole caption, panel letters, mentions."""

    label: str
    title: str
    caption: str
    panels: list[str]
    mentions: list[str]


def safe_id(name: str) -> str:
    """A name reduced to letters, digits, '.', '_' and '-'; never empty, never only dots."""
    return _UNSAFE.sub("_", name).strip("._-") or "article"


def bare_doi(text: str) -> str:
    """A DOI without resolver or 'doi:'."""
    return re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text, flags=re.I)


def distinct_id(name: str) -> str:
    """As `safe_id`, with a digest of the name where letters other than ASCII were lost."""
    if name.isascii():
        return safe_id(name)
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe_id(name)}-{digest[:8]}"


def license_by_caption(caption: str, article: License) -> License:
    """The article's licence, or UNKNOWN for a figure reprinted by permission of someone else."""
    return UNKNOWN if _PERMISSION.search(caption) else article


def check_caption(caption: str) -> None:
    """Raises ItemError for a caption that is empty or longer than MAX_CAPTION_CHARS."""
    if not caption:
        raise ItemError("no caption", "the text is empty")
    if len(caption) > MAX_CAPTION_CHARS:
        detail = f"{len(caption):,} characters, at most {MAX_CAPTION_CHARS:,}"
        raise ItemError("caption is too long", detail)


def make_figure(
    source: str,
    key: str,
    article: Article,
    image: tuple[str, bytes],
    legend: Legend,
    verdict: MicroscopyVerdict,
    license: License,
    attribution: str = "",
) -> Figure:
    """The record of figure `key` (unique in its article) whose image is (file name, bytes).

    `attribution` replaces the credit line made from the article. Raises ImageError.
    """
    facts = inspect(image[1])
    return Figure(
        figure_id=f"{article.article_id}/{key}",
        article_id=article.article_id,
        source=source,
        image={"bytes": image[1], "path": image[0]},
        image_sha256=facts.sha256,
        image_phash=facts.phash,
        width=facts.width,
        height=facts.height,
        label=legend.label,
        title=legend.title,
        caption=legend.caption,
        panels=legend.panels,
        mentions=legend.mentions,
        is_microscopy=verdict.is_microscopy,
        microscopy_reason=verdict.reason,
        modality=verdict.modality,
        license=license.id,
        license_url=license.url,
        attribution=attribution or article.attribution(license),
        authors=article.authors,
        doi=article.doi,
        article_title=article.title,
        reserved=False,
        facts="",
    )
