"""Request bodies: read within a size, inflated within another. The time they may take is the protocol's to bound."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from starlette.types import Receive

MAX_READING_BYTES = 24 * 1024 * 1024
"""Bytes of all bodies that have begun to come."""
_STEP = 64 * 1024
_GZIP = b"\x1f\x8b"


class Refused(Exception):
    """A request that is answered with a status and one line, and otherwise forgotten.

    `wait_s` is when it may come again.
    """

    def __init__(self, status: int, reason: str, wait_s: float = 2) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.wait_s = wait_s


class CutOff(Exception):
    """The client left before its request was complete."""


class Bodies:
    """Reads the bodies of one collector, and knows how much of them is in memory."""

    def __init__(self) -> None:
        self._reading = 0

    async def read(self, headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes:
        """The body as it was sent. Raises `Refused` (413, 415, 429) or `CutOff`, also when it took too long."""
        if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"identity", b"gzip", b""):
            raise Refused(415, "content-encoding must be gzip or none")
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length[:20]) > limit:
            raise _too_large(limit)
        message = await receive()
        body: bytes = message.get("body", b"")
        if message["type"] == "http.request" and not message.get("more_body") and len(body) <= limit:
            return body
        chunks, size = [], 0
        try:
            while True:
                if message["type"] == "http.disconnect":
                    raise CutOff
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
                self._reading += len(chunks[-1])
                if size > limit:
                    raise _too_large(limit)
                if not message.get("more_body"):
                    return b"".join(chunks)
                if self._reading > MAX_READING_BYTES:
                    raise Refused(429, "too much arrives at once")
                message = await receive()
        finally:
            self._reading -= size


def content(body: bytes, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """A body inflated when it is gzip, which its header or its first two bytes say. Raises `Refused`: 400, 413."""
    if body[:2] == _GZIP or headers.get(b"content-encoding", b"").strip().lower() == b"gzip":
        return inflate(body, limit)
    return body


def inflate(packed: bytes, limit: int) -> bytes:
    """The content of one gzip member; never holds more than the limit, whatever the input claims."""
    machine = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    inflated = bytearray()
    try:
        while packed and not machine.eof:
            inflated += machine.decompress(packed, _STEP)
            packed = machine.unconsumed_tail
            if len(inflated) > limit:
                raise _too_large(limit)
    except zlib.error as exc:
        raise Refused(400, "damaged gzip") from exc
    if not machine.eof or machine.unused_data:
        raise Refused(400, "gzip is cut off, or has more than one member")
    return bytes(inflated)


def _too_large(limit: int) -> Refused:
    return Refused(413, f"larger than {limit // 1024} KB; send smaller batches")
