"""`heatreel states`: the state graph of a capture as JSON."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from heatreel.core.state import Shown, Snapshot
from heatreel.core.workspace import Capture, Workspace


def states_json(workspace: Workspace, capture: Capture) -> dict[str, Any]:
    """The document of `heatreel states --json`: pages with their states, and what was not tried.

    `picture` is the path of a PNG, relative to the workspace.
    """
    snapshots = workspace.snapshots(capture)

    def place(snapshot: Snapshot) -> tuple[str, str, str]:
        return snapshot.page, snapshot.viewport.name, snapshot.variant

    order = {name: index for index, name in enumerate(dict.fromkeys(place(one) for one in snapshots))}
    snapshots.sort(key=lambda one: order[place(one)])
    return {
        "version": 1,
        "capture": capture.label,
        "pages": [_page(workspace, list(group)) for _, group in groupby(snapshots, key=place)],
        "skipped": [
            {"page": one.page, "viewport": one.viewport, "selector": one.selector, "reason": one.reason}
            for one in workspace.skipped(capture)
        ],
    }


def _page(workspace: Workspace, snapshots: list[Snapshot]) -> dict[str, Any]:
    first = snapshots[0]
    viewport = first.viewport
    return {
        "page": first.page,
        "url": first.url,
        "viewport": {"name": viewport.name, "width": viewport.width, "height": viewport.height},
        "variant": first.variant,
        "states": [_state(workspace, snapshot) for snapshot in snapshots],
    }


def _state(workspace: Workspace, snapshot: Snapshot) -> dict[str, Any]:
    state = snapshot.state
    return {
        "id": state.id,
        "label": state.label,
        "kind": state.kind,
        "parent": state.parent,
        "recipe": [action.as_json() for action in state.recipe],
        "reveals": [_shown(one) for one in state.reveals],
        "hides": [_shown(one) for one in state.hides],
        "picture": str(workspace.blobs.path(snapshot.picture).relative_to(workspace.folder)),
        "settled": dict(state.settled or {}),
    }


def _shown(one: Shown) -> dict[str, str]:
    return {"selector": one.selector, "text": one.text}
