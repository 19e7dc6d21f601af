"""Unknown states: what visitors saw that no capture holds, gathered, with how they got there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatreel.replay.columns import POINTER_CODES, EventColumns
from heatreel.replay.graphs import Place
from heatreel.replay.rows import Rows
from heatreel.replay.sketches import Bits, read_sketch, similarities
from heatreel.replay.states import OFF, Recognition

ALIKE = 0.8
"""Sketches at least this much alike are taken for one unknown state when no switch tells them apart."""

PATHS = 50
"""So many visits are followed for each unknown state; the commonest path is reported."""

LONGEST = 12
"""Clicks in a path; the last ones, as those led there."""

_Path = tuple[str, ...]


@dataclass
class UnknownState:
    """Events of one state that was not captured. `settings` are the switches set otherwise than by default."""

    page: str
    viewport: str
    variant: str
    settings: dict[str, str]
    sketch: Bits | None
    sketch_text: str = ""
    nearest: str = ""
    likeness: float = 0.0
    events: int = 0
    sessions: set[int] = field(default_factory=set)
    paths: Counter[_Path] = field(default_factory=Counter)
    followed: int = 0
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        path = self.paths.most_common(1)[0][0] if self.paths else ()
        record: dict[str, Any] = {
            "page": self.page,
            "viewport": self.viewport,
            "variant": self.variant,
            "url": self.url,
            "events": self.events,
            "sessions": len(self.sessions),
            "path": [{"action": "click", "selector": selector} for selector in path],
            "settings": self.settings,
        }
        if self.sketch_text:
            record["sketch"] = self.sketch_text
        if self.nearest:
            record |= {"nearest": self.nearest, "likeness": round(self.likeness, 3)}
        return record


class UnknownStates:
    """Gathers events of unknown states over a replay."""

    def __init__(self, recognition: Recognition) -> None:
        self.recognition = recognition
        self.states: dict[tuple[object, ...], list[UnknownState]] = {}

    def find(self, place: Place, page: str, variant: str, viewport: str, seen: int) -> UnknownState:
        """The unknown state that a seen state (-1: none) on a place belongs to, made when it is new."""
        state = self.recognition.numbers.seen[seen] if seen >= 0 else None
        graph = place.graphs[0] if place.graphs else None
        usual = graph.settings[0] if graph else {}
        own = state.settings if state and graph else {}
        told = {
            key: own.get(key, OFF)
            for key in sorted(own.keys() | usual.keys() if own else ())
            if own.get(key, OFF) != usual.get(key, OFF)
        }
        sketch = read_sketch(state.sketch) if state and graph else None
        known = self.states.setdefault((page, viewport, variant, *told.items()), [])
        for one in known:
            if told or sketch is None or similarities([one.sketch], sketch)[0] >= ALIKE:
                return one
        text = state.sketch if state and sketch is not None else ""
        known.append(UnknownState(page, viewport, variant, told, sketch, text))
        if graph and seen >= 0:
            likeness = self.recognition.evidence(graph, seen).likeness
            best = int(np.argmax(likeness))
            known[-1].nearest = graph.snapshots[best].state.id
            known[-1].likeness = max(0.0, float(likeness[best]))
        return known[-1]

    def report(self, most: int = 100) -> list[dict[str, Any]]:
        """The unknown states with the most events first."""
        every = [state for some in self.states.values() for state in some]
        every.sort(key=lambda state: (-state.events, state.page, state.viewport))
        return [state.as_json() for state in every[:most]]


class Paths:
    """What was clicked in a visit before a row. `names` are the selectors of the targets by number."""

    def __init__(self, columns: EventColumns, rows: Rows, names: Sequence[str]) -> None:
        self.names = names
        self.visit = rows.visit[rows.order]
        self.place = np.empty_like(rows.order)
        self.place[rows.order] = np.arange(len(rows.order))
        clicked = np.isin(columns.type, POINTER_CODES) & (columns.target >= 0)
        self.clicked = clicked[rows.order]
        self.target = columns.target[rows.order]

    def to(self, row: int) -> _Path:
        """The selectors, at most `LONGEST`."""
        end = int(self.place[row])
        begin = int(np.searchsorted(self.visit, self.visit[end], side="left"))
        clicks = np.flatnonzero(self.clicked[begin:end])[-LONGEST:] + begin
        return tuple(self.names[number] for number in self.target[clicks].tolist())
