"""What replay knows of a capture, in the form that the layers and the report take."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from heatreel.app.contexts import context_of
from heatreel.core.hits import Hits
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays.evidence import Evidence
from heatreel.replay.hits_json import session_table
from heatreel.replay.ranking import count_visits, rank_elements
from heatreel.replay.segments import parse_segment


def evidence_of(workspace: Workspace, capture: Capture, where: Sequence[str] = (), by: str = "signal") -> Evidence:
    """The hits and numbers of a capture's replay, of everybody or of a segment. `by` is the segment key that colours
    confetti.

    Raises `InputError` when there is no replay yet, or for a segment that is not one.
    """
    segment = parse_segment(where)
    replay = workspace.replay(capture)
    table = session_table(workspace, replay)
    snapshots = workspace.snapshots(capture)

    def hits(snapshot: Snapshot) -> Hits:
        return segment.apply(workspace.hits(replay, snapshot), snapshot, table)

    def around(snapshot: Snapshot) -> list[tuple[Snapshot, Hits]]:
        place = (snapshot.page, snapshot.viewport.name, snapshot.variant)
        same = [one for one in snapshots if (one.page, one.viewport.name, one.variant) == place]
        # By people, not by what they did: time on screen ends with whatever came next.
        return [(one, segment.people.apply(workspace.hits(replay, one), one, table)) for one in same]

    @cache
    def visits_at(page: str, viewport: str, variant: str) -> int:
        """Filtered by people, not by what they did: a share of visits needs all their visits."""
        same = [one for one in snapshots if (one.page, one.viewport.name, one.variant) == (page, viewport, variant)]
        return count_visits(segment.people.apply(workspace.hits(replay, one), one, table) for one in same)

    def visits(snapshot: Snapshot) -> int:
        return visits_at(snapshot.page, snapshot.viewport.name, snapshot.variant)

    return Evidence(
        hits=hits,
        visits=visits,
        rank=lambda snapshot, outline, some: rank_elements(some, outline, visits(snapshot)),
        ledger=replay.ledger,
        where=str(segment),
        details=replay.details,
        context=lambda snapshot, some: context_of(workspace, replay, table, snapshot, some, around, by),
    )
