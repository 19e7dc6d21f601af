"""Placing: from a share of the box that a visitor hit to a point on the box that the snapshot has.

A point is kept as a share of the element's box: exact while the box keeps its size, and right for whatever scales
(pictures, buttons, cards). A large container does not scale, it reflows: there the middle of its box at one width has
nothing to do with the middle at another, but what is 24 px from its edge stays 24 px from its edge. So in a container
that changed its size a point keeps its distance from the nearest edge, and only what is far from both is shared out.
All lengths are CSS px; everything works on left and right alike, so the writing direction does not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LARGE_PX = 320.0
"""A container with a longer side than this reflows; a smaller one is a card or a button, which scales."""

EDGE_PX = 96.0
"""So near to an edge of a container a point belongs to that edge: margins, gutters, paddings are narrower."""

SLACK_SHARE = 0.02
SLACK_PX = 2.0
"""How far outside its box an event may be (rounding, borders, transforms) and still count as inside."""

_SCALING = frozenset({"img", "picture", "video", "canvas", "svg", "iframe", "embed", "object", "input", "button"})


def containers(outline: Outline) -> Bools:
    """Which elements reflow instead of scaling: they hold others, and do not act themselves; shape (elements,)."""
    holds = np.zeros(len(outline.elements), dtype=bool)
    for element in outline.elements:
        if element.parent >= 0:
            holds[element.parent] = True
    plain = [not element.interactive and element.tag not in _SCALING for element in outline.elements]
    found: Bools = holds & np.array(plain, dtype=bool)
    return found


def shares(share: Floats, point: Floats, start: Floats, size: Floats) -> Floats:
    """Shares of the box on one axis: as told, else from the page coordinate and the box; NaN where neither is known."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        derived = np.where(size > 0, (point - start) / size, np.nan)
    return np.where(np.isnan(share), derived, share)


def in_range(share: Floats, size: Floats) -> Bools:
    """Whether shares are inside the box, give or take `SLACK_SHARE` or `SLACK_PX`, whichever is more."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slack = np.maximum(SLACK_SHARE, np.where(size > 0, SLACK_PX / size, 0.0))
    return np.isfinite(share) & (share >= -slack) & (share <= 1 + slack)


def place_on_axis(share: Floats, before: Floats, now: Floats, container: Bools, keep_all: Bools) -> Floats:
    """Offsets in px from the start of boxes that are `now` px long and were `before` px long at the visitor.

    `container` marks boxes that reflow, `keep_all` those whose other side is unchanged: there the whole of the
    box keeps its distance from the nearer edge, as what was added or left out is somewhere between. Offsets rise
    with shares, 0 gives 0 and 1 gives all of `now`.
    """
    share = np.clip(share, 0.0, 1.0)
    scaled = share * now
    reflows = container & (np.maximum(before, now) > LARGE_PX) & (np.abs(before - now) > 1) & (before > 0)
    if not reflows.any():
        return scaled
    shortest = np.minimum(before, now)
    edge = np.where(keep_all, shortest / 2, np.minimum(EDGE_PX, shortest / 4))
    offset = share * before
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = edge + (offset - edge) * (now - 2 * edge) / (before - 2 * edge)
    kept = np.where(offset <= edge, offset, np.where(before - offset <= edge, now - (before - offset), middle))
    return np.where(reflows, np.clip(kept, 0.0, now), scaled)


def place(u: Floats, v: Floats, before: Floats, boxes: Floats, container: Bools) -> tuple[Floats, Floats]:
    """Page points for shares `u`, `v` of boxes; never outside their box.

    `before` holds the boxes as the visitors had them (sizes that are not known: 0 or NaN), `boxes` as the snapshot
    has them, both of shape (n, 4).
    """
    width_before, height_before = np.nan_to_num(before[:, 2]), np.nan_to_num(before[:, 3])
    left, top, width, height = boxes.T
    same_width = np.abs(width_before - width) <= 1
    same_height = np.abs(height_before - height) <= 1
    x = left + place_on_axis(u, width_before, width, container, same_height)
    y = top + place_on_axis(v, height_before, height, container, same_width)
    return inside(x, left, left + width), inside(y, top, top + height)


def inside(values: Floats, low: Floats, high: Floats) -> Floats:
    """Values between two ends, such that they are still there as float32, in which hits are kept."""
    clipped = np.clip(values, low, high)
    short = clipped.astype(np.float32)
    short = np.where(short > high, np.nextafter(short, np.float32(-np.inf)), short)
    short = np.where(short < low, np.nextafter(short, np.float32(np.inf)), short)
    # A box thinner than float32 can tell has no number inside; its nearest one must do.
    return short.astype(np.float64)


EDGE_SURE_PX = 8.0
"""A point this far inside an element is hardly meant for its neighbour."""


def element_at(outline: Outline, x: Floats, y: Floats, fixed: Bools | None = None) -> NDArray[np.int64]:
    """The topmost visible element at each page point, -1 where there is none; shape (n,).

    `fixed` marks points that are known to be on something fixed or sticky.
    """
    found = np.full(len(x), -1, dtype=np.int64)
    highest = np.full(len(x), -np.inf)
    for element in outline.elements:
        if not element.visible:
            continue
        left, top, width, height = element.box
        hit = (x >= left) & (x < left + width) & (y >= top) & (y < top + height) & (element.order >= highest)
        if fixed is not None and not element.position:
            hit &= ~(fixed & (found >= 0))
        found[hit] = element.index
        highest[hit] = element.order
    return found


class Topmost:
    """What is topmost at one point after the other on one outline, as `element_at` says it of many at once."""

    def __init__(self, outline: Outline) -> None:
        left, top, width, height = outline.boxes.T
        self._edges = left, top, left + width, top + height
        self._shown = np.array([element.visible for element in outline.elements], dtype=bool)
        self._fixed = np.array([bool(element.position) for element in outline.elements], dtype=bool)
        self._order = np.array([element.order for element in outline.elements], dtype=np.float64)

    def at(self, x: float, y: float, fixed: bool = False) -> int:
        """The topmost visible element, -1 where there is none."""
        left, top, right, bottom = self._edges
        hit = np.flatnonzero(self._shown & (left <= x) & (x < right) & (top <= y) & (y < bottom))
        if fixed and (firm := hit[self._fixed[hit]]).size:
            hit = firm
        if not hit.size:
            return -1
        order = self._order[hit]
        return int(hit[np.flatnonzero(order == order.max())[-1]])


def sureness(outline: Outline, element: NDArray[np.int64], x: Floats, y: Floats) -> Floats:
    """How sure it is that a point alone tells its element, 0.5 at its edge to 0.9 well inside; shape (n,)."""
    if not len(outline.elements):
        return np.full(len(x), 0.5)
    left, top, width, height = outline.boxes[np.maximum(element, 0)].T
    edge = np.minimum(np.minimum(x - left, left + width - x), np.minimum(y - top, top + height - y))
    sure: Floats = 0.5 + 0.4 * np.clip(edge / EDGE_SURE_PX, 0, 1)
    return sure
