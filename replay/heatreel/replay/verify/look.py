"""The look of two snapshots compared element by element: what has moved is compared where it is now."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.replay.verify.elements import ElementPairs

Picture = NDArray[np.uint8]
Owners = NDArray[np.int32]
Bools = NDArray[np.bool_]

TOLERANCE = 24
"""Levels of 255 by which a px may leave the range of its neighbours on the other side, so that edges that are
smoothed otherwise, or lie a px aside, are no difference."""

RESIZED_PX = 2
"""Device px by which two boxes may differ in size and still be compared px by px."""

LEAST_PX = 12
LEAST_SHARE = 0.01
"""An element looks different when so many of its own px do, and so large a share of them."""

_DEVICE_LIMIT = 40_000_000


@dataclass(frozen=True, slots=True)
class Different:
    """An element of BASE that looks different, with the share of its own px that do, 0 to 1."""

    selector: str
    share: float


@dataclass(frozen=True)
class Look:
    """How two snapshots differ to the eye: device px of BASE compared, those that differ, and whose they are."""

    compared: int
    differing: int
    elements: tuple[Different, ...]

    @property
    def share(self) -> float:
        return self.differing / self.compared if self.compared else 0.0


def compare_looks(
    pairs: ElementPairs, before: Picture, after: Picture, scale: tuple[float, float], masked: frozenset[str]
) -> Look:
    """The look of a state on both builds.

    `before`, `after` have shape (h, w, 3) in device px, `scale` is device px for each CSS px on either. Each element
    is compared by the px that show it itself, not what is in it or over it; `masked` selectors of BASE, with all in
    them, are left out. What HEAD does not show differs as a whole. Raises `ValueError` for pictures over 40 million px.
    """
    if max(before[..., 0].size, after[..., 0].size) > _DEVICE_LIMIT:
        raise ValueError("the picture is too large to be compared")
    sides = _Side(pairs.before, before, scale[0]), _Side(pairs.after, after, scale[1])
    hidden = _masked(pairs.before, masked)
    compared = differing = 0
    found: list[Different] = []
    for index in np.unique(sides[0].owners[sides[0].owners >= 0]).tolist():
        if index in hidden:
            continue
        own, other = _differing(sides, pairs, index)
        compared += own
        if other >= LEAST_PX and other >= LEAST_SHARE * own:
            differing += other
            found.append(Different(pairs.before.elements[index].selector, other / own))
    return Look(compared, differing, tuple(sorted(found, key=lambda one: -one.share)))


class _Side:
    """One picture, the range of each px's neighbours, and which element each px shows."""

    def __init__(self, outline: Outline, picture: Picture, scale: float) -> None:
        self.outline = outline
        self.picture = picture
        self.scale = scale
        window = np.ones((3, 3), np.uint8)
        self.low = cv2.erode(picture, window)
        self.high = cv2.dilate(picture, window)
        self.owners = self._owners()

    def box(self, index: int) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in device px, inside of the picture."""
        height, width = self.picture.shape[:2]
        x, y, w, h = (value * self.scale for value in self.outline.elements[index].box)
        left, top, right, bottom = self.outline.clips[index] * self.scale
        return (
            round(min(max(x, left, 0), width)), round(min(max(y, top, 0), height)),
            round(max(min(x + w, right, width), 0)), round(max(min(y + h, bottom, height), 0)),
        )  # fmt: skip

    def _owners(self) -> Owners:
        owners = np.full(self.picture.shape[:2], -1, np.int32)
        shown = [element for element in self.outline.elements if element.visible]
        for element in sorted(shown, key=lambda one: (one.order, one.index)):
            left, top, right, bottom = self.box(element.index)
            owners[top:bottom, left:right] = element.index
        return owners


def _masked(outline: Outline, selectors: frozenset[str]) -> set[int]:
    found: set[int] = set()
    for element in outline.elements:
        if element.selector in selectors or element.parent in found:
            found.add(element.index)
    return found


def _differing(sides: tuple[_Side, _Side], pairs: ElementPairs, index: int) -> tuple[int, int]:
    """How many px show an element of BASE, and how many of them look different on HEAD."""
    one, two = sides
    left, top, right, bottom = one.box(index)
    own = one.owners[top:bottom, left:right] == index
    count = int(own.sum())
    image = pairs.seen(index)
    if image < 0:
        return count, count
    x, y, x2, y2 = two.box(image)
    if abs((right - left) - (x2 - x)) > RESIZED_PX or abs((bottom - top) - (y2 - y)) > RESIZED_PX:
        return count, count if _looks_other(sides, index, image) else 0
    width, height = min(right - left, x2 - x), min(bottom - top, y2 - y)
    both = own[:height, :width] & (two.owners[y : y + height, x : x + width] == image)
    if not both.any():
        return count, 0
    first = _outside(one, (left, top, width, height), two, (x, y))
    second = _outside(two, (x, y, width, height), one, (left, top))
    return count, int(((first | second) & both).sum())


def _outside(one: _Side, box: tuple[int, int, int, int], two: _Side, corner: tuple[int, int]) -> Bools:
    """Which px of one side leave the range of the px around their place on the other."""
    left, top, width, height = box
    x, y = corner
    pixels = one.picture[top : top + height, left : left + width].astype(np.int16)
    low = two.low[y : y + height, x : x + width].astype(np.int16)
    high = two.high[y : y + height, x : x + width].astype(np.int16)
    return np.asarray(((pixels < low - TOLERANCE) | (pixels > high + TOLERANCE)).any(axis=2))


def _looks_other(sides: tuple[_Side, _Side], index: int, image: int) -> bool:
    """Whether an element of another size looks different: by its words, or by the colour that most of it has."""
    if sides[0].outline.elements[index].text != sides[1].outline.elements[image].text:
        return not any(child.parent == index for child in sides[0].outline.elements)
    colours = [_main_colour(side, at) for side, at in zip(sides, (index, image), strict=True)]
    if colours[0] is None or colours[1] is None:
        return False
    return bool((np.abs(colours[0] - colours[1]) > TOLERANCE).any())


def _main_colour(side: _Side, index: int) -> NDArray[np.int64] | None:
    left, top, right, bottom = side.box(index)
    own = side.picture[top:bottom, left:right][side.owners[top:bottom, left:right] == index]
    if not len(own):
        return None
    coarse = own.astype(np.int64) // 8
    keys, counts = np.unique(coarse @ np.array([1 << 10, 1 << 5, 1]), return_counts=True)
    most = int(keys[counts.argmax()])
    return np.array([most >> 10, (most >> 5) & 31, most & 31]) * 8
