"""HiCQA-Graph with all that it needs to score a table: reference, anchor, graph, calibration.

What has to be known of other pairs is in the reference sample, so the score of a row depends on
the row, its figure and its group (article), and on nothing else of the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_model
from threadpoolctl import threadpool_limits

from filtering.encoders.pair_encoding import Bank, Encoded
from filtering.encoders.protocols import Floats
from filtering.graph.channels import (
    Anchor,
    Centre,
    Scale,
    compute_encoder_channels,
    orient_channels,
    take_text_channels,
)
from filtering.graph.edges import Rows, build_graph, select_rows, split_batches
from filtering.graph.model import HiCQAGraph
from filtering.records import Signals

_LOCK = RLock()


@contextmanager
def use_one_thread() -> Iterator[None]:
    """Holds linear algebra to one thread: the last bits of a product depend on their number.

    One caller at a time, as the limit holds for the whole process. Also a decorator.
    """
    with _LOCK, threadpool_limits(limits=1):
        yield


_CONFIG, _REFERENCE, _GRAPH = "filter.json", "reference.safetensors", "graph"
BATCH = 4096


class FilterConfig(BaseModel):
    """What a fitted filter is. `clip` and `nli` are empty where it reads text only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "1"
    clip: str = ""
    clip_revision: str = ""
    nli: str = ""
    nli_revision: str = ""
    anchor: Anchor = "normalised"
    slope: float = 1.0
    offset: float = 0.0
    families: tuple[str, ...] = ()
    labels: str = ""
    rows: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """The sample that rows are compared with."""

    centre: Centre
    scale: Scale
    bank: Bank


@dataclass(frozen=True, slots=True)
class HiCQAFilter:
    """Scores pairs; `save` and `load` keep it in a folder of safetensors and JSON.

    `graph` is None for a pool that was too small to fit one.
    """

    config: FilterConfig
    reference: Reference
    graph: HiCQAGraph | None

    def compute_log_odds(self, rows: Rows, fixed: Floats, size: int = BATCH) -> Floats:
        """Log odds of consistency, before calibration.

        Args:
            rows: what the graph is made of.
            fixed: the anchor of each row.
            size: rows a batch, of whole groups; changes memory, not the result.

        Shape:
            `fixed` (n,); returns (n,).

        Raises:
            ValueError: without a graph.
        """
        if self.graph is None:
            raise ValueError("a filter that was not fitted has no log odds")
        found = np.zeros(len(fixed), dtype=np.float32)
        self.graph.eval()
        device = next(self.graph.parameters()).device
        with torch.inference_mode():
            for part in split_batches(rows.group, size):
                data = build_graph(select_rows(rows, part)).to(device)
                odds, _ = self.graph(data, torch.from_numpy(fixed[part]).to(device))
                found[part] = odds.cpu().numpy()
        return found

    def compute_probabilities(self, rows: Rows, fixed: Floats, size: int = BATCH) -> Floats:
        """Probability that a pair is consistent: 1 / (1 + exp(-(slope * odds + offset))), as Platt
        (1999) calibrates scores; shape (n,), 0-1."""
        odds = self.config.slope * self.compute_log_odds(rows, fixed, size) + self.config.offset
        return (1 / (1 + np.exp(-odds.astype(np.float64)))).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the filter into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.graph is not None:
            self.graph.save_pretrained(folder / _GRAPH)
        centre, scale, bank = self.reference.centre, self.reference.scale, self.reference.bank
        tensors: dict[str, npt.NDArray[Any]] = {
            "centre.image": centre.image,
            "centre.caption": centre.caption,
            "centre.statement": centre.statement,
            "centre.captions": centre.captions,
            "scale.mean": scale.mean,
            "scale.deviation": scale.deviation,
            "scale.rows": scale.rows,
            "scale.questions": scale.questions,
        }
        save_file(tensors, folder / _REFERENCE)
        told = self.config.model_dump() | {
            "answers": list(bank.answers),
            "figures": list(scale.figures),
        }
        text = json.dumps(told, ensure_ascii=False, indent=1)
        (folder / _CONFIG).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> HiCQAFilter:
        """Read a filter. Raises OSError for a folder that does not hold one."""
        told = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        answers, figures = told.pop("answers"), tuple(told.pop("figures"))
        tensors = {k: v.astype(np.float32) for k, v in load_file(folder / _REFERENCE).items()}
        centre = Centre(**_select_tensors(tensors, "centre"))
        scale = Scale(**_select_tensors(tensors, "scale"), figures=figures)
        bank = Bank(scale.questions, answers, figures)
        graph = _read_graph(folder / _GRAPH) if (folder / _GRAPH).is_dir() else None
        return cls(FilterConfig(**told), Reference(centre, scale, bank), graph)


def _read_graph(folder: Path) -> HiCQAGraph:
    """What `save_pretrained` wrote; read here because the mixin prints as it loads."""
    graph = HiCQAGraph(**json.loads((folder / "config.json").read_text(encoding="utf-8")))
    load_model(graph, folder / "model.safetensors")
    return graph.eval()


def _select_tensors(tensors: dict[str, Floats], name: str) -> dict[str, Any]:
    """The tensors under a name, without it."""
    return {k.partition(".")[2]: v for k, v in tensors.items() if k.startswith(f"{name}.")}


def compute_channels(encoded: Encoded, signals: Sequence[Signals] | None, centre: Centre) -> Floats:
    """All channels, more is more consistent; shape (n, c), NaN where one does not apply."""
    both = [
        compute_encoder_channels(encoded, centre),
        take_text_channels(signals, len(encoded.figure)),
    ]
    return orient_channels(np.concatenate(both, axis=1))
