"""Where sessions really begin and end: also on pages that were not captured, or that a segment leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import Hits
from heatreel.replay.not_placed import NotPlaced


@dataclass(frozen=True, eq=False)
class Edges:
    """Ids of the visits that sessions began and ended with, each in order."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]


def edges_of(hits: Sequence[Hits], rest: NotPlaced | None) -> Edges:
    """The edges of all sessions, from all hits of a replay and the events that have no place."""
    some: list[Hits | NotPlaced] = [*hits, rest] if rest is not None else list(hits)
    if not some:
        return Edges(np.zeros(0, np.int64), np.zeros(0, np.int64))
    session, visit = (np.concatenate([getattr(one, name) for one in some]) for name in ("session", "visit"))
    time_ms = np.concatenate([one.time_ms for one in some])
    known = np.isfinite(time_ms) & (visit >= 0)
    session, visit, time_ms = session[known], visit[known].astype(np.int64), time_ms[known]
    order = np.lexsort((time_ms, visit))
    starts = order[np.flatnonzero(np.diff(visit[order], prepend=-1))]
    starts = starts[np.lexsort((time_ms[starts], session[starts]))]
    new = np.diff(session[starts], prepend=-1) != 0
    ends = np.append(new[1:], True)[: len(new)]
    return Edges(np.sort(visit[starts[new]]), np.sort(visit[starts[ends]]))
