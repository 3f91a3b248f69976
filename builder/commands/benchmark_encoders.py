"""The commands `benchmark` and `leaderboard`, with the encoders of the filter for `clip:NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.commands.benchmark import benchmark_command, leaderboard_command, use_encoders

if TYPE_CHECKING:
    from filtering.encoders import Clip

__all__ = ["benchmark_command", "leaderboard_command"]


def _encoder(name: str) -> Clip:
    """The encoder of `clip:NAME`, which the benchmark takes from the filter."""
    from filtering.encoders import EncoderError, open_clip_encoder

    try:
        return open_clip_encoder(name)
    except EncoderError as error:
        raise ValueError(str(error)) from error


use_encoders(_encoder)
