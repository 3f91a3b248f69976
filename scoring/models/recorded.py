"""Replies that were recorded: they answer what they answered once, and nothing else is asked.

Replies lie in a folder or a `.tar.gz`, each a file of the response cache, named by the digest of
the request that it holds; or as rows of Parquet files with the columns `request`, `reply`,
`finish_reason`, `served_by`, `tokens_in` and `tokens_out`.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from scoring.models.cache import digest_key, read_entry
from scoring.models.records import NotRecordedError, Request, Response

LARGEST = 8 << 20
"""Bytes of a file that holds one reply, or of a manifest; a larger one is not read."""

COLUMNS = ("request", "reply", "finish_reason", "served_by", "tokens_in", "tokens_out")

Fault = Literal["damaged", "misplaced", "doubled", "contradictory"]
Entry = tuple[str, Response]


class RecordedReplies:
    """Replies by the digest of their request; those that cannot be trusted are counted, not used.

    `faults` counts by kind: `damaged` cannot be read; `misplaced` is named for another request
    than it answers; `doubled` is there again, word for word; `contradictory` is there with other
    words, so that none of them is used. `used` are the digests of those that answered.
    """

    def __init__(self, entries: Iterable[Entry | Fault]) -> None:
        self.faults: Counter[Fault] = Counter()
        self.used: set[str] = set()
        self._replies: dict[str, Response] = {}
        refused = set()
        for entry in entries:
            if isinstance(entry, str):
                self.faults[entry] += 1
                continue
            digest, response = entry
            known = self._replies.setdefault(digest, response)
            if known is not response:
                same = _strip_costs(known) == _strip_costs(response)
                self.faults["doubled" if same else "contradictory"] += 1
                if not same:
                    refused.add(digest)
        for digest in refused:
            del self._replies[digest]

    def __len__(self) -> int:
        return len(self._replies)

    def digests(self) -> list[str]:
        """Digests of all requests that are answered, in order."""
        return sorted(self._replies)

    def hash_content(self) -> str:
        """Digest of all that these replies answer."""
        told = hashlib.sha256()
        for digest in self.digests():
            response = self._replies[digest]
            parts = (digest, response.text, response.finish_reason, response.served_by)
            told.update("\x1f".join(parts).encode("utf-8", "replace"))
        return told.hexdigest()

    def get(self, key: Mapping[str, Any]) -> Response | None:
        """The reply to a request, by its key, or None.

        A server that took no JSON schemas was asked without: its reply answers the request too.
        """
        for asked in (key, {**key, "schema": None}):
            digest = digest_key(asked)
            if (known := self._replies.get(digest)) is not None:
                self.used.add(digest)
                return replace(known, cached=True)
        return None

    def put(self, key: Mapping[str, Any], response: Response) -> None:
        """Keeps nothing: what is recorded stays as it is."""


class NoServer:
    """In place of the server of a model whose replies were recorded: refuses every request."""

    batch_size = 1
    concurrency = 64

    def __init__(self, name: str, revision: str) -> None:
        self.name, self.revision = name, revision

    async def complete(self, requests: Sequence[Request]) -> list[Response]:
        """Raises NotRecordedError."""
        raise NotRecordedError("no reply to this request was recorded")


def read_replies(place: Path) -> RecordedReplies:
    """The replies in a folder, with all folders in it, or in a `.tar.gz`.

    Raises:
        OSError: there is no such place, or it cannot be read.
    """
    if place.is_dir():
        return RecordedReplies(_read_folder(place))
    return RecordedReplies(_read_archive(place))


def _read_folder(folder: Path) -> Iterator[Entry | Fault]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        if path.suffix == ".parquet":
            yield from _read_table(path)
        elif path.suffix == ".json" and path.name != "manifest.json":
            is_small = path.stat().st_size <= LARGEST
            yield _read_reply(path.stem, path.read_bytes() if is_small else b"")


def _read_archive(path: Path) -> Iterator[Entry | Fault]:
    for name, data in read_members(path):
        if name is None:
            yield "damaged"
        elif name.suffix == ".json" and name.name != "manifest.json":
            yield _read_reply(name.stem, data)


def read_members(path: Path) -> Iterator[tuple[PurePosixPath | None, bytes]]:
    """Name and bytes of each file in a `.tar.gz`, nothing of which is written to disk.

    Yields:
        Without bytes where a file is larger than LARGEST; None for a name where the archive ends
        early or is damaged from there on.

    Raises:
        OSError: the archive cannot be opened at all.
    """
    try:
        with tarfile.open(path, "r:*") as archive:
            for member in archive:
                if member.isfile():
                    file = archive.extractfile(member) if member.size <= LARGEST else None
                    yield PurePosixPath(member.name), file.read() if file else b""
    except (tarfile.TarError, EOFError, zlib.error):
        yield None, b""


def _read_reply(name: str, data: bytes) -> Entry | Fault:
    try:
        spelled, response = read_entry(data)
        digest = digest_key(json.loads(spelled))
    except (ValueError, TypeError, KeyError, RecursionError):
        return "damaged"
    return (digest, response) if digest == name else "misplaced"


def _read_table(path: Path) -> Iterator[Entry | Fault]:
    try:
        rows = pq.read_table(path, columns=list(COLUMNS)).to_pylist()
    except (OSError, ValueError, pa.ArrowException):
        yield "damaged"
        return
    for row in rows:
        texts = [row["request"], row["reply"], row["finish_reason"], row["served_by"]]
        if not all(isinstance(text, str) for text in texts):
            yield "damaged"
            continue
        response = Response(
            row["reply"],
            row["tokens_in"],
            row["tokens_out"],
            row["finish_reason"],
            0.0,
            row["served_by"],
        )
        yield row["request"], response


def _strip_costs(response: Response) -> Response:
    return replace(response, tokens_in=None, tokens_out=None, latency=0.0)
