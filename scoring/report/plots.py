"""Plots of a report: accuracy by task and Bloom level, and with less and less to see."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scoring.models.baselines import BASELINES
from scoring.models.cache import write_aside
from scoring.models.records import CONDITIONS
from scoring.report.result import Report, Summary

PLOTS = {
    "groups.png": "Accuracy by task and Bloom level",
    "conditions.png": "Accuracy with the image, without it, and from the choices alone",
}
_INK, _GRID = "#222222", "#dddddd"
_COLOURS = {"model": "#0072b2", "text": "#e69f00", "caption": "#009e73", "chance": "#777777"}
_SHOWN = ("text", "caption")


def write_plots(folder: Path, report: Report) -> None:
    """Writes the plots as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    drawn: dict[str, Callable[[Any, Report], None]] = {
        "groups.png": _draw_groups,
        "conditions.png": _draw_conditions,
    }
    for name, draw in drawn.items():
        figure = Figure(figsize=(9, 4.2), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure, report)
        data = io.BytesIO()
        figure.savefig(data, format="png", metadata={"Software": None})
        write_aside(folder / name, data.getvalue())


def _draw_groups(figure: Any, report: Report) -> None:
    """One panel by task and one by Bloom level, the baselines beside the model."""
    main = report.headline
    # A dataset without Bloom levels has no panel for them.
    names = [n for n in ("task", "bloom") if main["scores"]["groups"].get(n)]
    widths = [max(2, len(main["scores"]["groups"][name])) for name in names]
    axes = figure.subplots(1, len(names), sharey=True, width_ratios=widths, squeeze=False)[0]
    series = [(report.result.model, main, "model")]
    series += [(n, s, n) for n in _SHOWN if n != report.result.model and (s := report.of(n))]
    for axis, name in zip(axes, names, strict=True):
        groups = list(main["scores"]["groups"][name])
        for place, (label, summary, colour) in enumerate(series):
            # Series stand side by side around the tick of their group.
            offset = (place - (len(series) - 1) / 2) * 0.22
            rates = [summary["scores"]["groups"][name][group] for group in groups]
            draw_points(
                axis, [i + offset for i in range(len(groups))], rates, label, _COLOURS[colour]
            )
        ticks = []
        for group in groups:
            text = group.replace(" ", "\n") if name == "task" else group
            count = main["scores"]["groups"][name][group]["items"]
            ticks.append(f"{text or 'none'}\nn = {count:,}")
        axis.set_xticks(range(len(groups)), ticks)
        axis.set_xlim(-0.6, len(groups) - 0.4)
        axis.set_title("By task" if name == "task" else "By Bloom level", loc="left", fontsize=10)
        _finish_axis(axis, main["scores"]["chance"])
    axes[0].set_ylabel("accuracy, %")
    _add_legend(figure, axes[0])


def _draw_conditions(figure: Any, report: Report) -> None:
    """The model by what it saw, then the baselines."""
    axis, main = figure.subplots(), report.result.model
    own = {s["condition"]: s for s in report.summaries if s["model"] == main}
    seen = [c for c in CONDITIONS if c in own] or list(own)
    baselines = {n: s for n in BASELINES if n != main and (s := report.of(n))}
    draw_points(
        axis,
        range(len(seen)),
        [own[condition]["scores"]["accuracy"] for condition in seen],
        main,
        _COLOURS["model"],
        written=True,
    )
    for place, (name, summary) in enumerate(baselines.items(), len(seen)):
        colour = _COLOURS.get(name, _COLOURS["chance"])
        draw_points(axis, [place], [summary["scores"]["accuracy"]], None, colour, written=True)
    labels = [*seen, *(f"{name}\n({s['condition']})" for name, s in baselines.items())]
    axis.axvline(len(seen) - 0.5, color=_GRID, linewidth=1)
    axis.set_xticks(range(len(labels)), labels)
    axis.set_xlim(-0.6, len(labels) - 0.4)
    axis.set_ylabel("accuracy, %")
    axis.set_title("The model by what it saw, and the baselines", loc="left", fontsize=10)
    _finish_axis(axis, report.headline["scores"]["chance"])
    _add_legend(figure, axis)


def _add_legend(figure: Any, axis: Any) -> None:
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)


def draw_points(
    axis: Any,
    places: Sequence[float],
    estimates: Sequence[Summary],
    label: str | None,
    colour: str,
    written: bool = False,
) -> None:
    """Values with their intervals, in percent."""
    values = [100 * e["value"] for e in estimates]
    ends = [(e["low"], e["high"]) if e["low"] is not None else (e["value"],) * 2 for e in estimates]
    lows = [max(0.0, v - 100 * low) for v, (low, _) in zip(values, ends, strict=True)]
    highs = [max(0.0, 100 * high - v) for v, (_, high) in zip(values, ends, strict=True)]
    axis.errorbar(
        places,
        values,
        yerr=[lows, highs],
        fmt="o",
        color=colour,
        label=label,
        capsize=3,
        markersize=5,
        linewidth=1.5,
    )
    if written:
        for place, value in zip(places, values, strict=True):
            axis.annotate(
                f"{value:.1f}",
                (place, value),
                xytext=(7, 0),
                fontsize=9,
                textcoords="offset points",
                va="center",
                color=_INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )


def _finish_axis(axis: Any, chance: float) -> None:
    axis.axhline(
        100 * chance,
        color=_COLOURS["chance"],
        linewidth=1,
        linestyle="--",
        label=f"chance, {100 * chance:.0f}%",
        zorder=0,
    )
    axis.set_ylim(0, 104)
    axis.tick_params(labelsize=8)
    axis.grid(axis="y", color=_GRID, linewidth=0.6)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
