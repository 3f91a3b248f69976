"""Which questions and figures a benchmark already has: image hashes and question n-grams."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from builder.decontamination.benchmark import Benchmark, BenchmarkRow
from builder.release.splits import SplitItem
from builder.tables.near_duplicates import ImageIndex, cut_shingles, split_words

NGRAM = 8
"""Words in a row that are compared, as in the decontamination of language models' test sets."""

COVERED = 0.5
"""A question may be the benchmark's from this share of its n-grams in one of its questions on."""

LONG = 20
"""Questions of fewer words are stems that many figures share: there the answers must agree too."""


@dataclass(frozen=True, slots=True)
class Match:
    """A question that was left out, and what of a benchmark it met."""

    candidate_id: Annotated[str, "candidate that was left out"]
    figure_id: Annotated[str, "its figure"]
    question: Annotated[str, "its question"]
    answer: Annotated[str, "its answer"]
    kind: Annotated[str, "what agrees: 'image', 'near-duplicate image' or 'question'"]
    amount: Annotated[float, "bits of 256 that differ, or the share of n-grams that agree, 0-1"]
    benchmark: Annotated[str, "name of the benchmark"]
    place: Annotated[str, "its row, 'split:number'"]
    their_question: Annotated[str, "its question; may be empty"]
    their_answer: Annotated[str, "its answer; may be empty"]

    @property
    def reason(self) -> str:
        """Why the question is left out, in words."""
        where = f"{self.benchmark} {self.place}"
        if self.kind == "image":
            return f"excluded: its image is in a benchmark: {where}"
        if self.kind == "question":
            return f"excluded: its question is in a benchmark: {where}, {self.amount:.0%} agree"
        return (
            f"excluded: its image is nearly in a benchmark: {where}, {self.amount:.0f} bits differ"
        )


class Matcher:
    """All rows of the given benchmarks, to be asked for what a question has in common with them."""

    def __init__(self, rows: Iterable[BenchmarkRow]) -> None:
        self._rows = list(rows)
        self._images = ImageIndex(
            (str(number), phash) for number, row in enumerate(self._rows) for phash in row.phashes
        )
        self._questions: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self._rows):
            for gram in cut_shingles(row.question, NGRAM):
                self._questions[gram].append(number)

    def find(self, item: SplitItem) -> Match | None:
        """What a question has in common with a benchmark, images first; None for nothing."""
        if found := self._images.find_nearest(item.phash):
            number, bits = int(found[0]), found[1]
            kind = "near-duplicate image" if bits else "image"
            return self._match(item, kind, bits, self._rows[number])
        share, number = self._closest(item)
        return self._match(item, "question", share, self._rows[number]) if share else None

    def _closest(self, item: SplitItem) -> tuple[float, int]:
        """Largest share of the question's n-grams in one row, and that row; 0 for no match."""
        grams = cut_shingles(item.question, NGRAM)
        shared = Counter(number for gram in grams for number in self._questions.get(gram, ()))
        found = [
            (count / len(grams), -number)
            for number, count in shared.items()
            if count / len(grams) >= COVERED and _same_question(item, self._rows[number])
        ]
        share, number = max(found, default=(0.0, 0))
        return share, -number

    def _match(self, item: SplitItem, kind: str, amount: float, row: BenchmarkRow) -> Match:
        return Match(
            candidate_id=item.candidate_id,
            figure_id=item.figure_id,
            question=item.question,
            answer=item.answer,
            kind=kind,
            amount=float(amount),
            benchmark=row.benchmark,
            place=row.place,
            their_question=row.question,
            their_answer=row.answer,
        )


def _same_question(item: SplitItem, row: BenchmarkRow) -> bool:
    agree = not row.answer or split_words(item.answer) == split_words(row.answer)
    return agree or len(split_words(item.question)) >= LONG


def find_matches(items: Sequence[SplitItem], benchmarks: Sequence[Benchmark]) -> list[Match]:
    """Matches of the items with all benchmarks, in the order of the items, at most one each."""
    if not benchmarks:
        return []
    matcher = Matcher(row for benchmark in benchmarks for row in benchmark.rows())
    return [match for item in items if (match := matcher.find(item)) is not None]
