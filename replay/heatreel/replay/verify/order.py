"""Which elements left their place among their neighbours, told from what was merely pushed along with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.replay.verify.elements import ElementPairs
from heatreel.replay.verify.subjects import Subjects

# A shift by less than this share of the page's width is no move to a visitor.
MOVED = 0.1
# Out of order and by at least this share of its own size, and so many CSS px, from where its neighbours went.
OWN_SIZE, LEAST_PX = 0.5, 24.0
# Ways in CSS px from which on far is far.
FAR_PX = 600.0


def displaced(pairs: ElementPairs, subjects: Subjects) -> dict[int, tuple[float, float]]:
    """Elements that act and left their place: how far right and down of where their neighbours went, in CSS px.

    The longest run of elements that kept their order stays, those that went least far first. Of the rest, those
    count that also lie elsewhere by half their own size: an order of the document that nobody sees is none.
    """
    kept = [
        index
        for index, element in enumerate(pairs.before.elements)
        if element.visible
        and pairs.seen(index) >= 0
        and not pairs.unsure[index]
        and (subjects.acting[index] or element.text or element.tag == "img")
    ]
    ways = [float(np.abs(_shift(pairs, index)).sum()) for index in kept]
    stays = _heaviest_rising(
        [int(pairs.image[index]) for index in kept], [1 + 0.5 * FAR_PX / (FAR_PX + way) for way in ways]
    )
    anchors = np.array([kept[place] for place in stays], dtype=np.int64)
    found: dict[int, tuple[float, float]] = {}
    for place in sorted(set(range(len(kept))) - set(stays)):
        index = kept[place]
        if not subjects.acting[index] or not len(anchors):
            continue
        shift = _shift_against(pairs, index, anchors)
        size = np.array(pairs.before.elements[index].box[2:])
        if (np.abs(shift) >= np.maximum(LEAST_PX, OWN_SIZE * size)).any():
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


def _heaviest_rising(values: list[int], weights: list[float]) -> list[int]:
    """Positions of the run of rising values, not necessarily side by side, with the greatest sum of weights."""
    ranks = {value: rank + 1 for rank, value in enumerate(sorted(set(values)))}
    # A Fenwick tree over the ranks: the best run that ends at or below each.
    tree: list[tuple[float, int]] = [(0.0, -1)] * (len(ranks) + 1)
    previous: list[int] = []
    for position, value in enumerate(values):
        best, at = (0.0, -1), ranks[value] - 1
        while at > 0:
            best, at = max(best, tree[at]), at & (at - 1)
        previous.append(best[1])
        total, at = (best[0] + weights[position], position), ranks[value]
        while at < len(tree):
            tree[at], at = max(tree[at], total), at + (at & -at)
    run: list[int] = []
    _, at = max(tree)
    while at >= 0:
        run.append(at)
        at = previous[at]
    return run[::-1]
