"""What page-to-page matching leaves open, seen as a person would: same words elsewhere, or other words in its place.

The matching weighs all evidence and rather says "gone" than names a wrong element: on a page that changed in one spot
only, an element with another name, or one far from where it was, finds too little for it. Here the elements that
nothing else claims are compared again among themselves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from heatreel.core.element import Element, Outline
from heatreel.replay.matching.words import clean_name, words
from heatreel.replay.verify.links import leads_to
from heatreel.replay.verify.same_place import Order, Pairing, same_place
from heatreel.replay.verify.subjects import called, plain_name

# How sure such pairs are, in probability: the only one with those words, one of several.
ONLY_ONE, ONE_OF_SEVERAL = 0.9, 0.7
# From here on, in CSS px, far is far.
FAR_PX = 600.0
# Lists longer than this are left as they were matched.
MOST_TWINS = 400

Words = tuple[str, str, str, str, str, str]


def pair_leftovers(before: Outline, after: Outline, image: Mapping[int, int]) -> tuple[list[Pairing], list[int]]:
    """Pairs of what is not in `image` (place in BASE to place on HEAD), or is there under another name; and what of it
    has nothing in common with its counterpart, so that it is gone."""
    doubtful = {index for index, other in image.items() if _differ(before.elements[index], after.elements[other])}
    settled = {index: other for index, other in image.items() if index not in doubtful}
    taken = set(settled.values())
    open_before = [element for element in before.elements if element.visible and element.index not in settled]
    open_after = [element for element in after.elements if element.index not in taken]
    shown = {index for index in doubtful if after.elements[image[index]].visible}
    found = [
        pair
        for pair in (*_same_words(open_before, open_after), *_same_look(before, after, open_before, open_after))
        # What is seen under another name was renamed, whatever else of its old name lies hidden.
        if pair.before not in shown or after.elements[pair.after].visible
    ]
    used, used_after = {pair.before for pair in found}, {pair.after for pair in found}
    known = {**settled, **{pair.before: pair.after for pair in found}}
    order = Order(before, known)
    gone = []
    for index in sorted(doubtful - used):
        if image[index] in used_after:
            continue
        one, two = before.elements[index], after.elements[image[index]]
        if _is_another(one, two) and not (_acts_alike(one, two) and order.keeps(-1, index, two.index)):
            gone.append(index)
        else:
            known[index] = image[index]
    taken = set(known.values())
    rest = [element for element in open_before if element.index not in known]
    rest_after = [element for element in open_after if element.index not in taken and element.visible]
    again = list(same_place(before, after, rest, rest_after, known))
    return found + again, [index for index in gone if index not in {pair.before for pair in again}]


def _is_another(one: Element, two: Element) -> bool:
    """Whether a control shares no word, link or id with what was taken for it."""
    if not one.interactive or one.field or {one.id, one.testid} & {two.id, two.testid} - {""}:
        return False
    link = leads_to(one)
    return not (set(words(plain_name(one))) & set(words(plain_name(two))) or (link and link == leads_to(two)))


def _acts_alike(one: Element, two: Element) -> bool:
    """False for a control and what neither acts nor has a name."""
    return two.interactive or bool(plain_name(two)) or not one.interactive


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
    if (named := _by_numbers(before, after, twins, places)) is not None:
        return _changed(named, image, twins)
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
    return _changed(new, image, twins)


def _changed(new: Mapping[int, int], image: Mapping[int, int], twins: list[int]) -> tuple[list[Pairing], list[int]]:
    """The pairs that are new, and what lost its counterpart."""
    pairs = [Pairing(index, place, ONE_OF_SEVERAL) for index, place in new.items() if image.get(index) != place]
    return pairs, [index for index in twins if index in image and index not in new]


def _by_numbers(before: Outline, after: Outline, twins: list[int], places: list[int]) -> dict[int, int] | None:
    """Pairs of twins that only their numbers tell apart, as the links to pages do, where one side has all numbers of
    the other; None where numbers changed or tell nothing."""
    old, new = ([clean_name(called(side.elements[at])) for at in some]
                for side, some in ((before, twins), (after, places)))  # fmt: skip
    ones, others = set(old), set(new)
    if len(ones) < len(old) or len(others) < len(new) or not (ones <= others or others <= ones):
        return None
    place_of = dict(zip(new, places, strict=True))
    return {index: place_of[name] for index, name in zip(twins, old, strict=True) if name in place_of}


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
    name, link = plain_name(element), leads_to(element)
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


def _same_look(before: Outline, after: Outline, old: list[Element], new: list[Element]) -> Iterator[Pairing]:
    """What acts without words or link, the only one left of its look on both sides."""
    found: tuple[dict[Words, list[int]], dict[Words, list[int]]] = (defaultdict(list), defaultdict(list))
    for outline, some, side in ((before, old, found[0]), (after, new, found[1])):
        looks = _looks(outline)
        for element in some:
            if element.interactive and not _words(element) and (words := _twin_words(element, looks[element.index])):
                side[words].append(element.index)
    for words, mine in found[0].items():
        theirs = found[1].get(words, [])
        if len(mine) == len(theirs) == 1:
            yield Pairing(mine[0], theirs[0], ONE_OF_SEVERAL)


def _distance(one: Element, two: Element) -> float:
    return abs(one.box[0] - two.box[0]) + abs(one.box[1] - two.box[1])
