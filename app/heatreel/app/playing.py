"""Sessions of a replay: as a list, and one of them as what a film is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from heatreel.core.errors import InputError
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays.film import Picture, Reel
from heatreel.overlays.parts import cleared_picture, parts_of
from heatreel.overlays.render import picture_of
from heatreel.overlays.session_film import Beat, Set, session_film
from heatreel.replay.hits_json import session_table
from heatreel.replay.segments import parse_segment

_TROUBLE = ("error", "rage", "dead")


@dataclass(frozen=True, slots=True)
class Listed:
    """One session in numbers; `seconds` are from its first placed event to its last."""

    session: str
    started: str
    seconds: float
    viewport: str
    source: str
    variant: str
    pages: int
    states: int
    events: int
    clicks: int
    dead: int
    rage: int
    error: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def list_sessions(workspace: Workspace, capture: Capture, where: Sequence[str] = ()) -> list[Listed]:
    """The sessions of a capture's replay that have placed events and are in the segment, the newest first."""
    replay = workspace.replay(capture)
    table = session_table(workspace, replay)
    segment = parse_segment(where)
    found: dict[int, list[tuple[Snapshot, Hits]]] = {}
    for snapshot in workspace.snapshots(capture):
        hits = segment.apply(workspace.hits(replay, snapshot), snapshot, table)
        for number in np.unique(hits.session).tolist():
            found.setdefault(number, []).append((snapshot, hits.where(hits.session == number)))
    listed = [_listed(table[number], parts) for number, parts in found.items()]
    return sorted(listed, key=lambda one: (one.started, one.session), reverse=True)


def _listed(row: dict[str, Any], parts: list[tuple[Snapshot, Hits]]) -> Listed:
    types = np.concatenate([hits.type for _, hits in parts])
    signals = np.concatenate([hits.signals for _, hits in parts])
    times = np.concatenate([hits.time_ms for _, hits in parts])
    counts = {name: int(np.count_nonzero(signals & (1 << SIGNALS.index(name)))) for name in _TROUBLE}
    return Listed(
        session=row["session"],
        started=datetime.fromtimestamp(row["started_ms"] / 1000, UTC).isoformat(timespec="seconds"),
        seconds=round(float(np.ptp(times)) / 1000, 1),
        viewport=f"{row['width']}x{row['height']}" + (",touch" if row["touch"] else ""),
        source=row.get("origin", ""),
        variant=row["variant"],
        pages=len({snapshot.page for snapshot, _ in parts}),
        states=len({(snapshot.page, snapshot.state.id) for snapshot, _ in parts}),
        events=len(types),
        clicks=int(np.isin(types, [TYPES.index("click"), TYPES.index("tap")]).sum()),
        **counts,
    )


def reel_of_session(workspace: Workspace, capture: Capture, name: str, fps: int, speed: float) -> Reel:
    """The film of one session, by its id or the beginning of it. Raises `InputError` when no session, or several, are
    called that."""
    replay = workspace.replay(capture)
    table = session_table(workspace, replay)
    number = session_number(name, [row["session"] for row in table])
    sets: list[Set] = []
    beats: list[Beat] = []
    for snapshot in workspace.snapshots(capture):
        hits = workspace.hits(replay, snapshot)
        mine = hits.where(hits.session == number)
        if len(mine):
            sets.append(_set(workspace, snapshot))
            beats += _beats(mine, snapshot)
    began = min((beat.ms for beat in beats), default=0.0)
    beats = [Beat(beat.ms - began, *_rest(beat)) for beat in beats]
    return session_film(table[number]["session"], beats, sets, float(table[number]["height"] or 800), fps, speed)


def session_number(name: str, known: list[str]) -> int:
    """The place of a session in a list of ids, by its id or the beginning of it. Raises `InputError` when no session,
    or several, are called that."""
    if name in known:
        return known.index(name)
    near = [number for number, one in enumerate(known) if name and one.startswith(name)]
    if len(near) == 1:
        return near[0]
    if near:
        raise InputError(f"session {name!r} begins several: {', '.join(known[number] for number in near[:5])}")
    raise InputError(f"no session {name!r}; `heatreel sessions` lists the {len(known):,} there are")


def _set(workspace: Workspace, snapshot: Snapshot) -> Set:
    def cleared(picture: Picture) -> Picture:
        fixed = {part.index for part in parts_of(snapshot.state, "fixed")}
        return cleared_picture(workspace, snapshot, picture, fixed) if fixed else picture

    return Set(snapshot, workspace.outline(snapshot), lambda: picture_of(workspace, snapshot), cleared)


def _beats(hits: Hits, snapshot: Snapshot) -> list[Beat]:
    columns = (hits.time_ms, hits.type, hits.x, hits.y, hits.element, hits.signals)
    return [
        Beat(ms, snapshot.id, TYPES[kind], x, y, element, _trouble(signals))
        for ms, kind, x, y, element, signals in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _trouble(signals: int) -> str:
    return next((name for name in _TROUBLE if signals & (1 << SIGNALS.index(name))), "")


def _rest(beat: Beat) -> tuple[int, str, float, float, int, str]:
    return beat.snapshot, beat.type, beat.x, beat.y, beat.element, beat.trouble
