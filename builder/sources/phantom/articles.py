"""An invented article: a study and its figures, a pure function of the seed and the index."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from builder.sources.phantom.captions import Caption, compose
from builder.sources.phantom.facts import Facts
from builder.sources.phantom.figures import encode, render_figure
from builder.sources.phantom.sampling import Study, draw_facts, draw_study
from builder.sources.phantom.vocabulary import Dice

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


@dataclass(frozen=True, slots=True)
class Phantom:
    """One figure: its facts and caption. The image is `image()`, PNG bytes."""

    facts: Facts
    caption: Caption

    def image(self) -> bytes:
        """Renders the figure, PNG."""
        return encode(render_figure(self.facts))


@dataclass(frozen=True, slots=True)
class Article:
    """An invented article; `reserved` articles alone use reserved titles and values."""

    index: int
    title: str
    reserved: bool
    figures: tuple[Phantom, ...]

    @property
    def article_id(self) -> str:
        """'phantom-000012' for index 12."""
        return f"phantom-{self.index:06d}"


def _start(index: int, seed: int) -> tuple[np.random.Generator, int, bool]:
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, index])))
    figures = int(rng.integers(1, MOST_FIGURES + 1))
    return rng, figures, bool(rng.random() < RESERVED_SHARE)


def figure_count(index: int, seed: int) -> int:
    """How many figures an article has, 1 to MOST_FIGURES, without making them."""
    return _start(index, seed)[1]


def _title(dice: Dice, study: Study) -> str:
    sample = f"{study.cell_line} cells" if study.cell_line else f"{study.organism} {study.tissue}"
    title = dice.choose(TITLES).format(sample=sample, compound=study.treatment.compound)
    return title[:1].upper() + title[1:]


def make_article(index: int, seed: int = 0) -> Article:
    """The article of an index (0 or more), with all its figures."""
    rng, count, reserved = _start(index, seed)
    dice = Dice(rng, reserved)
    study = draw_study(dice)
    title = _title(dice, study)
    figures = []
    for number in range(1, count + 1):
        facts = draw_facts(dice, study)
        caption = compose(dice, facts, f"Figure {number}")
        told = replace(facts, template=caption.template, disclosed=caption.disclosed)
        figures.append(Phantom(told, caption))
    return Article(index, title, reserved, tuple(figures))


def make_figure(index: int, seed: int = 0) -> Phantom:
    """The first figure of an article: one figure per index, all independent of each other."""
    return make_article(index, seed).figures[0]
