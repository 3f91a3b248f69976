"""`result.json`: what was run, and the numbers that its items give."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from scoring.items import BadInput
from scoring.models.baselines import BASELINES
from scoring.models.cache import write_aside
from scoring.records import VERSION
from scoring.report.evidence import Item, read_evidence
from scoring.report.summary import Summary, differences, summarise

RESULT = "result.json"
FORM = "1"


@dataclass(frozen=True, slots=True)
class Result:
    """A run: the model, the questions and how they were asked.

    `version` is the digest of the whole split of `total` questions, of which `questions` were
    asked. `prompt` is empty, and `max_tokens` None, for models that write no response. `origin`
    is 'run', or 'predictions' for responses that were made elsewhere.
    """

    dataset: str
    split: str
    version: str
    total: int
    questions: int
    model: str
    revision: str
    prompt: str
    max_tokens: int | None
    temperature: float | None
    seed: int | None
    circular: bool
    origin: str
    extraction: str = VERSION
    form: str = FORM


@dataclass(frozen=True, slots=True)
class Report:
    """A result with its numbers: a summary per model and condition, and paired differences."""

    result: Result
    summaries: list[Summary]
    differences: list[Summary]
    left_out: dict[str, str]

    def of(self, model: str, condition: str | None = None) -> Summary | None:
        """The summary of a model."""
        found = (s for s in self.summaries if s["model"] == model)
        return next((s for s in found if condition in (None, s["condition"])), None)


def make_report(result: Result, items: Sequence[Item], left_out: dict[str, str]) -> Report:
    """The numbers of a run."""
    return Report(result, summarise(items), differences(items, result.model), left_out)


def write_report(folder: Path, report: Report) -> None:
    """Writes result.json in one step."""
    text = json.dumps(asdict(report), ensure_ascii=False, indent=1, allow_nan=False)
    write_aside(folder / RESULT, (text + "\n").encode("utf-8", "replace"))


def read_report(folder: Path) -> Report:
    """The report of a folder. Raises BadInput where it is missing, damaged or of another form."""
    path = folder / RESULT
    if not path.is_file():
        raise BadInput(f"{folder} has no {RESULT}")
    try:
        held: dict[str, Any] = json.loads(path.read_text("utf-8"))
        stated = held["result"]
        names = {field.name for field in fields(Result)}
        if set(held) != {"result", "summaries", "differences", "left_out"} or set(stated) != names:
            raise ValueError
        return Report(Result(**stated), held["summaries"], held["differences"], held["left_out"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(f"{path} is no result of this version") from error


def earlier_items(folder: Path, result: Result, again: Collection[str]) -> list[Item]:
    """The model's items under other conditions that a folder already holds.

    Raises BadInput where the folder holds a result of another model, dataset or settings.
    """
    if not (folder / RESULT).exists():
        return []
    earlier = read_report(folder).result
    old, new = asdict(earlier), asdict(result)
    differing = [name for name in old if old[name] != new[name] and name != "dataset"]
    if differing:
        name = differing[0]
        raise BadInput(
            f"{folder} holds a result with {name} {old[name]!r}, not {new[name]!r}; "
            "give another --output"
        )
    return [
        item
        for item in read_evidence(folder)
        if item.model == result.model
        and item.condition not in again
        and item.model not in BASELINES
    ]
