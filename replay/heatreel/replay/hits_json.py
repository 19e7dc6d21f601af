"""Hits and ledgers as JSON: what `heatreel hits` and `heatreel replay` print."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

from heatreel.core.hits import REASONS, SIGNALS, TYPES
from heatreel.core.state import Snapshot
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.core.workspace import Replay, Workspace
from heatreel.replay.not_placed import NotPlaced


def replay_json(replay: Replay) -> dict[str, Any]:
    """The document of `heatreel replay`; `error_px` is null when nothing is known to measure against."""
    details = replay.details
    ledger = replay.ledger.as_json()
    return {
        "version": DOCUMENT_VERSION,
        "capture": replay.capture,
        "recorded": ledger["recorded"],
        "placed": ledger["placed"],
        "not_placed": ledger["not_placed"],
        "context": ledger["context"],
        "left_out": ledger["left_out"],
        "sampling": details.get("sampling"),
        "error_px": details.get("error_px"),
        "pages": details.get("pages", []),
        "unknown_states": details.get("unknown_states", []),
        "inexact_states": details.get("inexact_states", 0),
        "signals": details.get("signals", {}),
        "clusters": details.get("clusters", []),
        "examples": details.get("examples", {}),
    }


def session_table(workspace: Workspace, replay: Replay) -> list[dict[str, Any]]:
    """What is kept of each session, by its number in `Hits.session`."""
    blob = replay.details.get("sessions_blob")
    table: list[dict[str, Any]] = json.loads(gzip.decompress(workspace.blobs.get(blob))) if blob else []
    return table


def not_placed(workspace: Workspace, replay: Replay) -> NotPlaced | None:
    """The events of a replay that have no place; None for a replay that kept none."""
    blob = replay.details.get("not_placed_blob")
    return NotPlaced.from_bytes(workspace.blobs.get(blob)) if blob else None


def each_hit(workspace: Workspace, replay: Replay) -> Iterator[dict[str, Any]]:
    """One record for every recorded event, snapshot by snapshot, then those without a place.

    `x`, `y` are page CSS px: of the snapshot for what was placed, as recorded (or null) for what was not.
    """
    sessions = [record["session"] for record in session_table(workspace, replay)]
    snapshots = workspace.snapshots(workspace.capture(replay.capture))
    for snapshot in snapshots:
        yield from _placed(workspace, replay, snapshot, sessions)
    rest = not_placed(workspace, replay)
    if rest is not None:
        yield from _rest(rest, {snapshot.id: snapshot for snapshot in snapshots}, sessions)


def _placed(workspace: Workspace, replay: Replay, snapshot: Snapshot, sessions: list[str]) -> Iterator[dict[str, Any]]:
    hits = workspace.hits(replay, snapshot)
    if not len(hits):
        return
    selectors = [element.selector for element in workspace.outline(snapshot).elements]
    signatures = replay.details.get("signatures", [])
    for row in range(len(hits)):
        element = int(hits.element[row])
        bits = int(hits.signals[row])
        yield {
            "event": str(hits.event[row]),
            "session": sessions[int(hits.session[row])],
            "type": TYPES[int(hits.type[row])],
            "page": snapshot.page,
            "viewport": snapshot.viewport.name,
            "state": snapshot.state.id,
            "selector": selectors[element] if element >= 0 else None,
            "x": _px(hits.x[row]),
            "y": _px(hits.y[row]),
            "status": "placed",
            "confidence": round(float(hits.confidence[row]), 4),
            "reason": None,
            "signals": [name for code, name in enumerate(SIGNALS) if bits & (1 << code)],
            "ms": round(float(hits.ms[row])),
            "weight": round(float(hits.weight[row]), 4),
            "error": signatures[int(hits.signature[row])] if hits.signature[row] >= 0 else None,
        }


def _rest(rest: NotPlaced, snapshots: dict[int, Snapshot], sessions: list[str]) -> Iterator[dict[str, Any]]:
    for row in range(len(rest)):
        snapshot = snapshots.get(int(rest.snapshot[row]))
        viewport, selector = int(rest.viewport[row]), int(rest.selector[row])
        yield {
            "event": str(rest.event[row]),
            "session": sessions[int(rest.session[row])],
            "type": str(rest.types[int(rest.type[row])]),
            "page": str(rest.pages[int(rest.page[row])]),
            "viewport": str(rest.viewports[viewport]) if viewport >= 0 else None,
            "state": snapshot.state.id if snapshot else None,
            "selector": str(rest.selectors[selector]) if selector >= 0 else None,
            "x": _px(rest.x[row]),
            "y": _px(rest.y[row]),
            "status": "not_placed",
            "confidence": round(float(rest.confidence[row]), 4),
            "reason": REASONS[int(rest.reason[row])],
            "signals": [],
            "ms": 0,
            "weight": None,
            "error": None,
        }


def _px(value: Any) -> float | None:
    number = float(value)
    return round(number, 2) if isfinite(number) else None
