"""HiCQA-Graph: images, captions and question-answer pairs as a heterogeneous graph.

Nodes are images, captions and QAs. Image-caption, image-QA and caption-QA edges carry the signals
between the two; QA-QA edges join siblings (QAs of one figure) and the nearest questions of other
figures within the same group, an article where it is known. No edge leaves a group, so a batch of
whole groups gives what the whole graph gives. Which edges MicroVQA++ has is not published
(arXiv 2511.11407 names node types and relations only): these are ours.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from filtering.encoders.protocols import Floats
from filtering.records import QA
from filtering.text.words import plain_words

with warnings.catch_warnings():  # PyTorch Geometric warns of deprecations in its own code
    warnings.simplefilter("ignore")
    from torch_geometric.data import HeteroData

Indices = npt.NDArray[np.int64]
NEAR = 8
_SIBLINGS = 12
_MOST_IN_BLOCK = 512
RELATIONS = (
    ("image", "shows", "qa"),
    ("caption", "states", "qa"),
    ("qa", "asks_of", "image"),
    ("qa", "quotes", "caption"),
    ("image", "has", "caption"),
    ("caption", "describes", "image"),
    ("qa", "sibling", "qa"),
    ("qa", "near", "qa"),
)
PAIR_FEATURES = 7
Words = npt.NDArray[np.uint64]
_PIECES, _BITS = 16, 64


@dataclass(frozen=True, slots=True)
class Rows:
    """What the graph is made of, for n QAs of f figures.

    Shape:
        features: (n, c), the QAs' channels, 0 where missing.
        image_pairs: (n, e1), channels between image and QA.
        caption_pairs: (n, e2), channels between caption and QA.
        figures: (f, g), channels between image and caption.
        figure, group: (n,), the figure and the group (article) of each QA.
        questions, statements: (n, dim), unit rows.
        words: (n, 2, 16), as `collect_words` gives them.
    """

    features: Floats
    image_pairs: Floats
    caption_pairs: Floats
    figures: Floats
    figure: Indices
    group: Indices
    questions: Floats
    statements: Floats
    words: Words


def _ordered_pairs(members: Indices, most: int) -> tuple[Indices, Indices]:
    """All ordered pairs of a set, each member with at most `most` that follow it in a ring."""
    n = len(members)
    steps = np.arange(1, min(n - 1, most) + 1)
    target = np.repeat(np.arange(n), len(steps))
    source = (target + np.tile(steps, n)) % n
    return members[source], members[target]


def find_sibling_edges(figure: Indices) -> Indices:
    """Edges (2, e) between the QAs of each figure, at most 12 into each."""
    order = np.argsort(figure, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(figure[order])) + 1)
    pairs = [_ordered_pairs(part, _SIBLINGS) for part in parts if len(part) > 1]
    if not pairs:
        return np.zeros((2, 0), dtype=np.int64)
    return np.stack([np.concatenate(side) for side in zip(*pairs, strict=True)])


def find_near_edges(
    questions: Floats, figure: Indices, group: Indices, count: int = NEAR
) -> Indices:
    """Edges (2, e) from the `count` most similar questions of other figures of the same group.

    Groups are searched in blocks of at most 512 QAs in their order, so that time stays linear.
    """
    sources, targets = [], []
    order = np.argsort(group, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        for start in range(0, len(part), _MOST_IN_BLOCK):
            block = part[start : start + _MOST_IN_BLOCK]
            if len(np.unique(figure[block])) < 2:
                continue
            similar = (questions[block] @ questions[block].T).round(5)
            similar[figure[block][:, None] == figure[block][None, :]] = -np.inf
            best = np.argsort(-similar, axis=1, kind="stable")[:, :count]
            real = np.isfinite(np.take_along_axis(similar, best, axis=1))
            rows, places = np.nonzero(real)
            sources.append(block[best[rows, places]])
            targets.append(block[rows])
    if not sources:
        return np.zeros((2, 0), dtype=np.int64)
    return np.stack([np.concatenate(sources), np.concatenate(targets)])


def _pair_features(edges: Indices, rows: Rows) -> Floats:
    """Features (e, 7) of an edge from QA j to QA i, with question q, statement s, answer words A
    and all words of the pair W:

        q_j.q_i,  s_j.s_i,  s_j.s_i - q_j.q_i,
        |A_i & W_j| / |A_i|,  |A_j & W_i| / |A_j|,  and whether each of the two is 1
    """
    source, target = edges
    asked = np.einsum("ed,ed->e", rows.questions[source], rows.questions[target])
    said = np.einsum("ed,ed->e", rows.statements[source], rows.statements[target])
    told = share_words(rows.words[target, 0], rows.words[source, 1])
    tells = share_words(rows.words[source, 0], rows.words[target, 1])
    whole = [told == 1, tells == 1]
    return np.stack([asked, said, said - asked, told, tells, *whole], axis=1).astype(np.float32)


def shuffle_sources(edges: Indices, rng: np.random.Generator) -> Indices:
    """The same targets with their sources permuted: edges that mean nothing."""
    return np.stack([rng.permutation(edges[0]), edges[1]])


def build_graph(rows: Rows, shuffle: np.random.Generator | None = None) -> HeteroData:
    """The graph of some rows.

    Args:
        rows: whole groups, so that no edge is missing.
        shuffle: joins QAs and figures at random, as a control: edges that mean nothing.
    """
    n, f = len(rows.features), len(rows.figures)
    figure = rows.figure if shuffle is None else shuffle.permutation(rows.figure)
    siblings = find_sibling_edges(figure)
    near = find_near_edges(rows.questions, rows.figure, rows.group)
    if shuffle is not None:
        near = shuffle_sources(near, shuffle)
    data = HeteroData()
    data["qa"].x = torch.from_numpy(rows.features)
    data["image"].x = data["caption"].x = torch.from_numpy(rows.figures)
    own = np.arange(n, dtype=np.int64)
    hubs = np.arange(f, dtype=np.int64)
    edges = (
        (np.stack([figure, own]), rows.image_pairs),
        (np.stack([figure, own]), rows.caption_pairs),
        (np.stack([own, figure]), rows.image_pairs),
        (np.stack([own, figure]), rows.caption_pairs),
        (np.stack([hubs, hubs]), rows.figures),
        (np.stack([hubs, hubs]), rows.figures),
        (siblings, _pair_features(siblings, rows)),
        (near, _pair_features(near, rows)),
    )
    for relation, (index, attributes) in zip(RELATIONS, edges, strict=True):
        data[relation].edge_index = torch.from_numpy(np.ascontiguousarray(index))
        data[relation].edge_attr = torch.from_numpy(np.ascontiguousarray(attributes))
    return data


def split_batches(group: Indices, size: int) -> Iterator[Indices]:
    """Rows in batches of whole groups, closed when they hold `size` rows or more."""
    order = np.argsort(group, kind="stable")
    held: list[Indices] = []
    count = 0
    for part in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        held.append(part)
        count += len(part)
        if count >= size:
            yield np.concatenate(held)
            held, count = [], 0
    if held and count:
        yield np.concatenate(held)


def select_rows(rows: Rows, which: Indices) -> Rows:
    """Some of the rows with their figures, numbered anew."""
    kept, figure = np.unique(rows.figure[which], return_inverse=True)
    return Rows(
        rows.features[which],
        rows.image_pairs[which],
        rows.caption_pairs[which],
        rows.figures[kept],
        figure.astype(np.int64),
        rows.group[which],
        rows.questions[which],
        rows.statements[which],
        rows.words[which],
    )


def collect_words(rows: Sequence[QA]) -> Words:
    """Words of each answer and of all that the pair says.

    A text is a set of word stems in 1,024 bits, so that comparing two takes no strings; two
    different words fall on one bit about once in a thousand.

    Shape:
        (n, 2, 16), 64 bits each; the answer first.
    """
    said = [
        (_set(plain_words(qa.answer)), _set(plain_words(f"{qa.question} {qa.answer}")))
        for qa in rows
    ]
    return np.array(said, dtype=np.uint64).reshape(len(rows), 2, _PIECES)


def _set(words: Collection[str]) -> list[int]:
    bits = [0] * _PIECES
    for word in words:
        place = zlib.crc32(word.encode("utf-8", "surrogatepass")) % (_PIECES * _BITS)
        bits[place // _BITS] |= 1 << (place % _BITS)
    return bits


def share_words(words: Words, by: Words) -> npt.NDArray[np.float32]:
    """Share (e,) of the words of each set (e, 16) that are in another one (e, 16); 0 for none."""
    count = np.bitwise_count(words).sum(axis=1)
    both = np.bitwise_count(words & by).sum(axis=1)
    return np.asarray(both / np.maximum(count, 1), dtype=np.float32)
