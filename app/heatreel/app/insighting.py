"""Insights of a capture in a workspace: gathers what they are read from."""

from __future__ import annotations

from collections.abc import Sequence

from heatreel.core.config import Config
from heatreel.core.errors import InputError
from heatreel.core.hits import Away
from heatreel.core.workspace import Capture, Replay, Workspace
from heatreel.replay.hits_json import not_placed, session_table
from heatreel.replay.insights.asking import Goal, Wishes
from heatreel.replay.insights.between import Before
from heatreel.replay.insights.edges import edges_of
from heatreel.replay.insights.insights import Insights, find_insights
from heatreel.replay.insights.kept import Kept, nothing_kept
from heatreel.replay.insights.material import Material
from heatreel.replay.segments import EVENT_KEYS, Segment, parse_segment


def insights_of(
    workspace: Workspace,
    capture: Capture,
    where: Sequence[str] = (),
    config: Config | None = None,
    against: Capture | None = None,
) -> Insights:
    """The insights of a capture's replay, of everybody or of a segment; `against` is an older capture to compare with.

    Raises `InputError` when there is no replay yet, or for a segment that is not one, or is of events: what some did is
    a share of what all of them did.
    """
    segment = parse_segment(where)
    for condition in segment.conditions:
        if condition.key in EVENT_KEYS:
            raise InputError(f"--where {condition}: insights are of people; choose sessions, not single events")
    material = material_of(workspace, capture, segment)
    before = Before(against.label, material_of(workspace, against, segment)) if against else None
    return find_insights(material, wishes_of(config), capture.label, str(segment), before)


def material_of(workspace: Workspace, capture: Capture, segment: Segment) -> Material:
    """What insights of a capture are read from."""
    replay = workspace.replay(capture)
    table = session_table(workspace, replay)
    snapshots = workspace.snapshots(capture)
    hits = [workspace.hits(replay, one) for one in snapshots]
    rest = not_placed(workspace, replay)
    return Material(
        snapshots,
        [workspace.outline(one) for one in snapshots],
        [segment.apply(some, one, table) for some, one in zip(hits, snapshots, strict=True)],
        table,
        _kept(workspace, replay),
        _away(workspace, replay),
        replay.details,
        # What has no place is of everybody, so a segment's events cannot be held against it.
        None if segment.conditions else rest,
        edges_of(hits, rest),
    )


def wishes_of(config: Config | None) -> Wishes:
    """What `heatreel.toml` says of calls to action and goals."""
    if config is None:
        return Wishes()
    goals = tuple(Goal(one.name, one.page, one.event, one.click, one.value) for one in config.insights.goals)
    return Wishes(config.insights.calls, goals)


def _kept(workspace: Workspace, replay: Replay) -> Kept:
    blob = replay.details.get("kept_blob")
    return Kept.from_bytes(workspace.blobs.get(blob)) if blob else nothing_kept()


def _away(workspace: Workspace, replay: Replay) -> Away | None:
    blob = replay.details.get("away_blob")
    return Away.from_bytes(workspace.blobs.get(blob)) if blob else None
