from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from filtering.encoders import EncoderError, OpenClipEncoder, open_clip_encoder
from filtering.encoders.clip import encode_text
from tests.filtering.encoders.conftest import TEXTS, WEIGHTS, golden, png

PICTURES = [png(), png(48), png(64, blue=200), png(200)]


def test_embeddings_are_those_of_the_bundled_weights(clip: OpenClipEncoder) -> None:
    known = golden()["clip"]
    assert (clip.name, clip.revision, clip.dim) == ("phantom-tiny", known["revision"], 128)
    assert clip.scale == pytest.approx(known["scale"], abs=1e-3)
    assert np.allclose(clip.images([png()])[0, :8], known["image"], atol=1e-4)
    assert np.allclose(clip.texts(TEXTS[:1])[0, :8], known["text"], atol=1e-4)


def test_rows_are_unit_vectors_and_digits_count(clip: OpenClipEncoder) -> None:
    rows = np.concatenate([clip.images(PICTURES), clip.texts(TEXTS)])
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    few, many = clip.texts(["12 cells", "21 cells"])
    assert float(few @ many) < 1 - 1e-4


def test_an_unreadable_image_is_a_row_of_nan_and_leaves_the_others_alone(
    clip: OpenClipEncoder,
) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    rows = clip.images([png(), b"", png()[:60], bomb.getvalue(), png(48)])
    assert np.isnan(rows[1:4]).all()
    assert np.allclose(rows[[0, 4]], clip.images([png(), png(48)]), atol=1e-5)
    assert np.isnan(clip.images([b"no image"])).all()


def test_neither_order_nor_batches_nor_repeats_change_a_row(clip: OpenClipEncoder) -> None:
    one = open_clip_encoder(device="cpu", batch_size=1)
    images, texts = clip.images(PICTURES), clip.texts(TEXTS)
    assert np.allclose(images, one.images(PICTURES), atol=1e-5)
    assert np.allclose(texts, one.texts(TEXTS), atol=1e-5)
    order = [2, 0, 2, 3, 1, 0]
    assert np.allclose(clip.images([PICTURES[i] for i in order]), images[order], atol=1e-5)
    assert np.allclose(clip.texts([TEXTS[i] for i in order]), texts[order], atol=1e-5)
    assert clip.images([]).shape == clip.texts([]).shape == (0, 128)


def test_every_distinct_input_is_computed_once(
    clip: OpenClipEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[int] = []
    encode = clip.model.encode_image

    def counted(batch: torch.Tensor, **options: bool) -> torch.Tensor:
        computed.append(len(batch))
        result: torch.Tensor = encode(batch, **options)
        return result

    monkeypatch.setattr(clip.model, "encode_image", counted)
    clip.images([png(), png(48), png(), png(), png(48)])
    assert computed == [2]


def test_columns_of_padding_are_left_out_where_this_changes_nothing(clip: OpenClipEncoder) -> None:
    tokens = clip.tokenize(TEXTS[:2])
    assert tokens.shape[1] == 160
    with torch.inference_mode():
        whole = clip.model.encode_text(tokens, normalize=True)
        assert torch.allclose(encode_text(clip.model, tokens), whole, atol=1e-5)


def test_the_bundled_model_is_one_that_open_clip_opens_alone() -> None:
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{WEIGHTS / 'clip'}")
    assert not model.training or model.eval()
    assert preprocess(Image.new("RGB", (520, 256))).shape == (3, 128, 128)


@pytest.mark.parametrize("inside", ["", "clip"])
def test_a_local_folder_is_named_without_its_path(
    clip: OpenClipEncoder, tmp_path: Path, inside: str
) -> None:
    folder = tmp_path / "my-weights"
    shutil.copytree(WEIGHTS / "clip", folder / "clip")
    found = open_clip_encoder(str(folder / inside), device="cpu")
    assert found.name == "my-weights"
    assert found.revision == clip.revision
    assert np.allclose(found.texts(TEXTS), clip.texts(TEXTS), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("phantom-large", "no image-text encoder that is known"),
        ("ViT-B-32/no-such-tag", "no-such-tag"),
        ("hf-hub:no-such-organisation/no-such-model", "need the network once"),
    ],
)
def test_an_encoder_that_is_not_there_is_one_line_that_says_what_to_do(
    offline: None, name: str, says: str
) -> None:
    with pytest.raises(EncoderError) as caught:
        open_clip_encoder(name, device="cpu")
    message = str(caught.value)
    assert name in message and says in message and "phantom-tiny" in message
    assert "\n" not in message


def test_a_folder_without_weights_or_of_other_weights_is_refused(tmp_path: Path) -> None:
    shutil.copy(WEIGHTS / "clip/open_clip_config.json", tmp_path)
    with pytest.raises(EncoderError, match="image-text encoder"):
        open_clip_encoder(str(tmp_path))
    shutil.copytree(WEIGHTS / "clip", tmp_path / "other")
    config = json.loads((tmp_path / "other/open_clip_config.json").read_text())
    config["model_cfg"]["embed_dim"] = 64
    (tmp_path / "other/open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(EncoderError, match="image-text encoder"):
        open_clip_encoder(str(tmp_path / "other"))


def test_a_device_that_is_not_there_and_an_empty_batch_are_refused() -> None:
    with pytest.raises(EncoderError, match="'abacus'"):
        open_clip_encoder(device="abacus")
    with pytest.raises(EncoderError, match="batch_size is 0"):
        open_clip_encoder(batch_size=0)
