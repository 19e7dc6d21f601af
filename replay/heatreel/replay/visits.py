"""Visits: a session's stay on one page, numbered over a whole replay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
