"""Which elements left their place among their neighbours, told from what was merely pushed along with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.replay.verify.elements import ElementPairs
from heatreel.replay.verify.subjects import Subjects, called
from heatreel.replay.verify.targets import speaks_for

Floats = NDArray[np.float64]

# A shift by less than this share of the page's width is no move to a visitor.
MOVED = 0.1
# Out of order, and by at least this share of its own size, and so many CSS px, from where its neighbours went.
OWN_SIZE, LEAST_PX = 0.5, 24.0
# Neighbours that went the same way, within so many CSS px, have stayed where they were to each other.
TOGETHER_PX = 24.0
# Ways in CSS px from which on far is far.
FAR_PX = 600.0


@dataclass(frozen=True, slots=True)
class Move:
    """How far right and down of where its neighbours went an element is, in CSS px.

    `passed` is the element of BASE, with a name, that it comes `before` now and did not, or no longer does; -1 when
    it kept its order.
    """

    right: float
    down: float
    passed: int = -1
    before: bool = False


def moves(pairs: ElementPairs, subjects: Subjects) -> dict[int, Move]:
    """The moves of elements that act.

    The longest run of elements that kept their order stays, those that went least far first. Of the rest, those
    count that also lie elsewhere: an order of the document that nobody sees is none. Of those that stay, one counts
    that went far while its neighbours on both sides went together, unless it closed up to a gap.
    """
    kept = [index for index in range(len(pairs.before.elements)) if _counts(pairs, subjects, index)]
    ways = [float(np.abs(_shift(pairs, index)).sum()) for index in kept]
    weights = [1 + 0.5 * FAR_PX / (FAR_PX + way) for way in ways]
    stays = {kept[place] for place in _heaviest_rising([int(pairs.image[index]) for index in kept], weights)}
    found = [*_out_of_order(pairs, subjects, kept, stays), *_on_its_own(pairs, subjects, kept, stays)]
    # A label goes with its field, above it or in it.
    return {index: move for index, move in found if not speaks_for(subjects, index)}


def _beside_a_gap(pairs: ElementPairs, subjects: Subjects, stays: set[int]) -> set[int]:
    """What acts right before or after something that left its place: where it goes then is the layout's doing."""
    acting = np.flatnonzero(subjects.acting).tolist()
    left = [place for place, index in enumerate(acting) if pairs.seen(index) < 0 or index not in stays]
    near = {place + step for place in left for step in (-1, 1)}
    return {acting[place] for place in near if 0 <= place < len(acting)}


def _counts(pairs: ElementPairs, subjects: Subjects, index: int) -> bool:
    element = pairs.before.elements[index]
    if not element.visible or pairs.unsure[index] or pairs.seen(index) < 0:
        return False
    return bool(subjects.acting[index]) or bool(element.text) or element.tag == "img"


def _out_of_order(
    pairs: ElementPairs, subjects: Subjects, kept: list[int], stays: set[int]
) -> Iterator[tuple[int, Move]]:
    anchors = np.array(sorted(stays), dtype=np.int64)
    for index in kept:
        if index in stays or not subjects.acting[index] or not len(anchors):
            continue
        shift = _shift_against(pairs, index, anchors)
        size = np.array(pairs.before.elements[index].box[2:])
        if (np.abs(shift) >= np.maximum(LEAST_PX, OWN_SIZE * size)).any():
            yield index, Move(float(shift[0]), float(shift[1]), *_passed(pairs, index, anchors))


def _on_its_own(
    pairs: ElementPairs, subjects: Subjects, kept: list[int], stays: set[int]
) -> Iterator[tuple[int, Move]]:
    acting = [index for index in kept if index in stays and subjects.acting[index]]
    least = np.array([MOVED * max(pairs.before.width, 1.0)] * 2)
    pulled = _beside_a_gap(pairs, subjects, stays)
    for place in range(1, len(acting) - 1):
        index = acting[place]
        if index in pulled:
            continue
        around = [_shift(pairs, acting[place + step]) for step in (-1, 1)]
        shift = _shift(pairs, index) - around[0]
        size = np.array(pairs.before.elements[index].box[2:])
        together = float(np.abs(around[0] - around[1]).max()) < TOGETHER_PX
        if together and (np.abs(shift) >= np.maximum(least, size)).any():
            yield index, Move(float(shift[0]), float(shift[1]))


def _passed(pairs: ElementPairs, index: int, anchors: NDArray[np.int64]) -> tuple[int, bool]:
    """The first of the named elements that one comes before now, or the last that it comes after now."""
    place = int(pairs.image[index])
    names = [int(anchor) for anchor in anchors if called(pairs.before.elements[int(anchor)])]
    ahead = [anchor for anchor in names if anchor < index and pairs.image[anchor] > place]
    behind = [anchor for anchor in names if anchor > index and pairs.image[anchor] < place]
    if ahead:
        return ahead[0], True
    return (behind[-1], False) if behind else (-1, False)


def _shift_against(pairs: ElementPairs, index: int, anchors: NDArray[np.int64]) -> Floats:
    """The move of an element less that of the neighbour, before or after it, that moved most like it."""
    spot = int(np.searchsorted(anchors, index))
    near = anchors[max(0, spot - 1) : spot + 1]
    own = _shift(pairs, index)
    shifts = [own - _shift(pairs, int(neighbour)) for neighbour in near]
    return min(shifts, key=lambda shift: float(np.abs(shift).max()))


def _shift(pairs: ElementPairs, index: int) -> Floats:
    found: Floats = _centre(pairs.after, int(pairs.image[index])) - _centre(pairs.before, index)
    return found


def _centre(outline: Outline, index: int) -> Floats:
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
