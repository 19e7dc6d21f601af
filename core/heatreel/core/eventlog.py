"""The event log: `events.db` in the workspace, where batches of events are kept as they came.

A batch is what a recorder sends, or a whole session of an importer: one row, its JSON compressed. A row is never
changed. One process writes at a time, held by a lock file, on one connection that also does all checkpoints:
SQLite before 3.51.3 can lose committed data with two (sqlite.org/wal.html, section 11). Readers need no lock.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from heatreel.core.batches import StoredBatch, session_from_batches, session_from_json, session_to_json
from heatreel.core.errors import Busy, CannotRun, WorkspaceError
from heatreel.core.session import Session

EVENTS = "events.db"
APPLICATION_ID = 0x48455654
"""Written to `application_id` ("HEVT"), so that a foreign database is never taken for an event log."""
VERSION = 1
"""Written to `user_version`; a log with a higher one was made by a newer Heatreel."""

# History: 1 first version.
_SCHEMA = f"""
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,         -- order of arrival
    site TEXT NOT NULL,             -- name of the site in the catalogue
    session TEXT NOT NULL,          -- made by the visitor's browser, or by the importer
    doc TEXT NOT NULL,              -- one load of a document; empty for a whole imported session
    seq INTEGER NOT NULL,           -- place of the batch in its document, from 0
    received_ms INTEGER NOT NULL,   -- epoch ms by this machine's clock
    source TEXT NOT NULL,           -- recorder, record, or the name of the importer
    format TEXT NOT NULL,           -- of the body: wire/1 (capture/collector/wire.py) or session/1 (core/batches.py)
    events INTEGER NOT NULL,        -- number of events in the body
    body BLOB NOT NULL,             -- JSON, zlib
    UNIQUE (session, doc, seq)
);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
_COLUMNS = "site, session, doc, seq, received_ms, source, format, events, body"
_INSERT = (
    f"INSERT INTO batches ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session, doc, seq) DO NOTHING"
)
_CACHE_PAGES = 4000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch to store. `body` is its checked JSON text; `events` the number of events in it."""

    site: str
    session: str
    doc: str
    seq: int
    received_ms: int
    events: int
    body: bytes
    source: str = "recorder"
    format: str = "wire/1"


@dataclass
class Reading:
    """What reading met so far: batches read, rows that are damaged, batches that never came (gaps in `seq`)."""

    batches: int = 0
    damaged: int = 0
    missing: int = 0


class EventLog:
    """An open event log. Use `EventLog.open` to read, `EventLog.writing` to append."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        self.reading = Reading()

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[EventLog]:
        """The log of a workspace, for reading; one that was never written reads as empty.

        Raises `WorkspaceError` when the file is not an event log, or one of a newer Heatreel.
        """
        path = folder / EVENTS
        connection = _connect_reading(path) if path.exists() else _connect_empty()
        try:
            _check(connection, path)
            yield cls(path, connection)
        finally:
            connection.close()

    @classmethod
    @contextmanager
    def writing(cls, folder: Path, wait_s: float = 1) -> Iterator[EventLog]:
        """The log of a workspace for appending, made when it is not there. Raises `Busy` when another appends."""
        path = folder / EVENTS
        with _locked(folder, wait_s):
            connection = _connect_writing(path)
            try:
                yield cls(path, connection)
            finally:
                connection.close()

    # Writing

    def append(self, batches: Sequence[Batch]) -> list[str]:
        """Stores batches in one transaction; durable when this returns.

        The outcome for each is "stored", "duplicate" (its session, doc and seq are there already), or "refused: "
        and why; a refused one never costs its neighbours. Raises `CannotRun` when nothing could be stored.
        """
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._insert(batch) for batch in batches]
            self.connection.execute("COMMIT")
        except sqlite3.Error as exc:
            # A full disk can have ended the transaction already.
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise CannotRun(f"{self.path}: events cannot be stored ({exc})") from exc
        return outcomes

    def _insert(self, batch: Batch) -> str:
        body = zlib.compress(batch.body, 1)
        values = (
            batch.site, batch.session, batch.doc, batch.seq, batch.received_ms,
            batch.source, batch.format, batch.events, body,
        )  # fmt: skip
        try:
            cursor = self.connection.execute(_INSERT, values)
        except (OverflowError, ValueError, sqlite3.IntegrityError, sqlite3.ProgrammingError) as exc:
            return f"refused: {exc}"
        return "stored" if cursor.rowcount else "duplicate"

    def append_session(self, session: Session, received_ms: int) -> str:
        """Stores a whole session of an importer; the same session id again is a "duplicate"."""
        batch = Batch(
            site=session.site,
            session=session.id,
            doc="",
            seq=0,
            received_ms=received_ms,
            events=len(session.events),
            body=session_to_json(session).encode(),
            source=session.source,
            format="session/1",
        )
        return self.append([batch])[0]

    def erase_session(self, session: str) -> int:
        """Removes all that is kept of a session, overwritten on disk; returns the number of its batches."""
        try:
            with self.connection:
                gone = self.connection.execute("DELETE FROM batches WHERE session = ?", [session]).rowcount
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as exc:
            raise CannotRun(f"{self.path}: session {session} cannot be erased ({exc})") from exc
        return gone

    # Reading

    def count(self) -> tuple[int, int]:
        """The number of batches and of events in the log."""
        row = self.connection.execute("SELECT count(*), coalesce(sum(events), 0) FROM batches").fetchone()
        return int(row[0]), int(row[1])

    def sessions(self, site: str = "", since_ms: float = 0, until_ms: float = float("inf")) -> Iterator[Session]:
        """Sessions in the order in which they were first heard of, each with its events in order.

        `site` keeps one site only. `since_ms` and `until_ms` (epoch ms) keep sessions whose first batch was
        received in between, `until_ms` excluded. Rows that cannot be read are logged and counted in `reading`,
        and the rest of their session is kept.
        """
        for name in self._session_ids(site, since_ms, until_ms):
            session = self.session(name)
            if session:
                yield session

    def session(self, name: str) -> Session | None:
        """One session with its events, or None when nothing of it is there or readable."""
        batches = [batch for batch in map(self._read, self._rows(name)) if batch]
        if not batches:
            return None
        try:
            if batches[0].format == "session/1":
                return session_from_json(batches[0].body)
            self.reading.missing += _missing(batches)
            return session_from_batches(batches)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as exc:
            self._damaged(f"session {name}: {exc!r}")
            return None

    def _session_ids(self, site: str, since_ms: float, until_ms: float) -> list[str]:
        query = (
            "SELECT session FROM batches WHERE ?1 = '' OR site = ?1 GROUP BY session"
            " HAVING min(received_ms) >= ?2 AND min(received_ms) < ?3 ORDER BY min(id)"
        )
        try:
            return [row[0] for row in self.connection.execute(query, (site, since_ms, until_ms))]
        except sqlite3.DatabaseError as exc:
            raise WorkspaceError(f"{self.path}: is damaged ({exc}); restore it from a copy") from exc

    def _rows(self, name: str) -> Iterator[tuple[Any, ...]]:
        query = f"SELECT id, {_COLUMNS} FROM batches WHERE session = ? ORDER BY id"
        cursor = self.connection.execute(query, [name])
        while True:
            try:
                row = cursor.fetchone()
            except sqlite3.DatabaseError as exc:
                self._damaged(f"rows of session {name}: {exc}")
                return
            if row is None:
                return
            yield row

    def _read(self, row: tuple[Any, ...]) -> StoredBatch | None:
        number, site, session, doc, seq, received_ms, source, form, _events, packed = row
        try:
            body = json.loads(zlib.decompress(packed))
            batch = StoredBatch(site, session, doc, seq, received_ms, source, form, body)
            batch.check()
        except (zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError) as exc:
            self._damaged(f"batch {number}: {exc!r}")
            return None
        self.reading.batches += 1
        return batch

    def _damaged(self, what: str) -> None:
        self.reading.damaged += 1
        logger.warning("%s: %s cannot be read and is left out", self.path, what)


def _missing(batches: Sequence[StoredBatch]) -> int:
    """How many batches of these documents never came, as far as gaps tell."""
    last: dict[str, int] = {}
    for batch in batches:
        last[batch.doc] = max(batch.seq, last.get(batch.doc, -1))
    return sum(seq + 1 for seq in last.values()) - len(batches)


@contextmanager
def _locked(folder: Path, wait_s: float) -> Iterator[None]:
    lock = FileLock(folder / "events.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait_s)
    except Timeout as exc:
        raise Busy(f"{folder / EVENTS}: another process is receiving events here; stop it first") from exc
    except OSError as exc:
        raise CannotRun(f"{folder}: cannot be written ({exc.strerror})") from exc
    try:
        yield
    finally:
        lock.release()


def _connect_writing(path: Path) -> sqlite3.Connection:
    fresh = not path.exists()
    try:
        # The collector opens it in one thread and writes in another, never both at once.
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as exc:
        raise CannotRun(f"{path}: cannot be opened ({exc})") from exc
    try:
        if not fresh:
            _check(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CACHE_PAGES}")
        if not _application(connection):
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
    except sqlite3.Error as exc:
        connection.close()
        raise CannotRun(f"{path}: cannot be written ({exc})") from exc
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_reading(path: Path) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode=ro"
    try:
        try:
            connection = sqlite3.connect(uri, uri=True, timeout=10)
            connection.execute("PRAGMA user_version")
        except sqlite3.OperationalError:
            # A folder that cannot be written has no room for the WAL index; without a WAL none is needed.
            if path.with_name(f"{EVENTS}-wal").exists():
                raise
            connection = sqlite3.connect(f"{uri}&immutable=1", uri=True)
        connection.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error as exc:
        raise WorkspaceError(f"{path}: is damaged or cannot be opened ({exc})") from exc
    return connection


def _connect_empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(_SCHEMA)
    return connection


def _application(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA application_id").fetchone()[0])


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses a file that is not an event log of this version or an older one.

    A file without any table passes: a process was stopped between making the file and its table.
    """
    try:
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        application = _application(connection)
        found = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as exc:
        raise WorkspaceError(f"{path}: is damaged or not a database ({exc})") from exc
    if application != APPLICATION_ID and (tables or application):
        raise WorkspaceError(f"{path}: is not a Heatreel event log")
    if found > VERSION:
        raise WorkspaceError(
            f"{path}: was written by a newer Heatreel (version {found}, this one reads up to {VERSION});"
            " upgrade Heatreel"
        )
