"""Events that were not placed: columns like those of hits, each row with its reason."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import REASONS


@dataclass(frozen=True)
class NotPlaced:
    """Events without a place, one row each; columns of shape (n,), but for the tables they point into.

    `type`, `page`, `viewport` and `selector` point into `types`, `pages`, `viewports` and `selectors`; `viewport`
    and `selector` are -1 when there is none. `reason` indexes `REASONS`. `snapshot` is the id of the snapshot it
    would have gone to as far as is known, else -1. `x`, `y` are page CSS px as recorded, NaN when unknown.
    """

    event: NDArray[np.str_]
    session: NDArray[np.int32]
    visit: NDArray[np.int32]
    type: NDArray[np.int32]
    page: NDArray[np.int32]
    viewport: NDArray[np.int32]
    snapshot: NDArray[np.int32]
    selector: NDArray[np.int32]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    confidence: NDArray[np.float32]
    reason: NDArray[np.uint8]
    time_ms: NDArray[np.float64]
    types: NDArray[np.str_]
    pages: NDArray[np.str_]
    viewports: NDArray[np.str_]
    selectors: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.reason)

    def to_bytes(self) -> bytes:
        """The columns as a compressed `.npz`."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{item.name: getattr(self, item.name) for item in fields(self)})
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> NotPlaced:
        with np.load(io.BytesIO(data), allow_pickle=False) as columns:
            return cls(**{item.name: columns[item.name] for item in fields(cls)})


TABLES = ("types", "pages", "viewports", "selectors")

_ROWS = tuple(item.name for item in fields(NotPlaced) if item.name not in TABLES)
_KINDS = {
    "event": np.str_, "session": np.int32, "visit": np.int32, "type": np.int32, "page": np.int32,
    "viewport": np.int32, "snapshot": np.int32, "selector": np.int32, "x": np.float32, "y": np.float32,
    "confidence": np.float32, "reason": np.uint8, "time_ms": np.float64,
}  # fmt: skip


def join(parts: Sequence[dict[str, NDArray[Any]]], tables: dict[str, Sequence[str]]) -> NotPlaced:
    """The rows of all parts (columns by name) with the tables they point into."""
    columns: dict[str, Any] = {}
    for name in _ROWS:
        kind: Any = _KINDS[name]
        arrays: list[NDArray[Any]] = [part[name].astype(kind) for part in parts]
        columns[name] = np.concatenate(arrays) if arrays else np.zeros(0, kind)
    for name in TABLES:
        columns[name] = np.array(list(tables[name]), dtype=np.str_)
    return NotPlaced(**columns)


def count_reasons(reason: NDArray[Any]) -> dict[str, int]:
    """How many rows carry each reason; all reasons are there."""
    counts = np.bincount(reason.astype(np.int64), minlength=len(REASONS))
    return {name: int(count) for name, count in zip(REASONS, counts, strict=True)}
