from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from filtering.encoders import EncoderError, NliClassifier, open_nli
from filtering.encoders.nli import find_label_order
from tests.filtering.encoders.conftest import CAPTION, STATEMENTS, TEXTS, WEIGHTS, golden

CAPTIONS = [CAPTION] * len(STATEMENTS)


def test_probabilities_are_those_of_the_bundled_weights(nli: NliClassifier) -> None:
    known = golden()["nli"]
    assert (nli.name, nli.revision, nli.max_tokens) == ("phantom-tiny", known["revision"], 224)
    rows = nli.probabilities(CAPTIONS, STATEMENTS)
    assert np.allclose(rows, known["rows"], atol=1e-3)


def test_a_true_a_false_and_an_untold_statement(nli: NliClassifier) -> None:
    rows = nli.probabilities(CAPTIONS, STATEMENTS)
    assert rows.argmax(axis=1).tolist() == [0, 2, 1]
    assert rows.dtype == np.float32
    assert np.allclose(rows.sum(axis=1), 1, atol=1e-5)


def test_neither_order_nor_batches_nor_repeats_change_a_row(nli: NliClassifier) -> None:
    premises, hypotheses = [*CAPTIONS, *TEXTS], [*STATEMENTS, *reversed(TEXTS)]
    rows = nli.probabilities(premises, hypotheses)
    one = open_nli(device="cpu", batch_size=1)
    assert np.allclose(rows, one.probabilities(premises, hypotheses), atol=1e-5)
    order = [3, 0, 3, 5, 1, 0]
    again = nli.probabilities([premises[i] for i in order], [hypotheses[i] for i in order])
    assert np.allclose(again, rows[order], atol=1e-5)
    assert nli.probabilities([], []).shape == (0, 3)


def test_long_texts_are_cut_and_measured(nli: NliClassifier) -> None:
    assert nli.length("12 cells") == 3
    endless = "cells " * 2000
    assert nli.length(endless) == 2000
    assert np.isfinite(nli.probabilities([endless, "A.", ""], ["A.", endless, ""])).all()


def _relabelled(folder: Path, labels: list[str]) -> Path:
    shutil.copytree(WEIGHTS / "nli", folder)
    file = folder / "config.json"
    config = json.loads(file.read_text())
    config["id2label"] = {str(place): label for place, label in enumerate(labels)}
    config["label2id"] = {label: place for place, label in enumerate(labels)}
    file.write_text(json.dumps(config))
    return folder


def test_the_order_of_labels_is_read_from_the_configuration(
    nli: NliClassifier, tmp_path: Path
) -> None:
    folder = _relabelled(tmp_path / "turned", ["CONTRADICTION", "entailment", "Neutral"])
    found = open_nli(str(folder), device="cpu")
    assert (found.name, found.order) == ("turned", (1, 2, 0))
    rows, turned = (
        nli.probabilities(CAPTIONS, STATEMENTS),
        found.probabilities(CAPTIONS, STATEMENTS),
    )
    assert np.allclose(turned, rows[:, [1, 2, 0]], atol=1e-5)


@pytest.mark.parametrize(
    "labels",
    [["LABEL_0", "LABEL_1", "LABEL_2"], ["entailment", "not_entailment"], ["a", "b", "neutral"]],
)
def test_other_labels_are_refused(labels: list[str], tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="natural language inference") as caught:
        find_label_order("my-model", dict(enumerate(labels)))
    assert labels[0] in str(caught.value)
    folder = _relabelled(tmp_path / "other", ["negative", "neutral", "positive"])
    with pytest.raises(EncoderError, match="has the labels negative, neutral, positive"):
        open_nli(str(folder), device="cpu")


def test_a_model_that_is_not_there_is_one_line_that_says_what_to_do(offline: None) -> None:
    with pytest.raises(EncoderError) as caught:
        open_nli("no-such-organisation/no-such-model", device="cpu")
    message = str(caught.value)
    assert "no-such-organisation/no-such-model" in message and "network once" in message
    assert "\n" not in message
