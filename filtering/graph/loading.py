"""Which filter scores a table: the bundled one, one that was fitted, or the mean of signals."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch

from filtering.encoders import open_clip_encoder, open_nli
from filtering.encoders.encoder_names import NO_ENCODER, FilterError
from filtering.graph.hicqa import HiCQAFilter
from filtering.graph.scorer import Scorer
from filtering.graph.training_pools import Encoders

WEIGHTS = Path(__file__).parent.parent / "weights"
BUNDLED = WEIGHTS / "hicqa"


def open_encoders(clip: str, nli: str) -> Encoders:
    """Encoders by name; none for 'none'. Raises EncoderError where one cannot be opened.

    Torch is held to one thread, so that results do not depend on the number of cores.
    """
    torch.set_num_threads(1)
    if clip == NO_ENCODER:
        return Encoders()
    return Encoders(open_clip_encoder(clip), open_nli(nli))


def text_scorer() -> Scorer:
    """The mean of the text signals."""
    return Scorer()


@lru_cache(maxsize=4)
def open_scorer(folder: Path = BUNDLED) -> Scorer:
    """The scorer of a fitted filter, with the encoders that it names.

    Raises FilterError where the folder holds none, or the encoders have changed since.
    """
    try:
        hicqa = HiCQAFilter.load(folder)
    except (OSError, ValueError, KeyError) as error:
        raise FilterError(f"{folder} holds no filter that can be read: {error}") from error
    config = hicqa.config
    encoders = open_encoders(config.clip or NO_ENCODER, config.nli or NO_ENCODER)
    for encoder, revision in (
        (encoders.clip, config.clip_revision),
        (encoders.nli, config.nli_revision),
    ):
        if encoder is not None and encoder.revision != revision:
            raise FilterError(
                f"the filter in {folder} was fitted with revision {revision} of {encoder.name}; "
                f"here it has revision {encoder.revision}: fit it again"
            )
    return Scorer(encoders, hicqa)
