"""Levels of the coarse grid to device px, whole or a strip of rows at a time."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray


def enlarge(
    levels: NDArray[np.uint8],
    factor: tuple[Fraction, Fraction],
    top: int,
    bottom: int,
    width: int,
    nothing: int = 0,
) -> NDArray[np.uint8]:
    """Rows `top` to `bottom` of the enlarged levels, `width` px wide; all in device px.

    `factor` is device px for each cell, across and down. A strip equals the same rows of the whole to within
    one level: strips are cut where cells and device px meet, with a cell to spare on either side. `nothing` is the
    level where there is no page.
    """
    across, down = factor
    period_px, period_cells = down.numerator, down.denominator
    first = max(top // period_px - 1, 0)
    last = -(-bottom // period_px) + 1
    part = levels[first * period_cells : last * period_cells]
    grown = cv2.resize(part, None, fx=float(across), fy=float(down), interpolation=cv2.INTER_LINEAR)
    start = top - first * period_px
    return _fitted(np.asarray(grown, np.uint8)[start : start + bottom - top], bottom - top, width, nothing)


def _fitted(levels: NDArray[np.uint8], height: int, width: int, nothing: int) -> NDArray[np.uint8]:
    """Cut or filled up to an exact size. A picture may be a px off the page's size times the ratio: then with the
    edge. Where it is larger than the page there is nothing to paint."""
    levels = levels[:height, :width]
    short = (height - levels.shape[0], width - levels.shape[1])
    if not any(short):
        return levels
    padding = ((0, short[0]), (0, short[1]))
    if max(short) <= 2:
        return np.pad(levels, padding, mode="edge")
    return np.pad(levels, padding, constant_values=nothing)
