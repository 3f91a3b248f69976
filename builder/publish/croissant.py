"""The Croissant description of a release: https://docs.mlcommons.org/croissant/docs/croissant-spec.html

Files are named relative to the description, so it holds for the folder wherever it is copied to.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.errors import BuildError
from builder.release.schemas import DESCRIPTIONS
from filtering.table.arrow_tables import IMAGE_TYPE

FILE = "croissant.json"
_PUBLISHED = datetime(2025, 11, 15, tzinfo=UTC)
"""Of the method; the same for every release, so that equal releases stay equal byte for byte."""


def write_croissant(folder: Path, repo_id: str, license_url: str, version: str) -> Path:
    """Write `croissant.json` beside a release's README.md.

    The record sets are `train` and `test` of the config `default`, `open_train`, `open_test` and
    `ledger`.
    Raises BuildError where `mlcroissant` is missing or finds a fault in the description.
    """
    mlc = _library()
    splits = _schemas(folder)
    try:
        metadata = mlc.Metadata(
            name=repo_id.rpartition("/")[2],
            description="Questions about microscopy figures, made from their captions.",
            url=f"https://huggingface.co/datasets/{repo_id}",
            license=license_url,
            version=version,
            cite_as="Li et al., MicroVQA++, arXiv 2511.11407, 2025 (the method).",
            date_published=_PUBLISHED,
            distribution=[_files(mlc, config, split) for config, split in splits],
            record_sets=[_records(mlc, *key, schema) for key, schema in splits.items()],
        )
        described = metadata.to_json()
    except mlc.ValidationError as error:
        raise BuildError(f"the release cannot be described as Croissant: {error}") from error
    path = folder / FILE
    path.write_text(json.dumps(described, indent=1, default=str) + "\n", encoding="utf-8")
    return path


def _schemas(folder: Path) -> dict[tuple[str, str], pa.Schema]:
    """Schema of each config and split, as its files have it."""
    files = sorted(folder.glob("data/*/*.parquet"))
    return {(f.parent.name, f.name.split("-")[0]): pq.read_schema(f) for f in files}


def _library() -> Any:
    try:
        return import_module("mlcroissant")
    except ImportError as error:
        raise BuildError(
            "publishing needs mlcroissant: pip install 'microvqa-pp[publish]'"
        ) from error


def _name(config: str, split: str) -> str:
    if config == "ledger":
        return config
    return split if config == "default" else f"{config}_{split}"


def _files(mlc: Any, config: str, split: str) -> Any:
    return mlc.FileSet(
        id=f"{_name(config, split)}-files",
        name=f"{_name(config, split)}-files",
        description=f"Parquet files of config {config}, split {split}",
        encoding_formats=["application/x-parquet"],
        includes=f"data/{config}/{split}-*.parquet",
    )


def _records(mlc: Any, config: str, split: str, schema: pa.Schema) -> Any:
    name, described = _name(config, split), DESCRIPTIONS.get(config, {})
    return mlc.RecordSet(
        id=name,
        name=name,
        description=f"Rows of config {config}, split {split}",
        fields=[_field(mlc, name, field, described.get(field.name, "")) for field in schema],
    )


def _field(mlc: Any, name: str, field: pa.Field, description: str) -> Any:
    image, several = field.type == IMAGE_TYPE, pa.types.is_list(field.type)
    types = mlc.DataType
    kinds = {
        pa.int64(): types.INTEGER,
        pa.float64(): types.FLOAT,
        pa.bool_(): types.BOOL,
    }
    return mlc.Field(
        id=f"{name}/{field.name}",
        name=field.name,
        description=description,
        data_types=[types.IMAGE_OBJECT if image else kinds.get(field.type, types.TEXT)],
        is_array=several or None,
        array_shape="-1" if several else None,
        source=mlc.Source(
            file_set=f"{name}-files",
            extract=mlc.Extract(column=field.name),
            transforms=[mlc.Transform(json_path="bytes")] if image else [],
        ),
    )
