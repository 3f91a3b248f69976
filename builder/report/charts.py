"""Charts as inline SVG; every text in them is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

_BAR, _GAP, _LABEL, _WIDTH, _NUMBER = 18, 6, 470, 900, 90
_BINS = 24
_PLOT = (250, 96)


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled count; `share` (0-1) is written beside it, `mark` (0-1) drawn as a line."""

    label: str
    count: int
    share: float | None = None
    kind: str = "kept"


def draw_bars(rows: Sequence[Bar], title: str) -> Markup:
    """Horizontal bars, one per row, longest = full width."""
    if not rows:
        return Markup("")
    most = max(row.count for row in rows) or 1
    height = len(rows) * (_BAR + _GAP)
    body = Markup("").join(_draw_bar(i, row, most) for i, row in enumerate(rows))
    return Markup(
        '<svg class="bars" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>'
    ).format(title, _WIDTH, height, body)


def _draw_bar(place: int, row: Bar, most: int) -> Markup:
    top = place * (_BAR + _GAP)
    room = _WIDTH - _LABEL - _NUMBER
    width = max(1.0 if row.count else 0.0, room * row.count / most)
    share = "" if row.share is None else f" ({100 * row.share:.0f}%)"
    return Markup(
        "<g><title>{label}: {count}{share}</title>"
        '<text x="{lx}" y="{ty}" class="label">{short}</text>'
        '<rect x="{bx}" y="{top}" width="{width:.1f}" height="{bar}" class="{kind}"/>'
        '<text x="{nx:.1f}" y="{ty}">{count}{share}</text></g>'
    ).format(
        label=row.label,
        short=row.label if len(row.label) <= 70 else f"{row.label[:69]}…",
        count=f"{row.count:,}",
        share=share,
        kind=row.kind,
        lx=_LABEL - 8,
        bx=_LABEL,
        nx=_LABEL + width + 6,
        ty=top + _BAR - 5,
        top=top,
        bar=_BAR,
        width=width,
    )


def draw_histogram(values: NDArray[np.floating], kept: NDArray[np.bool_], title: str) -> Markup:
    """Distribution of values among kept (filled) and dropped (outlined) rows.

    The height of a bin is the square root of its share among the kept or among the dropped, so
    that rare values are still seen.

    Shape:
        values: (n,), finite. kept: (n,).
    """
    # Signals are 0-1: all of them on the same axis can be compared by eye.
    low, high = (float(v) for v in (values.min(), values.max()))
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low == high:
        low, high = low - 0.5, high + 0.5
    shares = []
    for mask in (kept, ~kept):
        counts, _ = np.histogram(values[mask], bins=_BINS, range=(low, high))
        shares.append(np.sqrt(counts / max(1, counts.sum())))
    most = max(s.max() for s in shares) or 1.0
    filled, outlined = (_trace_outline(s / most) for s in shares)
    width, height = _PLOT
    return Markup(
        '<svg class="histogram" role="img" aria-label="{title}" viewBox="0 -4 {w} {full}">'
        '<path d="{filled}" class="kept"/><path d="{outlined}" class="dropped"/>'
        '<line x1="0" x2="{w}" y1="{h}" y2="{h}"/>'
        '<text x="0" y="{ty}">{low}</text><text x="{w}" y="{ty}" class="end">{high}</text></svg>'
    ).format(
        title=title, w=width, h=height, full=height + 22, ty=height + 14,
        filled=filled, outlined=outlined, low=f"{low:.3g}", high=f"{high:.3g}",
    )  # fmt: skip


def _trace_outline(heights: NDArray[np.float64]) -> str:
    """Path of a step line over bins, closed on the base line."""
    width, height = _PLOT
    step = width / len(heights)
    points = [f"M0 {height}"]
    for i, share in enumerate(heights):
        top = height * (1 - share)
        points.append(f"L{i * step:.1f} {top:.1f} L{(i + 1) * step:.1f} {top:.1f}")
    return " ".join([*points, f"L{width} {height} Z"])
