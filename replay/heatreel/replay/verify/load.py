"""Captures of a workspace as verify takes them."""

from __future__ import annotations

from collections.abc import Iterator

from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Replay, Workspace
from heatreel.replay.verify.views import Captured


def load_captured(workspace: Workspace, capture: Capture) -> Captured:
    """A capture with its replay, if it has one. Raises `InputError` when the capture was cut off or holds nothing."""
    if not capture.finished:
        raise InputError(f"capture {capture.label!r} was cut off; finish it with `heatreel capture --resume` first")
    snapshots = workspace.snapshots(capture)
    if not snapshots:
        raise InputError(f"capture {capture.label!r} holds no page")
    replay = _replay(workspace, capture)

    def outline(snapshot: Snapshot) -> Outline:
        try:
            return workspace.outline(snapshot)
        except (ValueError, TypeError, KeyError, EOFError) as exc:
            where = f"{snapshot.page} at {snapshot.viewport.name}, state {snapshot.state.id}"
            raise InputError(f"capture {capture.label!r}: the elements of {where} are damaged; capture again") from exc

    def hits(snapshot: Snapshot) -> Hits:
        return workspace.hits(replay, snapshot) if replay else Hits.empty()

    return Captured(
        snapshots, outline, hits if replay else None, workspace.skipped(capture), _undone(workspace, capture)
    )


def check_whole(workspace: Workspace, capture: Capture) -> None:
    """Raises `WorkspaceError` when a picture or the DOM of a snapshot is missing or damaged: what is half there is no
    ground for a pass."""
    for name in {name for one in workspace.snapshots(capture) for name in (one.picture, one.dom)}:
        workspace.blobs.get(name)


def _undone(workspace: Workspace, capture: Capture) -> dict[tuple[str, str, str], str]:
    return {
        (page, viewport, redone["asked"]): redone["reason"]
        for (page, viewport, _), record in workspace.visits(capture).items()
        for redone in record.get("recipes", ())
        if redone["asked"] and not redone["done"]
    }


def _replay(workspace: Workspace, capture: Capture) -> Replay | None:
    try:
        return workspace.replay(capture)
    except InputError:
        return None


def notes_on(before: Capture, after: Capture) -> list[str]:
    """What a reader must know of how the captures were made."""
    pairs = (("browser", before.browser, after.browser), ("system", before.system, after.system))
    notes = [
        f"BASE was captured with {word} {old or 'unknown'}, HEAD with {new or 'unknown'}: fonts and sizes may differ"
        for word, old, new in pairs
        if old != new
    ]
    return notes + list(_other_fonts(before, after))


def _other_fonts(before: Capture, after: Capture) -> Iterator[str]:
    old, new = (capture.options.get("fonts") or {} for capture in (before, after))
    other = [f"{kind} {old[kind]} and {new[kind]}" for kind in old if kind in new and old[kind] != new[kind]]
    if other:
        yield f"BASE and HEAD were captured with other fonts ({', '.join(other)}): texts and sizes differ by them"
