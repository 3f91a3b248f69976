"""What a template is."""

from __future__ import annotations

from dataclasses import dataclass

from builder.tables.records import Task


@dataclass(frozen=True, slots=True)
class Template:
    """How a fact becomes a question.

    `rank` orders attributes when a figure has many. `per_figure` and `per_article` limit how
    often an attribute is asked for.
    """

    task: Task
    stems: tuple[str, ...]
    statement: str
    rank: int = 5
    finer: tuple[str, ...] = ()
    per_figure: int = 2
    per_article: int = 100
