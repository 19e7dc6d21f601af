"""The replay job: sessions to hits on the snapshots of a capture, with the ledger that accounts for every event."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import TYPES, Away, Hits, Ledger
from heatreel.core.session import Session
from heatreel.core.workspace import Capture, Workspace
from heatreel.replay.account import Account
from heatreel.replay.columns import UNSUPPORTED, EventColumns, Numbers, chunks, event_columns, without_collector
from heatreel.replay.graphs import CapturedPages
from heatreel.replay.insights.kept import Keeping, Kept
from heatreel.replay.not_placed import NotPlaced, join
from heatreel.replay.people import Kind, People
from heatreel.replay.profiles import Profile, profile
from heatreel.replay.rows import Placer, Rows
from heatreel.replay.signals import Signals, find_signals
from heatreel.replay.spilling import SpilledHits
from heatreel.replay.visits import away_times

DETAILS_VERSION = 1
"""The `version` key of the details; raised when a key changes its meaning."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """`profile` names the thresholds of the signals; `chunk_events` bounds memory; `examples` of each reason.

    `everyone` counts crawlers and driven browsers too, which are left out else; see `people`.
    """

    profile: str = "default"
    chunk_events: int = 200_000
    examples: int = 5
    everyone: bool = False


@dataclass(frozen=True)
class Placed:
    """What became of sessions: hits by snapshot id, the rows that have none, the ledger, and what is to be told."""

    hits: Mapping[int, Hits]
    not_placed: NotPlaced
    ledger: Ledger
    details: dict[str, Any]
    sessions: list[dict[str, Any]]
    away: Away
    kept: Kept


@dataclass(frozen=True)
class ReplayResult:
    """A replay as it was kept. `id` is its row in the catalogue."""

    id: int
    capture: str
    ledger: Ledger
    details: dict[str, Any]
    hits: Mapping[int, Hits]


Progress = Callable[[int], None]
"""Called with the number of events that were just done."""


def replay(
    workspace: Workspace,
    capture_label: str,
    sessions: Iterable[Session],
    options: ReplayOptions = ReplayOptions(),
    progress: Progress = lambda _events: None,
) -> ReplayResult:
    """Places all events on the snapshots of a capture (the newest when the label is empty) and keeps the hits.

    The workspace must be open for writing. Raises `InputError` for an unknown capture or profile.
    """
    capture = workspace.capture(capture_label)
    placed = place_sessions(captured_pages(workspace, capture), sessions, options, progress)
    details = placed.details | {
        "not_placed_blob": workspace.blobs.put(placed.not_placed.to_bytes()),
        "sessions_blob": workspace.blobs.put(_pack(placed.sessions)),
        "away_blob": workspace.blobs.put(placed.away.to_bytes()),
        "kept_blob": workspace.blobs.put(placed.kept.to_bytes()),
    }
    number = workspace.save_replay(capture, placed.ledger, details, placed.hits)
    return ReplayResult(number, capture.label, placed.ledger, details, placed.hits)


def captured_pages(workspace: Workspace, capture: Capture) -> CapturedPages:
    """The state graphs of a capture, with the routes it was made by."""
    return CapturedPages(workspace.snapshots(capture), capture.routes, workspace.outline)


def place_sessions(
    pages: CapturedPages,
    sessions: Iterable[Session],
    options: ReplayOptions = ReplayOptions(),
    progress: Progress = lambda _events: None,
) -> Placed:
    """Places all events of the sessions; nothing is kept on disk."""
    rules = profile(options.profile)
    placer = Placer(pages)
    people = People(options.everyone)
    runs = {kind: _Run(placer, Account(placer, rules, options.examples)) for kind in ("person", "synthetic")}
    for some in chunks(sessions, options.chunk_events):
        with without_collector():
            for kind, of_kind in people.sorted(some).items():
                progress(_add(of_kind, kind, placer, people, runs, rules))
    if runs["person"].account.seen and runs["synthetic"].account.seen:
        people.leave_out("synthetic", runs["synthetic"].account.recorded)
    kept = runs["person"] if runs["person"].account.seen else runs["synthetic"]
    details = {"version": DETAILS_VERSION, "signals": rules.as_json(), "error_px": None, **kept.account.as_json()}
    return Placed(
        hits=kept.hits,
        not_placed=join(kept.rest, _tables(placer)),
        ledger=replace(kept.account.ledger(), left_out=people.left_out),
        details=details | {"signatures": list(kept.signatures), "sampling": people.sampling()},
        sessions=people.table(placer),
        away=_joined_away(kept.away),
        kept=kept.keeping.kept(),
    )


def _add(
    sessions: list[Session], kind: Kind, placer: Placer, people: People, runs: Mapping[str, _Run], rules: Profile
) -> int:
    """Places some sessions of one kind; gives the number of their events."""
    columns = event_columns(sessions, placer.numbers)
    if kind == "bot":
        people.leave_out(kind, len(columns))
    else:
        rows = placer.rows(columns)
        people.describe(sessions, columns, rows, placer)
        runs[kind].add(columns, rows, people.weights(placer), rules)
    return len(columns) + len(columns.context)


@dataclass
class _Run:
    """What becomes of the sessions of one kind, some at a time."""

    placer: Placer
    account: Account
    hits: SpilledHits = field(default_factory=SpilledHits)
    rest: list[dict[str, NDArray[Any]]] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    signatures: dict[str, int] = field(default_factory=dict)
    keeping: Keeping = field(default_factory=Keeping)

    def add(self, columns: EventColumns, rows: Rows, weights: NDArray[np.float32], rules: Profile) -> None:
        placer = self.placer
        areas = window_areas(columns, placer.numbers)
        signals = find_signals(columns, rows, placer, areas, rules)
        self.account.add(columns, rows, signals.clusters)
        signature = self._signatures(len(columns), signals)
        for ordinal, part in hits_of_rows(columns, rows, signals.bits, weights, signature).items():
            self.hits.add(placer.pages.snapshots[ordinal].id, part)
        self.rest.append(_rest(columns, rows, placer))
        self.away.append(away_times(columns, rows.visit))
        self.keeping.add(columns, rows, placer)

    def _signatures(self, count: int, signals: Signals) -> NDArray[np.int32]:
        """For each row the number of the error that it led to, -1 without one."""
        found = np.full(count, -1, dtype=np.int32)
        for cluster in signals.clusters:
            if cluster.signal == "error":
                text = str(cluster.values.get("message") or cluster.values.get("signature") or "error")
                found[list(cluster.rows)] = self.signatures.setdefault(text, len(self.signatures))
        return found


def _joined_away(parts: list[Away]) -> Away:
    if not parts:
        return Away(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
    return Away(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("visit", "from_ms", "to_ms")))


def window_areas(columns: EventColumns, numbers: Numbers) -> NDArray[np.float64]:
    """The area of the window of each row, CSS px²."""
    table = np.array(list(numbers.viewports), dtype=np.float64).reshape(-1, 2)
    with np.errstate(invalid="ignore", over="ignore"):
        areas: NDArray[np.float64] = np.nan_to_num(table[:, 0] * table[:, 1])[columns.viewport]
    return areas


@without_collector()
def hits_of_rows(
    columns: EventColumns,
    rows: Rows,
    bits: NDArray[np.uint16],
    weights: NDArray[np.float32],
    signature: NDArray[np.int32],
) -> dict[int, Hits]:
    """The placed rows as hits, by ordinal of the snapshot, in the order of events. `weights` are those of sessions."""
    placed = np.flatnonzero(rows.placed)
    placed = placed[np.argsort(rows.ordinal[placed], kind="stable")]
    if not len(placed):
        return {}
    ordinals, starts = np.unique(rows.ordinal[placed], return_index=True)
    ids = np.array(list(map(attrgetter("id"), columns.events)), dtype=np.str_)
    ms = _lengths(columns)
    found: dict[int, Hits] = {}
    for ordinal, at in zip(ordinals.tolist(), np.split(placed, starts[1:]), strict=True):
        found[ordinal] = Hits(
            event=ids[at],
            session=columns.session[at].astype(np.int32),
            visit=rows.visit[at].astype(np.int32),
            type=columns.type[at].astype(np.uint8),
            signals=bits[at],
            x=rows.x[at].astype(np.float32),
            y=rows.y[at].astype(np.float32),
            element=rows.element[at].astype(np.int32),
            confidence=rows.confidence[at].astype(np.float32),
            time_ms=columns.time_ms[at],
            ms=ms[at],
            weight=weights[columns.session[at]],
            signature=signature[at],
        )
    return found


_LASTING = (TYPES.index("hover"), TYPES.index("gaze"))


def _lengths(columns: EventColumns) -> NDArray[np.float32]:
    """How long each hover and fixation lasted, ms; 0 for all else."""
    found = np.zeros(len(columns), dtype=np.float32)
    for row in np.flatnonzero(np.isin(columns.type, _LASTING)).tolist():
        data = columns.events[row].data
        told = data.get("dwell_ms", data.get("ms"))
        if isinstance(told, int | float) and 0 <= told < 1e9:
            found[row] = told
    return found


def _rest(columns: EventColumns, rows: Rows, placer: Placer) -> dict[str, NDArray[Any]]:
    """The rows that were not placed, as the columns of `NotPlaced`."""
    at = np.flatnonzero(~rows.placed)
    ids = np.array([snapshot.id for snapshot in placer.pages.snapshots] + [-1], dtype=np.int64)
    with np.errstate(over="ignore"):
        x, y = columns.x[at].astype(np.float32), columns.y[at].astype(np.float32)
    return {
        "event": np.array([columns.events[row].id for row in at.tolist()], dtype=np.str_),
        "session": columns.session[at],
        "visit": rows.visit[at],
        "type": _type_numbers(columns, at, placer),
        "page": rows.page[at],
        "viewport": _viewport_numbers(rows.place[at], placer),
        "snapshot": ids[rows.ordinal[at]],
        "selector": columns.target[at],
        "x": x,
        "y": y,
        "confidence": rows.confidence[at],
        "reason": rows.reason[at],
        "time_ms": columns.time_ms[at],
    }


def _type_numbers(columns: EventColumns, at: NDArray[np.int64], placer: Placer) -> NDArray[np.int64]:
    found = columns.type[at].copy()
    for position in np.flatnonzero(found == UNSUPPORTED).tolist():
        name = columns.events[int(at[position])].type
        found[position] = placer.type_names.setdefault(name, len(placer.type_names))
    return found


def _viewport_numbers(place: NDArray[np.int64], placer: Placer) -> NDArray[np.int64]:
    numbers = [
        placer.viewport_names.setdefault(one.graphs[0].viewport.name, len(placer.viewport_names)) if one.graphs else -1
        for one in placer.places
    ]
    return np.array(numbers, dtype=np.int64)[place]


def _tables(placer: Placer) -> dict[str, Any]:
    return {
        "types": list(placer.type_names),
        "pages": list(placer.page_names),
        "viewports": list(placer.viewport_names),
        "selectors": [target.selector for target in placer.numbers.targets],
    }


def _pack(sessions: list[dict[str, Any]]) -> bytes:
    # mtime=0: the same sessions give the same bytes, so the same blob.
    return gzip.compress(json.dumps(sessions, separators=(",", ":")).encode(), compresslevel=5, mtime=0)
