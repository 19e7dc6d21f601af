"""The full-page picture of a state."""

from __future__ import annotations

import asyncio
import base64
import io
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


async def picture(tab: Tab, width: int, height: int) -> bytes:
    """A PNG of the page from its top left corner, `width` x `height` CSS px at the viewport's pixel ratio.

    The page scripts do not hear of the `resize` that a full-page picture causes. Raises `PageError` when the
    browser gives none.
    """
    await tab.ask("shoot", True)
    try:
        if width * height * tab.viewport.dpr**2 <= BAND_PIXELS:
            return await _clip(tab, width, 0, height)
        return await _banded(tab, width, height)
    finally:
        await tab.ask("shoot", False)


async def _clip(tab: Tab, width: int, top: int, height: int) -> bytes:
    arguments: dict[str, Any] = {
        "format": "png",
        # Half the time for a fifth more bytes.
        "optimizeForSpeed": True,
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": top, "width": width, "height": height, "scale": 1},
    }
    try:
        answer = await asyncio.wait_for(tab.cdp.send("Page.captureScreenshot", arguments), 60)
    except Exception as exc:
        raise PageError(f"{tab.url}: no picture ({exc or 'too slow'})") from exc
    return base64.b64decode(answer["data"])


async def _banded(tab: Tab, width: int, height: int) -> bytes:
    bands = [
        _pixels(await _clip(tab, width, top, min(BAND_CSS_PX, height - top))) for top in range(0, height, BAND_CSS_PX)
    ]
    return await asyncio.to_thread(_join, bands)


def _pixels(png: bytes) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        return np.asarray(image.convert("RGB"))


def _join(bands: list[NDArray[np.uint8]]) -> bytes:
    import numpy as np
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.concatenate(bands)).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
