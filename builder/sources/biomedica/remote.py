"""Shards behind a URL that fsspec opens, read once, forwards.

`huggingface_hub` adds the protocol hf://; a token of a gated repository is taken from its login.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from typing import Any

from builder.sources.archives import Refused
from builder.sources.article import ItemError, safe_id
from builder.sources.base import Partition, SourceError
from builder.sources.biomedica.record import RecordReader, rejection
from builder.sources.biomedica.shards import Part, Record, records
from builder.sources.partitions import fingerprint
from builder.tables.records import Figure, Rejection

_IDENTITY = ("size", "blob_id", "ETag", "etag", "mtime", "LastModified", "created")


def is_url(location: str) -> bool:
    """Whether a location is a URL rather than a path."""
    return "://" in location


def partitions(location: str, selection: str) -> list[Partition]:
    """One partition for each shard. Raises SourceError when the URL cannot be listed."""
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(location)
        found = [(system.unstrip_protocol(p), system.info(p)) for p in _shards(system, path)]
    except Exception as error:  # each file system raises its own
        raise SourceError(f"{location} cannot be listed: {_line(error)}") from error
    if not found:
        raise SourceError(f"no .tar shard in {location}")
    return [_partition(i, url, info, selection) for i, (url, info) in enumerate(found)]


def _shards(system: Any, path: str) -> list[str]:
    if glob.has_magic(path):
        return sorted(system.glob(path))
    if system.isdir(path):
        return sorted(p for p in system.find(path) if p.endswith(".tar"))
    return [path]


def _partition(index: int, url: str, info: dict[str, Any], selection: str) -> Partition:
    identity = [selection, url, *(str(info.get(name)) for name in _IDENTITY)]
    name = url.rpartition("/")[2].removesuffix(".tar")
    return Partition(f"{index:05d}-{safe_id(name)}", fingerprint(identity), (url,))


def read(url: str, reader: RecordReader) -> Iterator[Figure | Rejection]:
    """Figures and rejections of a shard. Raises SourceError when the connection fails."""
    for one in _records(url):
        if isinstance(one, Refused):
            yield rejection(url, one)
        else:
            yield reader.read(url, one, _loaded)


def _records(url: str) -> Iterator[Record | Refused]:
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(url)
        with system.open(path, "rb") as file:
            yield from records(file, load=True)
    except Exception as error:  # each file system raises its own
        raise SourceError(
            f"{url} cannot be read on: {_line(error)}; run again, finished parts are kept"
        ) from error


def _loaded(part: Part) -> bytes:
    if part.data is None or len(part.data) < part.size:
        raise ItemError("shard is cut", f"{part.size:,} bytes at {part.offset:,} are not there")
    return part.data


def _line(error: Exception) -> str:
    """First line of an error, which may quote whole pages; what to do where access is missing."""
    name = type(error).__name__
    hint = " (accept its terms on the Hub, then `hf auth login` or HF_TOKEN)"
    denied = name in ("GatedRepoError", "RepositoryNotFoundError")
    return f"{name}: {(str(error).strip().splitlines() or [''])[0]}{hint if denied else ''}"
