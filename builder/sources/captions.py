"""Captions that come as plain text: from records, tables and files beside images."""

from __future__ import annotations

from builder.sources.formulas import unify_letters, write_tex_within
from builder.sources.text import clean, cut_doi


def clean_caption(raw: object) -> str:
    """A caption as one tidy line: TeX and entities as characters, without its own DOI at the end.

    '' for anything that is no text.
    """
    if not isinstance(raw, str):
        return ""
    return cut_doi(unify_letters(clean(write_tex_within(raw))))
