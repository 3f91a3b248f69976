"""The public services that have PubMed Central's articles: PMC Cloud Service and ESearch.

PMC Cloud Service: https://pmc.ncbi.nlm.nih.gov/tools/pmcaws/, a bucket with one folder for each
version of an article, `PMC123.1/`, that holds its XML and its media as single files, and
`metadata/PMC123.1.json`. (The packages of the former FTP service ended in August 2026.)
ESearch: https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ESearch
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from builder.sources.files import IMAGES
from builder.sources.pmc_oa.client import MissingError, OutageError, PoliteClient

CLOUD = os.environ.get("MICROVQA_PP_PMC_CLOUD", "https://pmc-oa-opendata.s3.amazonaws.com")
SEARCH = os.environ.get(
    "MICROVQA_PP_PMC_SEARCH", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi"
)
RATE = float(os.environ.get("MICROVQA_PP_PMC_RATE", "3"))
"""Requests a second from one cache; ESearch allows 3 without a key."""

MOST_FOUND = 9_999
"""ESearch gives no more ids than these for a query."""

MAX_FILES = 2_000
_MD5 = re.compile(r"[0-9a-f]{32}")
_PREFERRED = {suffix: place for place, suffix in enumerate(IMAGES)}


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

    def problem(self, data: bytes) -> str:
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

    def newest_version(self, pmcid: str) -> str:
        """Newest version of an article, 'PMC123.2'. Raises MissingError, OutageError."""
        root = self._list({"prefix": f"{pmcid}.", "delimiter": "/"})
        found = [p.text or "" for p in root.findall("{*}CommonPrefixes/{*}Prefix")]
        versions = [
            int(match[1]) for p in found if (match := re.fullmatch(rf"{pmcid}\.(\d{{1,4}})/", p))
        ]
        if not versions:
            raise MissingError(f"{pmcid} is not in PMC's article datasets")
        return f"{pmcid}.{max(versions)}"

    def metadata(self, version: str) -> dict[str, Any]:
        """What PMC says about an article version. Raises MissingError, OutageError."""
        try:
            told = json.loads(self.client.get(f"{self.url}/metadata/{version}.json"))
        except ValueError as error:
            raise MissingError(f"metadata of {version} is no JSON") from error
        return told if isinstance(told, dict) else {}

    def files(self, version: str) -> list[RemoteFile]:
        """The article's XML and, of each image, the format to prefer; in order of their names.

        Raises MissingError, OutageError.
        """
        found: list[RemoteFile] = []
        query = {"prefix": f"{version}/"}
        while len(found) < MAX_FILES:
            root = self._list(query)
            found += [f for node in root.findall("{*}Contents") if (f := _file(node, version))]
            token = root.findtext("{*}NextContinuationToken")
            if not token:
                break
            query = {"prefix": f"{version}/", "continuation-token": token}
        return _chosen(found)

    def fetch(self, file: RemoteFile) -> bytes:
        """Bytes of a file, checked. Raises MissingError, OutageError."""
        problem = ""
        for _ in range(3):
            data = self.client.get(f"{self.url}/{file.key}")
            if not (problem := file.problem(data)):
                return data
        raise OutageError(problem)

    def _list(self, query: dict[str, str]) -> Any:
        data = self.client.get(f"{self.url}/", {"list-type": "2", **query})
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise OutageError(f"the listing of {query['prefix']} is broken") from error


def _file(node: Any, version: str) -> RemoteFile | None:
    """A listed file that is wanted and whose name is safe."""
    key, size = node.findtext("{*}Key") or "", node.findtext("{*}Size") or ""
    name = key.removeprefix(f"{version}/")
    wanted = name == f"{version}.xml" or PurePosixPath(name).suffix.lower() in _PREFERRED
    if not wanted or "/" in name or "\\" in name or name.startswith(".") or not size.isdigit():
        return None
    tag = (node.findtext("{*}ETag") or "").strip('"')
    return RemoteFile(key, int(size), tag if _MD5.fullmatch(tag) else "")


def _chosen(files: list[RemoteFile]) -> list[RemoteFile]:
    best: dict[str, RemoteFile] = {}
    for file in files:
        path = PurePosixPath(file.name)
        rank = _PREFERRED.get(path.suffix.lower(), -1)
        known = best.get(path.stem)
        if rank < 0:
            best[file.name] = file
        elif known is None or rank < _PREFERRED[PurePosixPath(known.name).suffix.lower()]:
            best[path.stem] = file
    return sorted(best.values(), key=lambda file: file.name)


def search(client: PoliteClient, query: str, url: str = SEARCH) -> list[str]:
    """Ids of the open-access articles that ESearch finds in PMC, up to MOST_FOUND, smallest first.

    Raises OutageError when the service fails or does not understand the query.
    """
    term = f"({query}) AND open access[filter]"
    asked = {"db": "pmc", "term": term, "retmode": "json", "retmax": str(MOST_FOUND)}
    try:
        found = json.loads(client.get(url, asked | {"tool": "microvqa-pp"}))["esearchresult"]
        numbers = {int(number) for number in found["idlist"]}
    except (MissingError, ValueError, LookupError, TypeError) as error:
        raise OutageError(f"ESearch gave no list of ids for {query!r}") from error
    return [f"PMC{number}" for number in sorted(numbers)]
