"""Human screening of the test split: the log of verdicts, what follows from them, and whose."""

from builder.screening.entries import REASONS, Entry, Fix, Verdict, check_fix, reviewer_name
from builder.screening.log import LogContents, VerdictLog
from builder.screening.questions import ScreeningQuestion, screening_questions
from builder.screening.standings import Standing, State, standings

__all__ = [
    "REASONS",
    "Entry",
    "Fix",
    "LogContents",
    "ScreeningQuestion",
    "Standing",
    "State",
    "Verdict",
    "VerdictLog",
    "check_fix",
    "reviewer_name",
    "screening_questions",
    "standings",
]
