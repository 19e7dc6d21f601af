"""Wrappers, told by what they hold and by what holds them, once the elements with an identity are matched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from heatreel.core.element import Element, Outline

# How far up a matched pair speaks for the wrappers around it.
LEVELS = 8
# Least likeness at which two wrappers are one: below it they share too little of what they hold.
LEAST = 0.5
# How far apart in a long list children may be that look alike.
REACH = 20


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two wrappers are one: `after` in the other outline, `share` from 0 to 1, and the reason in words."""

    after: int
    share: float
    reason: str


def match_structure(
    before: Outline, after: Outline, image: dict[int, int], told: set[int], told_after: set[int]
) -> dict[int, Likeness]:
    """Matches of the elements of `before` that have no identity of their own.

    `image` holds the matched pairs of outline positions. `told` and `told_after` are the elements that must not be
    matched here, since they have an identity and were found or found missing by it.
    """
    found = _roots(before, after, image)
    found.update(_by_content(before, after, {**image, **_places(found)}, told, told_after))
    known = {**image, **_places(found)}
    found.update(_by_parent(before, after, known, told, told_after))
    return found


def _places(found: dict[int, Likeness]) -> dict[int, int]:
    return {place: likeness.after for place, likeness in found.items()}


def _roots(before: Outline, after: Outline, image: dict[int, int]) -> dict[int, Likeness]:
    free = bool(before.elements and after.elements) and 0 not in image and 0 not in image.values()
    return {0: Likeness(0, 1.0, "the root of the page")} if free else {}


def _by_content(
    before: Outline, after: Outline, image: dict[int, int], told: set[int], told_after: set[int]
) -> dict[int, Likeness]:
    """Bottom up: the wrappers that hold most of the same matched elements."""
    taken = set(image.values())
    shared: Counter[tuple[int, int]] = Counter()
    for place, other in image.items():
        others = [up for up in _ancestors(after, other) if up not in taken and up not in told_after]
        for up in _ancestors(before, place):
            if up not in image and up not in told:
                shared.update((up, candidate) for candidate in others)
    held = _held(before, set(image))
    held_after = _held(after, taken)
    ranked = sorted(
        (
            (_alike(before, after, pair, 2 * count / (held[pair[0]] + held_after[pair[1]])), pair, count)
            for pair, count in shared.items()
        ),
        key=lambda item: (-item[0], abs(item[1][0] - item[1][1]), sum(item[1])),
    )
    found: dict[int, Likeness] = {}
    used: set[int] = set()
    for share, (place, other), count in ranked:
        if share >= LEAST and place not in found and other not in used:
            found[place] = Likeness(other, min(share, 1.0), f"holds {count} of the same elements")
            used.add(other)
    return found


def _alike(before: Outline, after: Outline, pair: tuple[int, int], share: float) -> float:
    """Share of what both hold, a little more or less by tag, classes and size: chains of wrappers hold the same."""
    one, two = before.elements[pair[0]], after.elements[pair[1]]
    return 0.8 * share + 0.2 * _look(one, two)


def _look(one: Element, two: Element) -> float:
    """Likeness of two elements by what they are, 0 to 1."""
    classes = set(one.classes), set(two.classes)
    either = len(classes[0] | classes[1])
    tokens = len(classes[0] & classes[1]) / either if either else 1.0
    sides = [min(a, b) / max(a, b) if max(a, b) > 0 else 1.0 for a, b in zip(one.box[2:], two.box[2:], strict=True)]
    return 0.4 * (one.tag == two.tag) + 0.3 * tokens + 0.3 * min(sides)


def _held(outline: Outline, matched: set[int]) -> list[int]:
    """How many matched elements each element holds."""
    counts = [0] * len(outline.elements)
    for element in reversed(outline.elements):
        if element.parent >= 0:
            counts[element.parent] += counts[element.index] + (element.index in matched)
    return counts


def _by_parent(
    before: Outline, after: Outline, image: dict[int, int], told: set[int], told_after: set[int]
) -> dict[int, Likeness]:
    """Top down: children without content, such as icons and rules, that look alike inside matched parents."""
    children, children_after = _children(before), _children(after)
    known = dict(image)
    taken = set(image.values())
    found: dict[int, Likeness] = {}
    for element in before.elements:
        parent = known.get(element.index)
        if parent is None:
            continue
        old = [child for child in children[element.index] if child not in known and child not in told]
        new = [child for child in children_after[parent] if child not in taken and child not in told_after]
        for share, child, other in _paired(before, after, old, new):
            found[child] = Likeness(other, share, "looks the same inside the same parent")
            known[child] = other
            taken.add(other)
    return found


def _paired(before: Outline, after: Outline, old: list[int], new: list[int]) -> Iterator[tuple[float, int, int]]:
    """Pairs of children, most alike first, then by place, each child once."""
    ranked = sorted(
        (-_look(before.elements[child], after.elements[other]), abs(place - spot), place + spot, child, other)
        for place, child in enumerate(old)
        for spot, other in _around(new, place, len(old))
    )
    used: set[int] = set()
    used_after: set[int] = set()
    for look, _, _, child, other in ranked:
        if -look >= LEAST and child not in used and other not in used_after:
            used.add(child)
            used_after.add(other)
            yield -look, child, other


def _around(new: list[int], place: int, count: int) -> list[tuple[int, int]]:
    """Children to compare with the one at `place`, with their places: all, or those around it in long lists."""
    if len(new) * count <= 2500:
        return list(enumerate(new))
    low = max(0, place - REACH)
    return list(enumerate(new[low : place + REACH + 1], start=low))


def _children(outline: Outline) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in outline.elements]
    for element in outline.elements:
        if element.parent >= 0:
            found[element.parent].append(element.index)
    return found


def _ancestors(outline: Outline, place: int) -> list[int]:
    found: list[int] = []
    up = outline.elements[place].parent
    while up >= 0 and len(found) < LEVELS:
        found.append(up)
        up = outline.elements[up].parent
    return found
