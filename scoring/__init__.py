"""Score models on multiple-choice questions: what they answered, and how sure the numbers are."""

from scoring.extraction import extract
from scoring.records import STATUSES, VERSION, Extraction, LabelStyle, Status

__all__ = ["STATUSES", "VERSION", "Extraction", "LabelStyle", "Status", "extract"]
