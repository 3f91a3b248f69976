"""What an agent's calls cost, by step: kept beside the responses, shown while a build runs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from scoring.models import Prices, Response

LOG = "costs.jsonl"


@dataclass(slots=True)
class Cost:
    """Sums over calls. `seconds` adds up latencies, so it exceeds the time of a run."""

    calls: int = 0
    uncounted: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    def add(self, entry: Mapping[str, Any], prices: Prices) -> None:
        """Count a call; `uncounted` where the server gave no token counts."""
        read, written = entry["tokens_in"], entry["tokens_out"]
        self.calls += 1
        self.uncounted += read is None or written is None
        self.tokens_in += read or 0
        self.tokens_out += written or 0
        self.usd += prices.of(read, written) or 0.0
        self.seconds += entry["seconds"]


def total(costs: Mapping[str, Cost]) -> Cost:
    """The sum over all steps."""
    sums = [asdict(cost) for cost in costs.values()]
    return Cost(**{name: sum(s[name] for s in sums) for name in asdict(Cost())})


@dataclass(slots=True)
class CostLog:
    """A line per call that was answered, in `folder/costs.jsonl`, over all runs of a build.

    `run` counts what this run sent, by step, and `cached` how many answers it had already.
    """

    folder: Path
    prices: Prices
    run: dict[str, Cost] = field(default_factory=dict)
    cached: int = 0
    started: float = field(default_factory=time.monotonic)
    _file: TextIO | None = None

    def add(self, step: str, response: Response) -> None:
        """Count a response; one from the cache costs nothing."""
        if response.cached:
            self.cached += 1
            return
        entry = {
            "step": step,
            "tokens_in": response.tokens_in,
            "tokens_out": response.tokens_out,
            "seconds": response.latency,
        }
        self.run.setdefault(step, Cost()).add(entry, self.prices)
        self._append(json.dumps(entry) + "\n")

    def _append(self, line: str) -> None:
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = (self.folder / LOG).open("a", encoding="utf-8", buffering=1)
        self._file.write(line)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def line(self) -> str:
        """This run so far, in a few words."""
        sums = total(self.run)
        minutes = max(time.monotonic() - self.started, 1e-9) / 60
        money = f", ${sums.usd:.4f}" if self.prices.read is not None else ""
        return (
            f"{sums.calls:,} calls ({sums.calls / minutes:,.0f}/min), {self.cached:,} from cache, "
            f"{sums.tokens_in:,} tokens in, {sums.tokens_out:,} out{money}"
        )


def read_costs(folder: Path, prices: Prices) -> dict[str, Cost]:
    """Costs of all runs of a build, by step. A line cut off by a killed run is left out."""
    costs: dict[str, Cost] = {}
    try:
        lines = (folder / LOG).read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return costs
    for line in lines:
        try:
            entry = json.loads(line)
            costs.setdefault(str(entry["step"]), Cost()).add(entry, prices)
        except (ValueError, KeyError, TypeError):
            continue
    return costs


def report(folder: Path, prices: Prices, accepted: int) -> dict[str, Any]:
    """Costs of all runs for run.json: by step, in sum, and per accepted question."""
    costs = read_costs(folder, prices)
    sums = total(costs)
    per = {
        name: round(value / accepted, 6) if accepted else None
        for name, value in asdict(sums).items()
    }
    return {
        "steps": {step: asdict(cost) for step, cost in sorted(costs.items())},
        "total": asdict(sums),
        "accepted_questions": accepted,
        "per_accepted_question": per,
    }
