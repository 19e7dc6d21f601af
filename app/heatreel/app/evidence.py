"""What replay knows about a capture, in the form that overlays take it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from heatreel.core.hits import Hits
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays.evidence import Evidence
from heatreel.replay.hits_json import session_table
from heatreel.replay.ranking import count_visits, rank_elements
from heatreel.replay.segments import parse_segment


def evidence_of(workspace: Workspace, capture: Capture, where: Sequence[str] = ()) -> Evidence:
    """Hits and numbers of a capture's replay, of the segment that `where` describes.

    Raises `InputError` when there is no replay yet, or for a condition that does not fit.
    """
    replay = workspace.replay(capture)
    segment, table = parse_segment(where), session_table(workspace, replay)
    snapshots = workspace.snapshots(capture)

    @lru_cache(maxsize=8)
    def all_hits(number: int) -> Hits:
        return workspace.hits(replay, by_id[number])

    @cache
    def visits(page: str, viewport: str, variant: str) -> int:
        together = [one for one in snapshots if (one.page, one.viewport.name, one.variant) == (page, viewport, variant)]
        return count_visits(segment.people.apply(all_hits(one.id), one, table) for one in together)

    by_id = {snapshot.id: snapshot for snapshot in snapshots}

    def visits_of(snapshot: Snapshot) -> int:
        return visits(snapshot.page, snapshot.viewport.name, snapshot.variant)

    return Evidence(
        hits=lambda snapshot: segment.apply(all_hits(snapshot.id), snapshot, table),
        visits=visits_of,
        rank=lambda snapshot, outline, hits: rank_elements(hits, outline, visits_of(snapshot)),
        ledger=replay.ledger,
        where=str(segment),
        details=replay.details,
    )
