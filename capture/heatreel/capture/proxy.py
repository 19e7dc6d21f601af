"""A forward proxy of the capture's own that lets a browser reach public addresses only.

`context.route` and the debugging protocol do not see WebSockets, and neither sees what a name resolves to. A proxy
does: every connection of the browser is opened here, to the very address that was looked at, so that neither a
redirect nor a name that changes its address in between (DNS rebinding) leads inside. WebRTC is kept to proxies by a
flag of the browser (see `browser.QUIET`). asyncio's streams do it in a page; the proxies on the package index resolve
names by themselves, at another moment than they check them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

HEAD_BYTES = 65_536
WAIT_S = 15.0
CHUNK = 65_536

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet: not of this machine, a private network or a link, nor one
    that leads to such an address (mapped, 6to4, Teredo, NAT64)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


class Refused(Exception):
    """An address that is not public."""


@asynccontextmanager
async def public_proxy() -> AsyncIterator[tuple[str, ...]]:
    """A running proxy; the arguments that make a browser use it for everything, loopback too."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, limit=HEAD_BYTES)
    port = server.sockets[0].getsockname()[1]
    try:
        yield (f"--proxy-server=http://127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>")
    finally:
        server.close()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)
        try:
            await _pass_on(head, reader, writer)
        except (Refused, ValueError):
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except (OSError, TimeoutError):
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    with suppress(OSError):
        writer.close()


async def _pass_on(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Opens the connection that a request asks for, and passes bytes on both ways until it ends."""
    first, _, rest = head.partition(b"\r\n")
    method, target, _ = first.decode("latin-1").split(" ", 2)
    if method == "CONNECT":
        parts = urlsplit(f"//{target}")
        far_reader, far_writer = await _connect(parts.hostname or "", parts.port or 443)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    else:
        parts = urlsplit(target)
        if parts.scheme != "http":
            raise ValueError(target)
        far_reader, far_writer = await _connect(parts.hostname or "", parts.port or 80)
        path = parts._replace(scheme="", netloc="").geturl() or "/"
        # One request for each connection: the next may be for another host.
        fields = [
            line for line in rest.split(b"\r\n") if line and not line.lower().startswith((b"proxy-", b"connection:"))
        ]
        far_writer.write(
            b"\r\n".join([f"{method} {path} HTTP/1.1".encode("latin-1"), *fields, b"Connection: close", b"", b""])
        )
    try:
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
    finally:
        with suppress(OSError):
            far_writer.close()


async def _connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first public address of a host. Raises `Refused` when one of them is not public."""
    loop = asyncio.get_running_loop()
    found = await asyncio.wait_for(loop.getaddrinfo(host, port, type=socket.SOCK_STREAM), WAIT_S)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses or not all(is_public(address) for address in addresses):
        raise Refused(host)
    return await asyncio.wait_for(asyncio.open_connection(addresses[0], port), WAIT_S)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()
