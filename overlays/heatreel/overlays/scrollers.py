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
    on = np.flatnonzero(hits.element >= 0)
    left, top, right, bottom = outline.clips[hits.element[on]].T
    x, y = hits.x[on], hits.y[on]
    away[on] = (x < left) | (x > right) | (y < top) | (y > bottom)
    return away
