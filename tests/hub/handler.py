"""What the test Hub answers, endpoint by endpoint."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hub.server import TOKEN, TestHub
from tests.hub.storage import Repo, entry, etag, git_oid, is_lfs, tree

_API = re.compile(
    r"/api/(?P<kind>model|dataset|space)s/(?P<id>[\w.-]+(?:/[\w.-]+)?)"
    r"(?:/(?P<verb>revision|tree|paths-info|preupload|commit|commits|refs|xet-write-token)"
    r"(?:/(?P<revision>[^/]+)(?P<path>/.*)?)?)?"
)
_FILE = re.compile(
    r"/(?:(?P<kind>dataset|space)s/)?(?P<id>[\w.-]+/[\w.-]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)"
)
_LFS = re.compile(
    r"/(?:(?P<kind>dataset|space)s/)?(?P<id>[\w.-]+/[\w.-]+)\.git/info/lfs/objects/batch"
)


class HubError(Exception):
    """An error that the Hub answers with."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Handler(BaseHTTPRequestHandler):
    """One connection; `hub` is set by `handler_for`."""

    protocol_version = "HTTP/1.1"
    hub: TestHub

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def handle(self) -> None:
        """Serve a connection; a client may leave it at any time."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """Serve GET."""
        self._serve()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def _serve(self) -> None:
        self._url = urlsplit(self.path)
        path = unquote(self._url.path)
        fault = self.hub.fault(f"{self.command} {path}")
        size = int(self.headers.get("Content-Length") or 0)
        if fault == "break" and size > 1:
            self.rfile.read(size // 2)
            self.close_connection = True
            return
        body = self._body(size)
        try:
            if isinstance(fault, int):
                codes = {401: "RepoNotFound", 403: "GatedRepo", 404: "RepoNotFound"}
                raise HubError(fault, codes.get(fault, ""), f"planned fault {fault}")
            self._dispatch(path, body, broken=fault == "break")
        except HubError as error:
            headers = {"X-Error-Code": error.code, "X-Error-Message": str(error)}
            self._send(error.status, json.dumps({"error": str(error)}).encode(), headers)

    def _body(self, size: int) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(size)
        chunks = []
        while length := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(length))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _dispatch(self, path: str, body: bytes, broken: bool) -> None:
        if found := _FILE.fullmatch(path):
            return self._file(found, broken)
        if found := _LFS.fullmatch(path):
            return self._json(self._batch(json.loads(body)))
        if path.startswith("/lfs/"):
            return self._store(path.removeprefix("/lfs/"), body)
        if path == "/api/whoami-v2":
            self._need_token()
            return self._json({"type": "user", "name": "tester", "orgs": [{"name": "org"}]})
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        if found := _API.fullmatch(path):
            return self._api(found, body)
        raise HubError(404, "", f"no such endpoint: {path}")

    def _need_token(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise HubError(401, "", "Invalid username or password.")

    def _repo(self, kind: str | None, repo_id: str) -> Repo:
        repo = self.hub.repos.get((kind or "model", repo_id))
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if repo is None or (repo.private and not known):
            raise HubError(401 if not known else 404, "RepoNotFound", "Repository not found")
        return repo

    def _create(self, asked: dict[str, Any]) -> None:
        self._need_token()
        kind = asked.get("type") or "model"
        repo_id = f"{asked.get('organization') or 'tester'}/{asked['name']}"
        url = f"{self.hub.url}/{'' if kind == 'model' else kind + 's/'}{repo_id}"
        told = {"url": url, "name": repo_id, "id": repo_id}
        if (kind, repo_id) in self.hub.repos:
            return self._json(told | {"error": "You already created this repo"}, 409)
        repo = Repo(kind, repo_id, bool(asked.get("private")), sdk=asked.get("sdk") or "")
        self.hub.repos[kind, repo_id] = repo
        return self._json(told)

    def _batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._need_token()
        objects = []
        for one in asked["objects"]:
            href = f"{self.hub.url}/lfs/{one['oid']}"
            missing = one["oid"] not in self.hub.blobs
            objects.append(one | ({"actions": {"upload": {"href": href}}} if missing else {}))
        return {"transfer": "basic", "objects": objects}

    def _store(self, oid: str, body: bytes) -> None:
        if hashlib.sha256(body).hexdigest() != oid:
            raise HubError(400, "", "the bytes do not have this digest")
        self.hub.blobs[oid] = body
        self._json({})

    def _api(self, found: re.Match[str], body: bytes) -> None:
        repo = self._repo(found["kind"], found["id"])
        verb, revision = found["verb"], found["revision"] or "main"
        if verb in ("preupload", "commit"):
            self._need_token()
        files = repo.files(revision)
        if files is None:
            raise HubError(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        if verb in (None, "revision"):
            return self._json(self._info(repo, files, repo.sha_of(revision)))
        if verb == "refs":
            branch = {"name": "main", "ref": "refs/heads/main", "targetCommit": repo.sha}
            return self._json({"branches": [branch], "tags": [], "converts": []})
        if verb == "tree":
            return self._tree(files, (found["path"] or "").strip("/"))
        if verb == "paths-info":
            return self._json(_paths_info(files, self._asked(body)))
        if verb == "preupload":
            return self._json(
                {"files": [_mode(f["path"], files) for f in json.loads(body)["files"]]}
            )
        if verb == "commit":
            return self._commit(repo, body)
        if verb == "commits":
            shown = [
                {"id": sha, "title": "commit", "message": "", "authors": [], "date": _DATE}
                for sha, _ in reversed(repo.commits)
            ]
            return self._json(shown)
        raise HubError(404, "", f"no such endpoint: {verb}")

    def _asked(self, body: bytes) -> list[str]:
        if "json" in (self.headers.get("Content-Type") or ""):
            return list(json.loads(body)["paths"])
        return parse_qs(body.decode())["paths"]

    def _tree(self, files: dict[str, bytes], folder: str) -> None:
        recursive = parse_qs(self._url.query).get("recursive", ["false"])[0].lower() == "true"
        listed = tree(files, folder, recursive)
        if folder and not listed:
            raise HubError(404, "EntryNotFound", f"{folder} does not exist")
        self._json(listed)

    def _info(self, repo: Repo, files: dict[str, bytes], sha: str) -> dict[str, Any]:
        siblings = [{"rfilename": path} for path in sorted(files)]
        return {
            "_id": "0", "id": repo.id, "modelId": repo.id, "sha": sha, "private": repo.private,
            "gated": "auto" if repo.gated else False, "disabled": False, "tags": [],
            "downloads": 0, "likes": 0, "lastModified": _DATE, "createdAt": _DATE,
            "sdk": repo.sdk, "siblings": siblings,
        }  # fmt: skip

    def _commit(self, repo: Repo, body: bytes) -> None:
        added: dict[str, bytes] = {}
        deleted: list[str] = []
        for line in body.decode().splitlines():
            step = json.loads(line)
            value = step["value"]
            if step["key"] == "file":
                added[value["path"]] = base64.b64decode(value["content"])
            elif step["key"] == "lfsFile":
                if value["oid"] not in self.hub.blobs:
                    raise HubError(400, "", f"{value['path']} was not uploaded")
                added[value["path"]] = self.hub.blobs[value["oid"]]
            elif step["key"] == "deletedFile":
                deleted.append(value["path"])
            elif step["key"] == "deletedFolder":
                deleted.append(f"{value['path'].rstrip('/')}/")
        sha = repo.commit(added, deleted)
        prefix = "" if repo.kind == "model" else f"{repo.kind}s/"
        url = f"{self.hub.url}/{prefix}{repo.id}/commit/{sha}"
        self._json({"success": True, "commitOid": sha, "commitUrl": url, "hookOutput": ""})

    def _file(self, found: re.Match[str], broken: bool) -> None:
        repo = self._repo(found["kind"], found["id"])
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if repo.gated and not known:
            raise HubError(401, "GatedRepo", f"Access to {repo.id} is restricted: log in")
        files = repo.files(found["revision"])
        if files is None:
            raise HubError(404, "RevisionNotFound", "Invalid rev id")
        data = files.get(found["path"])
        if data is None:
            raise HubError(404, "EntryNotFound", "Entry not found")
        headers = {
            "ETag": f'"{etag(found["path"], data)}"',
            "X-Repo-Commit": repo.sha_of(found["revision"]),
            "Accept-Ranges": "bytes",
        }
        status, part = 200, data
        if span := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
            start, end = int(span[1]), min(int(span[2] or len(data)), len(data) - 1)
            status, part = 206, data[start : end + 1]
            headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
        self._send(status, part, headers, broken)

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(
        self, status: int, data: bytes, headers: dict[str, str], broken: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            part = data[: len(data) // 2] if broken else data
            with suppress(ConnectionError):
                self.wfile.write(part)
            self.hub.count_sent(len(part))
        self.close_connection = self.close_connection or broken


_DATE = "2026-01-01T00:00:00.000Z"


def _paths_info(files: dict[str, bytes], paths: list[str]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for path in (p.strip("/") for p in paths):
        if path in files:
            found.append(entry(path, files[path]))
        elif any(known.startswith(f"{path}/") for known in files):
            found.append({"type": "directory", "path": path, "size": 0, "oid": "0" * 40})
    return found


def _mode(path: str, files: dict[str, bytes]) -> dict[str, Any]:
    """How a file is to be uploaded, and the object id of the file that is there already."""
    known = files.get(path)
    oid = None
    if known is not None:
        oid = hashlib.sha256(known).hexdigest() if is_lfs(path) else git_oid(known)
    mode = "lfs" if is_lfs(path) else "regular"
    return {"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid}


def handler_for(hub: TestHub) -> type[Handler]:
    """Handler class of one Hub."""
    return type("BoundHandler", (Handler,), {"hub": hub})
