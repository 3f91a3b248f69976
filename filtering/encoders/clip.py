"""Images and texts as unit vectors of one space, through open_clip.

Ilharco et al., OpenCLIP (2021), doi:10.5281/zenodo.5143773.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from open_clip.hf_model import HFTextEncoder
from open_clip.transformer import TextTransformer
from PIL import Image

from filtering.encoders.protocols import Floats
from filtering.encoders.shared import (
    EncoderError,
    choose_device,
    compute_revision,
    encode_distinct,
    find_local_folder,
    make_encodable,
    open_quietly,
    shorten_name,
    use_autocast,
)
from filtering.image_files import ImageError, decode_image
from filtering.scorer_choice import PHANTOM_TINY

_ADVICE = (
    f"give {PHANTOM_TINY}, a folder with open_clip_config.json and weights, "
    "ARCHITECTURE/PRETRAINED as open_clip.list_pretrained() lists them, or hf-hub:ORG/NAME; "
    "weights that are not in the local cache need the network once"
)


@dataclass(frozen=True, slots=True)
class OpenClipEncoder:
    """An open_clip model in evaluation mode.

    `dim` is the length of its vectors, `scale` what the model multiplies similarities with
    (exp of logit_scale), `revision` a digest of its weights.
    """

    name: str
    revision: str
    dim: int
    scale: float
    model: Any
    preprocess: Callable[[Image.Image], torch.Tensor]
    tokenize: Callable[[list[str]], torch.Tensor]
    device: torch.device
    batch_size: int

    def images(self, files: Sequence[bytes]) -> Floats:
        """Unit rows (n, dim) of encoded images; a row of NaN for one that cannot be read."""
        return encode_distinct(
            files,
            lambda file: hashlib.sha256(file).digest(),
            self._encode_image_batch,
            self.dim,
            self.batch_size,
        )

    def texts(self, texts: Sequence[str]) -> Floats:
        """Unit rows (n, dim) of texts, which are cut at the model's context length."""
        return encode_distinct(texts, str, self._encode_text_batch, self.dim, self.batch_size)

    @torch.inference_mode()
    def _encode_image_batch(self, files: Sequence[bytes]) -> Floats:
        rows = np.full((len(files), self.dim), np.nan, dtype=np.float32)
        inputs, places = [], []
        for place, file in enumerate(files):
            try:
                inputs.append(self.preprocess(decode_image(file)))
            except ImageError:
                continue  # its row stays blank
            places.append(place)
        if inputs:
            with use_autocast(self.device):
                stack = torch.stack(inputs).to(self.device)
                vectors = self.model.encode_image(stack, normalize=True)
            rows[places] = vectors.float().cpu().numpy()
        return rows

    @torch.inference_mode()
    def _encode_text_batch(self, texts: Sequence[str]) -> Floats:
        tokens = self.tokenize([make_encodable(text) for text in texts])
        with use_autocast(self.device):
            vectors = encode_text(self.model, tokens.to(self.device))
        return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)


def encode_text(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Unit rows of token ids (n, context), without computing columns that are padding throughout.

    These change nothing where a text tower masks its padding (Hugging Face towers) or where
    attention is causal and the vector is taken at the end of the text. Other towers, such as
    SigLIP's, are given all columns.
    """
    tower, mask = getattr(model, "text", None), None
    if isinstance(tower, HFTextEncoder):
        tokens = _cut_padding(tokens, tower.config.pad_token_id)
    elif isinstance(tower, TextTransformer):
        causal = tower.attn_mask is not None and tower.cls_emb is None
        if causal and tower.pool_type in ("argmax", "eos"):
            tokens, mask = _cut_padding(tokens, tower.pad_id), tower.attn_mask
    if tower is None or mask is None:
        return torch.as_tensor(model.encode_text(tokens, normalize=True))
    # The mask of attention has the size of the whole context.
    tower.attn_mask = mask[: tokens.shape[1], : tokens.shape[1]]
    try:
        return torch.as_tensor(model.encode_text(tokens, normalize=True))
    finally:
        tower.attn_mask = mask


def _cut_padding(tokens: torch.Tensor, padding: int) -> torch.Tensor:
    columns = (tokens != padding).any(dim=0).nonzero()
    return tokens[:, : int(columns[-1]) + 1 if len(columns) else 1]


def open_clip_encoder(
    name: str = PHANTOM_TINY, *, device: str | None = None, batch_size: int = 64
) -> OpenClipEncoder:
    """Opens an image-text encoder.

    `name` is `phantom-tiny` (bundled), a local folder as open_clip saves it,
    ARCHITECTURE/PRETRAINED ('ViT-B-32/laion2b_s34b_b79k') or hf-hub:ORG/NAME. Images are prepared
    as the model's own configuration says. Without `device` a GPU is used where there is one, with
    mixed precision. Raises EncoderError, one line, for what cannot be opened.
    """
    target = choose_device(device)
    folder = find_local_folder(name, "clip")
    if batch_size < 1:
        raise EncoderError(f"batch_size is {batch_size}; give 1 or more")
    if folder is None and not name.startswith(open_clip.factory.HF_HUB_PREFIX) and "/" not in name:
        raise EncoderError(f"{name!r} is no image-text encoder that is known; {_ADVICE}")

    # Model name and pretrained tag as open_clip wants them, and the name without any path.
    source, tag, shown = name, None, shorten_name(name, folder, "clip")
    if folder is not None:
        source = f"{open_clip.factory.LOCAL_DIR_PREFIX}{folder}"
    elif not name.startswith(open_clip.factory.HF_HUB_PREFIX):
        source, _, tag = name.partition("/")
        if Path(tag).is_file():
            shown = f"{source}/{Path(tag).name}"

    def load() -> OpenClipEncoder:
        model, preprocess = open_clip.create_model_from_pretrained(source, tag, device=target)
        model.to(memory_format=torch.channels_last).eval()
        blank = torch.zeros((1, int(model.context_length)), dtype=torch.long, device=target)
        with torch.inference_mode():
            width = int(model.encode_text(blank).shape[-1])
        return OpenClipEncoder(
            name=shown,
            revision=compute_revision(model),
            dim=width,
            scale=model.logit_scale.detach().exp().item(),
            model=model,
            preprocess=preprocess,
            tokenize=open_clip.get_tokenizer(source),
            device=target,
            batch_size=batch_size,
        )

    return open_quietly(name, "an image-text encoder", _ADVICE, load)
