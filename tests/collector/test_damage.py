"""Damaged logs: what can be read is kept, the rest is said, and nothing is touched."""

from __future__ import annotations

import gzip
import logging
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.sending import batch, packed
from collector.test_eventlog import row, sessions
from heatreel.core import logfile
from heatreel.core.errors import CannotRun, HeatreelError, WorkspaceError
from heatreel.core.eventlog import EventLog, FilmChunk
from heatreel.core.merging import merge_events

SESSIONS, BATCHES = 30, 12


@pytest.fixture(scope="module")
def log_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of some pages: 30 sessions that take turns, of 12 batches each."""
    folder = tmp_path_factory.mktemp("log")
    with EventLog.writing(folder) as log:
        for seq in range(BATCHES):
            records = [
                batch("key", session=f"session-{number}", seq=seq, targets=[{"selector": f"#n{number * seq}" * 40}])
                for number in range(SESSIONS)
            ]
            log.append([row(record) for record in records])
    return folder


@pytest.fixture
def folder(log_folder: Path, tmp_path: Path) -> Path:
    shutil.copy(log_folder / "events.db", tmp_path)
    return tmp_path


def page_size(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[16:18], "big")


def root_page(path: Path, name: str) -> int:
    with sqlite3.connect(path) as connection:
        (number,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [name]).fetchone()
    connection.close()
    return int(number)


def overwrite_page(path: Path, number: int) -> None:
    size = page_size(path)
    with path.open("r+b") as file:
        file.seek((number - 1) * size)
        file.write(b"\xa5" * size)


def leaf_page(path: Path) -> int:
    """A page in the middle that holds rows of a table (its first byte is 13: sqlite.org/fileformat2.html)."""
    data, size = path.read_bytes(), page_size(path)
    leaves = [number for number in range(2, len(data) // size + 1) if data[(number - 1) * size] == 13]
    return leaves[len(leaves) // 2]


@contextmanager
def untouched(path: Path) -> Iterator[None]:
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before


def events_of(folder: Path) -> tuple[set[str], int]:
    with EventLog.open(folder) as log:
        return {event.id for session in log.sessions() for event in session.events}, log.reading.damaged


def test_a_damaged_index_costs_nothing(folder: Path, log_folder: Path) -> None:
    path = folder / "events.db"
    overwrite_page(path, root_page(path, "sqlite_autoindex_batches_1"))
    with untouched(path):
        assert events_of(folder)[0] == events_of(log_folder)[0]
        with EventLog.open(folder) as log:
            session = log.session("session-3")
            assert session and len(session.events) == 2 * BATCHES


def test_a_damaged_index_costs_no_film(tmp_path: Path) -> None:
    parts = [gzip.compress(packed([{"type": 3, "timestamp": 1000 * n, "data": {}}])) for n in range(3)]
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key"))])
        log.append([FilmChunk("default", "session-1", "document-1", n, 1, 1, part) for n, part in enumerate(parts)])
        log.append([FilmChunk("default", "session-1", "document-1", 3, 1, 1, parts[0][:-3])])
        whole, damaged = log.film("session-1"), log.reading.damaged
    overwrite_page(tmp_path / "events.db", root_page(tmp_path / "events.db", "sqlite_autoindex_films_1"))
    with EventLog.open(tmp_path) as log:
        assert log.has("session-1")
        assert log.filmed() == ["session-1"]
        assert (log.film("session-1"), log.reading.damaged) == (whole, damaged)
    assert (len(whole), damaged) == (3, 1)


def test_a_damaged_page_costs_what_was_on_it(folder: Path, log_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = folder / "events.db"
    whole, _ = events_of(log_folder)
    overwrite_page(path, leaf_page(path))
    with untouched(path), caplog.at_level(logging.WARNING):
        kept, damaged = events_of(folder)
    assert kept < whole and damaged
    assert len(whole - kept) < len(whole) / 10
    assert all(str(path) in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_a_damaged_tail(folder: Path, log_folder: Path, share: float) -> None:
    path = folder / "events.db"
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    whole, _ = events_of(log_folder)
    with untouched(path):
        kept, damaged = events_of(folder)
    assert kept < whole and damaged
    assert len(kept) > (share - 0.2) * len(whole)


def test_a_damaged_log_is_not_written_to_and_can_be_copied(folder: Path, tmp_path: Path) -> None:
    path = folder / "events.db"
    overwrite_page(path, leaf_page(path))
    with untouched(path):
        with pytest.raises(WorkspaceError, match=r"events\.db: is damaged .*heatreel merge"), EventLog.writing(folder):
            pass
        (taken,) = merge_events(tmp_path / "new", [folder])
        kept, _ = events_of(folder)
    assert taken.damaged and taken.stored > 0.9 * SESSIONS * BATCHES
    assert events_of(tmp_path / "new") == (kept, 0)
    assert merge_events(tmp_path / "new", [folder])[0].stored == 0


def test_a_cut_off_wal_keeps_what_was_whole(folder: Path, tmp_path: Path) -> None:
    """As a machine leaves it that lost power: the log with its WAL, of which the end is missing or wrong."""
    with EventLog.writing(folder) as log:
        for seq in range(20):
            log.append([row(batch("key", session="session-late", seq=seq))])
        for name in ("events.db", "events.db-wal"):
            shutil.copy(folder / name, tmp_path / f"copy-{name}")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    shutil.copy(tmp_path / "copy-events.db", crashed / "events.db")
    wal = (tmp_path / "copy-events.db-wal").read_bytes()
    (crashed / "events.db-wal").write_bytes(wal[: int(len(wal) * 0.6)] + b"\x55" * 3000)
    with EventLog.writing(crashed) as log:
        assert log.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = log.connection.execute("SELECT count(*) FROM batches WHERE session = 'session-late'").fetchone()[0]
    assert 0 < stored < 20
    late = next(session for session in sessions(crashed) if session.id == "session-late")
    assert len(late.events) == 2 * stored


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=40))
def test_flipped_bytes_are_never_a_crash_nor_a_lie(
    log_folder: Path, tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[float, int]]
) -> None:
    """Whatever is read is what was written, and nothing else happens than one line that says what is wrong."""
    whole = {event.id: (event.type, event.x, event.y) for session in sessions(log_folder) for event in session.events}
    folder = tmp_path_factory.mktemp("flipped")
    data = bytearray((log_folder / "events.db").read_bytes())
    for place, value in flips:
        data[int(place * len(data))] = value
    (folder / "events.db").write_bytes(data)
    with untouched(folder / "events.db"):
        try:
            read = sessions(folder)
        except HeatreelError as exc:
            assert str(folder) in str(exc) and "\n" not in str(exc)
            return
    found = {event.id: (event.type, event.x, event.y) for session in read for event in session.events}
    assert found.items() <= whole.items()


def test_locked_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is stored and that is said; afterwards it goes on."""
    monkeypatch.setattr(logfile, "_BUSY_S", 0.1)
    with EventLog.writing(tmp_path) as log:
        other = sqlite3.connect(tmp_path / "events.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CannotRun, match=r"events\.db: events cannot be stored \(database is locked\)"):
            log.append([row(batch("key"))])
        other.execute("ROLLBACK")
        other.close()
        assert log.append([row(batch("key"))]) == ["stored"]


def test_a_log_of_the_first_version_is_read_and_brought_on(tmp_path: Path) -> None:
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key"))])
    with sqlite3.connect(tmp_path / "events.db") as connection:
        connection.executescript(
            "ALTER TABLE batches DROP COLUMN bot; DROP TABLE films; DROP TABLE parts;PRAGMA user_version = 1;"
        )
    connection.close()
    assert [len(session.events) for session in sessions(tmp_path)] == [2]
    with EventLog.open(tmp_path) as log:
        assert (log.filmed(), log.film("session-1"), log.has("session-1")) == ([], [], True)
    with EventLog.writing(tmp_path) as log:
        film = FilmChunk("default", "session-1", "document-1", 0, 1, 1, b"x")
        assert log.append([row(batch("key", seq=1)), film]) == ["stored", "stored"]
    assert [len(session.events) for session in sessions(tmp_path)] == [4]


def test_readers_do_not_hold_the_writer_up(tmp_path: Path) -> None:
    """A reader in the middle of a walk neither blocks what is stored nor sees half of it."""
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key", session=f"session-{number}")) for number in range(50)])
        with EventLog.open(tmp_path) as reader:
            walk = reader.sessions()
            next(walk)
            done = threading.Thread(target=log.append, args=[[row(batch("key", session="session-new"))]])
            done.start()
            done.join(10)
            assert not done.is_alive()
            assert len(list(walk)) == 49
