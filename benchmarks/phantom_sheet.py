"""Draws phantom figures with their captions.

`python benchmarks/phantom_sheet.py docs/phantom.png`
"""

from __future__ import annotations

import sys
import textwrap
from itertools import count
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from builder.sources.phantom.figures import render_figure
from builder.sources.phantom.source import Phantom, make_figure
from builder.sources.phantom.templates import TITLES

COLUMNS, ROWS = 4, 6
CELL = (556, 372)
TEXT_WIDTH = 88


def pick(number: int, seed: int = 0) -> list[Phantom]:
    """`number` figures, as many of each kind, each the first of its article."""
    each = -(-number // len(TITLES))
    chosen: dict[str, list[Phantom]] = {kind: [] for kind in TITLES}
    for index in count():
        phantom = make_figure(index, seed)
        if len(chosen[phantom.facts.kind]) < each:
            chosen[phantom.facts.kind].append(phantom)
        if all(len(group) == each for group in chosen.values()):
            break
    return [phantom for group in chosen.values() for phantom in group][:number]


def draw_sheet(phantoms: list[Phantom], columns: int = COLUMNS) -> Image.Image:
    """A white sheet with a figure and its caption per cell."""
    rows = -(-len(phantoms) // columns)
    sheet = Image.new("RGB", (columns * CELL[0], rows * CELL[1]), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for index, phantom in enumerate(phantoms):
        x, y = index % columns * CELL[0] + 12, index // columns * CELL[1] + 8
        sheet.paste(Image.fromarray(render_figure(phantom.facts)), (x, y))
        plain = phantom.caption.text.replace("µ", "u").replace("γ", "gamma-")
        plain = plain.replace("α", "alpha").replace("β", "beta")
        text = "\n".join(textwrap.wrap(plain, TEXT_WIDTH))
        draw.multiline_text((x, y + 262), text, fill="black", font=font, spacing=3)
    return sheet


def main(arguments: list[str]) -> None:
    """Writes the sheet to the path given as the only argument."""
    sheet = draw_sheet(pick(COLUMNS * ROWS))
    coarse = sheet.point(lambda value: value | 7)
    coarse.save(Path(arguments[0]), "PNG", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
