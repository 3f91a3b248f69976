"""The source `pmc_oa`: figures of articles in the PMC Open Access subset.

From packages on disk, or by id or query from PubMed Central's public service. Both read an article
in the same way, and account for every figure and image file that was not usable.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath

from builder.sources.base import MAX_BYTES, Partition, SourceError, make_fingerprint
from builder.sources.pmc_oa.packages import find_packages, list_files, read_package_name
from builder.sources.pmc_oa.reading import KIND, read_package, reject_article
from builder.sources.pmc_oa.service import (
    CLOUD,
    RATE,
    ArticleCache,
    MissingError,
    OutageError,
    PoliteClient,
    find_cache,
)
from builder.sources.text import make_printable, make_safe_id
from builder.tables.records import Figure, Rejection

QUERY = "search:"
"""How a location begins that is a query."""

MAX_LIST_BYTES = 200_000_000
_ID = re.compile(r"(?:PMC)?([1-9]\d{0,9})(?:\.\d+)?", re.IGNORECASE)

logger = logging.getLogger("microvqa_pp")


def is_remote(location: str) -> bool:
    """Whether a location is a list of ids (a .txt file) or a query, and no package."""
    return location.startswith(QUERY) or (
        location.lower().endswith(".txt") and not Path(location).expanduser().is_dir()
    )


class PmcOaSource:
    """Article packages of the PMC Open Access subset: one JATS file and its images each.

    Reads: `location` is a package folder, a `.tar.gz` package, or a folder that holds packages of
    both forms, up to three levels down.

    A partition: about `packages_per_partition` packages in order of their names, all of one name
    together.

    Yields a figure for each picture of a `fig` with a caption. Rejects packages that cannot be
    read, figures without either or outside of the text (tables, formulas, sub-articles), and image
    files that no figure shows.

    Raises:
        SourceError: For settings out of range.
    """

    kind = KIND
    decodes = True

    def __init__(self, location: str, packages_per_partition: int = 8) -> None:
        if packages_per_partition < 1:
            raise SourceError(f"packages_per_partition is {packages_per_partition}: use 1 or more")
        self._location = Path(location).expanduser().resolve()
        self._per_partition = packages_per_partition

    def partitions(self) -> list[Partition]:
        """Packages in order of their names. Raises SourceError when there is none."""
        path = self._location
        if not path.exists():
            raise SourceError(f"{path} does not exist: give a folder or .tar.gz of articles")
        try:
            packages = find_packages(path)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error}") from error
        if not packages:
            raise SourceError(
                f"no article package in {path}: expected folders with a .nxml file and "
                "images, or .tar.gz archives of such folders"
            )
        # A folder and an archive of one name are the same article, so they stay together.
        chunks: list[list[Path]] = [[]]
        weight = 0
        for _, group in groupby(packages, key=read_package_name):
            same = list(group)
            more = sum(facts.st_size for package in same for _, facts in list_files(package))
            full = len(chunks[-1]) >= self._per_partition or weight + more > MAX_BYTES
            if chunks[-1] and full:
                chunks.append([])
                weight = 0
            chunks[-1].extend(same)
            weight += more
        logger.info("%s: %d packages in %d partitions", path, len(packages), len(chunks))
        return [self._make_partition(index, chunk) for index, chunk in enumerate(chunks)]

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, package by package; bad packages are rejected, never raised."""
        places: dict[str, str] = {}
        for item in partition.items:
            path = self._location / item
            name = make_printable(path.name)
            place = name if item in (".", "") else make_printable(PurePosixPath(item).as_posix())
            yield from read_package(path, place, places)

    def _make_partition(self, index: int, chunk: list[Path]) -> Partition:
        items = tuple(str(path.relative_to(self._location)) for path in chunk)
        facts = [
            [make_printable(str(file.relative_to(path.parent))), s.st_size, s.st_mtime_ns]
            for path in chunk
            for file, s in list_files(path)
        ]
        name = make_safe_id(read_package_name(chunk[0]))
        return Partition(f"{index:05d}-{name}", make_fingerprint(facts), items)


class PmcOaService:
    """Articles of the PMC Open Access subset that a list of ids or a query names.

    Reads: `location` is a text file with one id on each line (PMC123; # starts a comment), or
    `search:QUERY` in PMC's own query language. What is fetched is kept in `cache`.

    A partition: `articles_per_partition` ids in order of their numbers.

    Yields and rejects what PmcOaSource does; rejects articles too that the service does not have,
    that are retracted or not in the open access subset.
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
        folder = cache or find_cache()
        self._location = location
        self._per_partition = articles_per_partition
        self._cache = ArticleCache(folder, client or PoliteClient(RATE, folder / "pace"))

    def partitions(self) -> list[Partition]:
        """Ids in order of their numbers. Raises SourceError for a list or query without any."""
        if self._location.startswith(QUERY):
            try:
                ids = self._cache.search(self._location.removeprefix(QUERY).strip())
            except OutageError as error:
                raise SourceError(f"PubMed Central cannot be searched: {error}") from error
        else:
            ids = _read_ids(Path(self._location).expanduser())
        if not ids:
            raise SourceError(f"no article id in {self._location}: expected lines such as PMC123")
        size = self._per_partition
        chunks = [tuple(ids[i : i + size]) for i in range(0, len(ids), size)]
        logger.info("%s: %d articles in %d partitions", self._location, len(ids), len(chunks))
        return [
            Partition(f"{i:05d}-{chunk[0]}", make_fingerprint([CLOUD, chunk]), chunk)
            for i, chunk in enumerate(chunks)
        ]

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, article by article.

        Raises:
            SourceError: When the service fails for good; what was fetched is kept.
        """
        places: dict[str, str] = {}
        for pmcid in partition.items:
            try:
                folder = self._cache.fetch(pmcid)
            except MissingError as error:
                yield reject_article(pmcid, pmcid, "article cannot be had", str(error))
                continue
            except OutageError as error:
                raise SourceError(
                    f"PubMed Central cannot be read on: {error}; run again, files are kept"
                ) from error
            if isinstance(folder, str):
                yield reject_article(pmcid, pmcid, folder, f"{CLOUD} says so")
                continue
            yield from read_package(folder, pmcid, places)


def _read_ids(path: Path) -> list[str]:
    """Ids in a text file, each once, in order of their numbers. Raises SourceError."""
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
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
