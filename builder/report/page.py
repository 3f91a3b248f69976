"""The report as one HTML page: no script, nothing from elsewhere, every text escaped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from builder.release.ledger import Summary
from builder.release.schemas import STAGES
from builder.report.charts import Bar, draw_bars, draw_histogram
from builder.report.collect import ReportData, may_show, read_thumbnails
from builder.tables.licenses import allows
from builder.tables.records import TASKS

MICROVQA_TASKS = dict(zip(TASKS, (392, 420, 230), strict=True))
"""Questions by task among the 1,042 of MicroVQA (arXiv 2503.13399)."""

_STAGE_MEANS = {
    "figure": "no candidate was written",
    "candidate": "dropped by the filter",
    "kept": "kept by the filter, but in no split",
    "released": "in a split",
    "quarantine": "input that could not be used",
}
_REPEATED = (
    "near-duplicate",
    "near duplicate",
    "same question",
    "occurs twice",
    "similar",
    "same as",
)


@dataclass(frozen=True, slots=True)
class SignalChart:
    """One signal: its chart, how many rows have it, and its mean among kept and dropped."""

    name: str
    chart: Markup
    rows: int
    kept: float
    dropped: float


def render(data: ReportData, output: Path, title: str) -> str:
    """The page for what was collected of the build under `output`.

    Args:
        data: from `collect`.
        output: folder of the build, for its run.json and the images of examples.
        title: of the page.

    Returns:
        HTML that needs no other file.
    """
    environment = Environment(
        loader=PackageLoader("builder.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda n: f"{n:,}"
    summary = data.summary
    splits = [(s, n) for s in ("train", "test") if (n := summary.number("split", s))]
    licenses = [
        replace(bar, kind="kept" if allows(bar.label, "redistributable") else "dropped")
        for bar in _make_bars(summary, "license")
    ]
    return environment.get_template("report.html.jinja").render(
        title=title,
        summary=summary,
        funnel=_draw_funnel(data),
        reasons=[(stage, n, _draw_reasons(data, stage, n)) for stage, n in data.stages()],
        meanings=_STAGE_MEANS,
        # Reasons that speak of something that was there already.
        repeated=[
            (reason, n)
            for counter in data.reasons.values()
            for reason, n in counter.most_common()
            if any(word in reason for word in _REPEATED)
        ],
        signals=list(_draw_signals(data)),
        tasks={s: {t: summary.number(f"task/{s}", t) for t in TASKS} for s, _ in splits},
        microvqa=MICROVQA_TASKS,
        blooms={
            s: [summary.number(f"bloom/{s}", str(level)) for level in range(1, 6)]
            for s, _ in splits
        },
        positions={s: _draw_positions(summary, s, n) for s, n in splits},
        lengths=_draw_lengths(data),
        licenses=draw_bars(licenses, "figures by licence"),
        modalities=draw_bars(_make_bars(summary, "modality"), "figures by modality"),
        quarantine=draw_bars(_make_bars(summary, "quarantine", "dropped"), "quarantine by reason"),
        run=_read_run(output / "run.json"),
        groups=_group_examples(data, output),
    )


def _draw_funnel(data: ReportData) -> Markup:
    summary = data.summary
    candidates = summary.candidates
    # Shares are of the candidates: figures and questions are not of one kind.
    steps = [
        ("figures read", len(summary.figures), None),
        ("figures without a candidate", sum(data.reasons["figure"].values()), None),
        ("candidate questions", candidates, None),
        (
            "not gated as contradictions",
            candidates - summary.gated,
            _share(candidates - summary.gated, candidates),
        ),
        ("kept by the filter", summary.kept, _share(summary.kept, candidates)),
        ("released (open)", sum(data.reasons["released"].values()), None),
        ("with four choices (default)", sum(n for _, n in summary.of("split")), None),
    ]
    rows = [
        Bar(name, n, _share(n, candidates) if "released" in name or "four" in name else share)
        for name, n, share in steps
    ]
    rows[1] = Bar(rows[1].label, rows[1].count, kind="dropped")
    return draw_bars(rows, "how far figures and questions came")


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _draw_reasons(data: ReportData, stage: str, total: int) -> Markup:
    kind = "kept" if stage == "released" else "dropped"
    counted = data.reasons[stage].most_common()
    rows = [Bar(reason, n, _share(n, total), kind) for reason, n in counted]
    return draw_bars(rows, f"reasons of stage {stage}")


def _draw_signals(data: ReportData) -> Iterator[SignalChart]:
    for name, values, kept in data.signals():
        chart = draw_histogram(values, kept, f"{name}: kept against dropped")
        means = [
            float(np.mean(v)) if len(v) else float("nan") for v in (values[kept], values[~kept])
        ]
        yield SignalChart(name, chart, len(values), *means)


def _draw_positions(summary: Summary, split: str, total: int) -> Markup:
    counts = [summary.number(f"position/{split}", str(p)) for p in range(4)]
    rows = [Bar(f"position {p}", n, _share(n, total)) for p, n in enumerate(counts)]
    return draw_bars(rows, f"position of the key, {split}")


def _draw_lengths(data: ReportData) -> dict[str, dict[str, Any]]:
    """By split: whether keys can be told from distractors by their length."""
    shown = {}
    for split, known in sorted(data.lengths.items(), reverse=True):
        lengths = np.array([*known.key, *known.distractor], dtype=np.float64)
        is_key = np.arange(len(lengths)) < len(known.key)
        shown[split] = {
            "chart": draw_histogram(np.log2(1 + lengths), is_key, f"length of choices, {split}"),
            "words": float(np.median(known.question_words)),
            "key": float(np.median(known.key)),
            "distractor": float(np.median(known.distractor)),
            "longest": known.key_longest / len(known.key),
        }
    return shown


def _make_bars(summary: Summary, name: str, kind: str = "kept") -> list[Bar]:
    rows = summary.of(name)
    total = sum(n for _, n in rows)
    return [Bar(value, n, _share(n, total), kind) for value, n in rows]


def _read_run(path: Path) -> dict[str, Any]:
    """Settings, seconds by part, and all else that the run noted, such as its cost."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        run = {}
    if not isinstance(run, dict):
        run = {}
    config, seconds = run.pop("config", {}), run.pop("seconds", {})
    rows = [Bar(part, round(s)) for part, s in seconds.items()] if isinstance(seconds, dict) else []
    return {
        "config": {k: v for k, v in config.items() if k != "output"},
        "seconds": seconds,
        "chart": draw_bars(rows, "seconds by part of the run"),
        "rest": {k: json.dumps(v, ensure_ascii=False) for k, v in run.items()},
    }


def _group_examples(data: ReportData, output: Path) -> list[dict[str, Any]]:
    """Examples of every reason with their images, where the licence lets these be passed on."""
    wanted = {r["figure_id"] for rows in data.examples.values() for r in rows if may_show(r)}
    images = read_thumbnails(output, wanted - {None})
    order = {name: i for i, name in enumerate(STAGES)}
    groups = sorted(
        data.examples.items(),
        key=lambda item: (order.get(item[0][0], 9), -data.reasons[item[0][0]][item[0][1]]),
    )
    return [
        {
            "stage": stage,
            "reason": reason,
            "count": data.reasons[stage][reason],
            "rows": [row | {"thumbnail": images.get(row["figure_id"], "")} for row in rows],
        }
        for (stage, reason), rows in groups
    ]
