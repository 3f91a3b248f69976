"""Makes the release of a finished build again, with the verdicts that were given since."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError
from rich.console import Console

from builder.errors import BuildError
from builder.release.ledger import Summary
from builder.release.writer import write_release
from builder.run.card_settings import make_card_settings
from builder.run.config import BuildConfig
from builder.run.output import lock_output
from builder.screening.outcomes import Screening
from builder.screening.questions import list_shards, read_assignments
from builder.tables.shards import ShardStore

logger = logging.getLogger("microvqa_pp")


@dataclass(frozen=True, slots=True)
class RereleaseResult:
    """What was written: the folder, the counts of its ledger, and of the verdicts."""

    release: Path
    summary: Summary
    screening: Screening


def rerelease(
    output: Path, require_screening: bool = False, console: Console | None = None
) -> RereleaseResult:
    """Write `output/release` from `output/work` and `output/verdicts.jsonl`.

    Accepted questions are marked, fixed ones edited, rejected ones left out.

    Args:
        output: folder of a finished build.
        require_screening: let only questions that were accepted or fixed into the test split.
        console: where it is told that another build holds the folder; default: stderr.

    Raises:
        BuildError: the build is not finished, or another one holds the folder.
    """
    config = read_config(output)
    with lock_output(output, console or Console(stderr=True)) as work:
        assignments = read_assignments(work)
        store = ShardStore(work)
        screening = Screening.read(output, require_screening)
        release = output / "release"
        try:
            quarantine = pq.read_table(work / "quarantine.parquet")
            summary = write_release(
                release, store, list_shards(store), assignments, quarantine,
                make_card_settings(config), screening,
            )  # fmt: skip
        except (FileNotFoundError, pa.ArrowException) as error:
            raise BuildError(f"{work} is not complete; run microvqa-pp build again") from error
    if screening.damaged:
        logger.warning("%d damaged lines of the log of verdicts passed over", screening.damaged)
    return RereleaseResult(release, summary, screening)


def read_config(output: Path) -> BuildConfig:
    """The settings of a finished build. Raises BuildError where there is none."""
    try:
        settings = json.loads((output / "run.json").read_text(encoding="utf-8"))["config"]
        return BuildConfig(**settings | {"output": output})
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise BuildError(
            f"{output} is not a finished build; run microvqa-pp build with it again"
        ) from error
