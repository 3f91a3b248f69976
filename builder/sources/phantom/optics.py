"""Numeric building blocks of the procedural microscope: fields, point spread, noise, light.

Shape:
    A `Field` is a SIDE x SIDE float32 array of one quantity (brightness, stain, thickness), 1 being
    its usual maximum. A `Picture` is height x width x 3, uint8. `Points` are float64 coordinates or
    values, one for each object.

Nothing here uses BLAS, whose results may
depend on the number of threads.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

SIDE = 256

Field: TypeAlias = npt.NDArray[np.float32]
Points: TypeAlias = npt.NDArray[np.float64]
Picture: TypeAlias = npt.NDArray[np.uint8]


@lru_cache(maxsize=64)
def _weigh_knots(cells: int) -> tuple[npt.NDArray[np.intp], Field]:
    """First of the four knots that each pixel depends on, and their cubic B-spline weights."""
    position = np.arange(SIDE) * cells / SIDE
    index = position.astype(np.intp)
    t = position - index
    weights = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
    )
    return index, (weights / 6.0).astype(np.float32)


@lru_cache(maxsize=1)
def make_axes() -> tuple[Field, Field]:
    """Row and column coordinates of a field, in pixels, as broadcastable vectors."""
    line = np.arange(SIDE, dtype=np.float32)
    return line[:, None], line[None, :]


def draw_noise(rng: np.random.Generator, rows: int, columns: int | None = None) -> Field:
    """Band-limited Gaussian noise, mean about 0 and deviation about 1.

    `rows` and `columns` (default: as rows) are the numbers of cubic B-spline cells over the
    field: larger is finer. Unequal numbers give grain with a direction.
    """
    columns = columns or rows
    # 151/315 = 0.479 is the deviation that the spline leaves of unit noise in two dimensions.
    grid = rng.standard_normal((rows + 3, columns + 3), dtype=np.float32)
    return np.asarray(_interpolate(grid) / np.float32(0.479), dtype=np.float32)


def _interpolate(grid: Field) -> Field:
    """Cubic B-spline through a grid that has three knots more than cells along each axis."""
    index, weights = _weigh_knots(grid.shape[0] - 3)
    lines = weights[0][:, None] * grid[index]
    for k in range(1, 4):
        lines += weights[k][:, None] * grid[index + k]
    index, weights = _weigh_knots(grid.shape[1] - 3)
    field = weights[0] * lines[:, index]
    for k in range(1, 4):
        field += weights[k] * lines[:, index + k]
    return np.asarray(field, dtype=np.float32)


def glow(field: Field, sigma: float) -> Field:
    """Wide Gaussian blur, for light from out of focus; `sigma` in pixels, from 4.

    Worked out on blocks of 4 x 4 pixels, which is 16 times less. The mean over blocks and the
    spline between them blur too, so that much is taken off the variance.
    """
    blocks = field.reshape(SIDE // 4, 4, SIDE // 4, 4).mean((1, 3))
    small = gaussian_filter(blocks, np.sqrt(max(sigma**2 - 8, 1)) / 4, truncate=2.6)
    return _interpolate(np.pad(small, ((1, 2), (1, 2)), mode="edge"))


def clip(field: Field, low: float, high: float) -> Field:
    """The field with its values kept between `low` and `high`, as float32."""
    return np.asarray(np.minimum(np.maximum(field, low), high), dtype=np.float32)


def blur(field: Field, sigma: float) -> Field:
    """Blur by the point spread of the objective.

    A Gaussian stands for the Airy pattern (2 J1(r) / r)^2 of a circular aperture; in focus the
    nearest one has sigma = 0.225 wavelength / NA (Zhang, Zerubia and Olivo-Marin, Appl Opt
    46:1819, 2007).

    Args:
        field: What an ideal lens would show.
        sigma: Deviation in pixels; 0 and below leave the field as it is.
    """
    if sigma <= 0:
        return field
    return np.asarray(gaussian_filter(field, sigma, truncate=2.6), dtype=np.float32)


def spread_points(y: Points, x: Points, weights: Points | float = 1.0) -> Field:
    """Point emitters spread over the four pixels around each; those outside are ignored."""
    spread = np.broadcast_to(np.asarray(weights, dtype=np.float64), np.shape(y))
    y, x, weight = np.ravel(y), np.ravel(x), np.ravel(spread)
    inside = (y >= 0) & (x >= 0) & (y < SIDE - 1) & (x < SIDE - 1)
    y, x, weight = y[inside], x[inside], weight[inside]
    row, column = y.astype(np.intp), x.astype(np.intp)
    v, u = y - row, x - column
    corner = row * SIDE + column
    places = np.concatenate([corner, corner + 1, corner + SIDE, corner + SIDE + 1])
    parts = np.concatenate([(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u])
    total = np.bincount(places, parts * np.tile(weight, 4), SIDE * SIDE)
    return total.reshape(SIDE, SIDE).astype(np.float32)


def draw_specks(rng: np.random.Generator, number: int, weights: Points | float) -> Field:
    """`number` point emitters anywhere in the field."""
    y, x = rng.uniform(0, SIDE, (2, number))
    return spread_points(y, x, weights)


def seed_settings(noise_seed: int, stage: int = 0) -> np.random.Generator:
    """Random stream for how a figure was prepared and imaged, the same for all its panels.

    `stage` tells independent streams of one figure apart.
    """
    return np.random.default_rng([noise_seed, 3, stage])


def detect(rng: np.random.Generator, signal: Field, photons: float, read: float) -> Field:
    """Camera image of a signal: shot noise and read noise.

    Photons are counted, so their number is Poisson distributed and its variance is its mean; read
    noise adds a constant variance (EMVA standard 1288). Of N photons at signal 1,

        image = signal + n sqrt(signal / N + read^2),   n standard normal

    with the normal approximation of the Poisson distribution, good from about 10 photons.

    Args:
        rng: Draws the noise.
        signal: Light, 0 to 1.
        photons: Mean photon count N at signal 1.
        read: Deviation of the read noise, as a share of signal 1.
    """
    grain = rng.standard_normal(signal.shape, dtype=np.float32)
    spread = np.sqrt(np.maximum(signal, 0) / np.float32(photons) + np.float32(read * read))
    return np.asarray(signal + spread * grain, dtype=np.float32)


def draw_illumination(rng: np.random.Generator, strength: float) -> Field:
    """Uneven light, to multiply a field with.

    Vignetting falls with the square of the distance from a random centre, as cos^4 does for small
    angles; a slow gradient is added.

    Args:
        rng: Draws the centre and the gradient.
        strength: What is lost at 1.4 half-sides from the centre, where the light is 1.
    """
    row, column = make_axes()
    cy, cx = SIDE * rng.uniform(0.35, 0.65), SIDE * rng.uniform(0.35, 0.65)
    half = SIDE / 2
    fall = strength * (((row - cy) / half) ** 2 + ((column - cx) / half) ** 2) / 2
    down, right = rng.uniform(-1, 1) * strength / 4 / half, rng.uniform(-1, 1) * strength / 4 / half
    return np.asarray(1 - fall + down * (row - half) + right * (column - half), np.float32)


def to_picture(channels: Field) -> Picture:
    """8-bit picture of values in 0-1; values outside are clipped, grey becomes RGB."""
    scaled = (np.clip(channels, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    return np.repeat(scaled[..., None], 3, axis=2) if scaled.ndim == 2 else scaled
