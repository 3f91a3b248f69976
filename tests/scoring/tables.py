"""Small tables to score."""

from __future__ import annotations

from typing import Any

import numpy as np

Table = dict[str, Any]


def table(rows: int = 12, articles: int = 4, **changed: Any) -> Table:
    """Columns of questions with four options; answers follow the key in two of three rows."""
    order = np.arange(rows)
    correct = (order % 4).tolist()
    columns: Table = {
        "id": [f"q{i}" for i in order],
        "article_id": [f"a{i % articles}" for i in order],
        "task": [("EU", "HG", "EP")[i % 3] for i in order],
        "bloom": [1 + i % 5 for i in order],
        "modality": ["light" if i % 2 else "electron" for i in order],
        "source": ["phantom"] * rows,
        "correct_index": correct,
        "n_options": [4] * rows,
        "index": [c if i % 3 else (c + 1) % 4 for i, c in enumerate(correct)],
    }
    return {**columns, **changed}
