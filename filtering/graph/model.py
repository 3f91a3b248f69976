"""The graph's model: GraphSAGE and GATv2 over HiCQA-Graph, as a bounded correction.

The score of a QA is its anchor, a fixed consistency score, plus a correction from the graph that
cannot exceed a bound: what the model never saw it cannot forget. GraphSAGE: Hamilton et al.,
2017; GATv2: Brody et al., 2022; both from PyTorch Geometric. Layer sizes are ours, MicroVQA++
(arXiv 2511.11407) does not publish its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from filtering.graph.edges import PAIR_FEATURES, RELATIONS
from filtering.graph.pyg_import import GATv2Conv, HeteroConv, HeteroData, SAGEConv, scatter

_PAIRED = frozenset({"sibling", "near"})
_ATTENDS = frozenset({"asks_of", "quotes"})
LEAST_ANCHOR = 0.5
_FIGURE_START, _FIGURE_PACE = -1.0, 5.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of features and sizes of layers; see `HiCQAGraph`."""

    qa: int
    figure: int
    image_pair: int
    caption_pair: int
    width: int
    layers: int
    bound: float
    dropout: float


class EdgeSAGE(nn.Module):
    """GraphSAGE with the mean, whose messages also carry what the edge says, and beside it the
    most that any edge says.

    `forward` takes node features (n, width), edges (2, e) and their features (e, edge).
    """

    def __init__(self, width: int, edge: int) -> None:
        super().__init__()
        self.source = nn.Linear(width, width)
        self.edge = nn.Linear(edge, width, bias=False)
        self.found = nn.Linear(edge, width)
        self.out = nn.Linear(3 * width, width)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        """New features (n, width)."""
        source, target = edge_index
        messages = (self.source(x)[source] + self.edge(edge_attr)).relu()
        told = scatter(messages, target, dim=0, dim_size=len(x), reduce="mean")
        found = self.found(edge_attr).relu()
        most = scatter(found, target, dim=0, dim_size=len(x), reduce="max")
        return torch.as_tensor(self.out(torch.cat([x, told, most], dim=1)))


class Reader(nn.Module):
    """Two layers of message passing over image, caption and QA nodes, and a bounded correction.

    Sizes are those of `HiCQAGraph`. A reader that is `blind` to `hidden` columns of the QAs'
    features, and to the features of image and caption nodes, can take nothing of what these say
    away from the anchor; it adds them with weights that are never negative.
    """

    def __init__(self, sizes: Sizes, hidden: Sequence[int], blind: bool) -> None:
        super().__init__()
        self.bound, self.dropout, self.blind = sizes.bound, sizes.dropout, blind
        width, entering = sizes.width, {"qa": sizes.qa, "image": sizes.figure}
        entering["caption"] = sizes.figure
        shown = torch.ones(sizes.qa)
        shown[list(hidden) if blind else []] = 0
        self.register_buffer("shown", shown, persistent=False)
        self.enter = nn.ModuleDict({n: nn.Linear(size, width) for n, size in entering.items()})
        edges = {"asks_of": sizes.image_pair, "quotes": sizes.caption_pair}
        self.layers = nn.ModuleList(
            HeteroConv({r: _convolution(r[1], edges, width) for r in RELATIONS}, aggr="sum")
            for _ in range(sizes.layers)
        )
        self.norms = nn.ModuleList(
            nn.ModuleDict({name: nn.LayerNorm(width) for name in entering})
            for _ in range(sizes.layers)
        )
        self.correct = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, 1))
        self.match = nn.Linear(2 * width, 1)
        self.weight = nn.Parameter(torch.tensor(1.0))
        self.offset = nn.Parameter(torch.tensor(0.0))
        self.figure = nn.Parameter(torch.full((sizes.figure,), _FIGURE_START / _FIGURE_PACE))

    def forward(self, data: HeteroData, anchor: Tensor) -> tuple[Tensor, Tensor]:
        """Log odds (n,) and match (f,), as `HiCQAGraph.forward` tells them."""
        together = data["image"].x
        hubs = torch.zeros_like(together) if self.blind else together
        features = {"qa": data["qa"].x * self.shown, "image": hubs, "caption": hubs}
        nodes = {n: layer(self._dropped(features[n])).relu() for n, layer in self.enter.items()}
        edges = {r: self._thinned(r, data) for r in RELATIONS}
        index = {r: e for r, (e, _) in edges.items()}
        attributes = {r: a for r, (_, a) in edges.items() if r[1] in _ATTENDS | _PAIRED}
        first = nodes["qa"]
        for layer, norm in zip(self.layers, self._norms(), strict=True):
            found = layer(nodes, index, edge_attr_dict=attributes)
            nodes = {name: norm[name](x + found[name].relu()) for name, x in nodes.items()}
        change = self.correct(torch.cat([first, nodes["qa"]], dim=1)).squeeze(1)
        matched = self.match(torch.cat([nodes["image"], nodes["caption"]], dim=1)).squeeze(1)
        odds = self.weight.clamp(min=LEAST_ANCHOR) * anchor + self.bound * torch.tanh(change)
        if self.blind:
            fit = together @ nn.functional.softplus(_FIGURE_PACE * self.figure)
            figure, row = index["image", "shows", "qa"]
            odds = odds + fit[figure[torch.argsort(row)]]
        return odds + self.offset, matched

    def _norms(self) -> list[dict[str, nn.Module]]:
        return [dict(norms.named_children()) for norms in self.norms]

    def _dropped(self, features: Tensor) -> Tensor:
        """Features with some of them hidden, while training."""
        if not self.training or not self.dropout:
            return features
        return features * (torch.rand_like(features) >= self.dropout)

    def _thinned(self, relation: tuple[str, str, str], data: HeteroData) -> tuple[Tensor, Tensor]:
        """Edges of a relation; between QAs some of them are left out while training."""
        index, attributes = data[relation].edge_index, data[relation].edge_attr
        if not self.training or not self.dropout or relation[1] not in _PAIRED:
            return index, attributes
        kept = torch.rand(index.shape[1], device=index.device) >= self.dropout
        return index[:, kept], attributes[kept]


class HiCQAGraph(nn.Module, PyTorchModelHubMixin):
    """The mean of two readers, one of which does not see how image and caption fit each other.

    What one learns to leave out of the anchor because it was of no use in training, the other
    keeps. `qa`, `figure`, `image_pair` and `caption_pair` are the numbers of features of QA nodes,
    of image and caption nodes, and of image-QA and caption-QA edges; `hidden` are the columns of
    the QAs' features that tell of image and caption together. Deterministic on a CPU.
    """

    def __init__(
        self,
        qa: int,
        figure: int,
        image_pair: int,
        caption_pair: int,
        width: int = 48,
        layers: int = 2,
        bound: float = 2.0,
        dropout: float = 0.3,
        hidden: Sequence[int] = (),
    ) -> None:
        super().__init__()
        sizes = Sizes(qa, figure, image_pair, caption_pair, width, layers, bound, dropout)
        self.bound = bound
        self.readers = nn.ModuleList(Reader(sizes, hidden, blind) for blind in (False, True))

    def read(self, data: HeteroData, anchor: Tensor) -> list[tuple[Tensor, Tensor]]:
        """What each reader makes of the graph."""
        return [reader(data, anchor) for reader in self.readers]

    def forward(self, data: HeteroData, anchor: Tensor) -> tuple[Tensor, Tensor]:
        """Log odds of consistency of each QA, shape (n,), and of each figure's image and caption
        belonging together, shape (f,). `anchor` is the fixed score of each QA."""
        odds, matched = zip(*self.read(data, anchor), strict=True)
        return torch.stack(odds).mean(dim=0), torch.stack(matched).mean(dim=0)


def _convolution(name: str, edges: dict[str, int], width: int) -> Any:
    """GATv2 from QAs to their hubs, GraphSAGE elsewhere: one hub sends to each QA."""
    if name in _ATTENDS:
        return GATv2Conv((width, width), width, edge_dim=edges[name], add_self_loops=False)
    if name in _PAIRED:
        return EdgeSAGE(width, PAIR_FEATURES)
    return SAGEConv((width, width), width)
