"""Encoders of the filter: an image-text model (open_clip) and an entailment model (transformers).

`phantom-tiny` names the bundled pair, which was trained on synthetic figures and is of no use on
real micrographs; docs/encoders.md says which models to name for these.
"""

from filtering.encoders.clip import OpenClipEncoder, open_clip_encoder
from filtering.encoders.nli import NliClassifier, open_nli
from filtering.encoders.shared import EncoderError
from filtering.scorer_choice import PHANTOM_TINY

__all__ = [
    "PHANTOM_TINY",
    "EncoderError",
    "NliClassifier",
    "OpenClipEncoder",
    "open_clip_encoder",
    "open_nli",
]
