"""The graph: which edges there are, and that a batch of whole groups gives what the whole gives."""

from __future__ import annotations

import numpy as np
import torch

from filtering.graph.edges import (
    Rows,
    build_graph,
    find_near_edges,
    find_sibling_edges,
    select_rows,
    split_batches,
)
from filtering.graph.model import HiCQAGraph


def made(rows: int = 60, figures: int = 14, groups: int = 5, seed: int = 0) -> Rows:
    rng = np.random.default_rng(seed)
    figure = np.sort(np.concatenate([np.arange(figures), rng.integers(0, figures, rows - figures)]))
    vectors = rng.normal(size=(2, rows, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return Rows(
        features=rng.normal(size=(rows, 6)).astype(np.float32),
        image_pairs=rng.normal(size=(rows, 2)).astype(np.float32),
        caption_pairs=rng.normal(size=(rows, 3)).astype(np.float32),
        figures=rng.normal(size=(figures, 2)).astype(np.float32),
        figure=figure,
        group=figure % groups,
        questions=vectors[0],
        statements=vectors[1],
        words=rng.integers(0, 2**63, size=(rows, 2, 16)).astype(np.uint64),
    )


def model() -> HiCQAGraph:
    torch.manual_seed(0)
    return HiCQAGraph(6, 2, 2, 3, width=8, bound=1.0).eval()


def scored(rows: Rows, graph: HiCQAGraph) -> np.ndarray:
    with torch.inference_mode():
        odds, _ = graph(build_graph(rows), torch.zeros(len(rows.features)))
    return np.asarray(odds.numpy())


def test_siblings_are_joined_both_ways_and_with_none_but_siblings() -> None:
    edges = find_sibling_edges(np.array([0, 1, 0, 0, 2]))
    assert sorted(zip(*edges.tolist(), strict=True)) == [
        (0, 2), (0, 3), (2, 0), (2, 3), (3, 0), (3, 2),
    ]  # fmt: skip


def test_siblings_of_a_large_figure_are_bounded() -> None:
    edges = find_sibling_edges(np.zeros(500, dtype=np.int64))
    assert edges.shape == (2, 500 * 12)
    assert (edges[0] != edges[1]).all()


def test_near_edges_stay_in_their_group_and_leave_their_figure() -> None:
    rows = made()
    source, target = find_near_edges(rows.questions, rows.figure, rows.group, count=3)
    assert len(source)
    assert (rows.group[source] == rows.group[target]).all()
    assert (rows.figure[source] != rows.figure[target]).all()
    assert np.bincount(target).max() <= 3


def test_near_edges_come_from_the_most_similar_questions() -> None:
    questions = np.array([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]], dtype=np.float32)
    source, target = find_near_edges(questions, np.arange(4), np.zeros(4, dtype=np.int64), count=1)
    assert dict(zip(target.tolist(), source.tolist(), strict=True)) == {0: 1, 1: 0, 2: 1, 3: 2}


def test_batches_hold_whole_groups_and_every_row_once() -> None:
    rows = made()
    parts = list(split_batches(rows.group, 10))
    assert len(parts) > 1
    assert sorted(np.concatenate(parts).tolist()) == list(range(60))
    held = [set(rows.group[part].tolist()) for part in parts]
    assert sum(len(groups) for groups in held) == len(set(rows.group.tolist()))


def test_batches_score_as_the_whole_does() -> None:
    rows, graph = made(), model()
    whole = scored(rows, graph)
    for size in (1, 7, 25):
        found = np.empty_like(whole)
        for part in split_batches(rows.group, size):
            found[part] = scored(select_rows(rows, part), graph)
        np.testing.assert_allclose(found, whole, atol=1e-6)


def test_a_row_does_not_depend_on_other_groups() -> None:
    rows, graph = made(), model()
    changed = rows.features.copy()
    changed[rows.group == 1] += 3
    other = Rows(changed, *(getattr(rows, n) for n in list(Rows.__slots__)[1:]))
    same = rows.group != 1
    np.testing.assert_allclose(scored(other, graph)[same], scored(rows, graph)[same], atol=1e-6)
    assert np.abs(scored(other, graph)[~same] - scored(rows, graph)[~same]).max() > 1e-3


def test_golden_scores() -> None:
    found = scored(made(rows=6, figures=3, groups=2), model())
    np.testing.assert_allclose(found, GOLDEN, atol=1e-4)


def test_the_correction_is_bounded() -> None:
    rows = made()
    rows.features[:] *= 1e3
    rows.figures[:] = 0
    graph = model()
    anchor = torch.linspace(-3, 3, 60)
    with torch.inference_mode():
        odds, _ = graph(build_graph(rows), anchor)
    assert float((odds - anchor).abs().max()) <= graph.bound + 1e-5


def test_one_reader_keeps_what_image_and_caption_say_of_each_other() -> None:
    rows = made()
    other = made()
    other.features[:, 4:] += 1
    other.figures[:] += 1
    torch.manual_seed(0)
    graph = HiCQAGraph(6, 2, 2, 3, width=8, bound=1.0, hidden=[4, 5]).eval()
    with torch.inference_mode():
        before, after = (graph.read(build_graph(r), torch.zeros(60)) for r in (rows, other))
    weights = graph.get_parameter("readers.1.figure")
    gain = torch.nn.functional.softplus(5 * weights).sum()
    torch.testing.assert_close(after[1][0], before[1][0] + gain)
    assert float((after[0][0] - before[0][0]).abs().max()) > 1e-3


GOLDEN = [0.48639, 0.01918, 0.00529, -0.09344, 0.59375, 0.70167]
