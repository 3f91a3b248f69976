"""The report folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scoring.report.evidence import write_items
from scoring.report.inspect_log import MissingExtra, write_log
from scoring.report.plots import write_plots
from scoring.report.result import Report, make_report, write_report
from scoring.report.table import write_markdown

if TYPE_CHECKING:
    from scoring.runner.benchmark import Benchmark


def write_all(folder: Path, found: Benchmark) -> tuple[Report, list[str]]:
    """Writes items.parquet, result.json, the plots, report.md and Inspect's log.

    Returns the report, and lines on what could not be written.
    """
    report = make_report(found.result, found.items, found.left_out)
    folder.mkdir(parents=True, exist_ok=True)
    write_items(folder, found.items)
    write_plots(folder, report)
    write_markdown(folder, report)
    notices = []
    try:
        write_log(folder, report, found.items)
    except MissingExtra as error:
        notices.append(str(error))
    write_report(folder, report)
    return report, notices
