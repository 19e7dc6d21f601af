"""Fixed things on a picture of the whole page: what lies under them there, and would be painted on them.

A full-page picture shows a fixed banner once, where it is at scroll 0. Visitors scrolled, and clicked what the
picture hides below it: painted as it is, that click would be on the banner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.hits import Hits
from heatreel.core.viewport import Viewport

# A fixed element larger than this share of the window is a backdrop or an empty wrapper, not a thing in the way.
_IN_THE_WAY = 0.5


def fixed_things(outline: Outline, viewport: Viewport) -> list[Element]:
    """The outermost fixed elements that hide a part of the page, and not most of the window."""
    area = viewport.width * viewport.height * _IN_THE_WAY
    found: list[Element] = []
    inside: set[int] = set()
    for element in outline.elements:
        if element.parent in inside:
            inside.add(element.index)
        elif element.position == "fixed" and element.visible and 0 < element.box[2] * element.box[3] <= area:
            inside.add(element.index)
            found.append(element)
    return found


def under_fixed(hits: Hits, outline: Outline, viewport: Viewport) -> NDArray[np.bool_]:
    """Which hits are on something that a fixed element covers in the picture, shape (n,)."""
    under = np.zeros(len(hits), bool)
    for thing in fixed_things(outline, viewport):
        x, y, width, height = thing.box
        inside = (hits.x >= x) & (hits.x < x + width) & (hits.y >= y) & (hits.y < y + height)
        if inside.any():
            under |= inside & _flows_below(outline, thing)[hits.element]
    return under


def _flows_below(outline: Outline, thing: Element) -> NDArray[np.bool_]:
    """Which elements are not fixed and painted below a fixed one; the last entry is for hits without an element."""
    return np.array(
        [element.position != "fixed" and element.order < thing.order for element in outline.elements] + [False]
    )
