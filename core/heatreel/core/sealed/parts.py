"""The sealed parts that an event log lists, and what is asked of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path

from heatreel.core.errors import CannotRun
from heatreel.core.sealed.reading import PartReader
from heatreel.core.sealed.record import SealedSession
from heatreel.core.sealed.store import TABLES, Store, part_name
from heatreel.core.sealed.tables import PartBuilder, writing_options

Damaged = Callable[[str], None]
"""Called with what could not be read."""

_COLUMNS = "root, name, site, day, sessions, events, bytes, first_received_ms, last_received_ms"


@dataclass(frozen=True, slots=True)
class Part:
    """A part as the log lists it: sessions of one site that began on one day (UTC). Times are epoch ms."""

    root: str
    name: str
    site: str
    day: str
    sessions: int
    events: int
    bytes: int
    first_received_ms: int
    last_received_ms: int


class Parts:
    """The sealed parts of a log, through its connection. A log that has none costs nothing."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, listed: bool, damaged: Damaged) -> None:
        self.folder = folder
        self.connection = connection
        self._listed = listed
        self._damaged = damaged

    def all(self, site: str = "") -> list[Part]:
        """The parts (of one site only, unless empty), by day and in the order in which they were made."""
        if not self._listed:
            return []
        rows = self.connection.execute(f"SELECT {_COLUMNS} FROM parts ORDER BY day, id")
        return [part for part in starmap(Part, rows) if not site or part.site == site]

    def store(self, part: Part) -> Store:
        """Where a part lies."""
        return Store(self.folder, part.root)

    def sessions(self, site: str, since_ms: float, until_ms: float) -> Iterator[SealedSession]:
        """Sessions whose first batch was received in between, `until_ms` excluded."""
        for part in self.all(site):
            if part.last_received_ms < since_ms or part.first_received_ms >= until_ms:
                continue
            for sealed in self._read(part):
                if since_ms <= sealed.received_ms[0] < until_ms:
                    yield sealed

    def session(self, name: str) -> SealedSession | None:
        """One session, or None when no part has it."""
        for part in self.all():
            if name in self.names(part):
                return next(self._read(part, {name}), None)
        return None

    def has(self, name: str) -> bool:
        """Whether a part has this session."""
        return any(name in self.names(part) for part in self.all())

    def count(self) -> int:
        """The number of events in all parts."""
        return sum(part.events for part in self.all())

    def older(self, before_ms: float) -> list[str]:
        """Sessions of which the first batch was received before. Raises `CannotRun`."""
        found: list[str] = []
        for part in self.all():
            if part.first_received_ms < before_ms:
                try:
                    received = PartReader(self.store(part), part.name).received()
                except _faults() as exc:
                    raise CannotRun(f"{part.name}: what has expired cannot be found ({exc})") from exc
                found += [name for name, first_ms, _last_ms in received if first_ms < before_ms]
        return found

    def erase(self, names: Sequence[str]) -> int:
        """Takes sessions out of the parts that have them; returns how many. A part is written anew, or dropped.

        Raises `CannotRun` when a part cannot be read or written; those before it are done.
        """
        wanted, gone = set(names), 0
        for part in self.all():
            reader = PartReader(self.store(part), part.name)
            try:
                found = wanted & set(reader.names())
                left = PartBuilder()
                if found and len(found) < part.sessions:
                    for sealed in reader.sessions():
                        if sealed.session.id not in found:
                            left.add(sealed)
            except _faults() as exc:
                raise CannotRun(f"{part.name}: sessions cannot be erased ({exc})") from exc
            if found:
                self._replace(part, left)
                gone += len(found)
        return gone

    def _replace(self, part: Part, left: PartBuilder) -> None:
        store = self.store(part)
        new = write_part(store, part.root, part.site, part.day, left) if left.sessions else None
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.execute("DELETE FROM parts WHERE name = ?", [part.name])
            if new:
                list_part(self.connection, new)
            self.connection.execute("COMMIT")
        except sqlite3.Error as exc:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise CannotRun(f"{part.name}: sessions cannot be erased ({exc})") from exc
        store.remove(part.name)

    def names(self, part: Part) -> set[str]:
        """The ids of the sessions in a part."""
        try:
            return set(PartReader(self.store(part), part.name).names())
        except _faults() as exc:
            self._damaged(f"part {part.name}: {exc}")
            return set()

    def _read(self, part: Part, wanted: set[str] | None = None) -> Iterator[SealedSession]:
        """The sessions of a part as far as they can be read; what cannot is told."""
        try:
            yield from PartReader(self.store(part), part.name).sessions(wanted)
        except _faults() as exc:
            self._damaged(f"part {part.name} with {part.sessions} sessions: {exc}")


def write_part(store: Store, root: str, site: str, day: str, builder: PartBuilder) -> Part:
    """Writes what a builder holds; the part counts once it is listed. Raises `CannotRun`."""
    name, size = part_name(site, day), 0
    tables = builder.tables()
    for table in reversed(TABLES):
        options = writing_options(tables[table]) if table == "events" else {"compression": "zstd"}
        size += store.write(name, table, tables[table], **options)
    return Part(root, name, site, day, builder.sessions, builder.events, size, *builder.received_ms)


def list_part(connection: sqlite3.Connection, part: Part) -> None:
    """Adds a part to the log's table, in the transaction that is open."""
    places = ", ".join("?" * len(_COLUMNS.split(", ")))
    values = [getattr(part, name) for name in _COLUMNS.split(", ")]
    connection.execute(f"INSERT INTO parts ({_COLUMNS}) VALUES ({places})", values)


def _faults() -> tuple[type[Exception], ...]:
    import pyarrow as pa

    return (OSError, ValueError, KeyError, TypeError, IndexError, pa.ArrowException)
