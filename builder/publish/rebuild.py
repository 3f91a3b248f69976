"""Rebuild a published dataset from its own figures and replies, and compare what comes of it."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError
from rich.console import Console

from builder.agents.recording import MANIFEST
from builder.errors import BuildError
from builder.publish.replies import REBUILD
from builder.release.card import read_version
from builder.run.config import BuildConfig
from builder.run.output import REPLIES
from builder.run.pipeline import build
from builder.screening.outcomes import LOG
from builder.screening.questions import list_shards
from builder.tables.records import Figure, Rejection
from builder.tables.shards import ShardStore, code_digest, file_digest
from filtering.records import arrow_schema, to_table

FROM_ALL = (
    "id", "stage", "reason", "screening", "gated", "rank", "keep", "split", "correct_index",
)  # fmt: skip
"""Columns of the ledger that follow from all figures together, not from one."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild ended in.

    `differing` are files that have other bytes than the published ones, `first` the first figure
    or reply that differs, in words; `version` is the version that published, where it is another
    one; `questions` counts published questions and those of them that came again with the same
    id, words and key.
    """

    release: Path
    differing: tuple[str, ...]
    first: str
    version: str
    questions: tuple[int, int]


def fetch_published(repo_id: str) -> Path:
    """The files of a published dataset. Raises BuildError where they cannot be had."""
    from huggingface_hub import snapshot_download  # heavy

    try:
        wanted = ["README.md", "data/*", REBUILD, LOG]
        return Path(snapshot_download(repo_id, repo_type="dataset", allow_patterns=wanted))
    except Exception as error:  # transport errors are of the client's own library
        line = (str(error).strip().splitlines() or [""])[0]
        raise BuildError(f"{repo_id} cannot be read: {type(error).__name__}: {line}") from error


def rebuild(published: Path, output: Path, console: Console, workers: int | None = None) -> Rebuilt:
    """Build a published dataset again in `output`, and compare.

    Args:
        published: folder with the files of the dataset.
        output: folder of the build; what is published is laid out in its `published/`.
        console: where progress is shown, and first of all that another version published.
        workers: processes; default: as `build`.

    Raises:
        BuildError: the dataset was published without its replies, or cannot be used.
    """
    told = _read_rebuild(published)
    version = "" if told["code"] == code_digest() else str(told["version"])
    if version:
        console.print(
            f"Published by microvqa_pp {version} with other code than this one "
            f"({read_version()}): compared by id, question and key, not by bytes.",
            soft_wrap=True,
        )
    inputs = output / "published"
    shutil.rmtree(inputs, ignore_errors=True)
    _lay_out(published, inputs, told)
    if (published / LOG).is_file():
        shutil.copyfile(published / LOG, output / LOG)
    settings = dict(told["settings"])
    if workers is not None:
        settings["workers"] = workers
    try:
        config = BuildConfig.from_names(
            settings,
            {
                "source": (f"figures:{inputs / 'figures'}",),
                "agent": f"recorded:{inputs}",
                "output": output,
            },
        )
    except (ValidationError, ValueError) as error:
        raise BuildError(f"the settings in {REBUILD} cannot be used: {error}") from error
    release = build(config, console, card=told["card"]).release
    return Rebuilt(
        release,
        () if version else tuple(_list_differing(release, published, told["files"])),
        _find_first(release, published, output, told["unanswered"]),
        version,
        _compare_questions(release, published),
    )


def _read_rebuild(published: Path) -> dict[str, Any]:
    path = published / REBUILD
    if not path.is_file():
        raise BuildError(
            "the dataset was published without its replies; its owner can add them with: "
            "microvqa-pp publish OUTPUT --repo-id ORG/DATASET --replies LICENCE"
        )
    try:
        told = json.loads(path.read_text("utf-8"))
        shapes = {
            "version": str, "code": str, "manifest": dict, "settings": dict, "card": dict,
            "quarantine": list, "unanswered": list, "files": dict,
        }  # fmt: skip
        if not all(isinstance(told[name], kind) for name, kind in shapes.items()):
            raise ValueError("an entry has another form")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BuildError(f"{REBUILD} of the dataset cannot be used: {error}") from error
    return dict(told)


def _lay_out(published: Path, inputs: Path, told: Mapping[str, Any]) -> None:
    """Write figures, quarantine and replies as a build and a recording leave them."""
    images = dict(_read_images(published))
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _read_rows(published, "figures"):
        known = images.get(row["figure_id"])
        if row["image"]["bytes"] is None and known is not None:
            row["image"]["bytes"] = known
        rows[row.pop("shard")].append(row)
    lost: dict[str, list[Rejection]] = defaultdict(list)
    for entry in told["quarantine"]:
        rejection = Rejection(str(entry["source"]), "", "", "", str(entry["reason"]), "")
        lost[str(entry["shard"])].append(rejection)
    schema = arrow_schema(Figure)
    for folder in ("figures", "quarantine", "responses"):
        (inputs / folder).mkdir(parents=True)
    for number, shard in enumerate(sorted({*rows, *lost})):
        # Named by place, not by what the dataset says: names of others are no paths.
        name = f"{number:05d}.parquet"
        table = pa.Table.from_pylist(rows[shard], schema)
        pq.write_table(table, inputs / "figures" / name)
        pq.write_table(to_table(Rejection, lost[shard]), inputs / "quarantine" / name)
    for number, path in enumerate(_list_files(published, "replies")):
        shutil.copyfile(path, inputs / "responses" / f"{number:05d}.parquet")
    manifest = {**told["manifest"], "responses": "responses"}
    (inputs / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def _list_files(folder: Path, config: str) -> list[Path]:
    return sorted((folder / "data" / config).glob("*.parquet"))


def _read_rows(folder: Path, config: str) -> Iterator[dict[str, Any]]:
    for path in _list_files(folder, config):
        try:
            yield from pq.read_table(path, partitioning=None).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise BuildError(f"data/{config}/{path.name} is damaged: {error}") from error


def _read_images(published: Path) -> Iterator[tuple[str, bytes]]:
    for config in ("default", "open"):
        for path in _list_files(published, config):
            table = pq.read_table(path, columns=["figure_id", "image"], partitioning=None)
            for row in table.to_pylist():
                yield row["figure_id"], row["image"]["bytes"]


def _list_differing(release: Path, published: Path, files: Mapping[str, str]) -> Iterator[str]:
    """Files that are missing, more, or of other bytes than the published ones."""
    ours = {p.relative_to(release).as_posix(): p for p in release.rglob("*") if p.is_file()}
    for name in sorted({*ours, *files}):
        wanted = files.get(name)
        # The card names the dataset and its further configs; the release's own is compared.
        if name.startswith("data/") and (published / name).is_file():
            wanted = file_digest(published / name)
        if name not in ours or file_digest(ours[name]) != wanted:
            yield name


def _find_first(release: Path, published: Path, output: Path, never: Collection[str]) -> str:
    """The first reply or figure that differs, in words; '' where none does.

    Causes before effects: first a reply that is gone, then a figure or what was said of it, last
    what follows from all figures together. `never` are requests that had no reply before either.
    """
    store = ShardStore(output / "work")
    for shard in list_shards(store):
        for table in REPLIES:
            for row in store.read(
                table, shard, ["figure_id", "step", "request", "problem"]
            ).to_pylist():
                if row["problem"] and row["request"] not in never:
                    where = f"figure {row['figure_id']}, reply to {row['step']}"
                    return f"{where}: {row['problem']}, request {row['request']}"
    theirs, ours = list(_read_rows(published, "ledger")), list(_read_rows(release, "ledger"))
    for passed_over in (FROM_ALL, ()):
        for there, here in zip_longest(theirs, ours):
            row = there or here
            if there is None or here is None:
                told = "it is missing here" if here is None else "it is not published"
            else:
                names = [n for n in row if n not in passed_over and here.get(n) != there[n]]
                told = f"{', '.join(names[:5])} differ" if names else ""
            if told:
                of = f", candidate {row['candidate_id']}" if row["candidate_id"] else ""
                return f"figure {row['figure_id']}{of}: {told}"
    return ""


def _compare_questions(release: Path, published: Path) -> tuple[int, int]:
    """Published questions, and how many of them came again with the same id, words and key."""

    def read(folder: Path) -> set[tuple[str, str, str]]:
        rows = _read_rows(folder, "default")
        return {(r["id"], r["question"], r["choices"][r["correct_index"]]) for r in rows}

    there = read(published)
    return len(there), len(there & read(release))
