"""Rates candidates of a corpus again, to see what would flip a decision of the graph."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from filtering.graph.counterfactual import Changes, find_graph_changes
from filtering.records import QA, PairTable
from space.corpus import Corpus
from space.images import ImageStore

if TYPE_CHECKING:
    from filtering.graph.scorer import Observed, Scorer

ENCODING = threading.Lock()
"""Held while encoders work: their tokenisers serve one thread at a time."""
_NEARLY = 1e-4
_ARTICLES = 256
_CANDIDATES = 4096


class Rater:
    """Opens the filter that scored a corpus, if it is at hand, when it is first asked."""

    def __init__(self, corpus: Corpus, images: ImageStore) -> None:
        self._corpus, self._images = corpus, images
        self._observed = lru_cache(maxsize=_ARTICLES)(self._observe)
        self._found = lru_cache(maxsize=_CANDIDATES)(self._find)

    def changes(self, row: dict[str, Any], cut: float, kept: bool) -> Changes | None:
        """Changes of one signal that would flip the decision on a candidate (a ledger row).

        None where its score cannot be reached again from here: by another filter than those at
        hand, with texts or images that the licence keeps out, or not the graph's at all.
        """
        return self._found(row["candidate_id"], row["article_id"], row["scorer"], cut, kept)

    def _find(
        self, candidate: str, article: str, name: str, cut: float, kept: bool
    ) -> Changes | None:
        with ENCODING:
            found = self._observed(article, name)
        if found is None or candidate not in found[1]:
            return None
        observed, places, scorer = found
        return find_graph_changes(scorer, observed, places[candidate], cut, kept)

    def warm(self) -> None:
        """Open the filters now, so that the first who asks does not wait for it."""
        if any("Graph" in name for name in self._corpus.scorers):
            with ENCODING:
                self._scorers  # noqa: B018

    def _observe(self, article: str, name: str) -> tuple[Observed, dict[str, int], Scorer] | None:
        """The candidates of an article as its scorer sees them, if they get their scores again."""
        rows, scorer = self._corpus.article(article), self._scorers.get(name)
        hidden = any(row["question"] is None or row["caption"] is None for row in rows)
        if scorer is None or not scorer.rates or hidden:
            return None
        pairs = self._pairs(rows)
        observed = scorer.observe(pairs)
        if observed.graph_input is None:
            return None
        scores = scorer.rate(observed.graph_input, observed.figure, pairs.number_groups())
        if any(abs(s - r["score"]) > _NEARLY for s, r in zip(scores, rows, strict=True)):
            return None
        return observed, {row["candidate_id"]: n for n, row in enumerate(rows)}, scorer

    def _pairs(self, rows: Sequence[dict[str, Any]]) -> PairTable:
        qas = [
            QA(r["candidate_id"], r["figure_id"], r["caption"], r["question"], r["answer"],
               r["statement"] or "")
            for r in rows
        ]  # fmt: skip
        found = {r["figure_id"]: self._images.read(r["image_sha256"]) for r in rows}
        files = {name: data for name, data in found.items() if data is not None}
        images = [qa.figure_id if qa.figure_id in files else "" for qa in qas]
        return PairTable(qas, images, [r["article_id"] for r in rows], files)

    @cached_property
    def _scorers(self) -> dict[str, Scorer]:
        """The bundled filter and those fitted for this build, by what they call themselves."""
        from filtering.encoders import EncoderError
        from filtering.graph.scorer import BUNDLED, open_scorer
        from filtering.scorer_choice import FilterError

        fitted = (self._corpus.release.parent / "work" / "filter").glob("*")
        scorers = {}
        for folder in (BUNDLED, *sorted(fitted)):
            try:
                scorer = open_scorer(folder)
            except (FilterError, EncoderError):
                continue
            scorers[scorer.name] = scorer
        return scorers
