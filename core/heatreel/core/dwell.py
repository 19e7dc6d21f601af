"""How long windows stood still over a page, from the hits of a visit: what dwell, exposure and attention start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import TYPES, Away, Hits
from heatreel.core.reach import settled_depths

IDLE_MS = 30_000
"""Of a longer pause between two events only so much counts: nobody is known to have been there."""

SEEN_MS = 150
"""An element was exposed when the middle of its height was on screen for so long: as Contentsquare publishes it."""


@dataclass(frozen=True, eq=False)
class Watched:
    """The hits of all states of a page at a viewport, and which of them are in the state that is painted.

    `window` is the height of each hit's window in CSS px, shape (n,). `away` is when tabs were hidden.
    """

    hits: Hits
    here: NDArray[np.bool_]
    window: NDArray[np.float32]
    away: Away | None = None


@dataclass(frozen=True, eq=False)
class Moments:
    """Stretches of time in which a window stood still: visit, its edges in page CSS px, and how long; shape (k,).

    `row` is the hit that a stretch began with, as a row of `Watched.hits`.
    """

    visit: NDArray[np.int32]
    top: NDArray[np.float32]
    bottom: NDArray[np.float32]
    ms: NDArray[np.float64]
    row: NDArray[np.int64]


def watching(hits: Hits) -> NDArray[np.bool_]:
    """The rows that say what is on screen."""
    return np.isin(hits.type, [TYPES.index("view"), TYPES.index("scroll")])


def in_order(watched: Watched) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The rows by visit and time, and for each the lower edge of the window at that time (NaN: not known yet)."""
    hits = watched.hits
    order = np.lexsort((hits.time_ms, hits.visit))
    tells = watching(hits)[order]
    last = np.maximum.accumulate(np.where(tells, np.arange(len(order)), -1)) if len(order) else np.zeros(0, np.int64)
    visit = hits.visit[order]
    known = (last >= 0) & (visit[last] == visit)
    return order, np.where(known, settled_depths(hits)[order][last], np.nan).astype(np.float32)


def moments(watched: Watched) -> Moments:
    """The stretches of time in the states that are asked for; a pause counts `IDLE_MS` at most."""
    order, bottom = in_order(watched)
    hits = watched.hits
    visit, time = hits.visit[order], hits.time_ms[order]
    ms = np.zeros(len(order))
    same = visit[1:] == visit[:-1]
    ms[:-1][same] = np.diff(time)[same]
    ms -= _hidden(watched.away, visit, time, ms)
    ms = np.clip(ms, 0, IDLE_MS) * hits.weight[order]
    kept = np.isfinite(bottom) & (ms > 0) & watched.here[order]
    top = bottom - watched.window[order]
    return Moments(visit[kept], top[kept], bottom[kept], ms[kept], order[kept])


def _hidden(
    away: Away | None, visit: NDArray[np.int32], time: NDArray[np.float64], ms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much of each stretch of time the tab was hidden; visits are in order."""
    hidden = np.zeros(len(visit))
    if away is None or not len(away):
        return hidden
    firsts, lasts = (np.searchsorted(visit, away.visit, side=side).tolist() for side in ("left", "right"))
    for first, last, start, end in zip(firsts, lasts, away.from_ms.tolist(), away.to_ms.tolist(), strict=True):
        of_visit = slice(first, last)
        begins, ends = time[of_visit], time[of_visit] + ms[of_visit]
        hidden[of_visit] += np.clip(np.minimum(ends, end) - np.maximum(begins, start), 0, None)
    return hidden
