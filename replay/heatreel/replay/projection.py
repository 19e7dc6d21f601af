"""Projection: hits of one viewport drawn on the snapshot of the same state at another, or on any other snapshot.

A hit goes with its element, found again by its selector, which is the same at every width of one build. Inside the
element it keeps its share of the box. A hit on the background of a container keeps its distance from the nearest
element in it, so that a click between two cards stays beside its card when the cards move under one another.
Depths (views and scrolls) go by the elements whose top had come onto the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.hits import Hits
from heatreel.replay.placing import LARGE_PX, containers, inside, place

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Projected:
    """`hits` that have a place on the other snapshot; `missing` and `hidden` count those whose element it lacks, or
    does not show."""

    hits: Hits
    missing: int
    hidden: int


def project(hits: Hits, source: Outline, goal: Outline, twins: Ints | None = None) -> Projected:
    """Hits on `source` as hits on `goal`; `element` indexes the outline of `goal` then.

    `twins` holds for each element of `source` the one of `goal` that it is, -1 for none; found by selector when left
    out, which is right for two widths of one build, not for two builds.
    """
    twins = twin_elements(source, goal) if twins is None else twins
    on_element = hits.element >= 0
    twin = np.where(on_element, twins[np.where(on_element, hits.element, 0)] if len(twins) else -1, -1)
    shown = np.array([element.visible for element in goal.elements], dtype=bool)
    there = on_element & (twin >= 0)
    seen = there.copy()
    seen[there] = shown[twin[there]]
    x, y = hits.x.astype(np.float64), hits.y.astype(np.float64)
    y[~on_element] = depths(y[~on_element], source, goal, twins)
    at = np.flatnonzero(seen)
    x[at], y[at] = _points(hits.element[at].astype(np.int64), twin[at], x[at], y[at], source, goal, twins)
    moved = replace(hits, x=x.astype(np.float32), y=y.astype(np.float32), element=twin.astype(np.int32))
    return Projected(moved.where(seen | ~on_element), int((on_element & ~there).sum()), int((there & ~seen).sum()))


def twin_elements(source: Outline, goal: Outline) -> Ints:
    """For each element of `source` the one of `goal` with the same selector and tag, else -1; shape (elements,)."""
    found = np.full(len(source.elements), -1, dtype=np.int64)
    for element in source.elements:
        twin = goal.by_selector.get(element.selector)
        if twin is not None and twin.tag == element.tag:
            found[element.index] = twin.index
    return found


def depths(y: Floats, source: Outline, goal: Outline, twins: Ints) -> Floats:
    """Depths on the page of `source` as depths on the page of `goal`, both in CSS px; they never cross.

    Between the tops of elements that both pages show in their flow a depth is shared out. Where columns became one,
    the first of their elements decides: what was seen of a row is counted once, not for all that is in it.
    """
    pairs = [
        (element.box[1], goal.elements[twin].box[1])
        for element, twin in zip(source.elements, twins.tolist(), strict=True)
        if twin >= 0 and _flows(source, element.index) and _flows(goal, twin)
    ]
    least: dict[float, float] = {}
    for before, after in pairs:
        if 0 < before < source.height and 0 < after < goal.height:
            least[before] = min(after, least.get(before, goal.height))
    tops = np.array([0.0, *sorted(least), source.height])
    after = np.array([0.0, *(least[top] for top in sorted(least)), goal.height])
    return np.interp(y, tops, np.maximum.accumulate(after))


def _flows(outline: Outline, index: int) -> bool:
    element = outline.elements[index]
    return element.visible and not element.position and element.scroller < 0


def _points(
    element: Ints, twin: Ints, x: Floats, y: Floats, source: Outline, goal: Outline, twins: Ints
) -> tuple[Floats, Floats]:
    before, after = source.boxes[element], goal.boxes[twin]
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.nan_to_num((x - before[:, 0]) / before[:, 2], nan=0.5)
        v = np.nan_to_num((y - before[:, 1]) / before[:, 3], nan=0.5)
    open_space = containers(source)
    new_x, new_y = place(u, v, before, after, open_space[element])
    large = open_space[element] & (np.maximum(before[:, 2:], after[:, 2:]).max(axis=1) > LARGE_PX)
    large &= (np.abs(before[:, 2:] - after[:, 2:]) > 1).any(axis=1)
    for index in np.unique(element[large]).tolist():
        here = np.flatnonzero(large & (element == index))
        anchors = _anchors(index, source, goal, twins)
        if len(anchors):
            box = after[here[0]]
            new_x[here], new_y[here] = _beside(x[here], y[here], anchors, twins[anchors], source, goal, box)
    return new_x, new_y


def _anchors(index: int, source: Outline, goal: Outline, twins: Ints) -> Ints:
    """Elements inside an element that both pages show, the outermost of them."""
    inside_of = np.zeros(len(source.elements), dtype=bool)
    inside_of[index] = True
    found = []
    for element in source.elements[index + 1 :]:
        if element.parent < 0 or not inside_of[element.parent]:
            continue
        twin = int(twins[element.index])
        stable = twin >= 0 and element.visible and goal.elements[twin].visible
        if stable and element.box[2] * element.box[3] > 0:
            found.append(element.index)
        else:
            inside_of[element.index] = True
    return np.array(found, dtype=np.int64)


def _beside(
    x: Floats, y: Floats, anchors: Ints, twins: Ints, source: Outline, goal: Outline, box: Floats
) -> tuple[Floats, Floats]:
    """Points with the same distance from their nearest anchor as before, kept inside the container's box."""
    old, new = source.boxes[anchors], goal.boxes[twins]
    left = np.maximum(old[:, 0] - x[:, None], 0) + np.maximum(x[:, None] - old[:, 0] - old[:, 2], 0)
    top = np.maximum(old[:, 1] - y[:, None], 0) + np.maximum(y[:, None] - old[:, 1] - old[:, 3], 0)
    nearest = np.argmin(np.hypot(left, top), axis=1)
    new_x = _along(x, old[nearest, 0], old[nearest, 2], new[nearest, 0], new[nearest, 2])
    new_y = _along(y, old[nearest, 1], old[nearest, 3], new[nearest, 1], new[nearest, 3])
    return inside(new_x, box[0], box[0] + box[2]), inside(new_y, box[1], box[1] + box[3])


def _along(value: Floats, start: Floats, size: Floats, new_start: Floats, new_size: Floats) -> Floats:
    """One axis: the same distance before the start or after the end; the same share in between."""
    share = (value - start) / size
    between = new_start + share * new_size
    after = new_start + new_size + (value - start - size)
    return np.where(value < start, new_start + (value - start), np.where(share > 1, after, between))
