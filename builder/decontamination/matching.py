"""Which questions and figures a benchmark already has: image hashes and question n-grams.

What was found is written as a table, and as a page to look at the pairs side by side.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from jinja2 import Environment, PackageLoader, StrictUndefined

from builder.decontamination.benchmark import BenchmarkRow, BenchmarkTable
from builder.release.splits import SplitItem
from builder.tables.images import make_thumbnail
from builder.tables.near_duplicates import ImageIndex, cut_shingles, split_words
from builder.tables.shards import parquet_bytes, write_atomically
from filtering.records import to_table

logger = logging.getLogger("microvqa_pp")

SHOWN = 300
"""Pairs on the page; the table has all."""
THUMBNAIL = 240
"""Most pixels of a side of an image on the page."""

NGRAM = 8
"""Words in a row that are compared, as in the decontamination of language models' test sets.

GPT-3 used 13 (Brown et al., arXiv 2005.14165, appendix C), PaLM 8 and a share of them (Chowdhery et
al., arXiv 2204.02311, section 8); questions are short.
"""

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
    """All rows of the given benchmarks, to be searched for what a question has in common with them.

    Figures agree by perceptual hash. Questions agree where |G & G'| / |G| >= COVERED, G being the
    n-grams of words of ours and G' those of one of theirs, and where the answers agree or the
    question is too long to be a stem that many figures share.
    """

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
        if nearest := self._images.find_nearest(item.phash):
            number, bits = int(nearest[0]), nearest[1]
            kind = "near-duplicate image" if bits else "image"
            return self._make_match(item, kind, bits, self._rows[number])
        # The row with the largest share of the question's n-grams.
        grams = cut_shingles(item.question, NGRAM)
        shared = Counter(number for gram in grams for number in self._questions.get(gram, ()))
        # A row's number is negated, so that of equal shares the first row wins.
        agreeing = [
            (count / len(grams), -number)
            for number, count in shared.items()
            if count / len(grams) >= COVERED and _ask_the_same(item, self._rows[number])
        ]
        if not agreeing:
            return None
        share, number = max(agreeing)
        return self._make_match(item, "question", share, self._rows[-number])

    def _make_match(self, item: SplitItem, kind: str, amount: float, row: BenchmarkRow) -> Match:
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


def _ask_the_same(item: SplitItem, row: BenchmarkRow) -> bool:
    agree = not row.answer or split_words(item.answer) == split_words(row.answer)
    return agree or len(split_words(item.question)) >= LONG


def find_matches(items: Sequence[SplitItem], benchmarks: Sequence[BenchmarkTable]) -> list[Match]:
    """Matches of the items with all benchmarks, in the order of the items, at most one each."""
    if not benchmarks:
        return []
    matcher = Matcher(row for benchmark in benchmarks for row in benchmark.read_rows())
    matches = [match for item in items if (match := matcher.find(item)) is not None]
    names = ", ".join(benchmark.name for benchmark in benchmarks)
    logger.info("%d of %d questions are left out: they are in %s", len(matches), len(items), names)
    return matches


def write_pairs(
    folder: Path,
    matches: Sequence[Match],
    figures: Mapping[str, bytes],
    benchmarks: Sequence[BenchmarkTable],
) -> None:
    """Write `pairs.parquet` (all) and `pairs.html` (the first SHOWN, with both images).

    The page is self-contained; all text is escaped.

    Args:
        folder: to write to.
        matches: from `find_matches`.
        figures: image bytes by figure_id.
        benchmarks: those that the matches are with.
    """
    by_name = {benchmark.name: benchmark for benchmark in benchmarks}
    shown = [
        (
            match,
            make_thumbnail(figures.get(match.figure_id), THUMBNAIL),
            make_thumbnail(by_name[match.benchmark].read_image(match.place), THUMBNAIL),
        )
        for match in matches[:SHOWN]
    ]
    environment = Environment(
        loader=PackageLoader("builder.decontamination", "."),
        autoescape=True,
        undefined=StrictUndefined,
    )
    page = environment.get_template("pairs.html.jinja").render(pairs=shown, total=len(matches))
    write_atomically(folder / "pairs.parquet", parquet_bytes(to_table(Match, matches)))
    write_atomically(folder / "pairs.html", page.encode("utf-8", "replace"))
