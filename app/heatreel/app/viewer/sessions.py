"""The list of sessions: windows out of many, filtered and sorted, also those behind an element or an area."""

from __future__ import annotations

import sqlite3
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.app.viewer.answers import Answer, Refused, json_bytes, tagged
from heatreel.app.viewer.data import Data
from heatreel.app.viewer.pages import iso
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.places import slice_of
from heatreel.app.viewer.session_table import SessionTable, session_table
from heatreel.app.viewer.slices import Slice
from heatreel.app.viewer.store import Store
from heatreel.core.errors import HeatreelError
from heatreel.core.eventlog import EventLog
from heatreel.core.hits import SIGNALS
from heatreel.core.state import Snapshot
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.overlays.kinds import KINDS
from heatreel.replay.ranking import acting_elements

Bools = NDArray[np.bool_]

_ORDERS = ("started", "seconds", "events", "clicks", "rage", "dead", "error")


def sessions(store: Store, asked: Parameters) -> Answer:
    """`/sessions`."""
    part = slice_of(store, asked)
    order = asked.one_of("sort", [sign + key for key in _ORDERS for sign in ("", "-")], "-started")
    offset, limit = asked.whole("offset", 0, 0, 10**9), asked.whole("limit", 100, 1, 1000)
    filmed = films(store)
    table = table_of(store, part)
    keep = (table.events > 0) & _asked_for(part, table, asked, filmed) & _behind(store, part, asked)
    asked.done()
    found = np.flatnonzero(keep)
    by = np.asarray(getattr(table, order.removeprefix("-")), np.float64)[found]
    # Equal ones newest first, so that a window is the same whenever it is asked for.
    found = found[np.lexsort((found, -table.started[found], -by if order.startswith("-") else by))]
    window = found[offset : offset + limit].tolist()
    document = {
        "version": DOCUMENT_VERSION,
        "data": part.data.token,
        "where": part.where,
        "total": len(found),
        "offset": offset,
        "sessions": [summary(part.data, table, number, filmed) for number in window],
    }
    return tagged(json_bytes(document))


def table_of(store: Store, part: Slice) -> SessionTable:
    found: SessionTable = store.tables.get(("sessions", part.data.token, part.segment), lambda: session_table(part))
    return found


def summary(data: Data, table: SessionTable, number: int, filmed: frozenset[str]) -> dict[str, Any]:
    """One session in numbers."""
    row = data.attributes.table[number]
    return {
        "session": row["session"],
        "started": iso(row["started_ms"]),
        "seconds": round(float(table.seconds[number]), 1),
        "viewport": f"{row['width']}x{row['height']}",
        "touch": bool(row["touch"]),
        "origin": row.get("origin", ""),
        "source": row.get("source", ""),
        "country": row.get("country", ""),
        "variant": row.get("variant", ""),
        "language": row.get("language", ""),
        "who": row.get("who", ""),
        "pages": list(row.get("pages", ())),
        **{key: int(getattr(table, key)[number]) for key in ("states", "events", "clicks", "dead", "rage", "error")},
        "film": row["session"] in filmed,
    }


def _asked_for(part: Slice, table: SessionTable, asked: Parameters, filmed: frozenset[str]) -> Bools:
    attributes = part.data.attributes
    keep = np.ones(len(attributes), bool)
    for page in asked.all("page"):
        keep &= _of_values(part.data, "visited", lambda pages, page=page: page in (pages or ()))
    for name in asked.all("signal"):
        if name not in SIGNALS:
            raise Refused(400, f"no signal {name!r}; there are {', '.join(SIGNALS)}", "signal")
        keep &= (table.signals & (1 << SIGNALS.index(name))) != 0
    least, most = asked.number("at_least", None, 0, 1e9), asked.number("at_most", None, 0, 1e9)
    if least is not None:
        keep &= table.seconds >= least
    if most is not None:
        keep &= table.seconds <= most
    named = set(asked.all("session"))
    begins = asked.text("search")
    if asked.flag("film"):
        keep &= _of_values(part.data, "session", lambda name: name in filmed)
    if named:
        keep &= _of_values(part.data, "session", lambda name: name in named)
    if begins:
        keep &= _of_values(part.data, "session", lambda name: name.startswith(begins))
    return keep


def _of_values(data: Data, key: str, holds: Any) -> Bools:
    values, codes = data.attributes.column(key)
    return np.array([bool(holds(value)) for value in values] or [False], bool)[codes]


def _behind(store: Store, part: Slice, asked: Parameters) -> Bools:
    """The sessions behind an element or an area of a snapshot; all when neither is asked for."""
    data = part.data
    selector, number = asked.text("on"), asked.whole("snapshot", 0, 0, 10**15)
    element, area = asked.whole("element", -1, -1, 10**7), asked.text("area")
    kind = asked.one_of("kind", tuple(KINDS), "click")
    if not number:
        if element >= 0 or area:
            raise Refused(400, "is needed to say which snapshot the element or area is on", "snapshot")
        return _on_selector(store, part, selector, kind) if selector else np.ones(len(data.attributes), bool)
    if number not in data.number:
        raise Refused(404, f"capture {data.capture.label!r} has no snapshot {number}", "snapshot")
    snapshot = data.snapshots[data.number[number]]
    hits = part.hits(snapshot)
    rows = KINDS[kind].mask(hits)
    if element >= 0:
        rows &= on_element(store, snapshot, hits.element, element)
    if area:
        left, top, width, height = _area(area)
        rows &= (hits.x >= left) & (hits.x < left + width) & (hits.y >= top) & (hits.y < top + height)
    keep = np.zeros(len(data.attributes), bool)
    keep[hits.session[rows]] = True
    return keep


def _on_selector(store: Store, part: Slice, selector: str, kind: str) -> Bools:
    """The sessions with hits on the elements of a selector, on whatever snapshots have it."""
    keep = np.zeros(len(part.data.attributes), bool)
    for number, snapshot in enumerate(part.data.snapshots):
        if not part.events[number]:
            continue
        element = store.outline(snapshot).by_selector.get(selector)
        if element is not None:
            hits = part.hits(snapshot)
            rows = KINDS[kind].mask(hits) & on_element(store, snapshot, hits.element, element.index)
            keep[hits.session[rows]] = True
    return keep


def on_element(store: Store, snapshot: Snapshot, hit: NDArray[np.int32], index: int) -> Bools:
    """Which hits count for an element: those on it, and on what inside of it does not act by itself."""
    outline = store.outline(snapshot)
    if index >= len(outline.elements):
        raise Refused(404, f"there is no element {index} in this state", "element")
    acting = np.append(acting_elements(outline), -1)
    return np.asarray((hit == index) | (acting[hit] == index))


def _area(text: str) -> tuple[float, float, float, float]:
    try:
        left, top, width, height = (float(part) for part in text.split(","))
    except ValueError as exc:
        raise Refused(400, f"{text[:60]!r} is no area: write x,y,width,height in CSS px", "area") from exc
    if not (width > 0 and height > 0 and all(abs(side) < 1e9 for side in (left, top))):
        raise Refused(400, f"{text[:60]!r} is empty or nowhere", "area")
    return left, top, width, height


def films(store: Store) -> frozenset[str]:
    """The sessions that have a film."""
    try:
        with EventLog.open(store.folder) as log:
            last = log.connection.execute("SELECT max(id) FROM films").fetchone()[0]
            if last is None:
                return frozenset()

            def make() -> frozenset[str]:
                return frozenset(row[0] for row in log.connection.execute("SELECT DISTINCT session FROM films"))

            found: frozenset[str] = store.made.get(("films", last), make)
            return found
    except (HeatreelError, sqlite3.Error):
        return frozenset()
