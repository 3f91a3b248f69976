"""Extractors of installed harnesses, each timed in a process of its own for benchmarks/scoring.py.

    python -m benchmarks.extractors NAME < ROWS

The first line of standard input is a JSON list of rows (`response`, `options`); the answer is a
JSON list of indices (from 0, or null). Each further line runs all rows again and is answered by
the processor seconds that took. The extractors are the packages' own, called as they call them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]
Extractor = Callable[[list[Row]], list["int | None"]]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _index(letter: str | None) -> int | None:
    return LETTERS.index(letter) if letter and letter in LETTERS else None


def ours() -> Extractor:
    """`scoring.extract`."""
    from scoring import extract

    return lambda rows: [
        extract(row["response"], row["options"], labels="letters").index for row in rows
    ]


def inspect_ai() -> Extractor:
    """The parser of inspect_ai's multiple_choice solver."""
    from types import SimpleNamespace

    from inspect_ai.solver._multiple_choice import parse_answers

    def read(row: Row) -> int | None:
        output = SimpleNamespace(completion=row["response"])
        state: Any = SimpleNamespace(output=output, choices=row["options"])
        return _index(next(iter(parse_answers(state, False)), None))

    return lambda rows: [read(row) for row in rows]


def lm_eval() -> Extractor:
    """lm-eval's filter for multiple choice, with the pattern of its BIG-bench Hard tasks."""
    from lm_eval.filters.extraction import MultiChoiceRegexFilter

    made = MultiChoiceRegexFilter(
        regex_pattern=r"(\([A-Z]\))", group_select=-1, ignore_case=True, ignore_punctuation=False
    )

    def read(rows: list[Row]) -> list[int | None]:
        docs = [{"choices": row["options"]} for row in rows]
        found = made.apply([[row["response"]] for row in rows], docs)
        return [_index(answer.strip("()")) for (answer,) in found]

    return read


def lmms_eval() -> Extractor:
    """lmms-eval's shared extractor of letters."""
    from lmms_eval.tasks._task_utils.mcq_extract import extract_mcq_answer

    return lambda rows: [
        _index(extract_mcq_answer(row["response"], list(LETTERS[: len(row["options"])])))
        for row in rows
    ]


def lmms_eval_mmmu() -> Extractor:
    """lmms-eval's parser for MMMU, which draws an option where it finds none."""
    from lmms_eval.tasks._task_utils.mmmu_mcq_utils import parse_mmmu_multi_choice_response

    def read(row: Row) -> int | None:
        letters = list(LETTERS[: len(row["options"])])
        texts = dict(zip(letters, row["options"], strict=True))
        return _index(parse_mmmu_multi_choice_response(row["response"], letters, texts))

    return lambda rows: [read(row) for row in rows]


EXTRACTORS = {
    "ours": ours,
    "inspect_ai": inspect_ai,
    "lm_eval": lm_eval,
    "lmms_eval": lmms_eval,
    "lmms_eval, MMMU": lmms_eval_mmmu,
}


def main() -> None:
    """Answers the lines of standard input."""
    read = EXTRACTORS[sys.argv[1]]()
    rows = json.loads(sys.stdin.readline())
    print(json.dumps(read(rows)), flush=True)
    while sys.stdin.readline():
        start = time.process_time()
        read(rows)
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
