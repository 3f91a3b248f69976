"""Responses on disk, found by what was asked."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scoring.models.records import Response, canonical

_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "tokens_in": (int, type(None)),
    "tokens_out": (int, type(None)),
    "finish_reason": (str,),
    "latency": (int, float),
    "served_by": (str,),
}


class ResponseCache:
    """One JSON file per response in `folder`, named by the SHA-256 of its key.

    Files are written aside and renamed, so a killed run leaves whole files; an entry that cannot
    be read, or whose key differs, counts as absent and is written again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged = 0

    def _path(self, spelled: str) -> Path:
        digest = hashlib.sha256(spelled.encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest}.json"

    def get(self, key: Mapping[str, Any]) -> Response | None:
        """The response to a key, or None."""
        spelled = canonical(key)
        try:
            text = self._path(spelled).read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            self.damaged += 1
            return None
        try:
            entry = json.loads(text)
            if canonical(entry["key"]) != spelled:
                raise ValueError
            return Response(**_checked(entry["response"]), cached=True)
        except (ValueError, TypeError, KeyError, RecursionError):
            self.damaged += 1
            return None

    def put(self, key: Mapping[str, Any], response: Response) -> None:
        """Keeps a response."""
        spelled = canonical(key)
        fields = json.dumps({name: getattr(response, name) for name in _TYPES}, ensure_ascii=False)
        text = f'{{"key": {spelled}, "response": {fields}}}'
        write_aside(self._path(spelled), text.encode("utf-8", "replace"))


def _checked(fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict) or set(fields) != set(_TYPES):
        raise ValueError
    if not all(isinstance(fields[name], kinds) for name, kinds in _TYPES.items()):
        raise ValueError
    return fields


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
