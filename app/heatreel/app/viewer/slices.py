"""A segment of a replay: which rows are in it, and what they count up to. Exactly what `--where` means elsewhere."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from heatreel.app.viewer.data import Data, Visits, distinct_visits
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.core.state import Snapshot
from heatreel.replay.segments import EVENT_KEYS, SNAPSHOT_KEYS, Segment, carries

Bools = NDArray[np.bool_]

_CLICKS = np.isin(np.arange(256), [TYPES.index("click"), TYPES.index("tap")])
_FRUSTRATION = sum(1 << SIGNALS.index(name) for name in ("dead", "rage", "error"))


class Slice:
    """The hits of a segment on all snapshots of a capture; counts are made when first asked for."""

    def __init__(self, data: Data, segment: Segment, texts: tuple[str, ...] = ()) -> None:
        self.data, self.segment, self.texts = data, segment, texts
        # For people; a value may hold what stands between conditions, so it tells no segment from another.
        self.where = str(segment)

    @property
    def words(self) -> list[tuple[str, str]]:
        """The parameters that name it, as they were given: a time reads otherwise once it is understood."""
        return [("where", text) for text in self.texts]

    @cached_property
    def sessions(self) -> Bools:
        """Which sessions are in it, whatever they did, shape (sessions,)."""
        return self.data.attributes.within(self.segment)

    @cached_property
    def snapshots(self) -> Bools:
        """Which snapshots can have hits of it, shape (snapshots,)."""
        return np.array([self.segment.has_snapshot(one) for one in self.data.snapshots], bool)

    @cached_property
    def _asks(self) -> set[str]:
        return {one.key for one in self.segment.conditions}

    @cached_property
    def people(self) -> Bools | None:
        """The rows of its people, whatever they did; None for everybody. Shape (rows,)."""
        asks = self._asks - set(EVENT_KEYS)
        if not asks:
            return None
        columns = self.data.columns
        keep = self.sessions[columns["session"]] if len(self.sessions) else np.zeros(len(columns), bool)
        if asks & set(SNAPSHOT_KEYS):
            keep &= self.snapshots[self.data.snapshot_of_row]
        return keep

    @cached_property
    def rows(self) -> Bools | None:
        """The rows in it; None for all. Shape (rows,)."""
        columns = self.data.columns
        found = self.people
        for one in self.segment.conditions:
            if one.key == "type":
                part = np.array([one.holds(name) for name in TYPES], bool)[columns["type"]]
            elif one.key == "signal":
                part = carries(columns.hits_at(slice(0, len(columns))), one)
            else:
                continue
            found = part if found is None else found & part
        return found

    def hits(self, snapshot: Snapshot) -> Hits:
        return self.data.columns.hits(self.data.number[snapshot.id], self.rows)

    def hits_of_people(self, snapshot: Snapshot) -> Hits:
        """All that its people did on a snapshot: time on screen ends with whatever came next."""
        return self.data.columns.hits(self.data.number[snapshot.id], self.people)

    def _by_snapshot(self, keep: Bools | None) -> NDArray[np.int64]:
        starts = self.data.columns.starts
        if keep is None:
            return np.diff(starts)
        total = np.concatenate([[0], np.cumsum(keep, dtype=np.int64)])
        return np.diff(total[starts])

    @cached_property
    def events(self) -> NDArray[np.int64]:
        """Hits by snapshot."""
        return self._by_snapshot(self.rows)

    @cached_property
    def _clicked(self) -> Bools:
        clicked: Bools = _CLICKS[self.data.columns["type"]]
        return clicked if self.rows is None else clicked & self.rows

    @cached_property
    def clicks(self) -> NDArray[np.int64]:
        """Clicks and taps by snapshot."""
        return self._by_snapshot(self._clicked)

    @cached_property
    def frustrated(self) -> NDArray[np.int64]:
        """Clicks that were dead, in a rage or threw an error, by snapshot; each counts once."""
        return self._by_snapshot(self._clicked & ((self.data.columns["signals"] & _FRUSTRATION) != 0))

    @cached_property
    def last_ms(self) -> NDArray[np.float64]:
        """When the last event on each snapshot was, epoch ms; 0 without one."""
        time = self.data.columns["time_ms"]
        time = time if self.rows is None else np.where(self.rows, time, 0.0)
        starts = self.data.columns.starts
        some = np.flatnonzero(np.diff(starts))
        found = np.zeros(len(self.data.snapshots))
        if len(some):
            found[some] = np.maximum.reduceat(time, starts[some])
        return found

    @cached_property
    def visits(self) -> NDArray[np.int64]:
        """Visits by place, in the order of `Data.places`: of people, each for as many as it stands for."""
        data = self.data
        size = len(data.places)
        if "state" in self._asks and self.people is not None:
            # A visit is in a place when it was in a state that is asked for.
            keep = self.people
            owner = data.place_of_snapshot[data.snapshot_of_row[keep]]
            found = distinct_visits(owner, {name: data.columns[name][keep] for name in ("visit", "session", "weight")})
            weight = self.weight_of(found)
        else:
            found = data.visits_of_places
            weight = self.weight_of(found)
            if len(self._asks & set(SNAPSHOT_KEYS)):
                allowed = np.zeros(size, bool)
                np.logical_or.at(allowed, data.place_of_snapshot, self.snapshots)
                weight = weight * allowed[found.owner]
        return np.rint(np.bincount(found.owner, weight, size)).astype(np.int64)[:size]

    def weight_of(self, visits: Visits, part: slice = slice(None)) -> NDArray[np.float64]:
        """For how many visits of the site each stands; 0 for those whose session is not in the segment."""
        weight, session = visits.weight[part], visits.session[part]
        if self._asks <= {*EVENT_KEYS, *SNAPSHOT_KEYS}:
            return weight
        return np.where(self.sessions[session], weight, 0.0) if len(self.sessions) else np.zeros(len(weight))

    def visits_at(self, snapshot: Snapshot) -> int:
        """Visits of the page of a snapshot at its viewport and variant."""
        return int(self.visits[self.data.place_of_snapshot[self.data.number[snapshot.id]]])
