"""The report as one HTML page: no script, nothing from elsewhere, every text escaped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from builder.release.ledger import Summary
from builder.release.schemas import STAGES
from builder.report.charts import Bar, bars, histograms
from builder.report.collect import Collected, may_show
from builder.report.images import thumbnails
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
class Distribution:
    """One signal: its chart, how many rows have it, and its mean among kept and dropped."""

    name: str
    chart: Markup
    rows: int
    kept: float
    dropped: float


def render(found: Collected, output: Path, title: str) -> str:
    """The page for what was collected of the build under `output`."""
    environment = Environment(
        loader=PackageLoader("builder.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda n: f"{n:,}"
    summary = found.summary
    return environment.get_template("report.html.jinja").render(
        title=title,
        summary=summary,
        funnel=_funnel(found),
        reasons=list(_reasons(found)),
        meanings=_STAGE_MEANS,
        repeated=list(_repeated(found)),
        signals=list(_distributions(found)),
        tasks=_tasks(summary),
        microvqa=MICROVQA_TASKS,
        blooms=_blooms(summary),
        positions=_positions(summary),
        lengths=_lengths(found),
        licenses=_licenses(summary),
        modalities=bars(_counted(summary, "modality"), "figures by modality"),
        quarantine=bars(_counted(summary, "quarantine", "dropped"), "quarantine by reason"),
        run=_run(output / "run.json"),
        groups=_examples(found, output),
    )


def _funnel(found: Collected) -> Markup:
    summary = found.summary
    asked = found.summary.candidates
    steps = [
        ("figures read", len(summary.figures), None),
        ("figures without a candidate", sum(found.reasons["figure"].values()), None),
        ("candidate questions", asked, None),
        (
            "not gated as contradictions",
            asked - summary.gated,
            _share(asked - summary.gated, asked),
        ),
        ("kept by the filter", summary.kept, _share(summary.kept, asked)),
        ("released (open)", sum(found.reasons["released"].values()), None),
        ("with four choices (default)", sum(n for _, n in summary.of("split")), None),
    ]
    rows = [
        Bar(name, n, _share(n, asked) if "released" in name or "four" in name else share)
        for name, n, share in steps
    ]
    rows[1] = Bar(rows[1].label, rows[1].count, kind="dropped")
    return bars(rows, "how far figures and questions came")


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _reasons(found: Collected) -> Iterator[tuple[str, int, Markup]]:
    for stage, total in found.stages():
        kind = "kept" if stage == "released" else "dropped"
        counted = found.reasons[stage].most_common()
        rows = [Bar(reason, n, _share(n, total), kind) for reason, n in counted]
        yield stage, total, bars(rows, f"reasons of stage {stage}")


def _repeated(found: Collected) -> Iterator[tuple[str, int]]:
    for counter in found.reasons.values():
        for reason, count in counter.most_common():
            if any(word in reason for word in _REPEATED):
                yield reason, count


def _distributions(found: Collected) -> Iterator[Distribution]:
    for name, values, kept in found.signals():
        chart = histograms(values, kept, f"{name}: kept against dropped")
        means = [
            float(np.mean(v)) if len(v) else float("nan") for v in (values[kept], values[~kept])
        ]
        yield Distribution(name, chart, len(values), *means)


def _splits(summary: Summary) -> list[tuple[str, int]]:
    return [
        (s, summary.number("split", s)) for s in ("train", "test") if summary.number("split", s)
    ]


def _tasks(summary: Summary) -> dict[str, dict[str, int]]:
    return {s: {t: summary.number(f"task/{s}", t) for t in TASKS} for s, _ in _splits(summary)}


def _blooms(summary: Summary) -> dict[str, list[int]]:
    return {
        s: [summary.number(f"bloom/{s}", str(level)) for level in range(1, 6)]
        for s, _ in _splits(summary)
    }


def _positions(summary: Summary) -> dict[str, Markup]:
    return {
        s: bars(
            [
                Bar(f"position {p}", n, _share(n, total))
                for p in range(4)
                for n in [summary.number(f"position/{s}", str(p))]
            ],
            f"position of the key, {s}",
        )
        for s, total in _splits(summary)
    }


def _lengths(found: Collected) -> dict[str, dict[str, Any]]:
    shown = {}
    for split, known in sorted(found.lengths.items(), reverse=True):
        lengths = np.array([*known.key, *known.distractor], dtype=np.float64)
        is_key = np.arange(len(lengths)) < len(known.key)
        shown[split] = {
            "chart": histograms(np.log2(1 + lengths), is_key, f"length of choices, {split}"),
            "words": float(np.median(known.question_words)),
            "key": float(np.median(known.key)),
            "distractor": float(np.median(known.distractor)),
            "longest": known.key_longest / len(known.key),
        }
    return shown


def _licenses(summary: Summary) -> Markup:
    rows = summary.of("license")
    total = sum(n for _, n in rows)
    return bars(
        [
            Bar(name, n, _share(n, total), "kept" if allows(name, "redistributable") else "dropped")
            for name, n in rows
        ],
        "figures by licence",
    )


def _counted(summary: Summary, name: str, kind: str = "kept") -> list[Bar]:
    rows = summary.of(name)
    total = sum(n for _, n in rows)
    return [Bar(value, n, _share(n, total), kind) for value, n in rows]


def _run(path: Path) -> dict[str, Any]:
    """Settings, seconds by part, and all else that the run noted, such as its cost."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    if not isinstance(told, dict):
        told = {}
    config, seconds = told.pop("config", {}), told.pop("seconds", {})
    rows = [Bar(part, round(s)) for part, s in seconds.items()] if isinstance(seconds, dict) else []
    return {
        "config": {k: v for k, v in config.items() if k != "output"},
        "seconds": seconds,
        "chart": bars(rows, "seconds by part of the run"),
        "rest": {k: json.dumps(v, ensure_ascii=False) for k, v in told.items()},
    }


def _examples(found: Collected, output: Path) -> list[dict[str, Any]]:
    wanted = {r["figure_id"] for rows in found.examples.values() for r in rows if may_show(r)}
    images = thumbnails(output, wanted - {None})
    order = {name: i for i, name in enumerate(STAGES)}
    groups = sorted(
        found.examples.items(),
        key=lambda item: (order.get(item[0][0], 9), -found.reasons[item[0][0]][item[0][1]]),
    )
    return [
        {
            "stage": stage,
            "reason": reason,
            "count": found.reasons[stage][reason],
            "rows": [row | {"thumbnail": images.get(row["figure_id"], "")} for row in rows],
        }
        for (stage, reason), rows in groups
    ]
