"""The images of a report: pages in strips, thumbnails with heat, layers as small transparent PNGs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from heatreel.core.element import Outline
from heatreel.core.state import Snapshot
from heatreel.overlays import encode
from heatreel.overlays.composite import blend
from heatreel.overlays.layers import Layer, small_overlay_png
from heatreel.overlays.picture import decode_png, size_of_png
from heatreel.overlays.report_data import Part

# Browsers decode an image whole: strips of this many device px keep a tall page light.
STRIP = 4096

# A PNG of the capture is used as it is when it is no larger than a WebP of it would be worth.
SMALL_PNG = 700_000
QUALITY = 84

THUMB = (360, 225)
CARD = (720, 450)


@dataclass(frozen=True, slots=True)
class Images:
    """Where the images of one snapshot went: names relative to the report."""

    picture: tuple[Part, ...]
    thumb: str
    card: str


def write_images(
    folder: Path, number: int, snapshot: Snapshot, outline: Outline, data: bytes, click: Layer, with_card: bool
) -> Images:
    """Writes the page's picture, a thumbnail with the clicks on it, and a larger one when asked for."""
    picture = decode_png(data, f"{snapshot.page} {snapshot.viewport.name} {snapshot.state.id}")
    parts = _write_picture(folder, number, snapshot, data, picture)
    window = window_of(snapshot, outline, picture.shape[0])
    thumb = _write_thumb(folder / f"thumbs/{number}.webp", picture, click, window, THUMB)
    card = _write_thumb(folder / f"thumbs/{number}-card.webp", picture, click, window, CARD) if with_card else ""
    return Images(parts, thumb, card)


def write_layer(folder: Path, number: int, layer: Layer) -> str:
    """Writes a layer at the resolution of its cells; the viewer enlarges it. Empty for a layer that is empty."""
    if layer.empty or layer.kind.drawing == "boxes":
        return ""
    name = f"layers/{number}-{layer.kind.name}.png"
    (folder / name).write_bytes(small_overlay_png(layer))
    return name


def _write_picture(
    folder: Path, number: int, snapshot: Snapshot, data: bytes, picture: NDArray[np.uint8]
) -> tuple[Part, ...]:
    height = size_of_png(data, "")[1]
    if len(data) <= SMALL_PNG and height <= 2 * STRIP:
        name = f"pictures/{number}.png"
        (folder / name).write_bytes(data)
        return (Part(0, snapshot.height, name),)
    parts = []
    for count, (top, bottom) in enumerate(encode.strips(height, STRIP)):
        name = f"pictures/{number}-{count}.webp"
        (folder / name).write_bytes(webp(picture[top:bottom], QUALITY))
        scale = snapshot.height / height
        parts.append(Part(round(top * scale, 3), round((bottom - top) * scale, 3), name))
    return tuple(parts)


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


def _write_thumb(
    path: Path, picture: NDArray[np.uint8], layer: Layer, window: tuple[int, int], size: tuple[int, int]
) -> str:
    path.write_bytes(thumb_webp(picture, layer, window, size))
    return f"{path.parent.name}/{path.name}"


def thumb_webp(picture: NDArray[np.uint8], layer: Layer, window: tuple[int, int], size: tuple[int, int]) -> bytes:
    """A part of a picture with a layer on it, made small: a WebP as wide as `size` says."""
    top, bottom = window
    part = picture[top:bottom].copy()
    if not layer.empty:
        blend(part, layer.levels_at(top, bottom, part.shape[1]), layer.palette)
    scale = size[0] / part.shape[1]
    small = cv2.resize(part, (size[0], max(round(len(part) * scale), 1)), interpolation=cv2.INTER_AREA)
    return webp(np.asarray(small, np.uint8), 78)
