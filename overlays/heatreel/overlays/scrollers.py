"""Inner scrollers on a picture: what was scrolled into their window, and the picture does not show.

A picture shows an inner scroller at its start. Its later rows have boxes that reach below its window, over things
that were never clicked: painted as they are, those clicks would be on them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.hits import Hits


def scrolled_away(hits: Hits, outline: Outline) -> NDArray[np.bool_]:
    """Which hits are outside the window of the inner scroller that their element is in, shape (n,)."""
    away = np.zeros(len(hits), bool)
    in_scroller = np.append(np.isfinite(outline.clips).any(axis=1), False)
    if not in_scroller.any():
        return away
    # An element of -1 is the last entry: none.
    rows = np.flatnonzero(in_scroller[hits.element])
    left, top, right, bottom = outline.clips[hits.element[rows]].T
    x, y = hits.x[rows], hits.y[rows]
    away[rows] = (x < left) | (x > right) | (y < top) | (y > bottom)
    return away
