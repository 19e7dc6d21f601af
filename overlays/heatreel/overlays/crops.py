"""Crops: the part of a page's picture around one element, with the element marked."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]

AROUND = 56
"""CSS px of the page shown around an element."""

_LEAST = (360, 150)
_MOST = (760, 480)
_EDGE = 3
_INK, _HALO = (138, 13, 165), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a page: left, top, right, bottom in CSS px."""

    left: float
    top: float
    right: float
    bottom: float


def window_around(box: Box, width: float, height: float) -> Window:
    """The part of a page of `width` x `height` CSS px that shows an element with what is around it.

    Of an element that is larger than a crop may be, the part from its top left is shown.
    """
    left, right = _span(box[0], box[2], width, _LEAST[0], _MOST[0])
    top, bottom = _span(box[1], box[3], height, _LEAST[1], _MOST[1])
    return Window(left, top, right, bottom)


def _span(start: float, size: float, whole: float, least: float, most: float) -> tuple[float, float]:
    length = min(max(size + 2 * AROUND, least), most, max(whole, 1.0))
    first = start + size / 2 - length / 2 if size + 2 * AROUND <= most else start - AROUND
    first = min(max(first, 0.0), max(whole - length, 0.0))
    return first, first + length


def crop(picture: NDArray[np.uint8], dpr: float, window: Window, mark: Box | None = None) -> NDArray[np.uint8]:
    """A window cut from a picture, shape (h, w, 3) RGB in device px; `mark` is a box in CSS px that is outlined."""
    rows, columns = picture.shape[:2]
    left, top = (round(value * dpr) for value in (window.left, window.top))
    right, bottom = (round(value * dpr) for value in (window.right, window.bottom))
    left, top = min(max(left, 0), columns - 1), min(max(top, 0), rows - 1)
    part = picture[top : max(bottom, top + 1), left : max(right, left + 1)].copy()
    if mark is not None:
        corner = (round(mark[0] * dpr) - left, round(mark[1] * dpr) - top)
        opposite = (corner[0] + round(mark[2] * dpr), corner[1] + round(mark[3] * dpr))
        edge = max(round(_EDGE * dpr / 2), 1)
        cv2.rectangle(part, corner, opposite, _HALO, edge + 2 * max(round(dpr), 1), cv2.LINE_AA)
        cv2.rectangle(part, corner, opposite, _INK, edge, cv2.LINE_AA)
    return part
