"""The dataset repository: the release's own Parquet files, its card, and a Croissant file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.errors import BuildError
from builder.release.card import read_version
from builder.release.schemas import DESCRIPTIONS
from builder.tables.licenses import choose_most_restrictive, normalise
from filtering.records import IMAGE_TYPE

CROISSANT_FILE = "croissant.json"
_PUBLISHED = datetime(2025, 11, 15, tzinfo=UTC)
"""Of the method; the same for every release, so that equal releases stay equal byte for byte."""
_PLACEHOLDER = "path/to/this/folder"
"""What the card has in place of the name that the data set is loaded by."""


def stage_dataset(release: Path, folder: Path, repo_id: str, licenses: Iterable[str]) -> Path:
    """Lay out the dataset repository in `folder`: data files (hard links), card, Croissant.

    Never a loading script: `datasets` refuses a repository that has one.

    Args:
        release: folder of the release.
        folder: to be filled.
        repo_id: dataset on the Hub, ORG/NAME.
        licenses: of the rows.

    Returns:
        `folder`.

    Raises:
        BuildError: the Croissant file cannot be made.
    """
    for path in sorted(release.glob("data/*/*.parquet")):
        target = folder / path.relative_to(release)
        target.parent.mkdir(parents=True, exist_ok=True)
        # The same bytes under another name, without a copy where the file system allows.
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)
    card = (release / "README.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(card.replace(_PLACEHOLDER, repo_id), encoding="utf-8")
    strictest = choose_most_restrictive([normalise(name) for name in licenses])
    write_croissant(folder, repo_id, strictest.url or strictest.id, read_version())
    return folder


def write_croissant(folder: Path, repo_id: str, license_url: str, version: str) -> Path:
    """Write `croissant.json`, which describes a release, beside its README.md.

    The record sets are `train` and `test` of the config `default`, `open_train`, `open_test` and
    `ledger`. Files are named relative to the description, so it holds for the folder wherever it
    is copied to. The format: https://docs.mlcommons.org/croissant/docs/croissant-spec.html

    Args:
        folder: of the release.
        repo_id: dataset on the Hub, ORG/NAME.
        license_url: of the strictest licence of the rows.
        version: of the release.

    Raises:
        BuildError: `mlcroissant` is missing, or finds a fault in the description.
    """
    try:
        mlc: Any = import_module("mlcroissant")
    except ImportError as error:
        raise BuildError(
            "publishing needs mlcroissant: pip install 'microvqa-pp[publish]'"
        ) from error
    # Schema of each config and split, as its files have it.
    files = sorted(folder.glob("data/*/*.parquet"))
    splits = {(f.parent.name, f.name.split("-")[0]): pq.read_schema(f) for f in files}
    try:
        metadata = mlc.Metadata(
            name=repo_id.rpartition("/")[2],
            description="Questions about microscopy figures, made from their captions.",
            url=f"https://huggingface.co/datasets/{repo_id}",
            license=license_url,
            version=version,
            cite_as="Li et al., MicroVQA++, arXiv 2511.11407, 2025 (the method).",
            date_published=_PUBLISHED,
            distribution=[
                mlc.FileSet(
                    id=(name := f"{_name_records(config, split)}-files"),
                    name=name,
                    description=f"Parquet files of config {config}, split {split}",
                    encoding_formats=["application/x-parquet"],
                    includes=f"data/{config}/{split}-*.parquet",
                )
                for config, split in splits
            ],
            record_sets=[_describe_records(mlc, *key, schema) for key, schema in splits.items()],
        )
        described = metadata.to_json()
    except mlc.ValidationError as error:
        raise BuildError(f"the release cannot be described as Croissant: {error}") from error
    path = folder / CROISSANT_FILE
    path.write_text(json.dumps(described, indent=1, default=str) + "\n", encoding="utf-8")
    return path


def _name_records(config: str, split: str) -> str:
    """Name of a record set; the splits of `default` have the plain names."""
    if config == "ledger":
        return config
    return split if config == "default" else f"{config}_{split}"


def _describe_records(mlc: Any, config: str, split: str, schema: pa.Schema) -> Any:
    name, described = _name_records(config, split), DESCRIPTIONS.get(config, {})
    types = mlc.DataType
    kinds = {
        IMAGE_TYPE: types.IMAGE_OBJECT,
        pa.int64(): types.INTEGER,
        pa.float64(): types.FLOAT,
        pa.bool_(): types.BOOL,
    }
    fields = []
    for field in schema:
        several = pa.types.is_list(field.type)
        bytes_of = [mlc.Transform(json_path="bytes")] if field.type == IMAGE_TYPE else []
        extract = mlc.Extract(column=field.name)
        source = mlc.Source(file_set=f"{name}-files", extract=extract, transforms=bytes_of)
        described_field = mlc.Field(
            id=f"{name}/{field.name}",
            name=field.name,
            description=described.get(field.name, ""),
            data_types=[kinds.get(field.type, types.TEXT)],
            is_array=several or None,
            array_shape="-1" if several else None,
            source=source,
        )
        fields.append(described_field)
    description = f"Rows of config {config}, split {split}"
    return mlc.RecordSet(id=name, name=name, description=description, fields=fields)
