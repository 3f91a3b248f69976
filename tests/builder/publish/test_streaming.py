"""Streams of a release with large images: what a first row costs, and that whole ones end."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from builder.release.card import ConfigFiles, write_card
from builder.release.ledger import Summary
from builder.release.schemas import SCHEMAS
from builder.release.writer import FILE_BYTES, Piece, SplitWriter
from filtering.records import IMAGE_TYPE
from tests.builder.publish.conftest import Client
from tests.hub.server import TestHub
from tests.hub.storage import Repo

REPO = "org/large"
MOST_BYTES = 8_000_000
FIGURES, SIDE = 24, 1000
PIECE = 32 << 20
"""What pyarrow fetches of a file at once: all of one that is smaller."""

LEAVE = "\nimport os; os._exit(0)"
"""Ends a reader in the middle: an interpreter that shuts down while pyarrow reads ahead in threads
can abort, whatever the layout of the files."""


@pytest.fixture(scope="module")
def large(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release with two questions on each of 24 images of 3 MB."""
    folder = tmp_path_factory.mktemp("large")
    rows = pq.read_table(next((release / "data/default").glob("train-*"))).slice(0, 2)
    writer = SplitWriter(folder / "data/default", "train", SCHEMAS["default"])
    for number in range(FIGURES):
        image = pa.array([{"bytes": noise(number), "path": f"{number}.png"}], IMAGE_TYPE)
        writer.add(Piece(rows.drop_columns("image"), image, pa.array([0, 0])))
    files = writer.close()
    assert files is not None
    settings = {"sources": [], "exclude": [], "agent": "offline", "seed": 0, "keep_ratio": 1.0}
    write_card(folder, [ConfigFiles("default", (files,))], Summary(), "", settings)
    return folder


def noise(seed: int) -> bytes:
    """A PNG of 3 MB."""
    pixels = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


@pytest.fixture
def on_hub(large: Path, hub: TestHub) -> TestHub:
    repo = hub.repos["dataset", REPO] = Repo("dataset", REPO)
    files = [p for p in large.rglob("*") if p.is_file()]
    repo.commit({p.relative_to(large).as_posix(): p.read_bytes() for p in files}, [])
    return hub


def streamed(client: Client, code: str) -> Any:
    """What code prints that has the stream `d`, in a process that must end by itself."""
    head = "import json\nfrom datasets import load_dataset\n"
    opened = f"d = load_dataset({REPO!r}, split='train', streaming=True)\n"
    done = client.python_within(120, head + opened + code, USE_TORCH="0")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_files_are_read_in_one_piece_and_the_first_is_small(large: Path) -> None:
    first, *rest = (p.stat().st_size for p in sorted(large.rglob("*.parquet")))
    assert first <= FILE_BYTES[0][1]
    assert len(rest) > 1
    assert max(rest) < PIECE < sum(rest)


def test_an_image_is_in_its_row_group_once(large: Path) -> None:
    size = sum(p.stat().st_size for p in large.rglob("*.parquet"))
    assert size < (FIGURES + 1) * len(noise(0))


def test_a_first_row_costs_little_however_large_the_images(client: Client, on_hub: TestHub) -> None:
    code = f"print(next(iter(d))['image'].width, flush=True){LEAVE}"
    assert streamed(client, code) == SIDE
    assert 3_000_000 < on_hub.sent <= MOST_BYTES


@pytest.mark.parametrize("rows", [1, 2])
def test_a_reader_of_a_few_rows_gets_them(rows: int, client: Client, on_hub: TestHub) -> None:
    assert streamed(client, f"print(sum(1 for _ in d.take({rows})), flush=True){LEAVE}") == rows


def test_a_reader_of_the_whole_stream_ends(client: Client, on_hub: TestHub) -> None:
    code = "print(json.dumps([sum(1 for _ in d) for _ in range(3)]))"
    for _ in range(2):
        assert streamed(client, code) == [2 * FIGURES] * 3
