"""Step 5, laying a layer over the page's picture."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.overlays.colour import Palette

# Most of a page is not hot: only blocks of this many device px a side that hold heat are blended.
_BLOCK = 32


def blend(picture: NDArray[np.uint8], levels: NDArray[np.uint8], palette: Palette) -> None:
    """Lays a layer over a picture, in place. Shapes (h, w, 3) RGB and (h, w), device px.

    Each pixel becomes colour * opacity + picture * (1 - opacity), to within 2 of 255 steps of the exact value.
    Pixels are independent of each other, so a picture may be blended in strips and in threads.
    """
    colours, keep = _tables(palette)
    for hot in _hot_blocks(levels, palette):
        heat, page = levels[hot], picture[hot]
        kept = cv2.cvtColor(cv2.LUT(heat, keep), cv2.COLOR_GRAY2RGB)
        cv2.multiply(page, kept, dst=kept, scale=1 / 255)
        cv2.add(kept, cv2.applyColorMap(heat, colours), dst=picture[hot])


def _tables(palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    alpha = palette.alpha.astype(np.float64)[:, None] / 255
    colours = np.rint(palette.rgb * alpha).astype(np.uint8).reshape(256, 1, 3)
    # applyColorMap takes its table as BGR when it comes from a name, but an own table as it is.
    return colours, (255 - palette.alpha).astype(np.uint8)


def _hot_blocks(levels: NDArray[np.uint8], palette: Palette) -> Iterator[tuple[slice, slice]]:
    """Runs of blocks in which something is visible, row of blocks by row of blocks."""
    visible = np.flatnonzero(palette.alpha)
    if not visible.size:
        return
    first = int(visible[0])
    # Where nothing is at the middle of the levels, as in a difference, heat is what has opacity.
    middle = first == 0 and palette.alpha.min() == 0
    height, width = levels.shape
    for top in range(0, height, _BLOCK):
        strip = levels[top : top + _BLOCK]
        if middle:
            strip, first = np.asarray(cv2.LUT(strip, palette.alpha), np.uint8), 1
        hottest = strip.max(axis=0)
        hot = np.maximum.reduceat(hottest, np.arange(0, width, _BLOCK)) >= first
        edges = np.flatnonzero(np.diff(np.concatenate(([0], hot.astype(np.int8), [0]))))
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            yield slice(top, top + len(strip)), slice(int(left) * _BLOCK, min(int(right) * _BLOCK, width))
