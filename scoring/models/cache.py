"""Responses on disk, found by what was asked."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from scoring.models.records import Response, dump_canonical

logger = logging.getLogger("microvqa_pp")

_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "tokens_in": (int, type(None)),
    "tokens_out": (int, type(None)),
    "finish_reason": (str,),
    "latency": (int, float),
    "served_by": (str,),
}


class ReplyStore(Protocol):
    """Where a client looks for a response before it asks, and leaves what it was answered."""

    def get(self, key: Mapping[str, Any]) -> Response | None:
        """The response to a key, or None."""
        ...

    def put(self, key: Mapping[str, Any], response: Response) -> None:
        """Keeps a response."""
        ...


class ResponseCache:
    """One JSON file per response in `folder`, named by the SHA-256 of its key.

    Files are written aside and renamed, so a killed run leaves whole files; an entry that cannot
    be read, or whose key differs, counts as absent and is written again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged = 0

    def get(self, key: Mapping[str, Any]) -> Response | None:
        """The response to a key, or None."""
        spelled = dump_canonical(key)
        path = self._path(spelled)
        try:
            known, response = read_entry(path.read_bytes())
            if known != spelled:
                raise ValueError("the entry answers another request")
            return replace(response, cached=True)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            logger.warning("a kept response is damaged and is asked for again: %s", path)
            self.damaged += 1
            return None

    def put(self, key: Mapping[str, Any], response: Response) -> None:
        """Keeps a response."""
        spelled = dump_canonical(key)
        fields = json.dumps({name: getattr(response, name) for name in _TYPES}, ensure_ascii=False)
        text = f'{{"key": {spelled}, "response": {fields}}}'
        write_aside(self._path(spelled), text.encode("utf-8", "replace"))

    def _path(self, spelled: str) -> Path:
        digest = _digest(spelled)
        return self.folder / digest[:2] / f"{digest}.json"


def read_entry(data: bytes) -> tuple[str, Response]:
    """The key of a response's file, in its one spelling, and the response.

    Raises:
        ValueError, TypeError, KeyError, RecursionError: the bytes are no such file.
    """
    entry = json.loads(data.decode("utf-8"))
    fields = entry["response"]
    if set(fields) != set(_TYPES):
        raise ValueError("a response has other fields")
    if not all(isinstance(fields[name], kinds) for name, kinds in _TYPES.items()):
        raise ValueError("a field of a response has another type")
    return dump_canonical(entry["key"]), Response(**fields)


def digest_key(key: Mapping[str, Any]) -> str:
    """The name of a response's file, from its key: 64 hexadecimal digits."""
    return _digest(dump_canonical(key))


def _digest(spelled: str) -> str:
    return hashlib.sha256(spelled.encode("utf-8", "replace")).hexdigest()


def write_aside(path: Path, data: bytes) -> None:
    """Writes a file in one step: whoever reads it sees the old or the new one, whole."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
