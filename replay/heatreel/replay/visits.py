"""Visits: a session's stay on one page, numbered over a whole replay, and when nobody looked at it."""

from __future__ import annotations

from bisect import bisect_right
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import Away
from heatreel.replay.columns import EventColumns

Ints = NDArray[np.int64]


def document_order(document: Ints) -> Ints:
    """Positions of rows such that those of a document are together, in order; documents may interleave (two tabs)."""
    return np.argsort(document, kind="stable")


def number_visits(document: Ints, page: Ints, is_view: NDArray[np.bool_], first: int) -> Ints:
    """The visit of each row, from `first` on; rows must be in document order.

    A visit begins with a document, with each view, and where the page changes without one.
    """
    if not len(document):
        return np.zeros(0, dtype=np.int64)
    begins = is_view.copy()
    begins[0] = True
    begins[1:] |= (document[1:] != document[:-1]) | (page[1:] != page[:-1])
    return first + np.cumsum(begins) - 1


def carried_forward(values: Ints, visit: Ints) -> Ints:
    """Values with each -1 replaced by the last one before it in the same visit, if there is one."""
    positions = np.where(values >= 0, np.arange(len(values)), -1)
    last = np.maximum.accumulate(positions) if len(values) else positions
    usable = (last >= 0) & (visit[last] == visit)
    return np.where(usable, values[last], -1)


def away_times(columns: EventColumns, visit: Ints) -> Away:
    """When the tab of a visit was hidden, as the recorder's words on visibility say."""
    told = [(number, event) for number, event in columns.context if event.type == "visibility"]
    if not told:
        return Away(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
    asked = {(number, event.document) for number, event in told}
    rows: dict[tuple[int, str], list[tuple[float, int]]] = {key: [] for key in asked}
    for row, (number, event) in enumerate(zip(columns.session.tolist(), columns.events, strict=True)):
        if (number, event.document) in rows and isfinite(event.time_ms):
            rows[number, event.document].append((event.time_ms, int(visit[row])))
    found: list[tuple[int, float, float]] = []
    hidden: dict[tuple[int, str], tuple[int, float]] = {}
    for number, event in told:
        key = (number, event.document)
        if not event.data.get("visible", True):
            before = bisect_right(rows[key], (event.time_ms, 2**62)) - 1
            if before >= 0 and key not in hidden:
                hidden[key] = rows[key][before][1], event.time_ms
        elif key in hidden:
            found.append((*hidden.pop(key), event.time_ms))
    table = np.array(found, dtype=np.float64).reshape(-1, 3)
    return Away(table[:, 0].astype(np.int32), table[:, 1], table[:, 2])
