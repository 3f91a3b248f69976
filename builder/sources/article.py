"""What all sources share: an article with its rights, and the figure record made from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from builder.sources.credits import find_credit
from builder.tables.images import inspect
from builder.tables.license_terms import read_terms
from builder.tables.licenses import UNKNOWN, License, rank_restriction
from builder.tables.microscopy import MicroscopyVerdict
from builder.tables.records import Figure
from builder.tables.topics import TOPICS, find_topic

MAX_CAPTION_CHARS = 50_000
"""Longest caption that is read: several times that of the longest figure legends in print."""

_NAMES_LICENSE = re.compile(r"\bcc[-_ ]by|creative ?commons|licen[cs]ed? under|commercial", re.I)


class ItemError(Exception):
    """A record that cannot be used; `reason` is short and stable, `detail` says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Article:
    """An article's identity and rights; what is not known is empty.

    `article_id` is a PMCID, else made of the DOI or the package's name. `license_reason` has the
    words by which its licence is unknown.
    """

    article_id: str
    doi: str
    title: str
    journal: str
    year: str
    authors: list[str]
    license: License
    license_reason: str = ""
    pmid: str = ""
    pmcid: str = ""

    def write_attribution(self, license: License) -> str:
        """Credit line as CC BY asks for: authors, title, source, link, licence."""
        names = self.authors if len(self.authors) <= 3 else [self.authors[0], "et al."]
        credited = (" " if "et al." in names else ", ").join(names)
        where = ", ".join(part for part in (self.journal, self.year) if part)
        # A DOI is the link to prefer; PubMed Central has a page for each article of its own.
        link = f"https://doi.org/{self.doi}" if self.doi else ""
        if not link and self.article_id.startswith("PMC"):
            link = f"https://www.ncbi.nlm.nih.gov/pmc/articles/{self.article_id}/"
        terms = "licence unknown" if license.id == "unknown" else f"Licence: {license.id}"
        terms = f"{terms} ({license.url})" if license.url else terms
        sentences = [f"{part.rstrip('.')}." for part in (credited, self.title, where) if part]
        return " ".join([*sentences, *([link] if link else []), f"{terms}."])


@dataclass(frozen=True, slots=True)
class Legend:
    """The words around a figure.

    `label` is "Figure 2", `caption` the whole caption with its title, `panels` its panel letters,
    `mentions` the paragraphs of the article that refer to the figure.
    """

    label: str
    title: str
    caption: str
    panels: list[str]
    mentions: list[str] = field(default_factory=list)


def strip_doi(text: str) -> str:
    """A DOI without resolver or 'doi:'."""
    return re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text, flags=re.I)


def choose_license(texts: Iterable[str], article: Article) -> tuple[License, str]:
    """Licence of a figure by the words around it, and the words by which it is not the article's.

    "Reproduced from Smith et al. with permission" is not covered by what the article allows. A
    licence that the words name themselves holds beside the article's: the stricter counts.

    Args:
        texts: Label, caption, credit lines and footnotes of the figure.
        article: The article that it belongs to.
    """
    texts = list(texts)
    for text in texts:
        if words := find_credit(text):
            return UNKNOWN, f'picture of others: "{words}"'
    if article.license is UNKNOWN:
        return UNKNOWN, article.license_reason
    for text in filter(_NAMES_LICENSE.search, texts):
        own, reason = read_terms([article.license.id, text])
        if own.id != article.license.id and rank_restriction(own) > rank_restriction(
            article.license
        ):
            return own, reason or f"the caption names {own.id}"
    return article.license, ""


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
    license_reason: str = "",
) -> Figure:
    """The record of a figure, with the facts of its image.

    Args:
        source: Kind of the source; `key`: name of the figure, unique in its article.
        article: Article that it belongs to.
        image: File name and bytes, as the source has them.
        legend: The words around it.
        verdict: Whether it shows microscopy.
        license: Licence of the figure, which may differ from the article's.
        attribution: Replaces the credit line made from the article.
        license_reason: The words by which the licence is not the article's.

    Raises:
        ImageError: For an image that cannot be decoded.
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
        attribution=attribution or article.write_attribution(license),
        authors=article.authors,
        doi=article.doi,
        article_title=article.title,
        reserved=False,
        facts="",
        # Only micrographs are asked about: of other figures the topic is not looked for.
        topic=find_topic(legend.caption, article.title, legend.mentions)
        if verdict.is_microscopy
        else TOPICS[0],
        license_reason=license_reason,
        pmid=article.pmid,
        pmcid=article.pmcid,
    )
