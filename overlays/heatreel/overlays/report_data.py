"""What a report shows, gathered before anything is drawn: plain records that become its JSON and its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatreel.core.element import Outline
from heatreel.core.hits import SIGNALS, Hits
from heatreel.core.state import Snapshot
from heatreel.overlays.colour import Palette
from heatreel.overlays.evidence import Evidence, Row
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.layers import Layer
from heatreel.overlays.marks import fold_words, reach_lines
from heatreel.overlays.naming import name_of
from heatreel.overlays.wording import Wording

# Elements without a click that are offered for hovering: what a person may expect to act.
_MOST_IDLE = 400

# The reach is told at every so many CSS px, for the read-out under the pointer.
_REACH_STEP = 20

_FRUSTRATION = ("dead", "rage", "error")


@dataclass(frozen=True, slots=True)
class Part:
    """One image of a stack: where it begins and how tall it is in CSS px, and its file."""

    top: float
    height: float
    src: str


@dataclass(frozen=True)
class StateView:
    """One state at one viewport, as the viewer gets it."""

    snapshot: Snapshot
    events: int
    clicks: int
    frustrated: int
    picture: tuple[Part, ...]
    thumb: str
    layers: dict[str, dict[str, Any]]
    elements: list[dict[str, Any]]


@dataclass(frozen=True)
class PlaceView:
    """A page at one viewport and variant: its states, and the ledger of its events."""

    viewport: Mapping[str, Any]
    variant: str
    visits: int
    states: tuple[StateView, ...]
    ledger: Mapping[str, Any]
    unknown: tuple[Mapping[str, Any], ...]

    @property
    def events(self) -> int:
        return sum(state.events for state in self.states)


@dataclass(frozen=True)
class PageView:
    """One page of a capture. `name` is the file it is written to; `card` the picture that stands for it."""

    page: str
    url: str
    title: str
    name: str
    places: tuple[PlaceView, ...] = field(default_factory=tuple)
    card: str = ""

    @property
    def visits(self) -> int:
        return sum(place.visits for place in self.places)

    @property
    def clicks(self) -> int:
        return sum(state.clicks for place in self.places for state in place.states)

    @property
    def frustrated(self) -> int:
        return sum(state.frustrated for place in self.places for state in place.states)

    @property
    def states(self) -> int:
        return len({state.snapshot.state.id for place in self.places for state in place.states})


def clicks_of(hits: Hits) -> int:
    """Clicks and taps."""
    return int(KINDS["click"].mask(hits).sum())


def frustrated_clicks(hits: Hits) -> int:
    """Clicks and taps that were dead, in a rage or threw an error; each counts once."""
    bits = sum(1 << SIGNALS.index(name) for name in _FRUSTRATION)
    return int((KINDS["click"].mask(hits) & ((hits.signals & bits) != 0)).sum())


def layer_record(layer: Layer, words: Wording, src: str) -> dict[str, Any]:
    """A layer for the viewer: where its picture is, and what its legend says."""
    record: dict[str, Any] = {
        "src": src,
        "size": [layer.levels.shape[1] * layer.cell[0], layer.levels.shape[0] * layer.cell[1]],
        "empty": layer.empty,
        "events": layer.sample.events,
        "bar": words.bar,
        "ticks": [[round(place, 4), text] for place, text in words.ticks],
        "sample": words.sample,
        "notes": list(words.notes),
    }
    if layer.reach is not None and not layer.empty:
        shares = layer.reach.shares
        record["lines"] = [[depth, text] for depth, text in reach_lines(layer.reach)]
        record["reach"] = np.round(100 * shares[::_REACH_STEP]).astype(int).tolist()
        if layer.reach.fold is not None:
            record["fold"] = [round(layer.reach.fold, 1), fold_words(layer.reach)]
    return record


def element_records(outline: Outline, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The clicked elements, most clicks first, then those that are not but may be expected to be."""
    ranked = {row.index for row in rows}
    idle = [
        element.index
        for element in outline.elements
        if element.interactive and element.visible and element.index not in ranked and min(element.box[2:]) > 0
    ]
    numbered = [(row.index, _numbers(row)) for row in rows]
    return [
        {"i": index, "name": name_of(outline.elements[index], outline), **_where(outline, index), **numbers}
        for index, numbers in [*numbered, *((index, {}) for index in idle[:_MOST_IDLE])]
    ]


def _numbers(row: Row) -> dict[str, float]:
    return {
        "clicks": row.clicks,
        "share": round(row.click_share, 5),
        "visits": row.visits,
        "visitShare": round(row.visit_share, 5),
        "sessions": row.sessions,
        "first": row.first,
        "last": row.last,
        "dead": row.dead,
        "rage": row.rage,
        "error": row.error,
    }


def _where(outline: Outline, index: int) -> dict[str, Any]:
    element = outline.elements[index]
    return {"selector": element.selector, "box": [round(side, 1) for side in element.box], "acts": element.interactive}


def bar_stops(palette: Palette) -> list[str]:
    """A colour bar as CSS colours, evenly spaced."""
    return [
        f"rgb({red} {green} {blue} / {alpha / 255:.3f})"
        for (red, green, blue), alpha in zip(palette.rgb[::15].tolist(), palette.alpha[::15].tolist(), strict=True)
    ]


def page_json(page: PageView, shared: Mapping[str, Any]) -> dict[str, Any]:
    """The document that a page of the report carries. `shared` is the same on all pages."""
    return {
        **shared,
        "page": page.page,
        "url": page.url,
        "title": page.title,
        "places": [_place_json(place) for place in page.places],
    }


def _place_json(place: PlaceView) -> dict[str, Any]:
    return {
        "viewport": place.viewport,
        "variant": place.variant,
        "visits": place.visits,
        "ledger": place.ledger,
        "unknown": place.unknown,
        "states": [_state_json(state, place.events) for state in place.states],
    }


def _state_json(state: StateView, events: int) -> dict[str, Any]:
    snapshot = state.snapshot
    return {
        "id": snapshot.state.id,
        "label": snapshot.state.label,
        "kind": snapshot.state.kind,
        "recipe": [f"{action.action} {action.selector or action.value}" for action in snapshot.state.recipe],
        "width": snapshot.width,
        "height": snapshot.height,
        "events": state.events,
        "share": round(state.events / events, 4) if events else 0,
        "clicks": state.clicks,
        "thumb": state.thumb,
        "picture": [[part.top, part.height, part.src] for part in state.picture],
        "layers": state.layers,
        "elements": state.elements,
    }


def place_ledger(evidence: Evidence, snapshot: Snapshot) -> dict[str, Any]:
    """The ledger of a page at a viewport and variant, where the replay kept one."""
    for record in evidence.details.get("pages", ()):
        if _same_place(record, snapshot):
            return {key: record[key] for key in ("recorded", "placed", "not_placed") if key in record}
    return {}


def unknown_states(evidence: Evidence, snapshot: Snapshot) -> tuple[dict[str, Any], ...]:
    """States of a page at a viewport that visitors saw and the capture does not hold, most events first."""
    return tuple(
        {
            "events": record.get("events", 0),
            "sessions": record.get("sessions", 0),
            "path": [f"{step['action']} {step['selector']}" for step in record.get("path", ())],
            "nearest": record.get("nearest", ""),
        }
        for record in evidence.details.get("unknown_states", ())
        if _same_place(record, snapshot)
    )


def _same_place(record: Mapping[str, Any], snapshot: Snapshot) -> bool:
    mine = (snapshot.page, snapshot.viewport.name, snapshot.variant)
    return (record.get("page"), record.get("viewport"), record.get("variant", "")) == mine


def uncaptured_pages(evidence: Evidence) -> list[tuple[str, int]]:
    """Pages that visitors saw and the capture does not hold, with their events, most first."""
    totals: dict[str, int] = {}
    for record in evidence.details.get("pages", ()):
        if record.get("captured") is False:
            totals[record["page"]] = totals.get(record["page"], 0) + int(record.get("recorded", 0))
    return sorted(totals.items(), key=lambda item: (-item[1], item[0]))


def measured_words(error: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """A measured placement error as pairs of words and values; empty when nothing was measured."""
    if not error:
        return []
    placed = int(error.get("placed") or 0)
    found = []
    for key, words in (("median", "median"), ("p95", "95th percentile"), ("worst", "worst")):
        if isinstance(error.get(key), int | float):
            found.append((words, f"{round(error[key], 2):,g} px"))
    for key, words in (("right_state", "in the right state"), ("right_element", "on the right element")):
        if placed and isinstance(error.get(key), int | float):
            found.append((words, f"{100 * error[key] / placed:.1f} %"))
    if error.get("events"):
        found.append(("known events", f"{error['events']:,}"))
    return found


def group_by_place(snapshots: Iterable[Snapshot]) -> dict[str, dict[tuple[str, str], list[Snapshot]]]:
    """Snapshots by page, then by viewport and variant, in the order in which they were taken."""
    pages: dict[str, dict[tuple[str, str], list[Snapshot]]] = {}
    for snapshot in snapshots:
        places = pages.setdefault(snapshot.page, {})
        places.setdefault((snapshot.viewport.name, snapshot.variant), []).append(snapshot)
    for page, places in pages.items():
        # Workers finish in any order: widest viewport first, the arms of a test together.
        pages[page] = dict(sorted(places.items(), key=lambda item: (item[0][1], -item[1][0].viewport.width)))
    return pages
