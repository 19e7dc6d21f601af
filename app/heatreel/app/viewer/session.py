"""One session: its steps on snapshots, what of it was not placed, and its film."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import numpy as np

from heatreel.app.viewer.answers import Answer, Refused, json_bytes, tagged
from heatreel.app.viewer.data import Data
from heatreel.app.viewer.pages import viewport_json
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.pictures import parts_of
from heatreel.app.viewer.places import data_of
from heatreel.app.viewer.sessions import films, summary, table_of
from heatreel.app.viewer.store import Store
from heatreel.core.element import Outline
from heatreel.core.eventlog import EventLog
from heatreel.core.hits import REASONS, SIGNALS, TYPES
from heatreel.core.state import Snapshot
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.overlays.naming import name_of
from heatreel.replay.not_placed import NotPlaced

_MOST_STEPS = 20_000
_DEEP = ("view", "scroll")


def session(store: Store, name: str, asked: Parameters) -> Answer:
    """`/session/ID`."""
    data = data_of(store, asked)
    asked.done()
    number = number_of(data, name)
    row = data.attributes.table[number]
    everybody = store.slice(data, ())
    rows = np.flatnonzero(data.columns["session"] == number)
    numbers = np.unique(data.snapshot_of_row[rows]).tolist()
    steps = [*_placed(store, data, rows), *_not_placed(store, data, number)]
    steps.sort(key=lambda step: (step["ms"], step["type"] != "view"))
    began = min([row["started_ms"], *(step["ms"] for step in steps[:1])])
    for step in steps:
        step["ms"] = round(step["ms"] - began)
    filmed = films(store)
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token,
        "session": summary(data, table_of(store, everybody), number, filmed),
        "goals": list(row.get("goals", ())),
        "properties": row["properties"],
        "started_ms": began,
        "ms": steps[-1]["ms"] if steps else 0,
        "snapshots": {str(data.snapshots[one].id): _scene(store, data.snapshots[one]) for one in numbers},
        "steps": steps[:_MOST_STEPS],
        "left_out": max(len(steps) - _MOST_STEPS, 0),
        "film": f"api/v1/film/{quote(name, safe='')}" if name in filmed else "",
    }
    return tagged(json_bytes(document))


def number_of(data: Data, name: str) -> int:
    """The number of a session by its id. Raises `Refused`."""
    number = data.attributes.numbers.get(name)
    if number is None:
        raise Refused(404, f"no session {name[:80]!r} in the replay of capture {data.capture.label!r}")
    return number


def _scene(store: Store, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "page": snapshot.page, "title": snapshot.title, "viewport": viewport_json(snapshot),
        "variant": snapshot.variant, "state": snapshot.state.id, "label": snapshot.state.label,
        "width": snapshot.width, "height": snapshot.height, "picture": parts_of(store, snapshot),
    }  # fmt: skip


def _placed(store: Store, data: Data, rows: Any) -> Iterator[dict[str, Any]]:
    signatures = data.details.get("signatures", ())
    columns = {name: column[rows].tolist() for name, column in data.columns.columns.items()}
    for at, number in enumerate(data.snapshot_of_row[rows].tolist()):
        snapshot = data.snapshots[number]
        outline = store.outline(snapshot)
        kind, error = TYPES[columns["type"][at]], columns["signature"][at]
        step = {
            "ms": columns["time_ms"][at],
            "type": kind,
            "snapshot": snapshot.id,
            "x": round(columns["x"][at], 1),
            "y": round(columns["y"][at], 1),
            **_element(outline, columns["element"][at]),
            "signals": [name for bit, name in enumerate(SIGNALS) if columns["signals"][at] & (1 << bit)],
            "error": str(signatures[error]) if 0 <= error < len(signatures) else "",
            "reason": "",
            "page": snapshot.page,
        }
        if kind in _DEEP:
            step["window"] = snapshot.viewport.height
        if columns["ms"][at]:
            step["length"] = round(columns["ms"][at])
        yield step


def _element(outline: Outline, index: int) -> dict[str, Any]:
    if not 0 <= index < len(outline.elements):
        return {"element": -1, "selector": "", "name": ""}
    element = outline.elements[index]
    box = [round(side, 1) for side in element.box]
    return {"element": index, "selector": element.selector, "name": name_of(element, outline), "box": box}


def _not_placed(store: Store, data: Data, number: int) -> Iterator[dict[str, Any]]:
    blob = data.details.get("not_placed_blob")
    if not blob:
        return
    rest: NotPlaced = store.tables.get(("not placed", blob), lambda: NotPlaced.from_bytes(store.blobs.get(blob)))
    for row in np.flatnonzero(rest.session == number).tolist():
        selector, x, y = int(rest.selector[row]), float(rest.x[row]), float(rest.y[row])
        yield {
            "ms": float(rest.time_ms[row]),
            "type": str(rest.types[int(rest.type[row])]),
            "snapshot": 0,
            "x": round(x, 1) if np.isfinite(x) else None,
            "y": round(y, 1) if np.isfinite(y) else None,
            "element": -1,
            "selector": str(rest.selectors[selector]) if selector >= 0 else "",
            "name": "",
            "signals": [],
            "error": "",
            "reason": REASONS[int(rest.reason[row])],
            "page": str(rest.pages[int(rest.page[row])]),
        }


def film(store: Store, name: str, asked: Parameters) -> Answer:
    """`/film/ID`."""
    asked.done()
    with EventLog.open(store.folder) as log:
        events = log.film(name)
    if not events:
        raise Refused(404, f"session {name[:80]!r} has no film")
    return tagged(json_bytes({"version": DOCUMENT_VERSION, "data": "", "session": name, "events": events}))
