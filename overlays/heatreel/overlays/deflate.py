"""zlib streams made in strips: threads share the work, and memory holds a few strips at a time."""

from __future__ import annotations

import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

isal_zlib: Any
try:
    from isal import isal_zlib
except ImportError:
    isal_zlib = None

# Any arithmetic of numpy over so many bytes, see `_clean_registers`.
_WIDE = np.zeros(64, np.uint8)

_HEADER = b"\x78\x01"
_LEVEL = 1
_ADLER_BASE = 65521


@dataclass(frozen=True, slots=True)
class _Piece:
    data: bytes
    adler: int
    length: int


def deflate(raw: Callable[[int], bytes | memoryview], strips: int, threads: int | None = None) -> Iterator[bytes]:
    """The zlib stream of `raw(0) + ... + raw(strips - 1)`, in pieces.

    `raw` is called from threads. Each strip is compressed on its own, so the bytes do not depend on the number
    of threads. They do depend on the compressor: isal where it is installed (five times faster), else zlib.
    """
    yield _HEADER
    adler = 1
    for piece in _in_order(lambda strip: _piece(raw(strip), strip == strips - 1), strips, threads):
        adler = _adler_of_both(adler, piece.adler, piece.length)
        yield piece.data
    yield adler.to_bytes(4, "big")


def compressor_name() -> str:
    """Which compressor makes the streams: "isal" or "zlib"."""
    return "isal" if isal_zlib else "zlib"


def _piece(raw: bytes | memoryview, last: bool) -> _Piece:
    if isal_zlib:
        stream = isal_zlib.compressobj(_LEVEL, wbits=-15)
        data = stream.compress(raw) + stream.flush(isal_zlib.Z_FINISH if last else isal_zlib.Z_FULL_FLUSH)
        adler = isal_zlib.adler32(raw)
        _clean_registers()
        return _Piece(data, adler, len(raw))
    plain = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    data = plain.compress(raw) + plain.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
    return _Piece(data, zlib.adler32(raw), len(raw))


def crc32(data: bytes, start: int = 0) -> int:
    """CRC-32 of some bytes that come after others with the CRC-32 `start`."""
    if isal_zlib is None:
        return zlib.crc32(data, start)
    found = int(isal_zlib.crc32(data, start))
    _clean_registers()
    return found


def _clean_registers() -> None:
    """isal leaves the upper halves of the processor's vector registers in use, and from then on OpenCV, whose code is
    for the lower halves, takes three times as long in this thread. numpy's arithmetic clears them."""
    np.subtract(_WIDE, _WIDE)


def _in_order(work: Callable[[int], _Piece], count: int, threads: int | None) -> Iterator[_Piece]:
    """`work(0)`, `work(1)`, ... in order, a few ahead in threads."""
    workers = min(threads or os.cpu_count() or 1, 4, count)
    if workers <= 1:
        yield from map(work, range(count))
        return
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[_Piece]] = deque()
        for number in range(count):
            ahead.append(pool.submit(work, number))
            if len(ahead) > 2 * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _adler_of_both(first: int, second: int, second_length: int) -> int:
    """Adler-32 of two byte strings joined, from the sums of each (zlib's adler32_combine)."""
    low = (first & 0xFFFF) + (second & 0xFFFF) - 1
    high = (first >> 16) + (second >> 16) + second_length * ((first & 0xFFFF) - 1)
    return (high % _ADLER_BASE) << 16 | low % _ADLER_BASE
