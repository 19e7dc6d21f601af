"""Request bodies: read within a time and a size, inflated within another size."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping

from heatreel.capture.collector.wire import MAX_INFLATED_BYTES, MAX_WIRE_BYTES

DEADLINE_S = 10.0
_STEP = 64 * 1024


class Refused(Exception):
    """A request that is answered with a status and one line, and otherwise forgotten."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_body(headers: Mapping[str, str], stream: AsyncIterator[bytes], deadline_s: float = DEADLINE_S) -> bytes:
    """The body, inflated when it came as gzip. Raises `Refused`: 408, 413, 415, or 400 for damaged gzip."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise Refused(415, "content-encoding must be gzip or none")
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > MAX_WIRE_BYTES:
        raise _too_large(MAX_WIRE_BYTES)
    try:
        async with asyncio.timeout(deadline_s):
            body = await _read(stream)
    except TimeoutError as exc:
        raise Refused(408, f"the body did not arrive within {deadline_s:g} s") from exc
    return inflate(body) if encoding == "gzip" else body


async def _read(stream: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > MAX_WIRE_BYTES:
            raise _too_large(MAX_WIRE_BYTES)
    return bytes(body)


def inflate(packed: bytes) -> bytes:
    """The content of one gzip member; never holds more than the limit, whatever the input claims."""
    machine = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    content = bytearray()
    try:
        while packed and not machine.eof:
            content += machine.decompress(packed, _STEP)
            packed = machine.unconsumed_tail
            if len(content) > MAX_INFLATED_BYTES:
                raise _too_large(MAX_INFLATED_BYTES)
    except zlib.error as exc:
        raise Refused(400, "damaged gzip") from exc
    if not machine.eof or machine.unused_data:
        raise Refused(400, "gzip is cut off, or has more than one member")
    return bytes(content)


def _too_large(limit: int) -> Refused:
    return Refused(413, f"larger than {limit // 1024} KB; send smaller batches")
