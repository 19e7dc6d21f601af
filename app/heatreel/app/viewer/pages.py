"""Pages, and one page with its places and states: documents of the viewer."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import Any

from heatreel.app.viewer.answers import Answer, json_bytes, tagged
from heatreel.app.viewer.data import Data, PlaceKey
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.pictures import parts_of, thumb_address
from heatreel.app.viewer.places import slice_of
from heatreel.app.viewer.slices import Slice
from heatreel.app.viewer.store import Store
from heatreel.core.state import DEFAULT, Snapshot
from heatreel.core.version import DOCUMENT_VERSION

_ORDERS = ("visits", "clicks", "frustrated", "events", "page", "last")


def pages(store: Store, asked: Parameters) -> Answer:
    """`/pages`."""
    part = slice_of(store, asked)
    search = asked.text("search").casefold().split()
    order = asked.one_of("sort", [sign + key for key in _ORDERS for sign in ("", "-")], "visits")
    offset, limit = asked.whole("offset", 0, 0, 10**9), asked.whole("limit", 100, 1, 1000)
    asked.done()
    everything: list[dict[str, Any]] = store.made.get(
        ("pages", part.data.token, part.segment), lambda: page_summaries(part)
    )
    found = [one for one in everything if _fits(one, search)]
    key = order.removeprefix("-")
    # Numbers are best from the most, names from A.
    found.sort(key=lambda one: one[key], reverse=(key != "page") != order.startswith("-"))
    data = part.data
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token,
        "where": part.where,
        "total": len(found),
        "offset": offset,
        "pages": found[offset : offset + limit],
        "totals": _totals(everything),
        "ledger": ledger_json(data),
        "uncaptured": uncaptured(data),
    }
    return tagged(json_bytes(document))


def _fits(one: dict[str, Any], words: list[str]) -> bool:
    text = f"{one['page']} {one['title']} {one['url']}".casefold()
    return all(word in text for word in words)


def page_summaries(part: Slice) -> list[dict[str, Any]]:
    data = part.data
    by_page: dict[str, list[PlaceKey]] = {}
    for key in data.places:
        by_page.setdefault(key[0], []).append(key)
    unknown: dict[str, int] = {}
    for record in data.details.get("unknown_states", ()):
        unknown[record["page"]] = unknown.get(record["page"], 0) + 1
    return [_page_summary(part, page, keys, unknown.get(page, 0)) for page, keys in by_page.items()]


def _page_summary(part: Slice, page: str, keys: list[PlaceKey], unknown: int) -> dict[str, Any]:
    data = part.data
    numbers = [number for key in keys for number in data.places[key]]
    first = next((one for one in numbers if data.snapshots[one].state.id == DEFAULT), numbers[0])
    shown = data.snapshots[first]
    has_hits = data.replay is not None
    last = max((part.last_ms[one] for one in numbers), default=0.0) if has_hits else 0.0
    return {
        "page": page,
        "url": shown.url,
        "title": shown.title,
        "visits": sum(int(part.visits[data.place_number[key]]) for key in keys) if has_hits else 0,
        "events": sum(int(part.events[one]) for one in numbers) if has_hits else 0,
        "clicks": sum(int(part.clicks[one]) for one in numbers) if has_hits else 0,
        "frustrated": sum(int(part.frustrated[one]) for one in numbers) if has_hits else 0,
        "states": len({data.snapshots[one].state.id for one in numbers}),
        "viewports": list(dict.fromkeys(key[1] for key in _in_order(data, keys))),
        "variants": sorted({key[2] for key in keys}),
        "unknown": unknown,
        "last": iso(last),
        "card": thumb_address(part.words, shown, data.token, "card"),
    }


def _totals(found: list[dict[str, Any]]) -> dict[str, Any]:
    totals: dict[str, Any] = {
        key: sum(one[key] for one in found) for key in ("visits", "clicks", "frustrated", "events", "states")
    }
    viewports = dict.fromkeys(name for one in found for name in one["viewports"])
    return totals | {"pages": len(found), "viewports": list(viewports)}


def iso(ms: float) -> str:
    """A time in epoch ms as ISO 8601; empty for 0."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds") if ms > 0 else ""


def ledger_json(data: Data) -> dict[str, Any] | None:
    """The ledger of everybody; None without a replay."""
    ledger = data.replay.ledger if data.replay else None
    return ledger.as_json() | {"line": ledger.line()} if ledger else None


def uncaptured(data: Data) -> list[dict[str, Any]]:
    """Pages that visitors saw and the capture does not hold, most events first."""
    totals: dict[str, int] = {}
    for record in data.details.get("pages", ()):
        if record.get("captured") is False:
            totals[record["page"]] = totals.get(record["page"], 0) + int(record.get("recorded", 0))
    return [
        {"page": page, "events": count} for page, count in sorted(totals.items(), key=lambda one: (-one[1], one[0]))
    ]


def page(store: Store, asked: Parameters) -> Answer:
    """`/page`."""
    part = slice_of(store, asked)
    name = asked.text("page")
    asked.done()
    shown = store.snapshot(part.data, name)
    data = part.data
    keys = [key for key in data.places if key[0] == shown.page]
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token,
        "capture": data.capture.label,
        "where": part.where,
        "page": shown.page,
        "url": shown.url,
        "title": shown.title,
        "places": [_place(store, part, key) for key in _in_order(data, keys)],
    }
    return tagged(json_bytes(document))


def _in_order(data: Data, keys: list[PlaceKey]) -> list[PlaceKey]:
    """Widest viewport first, the arms of a test together: as in a report."""
    return sorted(keys, key=lambda key: (key[2], -data.snapshots[data.places[key][0]].viewport.width))


def _place(store: Store, part: Slice, key: PlaceKey) -> dict[str, Any]:
    data = part.data
    numbers = data.places[key]
    first = data.snapshots[numbers[0]]
    events = sum(count_of(part, "events", one) for one in numbers)
    ordered = sorted(
        numbers, key=lambda one: (data.snapshots[one].state.id != DEFAULT, -count_of(part, "events", one), one)
    )
    return {
        "viewport": viewport_json(first),
        "variant": first.variant,
        "visits": part.visits_at(first) if data.replay else 0,
        "events": events,
        "ledger": _place_ledger(data, key),
        "unknown": _unknown(store, data, key, events),
        "states": [state_json(store, part, data.snapshots[one], events) for one in ordered],
    }


def count_of(part: Slice, what: str, number: int) -> int:
    """Events, clicks or frustrated clicks on a snapshot by its number; 0 without a replay."""
    return int(getattr(part, what)[number]) if part.data.replay else 0


def viewport_json(snapshot: Snapshot) -> dict[str, Any]:
    viewport = snapshot.viewport
    return {
        "name": viewport.name, "width": viewport.width, "height": viewport.height, "dpr": viewport.dpr,
        "touch": viewport.touch,
    }  # fmt: skip


def state_json(store: Store, part: Slice, snapshot: Snapshot, of_events: int) -> dict[str, Any]:
    """A state with its counts; `of_events` are those of its place."""
    number = part.data.number[snapshot.id]
    events = count_of(part, "events", number)
    return {
        "id": snapshot.state.id,
        "label": snapshot.state.label,
        "kind": snapshot.state.kind,
        "parent": snapshot.state.parent,
        "recipe": [f"{step.action} {step.selector}".strip() for step in snapshot.state.recipe],
        "snapshot": snapshot.id,
        "width": snapshot.width,
        "height": snapshot.height,
        "events": events,
        "share": round(events / of_events, 5) if of_events else 0,
        "clicks": count_of(part, "clicks", number),
        "frustrated": count_of(part, "frustrated", number),
        "thumb": thumb_address(part.words, snapshot, part.data.token),
        "picture": parts_of(store, snapshot),
    }


def _place_ledger(data: Data, key: PlaceKey) -> dict[str, Any]:
    for record in data.details.get("pages", ()):
        if (record.get("page"), record.get("viewport"), record.get("variant", "")) == key:
            return {name: record[name] for name in ("recorded", "placed", "not_placed") if name in record}
    return {}


def _unknown(store: Store, data: Data, key: PlaceKey, placed: int) -> list[dict[str, Any]]:
    """States that visitors saw and the capture does not hold, most events first."""
    records = [
        one
        for one in data.details.get("unknown_states", ())
        if (one.get("page"), one.get("viewport"), one.get("variant", "")) == key
    ]
    total = placed + sum(one.get("events", 0) for one in records)
    command = f"heatreel capture --learn -w {shlex.quote(str(store.folder))} --label {shlex.quote(data.capture.label)}"
    return [
        {
            "events": one.get("events", 0),
            "sessions": one.get("sessions", 0),
            "share": round(one.get("events", 0) / total, 5) if total else 0,
            "path": [f"{step['action']} {step['selector']}" for step in one.get("path", ())],
            "nearest": one.get("nearest", ""),
            "command": command,
        }
        for one in records
    ]
