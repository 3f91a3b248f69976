"""The least that a build with encoders must do: `bare_build.py`, and the forward passes.

    python -m benchmarks.bare_encoding RECIPE OUTPUT

The recipe tells what the encoders are given, call by call; the images are decoded from the files
once more for them, as a build does. What they say is worked out and dropped.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks import bare_build

CALLS = "calls"
"""Folder of a recipe with what the encoders are given, one JSON file for each shard."""


def run(recipe: Path, output: Path) -> None:
    """Decode, hash and write as the bare loop does, and encode shard by shard."""
    import torch

    from filtering.encoders import open_clip_encoder, open_nli
    from filtering.encoders.encoder_names import PHANTOM_TINY

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
        done += bare_build.rows(recipe / f"{shard.stem}.arrow")
    bare_build.run(recipe, output)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
