"""A figure's part of the graph as a picture: image, caption, its questions, and the edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filtering.text.words import content
from space.corpus import label
from space.markup import render

MOST = 8
_ROW, _TOP = 54, 6
_IMAGE_QA = ("signal_image_qa",)
_CAPTION_QA = ("signal_caption_qa", "signal_entailment", "signal_overlap")
_IMAGE_CAPTION = ("signal_image_caption",)


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between two points. `weight` is None where nothing was measured."""

    kind: str
    x1: float
    y1: float
    x2: float
    y2: float
    weight: float | None
    told: bool

    @property
    def width(self) -> float:
        """Stroke width in pixels, wider for a higher weight."""
        return 1.0 if self.weight is None else 1.0 + 5.0 * min(max(self.weight, 0.0), 1.0)

    @property
    def middle(self) -> tuple[float, float]:
        """Where the weight is written: nearer to the end, where edges lie apart."""
        return self.x1 + 0.72 * (self.x2 - self.x1), self.y1 + 0.72 * (self.y2 - self.y1)


def picture(rows: Sequence[Mapping[str, Any]], chosen: str, kept: Mapping[str, bool]) -> str:
    """The neighbourhood of a candidate as inline SVG.

    `rows` are the ledger rows of its figure, `kept` decisions by candidate_id. At most 8 siblings
    are drawn, the nearest in the figure's order.
    """
    shown = _near(rows, chosen)
    height = _TOP + _ROW * max(len(shown), 3)
    image, caption = (96.0, height * 0.3), (96.0, height * 0.75)
    spots = {row["candidate_id"]: (330.0, _TOP + _ROW * (n + 0.5)) for n, row in enumerate(shown)}
    edges = [_edge("image-caption", image, caption, _first(shown, _IMAGE_CAPTION), True)]
    for row in sorted(shown, key=lambda r: r["candidate_id"] == chosen):
        own, spot = row["candidate_id"] == chosen, spots[row["candidate_id"]]
        edges.append(_edge("image", image, spot, _value(row, _IMAGE_QA), own))
        edges.append(_edge("caption", caption, spot, _value(row, _CAPTION_QA), own))
    here = next(row for row in shown if row["candidate_id"] == chosen)
    nodes = [
        {
            "y": spots[row["candidate_id"]][1],
            "question": row["question"] or "",
            "answer": row["answer"] or "",
            "kept": kept[row["candidate_id"]],
            "chosen": row["candidate_id"] == chosen,
            "shared": _shared(row, here),
        }
        for row in shown
    ]
    sources = {"image": _source(rows, _IMAGE_QA), "caption": _source(rows, _CAPTION_QA)}
    return render(
        "neighbourhood.svg", edges=edges, nodes=nodes, height=height, image=image, caption=caption,
        left_out=len(rows) - len(shown), sources=sources,
    )  # fmt: skip


def _near(rows: Sequence[Mapping[str, Any]], chosen: str) -> Sequence[Mapping[str, Any]]:
    place = next(n for n, row in enumerate(rows) if row["candidate_id"] == chosen)
    start = min(max(place - MOST // 2, 0), max(len(rows) - MOST - 1, 0))
    return rows[start : start + MOST + 1]


def _edge(
    kind: str, a: tuple[float, float], b: tuple[float, float], weight: float | None, told: bool
) -> Edge:
    return Edge(kind, *a, *b, weight, told)


def _value(row: Mapping[str, Any], names: Sequence[str]) -> float | None:
    return next((row[n] for n in names if row.get(n) is not None), None)


def _first(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> float | None:
    return next((v for row in rows if (v := _value(row, names)) is not None), None)


def _source(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """Name of the signal that the edges carry; empty where none is known."""
    return next((label(n) for n in names if any(r.get(n) is not None for r in rows)), "")


def _shared(row: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Share of content words that two pairs have in common, 0-1 (Jaccard)."""
    words = [content(f"{r['question'] or ''} {r['answer'] or ''}") for r in (row, other)]
    return len(words[0] & words[1]) / max(len(words[0] | words[1]), 1)
