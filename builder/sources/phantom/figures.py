"""Puts panels together to a figure: letters, scale bars, PNG."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from builder.sources.phantom import electron, fluorescence, histology, phase_contrast
from builder.sources.phantom.captions import format_length
from builder.sources.phantom.facts import Kind, Panel, PhantomFacts
from builder.sources.phantom.optics import SIDE, Picture

RENDERERS = {
    "immunofluorescence": fluorescence.render,
    "histochemistry": histology.render,
    "immunohistochemistry": histology.render,
    "phase": phase_contrast.render,
    "tem": electron.render,
    "sem": electron.render,
}


def render_panel(facts: PhantomFacts, panel: Panel) -> Picture:
    """One panel without letter and scale bar, SIDE x SIDE x 3; a pure function of the facts."""
    seed = [facts.noise_seed, int(panel.treated)]
    return RENDERERS[facts.kind](facts, panel, np.random.default_rng(seed))


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, ink: str
) -> None:
    """Centred text. The bundled font has no µ: a u with a stem stands for it."""
    font = ImageFont.load_default(size)
    plain = text.replace("µ", "u")
    left = at[0] - draw.textlength(plain, font) / 2
    rim = "black" if ink == "white" else "white"
    draw.text((left, at[1]), plain, fill=ink, font=font, stroke_width=1, stroke_fill=rim)
    if "µ" in text:
        stem = left + draw.textlength(text.split("µ")[0], font) + 1
        draw.line((stem, at[1] + size * 0.55, stem, at[1] + size * 1.3), fill=ink, width=1)


def _draw_bar_and_letter(
    picture: Picture, facts: PhantomFacts, panel: Panel, rng: np.random.Generator
) -> Image.Image:
    image = Image.fromarray(picture)
    dark: tuple[Kind, ...] = ("immunofluorescence", "sem", "phase")
    draw, ink = ImageDraw.Draw(image), "white" if facts.kind in dark else "black"
    bar = facts.scale_bar_um / facts.um_per_pixel
    bottom = SIDE - int(rng.integers(10, 16))
    start = SIDE - 10 - bar if rng.random() < 0.75 else 10.0
    draw.rectangle((start, bottom - 3, start + bar - 1, bottom), fill=ink)
    if facts.scale_bar_labelled:
        _write(draw, (start + bar / 2, bottom - 19), format_length(facts.scale_bar_um), 12, ink)
    if panel.letter:
        _write(draw, (16, 5), panel.letter, 22, ink)
    return image


def render_figure(facts: PhantomFacts) -> Picture:
    """The whole figure, height x width x 3: one panel, or control and treated panel side by side.

    Letters are drawn for pairs, a scale bar in each panel. A pure function of the facts.
    """
    rng = np.random.default_rng([facts.noise_seed, 2])
    gap = int(rng.integers(3, 10))
    draws = rng.integers(0, 2**31)
    images = [
        _draw_bar_and_letter(render_panel(facts, panel), facts, panel, np.random.default_rng(draws))
        for panel in facts.panels
    ]
    width = SIDE * len(images) + gap * (len(images) - 1)
    figure = Image.new("RGB", (width, SIDE), "white")
    for index, image in enumerate(images):
        figure.paste(image, (index * (SIDE + gap), 0))
    return np.asarray(figure, dtype=np.uint8)


def encode(picture: Picture) -> bytes:
    """PNG bytes of a picture; lightly compressed, since noise hardly compresses."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
