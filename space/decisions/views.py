"""What is looked at: the figure, the filters, the keep ratio. Kept in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlencode

import numpy as np

from space.corpus import Corpus, Mask, Place

PAGE = 12
DECISIONS = ("kept", "dropped", "contradiction")
_LONGEST = 300


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
        keep, page = _number(known.pop("keep", "")), _number(known.pop("page", ""))
        return cls(**known, keep=min(max(keep, 0.0), 1.0), page=int(min(max(page, 1), 1e6)))

    def link(self) -> str:
        """The address of this view, relative to the page and without the tab."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        default = View()
        told = {k: f"{v:g}" if isinstance(v, float) else v for k, v in values.items()
                if v != getattr(default, k)}  # fmt: skip
        return f"?{urlencode(told)}"


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if np.isfinite(value) else 0.0


def matching(corpus: Corpus, view: View) -> Mask:
    """Which rows of the ledger the filters of a view let through."""
    mask = np.ones(corpus.table.num_rows, np.bool_)
    for name in ("task", "modality", "source"):
        if value := getattr(view, name):
            mask &= corpus.equals(name, value)
    if view.reason:
        mask &= corpus.equals("reason_kind", view.reason)
    if view.decision:
        mask &= _decided(corpus, view.decision)
    if view.text.strip():
        mask &= corpus.mentions(view.text.strip())
    return mask


def _decided(corpus: Corpus, decision: str) -> Mask:
    if decision == "kept":
        return corpus.keep
    if decision == "contradiction":
        return corpus.gated
    return corpus.is_candidate & ~corpus.keep


def matching_figures(corpus: Corpus, mask: Mask) -> list[Place]:
    """The figures with at least one row that is let through, in order."""
    if mask.all():
        return list(corpus.figures)
    counts = np.concatenate([[0], np.cumsum(mask)])
    return [p for p in corpus.figures if counts[p.stop] > counts[p.start]]
