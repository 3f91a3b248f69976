"""Texts that look like a secret: tokens, keys, passwords in URLs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

_KINDS = {
    "Hugging Face token": r"\bhf_[A-Za-z0-9]{30,}",
    "OpenAI or Anthropic key": r"\bsk-[A-Za-z0-9_-]{20,}",
    "GitHub token": r"\b(?:gh[opsru]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})",
    "AWS key": r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
    "Google key": r"\bAIza[A-Za-z0-9_-]{35}",
    "Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "password in a URL": r"\b[a-z][a-z0-9+.-]{1,20}://[^/\s:@'\"]{1,100}:[^/\s@'\"]{3,100}@[\w.-]",
}
_ANY = "|".join(f"(?:{pattern})" for pattern in _KINDS.values())
_AMINO_ACIDS = re.compile(r"[A-Z]+")


def secret_in(text: str, known: Iterable[str] = ()) -> str:
    """What kind of secret a text seems to hold, '' for none; the secret itself is not told.

    `known` are secrets to look for as they are, such as the token in use.
    """
    if any(secret and secret in text for secret in known):
        return "the token in use"
    for kind, pattern in _KINDS.items():
        for match in re.finditer(pattern, text):
            # Protein sequences may start like an AWS key, but have no digits.
            if kind != "AWS key" or not _AMINO_ACIDS.fullmatch(match[0]):
                return kind
    return ""


def secrets_in(table: pa.Table, known: Iterable[str] = ()) -> dict[str, str]:
    """Kind of secret by column, for the text columns of a table that seem to hold one."""
    known = [secret for secret in known if secret]
    pattern = "|".join([_ANY, *map(re.escape, known)])
    texts = dict(_texts(table))
    # One search over all texts: the pattern is compiled for each search anew.
    chunks = [chunk for column in texts.values() for chunk in column.chunks]
    everything = pa.chunked_array(chunks, pa.string()).combine_chunks()
    if not pc.any(pc.match_substring_regex(everything, pattern)).as_py():
        return {}
    found: dict[str, str] = {}
    for name, column in texts.items():
        suspects = column.filter(pc.match_substring_regex(column, pattern))
        kinds = (secret_in(text, known) for text in suspects.to_pylist())
        if kind := next(filter(None, kinds), ""):
            found[name] = kind
    return found


def _texts(table: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Text columns of a table, lists of texts flattened."""
    for name in table.schema.names:
        column = table[name]
        while pa.types.is_list(column.type):
            column = pc.list_flatten(column)
        if pa.types.is_string(column.type):
            yield name, column
