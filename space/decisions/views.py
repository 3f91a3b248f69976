"""The Decisions tab without its components: what is looked at, and its parts as HTML.

A `View` is what the page's address says: the figure, the filters, the keep ratio. `Decisions` fills
the templates for one; they escape everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

import numpy as np

from builder.release.writer import list_choices
from filtering.graph.counterfactual import find_mean_changes
from filtering.text.words import content
from space.corpus import Corpus, FigureRows, Mask, name_signal
from space.decisions.ranking import (
    Distribution,
    Ranking,
    Rater,
    describe_changes,
    measure_distributions,
)
from space.images import ImageStore
from space.markup import render

Row = dict[str, Any]
PAGE = 12
DECISIONS = ("kept", "dropped", "contradiction")
_LONGEST = 300
MOST_SIBLINGS = 8
_ROW, _TOP = 54, 6
_IMAGE_QA = ("signal_image_qa",)
_CAPTION_QA = ("signal_caption_qa", "signal_entailment", "signal_overlap")
_IMAGE_CAPTION = ("signal_image_caption",)


@dataclass(frozen=True, slots=True)
class View:
    """A view of the decisions; empty fields filter nothing. `keep` 0 is the build's own ratio."""

    figure: str = ""
    candidate: str = ""
    decision: str = ""
    reason: str = ""
    task: str = ""
    modality: str = ""
    source: str = ""
    text: str = ""
    keep: float = 0.0
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> View:
        """The view of a page's address; what cannot be read is left out."""
        known = {f.name: query[f.name][:_LONGEST] for f in fields(cls) if f.name in query}
        keep, page = _parse_number(known.pop("keep", "")), _parse_number(known.pop("page", ""))
        return cls(**known, keep=min(max(keep, 0.0), 1.0), page=int(min(max(page, 1), 1e6)))

    def link(self) -> str:
        """The address of this view, relative to the page and without the tab."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        default = View()
        query = {k: f"{v:g}" if isinstance(v, float) else v for k, v in values.items()
                 if v != getattr(default, k)}  # fmt: skip
        return f"?{urlencode(query)}"


def _parse_number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if np.isfinite(value) else 0.0


def match_rows(corpus: Corpus, view: View) -> Mask:
    """Which rows of the ledger the filters of a view let through."""
    mask = np.ones(corpus.table.num_rows, np.bool_)
    for name in ("task", "modality", "source"):
        if value := getattr(view, name):
            mask &= corpus.match_value(name, value)
    if view.reason:
        mask &= corpus.match_value("reason_kind", view.reason)
    if view.decision:
        dropped = corpus.is_candidate & ~corpus.keep
        mask &= {"kept": corpus.keep, "contradiction": corpus.gated}.get(view.decision, dropped)
    if view.text.strip():
        mask &= corpus.match_text(view.text.strip())
    return mask


def match_figures(corpus: Corpus, mask: Mask) -> list[FigureRows]:
    """The figures with at least one row that is let through, in order."""
    if mask.all():
        return list(corpus.figures)
    counts = np.concatenate([[0], np.cumsum(mask)])
    return [p for p in corpus.figures if counts[p.stop] > counts[p.start]]


@dataclass(frozen=True)
class Decisions:
    """A corpus with all that the Decisions tab shows of it."""

    corpus: Corpus
    images: ImageStore
    ranking: Ranking
    distributions: Mapping[str, Distribution]
    rater: Rater

    @classmethod
    def of(cls, corpus: Corpus) -> Decisions:
        """Everything that is worked out once for a corpus."""
        images = ImageStore(corpus)
        rater = Rater(corpus, images)
        return cls(corpus, images, Ranking(corpus), measure_distributions(corpus), rater)

    def choose_ratio(self, view: View) -> float:
        """The keep ratio that a view asks for."""
        return view.keep or self.ranking.built_ratio

    def render_figures(self, view: View, figures: Sequence[FigureRows]) -> str:
        """The page of figures that a view is on."""
        pages = max(-(-len(figures) // PAGE), 1)
        page = min(view.page, pages)
        cards = []
        for figure in figures[(page - 1) * PAGE : page * PAGE]:
            rows = slice(figure.start, figure.stop)
            candidates = int(self.corpus.is_candidate[rows].sum())
            kept = int(self.corpus.keep[rows].sum())
            cards.append(
                {"figure": figure, "candidates": candidates, "kept": kept,
                 "image": figure.image_sha256 in self.images}
            )  # fmt: skip
        return render(
            "figures.html", cards=cards, chosen=view.figure, count=len(figures), page=page,
            pages=pages,
        )  # fmt: skip

    def render_image(self, figure: FigureRows) -> str:
        """The image, with what it is and whence."""
        row = self.corpus.read_rows(figure)[0]
        return render("image.html", row=row, has_image=figure.image_sha256 in self.images)

    def render_caption(self, rows: Sequence[Row], chosen: Row | None) -> str:
        """The caption with the evidence of the chosen candidate marked, and the credit line."""
        text = rows[0]["caption"]
        before, evidence, after = split_evidence(text or "", chosen)
        return render(
            "caption.html", row=rows[0], withheld=text is None,
            before=before, evidence=evidence, after=after,
        )  # fmt: skip

    def render_candidates(
        self, rows: Sequence[Row], chosen: Row | None, view: View, why: bool = False
    ) -> str:
        """All candidates of a figure, the chosen one in full.

        With `why` also what would flip its decision where that takes a fraction of a second.
        """
        candidates = [row for row in rows if row["candidate_id"]]
        if not candidates:
            return render("no_candidates.html", reason=rows[0]["reason"])
        then = self.ranking.select_kept(self.choose_ratio(view))
        kept = {row["candidate_id"]: bool(then[row["row"]]) for row in candidates}
        return render(
            "candidates.html", rows=candidates, kept=kept, chosen=chosen,
            whole=chosen and self._describe_candidate(candidates, chosen, kept, view, why),
        )  # fmt: skip

    def _describe_candidate(
        self, rows: Sequence[Row], chosen: Row, kept: Mapping[str, bool], view: View, why: bool
    ) -> dict[str, Any]:
        signals = {n: chosen[n] for n in self.distributions if n != "score"}
        is_kept, score = kept[chosen["candidate_id"]], chosen["score"]
        # What would have to be otherwise for the other decision. Of a mean the answer is a formula;
        # a graph must be asked again, which takes a moment.
        cut = self.ranking.find_cut(self.choose_ratio(view))
        changes = None
        if cut is not None and not chosen["gated"]:
            if self.ranking.is_mean:
                changes = find_mean_changes(signals, score, cut)
            elif why and chosen.get("scorer"):
                changes = self.rater.find_changes(chosen, cut, is_kept)
        return {
            "row": {"scorer": "", "weakness": ""} | chosen,
            "choices": list_choices(chosen) if chosen["correct_index"] is not None else [],
            "score": self.distributions["score"].rank(score),
            "signals": [self.distributions[n].rank(v) for n, v in signals.items()],
            "why": {
                "gated": chosen["gated"], "kept": is_kept, "cut": cut, "score": score,
                "is_mean": self.ranking.is_mean, "tie": score == cut, "asked": why,
                "changes": None if changes is None else describe_changes(changes),
            },
            "graph": draw_neighbourhood(rows, chosen["candidate_id"], kept),
        }  # fmt: skip

    def render_changes(self, view: View) -> str:
        """What the keep ratio of a view changes, by task and licence."""
        ratio = self.choose_ratio(view)
        return render(
            "changes.html", ratio=ratio, built=self.ranking.built_ratio, total=self.ranking.total,
            now=int(self.corpus.keep.sum()), then=int(self.ranking.select_kept(ratio).sum()),
            gated=int(self.corpus.gated.sum()),
            groups=[(title, self.ranking.count_changes(name, ratio))
                    for title, name in (("Task", "task"), ("Licence", "license"))],
        )  # fmt: skip


def split_evidence(caption: str, row: Row | None) -> tuple[str, str, str]:
    """A caption before, in and after the evidence of a candidate; all before without one."""
    evidence = (row or {}).get("evidence") or ""
    start = (row or {}).get("evidence_start") or 0
    if not caption.startswith(evidence, start):
        start = caption.find(evidence)
    if not evidence or start < 0:
        return caption, "", ""
    return caption[:start], evidence, caption[start + len(evidence) :]


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between two points. `weight` is None where nothing was measured."""

    kind: str
    x1: float
    y1: float
    x2: float
    y2: float
    weight: float | None
    is_labelled: bool

    @property
    def width(self) -> float:
        """Stroke width in pixels, wider for a higher weight."""
        return 1.0 if self.weight is None else 1.0 + 5.0 * min(max(self.weight, 0.0), 1.0)

    @property
    def middle(self) -> tuple[float, float]:
        """Where the weight is written: nearer to the end, where edges lie apart."""
        return self.x1 + 0.72 * (self.x2 - self.x1), self.y1 + 0.72 * (self.y2 - self.y1)


def draw_neighbourhood(
    rows: Sequence[Mapping[str, Any]], chosen: str, kept: Mapping[str, bool]
) -> str:
    """The neighbourhood of a candidate as inline SVG.

    `rows` are the ledger rows of its figure, `kept` decisions by candidate_id. At most 8 siblings
    are drawn, the nearest in the figure's order.
    """
    shown = _choose_near(rows, chosen)
    height = _TOP + _ROW * max(len(shown), 3)
    image, caption = (96.0, height * 0.3), (96.0, height * 0.75)
    spots = {row["candidate_id"]: (330.0, _TOP + _ROW * (n + 0.5)) for n, row in enumerate(shown)}
    measured = (_read_value(row, _IMAGE_CAPTION) for row in shown)
    first = next((value for value in measured if value is not None), None)
    edges = [Edge("image-caption", *image, *caption, first, True)]
    # The chosen one last, so that its edges lie above the others.
    for row in sorted(shown, key=lambda r: r["candidate_id"] == chosen):
        own, spot = row["candidate_id"] == chosen, spots[row["candidate_id"]]
        edges.append(Edge("image", *image, *spot, _read_value(row, _IMAGE_QA), own))
        edges.append(Edge("caption", *caption, *spot, _read_value(row, _CAPTION_QA), own))
    here = next(row for row in shown if row["candidate_id"] == chosen)
    nodes = [
        {
            "y": spots[row["candidate_id"]][1],
            "question": row["question"] or "",
            "answer": row["answer"] or "",
            "kept": kept[row["candidate_id"]],
            "chosen": row["candidate_id"] == chosen,
            "shared": _measure_overlap(row, here),
        }
        for row in shown
    ]
    sources = {"image": _name_source(rows, _IMAGE_QA), "caption": _name_source(rows, _CAPTION_QA)}
    return render(
        "neighbourhood.svg", edges=edges, nodes=nodes, height=height, image=image, caption=caption,
        left_out=len(rows) - len(shown), sources=sources,
    )  # fmt: skip


def _choose_near(rows: Sequence[Mapping[str, Any]], chosen: str) -> Sequence[Mapping[str, Any]]:
    figure = next(n for n, row in enumerate(rows) if row["candidate_id"] == chosen)
    start = min(max(figure - MOST_SIBLINGS // 2, 0), max(len(rows) - MOST_SIBLINGS - 1, 0))
    return rows[start : start + MOST_SIBLINGS + 1]


def _read_value(row: Mapping[str, Any], names: Sequence[str]) -> float | None:
    return next((row[n] for n in names if row.get(n) is not None), None)


def _name_source(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """Name of the signal that the edges carry; empty where none is known."""
    return next((name_signal(n) for n in names if any(r.get(n) is not None for r in rows)), "")


def _measure_overlap(row: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Share of content words that two pairs have in common, 0-1 (Jaccard)."""
    words = [content(f"{r['question'] or ''} {r['answer'] or ''}") for r in (row, other)]
    return len(words[0] & words[1]) / max(len(words[0] | words[1]), 1)
