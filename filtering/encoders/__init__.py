"""Encoders of the filter: an image-text model (open_clip) and an entailment model (transformers).

`phantom-tiny` names the bundled pair, which was trained on synthetic figures and is of no use on
real micrographs; docs/encoders.md says which models to name for these.
"""

from filtering.encoders.clip import Clip, open_clip_encoder
from filtering.encoders.locations import PHANTOM_TINY, EncoderError
from filtering.encoders.nli import Nli, open_nli

__all__ = ["PHANTOM_TINY", "Clip", "EncoderError", "Nli", "open_clip_encoder", "open_nli"]
