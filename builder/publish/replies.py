"""What a published dataset needs so that anyone can rebuild it: figures, replies, settings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from builder.agents import is_model
from builder.agents.recording import Manifest, hash_replies, make_manifest, read_recording
from builder.errors import BuildError
from builder.publish.checks import find_secrets
from builder.release.card import describe_feature, read_version
from builder.run.card_settings import make_card_settings
from builder.run.config import BuildConfig
from builder.run.output import REPLIES
from builder.screening.outcomes import LOG
from builder.screening.questions import list_shards
from builder.screening.rerelease import read_config
from builder.tables.licenses import allows
from builder.tables.records import AskedReply, Figure
from builder.tables.shards import ShardStore, code_digest, file_digest, parquet_options
from filtering.records import arrow_schema

REBUILD = "rebuild.json"
"""File of a published dataset with all that a rebuild needs besides the tables."""

WITHHELD = (
    "label", "title", "caption", "panels", "mentions", "attribution", "authors", "article_title",
    "facts",
)  # fmt: skip
"""Columns left empty of figures that may not be passed on."""

_BUILT_BY = ("output", "sources", "agent", "model", "record", "exclude", "bloom_beside")
_SECTION = """
## Rebuild it

The config `replies` has what the model `{agent}` (revision `{revision}`) replied, under {license}; `figures` has every figure that was read, with image bytes where the other configs do not have them. With microvqa_pp {version} they give the bytes of this dataset again, without a server:

```sh
microvqa-pp rebuild {repo_id} --output rebuilt
```
"""  # noqa: E501 - a paragraph of Markdown is one line


def stage_replies(output: Path, folder: Path, repo_id: str, license: str) -> None:
    """Add figures, replies and settings to a dataset that is laid out to be published.

    Args:
        output: folder that a build wrote.
        folder: the dataset as `stage_dataset` laid it out.
        repo_id: dataset on the Hub, ORG/NAME.
        license: of the replies.

    Raises:
        BuildError: the build cannot be rebuilt from what may be published; the reason says why.
    """
    config = read_config(output)
    if not is_model(config.agent):
        raise BuildError(f"--replies: {config.agent} asked no model; there are no replies")
    if config.exclude or config.bloom_beside:
        raise BuildError("--replies: a build beside other benchmarks needs these to be rebuilt")
    store = ShardStore(output / "work")
    shards = list_shards(store)
    configs = {
        "replies": _write_parts(folder, "replies", _list_replies(store, shards, license)),
        "figures": _write_parts(folder, "figures", _list_figures(store, shards, output)),
    }
    manifest = _describe(config, configs["replies"][1])
    release = output / "release"
    told = {
        "version": read_version(),
        "code": code_digest(),
        "manifest": manifest.model_dump(mode="json"),
        "settings": config.model_dump(mode="json", include=_list_settings()),
        "card": make_card_settings(config),
        "quarantine": _count_quarantine(store, shards),
        "unanswered": sorted(_list_unanswered(store, shards)),
        "files": {
            path.relative_to(release).as_posix(): file_digest(path)
            for path in sorted(release.rglob("*"))
            if path.is_file()
        },
    }
    (folder / REBUILD).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if (output / LOG).is_file():
        shutil.copyfile(output / LOG, folder / LOG)
    _extend_card(folder / "README.md", configs, manifest, repo_id, license)


def _list_settings() -> set[str]:
    """Settings that shape the data and that a rebuild is told."""
    shaping = {named.path[0] for named in BuildConfig.walk() if named.setting.shapes}
    return shaping.difference(_BUILT_BY)


def _describe(config: BuildConfig, replies: pa.Table) -> Manifest:
    manifest = make_manifest(config.model_dump(), config.agent)
    if config.recording:
        recorded = read_recording(config.recording).manifest
        kept = {"agent": recorded.agent, "version": recorded.version, "prompts": recorded.prompts}
        manifest = manifest.model_copy(update=kept)
    requests = replies["request"].to_pylist()
    return manifest.model_copy(update={"content": hash_replies(requests)})


def _list_replies(store: ShardStore, shards: Iterable[str], license: str) -> pa.Table:
    """All replies, once each. Raises BuildError for those about figures that may not go out."""
    rows: dict[str, dict[str, Any]] = {}
    barred = set()
    for shard in shards:
        terms = store.read("figures", shard, ["figure_id", "license"]).to_pylist()
        free = {row["figure_id"]: allows(row["license"], "redistributable") for row in terms}
        for table in REPLIES:
            for row in store.read(table, shard).to_pylist():
                barred |= set() if free[row["figure_id"]] else {row["figure_id"]}
                if row["reply"] is not None:
                    rows.setdefault(row["request"], {**row, "license": license})
    if barred:
        raise BuildError(
            f"--replies: the model was asked about {len(barred):,} figures that may not be passed "
            f"on, the first is {min(barred)}; build with --license redistributable"
        )
    schema = arrow_schema(AskedReply).append(pa.field("license", pa.string()))
    names = [name for name in schema.names if name != "problem"]
    schema = pa.schema([pa.field(name, schema.field(name).type) for name in names])
    return pa.Table.from_pylist([rows[request] for request in sorted(rows)], schema)


def _list_figures(store: ShardStore, shards: Iterable[str], output: Path) -> pa.Table:
    """All figures in order, with their shard; no image that another config has."""
    there = {
        figure
        for path in sorted(output.glob("release/data/*/*.parquet"))
        if path.parent.name in ("default", "open")
        for figure in pq.read_table(path, columns=["figure_id"], partitioning=None)[
            "figure_id"
        ].to_pylist()
    }
    fields = [pa.field(f.name, f.type) for f in arrow_schema(Figure)]
    schema = pa.schema([pa.field("shard", pa.string()), *fields])
    rows = []
    for shard in shards:
        for row in store.read("figures", shard).to_pylist():
            free = allows(row["license"], "redistributable")
            if row["figure_id"] in there or not free:
                row["image"] = {"bytes": None, "path": row["image"]["path"] if free else ""}
            if not free:
                row |= {name: [] if isinstance(row[name], list) else "" for name in WITHHELD}
            rows.append({"shard": shard, **row})
    return pa.Table.from_pylist(rows, schema)


def _write_parts(folder: Path, config: str, table: pa.Table) -> tuple[int, pa.Table]:
    """Write a table as a config. Returns its size in bytes, and the table."""
    if found := find_secrets(table):
        column, kind = next(iter(found.items()))
        raise BuildError(f"--replies: {config} hold in column {column} what looks like a {kind}")
    path = folder / "data" / config / "train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **parquet_options(table.schema))
    return path.stat().st_size, table


def _count_quarantine(store: ShardStore, shards: Iterable[str]) -> list[dict[str, Any]]:
    """What the sources could not use: shard, source and reason, without places and names."""
    return [
        {"shard": shard, "source": row["source"], "reason": row["reason"]}
        for shard in shards
        for row in store.read("quarantine", shard, ["source", "reason"]).to_pylist()
    ]


def _list_unanswered(store: ShardStore, shards: Iterable[str]) -> set[str]:
    """Requests that no reply came to."""
    return {
        row["request"]
        for shard in shards
        for table in REPLIES
        for row in store.read(table, shard, ["request", "problem"]).to_pylist()
        if row["problem"]
    }


def _extend_card(
    card: Path,
    configs: Mapping[str, tuple[int, pa.Table]],
    manifest: Manifest,
    repo_id: str,
    license: str,
) -> None:
    """Declare the further configs in the card, and say how the dataset is rebuilt."""
    _, front, body = card.read_text("utf-8").split("---\n", 2)
    told = yaml.safe_load(front)
    for name, (size, table) in configs.items():
        files = [{"split": "train", "path": f"data/{name}/train-*.parquet"}]
        told["configs"].append({"config_name": name, "data_files": files})
        split = {"name": "train", "num_bytes": size, "num_examples": len(table)}
        told["dataset_info"].append(
            {
                "config_name": name,
                "features": [describe_feature(field) for field in table.schema],
                "splits": [split],
                "download_size": size,
                "dataset_size": size,
            }
        )
    front = yaml.safe_dump(told, sort_keys=False, width=1000)
    section = _SECTION.format(
        agent=manifest.agent.replace("`", "’"),
        revision=manifest.revision.replace("`", "’") or "as served",
        license=license,
        version=read_version(),
        repo_id=repo_id,
    )
    body = body.replace("\n## Limits\n", f"{section}\n## Limits\n")
    card.write_text(f"---\n{front}---\n{body}", encoding="utf-8")
