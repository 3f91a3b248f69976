"""The least that a build must do: decode, hash, and write the tables; with encoders, encode.

    python -m benchmarks.costs.bare_loop RECIPE OUTPUT

Reads every image file, decodes it once in full, takes its SHA-256 and perceptual hash, and writes
the Parquet files that a build writes, with the same rows and options: figures with their images,
the small tables of each shard, and the release, which holds the images again in two configs. Every
file written is hashed, as a build hashes what it writes. All that a build finds out besides
(articles, texts, questions, splits) is read from the recipe that `write_recipe` takes from a
finished build; no file written is read again but for its hash.

Where the recipe tells, shard by shard, what the encoders are given, the images are decoded once
more for them, as a build does, and what the encoders say is worked out and dropped.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import imagehash
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from PIL import Image

GROUP_BYTES = 4 << 20
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
CALLS = "calls"
"""Folder of a recipe with what the encoders are given, one JSON file for each shard."""

_FROM_IMAGES = ("image", "image_sha256", "image_phash", "width", "height")


def write_recipe(build: Path, images: list[Path], recipe: Path) -> None:
    """Take from the output of a build what the bare loop is told instead of working it out.

    `images` are the files of the build's figures in their order. Writes per shard the columns of
    the figures that no image is needed for and all later tables, and per file of the release all
    but the images, with the number of each row's image in their place.
    """
    number: dict[str, int] = {}
    recipe.mkdir(parents=True)
    for shard in sorted((build / "work" / "figures").glob("*.parquet")):
        table = pq.read_table(shard, partitioning=None)
        number |= {name: len(number) + k for k, name in enumerate(table["figure_id"].to_pylist())}
        _save(table.drop_columns(["image"]), recipe / f"{shard.stem}.arrow")
    for shard in sorted((build / "work").glob("*/*.parquet")):
        if shard.parent.name != "figures":
            table = pq.read_table(shard, partitioning=None)
            _save(table, recipe / shard.parent.name / f"{shard.stem}.arrow")
    (recipe / "images.json").write_text(json.dumps([str(path) for path in images]))
    for file in sorted((build / "release" / "data").glob("*/*.parquet")):
        table = pq.read_table(file, partitioning=None)
        rows = pa.array([number[name] for name in table["figure_id"].to_pylist()])
        place = table.schema.get_field_index("image")
        if place >= 0:
            table = table.set_column(place, "image", rows)
        _save(table, recipe / f"{file.parent.name}-{file.stem}.release")


def _save(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


def count_rows(path: Path) -> int:
    """Rows of a table of a recipe."""
    return len(_load(path))


def _load(path: Path) -> pa.Table:
    return pa.ipc.open_file(path).read_all()


def _texts(schema: pa.Schema) -> list[str]:
    """Parquet's names of all columns but the image bytes."""
    found = []
    for field in schema:
        if pa.types.is_struct(field.type):
            found.append(f"{field.name}.path")
        else:
            found.append(field.name + ".list.element" * pa.types.is_list(field.type))
    return found


def _options(schema: pa.Schema) -> dict[str, Any]:
    """As the build writes: texts compressed, images (which are already) not."""
    texts = _texts(schema)
    compression = dict.fromkeys(texts, "zstd") | {"image.bytes": "none"}
    return {"compression": compression, "write_statistics": texts}


def run(recipe: Path, output: Path) -> None:
    """Write the figures and release tables of a recipe, holding one shard's images at a time."""
    images = [Path(name) for name in json.loads((recipe / "images.json").read_text())]
    writers = [_Release(path, output) for path in sorted(recipe.glob("*.release"))]
    done = 0
    for shard in sorted(recipe.glob("*.arrow")):
        told = _load(shard)
        paths = images[done : done + len(told)]
        table = _figures(told, paths)
        _write(table, output / "figures" / f"{shard.stem}.parquet")
        for writer in writers:
            writer.write(table["image"].combine_chunks(), done)
        done += len(told)
    for path in sorted(recipe.glob("*/*.arrow")):
        _write(_load(path), output / path.parent.name / f"{path.stem}.parquet")
    for writer in writers:
        writer.close()


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, use_dictionary=_texts(table.schema), **_options(table.schema))
    _hash(path)


def _hash(path: Path) -> None:
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256").hexdigest()


def _figures(told: pa.Table, paths: list[Path]) -> pa.Table:
    columns: dict[str, list[Any]] = {name: [] for name in _FROM_IMAGES}
    for path in paths:
        data = path.read_bytes()
        image: Image.Image = Image.open(io.BytesIO(data))
        image.load()
        if image.mode != "RGB":
            image = image.convert("RGB")
        columns["image"].append({"bytes": data, "path": path.name})
        columns["image_sha256"].append(hashlib.sha256(data).hexdigest())
        columns["image_phash"].append(str(imagehash.phash(image, hash_size=16)))
        columns["width"].append(image.width)
        columns["height"].append(image.height)
    for name in _FROM_IMAGES[1:]:
        field = told.schema.field(name)
        place = told.schema.get_field_index(name)
        told = told.set_column(place, field, pa.array(columns[name], field.type))
    image = pa.field("image", IMAGE, nullable=False)
    return told.append_column(image, pa.array(columns["image"], IMAGE))


class _Release:
    """One file of the release, written as the images of its rows come by."""

    def __init__(self, recipe: Path, output: Path) -> None:
        self._rows = _load(recipe)
        config, _, name = recipe.stem.partition("-")
        self._path = path = output / "data" / config / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._image = self._rows.schema.get_field_index("image")
        schema = self._rows.schema
        if self._image >= 0:
            schema = schema.set(self._image, pa.field("image", IMAGE))
        self._writer = pq.ParquetWriter(
            path, schema, dictionary_pagesize_limit=2 * GROUP_BYTES, **_options(schema)
        )
        self._done = 0

    def write(self, images: pa.StructArray, first: int) -> None:
        """Write the rows about figures `first` to `first + len(images)`, in groups of 4 MiB."""
        if self._image < 0:
            return
        sizes = pc.binary_length(images.field("bytes")).to_pylist()
        numbers = self._rows["image"]
        start, held, last = self._done, 0, -1
        while self._done < len(numbers):
            number = numbers[self._done].as_py() - first
            if number >= len(images):
                break
            held += 0 if number == last else sizes[number]
            if held > GROUP_BYTES and self._done > start:
                self._flush(images, first, start)
                start, held = self._done, sizes[number]
            last = number
            self._done += 1
        if self._done > start:
            self._flush(images, first, start)

    def _flush(self, images: pa.StructArray, first: int, start: int) -> None:
        rows = self._rows.slice(start, self._done - start)
        places = pc.subtract(rows["image"], first).combine_chunks()
        field = self._writer.schema.field("image")
        self._writer.write_table(rows.set_column(self._image, field, images.take(places)))

    def close(self) -> None:
        """Finish the file; a table without images is written whole."""
        if self._image < 0:
            self._writer.write_table(self._rows)
        self._writer.close()
        _hash(self._path)


def run_encoders(recipe: Path) -> None:
    """Encode, call by call, what the recipe says that a build encodes."""
    import torch

    from filtering.encoders import open_clip_encoder, open_nli
    from filtering.scorer_choice import PHANTOM_TINY

    torch.set_num_threads(1)
    clip, nli = open_clip_encoder(PHANTOM_TINY), open_nli(PHANTOM_TINY)
    files = [Path(name) for name in json.loads((recipe / "images.json").read_text())]
    done = 0
    for shard in sorted((recipe / CALLS).glob("*.json")):
        for name, *given in json.loads(shard.read_text(encoding="utf-8")):
            if name == "images":
                clip.images([files[done + place].read_bytes() for place in given[0]])
            elif name == "texts":
                clip.texts(*given)
            else:
                nli.probabilities(*given)
        done += count_rows(recipe / f"{shard.stem}.arrow")


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    if (source / CALLS).is_dir():
        run_encoders(source)
    run(source, target)
