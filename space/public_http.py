"""Requests to servers that a visitor names: only to public addresses, whatever the name says."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


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
        address = await _public_address(host, port)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


async def _public_address(host: str, port: int) -> str:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"there is no server called {host}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise httpx.ConnectError(f"{host} is not a public address; it is not reached from here")
    return addresses[0]


def visitor_client(allow_private: bool, timeout: float) -> httpx.AsyncClient:
    """A client for a server that a visitor names; with `allow_private` for any address."""
    transport = None if allow_private else PublicOnly()
    return httpx.AsyncClient(
        transport=transport, trust_env=False, timeout=timeout, follow_redirects=False
    )
