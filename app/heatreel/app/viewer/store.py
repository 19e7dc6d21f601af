"""The workspace as the viewer's server has it: read again when something in it has changed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from heatreel.app.viewer.answers import Refused
from heatreel.app.viewer.cache import Cache
from heatreel.app.viewer.data import Data, token_of
from heatreel.app.viewer.slices import Slice
from heatreel.core.blobs import Blobs
from heatreel.core.config import Config
from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays.choose import choose_snapshot
from heatreel.replay.segments import parse_segment

_KEPT_MB = 96
_CAPTURES = 4
"""So many captures are held with their hits at a time."""


class Store:
    """One workspace, for questions from several threads."""

    def __init__(self, folder: Path, config: Config | None = None, base: str = "http://127.0.0.1:8765") -> None:
        self.folder, self.config, self.base = folder, config or Config(), base
        self.blobs = Blobs(folder / "blobs")
        self._lock = Lock()
        self._data: dict[int, Data] = {}
        self._slices: Cache[Slice] = Cache(24)
        self._outlines: Cache[Outline] = Cache(48)
        self.images: Cache[bytes] = Cache(_KEPT_MB << 20, len)
        """Pictures that were made, by whatever names them."""
        self.made: Cache[Any] = Cache(64)
        """Other things that took a while, by their words and the token of their data."""
        self.tables: Cache[Any] = Cache(8)
        """Those that are as large as the hits they are made of."""

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        with Workspace.open(self.folder) as workspace:
            yield workspace

    def data(self, label: str = "") -> Data:
        """A capture by its label; without one the newest that has a replay, else the newest.

        Raises `Refused` for a label that is not there, and when nothing was captured.
        """
        with self.workspace() as workspace:
            return self._load(workspace, chosen(workspace, label))

    def _load(self, workspace: Workspace, capture: Capture) -> Data:
        replay = replay_row(workspace, capture)
        count, last = workspace.db.execute(
            "SELECT count(*), coalesce(max(snapshots.id), 0) FROM snapshots JOIN pages ON pages.id = page_id"
            " WHERE capture_id = ?",
            [capture.id],
        ).fetchone()
        token = token_of(capture, count, last, replay)
        with self._lock:
            known = self._data.get(capture.id)
            if known and known.token == token:
                # The one asked for last is the last to go.
                self._data[capture.id] = self._data.pop(capture.id)
                return known
            whole = workspace.replay(capture) if replay else None
            blobs = (
                dict(
                    workspace.db.execute(
                        "SELECT snapshot_id, hits FROM hit_columns WHERE replay_id = ?", [whole.id]
                    ).fetchall()
                )
                if whole
                else {}
            )
            if known:
                self._forget(self._data.pop(capture.id))
            made = Data(token, capture, workspace.snapshots(capture), whole, blobs, self.blobs)
            self._data[capture.id] = made
            while len(self._data) > _CAPTURES:
                self._forget(self._data.pop(next(iter(self._data))))
            return made

    def _forget(self, data: Data) -> None:
        """Forgets what was made of a capture's data, which would hold it in memory."""
        for cache in (self._slices, self.made, self.tables, self.images):
            cache.forget(data.token)

    def slice(self, data: Data, where: tuple[str, ...]) -> Slice:
        """The hits of a segment. Raises `Refused` for a condition that is none."""
        try:
            segment = parse_segment(where)
        except InputError as exc:
            raise Refused(400, str(exc).replace("--where ", ""), "where") from exc
        return self._slices.get((data.token, where), lambda: Slice(data, segment, where))

    def outline(self, snapshot: Snapshot) -> Outline:
        return self._outlines.get(
            snapshot.outline, lambda: Outline.from_json(gzip.decompress(self.blobs.get(snapshot.outline)))
        )

    def snapshot(self, data: Data, page: str = "", viewport: str = "", state: str = "", variant: str = "") -> Snapshot:
        """The snapshot of a place, found as the command line finds it. Raises `Refused` that lists what there is."""
        if not data.snapshots:
            raise Refused(404, f"capture {data.capture.label!r} holds no snapshots yet", "capture")
        try:
            return choose_snapshot(data.snapshots, page, viewport, state, variant)
        except InputError as exc:
            raise Refused(404, str(exc)) from exc

    def snapshot_by_id(self, number: int) -> tuple[Data, Snapshot]:
        """A snapshot of any capture by its id. Raises `Refused`."""
        with self.workspace() as workspace:
            row = workspace.db.execute(
                "SELECT capture_id FROM snapshots JOIN pages ON pages.id = page_id WHERE snapshots.id = ?", [number]
            ).fetchone()
            capture = next((one for one in workspace.captures() if row and one.id == row[0]), None)
            if not capture:
                raise Refused(404, f"there is no snapshot {number}")
            data = self._load(workspace, capture)
        return data, data.snapshots[data.number[number]]


def replay_row(workspace: Workspace, capture: Capture) -> tuple[int, str] | None:
    """The number of a capture's replay and when it was made, without its details."""
    row = workspace.db.execute("SELECT id, made FROM replays WHERE capture_id = ?", [capture.id]).fetchone()
    return (int(row[0]), str(row[1])) if row else None


def chosen(workspace: Workspace, label: str) -> Capture:
    """See `Store.data`."""
    captures = workspace.captures()
    if not captures:
        raise Refused(404, "nothing captured yet; run `heatreel capture URL`", "capture")
    if not label:
        return next((one for one in reversed(captures) if replay_row(workspace, one)), captures[-1])
    for capture in captures:
        if capture.label == label:
            return capture
    raise Refused(404, f"no capture {label!r}; there are: {', '.join(one.label for one in captures)}", "capture")
