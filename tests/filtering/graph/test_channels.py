"""Channels: what centring and local scaling do, and that what is missing stays missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filtering.encoders.pair_encoding import (
    Bank,
    compute_entailment,
    encode_with_models,
    split_windows,
)
from filtering.graph.channels import RAW, Centre, Scale, compute_encoder_channels
from filtering.records import QA, PairTable
from tests.filtering.made_pool import WordClip, WordNli, made_pool


def column(name: str) -> int:
    return RAW.index(name)


def test_centring_is_double_centring_of_the_similarities() -> None:
    encoded = encode_with_models(made_pool(20), WordClip(), WordNli(), None)
    channels = compute_encoder_channels(encoded, Centre.of(encoded))
    similarity = encoded.images @ encoded.captions.T
    centred = (
        similarity
        - similarity.mean(axis=0, keepdims=True)
        - similarity.mean(axis=1, keepdims=True)
        + similarity.mean()
    )
    expected = np.diag(centred)[encoded.figure]
    np.testing.assert_allclose(channels[:, column("image_caption_similarity")], expected, atol=1e-5)


def test_an_answer_is_compared_with_other_answers_to_its_question() -> None:
    pairs = made_pool(20)
    clip = WordClip()
    questions = clip.texts([qa.question for qa in pairs.rows])
    bank = Bank(questions, [qa.answer for qa in pairs.rows], [qa.figure_id for qa in pairs.rows])
    encoded = encode_with_models(pairs, clip, WordNli(), bank)
    channels = compute_encoder_channels(encoded, Centre.of(encoded))
    probability = channels[:, column("image_qa_probability")]
    assert ((probability > 0) & (probability < 1)).all()
    assert (channels[:, column("image_qa_margin")] > 0).mean() > 0.9


def test_a_missing_image_hides_its_channels_and_no_others() -> None:
    pairs = made_pool(8)
    blind = replace(pairs, images=["" if i < 3 else name for i, name in enumerate(pairs.images)])
    encoded = encode_with_models(blind, WordClip(), WordNli(), None)
    channels = compute_encoder_channels(encoded, Centre.of(encoded))
    seen = [column(n) for n in RAW if n.startswith("image") and "similarity" in n]
    assert np.isnan(channels[:3][:, seen]).all()
    assert np.isfinite(channels[3:][:, seen]).all()
    assert np.isfinite(channels[:, column("entailment")]).all()


def test_local_scaling_ignores_the_own_figure_and_needs_neighbours() -> None:
    questions = np.eye(4, dtype=np.float32)[[0] * 10 + [1] * 4]
    values = np.arange(14, dtype=np.float32)[:, None]
    scale = Scale.of(values, questions, tuple(f"f{i}" for i in range(14)))
    near = scale.find_neighbours(questions[:1], ["f0"])
    assert near.hidden[0].sum() == 1
    assert scale.compare_with_neighbours(values[:1], near)[0, 0] == 1.0
    few = Scale.of(values[:5], questions[:5], tuple("abcde"))
    alone = few.find_neighbours(questions[:1], ["a"])
    assert np.isnan(few.compare_with_neighbours(values[:1], alone)).all()
    np.testing.assert_allclose(few.scale_locally(values[:1], alone), few.scale_globally(values[:1]))


def test_long_captions_are_read_in_windows_of_whole_sentences() -> None:
    caption = " ".join(f"Sentence {n} says nothing here." for n in range(40))
    parts = split_windows(caption, WordNli().length, 20)
    assert " ".join(parts) == caption
    assert all(part.endswith(".") and len(part.split()) <= 20 for part in parts)


@pytest.mark.parametrize("place", [0, 39])
def test_the_window_that_speaks_of_it_counts(place: int) -> None:
    told = [f"Sentence {n} says nothing here." for n in range(40)]
    told[place] = "The nuclei were stained with DAPI ."
    qa = QA("q", "f", " ".join(told), "Which stain?", "DAPI", "The nuclei were stained with DAPI .")
    assert compute_entailment([qa], WordNli())[0, 0] > 0.8


def test_no_rows_are_no_error() -> None:
    encoded = encode_with_models(PairTable([], [], [], {}), WordClip(), WordNli(), None)
    assert encoded.statements.shape == (0, 64)
