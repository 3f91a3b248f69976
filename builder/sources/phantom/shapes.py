"""Objects in a field: where they lie, and how far every pixel is from the nearest outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from builder.sources.phantom.optics import SIDE, Field, Points, clip

FAR = np.float32(9.0)


@dataclass(frozen=True, slots=True)
class Shapes:
    """Warped ellipses. `distance` is 0 at a centre, 1 on the outline, FAR where no object is near.

    `label` is the nearest object's index, -1 where none is near; `along` and `across` are pixel
    coordinates along and across that object's long axis. `second` is the distance from the next
    nearest object.
    """

    distance: Field
    second: Field
    label: npt.NDArray[np.intp]
    along: Field
    across: Field
    radius: float

    def mask(self, inner: float = 1.0, softness: float = 1.0) -> Field:
        """1 inside `inner` times the outline, 0 outside, with an edge of `softness` pixels."""
        edge = (np.float32(inner) - self.distance) * np.float32(self.radius / softness)
        return clip(edge + np.float32(0.5), 0, 1)

    def ring(self, at: float, width: float) -> Field:
        """Gaussian line on `at` times the outline, `width` pixels wide."""
        offset = (self.distance - np.float32(at)) * np.float32(self.radius / width)
        return np.exp(-(offset * offset))

    def seam(self, width: float) -> Field:
        """Gaussian line of `width` pixels where two touching objects meet, inside their union."""
        offset = (self.second - self.distance) * np.float32(0.5 * self.radius / width)
        return np.exp(-(offset * offset)) * self.mask(1.0, 2.0)

    def paint(self, values: Points, outside: float = 0.0) -> Field:
        """Field that holds each object's value where it is the nearest one."""
        table = np.append(values, outside).astype(np.float32)
        return np.asarray(table[self.label], dtype=np.float32)


def place_objects(
    rng: np.random.Generator, count: int, spacing: float, margin: float, wanted: Field | None = None
) -> Points:
    """Positions (row, column) of `count` objects at least about `spacing` pixels apart.

    Objects stay `margin` pixels away from the border, and start where `wanted` is positive.
    """
    low, high = margin, SIDE - 1 - margin
    if wanted is None:
        points = rng.uniform(low, high, (count, 2))
    else:
        spots = np.argwhere(wanted > 0)
        points = np.clip(spots[rng.integers(0, len(spots), count)].astype(float), low, high)
        points += rng.uniform(-1, 1, (count, 2))
    # Objects that are too close push each other apart, until none is or patience ends.
    for _ in range(90):
        gap = points[:, None] - points[None]
        length = np.hypot(gap[..., 0], gap[..., 1]) + np.eye(count) * 1e6 + 1e-9
        push = np.maximum(spacing * 1.02 - length, 0) / length
        if not push.any():
            break
        points = np.clip(points + 0.5 * (push[..., None] * gap).sum(1), low, high)
    return points


def draw_shapes(
    centres: Points,
    radii: Points,
    elongation: Points | float = 1.0,
    angles: Points | float = 0.0,
    warp: Field | None = None,
    reach: float = 1.6,
) -> Shapes:
    """Distance fields of ellipses, one for each object.

    Args:
        centres: Row and column of each object, pixels.
        radii: Radius of the circle of the same area, pixels.
        elongation: Long axis over short axis.
        angles: Direction of the long axis, radians.
        warp: Added to the distance; makes outlines irregular.
        reach: Beyond so many outlines a pixel belongs to no object.

    Shape:
        centres (n, 2); radii, elongation and angles (n,) or a number; warp SIDE x SIDE.
    """
    count = len(centres)
    stretch = np.sqrt(np.broadcast_to(np.asarray(elongation, float), (count,)))
    turn = np.broadcast_to(np.asarray(angles, float), (count,))
    distance = np.full((SIDE, SIDE), FAR, np.float32)
    second = distance.copy()
    label = np.full((SIDE, SIDE), -1, np.intp)
    along, across = np.zeros_like(distance), np.zeros_like(distance)
    # Each object is drawn into its own patch, and wins the pixels that it is nearest to.
    for index in range(count):
        long, short = radii[index] * stretch[index], radii[index] / stretch[index]
        pad = int(long * reach * 1.1) + 2
        y, x = centres[index]
        top, left = max(int(y) - pad, 0), max(int(x) - pad, 0)
        patch = np.s_[top : int(y) + pad + 1, left : int(x) + pad + 1]
        height, width = distance[patch].shape
        dy = np.arange(top, top + height, dtype=np.float32)[:, None] - np.float32(y)
        dx = np.arange(left, left + width, dtype=np.float32)[None] - np.float32(x)
        cos, sin = np.float32(np.cos(turn[index])), np.float32(np.sin(turn[index]))
        u, v = dx * cos + dy * sin, dy * cos - dx * sin
        near = np.sqrt((u / np.float32(long)) ** 2 + (v / np.float32(short)) ** 2)
        if warp is not None:
            near += warp[patch]
        np.minimum(second[patch], np.maximum(near, distance[patch]), out=second[patch])
        better = (near < distance[patch]) & (near < reach)
        np.copyto(distance[patch], near, where=better)
        np.copyto(label[patch], index, where=better)
        np.copyto(along[patch], u, where=better)
        np.copyto(across[patch], v, where=better)
    return Shapes(distance, second, label, along, across, float(np.mean(radii)))


def draw_radii(rng: np.random.Generator, count: int, mean: float, spread: float) -> Points:
    """Radii with relative deviation up to `spread` whose mean is exactly `mean`."""
    factors = 1 + rng.uniform(-spread, spread, count)
    return np.asarray(mean * factors / factors.mean())


def draw_marks(rng: np.random.Generator, count: int, marked: int) -> npt.NDArray[np.bool_]:
    """A random choice of exactly `marked` among `count` objects."""
    chosen = np.zeros(count, dtype=bool)
    chosen[rng.permutation(count)[:marked]] = True
    return chosen
