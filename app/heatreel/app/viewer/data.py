"""What one capture and its replay hold, in the form that questions are answered from; never changed once made."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.app.viewer.attributes import Attributes
from heatreel.app.viewer.columns import Columns, load_columns
from heatreel.core.blobs import Blobs
from heatreel.core.hits import TYPES
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Replay

PlaceKey = tuple[str, str, str]
"""Page, viewport and variant."""

_DEPTHS = (TYPES.index("view"), TYPES.index("scroll"))


@dataclass(frozen=True, eq=False)
class Visits:
    """Distinct visits by owner (a place, or a snapshot), sorted by it: shape (pairs,). `weight` is for how many visits
    of the site each stands."""

    owner: NDArray[np.int64]
    visit: NDArray[np.int32]
    session: NDArray[np.int32]
    weight: NDArray[np.float64]

    def of(self, owner: int) -> slice:
        first, last = np.searchsorted(self.owner, (owner, owner + 1)).tolist()
        return slice(first, last)


class Data:
    """A capture with its replay. Hits and sessions are loaded when something first asks for them."""

    def __init__(
        self, token: str, capture: Capture, snapshots: list[Snapshot], replay: Replay | None, hits: Mapping[int, str],
        blobs: Blobs,
    ) -> None:  # fmt: skip
        self.token, self.capture, self.snapshots, self.replay, self.blobs = token, capture, snapshots, replay, blobs
        self._hits = hits
        self._lock = RLock()
        self.number = {snapshot.id: number for number, snapshot in enumerate(snapshots)}
        self.places: dict[PlaceKey, list[int]] = {}
        for number, snapshot in enumerate(snapshots):
            self.places.setdefault(place_of(snapshot), []).append(number)
        self.place_number = {key: number for number, key in enumerate(self.places)}
        self.place_of_snapshot = np.array([self.place_number[place_of(one)] for one in snapshots], np.int64)

    @property
    def details(self) -> Mapping[str, Any]:
        return self.replay.details if self.replay else {}

    @cached_property
    def columns(self) -> Columns:
        with self._lock:
            return load_columns(self.blobs, [self._hits.get(snapshot.id, "") for snapshot in self.snapshots])

    @cached_property
    def attributes(self) -> Attributes:
        with self._lock:
            blob = self.details.get("sessions_blob")
            return Attributes(json.loads(gzip.decompress(self.blobs.get(blob))) if blob else [])

    @cached_property
    def snapshot_of_row(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(len(self.snapshots), dtype=np.int32), np.diff(self.columns.starts))

    @cached_property
    def visits_of_places(self) -> Visits:
        with self._lock:
            owner = self.place_of_snapshot[self.snapshot_of_row] if len(self.snapshots) else self.snapshot_of_row
            return distinct_visits(owner, self.columns.columns)

    @cached_property
    def visits_of_snapshots(self) -> Visits:
        with self._lock:
            return distinct_visits(self.snapshot_of_row, self.columns.columns)

    @cached_property
    def visit_count(self) -> int:
        """One more than the highest number of a visit."""
        return int(self.columns["visit"].max(initial=-1)) + 1

    @cached_property
    def began_ms(self) -> NDArray[np.float64]:
        """When each visit began, epoch ms, shape (visits,)."""
        found = np.full(self.visit_count, np.inf)
        np.minimum.at(found, self.columns["visit"], self.columns["time_ms"])
        return found

    @cached_property
    def deepest(self) -> NDArray[np.float32]:
        """The deepest page px that each visit had on screen, in whatever state; 0 where nothing says it."""
        found = np.zeros(self.visit_count, np.float32)
        rows = np.isin(self.columns["type"], _DEPTHS)
        np.maximum.at(found, self.columns["visit"][rows], self.columns["y"][rows])
        return found

    def warm(self) -> None:
        """Loads what nearly every question needs."""
        if self.replay:
            self.visits_of_places.owner.sum()
            self.visits_of_snapshots.owner.sum()
            self.began_ms.sum()
            self.deepest.sum()
            self.attributes.numbers.keys()


def place_of(snapshot: Snapshot) -> PlaceKey:
    return snapshot.page, snapshot.viewport.name, snapshot.variant


def distinct_visits(owner: NDArray[Any], columns: Mapping[str, NDArray[Any]]) -> Visits:
    """The visits of some rows by their owner; `columns` are those of hits."""
    visit = columns["visit"]
    most = int(visit.max(initial=0)) + 1
    key, first = np.unique(owner.astype(np.int64) * most + visit, return_index=True)
    weight = columns["weight"][first].astype(np.float64)
    return Visits(key // most, (key % most).astype(np.int32), columns["session"][first], weight)


def token_of(capture: Capture, count: int, last: int, replay: tuple[int, str] | None) -> str:
    """A word for the state of the data: other captures and replays have others."""
    told = [capture.id, capture.label, capture.started, capture.finished, count, last, replay]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()
