"""What some kinds of layers need besides hits, from a replay: groups by segment key, error texts, time on screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.dwell import Watched
from heatreel.core.errors import InputError
from heatreel.core.hits import SIGNALS, TYPES, Away, Hits
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Replay, Workspace
from heatreel.overlays.attention import Exposed
from heatreel.overlays.context import Context
from heatreel.overlays.dots import MOST_GROUPS, Split
from heatreel.replay.insights.kept import Kept, nothing_kept
from heatreel.replay.segments import EVENT_KEYS, PROPERTY, SESSION_KEYS, SNAPSHOT_KEYS

Table = Sequence[Mapping[str, Any]]

# A click that carries several signals is told by the worst of them; first and last say nothing of how it went.
_WORST_FIRST: list[str] = ["error", "rage", "dead", "near_miss"]
_WORST_FIRST += [name for name in SIGNALS if name not in (*_WORST_FIRST, "first", "last")]


def context_of(
    workspace: Workspace,
    replay: Replay,
    table: Table,
    snapshot: Snapshot,
    hits: Hits,
    around: Callable[[Snapshot], list[tuple[Snapshot, Hits]]],
    by: str,
) -> Context:
    """The context of a snapshot. `around` gives the snapshots of its page at its viewport with their hits, `by` is
    the segment key that colours confetti."""
    return Context(
        split=split_by(by, hits, snapshot, table),
        signatures=tuple(replay.details.get("signatures", ())),
        watched=lambda: _watched(workspace, replay, table, snapshot, around(snapshot)),
        exposed=lambda: _exposed(workspace, replay, snapshot),
    )


def split_by(key: str, hits: Hits, snapshot: Snapshot, table: Table) -> Split:
    """The hits by the values of a segment key. Raises `InputError` for a key that there is not."""
    if key == "type":
        return Split(key, TYPES, hits.type.astype(np.int64))
    if key == "signal":
        return Split(key, (*_WORST_FIRST, "no signal"), _worst(hits))
    if key in SNAPSHOT_KEYS:
        return Split(key, (SNAPSHOT_KEYS[key](snapshot),), np.zeros(len(hits), np.int64))
    if key not in SESSION_KEYS and not (key.startswith(PROPERTY) and key != PROPERTY):
        keys = (*SNAPSHOT_KEYS, *EVENT_KEYS, *SESSION_KEYS, f"{PROPERTY}NAME")
        raise InputError(f"--by {key!r}: no such key; there are: {', '.join(keys)}")
    values = [_text(key, row) for row in table]
    labels = _labels(key, values)
    codes = {label: code for code, label in enumerate(labels)}
    of_session = np.array([codes.get(_binned(key, value, labels), -1) for value in values] or [-1], np.int64)
    return Split(key, labels, of_session[np.minimum(hits.session, len(of_session) - 1)])


def _worst(hits: Hits) -> NDArray[np.int64]:
    code = np.full(len(hits), len(_WORST_FIRST), np.int64)
    for number, name in reversed(list(enumerate(_WORST_FIRST))):
        code[(hits.signals & (1 << SIGNALS.index(name))) != 0] = number
    return code


def _text(key: str, row: Mapping[str, Any]) -> str:
    column = {"goal": "goals", "visited": "pages"}.get(key, key)
    value = row["properties"].get(key.removeprefix(PROPERTY)) if key.startswith(PROPERTY) else row.get(column)
    if key == "time":
        return datetime.fromtimestamp(row["started_ms"] / 1000, UTC).date().isoformat()
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _labels(key: str, values: Sequence[str]) -> tuple[str, ...]:
    """The values, or for numbers of which there are more than colours, four ranges of about as many sessions."""
    known = sorted(set(values), key=lambda text: (len(text), text) if _is_number(text) else (99, text))
    if SESSION_KEYS.get(key) != "number" or len(known) <= MOST_GROUPS:
        return tuple(known)
    numbers = np.array([float(text) for text in values if _is_number(text)])
    edges = sorted({float(edge) for edge in np.quantile(numbers, (0, 0.25, 0.5, 0.75, 1), method="nearest")})
    return tuple(f"{low:g} to {high:g}" for low, high in pairwise(edges))


def _binned(key: str, value: str, labels: Sequence[str]) -> str:
    if SESSION_KEYS.get(key) != "number" or value in labels or not _is_number(value):
        return value
    return next((label for label in labels if float(value) <= float(label.rsplit(" ", 1)[-1])), "")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _exposed(workspace: Workspace, replay: Replay, snapshot: Snapshot) -> Exposed:
    blob = replay.details.get("kept_blob")
    kept = Kept.from_bytes(workspace.blobs.get(blob)) if blob else nothing_kept()
    rows = kept.rows("exposed")
    rows = rows[(kept.snapshot[rows] == snapshot.id) & (kept.selector[rows] >= 0) & (kept.value[rows] > 0)]
    return Exposed(kept.visit[rows], kept.selector[rows], kept.value[rows], tuple(kept.selectors.tolist()))


def _watched(
    workspace: Workspace,
    replay: Replay,
    table: Table,
    snapshot: Snapshot,
    around: list[tuple[Snapshot, Hits]],
) -> Watched:
    heights = np.array([row.get("height") or snapshot.viewport.height for row in table] or [0], np.float32)
    hits = Hits.joined([some for _, some in around])
    here = np.concatenate([np.full(len(some), one.id == snapshot.id) for one, some in around] or [np.zeros(0, bool)])
    blob = replay.details.get("away_blob")
    away = Away.from_bytes(workspace.blobs.get(blob)) if blob else None
    return Watched(hits, here, heights[np.minimum(hits.session, len(heights) - 1)], away)
