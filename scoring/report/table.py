"""The report as text: a table for the terminal, and `report.md`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from scoring.models.cache import write_aside
from scoring.report.plots import PLOTS
from scoring.report.result import Report
from scoring.report.summary import Summary

HEADER = ("model", "sees", "accuracy", "95% interval", "answered", "by task", "model minus this")


def percent(value: float | None) -> str:
    """A rate in percent with one decimal."""
    return "-" if value is None else f"{100 * value:.1f}"


def span(estimate: Summary) -> str:
    """An interval in percent."""
    if estimate["low"] is None:
        return "one article"
    return f"[{percent(estimate['low'])}, {percent(estimate['high'])}]"


def ordered(report: Report) -> list[Summary]:
    """The model's rows first, then the baselines by accuracy."""
    main = report.result.model
    return sorted(
        report.summaries,
        key=lambda s: (s["model"] != main, -s["scores"]["accuracy"]["value"], s["model"]),
    )


def rows(report: Report) -> list[tuple[str, ...]]:
    """The cells of the table, one tuple per model and condition."""
    gaps = {tuple(d["second"]): d for d in report.differences}
    found: list[tuple[str, ...]] = []
    for summary in ordered(report):
        scores = summary["scores"]
        gap = gaps.get((summary["model"], summary["condition"]))
        found.append(
            (
                summary["model"],
                summary["condition"],
                percent(scores["accuracy"]["value"]) + "%",
                span(scores["accuracy"]),
                percent(scores["answered"]["value"]) + "%",
                percent(scores["macro"]["value"]) + "%",
                "" if gap is None else _signed(gap["difference"]),
            )
        )
    return found


def _signed(difference: Summary) -> str:
    at = f"{100 * difference['value']:+.1f}"
    if difference["low"] is None:
        return at
    return f"{at} [{100 * difference['low']:+.1f}, {100 * difference['high']:+.1f}]"


def table(report: Report) -> Table:
    """The table for a terminal of 80 columns."""
    shown = Table(title=Text(title(report)), title_justify="left", box=SIMPLE, pad_edge=False)
    for name in ("model", "sees", "accuracy, %", "model minus this"):
        shown.add_column(name, no_wrap=name != "model", overflow="fold")
    for model, sees, accuracy, interval, _, _, gap in rows(report):
        own = model == report.result.model
        texts = (Text(model), Text(sees), Text(f"{accuracy[:-1]:>5} {interval}"), Text(gap))
        shown.add_row(*texts, style="bold" if own else None)
    return shown


def title(report: Report) -> str:
    """What was run, in one line."""
    result = report.result
    asked = f"{result.questions:,} questions"
    if result.questions < result.total:
        asked = f"{result.questions:,} of {result.total:,} questions"
    return f"{result.model}: {result.dataset}, {result.split} split, {asked}"


def notes(report: Report) -> list[str]:
    """What the table does not say: orders, refusals, cost, what was left out."""
    found = []
    for s in report.summaries:
        if s["model"] != report.result.model:
            continue
        if not_answered := s["questions"] - s["scores"]["statuses"]["answered"]:
            found.append(f"Not answered ({s['condition']}): {not_answered:,}; {_reasons(s)}.")
        if turned := s["circular"]:
            found.append(
                f"Choices in every order ({s['condition']}): right in all of them "
                f"{percent(turned['all_right']['value'])}% {span(turned['all_right'])}, same "
                f"choice in all {percent(turned['consistent']['value'])}% "
                f"{span(turned['consistent'])}."
            )
        if s["errors"]:
            found.append(f"{s['errors']:,} requests were refused and count as not answered.")
        if cost := s["cost"]:
            found.append(f"Cost ({s['condition']}): {cost_line(cost)}.")
    found += [f"No {name} baseline: {reason}." for name, reason in report.left_out.items()]
    return found


def _reasons(summary: Summary) -> str:
    counts = summary["scores"]["statuses"].items()
    named = [f"{n:,} {status}" for status, n in counts if n and status != "answered"]
    return ", ".join(named).replace("_", " ")


def cost_line(cost: Summary) -> str:
    """Tokens, money and time of responses."""
    usd = "price unknown" if cost["usd"] is None else f"${cost['usd']:.4f}"
    tokens = f"{cost['tokens_in']:,} tokens in, {cost['tokens_out']:,} out"
    return f"{cost['responses']:,} responses, {tokens}, {usd}, {cost['seconds']:.0f} s of latency"


def _cell(text: str) -> str:
    """Text that stays text in Markdown."""
    plain = " ".join(text.split())
    for mark in "\\`*_[]<>|":
        plain = plain.replace(mark, "\\" + mark)
    return plain


def markdown_table(header: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    body = [_line([_cell(cell) for cell in row]) for row in cells]
    return [_line(header), _line(["---"] * len(header)), *body]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write_markdown(folder: Path, report: Report) -> None:
    """Writes report.md, with the table, the notes and the plots."""
    lines = [
        f"# {_cell(title(report))}",
        "",
        f"Dataset version {report.result.version}.",
        "",
        "Accuracy in percent, what was not answered counting as wrong; intervals are 95%, from a "
        "bootstrap of articles. *By task* is the mean of the accuracies by task.",
        "",
        *markdown_table(HEADER, rows(report)),
        "",
        *(f"- {_cell(note)}" for note in notes(report)),
        "",
        *(f"![{text}]({name})" for name, text in PLOTS.items() if (folder / name).exists()),
        "",
    ]
    write_aside(folder / "report.md", "\n".join(lines).encode("utf-8", "replace"))
