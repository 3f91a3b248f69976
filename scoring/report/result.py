"""`result.json`: what was run, and the numbers that its items give."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Any

from scoring.items import BadInput, Items, read_items
from scoring.metrics.accuracy import score
from scoring.metrics.bias import circular, length_bias, position_bias
from scoring.metrics.comparison import compare
from scoring.models.baselines import BASELINES
from scoring.models.cache import write_aside
from scoring.records import VERSION
from scoring.report.evidence import EvidenceItem, read_evidence, sort_key, to_columns

RESULT = "result.json"
FORM = "1"
Group = tuple[str, str]
Summary = dict[str, Any]


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
        """The summary of a model, under a condition or the first one."""
        own = (s for s in self.summaries if s["model"] == model)
        return next((s for s in own if condition in (None, s["condition"])), None)

    @property
    def headline(self) -> Summary:
        """The summary that the run is ranked by: with the image, or of its first condition."""
        summary = self.of(self.result.model, "image") or self.of(self.result.model)
        assert summary is not None
        return summary


def make_report(result: Result, items: Sequence[EvidenceItem], left_out: dict[str, str]) -> Report:
    """The numbers of a run, made from its items alone.

    Args:
        result: What was run.
        items: The answers of the model and of the baselines.
        left_out: Baselines that could not be asked, and why.
    """
    groups = {group: list(rows) for group, rows in _group_items(items)}
    summaries: list[Summary] = [
        {"model": model, "condition": condition, **_summarise(rows)}
        for (model, condition), rows in groups.items()
    ]
    return Report(result, summaries, _compare_groups(groups, result.model), left_out)


def _group_items(items: Iterable[EvidenceItem]) -> Iterable[tuple[Group, Iterable[EvidenceItem]]]:
    """Items by model and condition, in the order of the evidence."""
    return groupby(sorted(items, key=sort_key), key=lambda item: (item.model, item.condition))


def _tabulate(items: Sequence[EvidenceItem]) -> Items:
    """The items as a table to score: one row per question, in the dataset's order of choices."""
    return read_items(to_columns([item for item in items if item.rotation == 0]))


def _compare_groups(groups: dict[Group, list[EvidenceItem]], model: str) -> list[Summary]:
    """The model minus every other group in accuracy, on the same questions."""
    places = {"image": 0, "no-image": 1, "choices-only": 2}
    own = [group for group in groups if group[0] == model]
    if not own:
        return []
    main = min(own, key=lambda group: places.get(group[1], 3))
    tables = {group: _tabulate(rows) for group, rows in groups.items()}
    return [
        {"first": list(main), "second": list(group), **asdict(compare(tables[main], table))}
        for group, table in tables.items()
        if group != main
    ]


def _summarise(items: list[EvidenceItem]) -> Summary:
    """Rates with intervals, biases, consistency over orders, and costs of one group."""
    plain = [item for item in items if item.rotation == 0]
    table = _tabulate(items)
    scores = asdict(score(table))
    # A dataset without Bloom levels was scored with level 1 everywhere, which means nothing.
    if any(item.bloom is None for item in plain):
        del scores["groups"]["bloom"]
    # Biases are undefined where nothing was answered.
    biases: dict[str, Summary | None] = {"position_bias": None, "length_bias": None}
    if (table.index >= 0).any():
        lengths = [[len(choice) for choice in item.choices] for item in plain]
        biases["position_bias"] = asdict(position_bias(table))
        biases["length_bias"] = asdict(length_bias(table, lengths))
    # Questions that were asked in several orders also tell whether the answer follows the option.
    orders = None
    if len(items) > len(plain):
        columns = ("id", "article_id", "correct_index", "index")
        orders = asdict(circular(*([getattr(i, name) for i in items] for name in columns)))
    return {
        "questions": len(plain),
        "scores": scores,
        **biases,
        "circular": orders,
        "errors": sum(bool(item.error) for item in items),
        "cost": _sum_costs(items),
    }


def _sum_costs(items: Sequence[EvidenceItem]) -> Summary | None:
    """Sums over responses; `usd` is None where a response has none."""
    written = [item for item in items if item.response is not None]
    if not written:
        return None
    prices = [item.usd for item in written]
    return {
        "responses": len(written),
        "tokens_in": sum(item.tokens_in or 0 for item in written),
        "tokens_out": sum(item.tokens_out or 0 for item in written),
        "usd": None if None in prices else sum(price or 0.0 for price in prices),
        "seconds": round(sum(item.latency for item in written), 3),
    }


def write_report(folder: Path, report: Report) -> None:
    """Writes result.json in one step."""
    text = json.dumps(asdict(report), ensure_ascii=False, indent=1, allow_nan=False)
    write_aside(folder / RESULT, (text + "\n").encode("utf-8", "replace"))


def read_report(folder: Path) -> Report:
    """The report of a folder.

    Raises:
        BadInput: It is missing, damaged or of another form.
    """
    path = folder / RESULT
    if not path.is_file():
        raise BadInput(f"{folder} has no {RESULT}")
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        stated = content.pop("result")
        names = {field.name for field in fields(Result)}
        if set(content) != {"summaries", "differences", "left_out"} or set(stated) != names:
            raise ValueError
        return Report(Result(**stated), **content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(f"{path} is no result of this version") from error


def read_earlier_items(folder: Path, result: Result, again: Collection[str]) -> list[EvidenceItem]:
    """The model's items that a folder already holds, without those of the conditions `again`.

    Raises:
        BadInput: The folder holds a result of another model, dataset or settings.
    """
    if not (folder / RESULT).exists():
        return []
    old, new = asdict(read_report(folder).result), asdict(result)
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
