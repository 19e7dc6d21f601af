"""Near misses: clicks on nothing, right beside something that acts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.replay.columns import POINTER_CODES, EventColumns
from heatreel.replay.profiles import NearRule
from heatreel.replay.rows import Placer, Rows

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BLOCK = 4096
"""Points that are held against all boxes of a snapshot at once."""


class NearMisses:
    """Finds near misses; what is known of a snapshot is kept."""

    def __init__(self, placer: Placer) -> None:
        self.placer = placer
        self._acting: dict[int, tuple[Ints, Floats]] = {}
        self._inside: dict[int, Bools] = {}

    def find(self, columns: EventColumns, rows: Rows, rule: NearRule) -> tuple[Ints, list[dict[str, Any]]]:
        """Rows of clicks that missed something by at most the rule's px, with its selector and the distance."""
        at = np.flatnonzero(np.isin(columns.type, POINTER_CODES) & rows.placed & (rows.element >= 0))
        found: list[int] = []
        values: list[dict[str, Any]] = []
        order = at[np.argsort(rows.ordinal[at], kind="stable")]
        for part in np.split(order, np.flatnonzero(np.diff(rows.ordinal[order])) + 1) if len(order) else []:
            ordinal = int(rows.ordinal[part[0]])
            elements, boxes = self._boxes(ordinal)
            idle = part[~self._inside[ordinal][rows.element[part]]]
            if not len(elements) or not len(idle):
                continue
            nearest, distance = _nearest(rows.x[idle], rows.y[idle], boxes)
            limit = np.where(columns.touch[idle], rule.touch_px, rule.px)
            outline = self.placer.pages.outline(ordinal)
            for place in np.flatnonzero((distance > 0) & (distance <= limit)).tolist():
                found.append(int(idle[place]))
                missed = outline.elements[int(elements[nearest[place]])].selector
                values.append({"missed": missed, "distance_px": round(float(distance[place]), 1)})
        return np.array(found, dtype=np.int64), values

    def _boxes(self, ordinal: int) -> tuple[Ints, Floats]:
        """What can be missed on a snapshot: places in the outline, and boxes."""
        if ordinal not in self._acting:
            outline = self.placer.pages.outline(ordinal)
            self._inside[ordinal] = inside_acting(outline)
            wanted = [
                element.index
                for element in outline.elements
                if element.interactive and element.visible and not element.disabled and min(element.box[2:]) > 0
            ]
            places = np.array(wanted, dtype=np.int64)
            self._acting[ordinal] = places, outline.boxes[places]
        return self._acting[ordinal]


def inside_acting(outline: Outline) -> Bools:
    """Which elements act, or are inside of one that does; shape (elements,)."""
    found = np.zeros(len(outline.elements), dtype=bool)
    for element in outline.elements:
        found[element.index] = element.interactive or (element.parent >= 0 and found[element.parent])
    return found


def _nearest(x: Floats, y: Floats, boxes: Floats) -> tuple[Ints, Floats]:
    """For each point the nearest box and its distance in px, 0 inside."""
    nearest, distance = np.zeros(len(x), dtype=np.int64), np.zeros(len(x))
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    for start in range(0, len(x), BLOCK):
        here = slice(start, start + BLOCK)
        across = np.maximum(np.maximum(left - x[here, None], x[here, None] - right), 0)
        down = np.maximum(np.maximum(top - y[here, None], y[here, None] - bottom), 0)
        far = np.hypot(across, down)
        nearest[here] = far.argmin(axis=1)
        distance[here] = far.min(axis=1)
    return nearest, distance
