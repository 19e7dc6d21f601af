"""Calibration: clicks on known points, held against where they are placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

import numpy as np

from heatreel.core.element import Outline
from heatreel.core.hits import Hits
from heatreel.core.session import Session
from heatreel.core.state import Snapshot
from heatreel.replay.graphs import CapturedPages
from heatreel.replay.replay import ReplayOptions, place_sessions

Aim = tuple[int, float, float]
"""What is known of a click: the element of the snapshot, and the point on the snapshot in page CSS px."""


@dataclass(frozen=True)
class StateError:
    """What became of the known clicks in one state. `distances` are CSS px, and the selector, of those that are on the
    right element; `reason` says why nothing was measured."""

    snapshot: Snapshot
    clicks: int = 0
    placed: int = 0
    right_state: int = 0
    right_element: int = 0
    distances: tuple[tuple[float, str], ...] = ()
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        snapshot = self.snapshot
        record: dict[str, Any] = {
            "page": snapshot.page,
            "viewport": snapshot.viewport.name,
            "variant": snapshot.variant,
            "state": snapshot.state.id,
        }
        return record | ({"clicks": 0, "reason": self.reason} if self.reason else summary([self]))


def summary(errors: Sequence[StateError]) -> dict[str, Any]:
    """Counts and the error in CSS px of some states together; nulls where nothing was right."""
    far = sorted(one for error in errors for one in error.distances)
    px = np.array([distance for distance, _ in far])
    return {
        "clicks": sum(error.clicks for error in errors),
        "placed": sum(error.placed for error in errors),
        "right_state": sum(error.right_state for error in errors),
        "right_element": sum(error.right_element for error in errors),
        "median": round(float(np.median(px)), 3) if far else None,
        "p95": round(float(np.percentile(px, 95)), 3) if far else None,
        "worst": round(far[-1][0], 3) if far else None,
        "worst_element": far[-1][1] if far else None,
    }


def judge(pages: CapturedPages, ordinal: int, aims: Sequence[Aim], session: Session) -> StateError:
    """Places the clicks of a session, which were made in the state of one snapshot in the order of `aims`."""
    placed = place_sessions(pages, [session], ReplayOptions(everyone=True))
    stand: dict[str, tuple[int, Hits, int]] = {}
    for snapshot_id, hits in placed.hits.items():
        stand.update({str(event): (snapshot_id, hits, row) for row, event in enumerate(hits.event)})
    snapshot, outline = pages.snapshots[ordinal], pages.outline(ordinal)
    clicks = [event.id for event in session.events if event.type in ("click", "tap")]
    found = [(aim, *stand[event]) for aim, event in zip(aims, clicks, strict=False) if event in stand]
    here = [(aim, hits, row) for aim, snapshot_id, hits, row in found if snapshot_id == snapshot.id]
    right = [(aim, hits, row) for aim, hits, row in here if _related(outline, aim[0], int(hits.element[row]))]
    distances = [
        (hypot(float(hits.x[row]) - x, float(hits.y[row]) - y), outline.elements[element].selector)
        for (element, x, y), hits, row in right
    ]
    return StateError(snapshot, len(aims), len(found), len(here), len(right), tuple(distances))


def _related(outline: Outline, one: int, other: int) -> bool:
    """Whether two elements are one, or one is inside the other: what was clicked may be a word in a link."""
    low, high = min(one, other), max(one, other)
    while high > low >= 0:
        high = outline.elements[high].parent
    return high == low >= 0
