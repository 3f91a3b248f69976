"""Articles by id or query, fetched from PubMed Central's public service into a cache.

Of each article the newest version is fetched once; later builds read the cache, also without a
network, so that they give the same bytes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from builder.sources.base import Partition, SourceError, make_fingerprint
from builder.sources.pmc_oa.client import MissingError, OutageError, PoliteClient
from builder.sources.pmc_oa.places import QUERY
from builder.sources.pmc_oa.service import CLOUD, RATE, SEARCH, CloudService, RemoteFile, search
from builder.sources.pmc_oa.source import KIND, read_package
from builder.tables.records import Figure, Rejection
from builder.tables.shards import write_atomically

_ID = re.compile(r"(?:PMC)?([1-9]\d{0,9})(?:\.\d+)?", re.IGNORECASE)
_MAX_LIST_BYTES = 200_000_000


def cache_folder() -> Path:
    """Where articles are kept: MICROVQA_PP_CACHE, else microvqa_pp/ in the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    named = os.environ.get("MICROVQA_PP_CACHE") or Path(root) / "microvqa_pp"
    return Path(named) / "pmc_oa"


class PmcOaService:
    """Articles of the PMC Open Access subset that a list of ids or a query names.

    `location` is a text file with one id on each line (PMC123; # starts a comment), or
    `search:QUERY` in PMC's own query language. What is fetched is kept in `cache`.
    """

    kind = KIND
    decodes = False

    def __init__(
        self,
        location: str,
        articles_per_partition: int = 8,
        cache: Path | None = None,
        client: PoliteClient | None = None,
    ) -> None:
        self._location = location
        self._per_partition = articles_per_partition
        self._cache = cache or cache_folder()
        self._client = client or PoliteClient(RATE, self._cache / "pace")

    def partitions(self) -> list[Partition]:
        """Ids in order of their numbers. Raises SourceError for a list or query without any."""
        ids = self._ids()
        if not ids:
            raise SourceError(f"no article id in {self._location}: expected lines such as PMC123")
        size = self._per_partition
        chunks = [tuple(ids[i : i + size]) for i in range(0, len(ids), size)]
        return [
            Partition(f"{i:05d}-{chunk[0]}", make_fingerprint([CLOUD, chunk]), chunk)
            for i, chunk in enumerate(chunks)
        ]

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, article by article.

        Raises SourceError when the service fails for good; what was fetched is kept.
        """
        seen: dict[str, str] = {}
        for pmcid in partition.items:
            try:
                folder = self._fetch(pmcid)
            except MissingError as error:
                yield Rejection(KIND, pmcid, pmcid, "", "article cannot be had", str(error))
                continue
            except OutageError as error:
                raise SourceError(
                    f"PubMed Central cannot be read on: {error}; run again, files are kept"
                ) from error
            if isinstance(folder, str):
                yield Rejection(KIND, pmcid, pmcid, "", folder, f"{CLOUD} says so")
                continue
            yield from read_package(folder, pmcid, "", seen)

    def _ids(self) -> list[str]:
        if self._location.startswith(QUERY):
            return self._found(self._location.removeprefix(QUERY).strip())
        path = Path(self._location).expanduser()
        try:
            if path.stat().st_size > _MAX_LIST_BYTES:
                raise SourceError(f"{path} is too large for a list of ids")
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{path} cannot be read as a list of ids: {error}") from error
        numbers = set[int]()
        for place, line in enumerate(lines, start=1):
            word = line.partition("#")[0].strip()
            match = _ID.fullmatch(word)
            if word and not match:
                raise SourceError(f"{path}, line {place}: {word[:40]!r} is no id; write PMC123")
            if match:
                numbers.add(int(match[1]))
        return [f"PMC{number}" for number in sorted(numbers)]

    def _found(self, query: str) -> list[str]:
        """Ids of a query: asked once, then as the cache has them."""
        kept = self._cache / "searches" / f"{make_fingerprint([SEARCH, query])[:20]}.json"
        if (known := _json(kept)) is not None:
            return [str(name) for name in known["ids"]]
        try:
            ids = search(self._client, query)
        except OutageError as error:
            raise SourceError(f"PubMed Central cannot be searched: {error}") from error
        write_atomically(kept, json.dumps({"query": query, "ids": ids}, indent=1).encode())
        return ids

    def _fetch(self, pmcid: str) -> Path | str:
        """Folder of an article's newest version, or why it is not to be used.

        Raises MissingError, OutageError.
        """
        record = self._cache / f"{pmcid}.json"
        if (known := _json(record)) is not None:
            folder = self._cache / str(known.get("version"))
            if known.get("refused"):
                return str(known["refused"])
            if all((folder / name).is_file() for name in known.get("files", ["."])):
                return folder
        service = CloudService(self._client)
        version = service.newest_version(pmcid)
        refused = _refusal(service.metadata(version))
        files = [] if refused else service.files(version)
        for file in files:
            self._keep(service, file, self._cache / version / file.name)
        told = {"version": version, "refused": refused, "files": [file.name for file in files]}
        write_atomically(record, json.dumps(told, indent=1).encode())
        return refused or self._cache / version

    @staticmethod
    def _keep(service: CloudService, file: RemoteFile, path: Path) -> None:
        if path.is_file() and not file.problem(path.read_bytes()):
            return
        write_atomically(path, service.fetch(file))


def _refusal(told: dict[str, Any]) -> str:
    if told.get("is_retracted"):
        return "article is retracted"
    if told.get("is_pmc_openaccess") is False:
        return "article is not in the open access subset"
    return ""


def _json(path: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None
