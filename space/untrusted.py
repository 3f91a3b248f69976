"""What visitors bring, checked before anything opens it: uploaded files, and servers they name.

Files are refused by kind, size and what they unpack to. Servers are reached at public addresses
only, whatever their name says.
"""

from __future__ import annotations

import asyncio
import base64
import io
import ipaddress
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, UnidentifiedImageError

from filtering.image_files import FORMATS, ImageError, decode_image
from space.images import shrink_to_jpeg

IMAGE_TYPES = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".bmp"]
TABLE_TYPES = [".parquet", ".jsonl", ".json", ".csv", ".tsv"]
MOST_PIXELS = 40_000_000
MOST_BYTES = 20 << 20
MOST_TABLE_BYTES = 50 << 20
MOST_UNPACKED = 400 << 20
_PREVIEW = 900
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class UploadError(ValueError):
    """An upload that is refused; the message says why."""


def read_image(path: str | Path) -> bytes:
    """The bytes of an uploaded figure, as they are.

    Raises:
        UploadError: it is no image, or too large; the message says why, in words for the visitor.
    """
    file = Path(path)
    if file.stat().st_size > MOST_BYTES:
        raise UploadError(f"the image has more than {MOST_BYTES >> 20} MB")
    data = file.read_bytes()
    # The size stands in the header: an image that unpacks to gigabytes is never unpacked.
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
        if width * height > MOST_PIXELS:
            megapixels = width * height / 1e6
            limit = MOST_PIXELS // 1_000_000
            raise UploadError(f"the image has {megapixels:.0f} megapixels; at most {limit}")
        decode_image(data)
    except UnidentifiedImageError as error:
        kinds = ", ".join(FORMATS)
        raise UploadError(f"this is no image that is read here; give one of {kinds}") from error
    except (ImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise UploadError(f"this image cannot be used: {error}") from error
    return data


def make_preview(data: bytes) -> str:
    """A small version of an image as a data URL."""
    return "data:image/jpeg;base64," + base64.b64encode(shrink_to_jpeg(data, _PREVIEW)).decode()


def take_table(path: str | Path, folder: Path) -> Path:
    """A copy of an uploaded table in a folder of ours, under a name of ours.

    Raises:
        UploadError: it is another kind of file, too large, or unpacks to more than 400 MB.
    """
    file = Path(path)
    kind = file.suffix.lower()
    if kind not in TABLE_TYPES:
        raise UploadError(f"a table is one of {', '.join(TABLE_TYPES)}")
    if file.stat().st_size > MOST_TABLE_BYTES:
        raise UploadError(f"the table has more than {MOST_TABLE_BYTES >> 20} MB")
    if kind == ".parquet":
        try:
            meta = pq.read_metadata(file)
        except (pa.ArrowException, OSError) as error:
            raise UploadError("this is no Parquet file") from error
        groups = [meta.row_group(n) for n in range(meta.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > MOST_UNPACKED:
            raise UploadError(f"the table unpacks to more than {MOST_UNPACKED >> 20} MB")
    taken = folder / f"table{kind}"
    shutil.copyfile(file, taken)
    return taken


class AddressError(ValueError):
    """A server that may not be reached from here; the message says why."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64 or ip.sixtofour is not None or ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast


def check_url(url: str) -> str:
    """A URL of a server as it is used. Raises AddressError for what is no http or https URL."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        named = parts.hostname, parts.port
    except ValueError as error:
        raise AddressError(f"this is no URL: {error}") from error
    if parts.scheme not in ("http", "https") or not named[0]:
        raise AddressError("the URL must begin with https:// or http:// and name a server")
    if parts.username or parts.password:
        raise AddressError("the URL must not hold a user name or password")
    return text


class PublicOnly(httpx.AsyncBaseTransport):
    """Connects to public addresses alone.

    Every request, redirected ones too, has its name looked up once, all addresses checked, and
    goes to the address that was checked, so that a second look-up cannot give another.
    """

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises httpx.ConnectError for an address that is not public."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = await _resolve_public(host, port)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


async def _resolve_public(host: str, port: int) -> str:
    loop = asyncio.get_running_loop()
    try:
        entries = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"there is no server called {host}") from error
    addresses = [str(entry[4][0]) for entry in entries]
    if not addresses or not all(is_public(address) for address in addresses):
        raise httpx.ConnectError(f"{host} is not a public address; it is not reached from here")
    return addresses[0]


def make_visitor_client(allow_private: bool, timeout: float) -> httpx.AsyncClient:
    """A client for a server that a visitor names; with `allow_private` for any address."""
    transport = None if allow_private else PublicOnly()
    return httpx.AsyncClient(
        transport=transport, trust_env=False, timeout=timeout, follow_redirects=False
    )
