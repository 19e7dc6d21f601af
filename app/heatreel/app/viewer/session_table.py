"""All sessions of a segment in numbers, by column: sorted and filtered without a look at any single one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.app.viewer.slices import Slice
from heatreel.core.hits import SIGNALS, TYPES

Ints = NDArray[np.int64]
ACTS = (TYPES.index("click"), TYPES.index("tap"))
TROUBLE = ("dead", "rage", "error")


@dataclass(frozen=True, eq=False)
class SessionTable:
    """Columns of shape (sessions,), by number. `first_ms` and `last_ms` are of placed events, epoch ms."""

    events: Ints
    clicks: Ints
    states: Ints
    signals: NDArray[np.uint16]
    first_ms: NDArray[np.float64]
    last_ms: NDArray[np.float64]
    started: NDArray[np.float64]
    dead: Ints
    rage: Ints
    error: Ints

    @cached_property
    def seconds(self) -> NDArray[np.float64]:
        return np.where(self.events > 0, (self.last_ms - self.first_ms) / 1000, 0.0)


def session_table(part: Slice) -> SessionTable:
    """The sessions of a segment; those without an event in it have none here."""
    data, rows = part.data, part.rows
    columns, size = data.columns, len(data.attributes)

    def column(name: str) -> NDArray[Any]:
        found: NDArray[Any] = columns[name]
        return found if rows is None else found[rows]

    session, kind, signals, time = (column(name) for name in ("session", "type", "signals", "time_ms"))
    snapshot = data.snapshot_of_row if rows is None else data.snapshot_of_row[rows]
    acts = np.isin(kind, ACTS)
    first, last, carried = np.full(size, np.inf), np.full(size, -np.inf), np.zeros(size, np.uint16)
    np.minimum.at(first, session, time)
    np.maximum.at(last, session, time)
    np.bitwise_or.at(carried, session, signals)
    # Sorted by hand: `np.unique` hashes, which takes twenty times as long where most are different.
    pairs = np.sort(session.astype(np.int64) * (len(data.snapshots) + 1) + snapshot)
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    counts = {
        name: np.bincount(session[(signals & (1 << SIGNALS.index(name))) != 0], minlength=size) for name in TROUBLE
    }
    return SessionTable(
        events=np.bincount(session, minlength=size),
        clicks=np.bincount(session[acts], minlength=size),
        states=np.bincount(pairs // (len(data.snapshots) + 1), minlength=size),
        signals=carried,
        first_ms=np.where(np.isfinite(first), first, 0),
        last_ms=np.where(np.isfinite(last), last, 0),
        started=data.attributes.started_ms,
        **counts,
    )
