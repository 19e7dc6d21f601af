"""What is known of all sessions, by column: conditions are asked of each distinct value once, not of each session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.replay.segments import COLUMNS, EVENT_KEYS, PROPERTY, SESSION_KEYS, SNAPSHOT_KEYS, Condition, Segment

Bools = NDArray[np.bool_]


class Attributes:
    """The session table of a replay. Keys are those of segments."""

    def __init__(self, table: Sequence[Mapping[str, Any]]) -> None:
        self.table = table
        self._columns: dict[str, tuple[list[Any], NDArray[np.int32]]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each session by its id."""
        return {row["session"]: number for number, row in enumerate(self.table)}

    @cached_property
    def started_ms(self) -> NDArray[np.float64]:
        return np.array([row["started_ms"] for row in self.table], np.float64)

    def column(self, key: str) -> tuple[list[Any], NDArray[np.int32]]:
        """The distinct values of a key, and for each session which it has, shape (sessions,)."""
        with self._lock:
            if key not in self._columns:
                self._columns[key] = _factorized(self._values(key), SESSION_KEYS.get(key) == "list")
            return self._columns[key]

    def _values(self, key: str) -> list[Any]:
        """The value of a key of each session, as segments read it."""
        if key.startswith(PROPERTY):
            name = key.removeprefix(PROPERTY)
            return [row["properties"].get(name) for row in self.table]
        column = COLUMNS.get(key, key)
        return [row.get(column) for row in self.table]

    def within(self, segment: Segment) -> Bools:
        """Which sessions are in a segment, as `Segment.sessions` says it; shape (sessions,)."""
        keep = np.ones(len(self), bool)
        for one in segment.conditions:
            if one.key not in SNAPSHOT_KEYS and one.key not in EVENT_KEYS:
                keep &= self._holds(one)
        return keep

    def _holds(self, one: Condition) -> Bools:
        if one.key == "time" and isinstance(one.value, float) and one.operator in ("<", ">"):
            # Nearly each session has a time of its own.
            return self.started_ms < one.value if one.operator == "<" else self.started_ms > one.value
        values, codes = self.column(one.key)
        return np.array([one.holds(value) for value in values] or [False], bool)[codes]

    @cached_property
    def properties(self) -> list[str]:
        """The names of the sessions' own properties, the most used first."""
        counts = Counter(name for row in self.table for name in row["properties"])
        return [PROPERTY + name for name, _count in counts.most_common(100)]


def _factorized(values: list[Any], lists: bool) -> tuple[list[Any], NDArray[np.int32]]:
    # A list is no key of a dict.
    names: list[Any] = [tuple(value or ()) for value in values] if lists else values
    codes = {name: code for code, name in enumerate(dict.fromkeys(names))}
    found = [list(name) if isinstance(name, tuple) else name for name in codes]
    return found, np.fromiter(map(codes.__getitem__, names), np.int32, len(names))
