"""Images in the cells of a table: bytes as they are, or a path inside the data set."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePath

from builder.sources.article import ItemError
from builder.sources.files import locate, read_below
from builder.sources.partitions import file_facts, fingerprint
from builder.sources.text import printable


@dataclass(frozen=True, slots=True)
class Cell:
    """An image of a row: its bytes, or where they are if the table names only a path."""

    path: str
    data: bytes | None

    @property
    def name(self) -> str:
        """File name; '' if the table gives none."""
        return PurePath(printable(self.path)).name

    def identity(self) -> str:
        """Digest of the bytes, or of the path: equal for cells that hold the same image."""
        if self.data is None:
            return fingerprint(["path", self.path])
        return hashlib.sha256(self.data).hexdigest()

    def version(self, roots: list[Path]) -> list[int]:
        """Size and time of the file behind a path, [] for none."""
        if self.data is not None:
            return []
        try:
            return file_facts(locate(*self._below(roots)))
        except ItemError:
            return []

    def read(self, roots: list[Path]) -> bytes:
        """The image file; a path is read only below `roots`. Raises ItemError."""
        return self.data if self.data is not None else read_below(*self._below(roots))

    def _below(self, roots: list[Path]) -> tuple[Path, str]:
        for root in roots:
            if PurePath(self.path).is_relative_to(root):
                return root, str(PurePath(self.path).relative_to(root))
        return roots[0], self.path


def cells(value: object) -> list[Cell]:
    """Images in a value of the image column: struct, bytes, path, or a list of these."""
    if isinstance(value, list):
        return [cell for each in value for cell in cells(each)]
    if isinstance(value, dict):
        data, path = value.get("bytes"), value.get("path")
    else:
        data, path = (value, None) if isinstance(value, bytes) else (None, value)
    name = path if isinstance(path, str) else ""
    if isinstance(data, bytes):
        return [Cell(name, data)]
    return [Cell(name, None)] if name else []
