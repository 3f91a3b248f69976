"""The tables of stage 2, and how typed records become Arrow tables.

Every row of a table is one question-answer pair, in the order of the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class QA:
    """What stage 2 needs to know of a question-answer pair."""

    qa_id: Annotated[str, "identifier, unique within the table"]
    figure_id: Annotated[str, "figure that the question is about; its other questions are siblings"]
    caption: Annotated[str, "caption of the figure"]
    question: Annotated[str, "question"]
    answer: Annotated[str, "answer"]
    statement: Annotated[str, "question and answer as one declarative sentence; may be empty"]


@dataclass(frozen=True, slots=True)
class Signals:
    """How a question-answer pair agrees with its caption and image, before any ranking."""

    qa_id: Annotated[str, "identifier of the question-answer pair"]
    signal_grounding: Annotated[
        float | None, "share of the named things of the pair that the caption names too, 0-1"
    ]
    signal_answer: Annotated[
        float | None, "share of the answer's content words found in the caption, 0-1"
    ]
    signal_overlap: Annotated[
        float | None,
        "share of the statement's content words in its two best caption sentences, 0-1",
    ]
    signal_specificity: Annotated[
        float | None, "how much the answer says that the question does not already say, 0-1"
    ]
    signal_binding: Annotated[
        float | None,
        "how much better what the pair names fits there than other things of its type in the "
        "caption, 0-1; empty where there is nothing to confuse",
    ]
    contradiction: Annotated[
        str, "plain contradiction of the caption in words; empty where there is none"
    ]
    score: Annotated[float, "consistency, 0-1, higher is more consistent; see `scorer`"]
    signal_image_caption: Annotated[
        float | None, "probability of the caption among others, given the image; CLIP, 0-1"
    ] = None
    signal_image_qa: Annotated[
        float | None, "probability of the answer among others to like questions, given the image"
    ] = None
    signal_caption_qa: Annotated[
        float | None, "probability of the answer among others to like questions, given the caption"
    ] = None
    signal_entailment: Annotated[
        float | None, "probability that the caption entails the statement; NLI, 0-1"
    ] = None
    signal_neutral: Annotated[
        float | None, "probability that the caption leaves the statement open; NLI, 0-1"
    ] = None
    signal_contradiction: Annotated[
        float | None, "probability that the caption contradicts the statement; NLI, 0-1"
    ] = None
    signal_siblings: Annotated[
        float | None, "mean consistency of the other pairs of the figure, by their signals, 0-1"
    ] = None
    weakness: Annotated[
        str, "what counts most against the pair in words; empty where the signals say it"
    ] = ""
    scorer: Annotated[
        str, "what the score is: 'mean of signals', or filter and encoders with their revisions"
    ] = "mean of signals"


WEIGHTS = {
    "signal_grounding": 1.0,
    "signal_answer": 1.0,
    "signal_overlap": 1.0,
    "signal_binding": 3.0,
}
"""Weights of the text signals in the score (`text_signals.compute_consistency`): as much for
whether the caption has it at all, three ways, as for whether it has it there. Specificity says
nothing of consistency and has none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a question-answer pair is kept, and why."""

    qa_id: Annotated[str, "identifier of the question-answer pair"]
    gated: Annotated[bool, "dropped by the contradiction gate, whatever the score"]
    rank: Annotated[float, "share of all pairs that are less consistent than this one, 0-1"]
    keep: Annotated[bool, "kept for stage 3"]
    reason: Annotated[str, "the decision in words"]


@dataclass(frozen=True, slots=True)
class PairTable:
    """Pairs with all that belongs to them.

    `images` names each row's image in `files`, '' for none; `groups` names the group (article)
    that holds a row's figure, and no figure is in two.
    """

    rows: Sequence[QA]
    images: Sequence[str]
    groups: Sequence[str]
    files: Mapping[str, bytes]

    def number_groups(self) -> npt.NDArray[np.int64]:
        """Groups as numbers from 0, in order of appearance."""
        places = {name: i for i, name in enumerate(dict.fromkeys(self.groups))}
        return np.array([places[name] for name in self.groups], dtype=np.int64)


Record = TypeVar("Record")

IMAGE_TYPE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
Image = Annotated[Mapping[str, Any], IMAGE_TYPE]
"""Encoded image file as `datasets` stores it: `{"bytes": ..., "path": file name}`."""

_SCALARS = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
}


def _arrow_type(hint: Any) -> tuple[pa.DataType, bool]:
    """Arrow type of an annotation, and whether it admits None."""
    origin = get_origin(hint)
    if origin is Annotated:
        base, *extras = get_args(hint)
        explicit = next((e for e in extras if isinstance(e, pa.DataType)), None)
        return (explicit, False) if explicit is not None else _arrow_type(base)
    if origin in (Union, UnionType):
        members = [m for m in get_args(hint) if m is not NoneType]
        return _arrow_type(members[0])[0], True
    if origin is list:
        return pa.list_(_arrow_type(get_args(hint)[0])[0]), False
    return _SCALARS[hint], False


@cache
def arrow_schema(record: type) -> pa.Schema:
    """Arrow schema of a dataclass whose fields read `Annotated[type, "description"]`.

    The description becomes the field's metadata under the key `description`.
    Raises KeyError for a field type that has no Arrow counterpart.
    """
    hints = get_type_hints(record, include_extras=True)
    columns = []
    for field in fields(record):
        hint = hints[field.name]
        kind, nullable = _arrow_type(hint)
        text = next((e for e in get_args(hint)[1:] if isinstance(e, str)), "")
        columns.append(pa.field(field.name, kind, nullable, {"description": text}))
    return pa.schema(columns)


def to_table(record: type, rows: Iterable[Any]) -> pa.Table:
    """Table of records, columns and order as in `arrow_schema(record)`."""
    rows = list(rows)
    schema = arrow_schema(record)
    columns = [pa.array([getattr(r, f.name) for r in rows], f.type) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def from_table(record: type[Record], table: pa.Table) -> list[Record]:
    """Records of a table that `to_table` made; further columns are ignored."""
    names = [f.name for f in fields(record)]  # type: ignore[arg-type]  # any dataclass
    return [record(**row) for row in table.select(names).to_pylist()]
