"""The Decisions tab: browse figures, see why each of their questions was kept or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from filtering.image_files import ImageError
from space.decisions.views import DECISIONS, PAGE, Decisions, Row, View, match_figures, match_rows

_QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
CLICKS = """
element.addEventListener('click', (event) => {
  const target = event.target.closest('[data-figure],[data-page],[data-candidate]');
  if (target && !target.disabled) trigger('click', {...target.dataset});
});
"""
_DECISION_NAMES = dict(
    zip(DECISIONS, ("Kept", "Dropped", "Dropped: contradicts the caption"), strict=True)
)


@dataclass(frozen=True)
class _Parts:
    """The components that show a view, in the order in which they are filled."""

    figures: gr.HTML
    image: gr.HTML
    caption: gr.HTML
    candidates: gr.HTML
    changes: gr.HTML
    view: gr.State
    link: gr.Textbox

    def all(self) -> list[gr.Component]:
        """All of them."""
        return [getattr(self, name) for name in self.__dataclass_fields__]


@dataclass(frozen=True)
class Filters:
    """The components that narrow a view, by the name of the field that each sets."""

    text: gr.Textbox
    decision: gr.Dropdown
    task: gr.Dropdown
    modality: gr.Dropdown
    source: gr.Dropdown
    reason: gr.Dropdown
    keep: gr.Slider

    def all(self) -> list[gr.Component]:
        """All of them."""
        return [getattr(self, name) for name in self.__dataclass_fields__]


def fill_view(decisions: Decisions, view: View, why: bool = False) -> tuple[Any, ...]:
    """The contents of all parts for a view, which is completed with what it leaves open.

    With `why` also what would flip the decision on the chosen candidate of a graph.
    """
    corpus = decisions.corpus
    mask = match_rows(corpus, view)
    figures_left = match_figures(corpus, mask)
    figure = corpus.by_figure.get(view.figure)
    if figure is None or (figure not in figures_left and not view.candidate):
        figure = figures_left[0] if figures_left else None
        view = replace(view, figure=figure.figure_id if figure else "", candidate="")
    figures = decisions.render_figures(view, figures_left)
    changes = decisions.render_changes(view)
    if figure is None:
        return figures, "", "", "", changes, view, view.link()
    rows = corpus.read_rows(figure)
    chosen = _choose_candidate(rows, view, [bool(m) for m in mask[figure.start : figure.stop]])
    view = replace(view, candidate=chosen["candidate_id"] if chosen else "")
    return (
        figures,
        decisions.render_image(figure),
        decisions.render_caption(rows, chosen),
        decisions.render_candidates(rows, chosen, view, why),
        changes,
        view,
        view.link(),
    )


def _choose_candidate(rows: list[Row], view: View, lets: list[bool]) -> Row | None:
    """The candidate that a view names, else the first that the filters let through."""
    candidates = [(row, let) for row, let in zip(rows, lets, strict=True) if row["candidate_id"]]
    named = [row for row, _ in candidates if row["candidate_id"] == view.candidate]
    through = [row for row, let in candidates if let]
    return next(iter([*named, *through, *(row for row, _ in candidates)]), None)


def warm(decisions: Decisions) -> None:
    """Work out now what the first visitors, who all see the first page, would wait for."""
    decisions.corpus.warm()
    restore_view(decisions, View())
    for figure in decisions.corpus.figures[:PAGE]:
        with suppress(ImageError):
            decisions.images.read_thumb(figure.image_sha256)


def lay_out_decisions(decisions: Decisions) -> tuple[_Parts, Filters]:
    """The tab's components; `wire` gives them life."""
    with gr.Row(elem_classes="decisions"):
        with gr.Column(scale=4, min_width=300, elem_classes="side"):
            filters = _lay_out_filters(decisions)
            figures = gr.HTML(js_on_load=CLICKS, elem_id="figures", apply_default_css=False)
            with gr.Column(elem_classes="what-if", elem_id="what-if"):
                gr.HTML(
                    "<h2 class='h3'>What if another share were kept?</h2>", apply_default_css=False
                )
                filters.keep.render()  # type: ignore[no-untyped-call]  # gradio has no types here
                changes = gr.HTML(elem_id="changes", apply_default_css=False)
        with gr.Column(scale=9, min_width=320, elem_classes="main"):
            with gr.Row(elem_classes="figure"):
                with gr.Column(scale=5, min_width=300):
                    image = gr.HTML(elem_id="figure-image", apply_default_css=False)
                with gr.Column(scale=4, min_width=280):
                    caption = gr.HTML(elem_id="figure-caption", apply_default_css=False)
            candidates = gr.HTML(js_on_load=CLICKS, elem_id="candidates", apply_default_css=False)
    link = gr.Textbox(visible="hidden", label="Address of this view")
    return _Parts(figures, image, caption, candidates, changes, gr.State(View()), link), filters


def _lay_out_filters(decisions: Decisions) -> Filters:
    corpus = decisions.corpus
    text = gr.Textbox(
        label="Search", placeholder="words of a caption, question or answer", max_length=200,
        elem_id="search",
    )  # fmt: skip
    decision = gr.Dropdown(_list_choices(_DECISION_NAMES), label="Decision", value="")
    with gr.Accordion("More filters", open=False):
        task = gr.Dropdown(_list_choices(corpus.list_values("task")), label="Task", value="")
        modality = gr.Dropdown(
            _list_choices(corpus.list_values("modality")), label="Modality", value=""
        )
        source = gr.Dropdown(_list_choices(corpus.list_values("source")), label="Source", value="")
        reasons = corpus.list_values("reason_kind")
        reason = gr.Dropdown(_list_choices(reasons), label="Reason", value="")
    keep = gr.Slider(
        0.05, 1, decisions.ranking.built_ratio, step=0.01, label="Share of candidates kept",
        elem_id="keep-ratio", render=False, buttons=["reset"],
    )  # fmt: skip
    return Filters(text, decision, task, modality, source, reason, keep)


def _list_choices(values: dict[str, str] | list[str]) -> list[tuple[str, str]]:
    named = values.items() if isinstance(values, dict) else ((v, v) for v in values)
    return [("All", ""), *((name, value) for value, name in named)]


def wire(decisions: Decisions, parts: _Parts, filters: Filters) -> None:
    """Connect the components: filters, clicks, the slider, and the page's address."""
    outputs = parts.all()
    names = list(filters.__dataclass_fields__)

    def narrow(view: View, *values: Any) -> tuple[Any, ...]:
        fields = dict(zip(names, values, strict=True))
        # The build's own ratio is 0, so that an address does not name what nobody has chosen.
        fields["keep"] = 0.0 if fields["keep"] == decisions.ranking.built_ratio else fields["keep"]
        fields = {k: v or (0.0 if k == "keep" else "") for k, v in fields.items()}
        return fill_view(decisions, replace(view, **fields, page=1, candidate=""))

    def search(view: View, *values: Any) -> Sequence[Any]:
        """Narrow by another text; what an address has set is there already."""
        if values[names.index("text")] == view.text:
            return [gr.skip()] * len(outputs)
        return narrow(view, *values)

    def follow_click(view: View, event: gr.EventData) -> tuple[Any, ...]:
        data = event._data or {}
        if page := str(data.get("page", "")):
            return fill_view(decisions, replace(view, page=int(page) if page.isdecimal() else 1))
        if figure := data.get("figure"):
            return fill_view(decisions, replace(view, figure=str(figure), candidate=""))
        chosen = replace(view, candidate=str(data.get("candidate", "")))
        return fill_view(decisions, chosen, why="why" in data)

    def slide(view: View, keep: float) -> tuple[Any, ...]:
        keep = 0.0 if keep == decisions.ranking.built_ratio else keep
        values = fill_view(decisions, replace(view, keep=keep))
        return values[3:]

    inputs = [parts.view, *filters.all()]
    for each in (filters.decision, filters.task, filters.modality, filters.source, filters.reason):
        each.input(narrow, inputs, outputs, **_QUICK)
    filters.text.change(search, inputs, outputs, trigger_mode="always_last", **_QUICK)
    filters.keep.change(
        slide, [parts.view, filters.keep], outputs[3:], trigger_mode="always_last", **_QUICK
    )
    for html in (parts.figures, parts.candidates):
        html.click(follow_click, parts.view, outputs, **_QUICK)


def restore_view(decisions: Decisions, view: View) -> tuple[Any, ...]:
    """Contents of the parts and of the filters for the view that an address names."""
    corpus = decisions.corpus
    known = {
        "decision": set(DECISIONS),
        "task": set(corpus.list_values("task")),
        "modality": set(corpus.list_values("modality")),
        "source": set(corpus.list_values("source")),
        "reason": set(corpus.list_values("reason_kind")),
    }
    wrong = {n: "" for n, values in known.items() if getattr(view, n) not in values}
    view = replace(view, **wrong)  # type: ignore[arg-type]  # all these fields are texts
    filters = (view.text, view.decision, view.task, view.modality, view.source, view.reason)
    return *fill_view(decisions, view), *filters, decisions.choose_ratio(view)
