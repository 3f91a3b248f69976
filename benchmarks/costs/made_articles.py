"""Article packages in the form of PubMed Central, made of phantoms, at the sizes of real ones.

    python benchmarks/costs/made_articles.py FOLDER FIGURES WIDEST

What real articles have was taken from the eight packages that the tests read: 130-310 kB of JATS
each, seven figures on average, JPEG of 1.1 bits a pixel (median) with 4:2:0 chroma. Previews are
600 pixels wide; publishers ask for 789-2,250 pixels, the width of a page at 300 dpi.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt
from PIL import Image

from builder.sources.phantom import Phantom, make_figure, render_panel

Picture = npt.NDArray[np.uint8]
FIGURES_PER_ARTICLE = 6
PUBLICATION, PREVIEW = 2_250, 600
"""Width of the widest figure, pixels."""

_NARROWEST = 2 / 3
_PANELS = 3, 2
_POOL = 96
_NOISE = 1.5
QUALITY = 85
"""JPEG quality of a figure."""

_PARAGRAPHS, _REFERENCES = 60, 80


def write_articles(folder: Path, figures: int, widest: int) -> list[Path]:
    """Write packages with so many figures in all, two thirds of `widest` to `widest` pixels wide.

    Returns the image files in the order of the articles. The same arguments give the same bytes.
    """
    pool = [_panel(index, widest // _PANELS[0]) for index in range(min(_POOL, 8 + figures))]
    images: list[Path] = []
    for first in range(0, figures, FIGURES_PER_ARTICLE):
        numbers = range(first, min(first + FIGURES_PER_ARTICLE, figures))
        name = f"PMC{9_000_000 + first}"
        package = folder / name
        package.mkdir(parents=True)
        phantoms = [make_figure(number) for number in numbers]
        (package / f"{name}.nxml").write_text(_article(name, first, phantoms), encoding="utf-8")
        for number in numbers:
            images.append(package / f"g{number - first + 1:03d}.jpg")
            _figure(pool, number, widest).save(images[-1], "JPEG", quality=QUALITY, subsampling=2)
    return images


def _panel(index: int, side: int) -> Picture:
    """A phantom panel enlarged, with the grain that a camera gives at that size."""
    facts = make_figure(index).facts
    image = Image.fromarray(render_panel(facts, facts.panels[0])).resize((side, side))
    grain = np.random.default_rng(index).normal(0, _NOISE, (side, side, 1))
    return np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)


def _figure(pool: list[Picture], number: int, widest: int) -> Image.Image:
    """A plate of panels, each drawn and turned at random."""
    rng = np.random.default_rng([number, widest])
    width = int(rng.integers(int(_NARROWEST * widest), widest + 1))
    side = width // _PANELS[0]
    plate = Image.new("RGB", (side * _PANELS[0], side * _PANELS[1]), "white")
    for column in range(_PANELS[0]):
        for row in range(_PANELS[1]):
            panel = np.rot90(pool[rng.integers(len(pool))], int(rng.integers(4)))
            cut = panel[: side - 6, : side - 6]
            plate.paste(Image.fromarray(cut), (column * side, row * side))
    return plate


def _article(name: str, first: int, phantoms: list[Phantom]) -> str:
    figures = "".join(
        f'<fig id="f{n}"><label>Figure {n}</label><caption><p>{escape(p.caption.text)}</p>'
        f'</caption><graphic xlink:href="g{n:03d}"/></fig>'
        for n, p in enumerate(phantoms, start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><article '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>'
        f'<article-id pub-id-type="pmc">{name}</article-id><title-group><article-title>'
        f"Phantom article {name}</article-title></title-group><permissions><license "
        'xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>CC BY 4.0'
        "</license-p></license></permissions></article-meta></front><body><sec>"
        f"{_text(first, phantoms)}{figures}</sec></body><back><ref-list>"
        f"{_references()}</ref-list></back></article>"
    )


def _text(first: int, phantoms: list[Phantom]) -> str:
    """Paragraphs of about 900 characters; each mentions a figure."""
    paragraphs = []
    for k in range(_PARAGRAPHS):
        number = k % len(phantoms)
        words = escape(" ".join(make_figure(first + k + i).caption.text for i in range(3)))
        xref = f'<xref ref-type="fig" rid="f{number + 1}">Figure {number + 1}</xref>'
        cited = "".join(f'<xref ref-type="bibr" rid="b{k + i}">{k + i}</xref>, ' for i in range(3))
        mention = xref if k < 3 * len(phantoms) else ""
        paragraphs.append(f"<p>{words} {cited}{mention}</p>")
    return "".join(paragraphs)


def _references() -> str:
    name = "<name><surname>Phantom</surname><given-names>P</given-names></name>"
    return "".join(
        f'<ref id="b{n}"><element-citation publication-type="journal"><person-group>{name * 8}'
        f"</person-group><year>2020</year><article-title>Phantoms and their figures, part {n}"
        "</article-title><source>Journal of Phantoms</source></element-citation></ref>"
        for n in range(_REFERENCES)
    )


if __name__ == "__main__":
    write_articles(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
