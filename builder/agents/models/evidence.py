"""Whether what a model quotes is in the caption."""

from __future__ import annotations

import re


def find_span(quote: str, caption: str) -> tuple[int, int] | None:
    """Start and end of the first place in the caption that has these words, character by
    character but for the width and kind of white space; None where there is none."""
    words = quote.split()
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), caption)
    return found.span() if found else None
