"""Fixed and sticky things, dialogs and banners on a picture of the whole page: layers of their own.

A full-page picture shows a fixed banner once, where it is at scroll 0. Visitors scrolled, and clicked what the
picture hides below it: painted as it is, that click would be on the banner. So what belongs to such a thing is
painted inside of its box and nowhere else, and what lies below it is counted and not painted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.hits import Hits
from heatreel.core.viewport import Viewport

# A fixed element larger than this share of the window is a backdrop or an empty wrapper, not a thing in the way;
# a dialog may be larger.
_IN_THE_WAY = 0.5
_DIALOG = 0.95

# A table can have a sticky cell in each row: the largest things are what matters.
_MOST = 48


@dataclass(frozen=True, eq=False)
class Thing:
    """A thing with a layer of its own: its element, and which elements are in it, shape (elements + 1,).

    `over` says which elements are painted above it. The last entries are for hits without an element, which are
    taken to be on top. `covers` says whether it hides what lies below it: what is sticky has a place of its own.
    """

    element: Element
    inside: NDArray[np.bool_]
    over: NDArray[np.bool_]
    covers: bool

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.element.box

    def holds(self, hits: Hits) -> NDArray[np.bool_]:
        """Which hits are within its box, shape (n,)."""
        x, y, width, height = self.box
        within: NDArray[np.bool_] = (hits.x >= x) & (hits.x < x + width) & (hits.y >= y) & (hits.y < y + height)
        return within


def things_on(outline: Outline, viewport: Viewport) -> tuple[Thing, ...]:
    """The outermost fixed, sticky and dialog elements that are not most of the window, lowest first."""
    window = viewport.width * viewport.height
    found = sorted(_outermost(outline, window), key=lambda element: -element.box[2] * element.box[3])[:_MOST]
    orders = np.array([element.order for element in outline.elements] + [np.iinfo(np.int32).max])
    return tuple(
        Thing(element, inside, ~inside & (orders > element.order), element.position != "sticky")
        for element in sorted(found, key=lambda element: element.order)
        for inside in (_subtree(outline, element.index),)
    )


def under_fixed(hits: Hits, things: tuple[Thing, ...]) -> NDArray[np.bool_]:
    """Which hits are on something that a fixed thing covers in the picture, shape (n,)."""
    under = np.zeros(len(hits), bool)
    for thing in things:
        if thing.covers:
            under |= thing.holds(hits) & ~(thing.inside | thing.over)[hits.element]
    return under


def owners(hits: Hits, things: tuple[Thing, ...]) -> NDArray[np.int16]:
    """For each hit the thing that it is painted on, -1 for the page; shape (n,)."""
    owner = np.full(len(hits), -1, np.int16)
    for number, thing in enumerate(things):
        owner[thing.holds(hits) & (thing.inside | thing.over)[hits.element]] = number
    return owner


def _outermost(outline: Outline, window: float) -> Iterator[Element]:
    inside: set[int] = set()
    for element in outline.elements:
        if element.parent in inside:
            inside.add(element.index)
        elif _is_thing(element, window):
            inside.add(element.index)
            yield element


def _is_thing(element: Element, window: float) -> bool:
    is_dialog = element.tag == "dialog" or element.role in ("dialog", "alertdialog")
    if not element.visible or not (element.position in ("fixed", "sticky") or is_dialog):
        return False
    return 0 < element.box[2] * element.box[3] <= window * (_DIALOG if is_dialog else _IN_THE_WAY)


def _subtree(outline: Outline, index: int) -> NDArray[np.bool_]:
    inside = np.zeros(len(outline.elements) + 1, bool)
    inside[index] = True
    # In document order a parent comes before its children.
    for element in outline.elements[index + 1 :]:
        inside[element.index] = element.parent >= 0 and inside[element.parent]
    return inside
