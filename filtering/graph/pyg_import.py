"""What is used of PyTorch Geometric, imported without the deprecation warnings of its own code."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from torch_geometric.data import HeteroData
    from torch_geometric.nn import GATv2Conv, HeteroConv, SAGEConv
    from torch_geometric.utils import scatter

__all__ = ["GATv2Conv", "HeteroConv", "HeteroData", "SAGEConv", "scatter"]
