"""Fluorescence: markers at their localisation in cultured cells, one colour per channel.

Dyes emit independently, so a channel is the light of its dye, blurred by the lens, with the haze of
what is out of focus, uneven illumination and the noise of few photons; channels are added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
    spread_points,
    to_picture,
)
from builder.sources.phantom.shapes import (
    Shapes,
    draw_marks,
    draw_radii,
    draw_shapes,
    place_objects,
)

COLOURS = {
    "blue": (0.12, 0.28, 1.0),
    "green": (0.1, 1.0, 0.16),
    "red": (1.0, 0.14, 0.1),
    "magenta": (1.0, 0.1, 0.9),
    "cyan": (0.05, 0.9, 1.0),
    "yellow": (1.0, 0.88, 0.08),
}
NEGATIVE = 0.04


@dataclass(frozen=True, slots=True)
class CellLayout:
    """The cells of one panel; radii in pixels."""

    centres: Points
    nuclei: Shapes
    cells: Shapes
    nucleus: Points
    cell: Points
    angles: Points
    texture: Field


Signal = Callable[[np.random.Generator, CellLayout, Points], Field]


def place_cells(
    rng: np.random.Generator, panel: Panel, um_per_pixel: float, crowd: int
) -> CellLayout:
    """Places `panel.count` cells whose mean nuclear diameter is `panel.diameter_um`.

    `crowd` is the larger count of the figure's panels: cells are as large as fit then.
    """
    radius = panel.diameter_um / um_per_pixel / 2
    pitch = SIDE / np.sqrt(crowd)
    spacing = max(0.66 * pitch, 2.75 * radius)
    centres = place_objects(rng, panel.count, spacing, radius * 1.5)
    nucleus = draw_radii(rng, panel.count, radius, 0.12)
    cell = draw_radii(rng, panel.count, max(0.52 * pitch, radius * 1.75), 0.15)
    angles = rng.uniform(0, np.pi, panel.count)
    rough = draw_noise(rng, 12)
    nuclei = draw_shapes(
        centres, nucleus, rng.uniform(1.0, 1.45, panel.count), angles, 0.05 * rough, 2.0
    )
    shift = centres + rng.uniform(-0.18, 0.18, (panel.count, 2)) * cell[:, None]
    warp = 0.17 * draw_noise(rng, 9) + 0.07 * draw_noise(rng, 24)
    cells = draw_shapes(
        shift, cell, rng.uniform(1.0, 1.7, panel.count), angles, warp.astype(np.float32), 1.5
    )
    return CellLayout(centres, nuclei, cells, nucleus, cell, angles, draw_noise(rng, 56))


def _stain_nuclei(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    chromatin = 0.78 + 0.17 * lay.texture + 0.16 * draw_noise(rng, 30)
    return lay.nuclei.paint(gain) * lay.nuclei.mask(1.0, 2.0) * np.maximum(chromatin, 0.25)


def _stain_nucleoli(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    offset = rng.uniform(-0.42, 0.42, (3, len(gain), 2)) * lay.nucleus[:, None]
    spots = (lay.centres + offset).reshape(-1, 2)
    size = np.tile(lay.nucleus, 3) * rng.uniform(0.14, 0.3, 3 * len(gain))
    blobs = draw_shapes(spots, size, 1.2, 0.4, 0.1 * lay.texture)
    return blobs.paint(np.tile(gain, 3)) * blobs.mask(1.0, 1.5) + 0.12 * _stain_nuclei(
        rng, lay, gain
    )


def _stain_nucleoplasm(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    offset = rng.uniform(-0.4, 0.4, (2, len(gain), 2)) * lay.nucleus[:, None]
    spots = (lay.centres + offset).reshape(-1, 2)
    holes = draw_shapes(spots, np.tile(lay.nucleus, 2) * 0.2, 1.2, 0.4, 0.1 * lay.texture)
    return _stain_nuclei(rng, lay, gain) * (1 - 0.7 * holes.mask(1.0, 2.0))


def _stain_nuclear_foci(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    turn = rng.uniform(0, 2 * np.pi, (14, len(gain)))
    away = np.sqrt(rng.uniform(0, 0.62, turn.shape)) * lay.nucleus
    y, x = lay.centres[:, 0] + away * np.sin(turn), lay.centres[:, 1] + away * np.cos(turn)
    spots = blur(spread_points(y, x, gain * rng.uniform(0.5, 1.2, turn.shape)), 1.0)
    return 6.0 * spots + 0.14 * _stain_nuclei(rng, lay, gain)


def _stain_nuclear_envelope(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    shell = lay.nuclei.ring(0.97, 1.5) + 0.22 * lay.nuclei.mask(1.0, 2.0)
    return lay.nuclei.paint(gain) * shell * (0.9 + 0.18 * lay.texture)


def _stain_cytoplasm(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    thick = clip(1.25 - 0.85 * lay.cells.distance, 0, 1.2)
    grain = 0.85 + 0.12 * lay.texture + 0.12 * draw_noise(rng, 20)
    body = lay.cells.mask(1.0, 4.0) * (1 - 0.75 * lay.nuclei.mask(1.0, 3.0))
    return lay.cells.paint(gain) * body * thick * grain


def _stain_membrane(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    uneven = clip(0.9 + 0.3 * draw_noise(rng, 30), 0.2, 1.6)
    rim = np.maximum(
        lay.cells.ring(0.97, 1.8), lay.cells.seam(1.8)
    ) * uneven + 0.1 * lay.cells.mask(1.0, 3.0)
    return lay.cells.paint(gain) * rim


def _walk_fibres(
    rng: np.random.Generator,
    start: tuple[Points, Points],
    heading: Points,
    step: Points | float,
    steps: int,
    bend: float,
) -> tuple[Points, Points]:
    turns = rng.normal(0, bend, (steps, *heading.shape)).cumsum(0) + heading
    y = start[0] + (np.sin(turns) * step).cumsum(0)
    x = start[1] + (np.cos(turns) * step).cumsum(0)
    return y, x


def _place_around_nuclei(
    rng: np.random.Generator, lay: CellLayout, each: int, low: float, high: float
) -> tuple[Points, Points, Points]:
    """Points around each nucleus; `low` is in nuclear radii, `high` a share of the way outwards."""
    turn = rng.uniform(0, 2 * np.pi, (each, len(lay.nucleus)))
    inner = low * lay.nucleus
    away = inner + high * np.maximum(lay.cell - lay.nucleus, 3) * rng.beta(1.2, 1.8, turn.shape)
    return lay.centres[:, 0] + away * np.sin(turn), lay.centres[:, 1] + away * np.cos(turn), turn


def _mask_cytoplasm(lay: CellLayout, spare_nucleus: float = 0.9) -> Field:
    return lay.cells.mask(1.05, 4.0) * (1 - np.float32(spare_nucleus) * lay.nuclei.mask(1.0, 2.5))


def _stain_mitochondria(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    y, x, turn = _place_around_nuclei(rng, lay, 34, 1.1, 0.8)
    length = np.minimum(lay.cell * 0.045, 1.1) + 0.25
    y, x = _walk_fibres(
        rng, (y, x), turn + rng.normal(np.pi / 2, 0.7, turn.shape), length, 12, 0.28
    )
    return (
        1.7 * blur(spread_points(y, x, np.broadcast_to(gain, y.shape)), 0.85) * _mask_cytoplasm(lay)
    )


def _stain_lysosomes(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    y, x, _ = _place_around_nuclei(rng, lay, 34, 1.08, 0.85)
    bright = gain * rng.gamma(2.5, 0.4, y.shape)
    return (
        7.5 * blur(spread_points(y, x, bright), 1.15) + 0.05 * lay.cells.paint(gain)
    ) * _mask_cytoplasm(lay)


def _stain_golgi(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    side = rng.uniform(0, 2 * np.pi, len(gain))
    turn = side + rng.normal(0, 0.42, (46, len(gain)))
    away = lay.nucleus * rng.uniform(1.08, 1.55, turn.shape)
    y, x = lay.centres[:, 0] + away * np.sin(turn), lay.centres[:, 1] + away * np.cos(turn)
    y, x = _walk_fibres(rng, (y, x), turn + np.pi / 2, 0.8, 5, 0.3)
    return 2.1 * blur(spread_points(y, x, np.broadcast_to(gain, y.shape)), 1.0)


def _stain_reticulum(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    net = np.exp(-np.abs(draw_noise(rng, 44)) * 3.2) + 0.5 * np.exp(-np.abs(lay.texture) * 4)
    fade = clip(1.35 - 1.05 * lay.cells.distance, 0.05, 1.2)
    mesh = np.asarray(net + 0.18, dtype=np.float32)
    return lay.cells.paint(gain) * _mask_cytoplasm(lay, 0.8) * fade * mesh


def _stain_actin(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    heading = np.broadcast_to(lay.angles, (26, len(gain))) + rng.normal(0, 0.12, (26, len(gain)))
    across = rng.uniform(-0.85, 0.85, heading.shape) * lay.cell
    back = rng.uniform(0.5, 1.25, heading.shape) * lay.cell
    y = lay.centres[:, 0] + across * np.cos(heading) - back * np.sin(heading)
    x = lay.centres[:, 1] - across * np.sin(heading) - back * np.cos(heading)
    y, x = _walk_fibres(rng, (y, x), heading, lay.cell / 22, 40, 0.02)
    fibres = 0.8 * blur(spread_points(y, x, np.broadcast_to(gain, y.shape)), 0.75)
    body = lay.cells.paint(gain) * (0.4 * lay.cells.ring(0.96, 1.9) + 0.08)
    return (fibres + body) * lay.cells.mask(1.05, 3.0)


def _stain_microtubules(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    side = rng.uniform(0, 2 * np.pi, len(gain))
    heading = rng.uniform(0, 2 * np.pi, (44, len(gain)))
    y = np.broadcast_to(lay.centres[:, 0] + 0.8 * lay.nucleus * np.sin(side), heading.shape)
    x = np.broadcast_to(lay.centres[:, 1] + 0.8 * lay.nucleus * np.cos(side), heading.shape)
    y, x = _walk_fibres(rng, (y, x), heading, lay.cell / 26, 36, 0.11)
    lines = 1.25 * blur(spread_points(y, x, np.broadcast_to(gain, y.shape)), 0.75)
    return clip(lines, 0, 1.5) * lay.cells.mask(1.08, 4.0) * (1 - 0.3 * lay.nuclei.mask())


def _stain_adhesions(rng: np.random.Generator, lay: CellLayout, gain: Points) -> Field:
    turn = rng.uniform(0, 2 * np.pi, (30, len(gain)))
    away = lay.cell * rng.uniform(0.7, 0.95, turn.shape)
    y, x = lay.centres[:, 0] + away * np.sin(turn), lay.centres[:, 1] + away * np.cos(turn)
    y, x = _walk_fibres(rng, (y, x), turn + rng.normal(0, 0.25, turn.shape), 0.7, 6, 0.05)
    dashes = 2.4 * blur(spread_points(y, x, np.broadcast_to(gain, y.shape)), 0.8)
    return (dashes + 0.08 * lay.cells.paint(gain)) * lay.cells.mask(1.1, 3.0)


SIGNALS: dict[str, Signal] = {
    "nuclear": _stain_nuclei,
    "nucleoplasmic": _stain_nucleoplasm,
    "nucleolar": _stain_nucleoli,
    "nuclear foci": _stain_nuclear_foci,
    "nuclear envelope": _stain_nuclear_envelope,
    "cytoplasmic": _stain_cytoplasm,
    "plasma membrane": _stain_membrane,
    "mitochondrial": _stain_mitochondria,
    "lysosomal": _stain_lysosomes,
    "Golgi": _stain_golgi,
    "endoplasmic reticulum": _stain_reticulum,
    "actin filaments": _stain_actin,
    "microtubules": _stain_microtubules,
    "focal adhesions": _stain_adhesions,
}


def _draw_gain(
    rng: np.random.Generator, positive: npt.NDArray[np.bool_], intensity: float
) -> Points:
    spread = rng.uniform(0.72, 1.2, len(positive))
    return np.asarray(spread * np.where(positive, intensity, NEGATIVE * min(intensity, 1.0)))


def render(facts: PhantomFacts, panel: Panel, rng: np.random.Generator) -> Picture:
    """Merged channels of one panel. The first channel carries the feature, the last the nuclei."""
    lay = place_cells(rng, panel, facts.um_per_pixel, max(p.count for p in facts.panels))
    positive = draw_marks(rng, panel.count, panel.positive)
    everywhere = np.ones(panel.count, dtype=bool)
    peak = max(p.intensity for p in facts.panels)
    # How the figure was imaged is the same for all its panels.
    scope = seed_settings(facts.noise_seed)
    light = draw_illumination(scope, scope.uniform(0.1, 0.45))
    photons, read = scope.uniform(35, 160), scope.uniform(0.01, 0.035)
    # Each channel by itself: the stain, haze, blur, light and noise, in its pseudo-colour.
    picture = np.zeros((SIDE, SIDE, 3), np.float32)
    for index, channel in enumerate(facts.channels):
        first = index == 0
        gain = _draw_gain(
            rng, positive if first else everywhere, panel.intensity / peak if first else 0.8
        )
        signal = SIGNALS[channel.localisation](rng, lay, gain)
        # Haze: the out-of-focus halo of the cells, distant blurred cells, debris and background.
        far = clip(draw_noise(rng, 5) - 1.0, 0, 2) * 0.07
        specks = 2.5 * draw_specks(rng, 5, rng.uniform(0.05, 0.3, 5))
        ground = 0.03 * (1 + 0.3 * draw_noise(rng, 3))
        haze = np.asarray(signal + far + 0.12 * glow(signal, 6) + specks + ground, dtype=np.float32)
        seen = blur(haze, scope.uniform(0.5, 0.8)) * light
        seen = clip(detect(rng, seen, photons, read), 0, 1.2)
        picture += seen[..., None] * np.asarray(COLOURS[channel.colour], np.float32)
    return to_picture(picture * np.float32(scope.uniform(0.85, 1.05)))
