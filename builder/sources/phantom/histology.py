"""Histology: stained tissue sections in transmitted light.

Colour follows Beer and Lambert. Of light I0 the section lets through, in each RGB channel,

    I = I0 * 10^-(sum over stains of concentration * optical density)

so stains multiply, as dyes do and paint does not. The densities of haematoxylin, eosin and DAB are
those of Ruifrok & Johnston, Anal Quant Cytol Histol 23:291 (2001); the others are chosen by eye.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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
    make_axes,
    seed_settings,
    to_picture,
)
from builder.sources.phantom.shapes import (
    Shapes,
    draw_marks,
    draw_radii,
    draw_shapes,
    place_objects,
)

Density = tuple[float, float, float]
HAEMATOXYLIN: Density = (0.65, 0.704, 0.286)
EOSIN: Density = (0.072, 0.99, 0.105)
DAB: Density = (0.268, 0.57, 0.776)

# Densities of nuclei, cytoplasm and fibres for each histochemical stain.
STAINS: dict[str, tuple[Density, Density, Density]] = {
    "H&E": (HAEMATOXYLIN, EOSIN, (0.06, 0.72, 0.14)),
    "Masson's trichrome": ((0.75, 0.8, 0.5), (0.1, 0.9, 0.6), (0.95, 0.45, 0.05)),
    "PAS": (HAEMATOXYLIN, (0.14, 0.5, 0.16), (0.16, 1.0, 0.25)),
    "toluidine blue": ((0.95, 0.7, 0.18), (0.7, 0.4, 0.1), (0.5, 0.4, 0.05)),
    "Giemsa": ((0.6, 0.85, 0.2), (0.5, 0.55, 0.12), (0.15, 0.55, 0.12)),
    "Sirius red": ((0.25, 0.5, 0.7), (0.02, 0.22, 0.6), (0.1, 1.05, 0.85)),
    "cresyl violet": ((0.7, 0.9, 0.2), (0.35, 0.5, 0.12), (0.12, 0.18, 0.05)),
    "Alcian blue": ((0.3, 0.95, 0.7), (0.05, 0.35, 0.2), (1.0, 0.35, 0.2)),
}
CHROMOGENS: dict[str, Density] = {
    "DAB": DAB,
    "AEC": (0.05, 0.85, 0.85),
    "Fast Red": (0.06, 1.0, 0.5),
    "Vector SG": (0.75, 0.62, 0.5),
    "NovaRED": (0.25, 0.85, 0.95),
    "BCIP/NBT": (0.95, 0.85, 0.3),
    "Vector VIP": (0.5, 0.95, 0.45),
}
COUNTERSTAINS: dict[str, Density] = {
    "haematoxylin": HAEMATOXYLIN,
    "methyl green": (0.85, 0.3, 0.42),
    "nuclear fast red": (0.1, 0.75, 0.4),
    "toluidine blue": (0.95, 0.6, 0.15),
    "cresyl violet": (0.65, 0.85, 0.2),
    "neutral red": (0.12, 0.85, 0.55),
    "safranin O": (0.05, 0.8, 0.6),
}

# How tissues are built: share of the field that is open space, size of the spaces in cells of
# noise over the field, share of fibres, elongation of nuclei.
ARCHITECTURES: dict[str, tuple[float, int, float, float]] = {
    "liver": (0.07, 9, 0.1, 1.08),
    "kidney": (0.16, 5, 0.2, 1.15),
    "lung": (0.42, 5, 0.25, 1.35),
    "heart": (0.04, 7, 0.8, 1.9),
    "skeletal muscle": (0.03, 6, 0.9, 2.1),
    "cerebral cortex": (0.03, 14, 0.05, 1.15),
    "hippocampus": (0.02, 12, 0.1, 1.2),
    "colon": (0.18, 4, 0.35, 1.5),
    "small intestine": (0.22, 4, 0.3, 1.6),
    "spleen": (0.05, 10, 0.15, 1.05),
    "pancreas": (0.09, 6, 0.2, 1.1),
    "skin": (0.06, 6, 0.7, 1.6),
    "prostate": (0.25, 4, 0.4, 1.4),
    "mammary gland": (0.3, 4, 0.45, 1.3),
    "thyroid": (0.33, 3, 0.2, 1.2),
}


@dataclass(frozen=True, slots=True)
class Tissue:
    """A section: open spaces, fibre orientation and texture, nuclei and their cells."""

    space: Field
    fibres: Field
    grain: Field
    nuclei: Shapes
    cells: Shapes
    positive: Points


def _draw_fibres(rng: np.random.Generator, angle: float) -> Field:
    row, column = make_axes()
    across = row * math.cos(angle) - column * math.sin(angle)
    waves = 3.5 * draw_noise(rng, 4) + 1.3 * draw_noise(rng, 13)
    period = rng.uniform(9, 17)
    lines = np.sin(across * (2 * np.pi / period) + waves)
    return np.asarray(0.5 + 0.27 * lines + 0.17 * draw_noise(rng, 50), dtype=np.float32)


def cut_section(rng: np.random.Generator, facts: PhantomFacts, panel: Panel) -> Tissue:
    """A section with exactly `panel.count` nuclei, `panel.positive` of them marked."""
    openness, scale, _, elongation = ARCHITECTURES[facts.tissue]
    if facts.feature == "spindle-shaped":
        elongation = 1.05
    # Spaces and cells are as large as fit the fuller panel, so that panels have one scale.
    crowd = max(p.count for p in facts.panels)
    radius = panel.diameter_um / facts.um_per_pixel / 2
    terrain = draw_noise(rng, scale)
    level = float(np.quantile(terrain[::4, ::4], 1 - openness))
    pitch = SIDE / np.sqrt(crowd)
    # Exactly so many nuclei carry the feature; their mean diameter is that of the facts.
    marked = draw_marks(rng, panel.count, panel.positive).astype(float)
    # Factors on the size and on the elongation of the nuclei that carry the feature.
    smaller = {"pyknotic": 0.62, "apoptotic": 0.7}.get(facts.feature, 1.0)
    longer = {"spindle-shaped": 2.2}.get(facts.feature, 1.0)
    size, stretch = np.where(marked > 0, smaller, 1.0), np.where(marked > 0, longer, 1.0)
    longest = 2 * radius * float((1.15 * elongation * stretch).max()) ** 0.5
    spacing = max(0.6 * pitch, longest + 0.55 * radius)
    centres = place_objects(rng, panel.count, spacing, radius * 1.25, level - terrain)
    radii = size * rng.uniform(0.88, 1.12, panel.count)
    radii *= radius / radii.mean()
    angle = rng.uniform(0, np.pi)
    turns = rng.normal(angle, 0.25 if elongation > 1.3 else 2.0, panel.count)
    shape = np.maximum(elongation * rng.uniform(0.9, 1.15, panel.count), 1.0) * stretch
    warp = np.asarray(0.08 * draw_noise(rng, 26), dtype=np.float32)
    nuclei = draw_shapes(centres, radii, np.minimum(shape, 2.6), turns, warp, 2.2)
    body = draw_radii(rng, panel.count, max(0.62 * pitch, 1.7 * radius), 0.1)
    cells = draw_shapes(centres, body, np.sqrt(shape), turns, 0.1 * draw_noise(rng, 12), 1.5)
    guard = 0.9 * clip(2.1 - nuclei.distance, 0, 1)
    space = clip((terrain - level - guard) * 7, 0, 1)
    return Tissue(space, _draw_fibres(rng, angle), draw_noise(rng, 72), nuclei, cells, marked)


def _stain_nuclei(rng: np.random.Generator, tissue: Tissue, feature: str) -> Field:
    """Concentration of the nuclear stain: chromatin, membrane, nucleoli, darker marked nuclei."""
    chromatin = 0.62 + 0.12 * tissue.grain + 0.16 * draw_noise(rng, 36)
    depth = rng.uniform(0.8, 1.15, len(tissue.positive))
    if feature in ("pyknotic", "hyperchromatic", "apoptotic"):
        depth = np.where(tissue.positive > 0, 1.9, 0.85 * depth)
    elif feature == "vesicular":
        depth = np.where(tissue.positive > 0, 0.45, 1.1 * depth)
    inside = tissue.nuclei.mask(1.0, 1.6) * clip(chromatin, 0.3, 1.3)
    return tissue.nuclei.paint(depth) * (inside + 0.3 * tissue.nuclei.ring(0.94, 1.1))


def _stain_cytoplasm(
    rng: np.random.Generator, tissue: Tissue, feature: str, fibrous: float
) -> Field:
    """Concentration of the cytoplasmic stain, with cell borders and, if told, vacuoles."""
    tone = rng.uniform(0.8, 1.2, len(tissue.positive))
    if feature == "deeply stained":
        tone = np.where(tissue.positive > 0, 2.1, 0.75 * tone)
    body = 0.36 * tissue.cells.paint(tone, 0.7) * (1 + 0.14 * tissue.grain)
    border = 0.22 * tissue.cells.seam(1.4)
    body = body * (1 - fibrous * 0.55) * (1 + 0.2 * draw_noise(rng, 12)) + border * (1 - fibrous)
    if feature == "vacuolated":
        holes = clip((draw_noise(rng, 30) - 0.15) * 4, 0, 1)
        body = body * (
            1 - 0.95 * tissue.cells.paint(tissue.positive) * holes * tissue.cells.mask(0.95, 3)
        )
    return clip(body, 0.03, 9) * (1 - 0.85 * tissue.nuclei.mask(1.0, 2.0))


def _stain_marker(
    rng: np.random.Generator, tissue: Tissue, facts: PhantomFacts, level: float
) -> Field:
    where = facts.channels[0].localisation
    gain = np.where(tissue.positive > 0, rng.uniform(0.85, 1.15, len(tissue.positive)), 0.02)
    grain = clip(1 + 0.12 * tissue.grain + 0.14 * draw_noise(rng, 20), 0.5, 1.6)
    if where == "nuclear":
        return level * tissue.nuclei.paint(gain) * tissue.nuclei.mask(1.0, 2.0) * grain
    if where == "membranous":
        return (
            level
            * tissue.cells.paint(gain)
            * np.maximum(tissue.cells.ring(0.94, 2.0), tissue.cells.seam(2.0))
            * grain
        )
    body = tissue.cells.mask(0.92, 4.0) * (1 - 0.8 * tissue.nuclei.mask(1.0, 2.0))
    if where == "perinuclear":
        body = body * clip(1.9 - 0.75 * tissue.nuclei.distance, 0, 1)
    return 0.8 * level * tissue.cells.paint(gain) * body * grain


def _vary_density(rng: np.random.Generator, density: Density) -> Field:
    """Batch-to-batch variation of a stain's colour, a few percent per channel."""
    return np.asarray(np.asarray(density) * rng.normal(1, 0.05, 3), dtype=np.float32)


def render(facts: PhantomFacts, panel: Panel, rng: np.random.Generator) -> Picture:
    """One panel of a stained section; the feature or chromogen marks `panel.positive` nuclei."""
    tissue = cut_section(rng, facts, panel)
    fibrous = ARCHITECTURES[facts.tissue][2]
    immuno = facts.kind == "immunohistochemistry"
    feature = "" if immuno else facts.feature
    tint = facts.channels[-1].label
    nuclear, matrix, fibre = (
        (COUNTERSTAINS[tint], COUNTERSTAINS[tint], COUNTERSTAINS[tint]) if immuno else STAINS[tint]
    )
    # How the section was cut and stained is the same for all panels of a figure.
    scope = seed_settings(facts.noise_seed)
    strength = scope.uniform(0.75, 1.2)
    pale = 0.28 if immuno else 1.0
    solid = 1 - tissue.space
    body = _stain_cytoplasm(rng, tissue, feature, fibrous) * solid * pale
    strands = 0.45 * fibrous * tissue.fibres * solid * pale * (1 - tissue.nuclei.mask(1.0, 2.0))
    # Optical density of each channel: nuclei, cytoplasm, fibres, and the chromogen of a marker.
    density = (_stain_nuclei(rng, tissue, feature) * strength)[..., None] * _vary_density(
        scope, nuclear
    )
    density += (body * scope.uniform(0.8, 1.2))[..., None] * _vary_density(scope, matrix)
    density += strands[..., None] * _vary_density(scope, fibre)
    if immuno:
        peak = max(p.intensity for p in facts.panels)
        brown = _stain_marker(rng, tissue, facts, panel.intensity / peak)
        density += brown[..., None] * _vary_density(scope, CHROMOGENS[facts.channels[0].label])
    light = draw_illumination(scope, scope.uniform(0.02, 0.12)) * scope.uniform(0.93, 0.99)
    sharp = scope.uniform(0.5, 0.9)
    # Light through all stains, blurred by the lens and counted by the camera, channel by channel.
    picture = np.empty((SIDE, SIDE, 3), np.float32)
    for channel in range(3):
        seen = light * np.power(np.float32(10), -density[..., channel])
        picture[..., channel] = detect(rng, blur(seen, sharp), 2500, 0.008)
    return to_picture(picture)
