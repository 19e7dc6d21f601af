"""The images of a report: pages in strips, thumbnails with heat, layers as small transparent PNGs."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from heatreel.core.element import Outline
from heatreel.core.state import Snapshot
from heatreel.overlays.composite import blend
from heatreel.overlays.layers import Layer

# Browsers decode an image whole: strips of this many device px keep a tall page light.
STRIP = 4096

# A PNG of the capture is used as it is when it is no larger than a WebP of it would be worth.
SMALL_PNG = 700_000
QUALITY = 84

THUMB = (360, 225)
CARD = (720, 450)


def webp(picture: NDArray[np.uint8], quality: int) -> bytes:
    """A picture, shape (h, w, 3) RGB, as one WebP."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", quality=quality, method=0)
    return buffer.getvalue()


def window_of(snapshot: Snapshot, outline: Outline, height: int) -> tuple[int, int]:
    """Top and bottom in device px of the part of a picture `height` px tall that shows best what the state is about."""
    tall = min(round(snapshot.viewport.width * snapshot.viewport.dpr * THUMB[1] / THUMB[0]), height)
    boxes = [outline.by_selector[shown.selector].box for shown in snapshot.state.reveals if _is_known(shown, outline)]
    seen = [box for box in boxes if box[2] > 1 and box[3] > 1]
    top = min((box[1] for box in seen), default=0.0) * snapshot.viewport.dpr
    return (start := max(min(round(top - tall * 0.3), height - tall), 0)), start + tall


def _is_known(shown: object, outline: Outline) -> bool:
    return getattr(shown, "selector", "") in outline.by_selector


def thumb_webp(picture: NDArray[np.uint8], layer: Layer, window: tuple[int, int], size: tuple[int, int]) -> bytes:
    """A part of a picture with a layer on it, made small: a WebP as wide as `size` says."""
    top, bottom = window
    part = picture[top:bottom].copy()
    if not layer.empty:
        blend(part, layer.levels_at(top, bottom, part.shape[1]), layer.palette)
    scale = size[0] / part.shape[1]
    small = cv2.resize(part, (size[0], max(round(len(part) * scale), 1)), interpolation=cv2.INTER_AREA)
    return webp(np.asarray(small, np.uint8), 78)
