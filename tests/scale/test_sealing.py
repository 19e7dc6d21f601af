"""Sealed days: the same sessions before and after, nothing twice, nothing lost, whatever is cut off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.sending import PAGE, STATE, TARGET, batch, packed
from heatreel.capture.collector.sealing import Sealing
from heatreel.core.batches import session_to_json
from heatreel.core.errors import CannotRun
from heatreel.core.eventlog import Batch, EventLog
from heatreel.core.sealed.reading import read_columns
from heatreel.core.sealed.sealing import commit, drafts, seal
from heatreel.core.session import Event, Session

DAY_MS = 86_400_000
ALL_MS = 1e15


def row(record: dict[str, Any], received_ms: int = 5_000_000, **changes: Any) -> Batch:
    named = {name: record[name] for name in ("session", "doc", "seq")}
    told = {"site": "default", "received_ms": received_ms, "events": len(record["events"]), "body": packed(record)}
    return Batch(**(told | named | changes))


def store(folder: Path, *rows: Batch) -> list[str]:
    with EventLog.writing(folder) as log:
        return log.append(rows)


def seal_all(folder: Path, before_ms: float = ALL_MS, root: str = "") -> int:
    with EventLog.writing(folder) as log:
        return len(list(seal(log, folder, before_ms, root)))


def sessions(folder: Path) -> list[Session]:
    with EventLog.open(folder) as log:
        found = list(log.sessions())
        assert not log.reading.damaged
        return sorted(found, key=lambda session: session.id)


def visits() -> list[Batch]:
    """Two sessions of the recorder on two pages and two days, one of them with two documents."""
    other = [*PAGE]
    other[0] = "http://shop.test/b"
    late = DAY_MS + 5_000_000
    return [
        row(batch("key", "session-1")),
        row(batch("key", "session-1", seq=1)),
        row(batch("key", "session-1", doc="document-2", page=other, at=1_200_000)),
        row(batch("key", "session-2", at=DAY_MS + 1_000_000, page=other), received_ms=late),
    ]


def test_sessions_are_the_same_before_and_after(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    before = sessions(tmp_path)
    assert seal_all(tmp_path) == 2, "one part a day"
    assert sessions(tmp_path) == before
    with EventLog.open(tmp_path) as log:
        assert log.count() == (4, 8)
        assert [log.session(session.id) for session in before] == before
        assert log.has("session-2") and not log.has("session-3")
        assert [part.day for part in log.sealed.all()] == ["1970-01-01", "1970-01-02"]


def test_a_session_that_goes_on_stays_in_the_log(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    before = sessions(tmp_path)
    assert seal_all(tmp_path, before_ms=DAY_MS) == 1
    with EventLog.open(tmp_path) as log:
        assert [part.sessions for part in log.sealed.all()] == [1]
    assert sessions(tmp_path) == before
    assert seal_all(tmp_path) == 1
    assert seal_all(tmp_path) == 0, "there is nothing left to seal"
    assert sessions(tmp_path) == before


def test_a_batch_that_comes_again_is_known_and_a_late_one_is_read_with_its_session(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    late = row(batch("key", "session-1", seq=2), received_ms=5_010_000)
    plain = tmp_path / "plain"
    store(plain, *visits(), late)
    seal_all(tmp_path)
    assert store(tmp_path, *visits()) == ["duplicate"] * 4
    assert store(tmp_path, late) == ["stored"]
    # Its events name a target and a state by number, which only the sealed batches told.
    assert sessions(tmp_path) == sessions(plain)
    with EventLog.open(tmp_path) as log:
        assert log.session("session-1") == sessions(plain)[0]


def test_erased_sessions_are_in_no_file(tmp_path: Path) -> None:
    secret = "session-of-somebody"
    store(tmp_path, *visits(), row(batch("key", secret)))
    seal_all(tmp_path)
    with EventLog.writing(tmp_path) as log:
        log.erase([secret, "session-2"])
    assert [session.id for session in sessions(tmp_path)] == ["session-1"]
    with EventLog.open(tmp_path) as log:
        assert [part.sessions for part in log.sealed.all()] == [1], "a part of which nothing is left is dropped"
    held = [path for path in tmp_path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert held == []


def test_retention_reaches_what_is_sealed(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    seal_all(tmp_path)
    with EventLog.writing(tmp_path) as log:
        while log.expire(DAY_MS, 0, most=10):
            pass
    assert [session.id for session in sessions(tmp_path)] == ["session-2"]


def test_a_seal_that_was_cut_off_leaves_nothing_that_counts(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    before = sessions(tmp_path)
    with EventLog.open(tmp_path) as log:
        left = list(drafts(log, tmp_path, ALL_MS))
    assert left and sessions(tmp_path) == before
    files = set((tmp_path / "sealed").rglob("*.parquet"))
    assert seal_all(tmp_path) == 2
    assert sessions(tmp_path) == before
    assert not files & set((tmp_path / "sealed").rglob("*.parquet")), "they are removed by the next one"


def test_a_log_that_changed_under_a_draft_refuses_it(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    before = sessions(tmp_path)
    with EventLog.open(tmp_path) as log:
        first = list(drafts(log, tmp_path, ALL_MS))
    seal_all(tmp_path)
    with EventLog.writing(tmp_path) as log, pytest.raises(CannotRun, match="changed while"):
        commit(log, first[0])
    assert sessions(tmp_path) == before


def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(tmp_path: Path) -> None:
    rows = [row(batch("key", f"session-{number}", at=number * 7_000_000)) for number in range(400)]
    store(tmp_path, *rows)
    before = sessions(tmp_path)
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from heatreel.core.eventlog import EventLog
        from heatreel.core.sealed.sealing import seal
        folder = Path({str(tmp_path)!r})
        with EventLog.writing(folder, wait_s=30) as log:
            print("begun", flush=True)
            for part in seal(log, folder, {ALL_MS}):
                print(part.name, flush=True)
        """
    )
    for lines in (1, 2, 5, 9):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
            assert process.stdout
            for _ in range(lines):
                process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
        assert sessions(tmp_path) == before
    seal_all(tmp_path)
    assert sessions(tmp_path) == before
    with EventLog.open(tmp_path) as log:
        assert sum(part.sessions for part in log.sealed.all()) == 400


def test_a_collectors_chore_seals_while_it_writes(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    before = sessions(tmp_path)
    sealing = Sealing(tmp_path, after_h=1, root="", first_s=0)
    end = time.monotonic() + 60
    with EventLog.writing(tmp_path) as log:
        while sum(part.sessions for part in log.sealed.all()) < 2 and time.monotonic() < end:
            sealing(log)
            time.sleep(0.01)
        assert log.append([row(batch("key", "session-3"))]) == ["stored"]
    sealing.close()
    assert [session for session in sessions(tmp_path) if session.id != "session-3"] == before
    assert list((tmp_path / "sealed").rglob("*.draft")) == []


def test_what_was_erased_meanwhile_is_not_sealed(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    with EventLog.open(tmp_path) as log:
        written = list(drafts(log, tmp_path, ALL_MS))
    with EventLog.writing(tmp_path) as log:
        log.erase(["session-1"])
        with pytest.raises(CannotRun, match="changed while"):
            commit(log, written[0])
    assert [session.id for session in sessions(tmp_path)] == ["session-2"]
    assert not [path for path in (tmp_path / "sealed").rglob("*.parquet") if b"session-1" in path.read_bytes()]


def test_a_damaged_part_is_said_and_the_others_are_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store(tmp_path, *visits())
    seal_all(tmp_path)
    path = sorted((tmp_path / "sealed/events").rglob("*.parquet"))[0]
    path.write_bytes(path.read_bytes()[:-9])
    with EventLog.open(tmp_path) as log:
        assert [session.id for session in log.sessions()] == ["session-2"]
        assert log.reading.damaged == 1
    assert "1970-01-01" in caplog.text


def test_parts_can_lie_elsewhere(tmp_path: Path) -> None:
    away = tmp_path / "away"
    folder = tmp_path / "workspace"
    store(folder, *visits())
    before = sessions(folder)
    seal_all(folder, root=f"file://{away}")
    assert not (folder / "sealed").exists() and list(away.rglob("*.parquet"))
    assert sessions(folder) == before
    with EventLog.writing(folder) as log:
        log.erase(["session-1"])
    assert sessions(folder) == before[1:]


def test_parts_are_plain_parquet_for_others(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    seal_all(tmp_path)
    query = f"""
        SELECT day, url, count(*) FROM read_parquet('{tmp_path}/sealed/events/*/*/*.parquet', hive_partitioning = true)
        WHERE type = 'click' GROUP BY ALL ORDER BY ALL
    """
    found = [(str(day), url, count) for day, url, count in duckdb.sql(query).fetchall()]
    assert found == [
        ("1970-01-01", "http://shop.test/a", 2),
        ("1970-01-01", "http://shop.test/b", 1),
        ("1970-01-02", "http://shop.test/b", 1),
    ]


def test_a_pages_columns_are_those_of_its_events(tmp_path: Path) -> None:
    store(tmp_path, *visits())
    events = [event for session in sessions(tmp_path) for event in session.events if event.url.endswith("/b")]
    seal_all(tmp_path)
    with EventLog.open(tmp_path) as log:
        parts = log.sealed.all()
        names = [part.name for part in parts]
        found = read_columns(log.sealed.store(parts[0]), names, {"http://shop.test/b"}, ["x", "y", "type"])
        assert len(read_columns(log.sealed.store(parts[0]), names, {"http://shop.test/c"}, ["x"])["x"]) == 0
    assert sorted(found["x"].tolist()) == sorted(event.x for event in events if event.x is not None)
    assert sorted(found["type"].tolist()) == sorted(event.type for event in events)


TEXTS = st.text(max_size=8)
NUMBERS = st.one_of(st.none(), st.floats(-1e7, 1e7), st.integers(-(10**7), 10**7).map(float))
DATA = st.dictionaries(
    st.sampled_from(["hover_ms", "effect_ms", "effects", "message", "odd"]),
    st.one_of(st.none(), st.booleans(), st.integers(-5, 10**6), st.floats(0, 1), TEXTS, st.lists(TEXTS, max_size=2)),
    max_size=3,
)


@st.composite
def imported(draw: st.DrawFn, name: str = "imported-1") -> Session:
    """A session as an importer may store it: ids, times and data of any form."""
    events = tuple(
        Event(
            id=draw(st.one_of(st.just(f"{name}/d/{number}"), st.just(f"{name}/d/0{number}"), TEXTS)),
            session=name,
            document=draw(st.sampled_from(["d", "", "e/1"])),
            type=draw(st.sampled_from(["click", "gaze", "no such type"])),
            time_ms=draw(st.floats(0, 1e13)),
            url=draw(st.sampled_from(["http://a/", "http://a/ü", "http://b/'\"%00"])),
            viewport=draw(st.sampled_from([(0, 0), (1440, 900)])),
            x=draw(NUMBERS),
            y=draw(NUMBERS),
            u=draw(NUMBERS),
            v=draw(NUMBERS),
            data=draw(DATA),
        )
        for number in range(draw(st.integers(0, 5)))
    )
    events = tuple(sorted(events, key=lambda event: event.time_ms))
    texts = [draw(TEXTS) for _ in range(3)]
    properties = draw(st.dictionaries(TEXTS, TEXTS, max_size=3))
    return Session(name, "default", draw(st.floats(0, 1e13)), (390, 844), 2.5, True, *texts, events, properties, 0.25)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(imported())
def test_any_imported_session_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, session: Session) -> None:
    folder = tmp_path_factory.mktemp("imported")
    body = session_to_json(session).encode()
    store(folder, Batch("default", session.id, "", 0, 5_000_000, len(session.events), body, format="session/1"))
    before = sessions(folder)
    seal_all(folder)
    assert sessions(folder) == before
    assert len(before) == 1


def test_numbers_are_kept_exactly(tmp_path: Path) -> None:
    """Places with more digits than float32 has."""
    events = [["m", number, 0, 0, 1234.1 + number / 7, 0.1, 1 / 3, number / 9] for number in range(20)]
    record = batch("key", events=events, targets=[TARGET], states=[STATE])
    store(tmp_path, row(record))
    seal_all(tmp_path)
    found = sessions(tmp_path)[0].events
    assert [event.u for event in found] == [1 / 3] * 20
    assert np.array_equal([event.x for event in found], [event[4] for event in events])
    assert json.loads(json.dumps([event.v for event in found])) == [event[7] for event in events]
