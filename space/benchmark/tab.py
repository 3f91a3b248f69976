"""The Benchmark tab: how well a model answers the test questions, and whether it looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from space.benchmark.form import Form, form_of, wish
from space.benchmark.runs import BASELINE, ENDPOINT, HUB, STOPPED, Bench, Wish
from space.decisions.decision_views import Decisions
from space.markup import render

if TYPE_CHECKING:
    from scoring.report.evidence import EvidenceItem
    from scoring.report.result import Report
    from scoring.runner import BenchmarkRun

_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
SHOWN_WRONG = 20
_LONGEST_RESPONSE = 20_000
Row = dict[str, Any]


def report_html(report: Report, found: BenchmarkRun) -> tuple[str, str]:
    """A result as HTML: accuracy beside the baselines, by task and Bloom level; wrong answers."""
    model = report.result.model
    main = report.of(model, "image") or report.of(model)
    if main is None:
        return render("message.html", text="Nothing was answered.", kind="error"), ""
    wrong = [item for item in found.items if _is_wrong(item, model, main["condition"])]
    groups = main["scores"]["groups"]
    tables = [
        (title, sorted(groups[name].items()))
        for title, name in (("Task", "task"), ("Bloom level", "bloom"))
        if name in groups
    ]
    shown = [_shown(item) for item in wrong[:SHOWN_WRONG]]
    return (
        render("bench_report.html", model=model, main=main, rows=_rows(report), tables=tables),
        render("bench_wrong.html", wrong=shown, wrong_count=len(wrong)),
    )


def _is_wrong(item: EvidenceItem, model: str, condition: str) -> bool:
    asked = (item.model, item.condition, item.rotation) == (model, condition, 0)
    return asked and item.index != item.correct_index


def _shown(item: EvidenceItem) -> Row:
    response = (item.response or "")[:_LONGEST_RESPONSE]
    return {
        "image": item.images[0] if item.images else "",
        "question": item.question,
        "choices": item.choices,
        "correct_index": item.correct_index,
        "index": item.index,
        "status": item.status.replace("_", " "),
        "error": item.error,
        "response": response,
    }


def _rows(report: Report) -> list[Row]:
    """All summaries as bars: the model's own first, then the baselines, best first."""
    own = report.result.model
    rows = [
        {"model": s["model"], "sees": s["condition"], "own": s["model"] == own,
         "accuracy": s["scores"]["accuracy"], "questions": s["questions"]}
        for s in report.summaries
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row["own"], -row["accuracy"]["value"]))


def _board_row(row: Row) -> Row:
    names = ("value", "low", "high")
    return {k: row[k] for k in ("model", "sees", "questions")} | {
        n: row["accuracy"][n] for n in names
    }


def board(rows: list[Row]) -> str:
    """Results, best first."""
    return render("board.html", rows=sorted(rows, key=lambda r: (-r["value"], r["model"])))


def kept_results(folder: Path) -> list[Row]:
    """Results that `microvqa-pp benchmark` wrote beside a release, each checked by its items."""
    places = sorted(path.parent for path in (folder / "results").glob("*/result.json"))
    if not places:
        return []
    from scoring.report.leaderboard import collect_entries

    entries, _ = collect_entries(places)
    rows = []
    for entry in entries:
        summary = entry.report.headline
        row = {"model": summary["model"], "sees": summary["condition"]}
        numbers = {"accuracy": summary["scores"]["accuracy"], "questions": summary["questions"]}
        rows.append(_board_row(row | numbers))
    return rows


def benchmark_tab(decisions: Decisions, folder: Path, allow_private: bool) -> None:
    """Lay the tab out and connect it."""
    bench, kept = Bench(decisions.corpus.release, allow_private), kept_results(folder)
    table = decisions.corpus.table
    asked = decisions.corpus.equals("split", "test")
    total = int((asked & table["correct_index"].is_valid().to_numpy()).sum())
    if not total:
        text = "This release has no test questions to ask."
        gr.HTML(render("empty.html", title="No test split.", text=text), apply_default_css=False)
        return
    with gr.Row():
        with gr.Column(scale=4, min_width=300):
            form = form_of(decisions.corpus.values("task"), total)
        with gr.Column(scale=7, min_width=300):
            progress = gr.HTML(apply_default_css=False, elem_id="bench-progress")
            result = gr.HTML(
                render("empty.html", title="Nothing run yet.",
                       text="Choose a model and press Run. A baseline takes a second."),
                apply_default_css=False, elem_id="bench-result",
            )  # fmt: skip
    with gr.Accordion("Leaderboard", open=True):
        ranking = gr.HTML(board(kept), apply_default_css=False, elem_id="bench-board")
    wrong = gr.HTML(apply_default_css=False, elem_id="bench-wrong")
    mine = gr.State([])
    _connect(bench, kept, form, mine, [progress, result, wrong, ranking, mine])


def _connect(
    bench: Bench, kept: list[Row], form: Form, mine: gr.State, shown: list[gr.blocks.Block]
) -> None:
    """What the form does; `shown` are the parts that a run fills, progress first."""

    def chosen(what: str) -> list[Any]:
        asks = what in (ENDPOINT, HUB)
        seen = (what == BASELINE, what == ENDPOINT, what == HUB, asks)
        kinds: tuple[Any, ...] = (gr.Dropdown, gr.Column, gr.Dropdown, gr.Checkbox)
        return [make(visible=v) for make, v in zip(kinds, seen, strict=True)]

    depending = [form.baseline, form.endpoint, form.hub, form.no_image]
    form.kind.change(chosen, form.kind, depending, queue=False, **_PRIVATE)

    def start(
        request: gr.Request, rows: list[Row], what: str, *said: Any
    ) -> Iterator[tuple[Any, ...]]:
        try:
            wished = wish(what, *said)
        except ValueError as error:
            text = f"Not run: {error}."
            yield _only("message.html", text=text, kind="error")
            return
        yield from _run(bench, kept, rows, wished, request.session_hash or "")

    form.go.click(
        start, [mine, *form.said()], shown, concurrency_limit=2, concurrency_id="bench", **_PRIVATE
    )

    def stop_it(request: gr.Request) -> str:
        found = bench.stop(request.session_hash or "")
        text = "Stopping …" if found else "Nothing is running."
        return render("message.html", text=text, kind="done")

    form.stop.click(stop_it, None, shown[0], queue=False, **_PRIVATE)


def _run(
    bench: Bench, kept: list[Row], rows: list[Row], wish: Wish, session: str
) -> Iterator[tuple[Any, ...]]:
    """What the tab shows while a run goes on, and after."""
    last = -1
    for step in bench.run(wish, session):
        if step.problem:
            text = "Stopped." if step.problem == STOPPED else f"Not run: {step.problem}."
            kind = "done" if step.problem == STOPPED else "error"
            yield _only("message.html", text=text, kind=kind)
        elif step.found:
            report, found = step.found
            own = report.result.model
            new = [_board_row(row) for row in _rows(report)]
            same = {(r["model"], r["sees"], r["questions"]) for r in new}
            rest = [r for r in rows if (r["model"], r["sees"], r["questions"]) not in same]
            rows = [*rest, *new]
            done = render("message.html", text=f"Done: {own}.", kind="done")
            yield done, *report_html(report, found), board([*kept, *rows]), rows
        elif (tenth := 20 * step.done // max(step.total, 1)) != last:
            last = tenth
            yield _only("progress.html", done=step.done, total=step.total)


def _only(template: str, **values: Any) -> tuple[Any, ...]:
    """A word on the progress; all else stays as it is."""
    return render(template, **values), *[gr.skip()] * 4
