"""Reads the ledger of a release that lies in the output folder of a build."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from builder.errors import NoReleaseError
from builder.release.ledger import Summary
from builder.release.schemas import check_columns

LEDGER_FILES = "data/ledger/train-*.parquet"


def read_summary(output: Path) -> Summary:
    """Summary of the release under OUTPUT. Raises NoReleaseError without a readable one."""
    summary = Summary()
    for file in list_ledger_files(output):
        with refuse_damage(file):
            table = pq.read_table(file, partitioning=None)
            check_columns(table.schema, "ledger")
            summary.add(table)
    quarantine = output / "work" / "quarantine.parquet"
    if quarantine.exists():
        with refuse_damage(quarantine):
            summary.add_quarantine(pq.read_table(quarantine, partitioning=None))
    return summary


def list_ledger_files(output: Path) -> list[Path]:
    """Files of the ledger under OUTPUT, in order. Raises NoReleaseError without any."""
    files = sorted((output / "release").glob(LEDGER_FILES))
    if not files:
        raise NoReleaseError(
            f"no release in {output}; make one with: microvqa-pp build --output {output}"
        )
    return files


@contextmanager
def refuse_damage(file: Path) -> Iterator[None]:
    """Turn what a damaged table raises into NoReleaseError."""
    try:
        yield
    except (pa.ArrowException, KeyError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise NoReleaseError(f"{file} is damaged or of another version; build again") from error
