"""What is on top at a point of a page: the browser's hit test, redone on the boxes and paint order of an outline.

A visitor scrolls, so a bar that stays in the window hides only what no scroll position brings out from under it, and
what it lies over before the first scroll. All lengths are CSS px; fixed boxes are where they are at scroll 0, so their
page and window coordinates are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.viewport import Viewport
from heatreel.replay.verify.flow import Flow
from heatreel.replay.verify.subjects import is_label_of
from heatreel.replay.verify.views import ancestors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FREE, AT_FIRST, ALWAYS = 0, 1, 2
"""A point is free, covered until the visitor scrolls, or covered whatever the visitor does."""

# Boxes that touch or overlap by rounding cover nothing.
EDGE_PX = 1.0


@dataclass(frozen=True)
class Cover:
    """For each point: how it is covered (`FREE`, `AT_FIRST`, `ALWAYS`) and by which element, -1 for none."""

    how: Ints
    by: Ints


@dataclass(frozen=True)
class Stack:
    """An outline in a window, as layers."""

    outline: Outline
    viewport: Viewport

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.outline)

    @cached_property
    def edges(self) -> Floats:
        """Left, top, right, bottom of what is seen of each element, cut by what it scrolls in or is cut by: (n, 4)."""
        boxes = self.outline.boxes
        edges = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
        cut_by = self._cut_by(edges)
        for element in self.outline.elements:
            for place in {element.scroller, cut_by[element.index]} - {-1}:
                if self.outline.elements[place].position == element.position or element.position != "fixed":
                    edges[element.index, :2] = np.maximum(edges[element.index, :2], edges[place, :2])
                    edges[element.index, 2:] = np.minimum(edges[element.index, 2:], edges[place, 2:])
        return edges

    def _cut_by(self, edges: Floats) -> list[int]:
        """For each element the nearest around it that cuts off what sticks out, -1 when none does.

        An outline does not say so, but it shows: of all that lies outside such an element, nothing can be seen.
        """
        elements = self.outline.elements
        out_seen, out_unseen = (np.zeros(len(elements), dtype=bool) for _ in range(2))
        for element in elements:
            if element.box[2] * element.box[3] <= 1:
                continue
            left, top, right, bottom = edges[element.index]
            for place in ancestors(self.outline, element.index):
                around = edges[place]
                if left >= around[2] or right <= around[0] or top >= around[3] or bottom <= around[1]:
                    (out_seen if element.visible else out_unseen)[place] = True
        cuts = out_unseen & ~out_seen
        found: list[int] = []
        for element in elements:
            up = element.parent
            found.append(-1 if up < 0 else up if cuts[up] else found[up])
        return found

    @cached_property
    def solid(self) -> Bools:
        """Which elements can be seen, have a size, and do not let clicks through."""
        shown = np.array([one.visible and not one.through for one in self.outline.elements], dtype=bool)
        return shown & (self.edges[:, 2] > self.edges[:, 0]) & (self.edges[:, 3] > self.edges[:, 1])

    @cached_property
    def held(self) -> Bools:
        """Which elements are fixed or sticky, so that scrolling moves them against the rest."""
        return np.array([element.position != "" for element in self.outline.elements], dtype=bool)

    @cached_property
    def holders(self) -> Ints:
        """The outermost of the elements around each that stay with it, -1 for what scrolls with the page."""
        found = np.full(len(self.outline.elements), -1, dtype=np.int64)
        for element in self.outline.elements:
            if element.position:
                up = element.parent
                same = up >= 0 and self.outline.elements[up].position == element.position
                found[element.index] = found[up] if same else element.index
        return found

    @cached_property
    def deepest_scroll(self) -> float:
        return max(0.0, self.outline.height - self.viewport.height)

    def above(self, target: int) -> list[int]:
        """Elements that are painted over a target and take its clicks, the lowest first."""
        order = self.flow.order
        over = self.solid & (order > order[target])
        over[target : self.flow.ends[target]] = False
        over[ancestors(self.outline, target)] = False
        left, top, right, bottom = self.edges[target]
        over &= (self.edges[:, 0] < right - EDGE_PX) & (self.edges[:, 2] > left + EDGE_PX)
        over &= self.held | ((self.edges[:, 1] < bottom - EDGE_PX) & (self.edges[:, 3] > top + EDGE_PX))
        element = self.outline.elements[target]
        found = [
            index
            for index in np.flatnonzero(over).tolist()
            if not (self.flow.flows_by(target, index) or is_label_of(self.outline, index, element))
        ]
        return sorted(found, key=lambda index: int(order[index]))

    def cover(self, target: int, x: Floats, y: Floats) -> Cover:
        """How points of a target, in page px, are covered."""
        how, by = np.zeros(len(x), dtype=np.int64), np.full(len(x), -1, dtype=np.int64)
        bars = []
        for index in self.above(target):
            stays = self._stays(target, index)
            if stays is None:
                bars.append(index)
                continue
            inside = self._inside(index, x, y)
            how[inside], by[inside] = ALWAYS if stays else AT_FIRST, index
        if bars:
            self._under_bars(bars, x, y, how, by)
        return Cover(how, by)

    def _stays(self, target: int, other: int) -> bool | None:
        """Whether scrolling leaves two as they are to each other; None for a bar over what scrolls."""
        one, two = (self.outline.elements[index].position for index in (target, other))
        if not self.deepest_scroll or self.holders[target] == self.holders[other]:
            return True
        if two == "" or (one == "fixed" and two == "sticky"):
            return one == ""
        return True if one == "fixed" else None

    def _inside(self, index: int, x: Floats, y: Floats) -> Bools:
        left, top, right, bottom = self.edges[index]
        inside: Bools = (x >= left) & (x < right) & (y >= top) & (y < bottom)
        return inside

    def _under_bars(self, bars: list[int], x: Floats, y: Floats, how: Ints, by: Ints) -> None:
        """Points that scroll, under things that stay: is there a place in the window where the point is free?"""
        height = self.viewport.height
        lowest, highest = np.maximum(0.0, y - self.deepest_scroll), np.minimum(height - 1.0, y)
        for place in np.flatnonzero(how != ALWAYS).tolist():
            spans = []
            for index in bars:
                left, top, right, bottom = self.edges[index]
                if left <= x[place] < right:
                    spans.append((*self._reach(index, top, bottom), index))
                    if self._inside(index, x[place : place + 1], y[place : place + 1])[0] and y[place] < height:
                        how[place], by[place] = AT_FIRST, index
            bar = _blocked(spans, lowest[place], highest[place])
            if bar >= 0:
                how[place], by[place] = ALWAYS, bar

    def _reach(self, bar: int, top: float, bottom: float) -> tuple[float, float]:
        """The part of the window that a bar takes at its most. A sticky one at the foot gives way at the page's end;
        one at the head slides up to the edge as soon as the page is scrolled."""
        if self.outline.elements[bar].position != "sticky" or not self.deepest_scroll:
            return top, bottom
        return (0.0, bottom) if bottom < self.viewport.height / 2 else (bottom, bottom)


def _blocked(spans: list[tuple[float, float, int]], low: float, high: float) -> int:
    """The bar that leaves no place from `low` to `high`, -1 when there is one."""
    at, last = low, -1
    for top, bottom, index in sorted(spans):
        if top > at:
            break
        if bottom > at:
            at, last = bottom, index
    return last if spans and at > high else -1


def grid(element: Element, steps: tuple[float, ...] = (0.15, 0.5, 0.85)) -> tuple[Floats, Floats]:
    """Page points spread over an element, the middle one in the middle."""
    left, top, width, height = element.box
    u, v = np.meshgrid(steps, steps)
    return left + u.ravel() * width, top + v.ravel() * height
