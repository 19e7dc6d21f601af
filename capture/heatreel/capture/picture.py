"""The full-page picture of a state."""

from __future__ import annotations

import asyncio
import base64
import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

from heatreel.capture.tab import Tab
from heatreel.core.errors import PageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BAND_PIXELS = 40_000_000
"""Pages with more device px are taken in bands: past about 124 million the rest of a picture is blank, without error,
and memory grows with the area."""

BAND_CSS_PX = 4000

MOST_PIXELS = 160_000_000
"""A picture has at most so many device px, for the sake of all who have to open it."""

MOST_WIDTH = 16_384
"""A picture is at most so many CSS px wide."""

PICTURE_S = 60.0
"""Bound for one picture."""


async def picture(tab: Tab, width: int, height: int) -> bytes:
    """A PNG of the page from its top left corner, `width` x `height` CSS px at the viewport's pixel ratio.

    The page scripts do not hear of the `resize` that a full-page picture causes. Raises `PageError` when the
    browser gives none.
    """
    await tab.ask("shoot", True)
    try:
        if width * height * tab.viewport.dpr**2 <= BAND_PIXELS:
            return await clip(tab, 0, 0, width, height)
        return await _banded(tab, width, height)
    finally:
        await tab.ask("shoot", False)


async def clip(tab: Tab, x: int, y: int, width: int, height: int) -> bytes:
    """A PNG of a part of the page, in page CSS px. Raises `PageError` when the browser gives none."""
    window = tab.viewport
    arguments: dict[str, Any] = {
        "format": "png",
        # Half the time for a fifth more bytes.
        "optimizeForSpeed": True,
        # Inside the window nothing is laid out anew for the picture.
        "captureBeyondViewport": x + width > window.width or y + height > window.height,
        "clip": {"x": x, "y": y, "width": width, "height": height, "scale": 1},
    }
    try:
        answer = await asyncio.wait_for(tab.cdp.send("Page.captureScreenshot", arguments), PICTURE_S)
    except Exception as exc:
        raise PageError(f"{tab.url}: no picture ({exc or 'too slow'})") from exc
    return base64.b64decode(answer["data"])


def shown_size(width: int, height: int, dpr: float, most_height: int) -> tuple[int, int]:
    """Width and height in CSS px of what a picture shows of a page of that size: all, or what the bounds leave."""
    width = min(width, MOST_WIDTH)
    return width, min(height, most_height, int(MOST_PIXELS / (width * dpr**2)))


async def _banded(tab: Tab, width: int, height: int) -> bytes:
    """The picture band by band, so that memory is bounded by a band."""
    band = max(200, min(BAND_CSS_PX, int(BAND_PIXELS / (width * tab.viewport.dpr**2))))
    writer = _Writer()
    for top in range(0, height, band):
        png = await clip(tab, 0, top, width, min(band, height - top))
        await asyncio.to_thread(writer.add, png)
    return await asyncio.to_thread(writer.end)


class _Writer:
    """Puts PNGs of one width below each other, one at a time: rows with filter 2 (up), deflated as they come."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(3)
        self._data: list[bytes] = []
        self._above: NDArray[np.uint8] | None = None
        self._rows = 0

    def add(self, png: bytes) -> None:
        import numpy as np

        rows = pixels(png)
        rows = rows.reshape(rows.shape[0], -1)
        above = np.zeros_like(rows[:1]) if self._above is None else self._above
        filtered = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
        filtered[:, 0] = 2
        np.subtract(rows, np.concatenate([above, rows[:-1]]), out=filtered[:, 1:])
        self._above = rows[-1:].copy()
        self._rows += rows.shape[0]
        self._data.append(self._deflate.compress(filtered.tobytes()))

    def end(self) -> bytes:
        assert self._above is not None
        self._data.append(self._deflate.flush())
        header = struct.pack(">IIBBBBB", self._above.shape[1] // 3, self._rows, 8, 2, 0, 0, 0)
        chunks = [(b"IHDR", header), *((b"IDAT", data) for data in self._data if data), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pixels(png: bytes) -> NDArray[np.uint8]:
    """A PNG as an array of shape (height, width, 3)."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        return np.asarray(image.convert("RGB"))


def encode(picture: NDArray[np.uint8]) -> bytes:
    """PNG of an array of shape (height, width, 3)."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
