"""Which elements left their place among their neighbours, told from what was merely pushed along with them."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.replay.verify.elements import ElementPairs
from heatreel.replay.verify.subjects import Subjects

# Less than this share of the page's width against the neighbours is no move to a visitor.
MOVED = 0.1


def displaced(pairs: ElementPairs, subjects: Subjects) -> dict[int, tuple[float, float]]:
    """Elements that act and left their place: how far right and down of where their neighbours went, in CSS px.

    The longest run of elements that kept their order stays; of the rest, those count that also lie elsewhere: an
    order of the document that nobody sees is none.
    """
    kept = [
        index
        for index, element in enumerate(pairs.before.elements)
        if element.visible
        and pairs.seen(index) >= 0
        and not pairs.unsure[index]
        and (subjects.acting[index] or element.text or element.tag == "img")
    ]
    images = [int(pairs.image[index]) for index in kept]
    stays = _longest_rising(images)
    anchors = np.array([kept[place] for place in stays], dtype=np.int64)
    found: dict[int, tuple[float, float]] = {}
    for place in sorted(set(range(len(kept))) - set(stays)):
        index = kept[place]
        if not subjects.acting[index] or not len(anchors):
            continue
        shift = _shift_against(pairs, index, anchors)
        if np.abs(shift).max() >= MOVED * max(pairs.before.width, 1.0):
            found[index] = float(shift[0]), float(shift[1])
    return found


def _shift_against(pairs: ElementPairs, index: int, anchors: NDArray[np.int64]) -> NDArray[np.float64]:
    """The move of an element less that of the neighbour, before or after it, that moved most like it."""
    spot = int(np.searchsorted(anchors, index))
    near = anchors[max(0, spot - 1) : spot + 1]
    own = _shift(pairs, index)
    shifts = [own - _shift(pairs, int(neighbour)) for neighbour in near]
    return min(shifts, key=lambda shift: float(np.abs(shift).max()))


def _shift(pairs: ElementPairs, index: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = _centre(pairs.after, int(pairs.image[index])) - _centre(pairs.before, index)
    return found


def _centre(outline: Outline, index: int) -> NDArray[np.float64]:
    x, y, width, height = outline.elements[index].box
    return np.array([x + width / 2, y + height / 2])


def _longest_rising(values: list[int]) -> list[int]:
    """Positions of a longest run of rising values, not necessarily side by side."""
    ends: list[int] = []
    places: list[int] = []
    previous: list[int] = []
    for position, value in enumerate(values):
        at = bisect_left(ends, value)
        previous.append(places[at - 1] if at else -1)
        if at == len(ends):
            ends.append(value)
            places.append(position)
        else:
            ends[at], places[at] = value, position
    run: list[int] = []
    at = places[-1] if places else -1
    while at >= 0:
        run.append(at)
        at = previous[at]
    return run[::-1]
