"""Questions as chat messages, and the fine-tuning of a model on them."""

from typing import Literal

QuestionForm = Literal["mcq", "open"]
"""Multiple choice or free form. It stands here because the command line names it at its start."""
