"""Stage 2: decide which question-answer pairs are consistent with their figure and caption."""
