"""What page-to-page matching leaves open, seen as a person would: same words elsewhere, or other words in its place.

The matching weighs all evidence and rather says "gone" than names a wrong element: on a page that changed in one spot
only, an element with another name, or one far from where it was, finds too little for it. Here the elements that
nothing else claims are compared again among themselves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from heatreel.core.element import Element, Outline
from heatreel.replay.verify.links import address
from heatreel.replay.verify.subjects import plain_name

# Centres that differ by less than this share of the page's width are in one column.
SAME_COLUMN = 0.15
# How sure such pairs are, in probability: the only one with those words, one of several, one in the same place.
ONLY_ONE, ONE_OF_SEVERAL, SAME_PLACE = 0.9, 0.7, 0.7
# Points that a pair in the same place needs: a name or link kept, or the very same spot under the same parent.
LEAST = 2
# From here on, in CSS px, far is far.
FAR_PX = 600.0
# Lists longer than this are left as they were matched.
MOST_TWINS = 400

Words = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Pairing:
    """An element of BASE, its counterpart on HEAD, and the probability that this is right."""

    before: int
    after: int
    confidence: float


def pair_leftovers(before: Outline, after: Outline, image: Mapping[int, int]) -> list[Pairing]:
    """Pairs of what is not in `image` (place in BASE to place on HEAD), or is there under another name."""
    doubtful = {index for index, other in image.items() if _differ(before.elements[index], after.elements[other])}
    settled = {index: other for index, other in image.items() if index not in doubtful}
    taken = set(settled.values())
    open_before = [element for element in before.elements if element.visible and element.index not in settled]
    open_after = [element for element in after.elements if element.index not in taken]
    shown = {index for index in doubtful if after.elements[image[index]].visible}
    found = [
        pair
        for pair in _same_words(open_before, open_after)
        # What is seen under another name was renamed, whatever else of its old name lies hidden.
        if pair.before not in shown or after.elements[pair.after].visible
    ]
    used, used_after = {pair.before for pair in found}, {pair.after for pair in found}
    known = {**settled, **{pair.before: pair.after for pair in found}}
    for index in sorted(doubtful - used):
        if image[index] not in used_after:
            known[index] = image[index]
    taken = set(known.values())
    rest = [element for element in open_before if element.index not in known]
    rest_after = [element for element in open_after if element.index not in taken and element.visible]
    return found + list(_same_place(before, after, rest, rest_after, known))


def settle_twins(before: Outline, after: Outline, image: Mapping[int, int]) -> tuple[list[Pairing], list[int]]:
    """Other pairs for elements of the same words where those jump for no reason, and which of them are gone instead.

    Nobody can tell one "View" of a list from the next, so the least visible change is what happened: each stays, or
    goes where its surroundings went. Long ways all count alike, since one that went far explains more than many that
    each went a little.
    """
    twins: dict[Words, list[int]] = defaultdict(list)
    looks, looks_after = _looks(before), _looks(after)
    for element in before.elements:
        words = _twin_words(element, looks[element.index]) if element.visible else None
        if words and element.index in image:
            other = after.elements[image[element.index]]
            words = words if other.visible and words == _twin_words(other, looks_after[other.index]) else None
        if words:
            twins[words].append(element.index)
    anchors = sorted(some[0] for some in twins.values() if len(some) == 1 and some[0] in image)
    found: list[Pairing] = []
    gone: list[int] = []
    for some in twins.values():
        if 1 < len(some) <= MOST_TWINS and any(index in image for index in some):
            pairs, left = _reassigned(before, after, image, some, anchors)
            found += pairs
            gone += left
    return found, gone


def _twin_words(element: Element, look: str) -> Words | None:
    """What twins share: their words, or being nameless and of one look."""
    if words := _words(element):
        return words
    return (
        (element.tag, "", "", element.type, look, element.role) if element.interactive or element.tag == "img" else None
    )


def _looks(outline: Outline) -> list[str]:
    """For each element the classes and pictures of itself and of what it holds directly."""
    found = [" ".join((*element.classes, element.src)) for element in outline.elements]
    looks = list(found)
    for element in outline.elements:
        if element.parent >= 0:
            looks[element.parent] += f" > {found[element.index]}"
    return looks


def _reassigned(
    before: Outline, after: Outline, image: Mapping[int, int], twins: list[int], anchors: list[int]
) -> tuple[list[Pairing], list[int]]:
    """New pairs of twins, and those that lose theirs, if that saves way; nothing otherwise."""
    places = [image[index] for index in twins if index in image]
    column_of = {place: column for column, place in enumerate(places)}
    shifts = np.array([_shifts_around(before, after, image, index, anchors) for index in twins])
    offsets = _places(after, places)[None, :, None, :] - _places(before, twins)[:, None, None, :]
    ways = np.abs(offsets - shifts[:, None, :, :]).sum(axis=3).min(axis=2)
    costs = np.minimum(ways, FAR_PX)
    rows, columns = linear_sum_assignment(costs)
    now = sum(costs[row, column_of[image[index]]] for row, index in enumerate(twins) if index in image)
    if now - costs[rows, columns].sum() < 1:
        return [], []
    new = {twins[row]: places[column] for row, column in zip(rows.tolist(), columns.tolist(), strict=True)}
    pairs = [Pairing(index, place, ONE_OF_SEVERAL) for index, place in new.items() if image.get(index) != place]
    return pairs, [index for index in twins if index in image and index not in new]


def _places(outline: Outline, indices: list[int]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = outline.boxes[indices, :2]
    return found


def _shifts_around(
    before: Outline, after: Outline, image: Mapping[int, int], index: int, anchors: list[int]
) -> list[NDArray[np.float64]]:
    """Where the nearest elements of their own words went, before and after one in the page; or not at all."""
    spot = bisect_left(anchors, index)
    near = [anchors[place] for place in (spot - 1, spot) if 0 <= place < len(anchors)]
    shifts = [_places(after, [image[one]])[0] - _places(before, [one])[0] for one in near]
    return shifts + [np.zeros(2)] * (3 - len(shifts))


def _differ(one: Element, two: Element) -> bool:
    """Whether a pair bears different names."""
    old, new = plain_name(one), plain_name(two)
    return bool(old) and old != new


def _words(element: Element) -> Words | None:
    """What a person would know an element by; None when there is nothing."""
    name, link = plain_name(element), address(element.href)
    if not (name or link or element.field):
        return None
    return element.tag, name, link, element.type, element.field, element.role


def _same_words(before: Iterable[Element], after: Iterable[Element]) -> Iterator[Pairing]:
    """Of the same words on both sides, the nearest pairs first; seen elements before hidden ones."""
    sides: tuple[dict[Words, list[Element]], dict[Words, list[Element]]] = (defaultdict(list), defaultdict(list))
    for elements, side in zip((before, after), sides, strict=True):
        for element in elements:
            if (words := _words(element)) and (element.interactive or element.name):
                side[words].append(element)
    for words, old in sides[0].items():
        new = sides[1].get(words, [])
        pairs = sorted((not two.visible, _distance(one, two), one.index, two.index) for one in old for two in new)
        used: set[tuple[str, int]] = set()
        sure = ONLY_ONE if len(old) == len(new) == 1 else ONE_OF_SEVERAL
        for _, _, one, two in pairs:
            if not {("before", one), ("after", two)} & used:
                used |= {("before", one), ("after", two)}
                yield Pairing(one, two, sure)


def _distance(one: Element, two: Element) -> float:
    return abs(one.box[0] - two.box[0]) + abs(one.box[1] - two.box[1])


def _same_place(
    before: Outline, after: Outline, rest: list[Element], rest_after: list[Element], known: Mapping[int, int]
) -> Iterator[Pairing]:
    """Of what is left inside the same known element, what acts alike and lies alike."""
    back = {other: index for index, other in known.items()}
    holders = {element.index: _holder(before, element, known) for element in rest}
    by_holder: dict[int, list[Element]] = defaultdict(list)
    for element in rest_after:
        holder = _holder(after, element, back)
        by_holder[back.get(holder, -1)].append(element)
    scored = [
        (-score, one.index, two.index)
        for one in rest
        for two in by_holder.get(holders[one.index], ())
        if (score := _likeness(before, one, two)) >= LEAST
    ]
    used: set[tuple[str, int]] = set()
    for _, one_index, two_index in sorted(scored):
        if not {("before", one_index), ("after", two_index)} & used:
            used |= {("before", one_index), ("after", two_index)}
            yield Pairing(one_index, two_index, SAME_PLACE)


def _holder(outline: Outline, element: Element, known: Mapping[int, int]) -> int:
    """The nearest element around one that has a counterpart, -1 when there is none."""
    place = element.parent
    while place >= 0 and place not in known:
        place = outline.elements[place].parent
    return place


def _likeness(before: Outline, one: Element, two: Element) -> int:
    """Points for what a pair in one place shares; 0 when they are different kinds of things."""
    if (one.tag, one.type, one.field, one.interactive) != (two.tag, two.type, two.field, two.interactive):
        return 0
    name = bool(plain_name(one)) and plain_name(one) == plain_name(two)
    links = bool(address(one.href)), bool(address(two.href))
    if links[0] != links[1] and not name:
        return 0
    link = links[0] and address(one.href) == address(two.href)
    if all(links) and not (name or link):
        return 0
    across = abs(one.box[0] + one.box[2] / 2 - two.box[0] - two.box[2] / 2) / max(before.width, 1.0)
    column = across < SAME_COLUMN
    return 2 * name + 2 * link + (column and one.nth == two.nth) + (column and not any(links))
