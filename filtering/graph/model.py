"""The graph's model: GraphSAGE and GATv2 over HiCQA-Graph, as a bounded correction.

The score of a QA is its anchor, a fixed consistency score, plus a correction from the graph that
cannot exceed a bound: what the model never saw it cannot forget. GraphSAGE: Hamilton et al.,
2017; GATv2: Brody et al., 2022; both from PyTorch Geometric. Layer sizes are ours, MicroVQA++
(arXiv 2511.11407) does not publish its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from filtering.graph.edges import PAIR_FEATURES, RELATIONS

with warnings.catch_warnings():  # PyTorch Geometric warns of deprecations in its own code
    warnings.simplefilter("ignore")
    from torch_geometric.data import HeteroData
    from torch_geometric.nn import GATv2Conv, HeteroConv, SAGEConv
    from torch_geometric.utils import scatter

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
    """GraphSAGE (Hamilton et al., 2017) with features on its edges.

    For a node i with neighbours j and edge features e_ij:

        mean_i = mean over j of relu(W_source x_j + W_edge e_ij)
        most_i = max over j of relu(W_found e_ij)
        x'_i   = W_out [x_i, mean_i, most_i]

    The mean is GraphSAGE's own aggregation. The maximum is ours: one neighbour that says the
    answer in other words is enough, and a mean over twelve siblings would hide it.

    Args:
        width: features of a node.
        edge: features of an edge.
    """

    def __init__(self, width: int, edge: int) -> None:
        super().__init__()
        self.source = nn.Linear(width, width)
        self.edge = nn.Linear(edge, width, bias=False)
        self.found = nn.Linear(edge, width)
        self.out = nn.Linear(3 * width, width)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        """New features of the nodes.

        Shape:
            `x` (n, width), `edge_index` (2, e), `edge_attr` (e, edge); returns (n, width).
        """
        source, target = edge_index
        messages = (self.source(x)[source] + self.edge(edge_attr)).relu()
        mean = scatter(messages, target, dim=0, dim_size=len(x), reduce="mean")
        most = scatter(self.found(edge_attr).relu(), target, dim=0, dim_size=len(x), reduce="max")
        return torch.as_tensor(self.out(torch.cat([x, mean, most], dim=1)))


class Reader(nn.Module):
    """Two layers of message passing over image, caption and QA nodes, and a bounded correction.

    The log odds of QA i, with anchor a_i and c_i = MLP([x_i before, x_i after message passing]):

        odds_i = max(w, 0.5) * a_i + bound * tanh(c_i) + b

    A reader that is `blind` does not see how image and caption fit each other: not the `hidden`
    columns of the QAs' features, nor those of image and caption nodes. It can therefore take
    nothing of what these say away from the anchor. It adds them instead, with weights that are
    never negative: + f_i . softplus(5 v), f_i the features of the QA's figure.

    Args:
        sizes: as `HiCQAGraph` describes them.
        hidden: columns of the QAs' features that tell of image and caption together.
        blind: whether this reader goes without them.
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
        """Log odds (n,) and match (f,), as `HiCQAGraph.forward` describes them."""
        # What nodes carry as they enter, all on one width.
        together = data["image"].x
        hubs = torch.zeros_like(together) if self.blind else together
        features = {"qa": data["qa"].x * self.shown, "image": hubs, "caption": hubs}
        nodes = {n: layer(self._dropped(features[n])).relu() for n, layer in self.enter.items()}
        # Messages along all relations, summed a node, with a residual and a norm a layer.
        edges = {r: self._thinned(r, data) for r in RELATIONS}
        index = {r: e for r, (e, _) in edges.items()}
        attributes = {r: a for r, (_, a) in edges.items() if r[1] in _ATTENDS | _PAIRED}
        first = nodes["qa"]
        for layer, norm in zip(self.layers, self._norms(), strict=True):
            messages = layer(nodes, index, edge_attr_dict=attributes)
            nodes = {name: norm[name](x + messages[name].relu()) for name, x in nodes.items()}
        # What the graph makes of it: a bounded change of the anchor, and a match a figure.
        change = self.correct(torch.cat([first, nodes["qa"]], dim=1)).squeeze(1)
        matched = self.match(torch.cat([nodes["image"], nodes["caption"]], dim=1)).squeeze(1)
        odds = self.weight.clamp(min=LEAST_ANCHOR) * anchor + self.bound * torch.tanh(change)
        # What was hidden comes back as a sum that can only raise or lower with it. Edges are in
        # the order of the figures; argsort puts them in the order of the QAs.
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
    keeps. Deterministic on a CPU with one thread.

    Args:
        qa: features of a QA node.
        figure: features of an image or caption node.
        image_pair: features of an edge between image and QA.
        caption_pair: features of an edge between caption and QA.
        width: features of every node inside.
        layers: rounds of message passing.
        bound: the most by which the graph changes the anchor, in log odds.
        dropout: share of features, and of edges between QAs, that are hidden while training.
        hidden: columns of the QAs' features that tell of image and caption together.
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
        """What the graph makes of each QA and of each figure.

        Args:
            data: the graph, as `edges.build_graph` makes it.
            anchor: the fixed consistency score of each QA, as `channels.compute_anchor` gives it.

        Shape:
            `anchor` (n,); returns log odds of consistency (n,), and log odds that a figure's
            image and caption belong together (f,).
        """
        odds, matched = zip(*self.read(data, anchor), strict=True)
        return torch.stack(odds).mean(dim=0), torch.stack(matched).mean(dim=0)


def _convolution(name: str, edges: dict[str, int], width: int) -> Any:
    """GATv2 from QAs to their hubs, GraphSAGE elsewhere: one hub sends to each QA."""
    if name in _ATTENDS:
        return GATv2Conv((width, width), width, edge_dim=edges[name], add_self_loops=False)
    if name in _PAIRED:
        return EdgeSAGE(width, PAIR_FEATURES)
    return SAGEConv((width, width), width)
