"""What must hold of a release before it is published, read from the files that would go out."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from builder.release.schemas import CONTENT, SCHEMAS, check_columns
from builder.tables.licenses import allows

logger = logging.getLogger("microvqa_pp")

MAX_FILE_BYTES = 20 << 30
MAX_FOLDER_FILES = 10_000
MAX_REPO_FILES = 100_000
"""Limits of the Hub: https://huggingface.co/docs/hub/storage-limits (recommended file size)."""

_SPLITS = ("default", "open")
_TEXT_BYTES = 5 << 20
_DATA_FILE = re.compile(r"data/[^/]+/[^/]*\.parquet")

# What secrets look like, by kind.
_SECRETS = {
    "Hugging Face token": r"\bhf_[A-Za-z0-9]{30,}",
    "OpenAI or Anthropic key": r"\bsk-[A-Za-z0-9_-]{20,}",
    "GitHub token": r"\b(?:gh[opsru]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})",
    "AWS key": r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
    "Google key": r"\bAIza[A-Za-z0-9_-]{35}",
    "Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "password in a URL": r"\b[a-z][a-z0-9+.-]{1,20}://[^/\s:@'\"]{1,100}:[^/\s@'\"]{3,100}@[\w.-]",
}
_ANY_SECRET = "|".join(f"(?:{pattern})" for pattern in _SECRETS.values())
_AMINO_ACIDS = re.compile(r"[A-Z]+")


@dataclass(slots=True)
class Findings:
    """What the checks found: reasons to refuse, and counts for the plan that is shown."""

    refusals: list[str] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    licenses: Counter[str] = field(default_factory=Counter)


def check_release(
    release: Path, allow_unscreened: bool = False, known: Sequence[str] = ()
) -> Findings:
    """Check a release folder.

    Refused are: files that a release does not have, files over the Hub's limits, rows that may
    not be passed on, test questions that nobody screened (unless allowed) or that people
    rejected, and texts that look like a secret.

    Args:
        release: the folder, as it would go out.
        allow_unscreened: let test questions pass that nobody screened.
        known: secrets that must not be in it, such as the token in use.

    Returns:
        Every reason to refuse, not the first alone, and the counts of rows.
    """
    findings = Findings()
    # First what needs no reading: names, sizes, links.
    findings.refusals += check_files(release, known)
    for path in sorted(p for p in release.rglob("*") if not p.is_dir()):
        name = path.relative_to(release).as_posix()
        if name != "README.md" and not _DATA_FILE.fullmatch(name):
            findings.refusals.append(f"{name} does not belong into a release; remove it")
    # Then every row of every table. One that cannot be read is a reason like the others.
    unscreened: Counter[str] = Counter()
    for path in sorted(p for p in release.glob("data/*/*.parquet") if not p.is_symlink()):
        try:
            _check_table(path, findings, unscreened, known)
        except (OSError, pa.ArrowException, KeyError, ValueError) as error:
            name = path.relative_to(release).as_posix()
            why = error if isinstance(error, pa.ArrowTypeError) else type(error).__name__
            findings.refusals.append(f"{name} is no table of a release ({why})")
    # The configs hold the same questions, so the greatest count is the number of questions.
    if (rows := max(unscreened.values(), default=0)) and not allow_unscreened:
        findings.refusals.append(
            f"{rows:,} questions of the test split are unscreened; screen them (microvqa-pp "
            "screen), or publish them marked as such with --allow-unscreened"
        )
    findings.refusals += _find_card_problems(release / "README.md", findings.rows)
    findings.refusals = list(dict.fromkeys(findings.refusals))
    logger.info("%s: %d reasons not to publish it", release, len(findings.refusals))
    return findings


def check_files(folder: Path, known: Sequence[str] = ()) -> list[str]:
    """Why the files of a folder must not be uploaded: links, limits, secrets in texts."""
    files = sorted(p for p in folder.rglob("*") if p.is_symlink() or p.is_file())
    refusals = []
    if len(files) > MAX_REPO_FILES:
        refusals.append(f"{len(files):,} files; the Hub takes {MAX_REPO_FILES:,} in a repository")
    for parent, count in Counter(p.parent for p in files).items():
        if count > MAX_FOLDER_FILES:
            place = parent.relative_to(folder)
            refusals.append(f"{count:,} files in {place}; the Hub takes {MAX_FOLDER_FILES:,}")
    for path in files:
        name = path.relative_to(folder)
        if path.is_symlink():
            refusals.append(f"{name} is a link; put the file itself there")
            continue
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            gib = f"{size / 2**30:.1f} GiB"
            refusals.append(f"{name} has {gib}; the Hub takes {MAX_FILE_BYTES >> 30}")
        if path.suffix not in (".parquet", ".safetensors") and size <= _TEXT_BYTES:
            text = path.read_bytes().decode("utf-8", "replace")
            if kind := find_secret(text, known):
                refusals.append(f"{name} holds what looks like a secret ({kind}); remove it")
    return refusals


def _check_table(
    path: Path, findings: Findings, unscreened: Counter[str], known: Sequence[str]
) -> None:
    config, split = path.parent.name, path.name.split("-")[0]
    refuse = findings.refusals.append
    with pq.ParquetFile(path) as file:
        if config in SCHEMAS:
            check_columns(file.schema_arrow, config)
        findings.rows[f"{config}/{split}"] += file.metadata.num_rows
        names = [field.name for field in file.schema_arrow if field.name != "image"]
        for batch in file.iter_batches(columns=names, use_threads=False):
            table = pa.Table.from_batches([batch])
            place = f"data/{config}/{path.name}"
            if barred := _find_barred_licenses(table, config):
                refuse(f"{place} has rows under {barred}, which bars passing them on")
            screened = table["screening"].to_pylist() if config in _SPLITS else []
            if "rejected" in screened:
                refuse(f"{place} has questions that people rejected; run: microvqa-pp release")
            for column, kind in find_secrets(table, known).items():
                refuse(f"{place} holds in column {column} what looks like a secret ({kind})")
            if config == "default":
                findings.licenses.update(table["license"].to_pylist())
            if split == "test":
                unscreened[config] += screened.count("unscreened")


def _find_barred_licenses(table: pa.Table, config: str) -> str:
    """Licences of rows that may not be in a config, '' for none.

    The ledger may have rows of any licence, but no content of those that bar passing it on.
    """
    names = [name for name in table["license"].unique().to_pylist() if name is not None]
    barred = [name for name in names if not allows(name, "redistributable")]
    if config == "ledger" and barred:
        rows = table.filter(pc.is_in(table["license"], pa.array(barred)))
        has_content = pa.chunked_array([pa.array([False] * len(rows))])
        for name in set(CONTENT) & set(rows.schema.names):
            has_content = pc.or_(has_content, pc.is_valid(rows[name]))
        barred = sorted(set(rows.filter(has_content)["license"].to_pylist()))
    return ", ".join(sorted(barred))


def _find_card_problems(card: Path, rows: Counter[str]) -> Iterator[str]:
    """The card's row counts must be those of the files, else `datasets` refuses the data."""
    try:
        entries = yaml.safe_load(card.read_text(encoding="utf-8").split("---\n")[1])["dataset_info"]
        stated = {
            f"{one['config_name']}/{split['name']}": split["num_examples"]
            for one in entries
            for split in one["splits"]
        }
    except (ValueError, LookupError, TypeError, yaml.YAMLError) as error:
        yield f"README.md has no usable front matter ({type(error).__name__})"
        return
    if stated != dict(rows):
        yield "README.md states other row counts than the files have; run: microvqa-pp build"


def find_secret(text: str, known: Iterable[str] = ()) -> str:
    """What kind of secret a text seems to hold; the secret itself is never repeated.

    Args:
        text: to look through.
        known: secrets to look for as they are, such as the token in use.

    Returns:
        The kind in words, '' for none.
    """
    if any(secret and secret in text for secret in known):
        return "the token in use"
    for kind, pattern in _SECRETS.items():
        for match in re.finditer(pattern, text):
            # Protein sequences may start like an AWS key, but have no digits.
            if kind != "AWS key" or not _AMINO_ACIDS.fullmatch(match[0]):
                return kind
    return ""


def find_secrets(table: pa.Table, known: Iterable[str] = ()) -> dict[str, str]:
    """Kind of secret by column, for the text columns of a table that seem to hold one."""
    known = [secret for secret in known if secret]
    pattern = "|".join([_ANY_SECRET, *map(re.escape, known)])
    # Text columns, lists of texts flattened.
    texts: dict[str, pa.ChunkedArray] = {}
    for name in table.schema.names:
        column = table[name]
        while pa.types.is_list(column.type):
            column = pc.list_flatten(column)
        if pa.types.is_string(column.type):
            texts[name] = column
    # One search over all texts: the pattern is compiled for each search anew.
    chunks = [chunk for column in texts.values() for chunk in column.chunks]
    everything = pa.chunked_array(chunks, pa.string()).combine_chunks()
    if not pc.any(pc.match_substring_regex(everything, pattern)).as_py():
        return {}
    kind_of: dict[str, str] = {}
    for name, column in texts.items():
        suspects = column.filter(pc.match_substring_regex(column, pattern))
        kinds = (find_secret(text, known) for text in suspects.to_pylist())
        if kind := next(filter(None, kinds), ""):
            kind_of[name] = kind
    return kind_of
