"""Applies verdicts to a ledger, and sums them up for the card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from builder.release.splits import hash_question
from builder.screening.standings import Standing, derive_standings, measure_agreement
from builder.screening.verdict_log import Fix, VerdictLog

LOG = "verdicts.jsonl"
"""File in a build's output folder that holds the verdicts."""

_WORDS = {"accept": "accepted", "fix": "fixed", "reject": "rejected"}


@dataclass(slots=True)
class Screening:
    """The verdicts on a build, and what came of them.

    `standings` are by question id. With `required` only what reviewers passed gets into test.
    `counts` of test questions by outcome and `released_ids` grow while `apply` goes through the
    ledgers of all shards.
    """

    standings: Mapping[str, Standing] = field(default_factory=dict)
    required: bool = False
    damaged: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    released_ids: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, output: Path, required: bool = False) -> Screening:
        """The verdicts that a build's output folder holds; none where there is no log."""
        contents = VerdictLog(output / LOG).read()
        return cls(derive_standings(contents.entries), required, len(contents.damages))

    def apply(self, ledger: pa.Table) -> pa.Table:
        """A shard's ledger after screening: accepted, fixed, rejected and left out.

        A fixed question has the edited text and the id that this text hashes to; its
        `candidate_id` and signals stay those of the candidate that it came from.
        """
        if not self.standings and not self.required:
            return ledger
        rows = ledger.to_pylist()
        ids = {row["id"] for row in rows if row["stage"] == "released"}
        screened = [
            self._screen_row(row, ids) if row["stage"] == "released" else row for row in rows
        ]
        return pa.Table.from_pylist(screened, ledger.schema)

    def _screen_row(self, row: dict[str, Any], ids: set[str]) -> dict[str, Any]:
        """A released row after screening; `ids` are those of all released rows of the shard."""
        standing = self.standings.get(row["id"])
        self.released_ids.add(row["id"])
        if standing is not None and standing.outcome is not None:
            outcome = standing.outcome
            word = _WORDS[str(outcome.verdict)]
            fixed = _apply_fix(row, outcome.fix) if outcome.fix else row
            # A question that is edited into the twin of another would be in the release twice.
            if fixed is not row and fixed["id"] in ids - {row["id"]}:
                word, fixed = "rejected", row
                outcome = outcome.model_copy(update={"reason": "its fix repeats another question"})
            self.counts[word] += 1
            if word == "rejected":
                return _leave_out(row, f"rejected by reviewers: {outcome.reason}", word)
            return fixed | {"screening": word}
        # Without a decision a question stays as it is, but for a test split that must be screened.
        state = standing.state if standing else None
        if row["split"] == "test" and row["correct_index"] is not None:
            self.counts[str(state) if state else "not screened"] += 1
        if not self.required or row["split"] != "test":
            return row
        return _leave_out(row, f"not released: {state or 'not screened'}", "unscreened")

    def summarise(self) -> dict[str, Any] | None:
        """What the card states of the screening; None where nobody has screened anything.

        To be asked after all ledgers are gone through.
        """
        if not self.standings:
            return None
        known = [s for name, s in self.standings.items() if name in self.released_ids]
        return {
            "reviewers": sorted(
                {name for s in known for name in s.reviews}
                | {s.ruling.reviewer for s in known if s.ruling}
            ),
            "agreement": measure_agreement(known),
            "adjudicated": sum(s.ruling is not None and not s.agree for s in known),
            "counts": sorted(self.counts.items()),
            "required": self.required,
            "lost": len(self.standings) - len(known),
        }


def _leave_out(row: dict[str, Any], reason: str, screening: str) -> dict[str, Any]:
    out = {"stage": "kept", "reason": reason, "screening": screening}
    return row | out | {"split": None, "correct_index": None}


def _apply_fix(row: dict[str, Any], fix: Fix) -> dict[str, Any]:
    reasons = dict(zip(row["distractors"] or [], row["distractor_reasons"] or [], strict=False))
    return row | {
        "id": hash_question(row["image_sha256"], fix.question, fix.answer, fix.distractors),
        "question": fix.question,
        "answer": fix.answer,
        "distractors": fix.distractors,
        "distractor_reasons": [reasons.get(choice, "") for choice in fix.distractors],
        "rationale": fix.rationale,
        "correct_index": fix.correct_index,
        "reason": f"{row['reason']}; edited by reviewers",
    }
