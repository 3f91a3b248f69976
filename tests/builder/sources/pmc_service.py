"""A copy of PMC's cloud service and ESearch on loopback, with faults on demand."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

PAGE = 3
"""Keys in one page of a listing."""


@dataclass(slots=True)
class PmcCopy:
    """Objects by key; `faults`: end of a path -> statuses, 'break' or 'corrupt', in turn."""

    objects: dict[str, bytes] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    faults: dict[str, list[int | str]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> PmcCopy:
        handler = type("Bound", (_Handler,), {"copy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def add(self, version: str, files: dict[str, bytes], **metadata: Any) -> None:
        """An article version with its files and what the metadata say besides the usual."""
        self.objects |= {f"{version}/{name}": data for name, data in files.items()}
        pmcid, _, number = version.partition(".")
        told = {"pmcid": pmcid, "version": int(number), "is_pmc_openaccess": True}
        told |= {"is_retracted": False, "license_code": "CC BY"} | metadata
        self.objects[f"metadata/{version}.json"] = json.dumps(told).encode()


class _Handler(BaseHTTPRequestHandler):
    copy: PmcCopy
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        self.copy.requests.append(path if path != "/" else f"list {query['prefix'][0]}")
        planned = self.copy.faults.get(path.rpartition("/")[2], [])
        fault = planned.pop(0) if planned else None
        if isinstance(fault, int):
            return self._send(fault, b"", fault=None)
        if path == "/":
            return self._send(200, self._listing(query), fault)
        if path == "/esearch.fcgi":
            found = {"esearchresult": {"count": "0", "idlist": self.copy.ids}}
            return self._send(200, json.dumps(found).encode(), fault)
        data = self.copy.objects.get(path.lstrip("/"))
        return self._send(404 if data is None else 200, data or b"", fault)

    def _listing(self, query: dict[str, list[str]]) -> bytes:
        prefix = query["prefix"][0]
        keys = sorted(key for key in self.copy.objects if key.startswith(prefix))
        if "delimiter" in query:
            folders = sorted({key.split("/")[0] for key in keys})
            body = "".join(
                f"<CommonPrefixes><Prefix>{f}/</Prefix></CommonPrefixes>" for f in folders
            )
        else:
            start = int(query.get("continuation-token", ["0"])[0])
            body = "".join(self._entry(key) for key in keys[start : start + PAGE])
            if start + PAGE < len(keys):
                body += f"<NextContinuationToken>{start + PAGE}</NextContinuationToken>"
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        return f'<ListBucketResult xmlns="{space}">{body}</ListBucketResult>'.encode()

    def _entry(self, key: str) -> str:
        data = self.copy.objects[key]
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        size, tag = len(data), f"&quot;{md5}&quot;"
        shown = f"<Key>{escape(key)}</Key><Size>{size}</Size><ETag>{tag}</ETag>"
        return f"<Contents>{shown}</Contents>"

    def _send(self, status: int, data: bytes, fault: int | str | None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        if fault == "corrupt":
            data = data[:-1] + bytes([data[-1] ^ 1])
        self.wfile.write(data[: len(data) // 2] if fault == "break" else data)
        self.close_connection = fault == "break"
