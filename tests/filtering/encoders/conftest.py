from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import filtering
from filtering.encoders import NliClassifier, OpenClipEncoder, open_clip_encoder, open_nli

WEIGHTS = Path(filtering.__file__).parent / "weights" / "phantom-tiny"
GOLDEN = Path(__file__).with_name("golden.json")
CAPTION = (
    "HeLa cells on laminin with or without nocodazole. (A) Control cells treated with DMSO. (B) "
    "Cells treated with 5 µM nocodazole for 12 h. 12 cells are visible in A and 20 cells in B. "
    "Scale bars, 25 µm."
)
STATEMENTS = [
    "The cells in the figure are HeLa cells.",
    "The scale bar in the figure represents 40 µm.",
    "The mean cell diameter in panel B is 14.2 µm.",
]
TEXTS = ["12 cells were counted in panel A.", "Scale bar, 20 µm. " * 30, "", "\ud800 µm"]


def png(side: int = 64, blue: int = 0) -> bytes:
    """A ramp to red and to green over some blue."""
    ramp = np.arange(side) * 255 // (side - 1)
    red, green = np.meshgrid(ramp, ramp)
    pixels = np.stack([red, green, np.full_like(red, blue)], axis=2).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def golden() -> Any:
    """What the bundled weights gave when they were made; `python -m` this module renews it."""
    return json.loads(GOLDEN.read_text())


@pytest.fixture(scope="session")
def clip() -> OpenClipEncoder:
    return open_clip_encoder(device="cpu", batch_size=4)


@pytest.fixture(scope="session")
def nli() -> NliClassifier:
    return open_nli(device="cpu", batch_size=4)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call leaves the machine."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def _renew() -> None:
    clip, nli = open_clip_encoder(device="cpu"), open_nli(device="cpu")
    rows = nli.probabilities([CAPTION] * len(STATEMENTS), STATEMENTS)
    known = {
        "clip": {
            "revision": clip.revision,
            "scale": round(clip.scale, 4),
            "image": clip.images([png()])[0, :8].astype(float).round(6).tolist(),
            "text": clip.texts(TEXTS[:1])[0, :8].astype(float).round(6).tolist(),
        },
        "nli": {"revision": nli.revision, "rows": rows.astype(float).round(5).tolist()},
    }
    GOLDEN.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    _renew()
