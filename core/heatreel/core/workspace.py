"""The workspace on disk: `heatreel.db` (the catalogue), `events.db` (the event log), `blobs/`.

One process writes the catalogue at a time, held by a lock file: SQLite before 3.51.3 can lose committed data
when two connections write and checkpoint at once (sqlite.org/wal.html, section 11). Readers need no lock.
"""

from __future__ import annotations

import gzip
import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlite_utils import Database

from heatreel.core import schema
from heatreel.core.blobs import Blobs
from heatreel.core.element import Outline
from heatreel.core.errors import Busy, CannotRun, InputError, WorkspaceError
from heatreel.core.hits import Hits, Ledger
from heatreel.core.routes import RouteTable
from heatreel.core.state import Action, Shown, Skipped, Snapshot, State
from heatreel.core.version import tool_version
from heatreel.core.viewport import Viewport

CATALOGUE = "heatreel.db"
EVENTS = "events.db"

_SNAPSHOTS = """
SELECT snapshots.*, captures.label AS capture, pages.page, pages.url, pages.title
FROM snapshots JOIN pages ON pages.id = page_id JOIN captures ON captures.id = capture_id
"""


def now() -> str:
    """The time as stored: ISO 8601, UTC, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Site:
    id: int
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Capture:
    """A labelled set of snapshots made together. `finished` is empty when it was cut off."""

    id: int
    label: str
    site_id: int
    started: str
    finished: str
    browser: str
    system: str
    options: dict[str, Any]

    @property
    def routes(self) -> RouteTable:
        """The routes it was made by: how a URL becomes a page of this capture."""
        table = self.options.get("table") or {}
        return RouteTable(tuple(table.get("routes", ())), tuple(table.get("query", ())))


@dataclass(frozen=True, slots=True)
class Replay:
    """One making of hits: its ledger and details."""

    id: int
    capture: str
    made: str
    ledger: Ledger
    details: dict[str, Any]


class Workspace:
    """An open workspace. Use `Workspace.open` to read, `Workspace.writing` to change it."""

    def __init__(self, folder: Path, db: Database) -> None:
        self.folder = folder
        self.db = db
        self.blobs = Blobs(folder / "blobs")

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Workspace]:
        """An existing workspace, for reading. Raises `WorkspaceError` when it is not there or not usable."""
        path = folder / CATALOGUE
        if not path.is_file():
            raise WorkspaceError(f"{folder}: no workspace here; make one with `heatreel capture URL -w {folder}`")
        # immutable=1 would miss the WAL of a writer at work; mode=ro reads it.
        db = _connect(path, f"{path.resolve().as_uri()}?mode=ro")
        try:
            _check(db, path)
            yield cls(folder, db)
        except sqlite3.DatabaseError as exc:
            raise WorkspaceError(f"{path}: cannot be read ({exc})") from exc
        finally:
            db.close()

    @classmethod
    @contextmanager
    def writing(cls, folder: Path, wait_s: float = 10) -> Iterator[Workspace]:
        """The workspace for writing, made when it is not there. Raises `Busy` when another process writes."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise CannotRun(f"{folder}: cannot be made ({exc.strerror})") from exc
        lock = FileLock(folder / "heatreel.lock")
        try:
            lock.acquire(timeout=wait_s)
        except Timeout as exc:
            raise Busy(f"{folder}: another heatreel command is writing here; try again when it has ended") from exc
        except OSError as exc:
            raise CannotRun(f"{folder}: cannot be written ({exc.strerror})") from exc
        path = folder / CATALOGUE
        try:
            db = _connect(path, path.resolve().as_uri())
            try:
                if not _is_blank(db, path):
                    _check(db, path)
                db.enable_wal()
                schema.migrations.apply(db)
                yield cls(folder, db)
            finally:
                db.close()
        except sqlite3.DatabaseError as exc:
            raise CannotRun(f"{path}: cannot be written ({exc})") from exc
        finally:
            lock.release()

    # Sites

    def site(self, name: str = "default") -> Site:
        """The site of that name, made with a fresh write key when it is not there (needs `writing`)."""
        found = self.find_site(name)
        if found:
            return found
        key = secrets.token_urlsafe(12)
        with self.db.atomic():
            self.db.execute("INSERT INTO sites (name, key) VALUES (?, ?)", [name, key])
        return self.site(name)

    def find_site(self, name: str = "default") -> Site | None:
        row = self.db.execute("SELECT id, name, key FROM sites WHERE name = ?", [name]).fetchone()
        return Site(*row) if row else None

    # Captures and snapshots

    def begin_capture(self, label: str, site: Site, browser: str, system: str, options: dict[str, Any]) -> Capture:
        """A new capture; raises `InputError` when the label is taken."""
        if any(capture.label == label for capture in self.captures()):
            raise InputError(f"capture {label!r} is there already; choose another --label, or --replace it")
        with self.db.atomic():
            self.db.execute(
                "INSERT INTO captures (label, site_id, started, tool, browser, system, options)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [label, site.id, now(), tool_version(), browser, system, json.dumps(options)],
            )
        return self.capture(label)

    def finish_capture(self, capture: Capture) -> None:
        with self.db.atomic():
            self.db.execute("UPDATE captures SET finished = ? WHERE id = ?", [now(), capture.id])

    def reopen_capture(self, capture: Capture) -> None:
        """Marks a capture as not finished: more comes to it."""
        with self.db.atomic():
            self.db.execute("UPDATE captures SET finished = NULL WHERE id = ?", [capture.id])

    def delete_capture(self, label: str) -> None:
        """Forgets a capture with all that was made from it. Blobs stay; others may share them."""
        with self.db.atomic():
            self.db.execute("DELETE FROM captures WHERE label = ?", [label])

    def captures(self) -> list[Capture]:
        """All captures, oldest first."""
        rows = self.db.execute(
            "SELECT id, label, site_id, started, finished, browser, system, options FROM captures ORDER BY id"
        )
        return [
            Capture(id, label, site_id, started, finished or "", browser, system, json.loads(options))
            for id, label, site_id, started, finished, browser, system, options in rows
        ]

    def capture(self, label: str = "") -> Capture:
        """The capture of that label, or the newest; raises `InputError` that lists the labels there are."""
        captures = self.captures()
        if not captures:
            raise InputError(f"{self.folder}: nothing captured yet; run `heatreel capture URL`")
        if not label:
            return captures[-1]
        for capture in captures:
            if capture.label == label:
                return capture
        known = ", ".join(capture.label for capture in captures)
        raise InputError(f"no capture {label!r}; there are: {known}")

    def add_page(self, capture: Capture, page: str, url: str, title: str) -> int:
        """The id of a page of a capture, added when it is not there."""
        with self.db.atomic():
            self.db.execute(
                "INSERT INTO pages (capture_id, page, url, title) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (capture_id, page) DO NOTHING",
                [capture.id, page, url, title],
            )
        row = self.db.execute("SELECT id FROM pages WHERE capture_id = ? AND page = ?", [capture.id, page]).fetchone()
        return int(row[0])

    def add_snapshot(
        self,
        page_id: int,
        viewport: Viewport,
        variant: str,
        state: State,
        size: tuple[int, int],
        picture: bytes,
        dom_json: str,
        outline_json: str,
    ) -> None:
        """Keeps a snapshot: blobs first, then its row, so that a row never names what is not there.

        `size` is page width and height in CSS px, `picture` a PNG.
        """
        row = [
            page_id, viewport.name, viewport.width, viewport.height, viewport.dpr, int(viewport.touch), variant,
            state.id, state.label, state.kind, state.parent,
            json.dumps([action.as_json() for action in state.recipe]),
            json.dumps([{"selector": shown.selector, "text": shown.text} for shown in state.reveals]),
            json.dumps([{"selector": shown.selector, "text": shown.text} for shown in state.hides]),
            json.dumps(dict(state.settings or {})), state.sketch, json.dumps(dict(state.settled or {})),
            size[0], size[1],
            self.blobs.put(picture), self.blobs.put(_pack(dom_json)), self.blobs.put(_pack(outline_json)),
        ]  # fmt: skip
        with self.db.atomic():
            self.db.execute(
                "INSERT OR REPLACE INTO snapshots (page_id, viewport, viewport_width, viewport_height, dpr, touch,"
                " variant, state, label, kind, parent, recipe, reveals, hides, settings, sketch, settled, width,"
                f" height, picture, dom, outline) VALUES ({', '.join('?' * len(row))})",
                row,
            )

    def add_visit(
        self,
        capture: Capture,
        page: str,
        viewport: str,
        variant: str,
        record: dict[str, Any],
        skipped: Sequence[Skipped],
    ) -> None:
        """Notes that a page was done in a viewport and variant, with what was not tried there, in one step."""
        with self.db.atomic():
            self.db.execute(
                "INSERT OR REPLACE INTO visits (capture_id, page, viewport, variant, done, record)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [capture.id, page, viewport, variant, now(), json.dumps(record)],
            )
            for one in skipped:
                self.add_skipped(capture, one)

    def visits(self, capture: Capture) -> dict[tuple[str, str, str], dict[str, Any]]:
        """What was done so far, by page, viewport and variant."""
        rows = self.db.execute(
            "SELECT page, viewport, variant, record FROM visits WHERE capture_id = ? ORDER BY rowid", [capture.id]
        )
        return {(page, viewport, variant): json.loads(record) for page, viewport, variant, record in rows}

    def forget_visit(self, capture: Capture, page: str, viewport: str, variant: str) -> None:
        """Forgets that a page was done, with what was not tried there."""
        place = [capture.id, page, viewport]
        with self.db.atomic():
            self.db.execute(
                "DELETE FROM visits WHERE capture_id = ? AND page = ? AND viewport = ? AND variant = ?",
                [*place, variant],
            )
            self.db.execute("DELETE FROM skipped WHERE capture_id = ? AND page = ? AND viewport = ?", place)

    def add_skipped(self, capture: Capture, skipped: Skipped) -> None:
        with self.db.atomic():
            self.db.execute(
                "INSERT INTO skipped (capture_id, page, viewport, selector, reason) VALUES (?, ?, ?, ?, ?)",
                [capture.id, skipped.page, skipped.viewport, skipped.selector, skipped.reason],
            )

    def skipped(self, capture: Capture) -> list[Skipped]:
        rows = self.db.execute(
            "SELECT page, viewport, selector, reason FROM skipped WHERE capture_id = ? ORDER BY id",
            [capture.id],
        )
        return [Skipped(*row) for row in rows]

    def snapshots(self, capture: Capture) -> list[Snapshot]:
        """All snapshots of a capture, in the order in which they were taken."""
        cursor = self.db.execute(f"{_SNAPSHOTS} WHERE captures.id = ? ORDER BY pages.id, snapshots.id", [capture.id])
        names = [column[0] for column in cursor.description]
        return [_snapshot(dict(zip(names, row, strict=True))) for row in cursor]

    def copy_snapshots(self, capture: Capture, page: str, viewport: str, variant: str, page_id: int) -> list[str]:
        """Gives a page of another capture the snapshots that this one has of a page; returns the ids of the states."""
        names = [name for name in _columns(self.db, "snapshots") if name not in ("id", "page_id")]
        place = [capture.id, page, viewport, variant]
        which = (
            " FROM snapshots JOIN pages ON pages.id = page_id"
            " WHERE capture_id = ? AND page = ? AND viewport = ? AND variant = ?"
        )
        with self.db.atomic():
            states = [row[0] for row in self.db.execute(f"SELECT state{which} ORDER BY snapshots.id", place)]
            self.db.execute(
                f"INSERT OR REPLACE INTO snapshots (page_id, {', '.join(names)})"
                f" SELECT ?, {', '.join(f'snapshots.{name}' for name in names)}{which} ORDER BY snapshots.id",
                [page_id, *place],
            )
        return states

    def outline(self, snapshot: Snapshot) -> Outline:
        """The elements of a snapshot."""
        return Outline.from_json(gzip.decompress(self.blobs.get(snapshot.outline)))

    def dom(self, snapshot: Snapshot) -> str:
        """The DOM of a snapshot as rrweb-snapshot JSON text."""
        return gzip.decompress(self.blobs.get(snapshot.dom)).decode()

    # Replays and hits

    def save_replay(self, capture: Capture, ledger: Ledger, details: dict[str, Any], hits: Mapping[int, Hits]) -> int:
        """Keeps a replay with its hits by snapshot id; it takes the place of earlier ones of the capture."""
        blobs = {snapshot_id: self.blobs.put(columns.to_bytes()) for snapshot_id, columns in hits.items()}
        with self.db.atomic():
            self.db.execute("DELETE FROM replays WHERE capture_id = ?", [capture.id])
            cursor = self.db.execute(
                "INSERT INTO replays (capture_id, made, tool, ledger, details) VALUES (?, ?, ?, ?, ?)",
                [capture.id, now(), tool_version(), json.dumps(ledger.as_json()), json.dumps(details)],
            )
            replay_id = int(cursor.lastrowid or 0)
            for snapshot_id, blob in blobs.items():
                self.db.execute("INSERT INTO hit_columns VALUES (?, ?, ?)", [replay_id, snapshot_id, blob])
        return replay_id

    def replay(self, capture: Capture) -> Replay:
        """The replay of a capture; raises `InputError` when there is none."""
        row = self.db.execute(
            "SELECT id, made, ledger, details FROM replays WHERE capture_id = ?", [capture.id]
        ).fetchone()
        if not row:
            raise InputError(f"no hits on capture {capture.label!r} yet; run `heatreel replay`")
        account = json.loads(row[2])
        return Replay(row[0], capture.label, row[1], Ledger(**account), json.loads(row[3]))

    def hits(self, replay: Replay, snapshot: Snapshot) -> Hits:
        """The hits of a replay on one snapshot; empty when there are none."""
        row = self.db.execute(
            "SELECT hits FROM hit_columns WHERE replay_id = ? AND snapshot_id = ?", [replay.id, snapshot.id]
        ).fetchone()
        return Hits.from_bytes(self.blobs.get(row[0])) if row else Hits.empty()


def _connect(path: Path, uri: str) -> Database:
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=10)
        db = Database(connection)
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            db.execute(f"PRAGMA {pragma}")
    except sqlite3.Error as exc:
        raise WorkspaceError(f"{path}: cannot be opened ({exc})") from exc
    return db


def _columns(db: Database, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def _is_blank(db: Database, path: Path) -> bool:
    """Whether nothing was ever stored: a new file, or one whose maker was killed before the first table."""
    try:
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        return not tables and not db.execute("PRAGMA application_id").fetchone()[0]
    except sqlite3.DatabaseError as exc:
        raise WorkspaceError(f"{path}: is damaged or not a database ({exc})") from exc


def _check(db: Database, path: Path) -> None:
    """Refuses a file that is not a catalogue of this version or an older one."""
    try:
        application = db.execute("PRAGMA application_id").fetchone()[0]
        found = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as exc:
        raise WorkspaceError(f"{path}: is damaged or not a database ({exc})") from exc
    if application != schema.APPLICATION_ID:
        raise WorkspaceError(f"{path}: is not a Heatreel catalogue")
    if found > schema.VERSION:
        raise WorkspaceError(
            f"{path}: was written by a newer Heatreel (schema {found}, this one reads up to {schema.VERSION});"
            " upgrade Heatreel"
        )


def _snapshot(row: dict[str, Any]) -> Snapshot:
    viewport = Viewport(row["viewport"], row["viewport_width"], row["viewport_height"], row["dpr"], bool(row["touch"]))
    state = State(
        id=row["state"],
        label=row["label"],
        kind=row["kind"],
        recipe=tuple(Action.from_json(record) for record in json.loads(row["recipe"])),
        parent=row["parent"],
        reveals=tuple(Shown(**record) for record in json.loads(row["reveals"])),
        hides=tuple(Shown(**record) for record in json.loads(row["hides"])),
        settings=json.loads(row["settings"]),
        sketch=row["sketch"],
        settled=json.loads(row["settled"]),
    )
    return Snapshot(
        id=row["id"],
        capture=row["capture"],
        page=row["page"],
        url=row["url"],
        title=row["title"],
        viewport=viewport,
        variant=row["variant"],
        state=state,
        width=row["width"],
        height=row["height"],
        picture=row["picture"],
        dom=row["dom"],
        outline=row["outline"],
    )


def _pack(text: str) -> bytes:
    # mtime=0: the same text gives the same bytes, so the same blob.
    return gzip.compress(text.encode(), compresslevel=5, mtime=0)
