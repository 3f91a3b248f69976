"""Human screening of the test split: the log of verdicts, what follows from them, and whose."""

from builder.screening.questions import ScreeningQuestion, read_screening_questions
from builder.screening.standings import Standing, State, derive_standings
from builder.screening.verdict_log import (
    REASONS,
    Fix,
    LogContents,
    LogEntry,
    Verdict,
    VerdictLog,
    check_fix,
    clean_reviewer_name,
)

__all__ = [
    "REASONS",
    "Fix",
    "LogContents",
    "LogEntry",
    "ScreeningQuestion",
    "Standing",
    "State",
    "Verdict",
    "VerdictLog",
    "check_fix",
    "clean_reviewer_name",
    "derive_standings",
    "read_screening_questions",
]
