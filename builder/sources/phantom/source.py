"""The phantom as a source: invented articles, and the figures rendered for them.

An article is a study and its figures, a pure function of the seed and the index.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from builder.sources.base import Partition, SourceError
from builder.sources.phantom.captions import PhantomCaption, compose
from builder.sources.phantom.facts import PhantomFacts, draw_facts, draw_study
from builder.sources.phantom.figures import encode, render_figure
from builder.sources.phantom.vocabulary import Dice
from builder.tables.images import inspect
from builder.tables.records import Figure, Rejection

VERSION = "2"
LICENSE = "CC0-1.0"
LICENSE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
ATTRIBUTION = (
    "Synthetic phantom figure made by microvqa_pp (procedurally generated, not a real micrograph). "
    "CC0-1.0."
)

RESERVED_SHARE = 0.1
MOST_FIGURES = 4
TITLES = (
    "Effects of {compound} on {sample}: an imaging study",
    "Microscopy of {sample} exposed to {compound}",
    "Structural response of {sample} to {compound}",
    "{compound} and the cell biology of {sample}",
    "A quantitative image analysis of {sample} under {compound}",
    "Imaging {sample} before and after {compound}",
)

logger = logging.getLogger("microvqa_pp")


@dataclass(frozen=True, slots=True)
class Phantom:
    """One figure: its facts and caption. The image is rendered when it is asked for."""

    facts: PhantomFacts
    caption: PhantomCaption

    def render(self) -> bytes:
        """Renders the figure, PNG."""
        return encode(render_figure(self.facts))


@dataclass(frozen=True, slots=True)
class PhantomArticle:
    """An invented article; `reserved` articles alone use reserved titles and values."""

    index: int
    title: str
    reserved: bool
    figures: tuple[Phantom, ...]

    @property
    def article_id(self) -> str:
        """'phantom-000012' for index 12."""
        return f"phantom-{self.index:06d}"


def _start_article(index: int, seed: int) -> tuple[np.random.Generator, int, bool]:
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, index])))
    figures = int(rng.integers(1, MOST_FIGURES + 1))
    return rng, figures, bool(rng.random() < RESERVED_SHARE)


def count_figures(index: int, seed: int) -> int:
    """How many figures an article has, 1 to MOST_FIGURES, without making them."""
    return _start_article(index, seed)[1]


def make_article(index: int, seed: int = 0) -> PhantomArticle:
    """The article of an index (0 or more), with all its figures."""
    rng, count, reserved = _start_article(index, seed)
    dice = Dice(rng, reserved)
    study = draw_study(dice)
    sample = f"{study.cell_line} cells" if study.cell_line else f"{study.organism} {study.tissue}"
    title = dice.choose(TITLES).format(sample=sample, compound=study.treatment.compound)
    title = title[:1].upper() + title[1:]
    figures = []
    for number in range(1, count + 1):
        facts = draw_facts(dice, study)
        caption = compose(dice, facts, f"Figure {number}")
        told = replace(facts, template=caption.template, disclosed=caption.disclosed)
        figures.append(Phantom(told, caption))
    return PhantomArticle(index, title, reserved, tuple(figures))


def make_figure(index: int, seed: int = 0) -> Phantom:
    """The first figure of an article: one figure per index, all independent of each other."""
    return make_article(index, seed).figures[0]


def make_record(article: PhantomArticle, number: int, phantom: Phantom) -> Figure:
    """The row of figure `number` (from 1) of an article; renders the image."""
    image = phantom.render()
    seen = inspect(image)
    caption = phantom.caption
    letters = [panel.letter for panel in phantom.facts.panels if panel.letter]
    return Figure(
        figure_id=f"{article.article_id}/fig{number}",
        article_id=article.article_id,
        source=PhantomSource.kind,
        image={"bytes": image, "path": f"{article.article_id}-fig{number}.png"},
        image_sha256=seen.sha256,
        image_phash=seen.phash,
        width=seen.width,
        height=seen.height,
        label=f"Figure {number}",
        title=caption.title,
        caption=caption.text,
        panels=letters,
        mentions=[caption.mention],
        is_microscopy=True,
        microscopy_reason="phantom",
        modality=phantom.facts.modality,
        license=LICENSE,
        license_url=LICENSE_URL,
        attribution=ATTRIBUTION,
        authors=["Phantom generator"],
        doi="",
        article_title=article.title,
        reserved=article.reserved,
        facts=phantom.facts.to_json(),
    )


class PhantomSource:
    """Invented articles with 1 to 4 figures each, at least `figures` figures in total.

    Reads nothing: articles depend on `seed` and their index alone, so partitions can be read in any
    order and in any process.

    A partition: whole articles, closed when it has `figures_per_partition` figures.

    Yields a figure for each that is drawn, with its facts; rejects nothing.

    Raises:
        SourceError: For settings out of range.
    """

    kind = "phantom"
    decodes = False

    def __init__(self, figures: int = 720, seed: int = 0, figures_per_partition: int = 180) -> None:
        if figures < 1 or figures_per_partition < 1 or seed < 0:
            raise SourceError(
                f"phantom: figures ({figures}) and figures_per_partition ({figures_per_partition}) "
                f"must be at least 1 and seed ({seed}) at least 0"
            )
        self.figures = figures
        self.seed = seed
        self.figures_per_partition = figures_per_partition

    def partitions(self) -> list[Partition]:
        """Runs of whole articles, each closed when it has `figures_per_partition` figures."""
        found: list[Partition] = []
        items: list[str] = []
        made = here = index = 0
        while made < self.figures:
            size = count_figures(index, self.seed)
            items.append(str(index))
            made, here, index = made + size, here + size, index + 1
            if here >= self.figures_per_partition or made >= self.figures:
                content = f"phantom {VERSION} seed {self.seed} articles {' '.join(items)}"
                digest = hashlib.sha256(content.encode()).hexdigest()
                found.append(Partition(f"phantom-{len(found):05d}", digest, tuple(items)))
                items, here = [], 0
        return found

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Renders the figures of a partition's articles, in order."""
        for item in partition.items:
            article = make_article(int(item), self.seed)
            for number, phantom in enumerate(article.figures, start=1):
                yield make_record(article, number, phantom)
