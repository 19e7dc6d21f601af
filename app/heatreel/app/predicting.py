"""Predicted heat: what sessions of one capture did, where it would be on another, in the form that layers take."""

from __future__ import annotations

from dataclasses import replace

from heatreel.core.errors import InputError
from heatreel.core.hits import Hits, Ledger
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays.context import NO_CONTEXT
from heatreel.overlays.evidence import Evidence
from heatreel.replay.ranking import rank_elements
from heatreel.replay.verify import paired_views, predict
from heatreel.replay.verify.load import load_captured
from heatreel.replay.verify.states import StatePair


def predicted(workspace: Workspace, evidence: Evidence, base: Capture, head: Capture) -> Evidence:
    """The evidence of BASE carried to the snapshots of HEAD; hits on what HEAD does not show are `missing`.

    Raises `InputError` when the captures cannot be compared, or are the same.
    """
    if base.id == head.id:
        raise InputError(f"--predict {base.label}: is the capture that is painted; choose another with --label")
    pairs: dict[int, list[StatePair]] = {}
    views = list(paired_views(load_captured(workspace, base), load_captured(workspace, head)))
    for view in views:
        for pair in view.states:
            if not pair.lost:
                pairs.setdefault(pair.after.snapshot.id, []).append(pair)
    places = {_place(view.after.snapshots[0]): view.before.snapshots[0] for view in views}

    def hits(snapshot: Snapshot) -> Hits:
        mine = pairs.get(snapshot.id, ())
        return Hits.joined([predict(evidence.hits(pair.before.snapshot), pair.elements) for pair in mine])

    def visits(snapshot: Snapshot) -> int:
        twin = places.get(_place(snapshot))
        return evidence.visits(twin) if twin else 0

    placed = sum(len(hits(snapshot)) for snapshot in workspace.snapshots(head))
    total = sum(len(evidence.hits(snapshot)) for snapshot in workspace.snapshots(base))
    note = f"predicted from {base.label!r}"
    return replace(
        evidence,
        hits=hits,
        visits=visits,
        rank=lambda snapshot, outline, some: rank_elements(some, outline, visits(snapshot)),
        ledger=Ledger(total, placed, {"missing": total - placed}, {}),
        where=f"{note}, {evidence.where}" if evidence.where else note,
        context=lambda _snapshot, _hits: NO_CONTEXT,
    )


def _place(snapshot: Snapshot) -> tuple[str, str, str]:
    return snapshot.page, snapshot.viewport.name, snapshot.variant
