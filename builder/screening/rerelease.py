"""Makes the release of a finished build again, with the verdicts that were given since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError
from rich.console import Console

from builder.errors import BuildError
from builder.release.ledger import Summary
from builder.release.writer import write_release
from builder.run.config import BuildConfig
from builder.run.output import held
from builder.run.pipeline import card_settings
from builder.screening.outcomes import Screening
from builder.screening.questions import read_assignments, shard_names
from builder.tables.shards import ShardStore


@dataclass(frozen=True, slots=True)
class Rereleased:
    """What was written: the folder, the counts of its ledger, and of the verdicts."""

    release: Path
    summary: Summary
    screening: Screening


def rerelease(
    output: Path, require_screening: bool = False, console: Console | None = None
) -> Rereleased:
    """Write `output/release` from `output/work` and `output/verdicts.jsonl`.

    Accepted questions are marked, fixed ones edited, rejected ones left out; with
    `require_screening` the test split has only questions that were accepted or fixed. Raises
    BuildError where the build is not finished or another one holds the folder.
    """
    config = _config(output)
    with held(output, console or Console(stderr=True)) as work:
        assignments = read_assignments(work)
        store = ShardStore(work)
        screening = Screening.read(output, require_screening)
        release = output / "release"
        try:
            quarantine = pq.read_table(work / "quarantine.parquet")
            summary = write_release(
                release, store, shard_names(store), assignments, quarantine,
                card_settings(config), screening,
            )  # fmt: skip
        except (FileNotFoundError, pa.ArrowException) as error:
            raise BuildError(f"{work} is not complete; run microvqa-pp build again") from error
    return Rereleased(release, summary, screening)


def _config(output: Path) -> BuildConfig:
    try:
        settings = json.loads((output / "run.json").read_text(encoding="utf-8"))["config"]
        return BuildConfig(**settings | {"output": output})
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise BuildError(
            f"{output} is not a finished build; run microvqa-pp build with it again"
        ) from error
