"""Rows of JSON, JSON Lines, CSV and TSV files, whatever program wrote them.

The encoding is found: by its mark, else UTF-8, else UTF-16 without a mark, else Windows-1252
(Latin-1 with a few more signs). So is the delimiter of a CSV file.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

MAX_CELL_CHARS = (1 << 31) - 1
_BLANK = " \t\r\n\v\f"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_DELIMITERS = (",", ";", "\t", "|")


def find_encoding(path: Path) -> str:
    """The encoding of a text file, as Python names it. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        # Latin letters in UTF-16 have a zero in every other byte.
        zeros = [sum(byte == 0 for byte in head[n::2]) / (len(head) / 2 or 1) for n in (0, 1)]
        if len(head) >= 20 and max(zeros) > 0.4 and min(zeros) < 0.05:
            return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
        file.seek(0)
        wide = broken = 0
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        while chunk := file.read(_CHUNK):
            if not chunk.isascii() or decoder.getstate()[0]:
                text = decoder.decode(chunk)
                lost = sum("\udc80" <= character <= "\udcff" for character in text)
                broken += lost
                wide += sum(character > "\x7f" for character in text) - lost
    # A few broken bytes in a file of UTF-8 do not make the rest of it another encoding.
    return "utf-8-sig" if wide >= broken else "cp1252"


def open_text(path: Path, newline: str = "\n") -> io.TextIOWrapper:
    """A text file in its own encoding; bytes that it has no letter for become lone surrogates."""
    encoding = find_encoding(path)
    return path.open(encoding=encoding, errors="surrogateescape", newline=newline)


def read_csv(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str] | str]]]:
    """Header of a CSV or TSV file, and its rows.

    Returns:
        The names of the columns, and an iterator over the number of each row from 1 on with its
        cells, or with what is wrong with it.

    Raises:
        OSError: When the file cannot be read.
    """
    lines = _read_csv_lines(path)
    header = next(lines, (0, []))[1]
    if not isinstance(header, list):
        return [], iter([(0, header)])
    # Spreadsheets write the empty columns beside a table too: all but one get a name.
    blank = [place for place, name in enumerate(header) if not name.strip()]
    for place in blank[1:]:
        header[place] = f"column {place + 1}"
    return header, lines


def has_decimal_commas(path: Path) -> bool:
    """Whether a CSV file is of a program that writes 0,5 for a half: it sets semicolons between
    cells, because a comma would part numbers."""
    if path.suffix.lower() != ".csv":
        return False
    with open_text(path, newline="") as file:
        return _find_delimiter(path, file.read(_SAMPLE)) == ";"


def _read_csv_lines(path: Path) -> Iterator[tuple[int, list[str] | str]]:
    """The header as row 0, then the rows; blank lines are counted and passed over."""
    usual = csv.field_size_limit(MAX_CELL_CHARS)
    try:
        with open_text(path, newline="") as file:
            delimiter = _find_delimiter(path, sample := file.read(_SAMPLE))
            file.seek(0)
            # "image, caption": where a space follows each delimiter of the header, it is layout.
            spaced = sample.partition("\n")[0].split(delimiter)[1:]
            skip = bool(spaced) and all(name.startswith(" ") for name in spaced)
            lines = csv.reader(file, delimiter=delimiter, skipinitialspace=skip)
            # No `for`: the reader raises for a bad line, and can go on with the next one.
            number = 0
            while True:
                try:
                    cells = next(lines)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield number, f"{type(error).__name__}: {error}"
                else:
                    if number == 0 and len(cells) <= 2 and cells[:1] and _is_note(cells, delimiter):
                        continue
                    if cells or number == 0:
                        yield number, cells
                number += 1
    finally:
        csv.field_size_limit(usual)


def _is_note(cells: list[str], delimiter: str) -> bool:
    """Whether a line is the 'sep=;' by which a file tells Excel of its delimiter."""
    return delimiter.join(cells).strip("\ufeff ").lower() in {f"sep={mark}" for mark in _DELIMITERS}


def _find_delimiter(path: Path, sample: str) -> str:
    """The delimiter that cuts most lines into as many cells as the header has, two at least."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    first = sample.partition("\n")[0].strip("\ufeff\r ").lower()
    if first.startswith("sep=") and first[4:] in _DELIMITERS:
        return first[4:]
    best, chosen = (0.0, 1), ","
    for delimiter in _DELIMITERS:
        try:
            rows = list(islice(csv.reader(io.StringIO(sample, ""), delimiter=delimiter), 50))
        except csv.Error:
            continue
        rows = [row for row in rows[: -1 if len(sample) == _SAMPLE else None] if row]
        if not rows or len(rows[0]) < 2:
            continue
        alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        if (score := (round(alike, 1), len(rows[0]))) > best:
            best, chosen = score, delimiter
    return chosen


def read_json(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Rows of JSON Lines, or of a `.json` file that is one list or table.

    Yields:
        The number of each line or row from 1 on, with its object, or with what is wrong with it.

    Raises:
        OSError: When the file cannot be read.
    """
    with open_text(path) as lines:
        if path.suffix.lower() == ".json" and _is_one_value(lines):
            lines.seek(0)
            yield from _read_whole(lines.read())
            return
        lines.seek(0)
        for number, line in enumerate(lines, start=1):
            if line.strip(_BLANK):
                yield number, _parse_row(line)


def _is_one_value(lines: io.TextIOWrapper) -> bool:
    """Whether a file is a single JSON value, over one line or many."""
    first = next((line for line in lines if line.strip(_BLANK)), "")
    if first.lstrip(_BLANK + "\ufeff").startswith("["):
        return True
    more = any(line.strip(_BLANK) for line in lines)
    return not more or isinstance(_parse_row(first), str)


def _parse_row(line: str) -> dict[str, Any] | str:
    try:
        row = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
    return row if isinstance(row, dict) else f"the line holds a {type(row).__name__}"


def _read_whole(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    try:
        value = json.loads(text.lstrip("\ufeff")) if text.strip(_BLANK + "\ufeff") else []
    except (ValueError, RecursionError) as error:
        yield 1, f"{type(error).__name__}: {error}"
        return
    for number, row in enumerate(_unwrap(value), start=1):
        yield number, row if isinstance(row, dict) else f"the row is a {type(row).__name__}"


def _unwrap(value: Any) -> list[Any]:
    """Rows of a list, of a list under one key, or of a table as pandas writes it."""
    if not isinstance(value, dict):
        return value if isinstance(value, list) else [value]
    lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
    if len(lists) == 1:
        return lists[0]
    # Of pandas: {"columns": [...], "data": [[...], ...]} and {"caption": {"0": ..., "1": ...}}.
    columns, data = value.get("columns"), value.get("data")
    if isinstance(columns, list) and isinstance(data, list):
        return [
            dict(zip(columns, cells, strict=False)) for cells in data if isinstance(cells, list)
        ]
    cells = list(value.values())
    if cells and all(isinstance(each, dict) and each.keys() == cells[0].keys() for each in cells):
        numbers = [key for key in cells[0] if key.isdigit()]
        if numbers and len(numbers) == len(cells[0]):
            return [{name: each[key] for name, each in value.items()} for key in numbers]
    return [value]
