"""The same document twice: another viewport, another state, or a copy. Then places say more than likeness."""

from __future__ import annotations

from heatreel.core.element import Element, Outline
from heatreel.replay.matching.sides import links_of
from heatreel.replay.matching.words import clean_name

# Share of elements whose words must agree for two outlines of one shape to be one document.
SAME_WORDS = 0.9


def same_document(before: Outline, after: Outline) -> dict[int, int]:
    """Position in `after` of each element of `before`, when both hold the same tree and mostly the same words.

    Empty when they do not. Elements whose words differ are left out: two cards may have changed places.
    """
    one, two = before.elements, after.elements
    if len(one) != len(two) or any(_shape(a) != _shape(b) for a, b in zip(one, two, strict=True)):
        return {}
    ways = zip(links_of(one), links_of(two), strict=True)
    same = [a.index for a, b, way in zip(one, two, ways, strict=True) if way[0] == way[1] and _words(a) == _words(b)]
    return {place: place for place in same} if len(same) >= SAME_WORDS * len(one) else {}


def _shape(element: Element) -> tuple[int, str, int, str]:
    return element.parent, element.tag, element.nth, element.hop


def _words(element: Element) -> tuple[str, str]:
    return clean_name(element.name), clean_name(element.text)
