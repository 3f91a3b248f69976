"""Small datasets on disk: in the form of a release, and in MicroVQA's own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

Row = dict[str, Any]
ORGANS = ("liver", "kidney", "spleen", "colon", "heart", "brain", "testis", "ovary")
TASKS = ("Expert Visual Understanding", "Hypothesis Generation", "Experiment Proposal")
PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def picture(number: int) -> bytes:
    """A PNG that differs with the number."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (number % 256, number // 256, 0)).save(out, "PNG")
    return out.getvalue()


def release_rows(count: int, start: int = 0) -> list[Row]:
    """Rows of the config `default`; the caption names the key, nothing else gives it away."""
    rng = np.random.default_rng(start)
    rows = []
    for n in range(start, start + count):
        choices = [ORGANS[i] for i in rng.permutation(len(ORGANS))[:4]]
        correct = int(rng.integers(4))
        rows.append(
            {
                "id": f"q{n:04d}",
                "image": {"bytes": picture(n), "path": None},
                "question": f"Which organ is shown in figure {n}?",
                "choices": choices,
                "correct_index": correct,
                "caption": f"Section of {choices[correct]}, stained.",
                "task": TASKS[n % 3],
                "bloom": 1 + n % 5,
                "modality": "light microscopy",
                "article_id": f"a{n // 2}",
                "source": "test",
            }
        )
    return rows


def write_rows(path: Path, rows: list[Row]) -> None:
    """Rows as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [name for name in rows[0] if name not in ("image", "images_list")]
    columns = {name: pa.array([row[name] for row in rows]) for name in names}
    if "image" in rows[0]:
        columns["image"] = pa.array([row["image"] for row in rows], PICTURE)
    if "images_list" in rows[0]:
        columns["images_list"] = pa.array([r["images_list"] for r in rows], pa.list_(PICTURE))
    pq.write_table(pa.table(columns), path)


def write_release(folder: Path, train: int = 40, test: int = 20) -> Path:
    """A folder in the form of a release."""
    data = folder / "data" / "default"
    write_rows(data / "train-00000-of-00001.parquet", release_rows(train, start=1000))
    write_rows(data / "test-00000-of-00001.parquet", release_rows(test))
    return folder


def write_microvqa(folder: Path, count: int = 6) -> Path:
    """A folder in the form of jmhb/microvqa: lists of images, other names, no Bloom level."""
    rows = [
        {
            "images_list": [row["image"], {"bytes": picture(500 + n), "path": "b.png"}],
            "question": row["question"],
            "choices": row["choices"][: 3 + n % 2] if row["correct_index"] < 3 else row["choices"],
            "correct_index": row["correct_index"],
            "correct_answer": row["choices"][row["correct_index"]],
            "task": 1 + n % 3,
            "task_str": ("perception", "hypothesis_gen", "experiment_proposal")[n % 3],
            "key_question": 100 + n,
            "key_image": 7 + n // 2,
            "image_caption": row["caption"],
        }
        for n, row in enumerate(release_rows(count))
    ]
    write_rows(folder / "data" / "test-00000-of-00001.parquet", rows)
    return folder
