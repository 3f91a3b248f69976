"""Writes a report: as a table for the terminal, as `report.md`, and as a whole folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from scoring.models.cache import write_aside
from scoring.report.evidence import write_items
from scoring.report.inspect_log import MissingExtra, write_log
from scoring.report.plots import PLOTS, write_plots
from scoring.report.result import Report, Summary, make_report, write_report

if TYPE_CHECKING:
    from scoring.runner.benchmark import BenchmarkRun

HEADER = ("model", "sees", "accuracy", "95% interval", "answered", "by task", "model minus this")


def format_percent(value: float | None) -> str:
    """A rate in percent with one decimal."""
    return "-" if value is None else f"{100 * value:.1f}"


def format_interval(estimate: Summary) -> str:
    """An interval in percent."""
    if estimate["low"] is None:
        return "one article"
    return f"[{format_percent(estimate['low'])}, {format_percent(estimate['high'])}]"


def sort_summaries(report: Report) -> list[Summary]:
    """The model's rows first, then the baselines by accuracy."""
    main = report.result.model
    return sorted(
        report.summaries,
        key=lambda s: (s["model"] != main, -s["scores"]["accuracy"]["value"], s["model"]),
    )


def make_rows(report: Report) -> list[tuple[str, ...]]:
    """The cells of the table, one tuple per model and condition."""
    gaps = {tuple(d["second"]): d for d in report.differences}
    cells: list[tuple[str, ...]] = []
    for summary in sort_summaries(report):
        scores = summary["scores"]
        gap = gaps.get((summary["model"], summary["condition"]))
        cells.append(
            (
                summary["model"],
                summary["condition"],
                format_percent(scores["accuracy"]["value"]) + "%",
                format_interval(scores["accuracy"]),
                format_percent(scores["answered"]["value"]) + "%",
                format_percent(scores["macro"]["value"]) + "%",
                "" if gap is None else _format_signed(gap["difference"]),
            )
        )
    return cells


def _format_signed(difference: Summary) -> str:
    at = f"{100 * difference['value']:+.1f}"
    if difference["low"] is None:
        return at
    return f"{at} [{100 * difference['low']:+.1f}, {100 * difference['high']:+.1f}]"


def make_table(report: Report) -> Table:
    """The table for a terminal of 80 columns."""
    shown = Table(
        title=Text(describe_run(report)), title_justify="left", box=SIMPLE, pad_edge=False
    )
    for name in ("model", "sees", "accuracy, %", "model minus this"):
        shown.add_column(name, no_wrap=name != "model", overflow="fold")
    for model, sees, accuracy, interval, _, _, gap in make_rows(report):
        own = model == report.result.model
        texts = (Text(model), Text(sees), Text(f"{accuracy[:-1]:>5} {interval}"), Text(gap))
        shown.add_row(*texts, style="bold" if own else None)
    return shown


def describe_run(report: Report) -> str:
    """What was run, in one line."""
    result = report.result
    asked = f"{result.questions:,} questions"
    if result.questions < result.total:
        asked = f"{result.questions:,} of {result.total:,} questions"
    return f"{result.model}: {result.dataset}, {result.split} split, {asked}"


def list_notes(report: Report) -> list[str]:
    """What the table does not say: orders, refusals, cost, what was left out."""
    notes = []
    for s in report.summaries:
        if s["model"] != report.result.model:
            continue
        if not_answered := s["questions"] - s["scores"]["statuses"]["answered"]:
            counts = s["scores"]["statuses"].items()
            reasons = [f"{n:,} {status}" for status, n in counts if n and status != "answered"]
            named = ", ".join(reasons).replace("_", " ")
            notes.append(f"Not answered ({s['condition']}): {not_answered:,}; {named}.")
        if turned := s["circular"]:
            right, same = turned["all_right"], turned["consistent"]
            notes.append(
                f"Choices in every order ({s['condition']}): right in all of them "
                f"{format_percent(right['value'])}% {format_interval(right)}, same choice in all "
                f"{format_percent(same['value'])}% {format_interval(same)}."
            )
        if s["errors"]:
            notes.append(f"{s['errors']:,} requests were refused and count as not answered.")
        if cost := s["cost"]:
            notes.append(f"Cost ({s['condition']}): {format_cost(cost)}.")
    notes += [f"No {name} baseline: {reason}." for name, reason in report.left_out.items()]
    return notes


def format_cost(cost: Summary) -> str:
    """Tokens, money and time of responses."""
    usd = "price unknown" if cost["usd"] is None else f"${cost['usd']:.4f}"
    tokens = f"{cost['tokens_in']:,} tokens in, {cost['tokens_out']:,} out"
    return f"{cost['responses']:,} responses, {tokens}, {usd}, {cost['seconds']:.0f} s of latency"


def _escape(text: str) -> str:
    """Text that stays text in Markdown."""
    plain = " ".join(text.split())
    for mark in "\\`*_[]<>|":
        plain = plain.replace(mark, "\\" + mark)
    return plain


def format_markdown_table(header: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    body = ([_escape(cell) for cell in row] for row in cells)
    lines = [header, ["---"] * len(header), *body]
    return [f"| {' | '.join(line)} |" for line in lines]


def write_markdown(folder: Path, report: Report) -> None:
    """Writes report.md, with the table, the notes and the plots."""
    lines = [
        f"# {_escape(describe_run(report))}",
        "",
        f"Dataset version {report.result.version}.",
        "",
        "Accuracy in percent, what was not answered counting as wrong; intervals are 95% and "
        "count articles. *By task* is the mean of the accuracies by task.",
        "",
        *format_markdown_table(HEADER, make_rows(report)),
        "",
        *(f"- {_escape(note)}" for note in list_notes(report)),
        "",
        *(f"![{text}]({name})" for name, text in PLOTS.items() if (folder / name).exists()),
        "",
    ]
    write_aside(folder / "report.md", "\n".join(lines).encode("utf-8", "replace"))


def write_all(folder: Path, benchmark: BenchmarkRun) -> tuple[Report, list[str]]:
    """Writes items.parquet, result.json, the plots, report.md and Inspect's log.

    Returns:
        The report, and lines on what could not be written.
    """
    report = make_report(benchmark.result, benchmark.items, benchmark.left_out)
    folder.mkdir(parents=True, exist_ok=True)
    write_items(folder, benchmark.items)
    write_plots(folder, report)
    write_markdown(folder, report)
    notices = []
    try:
        write_log(folder, report, benchmark.items)
    except MissingExtra as error:
        notices.append(str(error))
    # result.json comes last: a folder that has one is complete.
    write_report(folder, report)
    return report, notices
