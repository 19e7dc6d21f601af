"""Hits: events placed on snapshots, as columns, and the ledger that accounts for every event."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

TYPES = ("view", "click", "tap", "move", "scroll", "focus", "hover", "gaze", "double", "drag")
"""Event types of hits; `Hits.type` holds the index into this tuple."""

SIGNALS = ("dead", "rage", "error", "first", "last", "quick_back", "hesitation", "thrashing", "near_miss")
"""Signals of hits; bit `1 << SIGNALS.index(name)` of `Hits.signals`."""

REASONS = ("ambiguous", "unknown_state", "missing", "hidden", "out_of_range", "masked", "unsupported")
"""Why an event was not placed."""


@dataclass(frozen=True)
class Hits:
    """Hits on one snapshot, one row each; all columns have shape (n,).

    `x`, `y` are page CSS px of the snapshot (for `scroll` and `view`: `y` is the deepest page px that was on
    screen, `x` is 0). `element` indexes the snapshot's outline, -1 for scroll and view. `session` is a small
    number that is the same for the same session over all snapshots of a replay. `visit` likewise numbers page
    visits (a session's stay on one page). `ms` is how long a hover or a fixation lasted, 0 for all else. `weight` is
    how many events of the site the row stands for: 1 / sampling rate, so that sums of it are free of sampling.
    `signature` points into `Replay.details["signatures"]`, -1 without an error. The last three may be left out.
    """

    event: NDArray[np.str_]
    session: NDArray[np.int32]
    visit: NDArray[np.int32]
    type: NDArray[np.uint8]
    signals: NDArray[np.uint16]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    element: NDArray[np.int32]
    confidence: NDArray[np.float32]
    time_ms: NDArray[np.float64]
    ms: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    weight: NDArray[np.float32] = field(default_factory=lambda: np.ones(0, np.float32))
    signature: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    def __post_init__(self) -> None:
        for name, plain in _PLAIN.items():
            if len(getattr(self, name)) != len(self.x):
                object.__setattr__(self, name, np.full(len(self.x), plain, getattr(self, name).dtype))

    def __len__(self) -> int:
        return len(self.x)

    def where(self, keep: NDArray[np.bool_]) -> Hits:
        """The rows for which `keep`, shape (n,), is true."""
        return Hits(**{item.name: getattr(self, item.name)[keep] for item in fields(self)})

    def of_type(self, *names: str) -> Hits:
        """The hits of the named types."""
        return self.where(np.isin(self.type, [TYPES.index(name) for name in names]))

    def with_signal(self, name: str) -> Hits:
        """The hits that carry a signal."""
        return self.where((self.signals & (1 << SIGNALS.index(name))) != 0)

    def to_bytes(self) -> bytes:
        """The columns as a compressed `.npz`."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{item.name: getattr(self, item.name) for item in fields(self)})
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Hits:
        with np.load(io.BytesIO(data), allow_pickle=False) as columns:
            return cls(**{item.name: columns[item.name] for item in fields(cls) if item.name in columns})

    @classmethod
    def joined(cls, parts: Sequence[Hits]) -> Hits:
        """The hits of several, one after the other."""
        some = [part for part in parts if len(part)]
        if not some:
            return cls.empty()
        return cls(**{item.name: np.concatenate([getattr(part, item.name) for part in some]) for item in fields(cls)})

    @classmethod
    def empty(cls) -> Hits:
        kinds = ("U1", "i4", "i4", "u1", "u2", "f4", "f4", "i4", "f4", "f8", "f4", "f4", "i4")
        columns = {item.name: np.zeros(0, kind) for item, kind in zip(fields(cls), kinds, strict=True)}
        return cls(**columns)


_PLAIN = {"ms": 0.0, "weight": 1.0, "signature": -1}


@dataclass(frozen=True)
class Away:
    """When tabs were hidden: from `from_ms` to `to_ms` (epoch) of a visit nobody looked at its page; shape (n,)."""

    visit: NDArray[np.int32]
    from_ms: NDArray[np.float64]
    to_ms: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.visit)

    def to_bytes(self) -> bytes:
        """The columns as a compressed `.npz`."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, visit=self.visit, from_ms=self.from_ms, to_ms=self.to_ms)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Away:
        with np.load(io.BytesIO(data), allow_pickle=False) as columns:
            return cls(**{item.name: columns[item.name] for item in fields(cls)})


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account of all events of a replay: recorded = placed + the sum of not placed.

    `context` counts the events that have no place of their own (resize, visibility, error, ...), by type;
    `left_out` those of sessions that are no visitors (bots, synthetic ones), which are in no other number here.
    """

    recorded: int
    placed: int
    not_placed: Mapping[str, int]
    context: Mapping[str, int]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = self.recorded - self.placed - sum(self.not_placed.values())
        if missing:
            raise AssertionError(f"the ledger does not close: {missing} events have no account")

    def as_json(self) -> dict[str, Any]:
        return {
            "recorded": self.recorded,
            "placed": self.placed,
            "not_placed": {reason: count for reason, count in self.not_placed.items() if count},
            "context": dict(self.context),
            "left_out": dict(self.left_out),
        }

    def line(self) -> str:
        """The ledger in one line for people."""
        share = 100 * self.placed / self.recorded if self.recorded else 100.0
        rest = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in self.not_placed.items() if count)
        others = ", ".join(f"{count:,} of {kind} sessions" for kind, count in self.left_out.items() if count)
        return (
            f"{self.placed:,} of {self.recorded:,} events placed ({share:.1f} %)"
            + (f"; not placed: {rest}" if rest else "")
            + (f"; left out: {others}" if others else "")
        )
