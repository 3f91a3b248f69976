"""The parts of the Decisions tab as HTML, filled into templates that escape everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.release.writer import list_choices
from filtering.graph.counterfactual import find_mean_changes
from space.corpus import Corpus, Place
from space.decisions.counterfactual import Ranking, told
from space.decisions.distributions import Distribution, distributions
from space.decisions.neighbourhood import picture
from space.decisions.views import PAGE, View
from space.images import ImageStore
from space.markup import render
from space.try_it.rating import Rater

Row = dict[str, Any]


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
        return cls(corpus, images, Ranking(corpus), distributions(corpus), rater)

    def ratio(self, view: View) -> float:
        """The keep ratio that a view asks for."""
        return view.keep or self.ranking.built_ratio

    def figure_list(self, view: View, places: Sequence[Place]) -> str:
        """The page of figures that a view is on."""
        pages = max(-(-len(places) // PAGE), 1)
        page = min(view.page, pages)
        cards = []
        for place in places[(page - 1) * PAGE : page * PAGE]:
            rows = slice(place.start, place.stop)
            candidates = int(self.corpus.is_candidate[rows].sum())
            kept = int(self.corpus.keep[rows].sum())
            cards.append(
                {"place": place, "candidates": candidates, "kept": kept,
                 "image": place.image_sha256 in self.images}
            )  # fmt: skip
        return render(
            "figures.html", cards=cards, chosen=view.figure, count=len(places), page=page,
            pages=pages,
        )  # fmt: skip

    def image(self, place: Place) -> str:
        """The image, with what it is and whence."""
        row = self.corpus.rows(place)[0]
        return render("image.html", row=row, has_image=place.image_sha256 in self.images)

    def caption(self, rows: Sequence[Row], chosen: Row | None) -> str:
        """The caption with the evidence of the chosen candidate marked, and the credit line."""
        text = rows[0]["caption"]
        before, evidence, after = split_evidence(text or "", chosen)
        return render(
            "caption.html", row=rows[0], withheld=text is None,
            before=before, evidence=evidence, after=after,
        )  # fmt: skip

    def candidates(
        self, rows: Sequence[Row], chosen: Row | None, view: View, why: bool = False
    ) -> str:
        """All candidates of a figure, the chosen one in full.

        With `why` also what would flip its decision where that takes a fraction of a second.
        """
        asked = [row for row in rows if row["candidate_id"]]
        if not asked:
            return render("no_candidates.html", reason=rows[0]["reason"])
        then = self.ranking.kept(self.ratio(view))
        kept = {row["candidate_id"]: bool(then[row["row"]]) for row in asked}
        return render(
            "candidates.html", rows=asked, kept=kept, chosen=chosen,
            whole=None if chosen is None else self._whole(asked, chosen, kept, view, why),
        )  # fmt: skip

    def _whole(
        self, rows: Sequence[Row], chosen: Row, kept: Mapping[str, bool], view: View, why: bool
    ) -> dict[str, Any]:
        signals = {n: chosen[n] for n in self.distributions if n != "score"}
        return {
            "row": {"scorer": "", "weakness": ""} | chosen,
            "choices": list_choices(chosen) if chosen["correct_index"] is not None else [],
            "score": self.distributions["score"].standing(chosen["score"]),
            "signals": [self.distributions[n].standing(v) for n, v in signals.items()],
            "why": self._why(chosen, signals, kept[chosen["candidate_id"]], self.ratio(view), why),
            "graph": picture(rows, chosen["candidate_id"], kept),
        }

    def _why(
        self, row: Row, signals: Mapping[str, float | None], kept: bool, ratio: float, asked: bool
    ) -> dict[str, Any]:
        """What would have to be otherwise for the other decision."""
        cut = self.ranking.cut(ratio)
        found = None
        if cut is not None and not row["gated"]:
            if self.ranking.is_mean:
                found = find_mean_changes(signals, row["score"], cut)
            elif asked and row.get("scorer"):
                found = self.rater.changes(row, cut, kept)
        return {
            "gated": row["gated"], "kept": kept, "cut": cut, "score": row["score"],
            "is_mean": self.ranking.is_mean, "tie": row["score"] == cut, "asked": asked,
            "changes": None if found is None else told(found),
        }  # fmt: skip

    def changes(self, view: View) -> str:
        """What the keep ratio of a view changes, by task and licence."""
        ratio = self.ratio(view)
        return render(
            "changes.html", ratio=ratio, built=self.ranking.built_ratio, total=self.ranking.total,
            now=int(self.corpus.keep.sum()), then=int(self.ranking.kept(ratio).sum()),
            gated=int(self.corpus.gated.sum()),
            groups=[(title, self.ranking.changes(name, ratio))
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
