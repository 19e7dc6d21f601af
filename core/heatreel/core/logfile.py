"""The file of the event log: its schema, opening it for reading and for writing, refusing what is not one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from heatreel.core.errors import Busy, CannotRun, WorkspaceError

EVENTS = "events.db"
APPLICATION_ID = 0x48455654
"""Written to `application_id` ("HEVT"), so that a foreign database is never taken for an event log."""
VERSION = 3
"""Written to `user_version`; a log with a higher one was made by a newer Heatreel."""

# History: 1 first version. 2 `bot`, and films. 3 sealed parts.
_BOT = "bot TEXT NOT NULL DEFAULT ''"
_FILMS = """
CREATE TABLE films (
    id INTEGER PRIMARY KEY,         -- order of arrival
    site TEXT NOT NULL,             -- name of the site in the catalogue
    session TEXT NOT NULL,          -- the session it belongs to, as in batches
    doc TEXT NOT NULL,              -- the document it belongs to, as in batches
    seq INTEGER NOT NULL,           -- place of the chunk in its document, from 0
    received_ms INTEGER NOT NULL,   -- epoch ms by this machine's clock
    events INTEGER NOT NULL,        -- number of rrweb events in the body
    body BLOB NOT NULL,             -- JSON array of rrweb events, gzip
    UNIQUE (session, doc, seq)
);
"""
_PARTS = """
CREATE TABLE parts (
    id INTEGER PRIMARY KEY,
    root TEXT NOT NULL,             -- URL of the place it lies in; empty for the workspace's own folder
    name TEXT NOT NULL UNIQUE,      -- under that place, see core/sealed/
    site TEXT NOT NULL,             -- name of the site in the catalogue
    day TEXT NOT NULL,              -- on which its sessions began, UTC
    sessions INTEGER NOT NULL,      -- number of sessions in it
    events INTEGER NOT NULL,        -- number of events in it
    bytes INTEGER NOT NULL,         -- size of its files
    first_received_ms INTEGER NOT NULL, -- of its first batch, epoch ms
    last_received_ms INTEGER NOT NULL   -- of its last batch, epoch ms
);
"""
_SCHEMA = f"""
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,         -- order of arrival
    site TEXT NOT NULL,             -- name of the site in the catalogue
    session TEXT NOT NULL,          -- made by the visitor's browser, or by the importer
    doc TEXT NOT NULL,              -- one load of a document; empty for a whole imported session
    seq INTEGER NOT NULL,           -- place of the batch in its document, from 0
    received_ms INTEGER NOT NULL,   -- epoch ms by this machine's clock
    source TEXT NOT NULL,           -- recorder, record, or the name of the importer
    format TEXT NOT NULL,           -- of the body: wire/1 (capture/collector/wire.py), session/1 (core/batches.py);
                                    -- sealed: its events are in a part, the row stays so that it is not taken twice
    events INTEGER NOT NULL,        -- number of events in the body
    body BLOB NOT NULL,             -- JSON, zlib
    {_BOT},   -- why the sender is taken for a program, by its user agent; empty for people
    UNIQUE (session, doc, seq)
);
{_FILMS}
{_PARTS}
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
_STEPS = {
    2: f"ALTER TABLE batches ADD COLUMN {_BOT};{_FILMS}PRAGMA user_version = 2;",
    3: f"{_PARTS}PRAGMA user_version = 3;",
}
"""What brings a log from the version before to this one."""

_CHECKPOINT_PAGES = 1000
_BUSY_S = 2
"""Another program may hold the file that long; then what waits is told that nothing can be stored now."""
_QUICK_CHECK_BYTES = 256 * 1024 * 1024
"""A file up to this size is checked whole before it is written to; that takes about a second at most."""


@contextmanager
def locked(folder: Path, wait_s: float) -> Iterator[None]:
    """Holds the writer's lock of a workspace's event log. Raises `Busy` when another process has it."""
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


def connect_writing(path: Path) -> sqlite3.Connection:
    """The one connection that writes, made with the file when there is none, brought to this version when older."""
    fresh = not path.exists()
    try:
        # The collector opens it in one thread and writes in another, never both at once.
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as exc:
        raise CannotRun(f"{path}: cannot be opened ({exc})") from exc
    try:
        if not fresh:
            check(connection, path)
            _check_whole(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        if not _application(connection):
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        for step in range(version(connection) + 1, VERSION + 1):
            connection.executescript(f"BEGIN; {_STEPS[step]} COMMIT;")
    except sqlite3.Error as exc:
        connection.close()
        raise CannotRun(f"{path}: cannot be written ({exc})") from exc
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; also to a file that was cut off, as far as it goes."""
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
        except sqlite3.DatabaseError:
            # The file is shorter than its header says: with this pragma SQLite reads what is there.
            connection.execute("PRAGMA writable_schema = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error as exc:
        raise WorkspaceError(f"{path}: is damaged or cannot be opened ({exc})") from exc
    return connection


def connect_empty() -> sqlite3.Connection:
    """The log of a workspace that has none."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(_SCHEMA)
    return connection


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _application(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA application_id").fetchone()[0])


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses a file that is not an event log of this version or an older one.

    A file without any table passes: a process was stopped between making the file and its table.
    """
    try:
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        application = _application(connection)
        found = version(connection)
    except sqlite3.DatabaseError as exc:
        raise WorkspaceError(f"{path}: is damaged or not a database ({exc})") from exc
    if application != APPLICATION_ID and (tables or application):
        raise WorkspaceError(f"{path}: is not a Heatreel event log")
    if found > VERSION:
        raise WorkspaceError(
            f"{path}: was written by a newer Heatreel (version {found}, this one reads up to {VERSION});"
            " upgrade Heatreel"
        )


def _check_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses to write to a damaged file, which could cost what is still readable in it."""
    if path.stat().st_size > _QUICK_CHECK_BYTES:
        return
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise WorkspaceError(
            f"{path}: is damaged ({' '.join(found.split())}); nothing was changed."
            f" `heatreel merge {path.parent} -w NEW` copies what can be read of it to another workspace"
        )
