"""Measuring placement: hits held against what is known to have happened."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from heatreel.core.workspace import Replay, Workspace
from heatreel.replay.hits_json import each_hit


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one event: its state, the selector of its element, its point on the snapshot in page CSS px.

    An empty `state` or `selector` is not compared. `viewport` is the name of the captured one it belongs to.
    """

    event: str
    page: str
    viewport: str
    state: str
    selector: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Measured:
    """How far hits are from what is known. Distances are CSS px, over the hits in the right state and element.

    `events` are those that are known, `placed` those of them that have a hit. `worst_event` has the largest distance.
    """

    events: int
    placed: int
    right_state: int
    right_element: int
    median: float
    p95: float
    worst: float
    worst_event: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(workspace: Workspace, replay: Replay, known: Iterable[Known]) -> Measured:
    """The error of a replay against a list of events whose truth is known."""
    truths = {one.event: one for one in known}
    placed = right_state = right_element = 0
    distances: list[tuple[float, str]] = []
    for hit in each_hit(workspace, replay):
        truth = truths.get(hit["event"])
        if truth is None or hit["status"] != "placed":
            continue
        placed += 1
        stands = (hit["page"], hit["viewport"]) == (truth.page, truth.viewport)
        in_state = stands and truth.state in ("", hit["state"])
        on_element = stands and truth.selector in ("", hit["selector"])
        right_state += in_state
        right_element += on_element
        if in_state and on_element:
            distances.append((float(np.hypot(hit["x"] - truth.x, hit["y"] - truth.y)), hit["event"]))
    far = np.array([distance for distance, _event in distances])
    worst = max(distances, default=(0.0, ""))
    return Measured(
        events=len(truths),
        placed=placed,
        right_state=right_state,
        right_element=right_element,
        median=round(float(np.median(far)), 3) if len(far) else 0.0,
        p95=round(float(np.percentile(far, 95)), 3) if len(far) else 0.0,
        worst=round(worst[0], 3),
        worst_event=worst[1],
    )


def keep_error(workspace: Workspace, replay: Replay, error_px: dict[str, Any]) -> None:
    """Writes a measured error into the details of a replay, from where `replay_json` and the report take it."""
    keep_details(workspace, replay, error_px=error_px)


def keep_details(workspace: Workspace, replay: Replay, **more: Any) -> None:
    """Writes something found out later into the details of a replay."""
    details = json.dumps(replay.details | more)
    with workspace.db.atomic():
        workspace.db.execute("UPDATE replays SET details = ? WHERE id = ?", [details, replay.id])
