"""Phase contrast: transparent cells whose optical path shows as grey, with bright halos.

Zernike's method turns the phase that light gains in a cell, its optical path, into brightness. The
phase ring lets a part of the diffracted light pass too, which takes the slow changes of the path
away: cells look dark, with a halo. To first order, with G a wide Gaussian blur,

    brightness = level + tone * (1.25 G(path) - path)

(Yin, Kanade and Chen, Med Image Anal 16:1047, 2012, for the model of the halo).
"""

from __future__ import annotations

import numpy as np

from builder.sources.phantom.facts import Panel, PhantomFacts
from builder.sources.phantom.optics import (
    SIDE,
    Field,
    Picture,
    Points,
    blur,
    clip,
    detect,
    draw_illumination,
    draw_noise,
    draw_specks,
    glow,
    seed_settings,
    to_picture,
)
from builder.sources.phantom.shapes import draw_marks, draw_shapes, place_objects


def _draw_outlines(
    rng: np.random.Generator, feature: str, marked: Points
) -> tuple[Points, Points, Points]:
    """Relative radius, elongation and thickness of each cell; marked ones look like the feature."""
    count = len(marked)
    size, stretch = rng.uniform(0.9, 1.1, count), rng.uniform(1.1, 1.7, count)
    thick = rng.uniform(0.8, 1.1, count)
    on = marked > 0
    if feature == "rounded":
        size, stretch = np.where(on, 0.66 * size, size), np.where(on, 1.04, stretch)
        thick = np.where(on, 1.2, thick)
    elif feature == "elongated":
        stretch = np.where(on, rng.uniform(3.6, 4.6, count), 1.1)
    elif feature == "flattened":
        size, thick = np.where(on, 1.35 * size, 0.8 * size), np.where(on, 0.45, 1.3)
    elif feature == "shrunken":
        size, thick = np.where(on, 0.58 * size, size), np.where(on, 2.0, thick)
    return size, stretch, thick


def _draw_blebs(rng: np.random.Generator, centres: Points, radii: Points, marked: Points) -> Field:
    turn = rng.uniform(0, 2 * np.pi, (9, len(marked)))
    away = radii * rng.uniform(0.75, 0.98, turn.shape)
    y, x = centres[:, 0] + away * np.sin(turn), centres[:, 1] + away * np.cos(turn)
    keep = np.flatnonzero(marked)
    if not len(keep):
        return np.zeros((SIDE, SIDE), np.float32)
    spots = np.stack([y[:, keep].ravel(), x[:, keep].ravel()], 1)
    size = np.tile(radii[keep], 9) * rng.uniform(0.13, 0.24, len(spots))
    blebs = draw_shapes(spots, size)
    return np.asarray(0.5 * blebs.mask(0.9, 2.5) + 0.5 * blebs.ring(1.0, 1.2), np.float32)


def _draw_vacuoles(
    rng: np.random.Generator, centres: Points, radii: Points, marked: Points
) -> Field:
    keep = np.flatnonzero(marked)
    if not len(keep):
        return np.zeros((SIDE, SIDE), np.float32)
    spots = (centres[keep] + rng.uniform(-0.5, 0.5, (6, len(keep), 2)) * radii[keep, None]).reshape(
        -1, 2
    )
    size = np.tile(radii[keep], 6) * rng.uniform(0.1, 0.2, len(spots))
    holes = draw_shapes(spots, size)
    return np.asarray(1.6 * holes.ring(1.0, 1.2) - 1.1 * holes.mask(0.9, 1.5), dtype=np.float32)


def _draw_nuclei(rng: np.random.Generator, centres: Points, radii: Points, pairs: Points) -> Field:
    """Faint nuclei with dark nucleoli; cells marked in `pairs` have two."""
    both = np.flatnonzero(pairs)
    offset = np.zeros_like(centres)
    turn = rng.uniform(0, 2 * np.pi, len(centres))
    side = 0.27 * radii[:, None] * np.stack([np.sin(turn), np.cos(turn)], 1)
    offset[both] = side[both]
    spots = np.concatenate([centres + offset, (centres - side)[both]])
    size = np.concatenate([radii, radii[both]]) * 0.34
    size[: len(radii)] = np.where(pairs > 0, 0.24 / 0.34, 1.0) * size[: len(radii)]
    size[len(radii) :] *= 0.24 / 0.34
    nuclei = draw_shapes(spots, size, 1.2, rng.uniform(0, 3, len(spots)))
    dots = (
        np.repeat(spots, 2, 0)
        + rng.normal(0, 0.28, (2 * len(spots), 2)) * np.repeat(size, 2)[:, None]
    )
    nucleoli = draw_shapes(dots, np.repeat(size, 2) * 0.2)
    edge = 0.8 * nuclei.ring(1.0, 1.1) - 0.5 * nuclei.mask(0.95, 2.0)
    return np.asarray(edge + 0.75 * nucleoli.mask(1.0, 1.5), dtype=np.float32)


def render(facts: PhantomFacts, panel: Panel, rng: np.random.Generator) -> Picture:
    """One panel with exactly `panel.count` cells, `panel.positive` of them with the feature."""
    # Cells whose mean diameter is that of the facts, at the scale that the fuller panel needs.
    count, feature = panel.count, facts.feature
    mean = panel.diameter_um / facts.um_per_pixel / 2
    marked = draw_marks(rng, count, panel.positive).astype(float)
    size, stretch, thick = _draw_outlines(rng, feature, marked)
    radii = size / size.mean() * mean
    pitch = SIDE / np.sqrt(max(p.count for p in facts.panels))
    centres = place_objects(rng, count, max(0.72 * pitch, 1.75 * mean), mean)
    angles = rng.normal(rng.uniform(0, np.pi), 0.7, count)
    rough = 0.1 if feature in ("elongated", "blebbing", "rounded") else 0.2
    warp = np.asarray(rough * draw_noise(rng, 10) + 0.07 * draw_noise(rng, 26), np.float32)
    cells = draw_shapes(centres, radii, stretch, angles, warp, 1.4)
    rounded = np.where((feature == "rounded") & (marked > 0), 0.0, 1.0)
    pairs = marked if feature == "binucleate" else np.zeros(count)
    inner = _draw_nuclei(rng, centres, radii, pairs) * cells.paint(rounded)
    # The optical path: thickness, nuclei, seams between cells, what the feature adds, debris.
    grain = 0.12 * draw_noise(rng, 60) + 0.14 * draw_noise(rng, 90)
    dome = np.sqrt(clip(1.02 - cells.distance**2, 0, 1.1))
    thickness = np.asarray(
        cells.paint(thick) * (0.55 * dome + 0.45 * cells.mask(1.0, 2.0)), np.float32
    )
    path = thickness * (1 + grain)
    path += 0.5 * inner * cells.mask(0.95, 2.0) - 0.4 * cells.seam(1.2)
    if feature == "blebbing":
        path += 1.1 * _draw_blebs(rng, centres, radii, marked)
    if feature == "vacuolated":
        path += 0.9 * _draw_vacuoles(rng, centres, radii, marked) * cells.mask(0.95, 2.0)
    path += 4 * blur(draw_specks(rng, 24, rng.uniform(0, 1, 24)), 1.0)
    # From the optical path to brightness, as above.
    scope = seed_settings(facts.noise_seed)
    halo = glow(np.asarray(path, np.float32), scope.uniform(5, 8))
    tone = scope.uniform(0.28, 0.4)
    seen = scope.uniform(0.42, 0.55) + tone * (1.25 * halo - path) + 0.012 * draw_noise(rng, 7)
    # Rounded cells act as small lenses: bright, with a glow.
    lens = 0.1 * cells.mask(0.7, 5.0) + 0.42 * cells.ring(0.85, 2.2)
    bright = np.asarray(cells.paint(1 - rounded) * lens, dtype=np.float32)
    seen += bright + 0.45 * glow(bright, 5.0)
    seen = blur(seen * draw_illumination(scope, scope.uniform(0.08, 0.3)), scope.uniform(0.6, 0.9))
    return to_picture(detect(rng, seen, scope.uniform(500, 1500), 0.012))
