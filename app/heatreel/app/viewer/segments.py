"""What can be asked of a replay with `where`: keys with their values and counts, and sessions by day."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from heatreel.app.viewer.answers import Answer, json_bytes, tagged
from heatreel.app.viewer.data import Data
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.store import Store
from heatreel.core.hits import SIGNALS, TYPES
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.replay.segments import EVENT_KEYS, PROPERTY, SESSION_KEYS, SNAPSHOT_KEYS

_MOST_VALUES = 50


def segments(store: Store, asked: Parameters) -> Answer:
    """`/segments`."""
    data = store.data(asked.text("capture"))
    asked.done()
    return store.made.get(("segments", data.token), lambda: _segments(data))  # type: ignore[no-any-return]


def _segments(data: Data) -> Answer:
    attributes = data.attributes
    keys = [_event_key(data, key) for key in EVENT_KEYS]
    for key, kind in [*SESSION_KEYS.items(), *((name, "property") for name in attributes.properties)]:
        if key not in ("session", "time"):
            keys.append(_session_key(data, key, kind))
    for key, of in SNAPSHOT_KEYS.items():
        counts = Counter(of(one) for one in data.snapshots)
        keys.append(_key(key, "text", counts))
    days, sessions = np.unique((attributes.started_ms // 86_400_000).astype(np.int64), return_counts=True)
    dates = days.astype("datetime64[D]").astype(str).tolist()
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token,
        "keys": [*keys, {"key": "time", "kind": "time", "operators": ["<", ">"], "values": [], "more": 0}],
        "days": list(zip(dates, sessions.tolist(), strict=True)),
    }
    return tagged(json_bytes(document))


def _key(key: str, kind: str, counts: Counter[str]) -> dict[str, Any]:
    operators = ["=", "!="]
    if kind in ("text", "list", "property"):
        operators.append("~")
    if kind in ("number", "time", "property"):
        operators += ["<", ">"]
    values = counts.most_common(_MOST_VALUES)
    return {"key": key, "kind": kind, "operators": operators, "values": values, "more": len(counts) - len(values)}


def _event_key(data: Data, key: str) -> dict[str, Any]:
    columns = data.columns
    if key == "type":
        counts = np.bincount(columns["type"], minlength=len(TYPES)).tolist()
        return _key(key, "text", Counter({name: count for name, count in zip(TYPES, counts, strict=True) if count}))
    found = {name: int(np.count_nonzero(columns["signals"] & (1 << bit))) for bit, name in enumerate(SIGNALS)}
    return _key(key, "text", Counter({name: count for name, count in found.items() if count}))


def _session_key(data: Data, key: str, kind: str) -> dict[str, Any]:
    values, codes = data.attributes.column(key)
    counts: Counter[str] = Counter()
    for value, count in zip(values, np.bincount(codes, minlength=len(values)).tolist(), strict=True):
        for one in value if isinstance(value, list) else [value]:
            if one not in (None, ""):
                counts[_text(one)] += count
    return _key(key if kind != "property" or key.startswith(PROPERTY) else PROPERTY + key, kind, counts)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
