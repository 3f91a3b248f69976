"""The public services that have PubMed Central's articles, and a cache of what they gave.

PMC Cloud Service: https://pmc.ncbi.nlm.nih.gov/tools/pmcaws/, a bucket with one folder for each
version of an article, `PMC123.1/`, that holds its XML and its media as single files, and
`metadata/PMC123.1.json`. (The packages of the former FTP service ended in August 2026.)
ESearch: https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ESearch

Requests are paced, tried again and bounded. Of each article the newest version is fetched once;
later builds read the cache, also without a network, so that they give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import requests
from filelock import FileLock
from lxml import etree
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from builder.sources.base import make_fingerprint
from builder.sources.files import IMAGES, MAX_MEMBER_BYTES
from builder.tables.shards import write_atomically

CLOUD = os.environ.get("MICROVQA_PP_PMC_CLOUD", "https://pmc-oa-opendata.s3.amazonaws.com")
SEARCH = os.environ.get(
    "MICROVQA_PP_PMC_SEARCH", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi"
)
RATE = float(os.environ.get("MICROVQA_PP_PMC_RATE", "3"))
"""Requests a second from one cache; ESearch allows 3 without a key."""

MOST_FOUND = 9_999
"""ESearch gives no more ids than these for a query."""

MAX_FILES = 2_000
ATTEMPTS = 6
TIMEOUT = 60
_BACKOFF = wait_random_exponential(multiplier=1, max=60)
_LONGEST_WAIT = 300.0
_LONGEST_QUEUE = 60.0
"""Seconds that requests can have been put off by others; more is what a changed clock left."""

_AGENT = "microvqa-pp (https://pypi.org/project/microvqa-pp)"
_MD5 = re.compile(r"[0-9a-f]{32}")
_PREFERRED = {suffix: place for place, suffix in enumerate(IMAGES)}

logger = logging.getLogger("microvqa_pp")


class MissingError(Exception):
    """The service does not have what was asked for (404, 403)."""


class OutageError(Exception):
    """The service could not be reached or kept failing."""


class _PassingError(Exception):
    """A failure that may pass; `wait` is what the service asks for, seconds."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(slots=True)
class PoliteClient:
    """Fetches, each up to ATTEMPTS times.

    All processes of the machine with the same file `pace` send at most `rate` requests a second
    together: the file says when the next one may go. `pause` scales the waits between attempts.
    """

    rate: float
    pace: Path
    pause: float = 1.0
    _session: requests.Session = field(default_factory=requests.Session)

    def get(self, url: str, parameters: dict[str, str] | None = None) -> bytes:
        """The whole answer.

        Raises:
            MissingError: For what is not there, or is larger than MAX_MEMBER_BYTES.
            OutageError: When all attempts failed.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(ATTEMPTS),
            wait=self._choose_wait,
            reraise=True,
        )
        try:
            return retrying(self._get_once, url, parameters)
        except _PassingError as error:
            raise OutageError(f"{url}: {error}, {ATTEMPTS} times") from error

    def _choose_wait(self, state: RetryCallState) -> float:
        """Seconds before the next attempt: what the service asks for, or longer each time."""
        error = state.outcome.exception() if state.outcome else None
        least = error.wait if isinstance(error, _PassingError) else 0.0
        wait = self.pause * min(_LONGEST_WAIT, max(least, _BACKOFF(state)))
        logger.warning("%s: %s, tried again in %.0f s", state.args[0], error, wait)
        return wait

    def _get_once(self, url: str, parameters: dict[str, str] | None) -> bytes:
        self._keep_pace()
        try:
            with self._session.get(
                url,
                params=parameters,
                timeout=TIMEOUT,
                stream=True,
                headers={"User-Agent": _AGENT},
            ) as answer:
                if answer.status_code in (403, 404):
                    raise MissingError(f"{url}: status {answer.status_code}")
                if answer.status_code != 200:
                    after = answer.headers.get("Retry-After", "")
                    wait = float(after) if after.isdigit() else 0.0
                    raise _PassingError(f"status {answer.status_code}", wait)
                return _read_content(answer)
        except requests.RequestException as error:
            raise _PassingError(type(error).__name__) from error

    def _keep_pace(self) -> None:
        """Waits for this request's turn, and puts off the next one."""
        self.pace.parent.mkdir(parents=True, exist_ok=True)
        # A lock of its own for each call, since threads must wait for each other too.
        with FileLock(self.pace.with_name(f"{self.pace.name}.lock"), poll_interval=0.01):
            now = time.time()
            try:
                turn = float(self.pace.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                turn = 0.0
            turn = max(now, min(turn, now + _LONGEST_QUEUE))
            self.pace.write_text(repr(turn + 1 / self.rate), encoding="utf-8")
        time.sleep(turn - now)


def _read_content(answer: requests.Response) -> bytes:
    """The body of an answer, counted as it comes: a bound on it, and whether all of it came."""
    parts, size = [], 0
    for part in answer.iter_content(1 << 20):
        size += len(part)
        if size > MAX_MEMBER_BYTES:
            raise MissingError(f"{answer.url}: more than {MAX_MEMBER_BYTES:,} bytes")
        parts.append(part)
    data = b"".join(parts)
    if size < int(answer.headers.get("Content-Length") or 0):
        raise _PassingError("the answer is cut")
    return data


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of an article version; `md5` is empty where the service does not tell it."""

    key: str
    size: int
    md5: str

    @property
    def name(self) -> str:
        """File name without its folder."""
        return PurePosixPath(self.key).name

    def find_problem(self, data: bytes) -> str:
        """What is wrong with bytes that should be this file, '' if nothing is."""
        if len(data) != self.size:
            return f"{self.name}: {len(data):,} bytes, {self.size:,} announced"
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return f"{self.name}: MD5 {md5}, {self.md5} announced" if self.md5 not in ("", md5) else ""


@dataclass(frozen=True, slots=True)
class CloudService:
    """What there is of an article, and its files."""

    client: PoliteClient
    url: str = CLOUD

    def find_newest_version(self, pmcid: str) -> str:
        """Newest version of an article, 'PMC123.2'. Raises MissingError, OutageError."""
        root = self._list({"prefix": f"{pmcid}.", "delimiter": "/"})
        prefixes = [p.text or "" for p in root.findall("{*}CommonPrefixes/{*}Prefix")]
        pattern = re.compile(rf"{pmcid}\.(\d{{1,4}})/")
        versions = [int(match[1]) for p in prefixes if (match := pattern.fullmatch(p))]
        if not versions:
            raise MissingError(f"{pmcid} is not in PMC's article datasets")
        return f"{pmcid}.{max(versions)}"

    def get_metadata(self, version: str) -> dict[str, Any]:
        """What PMC says about an article version. Raises MissingError, OutageError."""
        try:
            metadata = json.loads(self.client.get(f"{self.url}/metadata/{version}.json"))
        except ValueError as error:
            raise MissingError(f"metadata of {version} is no JSON") from error
        return metadata if isinstance(metadata, dict) else {}

    def list_files(self, version: str) -> list[RemoteFile]:
        """The article's XML and, of each image, the format to prefer; in order of their names.

        Raises MissingError, OutageError.
        """
        listed: list[RemoteFile] = []
        query = {"prefix": f"{version}/"}
        while len(listed) < MAX_FILES:
            root = self._list(query)
            nodes = root.findall("{*}Contents")
            listed += [file for node in nodes if (file := _read_file_entry(node, version))]
            token = root.findtext("{*}NextContinuationToken")
            if not token:
                break
            query = {"prefix": f"{version}/", "continuation-token": token}
        # Of an image in several formats the one to prefer.
        best: dict[str, RemoteFile] = {}
        for file in listed:
            path = PurePosixPath(file.name)
            rank = _PREFERRED.get(path.suffix.lower(), -1)
            known = best.get(path.stem)
            if rank < 0:
                best[file.name] = file
            elif known is None or rank < _PREFERRED[PurePosixPath(known.name).suffix.lower()]:
                best[path.stem] = file
        return sorted(best.values(), key=lambda file: file.name)

    def fetch(self, file: RemoteFile) -> bytes:
        """Bytes of a file, checked. Raises MissingError, OutageError."""
        problem = ""
        for _ in range(3):
            data = self.client.get(f"{self.url}/{file.key}")
            if not (problem := file.find_problem(data)):
                return data
        raise OutageError(problem)

    def _list(self, query: dict[str, str]) -> Any:
        data = self.client.get(f"{self.url}/", {"list-type": "2", **query})
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise OutageError(f"the listing of {query['prefix']} is broken") from error


def _read_file_entry(node: Any, version: str) -> RemoteFile | None:
    """A listed file that is wanted and whose name is safe."""
    key, size = node.findtext("{*}Key") or "", node.findtext("{*}Size") or ""
    name = key.removeprefix(f"{version}/")
    wanted = name == f"{version}.xml" or PurePosixPath(name).suffix.lower() in _PREFERRED
    if not wanted or "/" in name or "\\" in name or name.startswith(".") or not size.isdigit():
        return None
    tag = (node.findtext("{*}ETag") or "").strip('"')
    return RemoteFile(key, int(size), tag if _MD5.fullmatch(tag) else "")


def search(client: PoliteClient, query: str, url: str = SEARCH) -> list[str]:
    """Ids of the open-access articles that ESearch finds in PMC, smallest first.

    Args:
        client: Fetches.
        query: In PMC's own query language.
        url: The service.

    Returns:
        Up to MOST_FOUND ids, 'PMC123'.

    Raises:
        OutageError: When the service fails or does not understand the query.
    """
    term = f"({query}) AND open access[filter]"
    parameters = {"db": "pmc", "term": term, "retmode": "json", "retmax": str(MOST_FOUND)}
    try:
        answer = json.loads(client.get(url, parameters | {"tool": "microvqa-pp"}))
        numbers = {int(number) for number in answer["esearchresult"]["idlist"]}
    except (MissingError, ValueError, LookupError, TypeError) as error:
        raise OutageError(f"ESearch gave no list of ids for {query!r}") from error
    return [f"PMC{number}" for number in sorted(numbers)]


@dataclass(frozen=True, slots=True)
class ArticleCache:
    """Articles and answers to queries, fetched once and kept in a folder."""

    folder: Path
    client: PoliteClient

    def search(self, query: str) -> list[str]:
        """Ids of a query: asked once, then as the cache has them. Raises OutageError."""
        kept = self.folder / "searches" / f"{make_fingerprint([SEARCH, query])[:20]}.json"
        if (known := _read_json(kept)) is not None:
            return [str(name) for name in known["ids"]]
        ids = search(self.client, query)
        logger.info("%d articles found for %r", len(ids), query)
        write_atomically(kept, json.dumps({"query": query, "ids": ids}, indent=1).encode())
        return ids

    def fetch(self, pmcid: str) -> Path | str:
        """Folder of an article's newest version, or why it is not to be used.

        Raises:
            MissingError: When the service does not have the article.
            OutageError: When it cannot be reached; what was fetched is kept.
        """
        # What is known of the article, if all its files are still there.
        record = self.folder / f"{pmcid}.json"
        if (known := _read_json(record)) is not None:
            folder = self.folder / str(known.get("version"))
            if known.get("refused"):
                return str(known["refused"])
            if all((folder / name).is_file() for name in known.get("files", ["."])):
                return folder
        # Retracted articles and those outside of the open access subset are not fetched.
        service = CloudService(self.client)
        version = service.find_newest_version(pmcid)
        metadata = service.get_metadata(version)
        refused = ""
        if metadata.get("is_retracted"):
            refused = "article is retracted"
        elif metadata.get("is_pmc_openaccess") is False:
            refused = "article is not in the open access subset"
        # Files of an earlier, broken off attempt are used again where they are whole.
        files = [] if refused else service.list_files(version)
        for file in files:
            path = self.folder / version / file.name
            if not path.is_file() or file.find_problem(path.read_bytes()):
                write_atomically(path, service.fetch(file))
        names = [file.name for file in files]
        logger.info("%s: %s", version, refused or f"{len(names)} files fetched")
        content = {"version": version, "refused": refused, "files": names}
        write_atomically(record, json.dumps(content, indent=1).encode())
        return refused or self.folder / version


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def find_cache() -> Path:
    """Where articles are kept: MICROVQA_PP_CACHE, else microvqa_pp/ in the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    named = os.environ.get("MICROVQA_PP_CACHE") or Path(root) / "microvqa_pp"
    return Path(named) / "pmc_oa"
