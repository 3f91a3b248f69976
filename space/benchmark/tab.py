"""The Benchmark tab: how well a model answers the test questions, and whether it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from space.benchmark.runs import (
    BASELINE,
    BUNDLED_CLIP,
    CLIP,
    ENDPOINT,
    HUB,
    STOPPED,
    BenchRunner,
    RunRequest,
    check_hub_name,
    list_hub_models,
)
from space.decisions.views import Decisions
from space.markup import render

if TYPE_CHECKING:
    from scoring.report.evidence import EvidenceItem
    from scoring.report.result import Report
    from scoring.runner import BenchmarkRun

_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
SHOWN_WRONG = 20
_LONGEST_RESPONSE = 20_000
Row = dict[str, Any]
_BASELINES = {
    "random": "random: any choice",
    "constant": "constant: always the same place",
    "longest": "longest: the longest choice",
    "choices": "choices: learned from the choices",
    "text": "text: learned from question and choices",
    "caption": "caption: reads the caption",
}


@dataclass(frozen=True)
class BenchmarkForm:
    """What a visitor fills in and presses."""

    kind: gr.Radio
    baseline: gr.Dropdown
    endpoint: gr.Column
    url: gr.Textbox
    name: gr.Textbox
    key: gr.Textbox
    hub: gr.Dropdown
    task: gr.Dropdown
    limit: gr.Slider
    no_image: gr.Checkbox
    go: gr.Button
    stop: gr.Button

    def list_fields(self) -> list[gr.blocks.Block]:
        """The fields in the order in which `read_request` reads them."""
        return [
            self.kind, self.baseline, self.url, self.name, self.key, self.hub, self.task,
            self.limit, self.no_image,
        ]  # fmt: skip


def lay_out_form(tasks: Sequence[str], total: int) -> BenchmarkForm:
    """Lay the form out for a test split of `total` questions."""
    kind = gr.Radio(
        [("Baseline", BASELINE), ("Bundled CLIP", CLIP), ("Endpoint", ENDPOINT),
         ("Hub model", HUB)],
        value=BASELINE, label="Model", elem_id="bench-kind",
    )  # fmt: skip
    baseline = gr.Dropdown(
        [(text, name) for name, text in _BASELINES.items()], value="random", label="Baseline",
        elem_id="bench-baseline",
    )  # fmt: skip
    with gr.Column(visible=False) as endpoint:
        url = gr.Textbox(
            "https://api.openai.com/v1", label="Server (OpenAI-compatible)", max_length=500,
            elem_id="bench-url",
        )  # fmt: skip
        name = gr.Textbox(
            label="Name of the model", placeholder="gpt-4o-mini", max_length=200,
            elem_id="bench-name",
        )  # fmt: skip
        key = gr.Textbox(
            label="Your key", type="password", max_length=500, elem_id="bench-key",
            info="Stays in this page; sent to that server and nowhere else.",
        )  # fmt: skip
    hub = gr.Dropdown(
        list(list_hub_models()), label="Hub model", visible=False, allow_custom_value=True,
        elem_id="bench-hub",
    )  # fmt: skip
    task = gr.Dropdown(
        [("All", ""), *((t, t) for t in tasks)], value="", label="Task", elem_id="bench-task"
    )
    limit = gr.Slider(
        min(5, total - 1), total, min(50, total), step=1, label="Questions", elem_id="bench-limit"
    )
    no_image = gr.Checkbox(True, label="Also ask without the image", visible=False)
    with gr.Row():
        go = gr.Button("Run", variant="primary", elem_id="bench-go", min_width=100)
        stop = gr.Button("Stop", elem_id="bench-stop", min_width=100)
    return BenchmarkForm(
        kind, baseline, endpoint, url, name, key, hub, task, limit, no_image, go, stop
    )


def read_request(
    kind: str, baseline: str, url: str, name: str, key: str, hub: str | None, task: str,
    limit: float, no_image: bool,
) -> RunRequest:  # fmt: skip
    """What the fields say. Raises ValueError in words."""
    names = {BASELINE: baseline, CLIP: BUNDLED_CLIP, ENDPOINT: (name or "").strip()}
    chosen = check_hub_name(hub or "") if kind == HUB else names.get(kind, "")
    if not chosen:
        raise ValueError("name the model")
    return RunRequest(kind, chosen, max(int(limit), 1), task or "", no_image, url or "", key or "")


def render_report(report: Report, run: BenchmarkRun) -> tuple[str, str]:
    """A result as HTML: accuracy beside the baselines, by task and Bloom level; wrong answers."""
    model = report.result.model
    main = report.of(model, "image") or report.of(model)
    if main is None:
        return render("message.html", text="Nothing was answered.", kind="error"), ""
    asked = (model, main["condition"], 0)
    wrong = [
        item
        for item in run.items
        if (item.model, item.condition, item.rotation) == asked and item.index != item.correct_index
    ]
    groups = main["scores"]["groups"]
    tables = [
        (title, sorted(groups[name].items()))
        for title, name in (("Task", "task"), ("Bloom level", "bloom"))
        if name in groups
    ]
    shown = [_show_item(item) for item in wrong[:SHOWN_WRONG]]
    return (
        render("bench_report.html", model=model, main=main, rows=_list_rows(report), tables=tables),
        render("bench_wrong.html", wrong=shown, wrong_count=len(wrong)),
    )


def _show_item(item: EvidenceItem) -> Row:
    return {
        "image": item.images[0] if item.images else "",
        "question": item.question,
        "choices": item.choices,
        "correct_index": item.correct_index,
        "index": item.index,
        "status": item.status.replace("_", " "),
        "error": item.error,
        "response": (item.response or "")[:_LONGEST_RESPONSE],
    }


def _list_rows(report: Report) -> list[Row]:
    """All summaries as bars: the model's own first, then the baselines, best first."""
    own = report.result.model
    rows = [
        {"model": s["model"], "sees": s["condition"], "own": s["model"] == own,
         "accuracy": s["scores"]["accuracy"], "questions": s["questions"]}
        for s in report.summaries
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row["own"], -row["accuracy"]["value"]))


def _make_board_row(row: Row) -> Row:
    names = ("value", "low", "high")
    return {k: row[k] for k in ("model", "sees", "questions")} | {
        n: row["accuracy"][n] for n in names
    }


def render_board(rows: list[Row]) -> str:
    """Results, best first."""
    return render("board.html", rows=sorted(rows, key=lambda r: (-r["value"], r["model"])))


def read_results(folder: Path) -> list[Row]:
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
        rows.append(_make_board_row(row | numbers))
    return rows


def lay_out_benchmark(decisions: Decisions, folder: Path, allow_private: bool) -> None:
    """Lay the tab out and connect it."""
    bench, kept = BenchRunner(decisions.corpus.release, allow_private), read_results(folder)
    table = decisions.corpus.table
    in_test = decisions.corpus.match_value("split", "test")
    total = int((in_test & table["correct_index"].is_valid().to_numpy()).sum())
    if not total:
        text = "This release has no test questions to ask."
        gr.HTML(render("empty.html", title="No test split.", text=text), apply_default_css=False)
        return
    with gr.Row():
        with gr.Column(scale=4, min_width=300):
            form = lay_out_form(decisions.corpus.list_values("task"), total)
        with gr.Column(scale=7, min_width=300):
            progress = gr.HTML(apply_default_css=False, elem_id="bench-progress")
            result = gr.HTML(
                render("empty.html", title="Nothing run yet.",
                       text="Choose a model and press Run. A baseline takes a second."),
                apply_default_css=False, elem_id="bench-result",
            )  # fmt: skip
    with gr.Accordion("Leaderboard", open=True):
        ranking = gr.HTML(render_board(kept), apply_default_css=False, elem_id="bench-board")
    wrong = gr.HTML(apply_default_css=False, elem_id="bench-wrong")
    mine = gr.State([])
    _connect(bench, kept, form, mine, [progress, result, wrong, ranking, mine])


def _connect(
    bench: BenchRunner,
    kept: list[Row],
    form: BenchmarkForm,
    mine: gr.State,
    shown: list[gr.blocks.Block],
) -> None:
    """What the form does; `shown` are the parts that a run fills, progress first."""

    def show_fields(what: str) -> list[Any]:
        asks = what in (ENDPOINT, HUB)
        seen = (what == BASELINE, what == ENDPOINT, what == HUB, asks)
        kinds: tuple[Any, ...] = (gr.Dropdown, gr.Column, gr.Dropdown, gr.Checkbox)
        return [make(visible=v) for make, v in zip(kinds, seen, strict=True)]

    depending = [form.baseline, form.endpoint, form.hub, form.no_image]
    form.kind.change(show_fields, form.kind, depending, queue=False, **_PRIVATE)

    def start(
        request: gr.Request, rows: list[Row], what: str, *fields: Any
    ) -> Iterator[tuple[Any, ...]]:
        try:
            wish = read_request(what, *fields)
        except ValueError as error:
            text = f"Not run: {error}."
            yield _show_only("message.html", text=text, kind="error")
            return
        yield from _run(bench, kept, rows, wish, request.session_hash or "")

    form.go.click(
        start,
        [mine, *form.list_fields()],
        shown,
        concurrency_limit=2,
        concurrency_id="bench",
        **_PRIVATE,
    )

    def stop_it(request: gr.Request) -> str:
        stopped = bench.stop(request.session_hash or "")
        text = "Stopping …" if stopped else "Nothing is running."
        return render("message.html", text=text, kind="done")

    form.stop.click(stop_it, None, shown[0], queue=False, **_PRIVATE)


def _run(
    bench: BenchRunner, kept: list[Row], rows: list[Row], request: RunRequest, session: str
) -> Iterator[tuple[Any, ...]]:
    """What the tab shows while a run goes on, and after."""
    last = -1
    for step in bench.run(request, session):
        if step.problem:
            text = "Stopped." if step.problem == STOPPED else f"Not run: {step.problem}."
            kind = "done" if step.problem == STOPPED else "error"
            yield _show_only("message.html", text=text, kind=kind)
        elif step.result:
            report, run = step.result
            own = report.result.model
            new = [_make_board_row(row) for row in _list_rows(report)]
            same = {(r["model"], r["sees"], r["questions"]) for r in new}
            rest = [r for r in rows if (r["model"], r["sees"], r["questions"]) not in same]
            rows = [*rest, *new]
            done = render("message.html", text=f"Done: {own}.", kind="done")
            yield done, *render_report(report, run), render_board([*kept, *rows]), rows
        elif (tenth := 20 * step.done // max(step.total, 1)) != last:
            last = tenth
            yield _show_only("progress.html", done=step.done, total=step.total)


def _show_only(template: str, **values: Any) -> tuple[Any, ...]:
    """A word on the progress; all else stays as it is."""
    return render(template, **values), *[gr.skip()] * 4
