"""The same scores on a GPU where there is one: the graph to the last bits, encoders, which run in
mixed precision there, to two digits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from benchmarks.support.pools import phantom_pool
from filtering.encoders import open_clip_encoder, open_nli
from filtering.encoders.clip import OpenClipEncoder as OpenClip
from filtering.encoders.protocols import Encoders
from filtering.graph.edges import build_graph
from filtering.graph.scorer import BUNDLED, open_scorer
from tests.filtering.graph.test_edges import made, model

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def test_the_graph_scores_alike() -> None:
    rows, graph = made(), model()
    fixed = torch.zeros(len(rows.features))
    with torch.inference_mode():
        here, _ = graph(build_graph(rows), fixed)
        there, _ = graph.cuda()(build_graph(rows).to("cuda"), fixed.cuda())
    np.testing.assert_allclose(there.cpu().numpy(), here.numpy(), atol=1e-5)


def test_the_bundled_filter_scores_alike_and_keeps_the_same() -> None:
    pairs, on_gpu = phantom_pool(77, 40), open_scorer(BUNDLED)
    assert isinstance(on_gpu.encoders.clip, OpenClip)
    assert on_gpu.encoders.clip.device.type == "cuda"
    cpu = Encoders(open_clip_encoder(device="cpu"), open_nli(device="cpu"))
    there = np.array([row.score for row in on_gpu.score(pairs)])
    here = np.array([row.score for row in replace(on_gpu, encoders=cpu).score(pairs)])
    np.testing.assert_allclose(there, here, atol=0.01)
    dropped = len(here) // 4
    same = set(np.argsort(here)[:dropped].tolist()) & set(np.argsort(there)[:dropped].tolist())
    assert len(same) >= 0.95 * dropped
