"""What a large model makes of real figures: replays its recorded replies and measures each step.

    python benchmarks/recorded.py REPLIES --figures "REPLIES/figures/main-*" [--questions]

REPLIES is a recording (docs/agents.md); no server is asked. Prints Markdown; with `--questions`
all released questions with article and licence, for reading beside their figures.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pyarrow.parquet as pq
import typer
from rich.console import Console

from builder.run.config import BuildConfig
from builder.run.output import REPLIES
from builder.run.pipeline import build
from builder.tables.records import TASKS

SIGNALS = (
    "signal_agent_consistency", "signal_agent_caption_blind", "signal_agent_image_blind",
    "signal_agent_verdict",
)  # fmt: skip
TRUSTED = 0.7
"""A judge that says this or more holds a pair to be right."""

Rows = list[dict[str, Any]]


def read(folder: Path) -> Rows:
    """Rows of all Parquet files in a folder, in order."""
    files = sorted(folder.glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file, partitioning=None).to_pylist()]


def show(title: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a Markdown table."""
    names = list(head)
    print(f"\n### {title}\n\n| {' | '.join(names)} |\n|{'---|' * len(names)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")


def count_replies(output: Path) -> Iterator[tuple[object, ...]]:
    """Per step: requests, replies, and those that could not be used."""
    asked = {row["request"]: row for table in REPLIES for row in read(output / "work" / table)}
    lost = Counter(
        row["reason"].removeprefix("reply to ").partition(":")[0]
        for row in pq.read_table(output / "work" / "quarantine.parquet").to_pylist()
        if row["reason"].startswith("reply to ") and not row["reason"].endswith("not recorded")
    )
    for step, count in sorted(Counter(row["step"] for row in asked.values()).items()):
        replied = sum(row["step"] == step and row["reply"] is not None for row in asked.values())
        yield step, count, replied, lost[step]


def mean(values: Iterable[float | None]) -> str:
    """The mean of what is known, with its number; '-' for nothing."""
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):.2f} ({len(known)})" if known else "-"


def judge_rounds(rows: Rows) -> tuple[Counter[str], Counter[str]]:
    """How the loop ended, and what its first look without the image found, by kind."""
    ends, firsts = Counter[str](), Counter[str]()
    for row in rows:
        if rounds := [json.loads(text) for text in row["refinements"] or ()]:
            end = rounds[-1]["outcome"].partition(":")[0]
            ends[f"{end} after {len(rounds) - 1} rewrites" if end == "holds" else end] += 1
            firsts["guessed" if rounds[0]["blind_right"] else "not guessed"] += 1
    return ends, firsts


def describe(output: Path, seconds: float, questions: bool) -> None:
    """Print all measurements of a build."""
    ledger = read(output / "release" / "data" / "ledger")
    candidates = [row for row in ledger if row["candidate_id"]]
    figures = {row["figure_id"] for row in ledger}
    used = {row["figure_id"] for row in candidates}
    released = [row for row in candidates if row["split"] and row["correct_index"] is not None]
    calls = sum(len(read(output / "work" / table)) for table in REPLIES)
    print(f"{len(figures)} figures, {len(used)} of them asked about; {len(candidates)} candidates,")
    print(f"{sum(bool(r['keep']) for r in candidates)} kept, {len(released)} released as multiple")
    print(f"choice: {len(released) / max(1, len(used)):.2f} a figure, {calls} calls,")
    print(f"{calls / max(1, len(released)):.0f} a question. Replayed in {seconds:.1f} s.")

    show("Replies", ("step", "asked", "replied", "not usable"), count_replies(output))
    by_task = {task: [row for row in candidates if row["task"] == task] for task in TASKS}
    numbers = (
        (task, len(rows), f"{len(rows) / max(1, len(used)):.2f}", *(_means(rows)))
        for task, rows in by_task.items()
    )
    head = ("task", "candidates", "a figure", *(name.removeprefix("signal_") for name in SIGNALS))
    show("Candidates and agent signals: mean (number known)", head, numbers)

    for title, place in (("First look without the image", 1), ("How the loop ended", 0)):
        counts = {task: judge_rounds(rows)[place] for task, rows in by_task.items()}
        names = sorted({name for count in counts.values() for name in count})
        rows = ((name, *(counts[task][name] for task in TASKS)) for name in names)
        show(title, ("", *TASKS), rows)

    agreement = Counter(
        ("kept" if row["keep"] else "dropped", _trusted(row["signal_agent_verdict"]))
        for row in candidates
    )
    verdicts = ("judge trusts", "judge does not", "no verdict")
    show(
        "Filter and judge",
        ("filter", *verdicts),
        ((kept, *(agreement[kept, v] for v in verdicts)) for kept in ("kept", "dropped")),
    )
    odd = [
        (r["task"], r["question"], r["answer"], r["signal_agent_verdict"], r["reason"])
        for r in candidates
        if bool(r["keep"]) != (_trusted(r["signal_agent_verdict"]) == "judge trusts")
    ]
    show("Where they disagree", ("task", "question", "answer", "verdict", "filter"), odd)
    if questions:
        _list_questions(released)


def _means(rows: Rows) -> Iterator[str]:
    return (mean(row[name] for row in rows) for name in SIGNALS)


def _trusted(verdict: float | None) -> str:
    if verdict is None:
        return "no verdict"
    return "judge trusts" if verdict >= TRUSTED else "judge does not"


def _list_questions(released: Rows) -> None:
    for row in released:
        print(f"\n**{row['question']}** ({row['task']}; {row['figure_id']}; {row['license']})\n")
        for choice in sorted([row["answer"], *row["distractors"]]):
            print(f"- **{choice}**" if choice == row["answer"] else f"- {choice}")


def main(
    replies: Annotated[Path, typer.Argument(help="recording of a model's replies")],
    figures: Annotated[str, typer.Option(help="figures table: folder, file or pattern")],
    keep: Annotated[Path | None, typer.Option(help="folder for the build, to look into")] = None,
    questions: Annotated[bool, typer.Option("--questions", help="list what is released")] = False,
) -> None:
    """Replay recorded replies and say what came of each step."""
    with tempfile.TemporaryDirectory() as scratch:
        output = keep or Path(scratch)
        agent = f"recorded:{replies}"
        config = BuildConfig(output=output, agent=agent, sources=(f"figures:{figures}",))
        started = time.monotonic()
        build(config, Console(quiet=True))
        describe(output, time.monotonic() - started, questions)


if __name__ == "__main__":
    typer.run(main)
