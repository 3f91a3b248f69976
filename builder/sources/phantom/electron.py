"""Electron microscopy: organelles in thin section (TEM), particles on a surface (SEM).

TEM: heavy metals scatter electrons out of the aperture, so brightness is exp(-k * density) along
the beam. SEM: secondary electrons leave a surface more easily where it is tilted, in proportion to
1 / cos(tilt) (Goldstein et al., Scanning Electron Microscopy and X-Ray Microanalysis); here
1 - cos(tilt) stands for that, since it is bounded. From slopes that face the detector more of them
reach it.
"""

from __future__ import annotations

import math

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
    make_axes,
    seed_settings,
    to_picture,
)
from builder.sources.phantom.shapes import Shapes, draw_marks, draw_shapes, place_objects

ELONGATION = {"mitochondria": 1.8, "microrods": 2.4, "elongated": 2.6}


def _place_organelles(
    rng: np.random.Generator, facts: PhantomFacts, panel: Panel
) -> tuple[Shapes, Points, Points, Points]:
    """Objects of the panel, their centres and radii, and 1.0 for those with the feature."""
    count = panel.count
    radius = panel.diameter_um / facts.um_per_pixel / 2
    marked = draw_marks(rng, count, panel.positive).astype(float)
    pitch = SIDE / np.sqrt(max(p.count for p in facts.panels))
    centres = place_objects(rng, count, max(0.7 * pitch, 2.35 * radius), 1.2 * radius)
    size = rng.uniform(0.88, 1.12, count)
    if facts.feature in ("enlarged", "shrunken"):
        size *= np.where(marked > 0, {"enlarged": 1.5, "shrunken": 0.6}[facts.feature], 1.0)
    radii = size / size.mean() * radius
    stretch = ELONGATION.get(facts.objects, 1.0) * rng.uniform(1.02, 1.2, count)
    if facts.feature == "elongated":
        stretch = np.where(marked > 0, ELONGATION["elongated"], rng.uniform(1.0, 1.1, count))
    angles = rng.uniform(0, np.pi, count)
    rough = 0.02 if facts.kind == "sem" else 0.05
    warp = np.asarray(rough * draw_noise(rng, 14), dtype=np.float32)
    return draw_shapes(centres, radii, stretch, angles, warp, 1.6), centres, radii, marked


def _draw_cristae(rng: np.random.Generator, shapes: Shapes, broken: Points) -> Field:
    """Dark lamellae across the long axis; objects marked in `broken` keep few of them."""
    period = max(shapes.radius * 0.34, 4.0)
    wave = shapes.along * np.float32(2 * np.pi / period) + 0.9 * draw_noise(rng, 10)
    bands = np.asarray(np.sin(wave) * 2.2 - 0.9, dtype=np.float32)
    lamella = clip(bands, 0, 1) * clip(1.1 + 0.6 * draw_noise(rng, 14), 0, 1)
    kept = shapes.paint(np.where(broken > 0, 0.25, 1.0))
    return np.asarray(0.42 * lamella * kept * shapes.mask(0.82, 2.0), dtype=np.float32)


def _draw_content(
    rng: np.random.Generator, name: str, shapes: Shapes, centres: Points, radii: Points
) -> tuple[float, Field]:
    """Electron density of an organelle's lumen, and the structures in and around it."""
    rim = shapes.ring(0.98, 1.2)
    if name == "mitochondria":
        return 0.36, 0.42 * rim + 0.3 * shapes.ring(0.86, 1.0)
    if name == "lysosomes":
        clumps = clip(draw_noise(rng, 36), -0.5, 1.5)
        return 0.62, 0.25 * rim + 0.12 * clumps * shapes.mask(0.9, 2)
    if name == "lipid droplets":
        return 0.12, 0.1 * rim
    if name == "autophagosomes":
        debris = clip(draw_noise(rng, 30) - 0.3, 0, 1.5) * shapes.mask(0.75, 3)
        return 0.22, 0.45 * rim + 0.42 * shapes.ring(0.8, 1.1) + 0.3 * debris
    if name == "multivesicular bodies":
        turn = rng.uniform(0, 2 * np.pi, (7, len(radii)))
        away = rng.uniform(0.1, 0.68, (7, len(radii)))
        y = centres[:, 0] + away * radii * np.sin(turn)
        x = centres[:, 1] + away * radii * np.cos(turn)
        spots = np.stack([y.ravel(), x.ravel()], 1)
        vesicles = draw_shapes(spots, np.tile(radii, 7) * 0.19).ring(0.95, 1.0)
        return 0.14, 0.45 * rim + 0.4 * vesicles * shapes.mask(0.92, 1)
    if name == "secretory granules":
        return 0.1, 0.4 * rim + 0.55 * shapes.mask(0.66, 2.5)
    if name == "peroxisomes":
        return 0.5, 0.3 * rim + 0.2 * draw_shapes(centres, radii * 0.4).mask(1, 2)
    coat = 0.5 * shapes.ring(1.12, 2.0) * clip(0.6 + 0.4 * draw_noise(rng, 70), 0, 1.2)
    return 0.12, 0.45 * rim + (coat if name == "coated vesicles" else 0)


def _draw_nucleus(rng: np.random.Generator, shapes: Shapes) -> tuple[Field, Field]:
    """Mask and density of a nucleus that reaches in from a corner, away from all objects."""
    row, column = make_axes()
    turn = rng.uniform(0, 2 * np.pi)
    far = SIDE * rng.uniform(0.85, 1.1)
    cy, cx = SIDE / 2 + far * math.sin(turn), SIDE / 2 + far * math.cos(turn)
    depth = (SIDE * rng.uniform(0.45, 0.75) - np.hypot(row - cy, column - cx)).astype(np.float32)
    depth += 5 * draw_noise(rng, 8)
    depth = np.minimum(depth, (shapes.distance - 1.35) * shapes.radius)
    mask = clip(depth / 2, 0, 1)
    clumps = clip(0.9 * draw_noise(rng, 13) + 0.6 - depth / 40, 0, 1)
    envelope = np.exp(-(((depth - 1) / 1.6) ** 2)) + np.exp(-(((depth - 6) / 1.3) ** 2))
    density = 0.25 + 0.22 * clumps + 0.04 * draw_noise(rng, 60) + 0.35 * envelope
    return mask, np.asarray(density, dtype=np.float32)


def _draw_section(rng: np.random.Generator, facts: PhantomFacts, panel: Panel) -> Field:
    shapes, centres, radii, marked = _place_organelles(rng, facts, panel)
    nucleus, chromatin = _draw_nucleus(rng, shapes)
    # Cytoplasm: granules, stray ribosomes, cisternae as contour lines of slow noise.
    level = draw_noise(rng, 5)
    cisterna = np.exp(-((np.abs(level - 0.3) / 0.05) ** 2)) + np.exp(
        -((np.abs(level + 0.9) / 0.05) ** 2)
    )
    ribosomes = blur(draw_specks(rng, 1500, 0.9), 0.8)
    base = 0.28 + 0.05 * draw_noise(rng, 8) + 0.05 * draw_noise(rng, 80)
    cytosol = np.asarray(base + 0.28 * cisterna + 0.8 * ribosomes, dtype=np.float32)
    density = cytosol * (1 - nucleus) + chromatin * nucleus
    lumen, structure = _draw_content(rng, facts.objects, shapes, centres, radii)
    levels = rng.normal(lumen, 0.02, panel.count)
    if facts.feature == "electron-dense":
        levels = np.where(marked > 0, 0.9, np.minimum(levels, 0.42))
    elif facts.feature == "electron-lucent":
        levels = np.where(marked > 0, 0.05, np.maximum(levels, 0.38))
    # Organelles replace the cytosol; membranes and cristae are added to them.
    inside = shapes.mask(1.0, 2.0)
    grain = 1 + 0.1 * draw_noise(rng, 64)
    density = density * (1 - inside) + shapes.paint(levels) * inside * grain + structure
    if facts.objects == "mitochondria":
        gone = marked if facts.feature == "electron-lucent" else np.zeros(panel.count)
        density = density + _draw_cristae(rng, shapes, gone)
    scope = seed_settings(facts.noise_seed)
    tone = np.exp(-np.float32(scope.uniform(1.3, 1.9)) * clip(density, 0, 2))
    return np.asarray(tone * draw_illumination(scope, scope.uniform(0.03, 0.15)), dtype=np.float32)


def _draw_relief(rng: np.random.Generator, facts: PhantomFacts, panel: Panel) -> Field:
    """Secondary electrons: slopes that face the detector and sharp edges are bright."""
    shapes, _, radii, marked = _place_organelles(rng, facts, panel)
    bump = np.sqrt(clip(1 - shapes.distance**2, 0, 1))
    if facts.feature == "collapsed":
        dent = np.exp(-((shapes.distance / 0.55) ** 2))
        bump = bump * (1 - 1.1 * shapes.paint(marked) * dent)
    if facts.feature == "wrinkled":
        folds = np.abs(draw_noise(rng, 34))
        bump = bump * (1 - 0.45 * shapes.paint(marked) * folds)
    grain = draw_noise(rng, int(rng.integers(18, 60)), int(rng.integers(18, 60)))
    ground = rng.uniform(1, 5) * draw_noise(rng, 6) + rng.uniform(0.2, 1.3) * grain
    height = shapes.paint(radii) * bump * 0.8 + ground * (1 - shapes.mask())
    # Brightness by the slope towards the detector and by the tilt; objects shade their ground.
    slope_y, slope_x = np.gradient(blur(np.asarray(height, np.float32), 0.9))
    scope = seed_settings(facts.noise_seed)
    turn = scope.uniform(0, 2 * np.pi)
    facing = np.asarray(math.sin(turn) * slope_y + math.cos(turn) * slope_x, dtype=np.float32)
    steep = 1 - 1 / np.sqrt(1 + slope_y**2 + slope_x**2)
    shade = 0.2 * glow(shapes.mask(1.25, 1.0), 4)
    level, contrast = scope.uniform(0.22, 0.36), scope.uniform(0.1, 0.18)
    bright = level + contrast * clip(facing, -1.5, 1.5) + 0.5 * steep + 0.13 * shapes.mask()
    texture = 0.025 * draw_noise(rng, 90)
    return np.asarray(bright - shade * (1 - shapes.mask()) + texture, dtype=np.float32)


def render(facts: PhantomFacts, panel: Panel, rng: np.random.Generator) -> Picture:
    """One panel of a thin section or a surface, 8-bit grey as RGB."""
    scope = seed_settings(facts.noise_seed, stage=1)
    if facts.kind == "sem":
        seen = _draw_relief(rng, facts, panel)
        lines = rng.normal(0, 0.012, (SIDE, 1)).astype(np.float32)
        return to_picture(detect(rng, seen + lines, scope.uniform(80, 250), 0.02))
    seen = blur(_draw_section(rng, facts, panel), scope.uniform(0.5, 0.8))
    return to_picture(detect(rng, seen, scope.uniform(150, 500), 0.015))
