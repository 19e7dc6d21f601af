"""What insights need of a replay beside its hits: what was done in forms, what shifted, and clicks that were elsewhere.

Small columns, kept with the replay, so that insights need not read the event log again. No value of a field is in them.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.replay.columns import POINTER_CODES, EventColumns
from heatreel.replay.rows import Placer, Rows

ACTS = ("change", "submit", "invalid", "goal", "layout_shift", "disabled", "moved", "exposed")
"""What is kept. `moved`: a click that was recorded more than `FAR_PX` from where its element is on the snapshot;
`disabled`: a click on a control that was disabled; `exposed`: a part of the page was on screen."""

FAR_PX = 8.0


@dataclass(frozen=True)
class Kept:
    """Acts, one row each; columns of shape (n,). `snapshot` is an id, -1 when unknown; `selector` points into
    `selectors`, `name` into `names` (goals), -1 without; `x`, `y` are page CSS px as recorded; `value` is a goal's
    value, a shift's score, or the ms that something was exposed, NaN without."""

    act: NDArray[np.uint8]
    session: NDArray[np.int32]
    visit: NDArray[np.int32]
    snapshot: NDArray[np.int32]
    selector: NDArray[np.int32]
    name: NDArray[np.int32]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    value: NDArray[np.float32]
    time_ms: NDArray[np.float64]
    selectors: NDArray[np.str_]
    names: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.act)

    def rows(self, act: str) -> NDArray[np.int64]:
        """The rows of one act."""
        return np.flatnonzero(self.act == ACTS.index(act))

    def to_bytes(self) -> bytes:
        """The columns as a compressed `.npz`."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{item.name: getattr(self, item.name) for item in fields(self)})
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Kept:
        with np.load(io.BytesIO(data), allow_pickle=False) as columns:
            return cls(**{item.name: columns[item.name] for item in fields(cls)})


_KINDS = ("u1", "i4", "i4", "i4", "i4", "i4", "f4", "f4", "f4", "f8")
_ROWS = tuple(item.name for item in fields(Kept))[: len(_KINDS)]


class Keeping:
    """Gathers acts over the chunks of a replay."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._selectors: dict[str, int] = {}
        self._names: dict[str, int] = {}

    def add(self, columns: EventColumns, rows: Rows, placer: Placer) -> None:
        """Adds some sessions."""
        ids = np.array([snapshot.id for snapshot in placer.pages.snapshots] + [-1], dtype=np.int64)
        self._add_context(columns, rows, ids)
        self._add_clicks(columns, rows, placer, ids)

    def kept(self) -> Kept:
        """All that was added."""
        order = sorted(self._rows, key=lambda row: (row[2], row[-1]))
        arrays = [np.array([row[at] for row in order], dtype=kind) for at, kind in enumerate(_KINDS)]
        tables = [np.array(list(table) or [""], dtype=np.str_) for table in (self._selectors, self._names)]
        return Kept(**dict(zip(_ROWS, arrays, strict=True)), selectors=tables[0], names=tables[1])

    def _add_context(self, columns: EventColumns, rows: Rows, ids: NDArray[np.int64]) -> None:
        wanted = [(number, event) for number, event in columns.context if _act_of(event.type, event.data)]
        if not wanted:
            return
        asked = {(number, event.document) for number, event in wanted}
        times: dict[tuple[int, str], tuple[list[float], list[int]]] = {key: ([], []) for key in asked}
        for row, (number, event) in enumerate(zip(columns.session.tolist(), columns.events, strict=True)):
            found = times.get((number, event.document))
            if found is not None and isfinite(event.time_ms):
                found[0].append(event.time_ms)
                found[1].append(row)
        for number, event in wanted:
            row = _row_before(times[number, event.document], event.time_ms)
            snapshot = int(ids[rows.ordinal[row]]) if row >= 0 else -1
            visit = int(rows.visit[row]) if row >= 0 else -1
            selector = self._number(self._selectors, event.target.selector) if event.target else -1
            name = self._number(self._names, str(event.data.get("name", ""))) if event.type == "goal" else -1
            value = event.data.get("ms" if event.type == "exposure" else "value")
            value = float(value) if isinstance(value, int | float) else nan
            act = ACTS.index(_act_of(event.type, event.data))
            self._rows.append((act, number, visit, snapshot, selector, name, nan, nan, value, event.time_ms))

    def _add_clicks(self, columns: EventColumns, rows: Rows, placer: Placer, ids: NDArray[np.int64]) -> None:
        clicks = np.flatnonzero(np.isin(columns.type, POINTER_CODES) & rows.placed)
        far = np.hypot(columns.x[clicks] - rows.x[clicks], columns.y[clicks] - rows.y[clicks]) > FAR_PX
        told = [columns.events[row].data.get("disabled") is True for row in clicks.tolist()]
        disabled = np.array(told, dtype=np.bool_)
        for act, some in (("moved", clicks[far]), ("disabled", clicks[disabled])):
            for row in some.tolist():
                target = int(columns.target[row])
                selector = self._number(self._selectors, placer.numbers.targets[target].selector) if target >= 0 else -1
                self._rows.append(
                    (ACTS.index(act), int(columns.session[row]), int(rows.visit[row]), int(ids[rows.ordinal[row]]),
                     selector, -1, float(columns.x[row]), float(columns.y[row]), nan, float(columns.time_ms[row]))
                )  # fmt: skip

    @staticmethod
    def _number(table: dict[str, int], text: str) -> int:
        return table.setdefault(text, len(table))


def nothing_kept() -> Kept:
    """What a replay kept that was made before insights were."""
    return Keeping().kept()


def _act_of(kind: str, data: Any) -> str:
    if kind in ("change", "submit", "invalid", "goal"):
        return kind
    if kind == "exposure":
        return "exposed"
    return "layout_shift" if kind == "vital" and data.get("name") == "layout_shift" else ""


def _row_before(of_document: tuple[Sequence[float], Sequence[int]], time_ms: float) -> int:
    """The row of the document that came last before a time, the first when none did, -1 without any."""
    times, rows = of_document
    if not rows:
        return -1
    return rows[max(bisect_right(times, time_ms) - 1, 0)]
