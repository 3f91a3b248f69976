"""Repositories of the test Hub: commits over files, in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

LFS_SUFFIXES = (".parquet", ".safetensors", ".png", ".jpg", ".bin")


def git_oid(data: bytes) -> str:
    """Object id that git gives a file, hexadecimal."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Repo:
    """One repository: its visibility, and the files of each commit, oldest first."""

    kind: str
    id: str
    private: bool = False
    gated: bool = False
    sdk: str = ""
    commits: list[tuple[str, dict[str, bytes]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Every repository starts with an empty commit."""
        self.commit({}, [])

    @property
    def sha(self) -> str:
        """The newest commit."""
        return self.commits[-1][0]

    def files(self, revision: str = "main") -> dict[str, bytes] | None:
        """Files by path at a revision, None for one that does not exist."""
        if revision in ("main", "HEAD", "refs/heads/main"):
            return self.commits[-1][1]
        return next((files for sha, files in self.commits if sha == revision), None)

    def sha_of(self, revision: str) -> str:
        """Commit that a revision stands for."""
        return revision if any(revision == sha for sha, _ in self.commits) else self.sha

    def commit(self, added: dict[str, bytes], deleted: list[str]) -> str:
        """Add and delete files; a deleted path that ends in / is a folder."""
        files = dict(self.commits[-1][1]) if self.commits else {}
        for path in deleted:
            for known in list(files):
                if known == path or (path.endswith("/") and known.startswith(path)):
                    del files[known]
        files |= added
        state = f"{self.kind}{self.id}{len(self.commits)}{sorted(files)}"
        sha = hashlib.sha1(state.encode(), usedforsecurity=False).hexdigest()
        self.commits.append((sha, files))
        return sha


def is_lfs(path: str) -> bool:
    """Whether the Hub keeps a file as a large one."""
    return path.endswith(LFS_SUFFIXES)


def entry(path: str, data: bytes) -> dict[str, object]:
    """A file as the tree of the API lists it."""
    shown: dict[str, object] = {
        "type": "file", "path": path, "size": len(data), "oid": git_oid(data),
    }  # fmt: skip
    if is_lfs(path):
        oid = hashlib.sha256(data).hexdigest()
        shown["lfs"] = {"oid": oid, "size": len(data), "pointerSize": 134}
    return shown


def etag(path: str, data: bytes) -> str:
    """Entity tag of a file: SHA-256 of a large one, else git's object id."""
    return hashlib.sha256(data).hexdigest() if is_lfs(path) else git_oid(data)


def tree(files: dict[str, bytes], folder: str, recursive: bool) -> list[dict[str, object]]:
    """Files and folders below a folder ('' for the root)."""
    start = f"{folder}/" if folder else ""
    below = {path: data for path, data in sorted(files.items()) if path.startswith(start)}
    folders: dict[str, None] = {}
    listed = []
    for path, data in below.items():
        parts = path.removeprefix(start).split("/")
        depth = len(parts) if recursive else 2
        folders |= {start + "/".join(parts[:i]): None for i in range(1, min(depth, len(parts)))}
        if recursive or len(parts) == 1:
            listed.append(entry(path, data))
    oid = "0" * 40
    return [{"type": "directory", "path": f, "size": 0, "oid": oid} for f in folders] + listed
