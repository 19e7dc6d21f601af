"""The event log: `events.db` in the workspace, where batches of events are kept as they came.

A batch is what a recorder sends, or a whole session of an importer: one row, its JSON compressed. A row is never
changed. One process writes at a time, held by a lock file, on one connection that also does all checkpoints:
SQLite before 3.51.3 can lose committed data with two (sqlite.org/wal.html, section 11). Readers need no lock.
"""

from __future__ import annotations

import gzip
import json
import logging
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from heatreel.core import logfile
from heatreel.core.batches import (
    KnownDocument,
    StoredBatch,
    document_offsets,
    session_from_json,
    session_with_documents,
)
from heatreel.core.errors import CannotRun
from heatreel.core.salvage import readable_rows
from heatreel.core.sealed.parts import Parts
from heatreel.core.sealed.record import SealedSession
from heatreel.core.session import Session

try:
    # Four times as fast as zlib at the same size, and the same format.
    from isal.isal_zlib import compress as _compress
except ModuleNotFoundError:
    from zlib import compress as _compress

EVENTS = logfile.EVENTS

_COLUMNS = "site, session, doc, seq, received_ms, source, format, events, body"
_INSERT = (
    f"INSERT INTO batches ({_COLUMNS}, bot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (session, doc, seq) DO NOTHING"
)

_FILM_COLUMNS = "site, session, doc, seq, received_ms, events, body"
_INSERT_FILM = (
    f"INSERT INTO films ({_FILM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session, doc, seq) DO NOTHING"
)

_SEALED = "sealed"
"""Format of a batch whose events are in a sealed part."""

_REFUSALS = (OverflowError, ValueError, sqlite3.IntegrityError, sqlite3.ProgrammingError)
"""What a row raises that SQLite cannot hold."""
_COPIED_AT_ONCE = 256

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
    bot: str = ""


@dataclass(frozen=True, slots=True)
class FilmChunk:
    """A part of a session's film to store. `body` is a JSON array of `events` rrweb events, gzip."""

    site: str
    session: str
    doc: str
    seq: int
    received_ms: int
    events: int
    body: bytes


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
        # The first version had no mark of bots.
        version = logfile.version(connection)
        self._columns = f"{_COLUMNS}, {'bot' if version > 1 else repr('')}"
        self.sealed = Parts(path.parent, connection, version > 2, self._damaged)

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[EventLog]:
        """The log of a workspace, for reading; one that was never written reads as empty.

        Raises `WorkspaceError` when the file is not an event log, or one of a newer Heatreel.
        """
        path = folder / EVENTS
        connection = logfile.connect_reading(path) if path.exists() else logfile.connect_empty()
        try:
            logfile.check(connection, path)
            yield cls(path, connection)
        finally:
            connection.close()

    @classmethod
    @contextmanager
    def writing(cls, folder: Path, wait_s: float = 1) -> Iterator[EventLog]:
        """The log of a workspace for appending, made when it is not there. Raises `Busy` when another appends."""
        path = folder / EVENTS
        with logfile.locked(folder, wait_s):
            connection = logfile.connect_writing(path)
            try:
                yield cls(path, connection)
            finally:
                connection.close()

    # Writing

    def append(self, pieces: Sequence[Batch | FilmChunk]) -> list[str]:
        """Stores batches and chunks of films in one transaction; durable when this returns.

        The outcome for each is "stored", "duplicate" (its session, doc and seq are there already), or "refused: "
        and why; a refused one never costs its neighbours. Raises `CannotRun` when nothing could be stored.
        """
        rows = [_row(piece) for piece in pieces]
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            outcomes = self._insert_all(pieces, rows)
            self.connection.execute("COMMIT")
        except sqlite3.Error as exc:
            # A full disk can have ended the transaction already.
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise CannotRun(f"{self.path}: events cannot be stored ({exc})") from exc
        return outcomes

    def _insert_all(self, pieces: Sequence[Batch | FilmChunk], rows: Sequence[tuple[Any, ...]]) -> list[str]:
        """At once when all are new batches, as nearly always; else one by one, to know which is what."""
        if all(isinstance(piece, Batch) for piece in pieces):
            self.connection.execute("SAVEPOINT at_once")
            with suppress(*_REFUSALS):
                if self.connection.executemany(_INSERT, rows).rowcount == len(rows):
                    return ["stored"] * len(rows)
            self.connection.execute("ROLLBACK TO at_once")
        return [self._insert(piece, row) for piece, row in zip(pieces, rows, strict=True)]

    def _insert(self, piece: Batch | FilmChunk, row: tuple[Any, ...]) -> str:
        try:
            cursor = self.connection.execute(_INSERT if isinstance(piece, Batch) else _INSERT_FILM, row)
        except _REFUSALS as exc:
            return f"refused: {exc}"
        return "stored" if cursor.rowcount else "duplicate"

    def erase(self, sessions: Sequence[str], tidy: bool = True) -> int:
        """Removes all that is kept of these sessions; returns the number of batches and film chunks.

        What they were is overwritten in the file; sealed parts are written anew without them. With `tidy` the file
        is also written anew, so that no copy which SQLite left while moving rows stays in it; that takes as much free
        space as the file has.
        """
        self.sealed.erase(sessions)
        return self._delete(("batches", "films"), sessions, tidy)

    def erase_films(self, sessions: Sequence[str], tidy: bool = True) -> int:
        """Removes the films of these sessions; returns the number of chunks."""
        return self._delete(("films",), sessions, tidy)

    def _delete(self, tables: Sequence[str], sessions: Sequence[str], tidy: bool) -> int:
        names = [[session] for session in sessions]
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            gone = sum(
                self.connection.executemany(f"DELETE FROM {table} WHERE session = ?", names).rowcount
                for table in tables
                if names
            )
            self.connection.execute("COMMIT")
            if tidy and gone:
                self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as exc:
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise CannotRun(f"{self.path}: {len(sessions)} sessions cannot be erased ({exc})") from exc
        return gone

    def tidy(self) -> None:
        """Gives the space of what is gone back to the disk; takes as much free space as the file has."""
        try:
            self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as exc:
            raise CannotRun(f"{self.path}: its space cannot be given back ({exc})") from exc

    def copy_from(self, other: EventLog) -> tuple[int, int]:
        """Takes over all batches and film chunks of another log that can be read; how many are new, and how many not.

        What cannot be read there is logged and counted in its `reading`.
        """
        stored = duplicates = 0
        for table, columns in (("batches", other._columns), ("films", _FILM_COLUMNS)):
            if table == "films" and logfile.version(other.connection) < 2:
                continue
            rows = readable_rows(other.connection, table, columns, other._damaged)
            while some := [row[1:] for row in islice(rows, _COPIED_AT_ONCE)]:
                whole = [row for row in some if _is_whole(row[-2] if table == "batches" else row[-1])]
                other.reading.damaged += len(some) - len(whole)
                new = self._copy(_INSERT if table == "batches" else _INSERT_FILM, whole)
                stored, duplicates = stored + new, duplicates + len(whole) - new
        return stored, duplicates

    def _copy(self, insert: str, rows: Sequence[tuple[Any, ...]]) -> int:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            new = self.connection.executemany(insert, rows).rowcount
            self.connection.execute("COMMIT")
        except sqlite3.Error as exc:
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise CannotRun(f"{self.path}: events cannot be stored ({exc})") from exc
        return max(new, 0)

    def expire(self, before_ms: float, films_before_ms: float, most: int) -> int:
        """Erases at most so many sessions, and films, of which the first row was received before; returns how many.

        The times are epoch ms, 0 for none. Films may go before their session, which is then kept. A sealed part goes
        as a whole, once the last of its sessions has expired.
        """
        sessions = self._older("batches", before_ms, most)
        films = self._older("films", films_before_ms, most)
        if sessions:
            self.erase(sessions, tidy=False)
        if films:
            self.erase_films(films, tidy=False)
        for part in self.sealed.all():
            if part.last_received_ms < before_ms:
                self.erase(sorted(self.sealed.names(part)), tidy=False)
        return max(len(sessions), len(films))

    def older(self, table: str, before_ms: float) -> list[str]:
        """The sessions with a row received before a time (epoch ms), in "batches" or "films"."""
        sealed = self.sealed.older(before_ms) if table == "batches" else []
        return list(dict.fromkeys([*sealed, *self._older(table, before_ms, -1)]))

    def _older(self, table: str, before_ms: float, most: int) -> list[str]:
        """At most so many of these sessions (-1: all) that are not sealed."""
        live = f" AND format != '{_SEALED}'" if table == "batches" else ""
        query = f"SELECT DISTINCT session FROM {table} NOT INDEXED WHERE received_ms < ?{live} LIMIT ?"
        try:
            # Rows are in the order in which they came, so the first one mostly says that there is nothing to do.
            first = self.connection.execute(f"SELECT received_ms FROM {table} ORDER BY id LIMIT 1").fetchone()
            if most >= 0 and (not first or first[0] >= before_ms):
                return []
            return [row[0] for row in self.connection.execute(query, [before_ms, most])]
        except sqlite3.Error as exc:
            raise CannotRun(f"{self.path}: what has expired cannot be found ({exc})") from exc

    # Reading

    def count(self) -> tuple[int, int]:
        """The number of batches and of events in the log, as far as it can be read."""
        try:
            row = self.connection.execute("SELECT count(*), coalesce(sum(events), 0) FROM batches").fetchone()
        except sqlite3.DatabaseError:
            rows = list(self._all_rows("events"))
            return len(rows), sum(row[1] for row in rows) + self.sealed.count()
        return int(row[0]), int(row[1]) + self.sealed.count()

    def sessions(self, site: str = "", since_ms: float = 0, until_ms: float = float("inf")) -> Iterator[Session]:
        """Sessions in the order in which they were first heard of, sealed ones first, each with its events in order.

        `site` keeps one site only. `since_ms` and `until_ms` (epoch ms) keep sessions whose first batch was
        received in between, `until_ms` excluded. Rows that cannot be read are logged and counted in `reading`,
        and the rest of their session is kept.
        """
        numbers = self._numbers(site)
        for sealed in self.sealed.sessions(site, since_ms, until_ms):
            yield self._with_late(sealed, [number for number, _ms in numbers.pop(sealed.session.id, [])])
        for name, batches in numbers.items():
            if since_ms <= min(received_ms for _number, received_ms in batches) < until_ms:
                session = self._session(name, [number for number, _ms in batches])
                if session:
                    yield session

    def unsealed(self, before_ms: float) -> Iterator[tuple[SealedSession, list[int]]]:
        """Sessions that are not sealed and of which the last batch came before, each with its batches' numbers.

        What cannot be read of a session is logged and its number is not there, so that it stays as it is.
        """
        sealed = {name for part in self.sealed.all() for name in self.sealed.names(part)}
        for name, batches in self._numbers("").items():
            times = [received_ms for _number, received_ms in batches]
            if name in sealed or max(times) >= before_ms:
                continue
            read = [(number, self._read(number)) for number, _ms in batches]
            whole = {number: batch for number, batch in read if batch}
            made = self._made(name, list(whole.values()))
            if made:
                yield SealedSession(made[0], (min(times), max(times)), made[1]), list(whole)

    def session(self, name: str) -> Session | None:
        """One session with its events, or None when nothing of it is there or readable."""
        sealed, numbers = self.sealed.session(name), self._numbers_of(name)
        return self._with_late(sealed, numbers) if sealed else self._session(name, numbers)

    def has(self, session: str) -> bool:
        """Whether anything is kept of a session."""
        return bool(self._numbers_of(session) or self._film_rows(session) or self.sealed.has(session))

    def _with_late(self, sealed: SealedSession, late: Sequence[int]) -> Session:
        """A sealed session with the batches that came after."""
        more = self._session(sealed.session.id, late, sealed.documents) if late else None
        return _joined([sealed.session, more]) if more else sealed.session

    def filmed(self) -> list[str]:
        """The sessions that have a film, in the order in which their films began to come."""
        if logfile.version(self.connection) < 2:
            return []
        return list(dict.fromkeys(row[1] for row in readable_rows(self.connection, "films", "session", self._damaged)))

    def film(self, session: str) -> list[dict[str, Any]]:
        """The rrweb events of a session's film in order, `timestamp` by the server's clock; empty without a film."""
        batches = [batch for batch in map(self._read, self._numbers_of(session)) if batch and batch.format == "wire/1"]
        offsets = document_offsets(batches)
        events: list[dict[str, Any]] = []
        for number, doc, packed in self._film_rows(session):
            try:
                chunk = json.loads(gzip.decompress(packed))
            except (OSError, EOFError, zlib.error, ValueError) as exc:
                self._damaged(f"film chunk {number}: {exc!r}")
                continue
            events += [{**event, "timestamp": event["timestamp"] + offsets.get(doc, 0)} for event in chunk]
        return sorted(events, key=itemgetter("timestamp"))

    def _film_rows(self, session: str) -> list[tuple[int, str, bytes]]:
        if logfile.version(self.connection) < 2:
            return []
        try:
            query = "SELECT id, doc, body FROM films WHERE session = ? ORDER BY id"
            return self.connection.execute(query, [session]).fetchall()
        except sqlite3.DatabaseError:
            rows = readable_rows(self.connection, "films", "session, doc, body", self._damaged)
            return [(number, doc, body) for number, name, doc, body in rows if name == session]

    def _numbers(self, site: str) -> dict[str, list[tuple[int, int]]]:
        """Number and time of arrival of each batch that is not sealed, by session.

        By walking over the whole table: an index may be damaged.
        """
        found: dict[str, list[tuple[int, int]]] = {}
        for number, name, of_site, received_ms, form in self._all_rows("session, site, received_ms, format"):
            if not isinstance(name, str) or not isinstance(received_ms, int):
                self._damaged(f"batch {number}: its row")
            elif form != _SEALED and (not site or of_site == site):
                found.setdefault(name, []).append((number, received_ms))
        return found

    def _numbers_of(self, name: str) -> list[int]:
        try:
            query = "SELECT id FROM batches WHERE session = ? AND format != ? ORDER BY id"
            return [row[0] for row in self.connection.execute(query, [name, _SEALED])]
        except sqlite3.DatabaseError:
            rows = self._all_rows("session, format")
            return [number for number, session, form in rows if session == name and form != _SEALED]

    def _all_rows(self, columns: str) -> Iterator[tuple[Any, ...]]:
        """The number and these columns of every batch that can be read, in order of arrival."""
        return readable_rows(self.connection, "batches", columns, self._damaged)

    def _session(self, name: str, numbers: Sequence[int], known: Mapping[str, KnownDocument] = {}) -> Session | None:
        made = self._made(name, [batch for batch in map(self._read, numbers) if batch], known)
        return made[0] if made else None

    def _made(
        self, name: str, batches: Sequence[StoredBatch], known: Mapping[str, KnownDocument] = {}
    ) -> tuple[Session, Mapping[str, KnownDocument]] | None:
        """The session of these batches and what its documents said; None, with a word, when they make none."""
        if not batches:
            return None
        try:
            if batches[0].format == "session/1":
                own = [batch.body for batch in batches if batch.format == "session/1"]
                return _joined(list(map(session_from_json, own))), {}
            if not known:
                self.reading.missing += _missing(batches)
            return session_with_documents(batches, known)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as exc:
            self._damaged(f"session {name}: {exc!r}")
            return None

    def _read(self, number: int) -> StoredBatch | None:
        """A batch by its number; None, with a word, when it cannot be read or is not what its row says."""
        try:
            site, session, doc, seq, received_ms, source, form, _events, packed, bot = self._row(number)
            body = json.loads(zlib.decompress(packed))
            batch = StoredBatch(site, session, doc, seq, received_ms, source, form, body, bot)
            batch.check()
        except (sqlite3.Error, zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError) as exc:
            self._damaged(f"batch {number}: {exc!r}")
            return None
        self.reading.batches += 1
        return batch

    def _row(self, number: int) -> tuple[Any, ...]:
        """Columns of a batch, in the order of `Batch` when stored."""
        row = self.connection.execute(f"SELECT {self._columns} FROM batches WHERE id = ?", [number]).fetchone()
        if row is None:
            raise ValueError("its row is gone")
        return tuple(row)

    def _damaged(self, what: str) -> None:
        self.reading.damaged += 1
        logger.warning("%s: %s cannot be read and is left out", self.path, what)


def _row(piece: Batch | FilmChunk) -> tuple[Any, ...]:
    if isinstance(piece, FilmChunk):
        return (piece.site, piece.session, piece.doc, piece.seq, piece.received_ms, piece.events, piece.body)
    return (
        piece.site, piece.session, piece.doc, piece.seq, piece.received_ms,
        piece.source, piece.format, piece.events, _compress(piece.body, 1), piece.bot,
    )  # fmt: skip


def _is_whole(packed: bytes) -> bool:
    """Whether compressed bytes are as they were written: both formats end with a checksum."""
    try:
        zlib.decompress(packed, wbits=zlib.MAX_WBITS | 32)
    except (zlib.error, TypeError):
        return False
    return True


def _joined(parts: Sequence[Session]) -> Session:
    """The session that an importer stored in several parts: what the first says, and the events of all."""
    events = [event for part in parts for event in part.events]
    return replace(parts[0], events=tuple(sorted(events, key=attrgetter("time_ms"))))


def _missing(batches: Sequence[StoredBatch]) -> int:
    """How many batches of these documents never came, as far as gaps tell."""
    last: dict[str, int] = {}
    for batch in batches:
        last[batch.doc] = max(batch.seq, last.get(batch.doc, -1))
    return sum(seq + 1 for seq in last.values()) - len(batches)
