"""The ledger: one row per candidate question, and one per figure that has none.

Everything that is published (splits, numbers on the card, the `ledger` config) is read from it.
`Summary` counts its rows: those counts are what the card states and `microvqa-pp show` prints.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from builder.release.schemas import (
    CONTENT,
    FROM_AGENT,
    FROM_CANDIDATE,
    FROM_DECISION,
    FROM_FIGURE,
    FROM_QUESTION,
    FROM_SIGNALS,
    LEDGER_SCHEMA,
    QUARANTINE,
)
from builder.release.splits import Assignment, SplitItem, hash_question
from builder.tables.licenses import allows
from builder.tables.shards import ShardStore

_FIGURE_IN_SPLIT = (
    "figure_id", "article_id", "image_sha256", "image_phash", "caption", "license", "reserved",
)  # fmt: skip
_CANDIDATE_IN_SPLIT = ("candidate_id", "figure_id", "question", "answer")
_QUESTION_IN_SPLIT = ("candidate_id", "question", "answer", "distractors", "problem", "bloom")


def read_split_items(store: ShardStore, shard: str, articles: Mapping[str, str]) -> list[SplitItem]:
    """Kept candidates of a shard whose figures may be redistributed.

    `articles` tells the article that an article_id means, where that is another one.
    """

    def read_by_key(table: str, columns: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        rows = store.read(table, shard, list(columns)).to_pylist()
        return {row[columns[0]]: row for row in rows}

    figures = read_by_key("figures", _FIGURE_IN_SPLIT)
    questions = read_by_key("questions", _QUESTION_IN_SPLIT)
    items = []
    for candidate in read_by_key("candidates", _CANDIDATE_IN_SPLIT).values():
        figure = figures[candidate["figure_id"]]
        question = questions.get(candidate["candidate_id"])
        if question is None or not allows(figure["license"], "redistributable"):
            continue
        # Where no good choices could be made, the question stays free-form, in the words of the
        # candidate.
        text = candidate if question["problem"] else question
        stem, answer = text["question"], text["answer"]
        item = SplitItem(
            candidate_id=candidate["candidate_id"],
            question_id=hash_question(
                figure["image_sha256"], stem, answer, question["distractors"]
            ),
            figure_id=figure["figure_id"],
            article_id=articles.get(figure["article_id"], figure["article_id"]),
            reserved=figure["reserved"],
            phash=figure["image_phash"],
            caption=figure["caption"],
            question=stem,
            answer=answer,
            has_choices=not question["problem"],
            bloom=question["bloom"],
        )
        items.append(item)
    return items


_TABLES = ("candidates", "agent_signals", "signals", "decisions", "questions", "outcomes")
_KEYS = {
    "agent_signals": "candidate_id", "signals": "qa_id", "decisions": "qa_id",
    "questions": "candidate_id", "outcomes": "figure_id",
}  # fmt: skip
_Index = list[int | None]


def make_ledger(store: ShardStore, shard: str, assignments: Mapping[str, Assignment]) -> pa.Table:
    """Ledger rows of a shard, figures in order and each figure's candidates in order.

    Args:
        store: tables of the build.
        shard: name of the shard.
        assignments: where each question went, by candidate_id; a kept candidate that is not in it
            may not be redistributed.

    Returns:
        A table with the columns of LEDGER_SCHEMA.
    """
    tables = {name: store.read(name, shard) for name in _TABLES}
    tables["figures"] = store.read("figures", shard, list(FROM_FIGURE))
    # The tables of the stages have different rows (a dropped candidate has no question), so first
    # say for each ledger row which row of each table belongs to it, then take whole columns.
    index = _LedgerIndex.of(tables)
    columns = {
        **_take_columns(tables["figures"], FROM_FIGURE, index.figure),
        **_take_columns(tables["candidates"], FROM_CANDIDATE, index.candidate),
        **_take_columns(tables["agent_signals"], FROM_AGENT, index.agent_signals),
        **_take_columns(tables["signals"], FROM_SIGNALS, index.signals),
        **_take_columns(tables["decisions"], FROM_DECISION, index.decision),
        **_take_columns(tables["questions"], FROM_QUESTION, index.question),
    }
    # A multiple-choice question may have been worded anew: its words replace the candidate's.
    for name in ("question", "answer"):
        final = _take_columns(tables["questions"], (name,), index.with_choices)[name]
        columns[name] = pc.coalesce(final, columns[name])
    # What no table has is worked out row by row: stage, reason, split and position of the key.
    outcomes = list(_find_outcomes(tables, index, assignments))
    arrays = [
        columns[f.name]
        if f.name in columns
        else pa.array([outcome.get(f.name) for outcome in outcomes], f.type)
        for f in LEDGER_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=LEDGER_SCHEMA)


@dataclass(frozen=True, slots=True)
class _LedgerIndex:
    """For each row of the ledger, the rows of the shard's tables that it is put together from.

    None where a table has no row for it. `with_choices` is `question` without those that stayed
    free-form.
    """

    figure: _Index
    outcome: _Index
    candidate: _Index
    agent_signals: _Index
    signals: _Index
    decision: _Index
    question: _Index
    with_choices: _Index

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> _LedgerIndex:
        """The rows of a ledger: each figure with each of its candidates, or alone."""
        ids = tables["candidates"]["candidate_id"].to_pylist()
        of_figure: dict[str, _Index] = defaultdict(list)
        for row, figure in enumerate(tables["candidates"]["figure_id"].to_pylist()):
            of_figure[figure].append(row)
        figures = tables["figures"]["figure_id"].to_pylist()
        pairs = [
            (number, row)
            for number, name in enumerate(figures)
            for row in of_figure.get(name) or [None]
        ]
        by_key = {
            name: {value: row for row, value in enumerate(tables[name][key].to_pylist())}
            for name, key in _KEYS.items()
        }
        keys = ["" if row is None else ids[row] for _, row in pairs]
        question = [by_key["questions"].get(key) for key in keys]
        problems = tables["questions"]["problem"].to_pylist()
        return cls(
            figure=[number for number, _ in pairs],
            outcome=[by_key["outcomes"][figures[number]] for number, _ in pairs],
            candidate=[row for _, row in pairs],
            agent_signals=[by_key["agent_signals"].get(key) for key in keys],
            signals=[by_key["signals"].get(key) for key in keys],
            decision=[by_key["decisions"].get(key) for key in keys],
            question=question,
            with_choices=[None if q is None or problems[q] else q for q in question],
        )


def _take_columns(table: pa.Table, names: tuple[str, ...], rows: _Index) -> dict[str, pa.Array]:
    """Columns of a table at the given rows; null where there is none."""
    present = table.select([n for n in names if n in table.schema.names])
    columns = present.take(pa.array(rows, pa.int64()))
    return {name: columns[name].combine_chunks() for name in columns.schema.names}


def _find_outcomes(
    tables: Mapping[str, pa.Table], index: _LedgerIndex, assignments: Mapping[str, Assignment]
) -> Iterator[dict[str, Any]]:
    """How far each row came, why no further, and where it went."""
    ids = tables["candidates"]["candidate_id"].to_pylist()
    reasons = tables["decisions"]["reason"].to_pylist()
    problems = tables["questions"]["problem"].to_pylist()
    without_candidate = tables["outcomes"]["reason"].to_pylist()
    parts = zip(index.candidate, index.outcome, index.decision, index.question, strict=True)
    for candidate, outcome, decision, question in parts:
        if candidate is None or decision is None:
            yield {"stage": "figure", "reason": without_candidate[outcome or 0]}
        elif question is None:
            yield {"stage": "candidate", "reason": reasons[decision]}
        elif (went := assignments.get(ids[candidate])) is None:
            yield {"stage": "kept", "reason": "its licence does not allow redistribution"}
        elif not went.split:
            yield {"stage": "kept", "reason": went.split_reason, "id": went.question_id}
        else:
            reason, problem = reasons[decision], problems[question]
            yield {
                "stage": "released",
                "reason": f"{reason}; free-form only: {problem}" if problem else reason,
                "id": went.question_id,
                "screening": "unscreened",
                "split": went.split,
                "correct_index": went.correct_index if went.correct_index >= 0 else None,
            }


def make_quarantine_rows(quarantine: pa.Table) -> pa.Table:
    """Ledger rows of inputs that could not be used, for a release that has no others."""
    rows = [
        {
            "stage": QUARANTINE,
            "reason": f"{row['reason']}: {row['location']}",
            "source": row["source"],
            "article_id": row["article_id"] or None,
        }
        for row in quarantine.to_pylist()
    ]
    return pa.Table.from_pylist(rows, LEDGER_SCHEMA)


def withhold_content(ledger: pa.Table) -> pa.Table:
    """Empty the columns of CONTENT for figures that may not be redistributed."""
    free = [allows(name, "redistributable") for name in ledger["license"].to_pylist()]
    if all(free):
        return ledger
    for name in CONTENT:
        index = ledger.schema.get_field_index(name)
        values = [v if ok else None for v, ok in zip(ledger[name].to_pylist(), free, strict=True)]
        field = ledger.schema.field(name)
        ledger = ledger.set_column(index, field, pa.array(values, field.type))
    return ledger


@dataclass(slots=True)
class Summary:
    """Counts over all rows of a ledger, added shard by shard.

    `counts[name]` maps a value to the number of rows; `figures` is a set of ids, `articles` those
    of the multiple-choice questions of each split.
    """

    rows: int = 0
    candidates: int = 0
    gated: int = 0
    kept: int = 0
    figures: set[str] = field(default_factory=set)
    articles: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, ledger: pa.Table) -> None:
        """Count the rows of a ledger table; rows without a figure are counted as quarantine."""
        columns = ledger.select(_COUNTED).to_pylist()
        for row in columns:
            if row["figure_id"] is None:
                continue
            self.rows += 1
            new_figure = row["figure_id"] not in self.figures
            self.figures.add(row["figure_id"])
            for name, value in _list_values(row, new_figure):
                self.counts.setdefault(name, Counter())[value] += 1
            self.candidates += row["candidate_id"] is not None
            self.gated += bool(row["gated"])
            self.kept += bool(row["keep"])
            if row["split"] and row["correct_index"] is not None:
                self.articles.setdefault(row["split"], set()).add(row["article_id"])

    def add_quarantine(self, quarantine: pa.Table) -> None:
        """Count what the sources could not use."""
        self.counts["quarantine"] = Counter(quarantine["reason"].to_pylist())

    def of(self, name: str) -> list[tuple[str, int]]:
        """Values of a count with their numbers, most frequent first, ties by name."""
        counter = self.counts.get(name, Counter())
        return sorted(counter.items(), key=lambda item: (-item[1], item[0]))

    def number(self, name: str, value: str) -> int:
        """How many rows have that value."""
        return self.counts.get(name, Counter())[value]

    @property
    def phantom_only(self) -> bool:
        """Whether no figure is real."""
        return set(self.counts.get("source", ())) == {"phantom"}

    @property
    def has_phantom(self) -> bool:
        """Whether any figure is a phantom."""
        return self.number("source", "phantom") > 0


_COUNTED = [
    "figure_id", "article_id", "candidate_id", "source", "license", "modality", "stage", "reason",
    "gated", "keep", "split", "task", "bloom", "correct_index", "value_type", "screening",
    "scorer",
]  # fmt: skip


def _list_values(row: dict[str, object], new_figure: bool) -> Iterator[tuple[str, str]]:
    """What a ledger row counts as: pairs of the name of a count and a value of it."""
    if new_figure:
        yield from ((name, str(row[name])) for name in ("source", "license", "modality"))
    yield "stage", str(row["stage"])
    yield "reason", generalise_reason(str(row["reason"]))
    # What came to no question, by how far it came.
    if not row["split"]:
        yield f"reason/{row['stage']}", generalise_reason(str(row["reason"]))
    if row["candidate_id"] is not None:
        yield "candidate task", str(row["task"])
        yield "scorer", str(row["scorer"])
    if row["split"] and row["correct_index"] is not None:
        split = str(row["split"])
        yield "split", split
        yield f"task/{split}", str(row["task"])
        yield f"bloom/{split}", str(row["bloom"])
        yield f"position/{split}", str(row["correct_index"])
        yield f"screening/{split}", str(row["screening"])


@lru_cache(maxsize=4096)
def generalise_reason(reason: str) -> str:
    """A reason without its particulars, so that reasons can be counted.

    Keeps the part before the second colon or the first semicolon, numbers and quotes left out.
    """
    head = ": ".join(reason.split(";")[0].split(": ")[:2])
    head = re.sub(r'"[^"]*"|\S*\d\S*', "…", head)
    return re.sub(r"\s+", " ", head).strip()[:90]
