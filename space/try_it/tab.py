"""The Try it tab: a visitor's own figure, caption, question and answer, or a whole table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pyarrow.parquet as pq

from filtering.records import WEIGHTS
from filtering.table.filter_table import Columns, FilterReport, TableError, filter_table
from filtering.text_signals import compute_consistency
from space.decisions.views import Decisions
from space.markup import render
from space.try_it.judge import GRAPH, TEXT, PairJudge, has_graph, make_pair
from space.untrusted import (
    IMAGE_TYPES,
    TABLE_TYPES,
    UploadError,
    make_preview,
    read_image,
    take_table,
)

_PRIVATE: dict[str, Any] = {"api_visibility": "private"}
SHOWN_ROWS = 200
_LONGEST_CELL = 300
_EMPTY = {"title": "Nothing judged yet.", "text": "Fill in the fields, or take an example."}


@dataclass(frozen=True, slots=True)
class Example:
    """A pair to start from: a name for its button, the figure's hash, and the texts."""

    name: str
    image: str
    caption: str
    question: str
    answer: str


def choose_examples(decisions: Decisions) -> list[Example]:
    """A kept question, the same with a wrong answer, and one about another figure."""
    corpus = decisions.corpus
    kept = np.flatnonzero(corpus.keep)
    rows = corpus.table.take(kept[:2000]).to_pylist()
    rows = [r for r in rows if r["image_sha256"] in decisions.images and r["caption"]]
    numbers = [r for r in rows if r["value_type"] in ("count", "percent", "size", "fold")] or rows
    if not rows:
        return []
    numbers = sorted(numbers, key=_score_text, reverse=True)
    good = next((r for r in numbers if r["distractors"]), numbers[0])
    other = next((r for r in reversed(rows) if r["article_id"] != good["article_id"]), good)
    wrong = (good["distractors"] or ["none at all"])[0]
    return [
        _make_example("A good question", good, good["question"], good["answer"]),
        _make_example("A wrong answer", good, good["question"], wrong),
        _make_example("A question about another figure", good, other["question"], other["answer"]),
    ]


def _score_text(row: dict[str, Any]) -> float:
    """How well the caption supports a pair, 0-1, without what a visitor does not give."""
    return compute_consistency({n: row.get(n) for n in WEIGHTS if n != "signal_overlap"})


def _make_example(name: str, row: dict[str, Any], question: str, answer: str) -> Example:
    return Example(name, row["image_sha256"], row["caption"], question, answer)


def lay_out_try_it(decisions: Decisions) -> None:
    """Lay the tab out and connect it."""
    with gr.Tabs():
        with gr.Tab("One question"):
            _lay_out_question(decisions)
        with gr.Tab("A whole table"):
            _lay_out_table(decisions)


def _lay_out_question(decisions: Decisions) -> None:
    judge, shown = PairJudge(decisions), choose_examples(decisions)
    with gr.Row():
        with gr.Column(scale=4, min_width=300):
            if shown:
                gr.HTML("<p class='muted'>Start from an example</p>", apply_default_css=False)
                with gr.Row(elem_classes="examples"):
                    buttons = [gr.Button(e.name, size="sm", min_width=120) for e in shown]
            upload = gr.File(
                label="Figure (optional)", file_types=IMAGE_TYPES, type="filepath", height=140,
                elem_id="try-image",
            )  # fmt: skip
            picture = gr.HTML(apply_default_css=False, elem_id="try-preview")
            caption = gr.Textbox(label="Caption", lines=4, max_length=20_000, elem_id="try-caption")
            question = gr.Textbox(
                label="Question", lines=2, max_length=5_000, elem_id="try-question"
            )
            answer = gr.Textbox(label="Answer", max_length=5_000, elem_id="try-answer")
            how = gr.Radio(
                [("Text, for any figure", TEXT), ("Graph and image, for phantoms", GRAPH)],
                value=TEXT, label="Judge by", visible=has_graph(),
            )  # fmt: skip
            go = gr.Button("Judge it", variant="primary", elem_id="try-go")
        with gr.Column(scale=6, min_width=300):
            message = gr.HTML(apply_default_css=False, elem_id="try-message")
            result = gr.HTML(
                render("empty.html", **_EMPTY), apply_default_css=False, elem_id="try-result"
            )
    image_of = gr.State("")
    fields = [image_of, upload, caption, question, answer, how]
    judge_pair = _make_judging(judge)

    def show_upload(path: str | None) -> tuple[str, str, str]:
        if path is None:
            return "", "", ""
        try:
            return render("preview.html", source=make_preview(read_image(path))), "", ""
        except UploadError as error:
            return "", render("message.html", text=f"Refused: {error}.", kind="error"), ""

    upload.upload(show_upload, upload, [picture, message, image_of], **_PRIVATE)
    upload.clear(lambda: ("", "", ""), None, [picture, message, image_of], **_PRIVATE)
    go.click(judge_pair, fields, [result, message], **_PRIVATE)
    answer.submit(judge_pair, fields, [result, message], **_PRIVATE)
    for button, example in zip(buttons if shown else [], shown, strict=True):
        source = f"figures/{example.image}"
        values = [None, render("preview.html", source=source), example.image]
        values += [example.caption, example.question, example.answer]
        button.click(
            lambda values=values: values, None,
            [upload, picture, image_of, caption, question, answer],
            show_progress="hidden", **_PRIVATE,
        ).then(judge_pair, fields, [result, message], **_PRIVATE)  # fmt: skip


def _make_judging(judge: PairJudge) -> Callable[..., tuple[Any, Any]]:
    images = judge.decisions.images

    def judge_pair(
        known: str, path: str | None, caption: str, question: str, answer: str, how: str
    ) -> tuple[Any, Any]:
        try:
            data = read_image(path) if path else images.read(known)
            judgement = judge.judge(data, make_pair(caption, question, answer), how)
        except ValueError as error:
            return gr.skip(), render("message.html", text=f"Not judged: {error}.", kind="error")
        ranking = judge.decisions.ranking
        values = {"total": ranking.total, "ratio": ranking.built_ratio}
        return render("judgement.html", j=judgement, **values), ""

    return judge_pair


def _lay_out_table(decisions: Decisions) -> None:
    with gr.Row():
        with gr.Column(scale=3, min_width=280):
            upload = gr.File(
                label=f"Table ({', '.join(TABLE_TYPES)})", file_types=TABLE_TYPES,
                type="filepath", height=130, elem_id="try-table",
            )  # fmt: skip
            with gr.Accordion("Names of the columns", open=False):
                names = [
                    gr.Textbox(name, label=name.capitalize(), max_length=200)
                    for name in ("caption", "question", "answer")
                ]
            keep = gr.Slider(0.05, 1, 0.75, step=0.05, label="Share of rows kept")
            go = gr.Button("Filter the table", variant="primary", elem_id="try-table-go")
            sample = gr.Button("Take an example table", size="sm", elem_id="try-table-example")
        with gr.Column(scale=7, min_width=300):
            summary = gr.HTML(
                render("empty.html", title="No table yet.",
                       text="One row per question, with columns caption, question and answer."),
                apply_default_css=False, elem_id="table-summary",
            )  # fmt: skip
            file = gr.File(label="Filtered table", visible=False, interactive=False)
            rows = gr.HTML(apply_default_css=False, elem_id="table-rows")
    outputs = [summary, file, rows]
    go.click(_filter_upload, [upload, keep, *names], outputs, concurrency_limit=2, **_PRIVATE)
    folder = tempfile.TemporaryDirectory(
        prefix="microvqa_pp-example-"
    )  # for as long as the app runs
    example = cache(lambda: str(_write_example_table(decisions, Path(folder.name))))
    sample.click(example, None, upload, **_PRIVATE).then(
        _filter_upload, [upload, keep, *names], outputs, concurrency_limit=2, **_PRIVATE
    )


def _write_example_table(decisions: Decisions, folder: Path) -> Path:
    """Forty candidates as a table: texts only."""
    corpus = decisions.corpus
    rows = np.flatnonzero(corpus.is_candidate)[:40]
    table = corpus.table.take(rows).select(["caption", "question", "answer"])
    path = folder / "example.parquet"
    pq.write_table(table, path)
    return path


def _filter_upload(path: str | None, keep: float, *names: str) -> Iterator[list[Any]]:
    """What is shown of a filtered table; Gradio has its own copy of the file when this goes on."""
    if path is None:
        yield _refuse("choose a file first")
        return
    caption, question, answer = (name.strip() for name in names)
    columns = Columns(caption=caption, question=question, answer=answer)
    with tempfile.TemporaryDirectory(prefix="microvqa_pp-") as name:
        folder = Path(name)
        try:
            report = filter_table(take_table(path, folder), folder / "out", columns, keep)
        except (UploadError, TableError, ValueError) as error:
            yield _refuse(str(error).replace(f"{folder}/", ""))
            return
        headers, cells = _list_cells(report)
        texts = [name for name in headers if name not in ("keep", "score", "reason")]
        rows = [dict(zip(headers, c, strict=True)) for c in cells]
        yield [
            render("table_report.html", report=report, shown=SHOWN_ROWS),
            gr.File(str(report.path), visible=True),
            render("table_rows.html", texts=texts, rows=rows),
        ]


def _refuse(text: str) -> list[Any]:
    message = render("message.html", text=f"Not filtered: {text}.", kind="error")
    return [message, gr.File(visible=False), ""]


def _list_cells(report: FilterReport) -> tuple[list[str], list[list[str]]]:
    """The first rows as text: decision and reason first, then the texts."""
    table = next(pq.ParquetFile(report.path).iter_batches(SHOWN_ROWS))
    heavy = [f.name for f in table.schema if "binary" in str(f.type)]
    added = ["keep", "score", "reason"]
    signals = [n for n in table.schema.names if n.startswith("signal_")]
    rest = [n for n in table.schema.names if n not in {*added, *signals, *heavy}]
    columns = {name: table[name].to_pylist() for name in (*added, *rest)}
    rows = zip(*columns.values(), strict=True)
    return list(columns), [[_format_cell(value) for value in row] for row in rows]


def _format_cell(value: object) -> str:
    if isinstance(value, bool):
        return "kept" if value else "dropped"
    if isinstance(value, float):
        return f"{value:.2f}"
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"
