"""The event log: stored once, read back in the order of time, damage said."""

from __future__ import annotations

import logging
import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.sending import PAGE, TARGET, batch, packed
from heatreel.core.batches import (
    JUMP_MS,
    StoredBatch,
    clock_offsets,
    session_from_batches,
    session_to_json,
    target_from_json,
)
from heatreel.core.errors import Busy, WorkspaceError
from heatreel.core.eventlog import Batch, EventLog
from heatreel.core.logfile import VERSION
from heatreel.core.session import Session

RECEIVED_MS = 5_000_000


def row(record: dict[str, Any], received_ms: int = RECEIVED_MS) -> Batch:
    return Batch(
        site="default",
        session=record["session"],
        doc=record["doc"],
        seq=record["seq"],
        received_ms=received_ms,
        events=len(record["events"]),
        body=packed(record),
    )


def sessions(folder: Path) -> list[Session]:
    with EventLog.open(folder) as log:
        return list(log.sessions())


def stored(record: dict[str, Any], received_ms: float) -> StoredBatch:
    return StoredBatch(
        "default", record["session"], record["doc"], record["seq"], int(received_ms), "recorder", "wire/1", record
    )


def test_a_log_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert sessions(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_bad_batch_never_costs_its_neighbours(tmp_path: Path) -> None:
    good = row(batch("key"))
    bad = [replace(good, seq=2**70), replace(good, doc="d" * 8, events=None), replace(good, session="\ud800")]
    with EventLog.writing(tmp_path) as log:
        outcomes = log.append([bad[0], good, bad[1], good, bad[2], row(batch("key", session="session-2"))])
        assert [outcome.split(":")[0] for outcome in outcomes] == [
            "refused", "stored", "refused", "duplicate", "refused", "stored"
        ]  # fmt: skip
    assert [session.id for session in sessions(tmp_path)] == ["session-1", "session-2"]


def test_effects_join_their_click(tmp_path: Path) -> None:
    first = batch("key")
    click = ["c", 3000, 0, 0, 1, 2, 0.5, 0.5, "t", 4]
    second = batch("key", seq=1, events=[["x", 2500, 0, 0, "mn", 12], click, ["x", 5500, 0, 3, "", 0]])
    with EventLog.writing(tmp_path) as log:
        log.append([row(second), row(first)])
    (session,) = sessions(tmp_path)
    by_id = {event.id.rsplit("/")[-1]: event for event in session.events}
    assert by_id["0"].data["effects"] == ["mutation", "navigation"]
    assert by_id["0"].data["effect_ms"] == 12
    assert by_id["3"].type == "tap"
    assert by_id["3"].data == {
        "pointer": "touch", "trusted": True, "disabled": True, "effects": [], "effect_ms": None
    }  # fmt: skip
    assert by_id["2"].data["click"] == by_id["0"].id


def test_a_click_that_nobody_watched_says_so(tmp_path: Path) -> None:
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key"))])
    assert "effects" not in sessions(tmp_path)[0].events[0].data


def test_views_and_errors(tmp_path: Path) -> None:
    page = [*PAGE[:6], "search.test", "B"]
    addresses = ["http://shop.test/a", "http://shop.test/b", "http://shop.test/b"]
    events = [["v", t, -1, url, 0, t, 2000] for t, url in enumerate(addresses)]
    events.append(["e", 9, -1, "TypeError /app.js 12"])
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key", page=page, events=events))])
    (session,) = sessions(tmp_path)
    *views, error = session.events
    assert [view.data["how"] for view in views] == ["load", "route", "back"]
    assert [view.data["referrer"] for view in views] == ["search.test", "", ""]
    assert [view.y for view in views] == [0, 1, 2]
    assert error.data["message"] == "TypeError /app.js 12"
    assert session.variant == "B"


@pytest.mark.parametrize(
    ("target", "seen", "kinds", "ms"),
    [
        ({"tag": "button"}, "", [], None),
        ({"tag": "button"}, "f", ["focus"], 12),
        ({"tag": "input", "type": "submit"}, "f", [], None),
        ({"tag": "input", "type": "submit"}, "fm", ["mutation"], 12),
        ({"tag": "input", "type": "text"}, "", ["focus"], 0),
        ({"tag": "input", "type": "file"}, "", ["chooser"], 0),
        ({"tag": "input", "type": "checkbox"}, "i", ["input"], 12),
        ({"tag": "select"}, "fi", ["focus", "input", "chooser"], 12),
        ({"tag": "a", "href": "mailto:"}, "", ["window"], 0),
        ({"tag": "video"}, "", ["input"], 0),
    ],
)
def test_what_the_browser_answers_itself(target: dict[str, str], seen: str, kinds: list[str], ms: int | None) -> None:
    events = [["c", 5, -1, 0, 0, 0, 0.5, 0.5, "m", 0], ["x", 2500, -1, 0, seen, 12]]
    record = batch("key", targets=[{"selector": "x", **target}], events=events)
    click = session_from_batches([stored(record, RECEIVED_MS)]).events[0]
    assert (click.data["effects"], click.data["effect_ms"]) == (kinds, ms)


def test_campaign_properties_and_goals(tmp_path: Path) -> None:
    url = "http://shop.test/a?utm_source=mail&utm_term=red%20shoes#/cart"
    page = [url, *PAGE[1:]]
    events = [
        ["v", 0, -1, url, 0, 0, 2000],
        ["p", 1, -1, "variant", "B"],
        ["p", 2, -1, "plan", "pro"],
        ["g", 3, -1, "bought"],
        ["r", 4, -1, 390, 844, 2],
        ["s", 5, -1, -1, 0, 700],
        ["s", 6, -1, 0, 0, 70],
    ]
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key", page=page, events=events))])
    (session,) = sessions(tmp_path)
    assert {event.url for event in session.events} == {"http://shop.test/a#/cart"}
    assert session.properties == {"utm_source": "mail", "utm_term": "red shoes", "plan": "pro"}
    assert session.variant == "B"
    assert [event.viewport for event in session.events[3:6]] == [(800, 600), (390, 844), (390, 844)]
    assert session.events[3].data == {"name": "bought"}
    page_scroll, inner = session.events[5:]
    assert (page_scroll.target, page_scroll.y) == (None, 700)
    assert inner.target and inner.data == {"inner": True}


def test_a_batch_that_never_came_shifts_nothing(tmp_path: Path) -> None:
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key")), row(batch("key", seq=2))])
    with EventLog.open(tmp_path) as log:
        (session,) = log.sessions()
        assert log.reading.missing == 1
    assert [event.id.rsplit("/")[-1] for event in session.events] == ["0", "1", "4", "5"]
    assert session.events[-1].target == session.events[0].target


def test_damaged_rows_are_said_and_the_rest_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key", seq=seq)) for seq in range(3)])
        log.append([row(batch("key", session="session-2"))])
    with sqlite3.connect(tmp_path / "events.db") as connection:
        connection.execute("UPDATE batches SET body = x'789c00' WHERE seq = 1")
        connection.execute("UPDATE batches SET format = 'wire/9' WHERE session = 'session-2'")
    connection.close()
    with caplog.at_level(logging.WARNING), EventLog.open(tmp_path) as log:
        (session,) = log.sessions()
        assert log.reading.damaged == 2
    assert len(session.events) == 4
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2 and all(str(tmp_path / "events.db") in line for line in said)


def test_foreign_newer_and_damaged_files(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key"))])
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    for opening in (EventLog.open, EventLog.writing):
        with pytest.raises(WorkspaceError, match="written by a newer Heatreel"), opening(tmp_path):
            pass
    assert path.read_bytes() == before
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(WorkspaceError, match="not a Heatreel event log"), EventLog.writing(tmp_path):
        pass


def test_a_second_writer_is_told(tmp_path: Path) -> None:
    with (
        EventLog.writing(tmp_path),
        pytest.raises(Busy, match=r"events\.db: another process"),
        EventLog.writing(tmp_path, wait_s=0),
    ):
        pass


@pytest.mark.skipif(os.name != "posix", reason="folders are made read-only by mode")
def test_a_folder_that_cannot_be_written_can_be_read(tmp_path: Path) -> None:
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key"))])
    tmp_path.chmod(0o500)
    try:
        assert len(sessions(tmp_path)) == 1
    finally:
        tmp_path.chmod(0o700)


def test_reading_while_writing(tmp_path: Path) -> None:
    with EventLog.writing(tmp_path) as log:
        for seq in range(3):
            log.append([row(batch("key", seq=seq))])
            assert [len(session.events) for session in sessions(tmp_path)] == [2 * (seq + 1)]


def test_sessions_of_a_site_and_a_time(tmp_path: Path) -> None:
    with EventLog.writing(tmp_path) as log:
        for number, site in enumerate(["a", "b", "a"]):
            record = batch("key", session=f"session-{number}")
            log.append([replace(row(record, RECEIVED_MS + number * 1000), site=site)])
    with EventLog.open(tmp_path) as log:
        assert [session.id for session in log.sessions(site="a")] == ["session-0", "session-2"]
        late = log.sessions(since_ms=RECEIVED_MS + 1000, until_ms=RECEIVED_MS + 2000)
        assert [session.id for session in late] == ["session-1"]


def test_erased_is_gone_from_the_disk(tmp_path: Path) -> None:
    marked = batch("key", session="session-marked")
    with EventLog.writing(tmp_path) as log:
        log.append([row(marked), row(batch("key"))])
        assert log.erase(["session-marked"]) == 1
        assert log.erase(["session-marked"]) == 0
    assert [session.id for session in sessions(tmp_path)] == ["session-1"]
    assert not any(b"session-marked" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_an_imported_session_comes_back_as_it_was(tmp_path: Path) -> None:
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key"))])
    (session,) = sessions(tmp_path)
    imported = replace(session, id="imported/1", source="rrweb", properties={"plan": "pro"})
    with EventLog.writing(tmp_path) as log:
        body = session_to_json(imported).encode()
        part = Batch("default", imported.id, "", 0, RECEIVED_MS, 2, body, source="rrweb", format="session/1")
        assert log.append([part]) == ["stored"]
        assert log.append([part]) == ["duplicate"]
    assert sessions(tmp_path)[1] == imported


def test_the_key_of_a_target_is_of_what_identifies_it() -> None:
    plain = target_from_json(TARGET)
    moved = target_from_json({**TARGET, "box": [0, 0, 1, 1], "position": "fixed", "interactive": True})
    renamed = target_from_json({**TARGET, "nameHash": "other"})
    assert plain.key == moved.key != renamed.key
    assert plain.key == target_from_json(dict(reversed(TARGET.items()))).key


# Time

Visit = tuple[list[tuple[int, int]], int]
visits = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 500)), min_size=1, max_size=6)


@settings(deadline=None)
@given(visits, visits, st.integers(-(10**12), 10**12), st.integers(1, 20_000))
def test_order_is_kept_whatever_the_visitors_clock_says(
    one: list[tuple[int, int]], two: list[tuple[int, int]], skew: int, pause: int
) -> None:
    """Two documents, one after the other; batches take their time; the clock is wrong by any amount."""
    began, batches, truth = 1_700_000_000_000, [], []
    for name, steps in (("document-1", one), ("document-2", two)):
        t = 0
        for seq, (later, on_the_way) in enumerate(steps):
            t += later
            truth.append(began + t)
            record = batch("key", doc=name, seq=seq, at=began + skew, sent=t, events=[["z", t, -1]])
            batches.append(stored(record, began + t + on_the_way))
        began += t + pause
    session = session_from_batches(list(reversed(batches)))
    times = [event.time_ms for event in session.events]
    assert [event.document for event in session.events] == ["document-1"] * len(one) + ["document-2"] * len(two)
    assert times == sorted(times)
    least = min(way for _, way in one + two)
    assert all(abs(time - true) <= max(least, 0) for time, true in zip(times, truth, strict=True))
    assert max(times) <= max(one.received_ms for one in batches)


def test_a_clock_that_was_set_anew_between_documents() -> None:
    offsets = clock_offsets({"a": 100.0, "b": 100.0 + JUMP_MS, "c": 101.0 + JUMP_MS})
    assert offsets == {"a": 100.0, "b": 100.0, "c": 101.0 + JUMP_MS}


def test_no_event_is_later_than_its_batch_was_received() -> None:
    record = batch("key", sent=10, events=[["z", 10**9, -1]])
    (event,) = session_from_batches([stored(record, RECEIVED_MS)]).events
    assert event.time_ms == RECEIVED_MS


def test_what_else_is_done_on_a_page(tmp_path: Path) -> None:
    place = [0, 25, 40, 0.5, 0.5]
    events = [
        ["n", 0, 0, 90],
        ["c", 30, 0, *place, "m", 8, 250],
        ["a", 40, 0, *place, "dblclick"],
        ["a", 50, 0, *place, "auxclick", 2],
        ["a", 60, 0, *place, "drag", 300, 400],
        ["a", 70, 0, *place, "hover", 1200],
        ["a", 80, 0, *place, "paste"],
        ["a", 90, 0, *place, "submit"],
        ["q", 100, 0, "503 fetch /api/cart"],
        ["l", 110, 0, 1234, 0],
        ["r", 120, 0, 390, 844, 2, 1.5],
        ["x", 130, 0, 1, "dcpr", 9],
        ["n", 140, 0, 300],
    ]
    page = [*PAGE, 0.25, 1, "visitor-7"]
    (session,) = [session_from_batches([stored(batch("key", page=page, events=events), RECEIVED_MS)])]
    assert (session.sampling, session.synthetic, session.visitor, session.bot) == (0.25, True, "visitor-7", "")
    data = {event.id.rsplit("/")[-1]: (event.type, dict(event.data)) for event in session.events}
    click = session.events[1].id
    assert data["0"] == ("vital", {"name": "interaction", "ms": 90, "click": click})
    assert data["1"][1] == {
        "pointer": "mouse", "trusted": True, "masked": True, "hover_ms": 250,
        "effects": ["download", "clipboard", "chooser", "request"], "effect_ms": 9,
    }  # fmt: skip
    assert data["2"] == ("double", {})
    assert data["3"] == ("secondary", {"button": 2})
    assert data["4"] == ("drag", {"to": [300, 400]})
    assert data["5"] == ("hover", {"dwell_ms": 1200})
    assert data["6"] == ("clipboard", {"how": "paste"})
    assert data["7"] == ("submit", {})
    assert data["8"][0] == "request" and data["8"][1]["status"] == 503 and data["8"][1]["signature"]
    assert data["9"] == ("vital", {"name": "layout_shift", "value": 0.1234})
    assert session.events[9].target == session.events[1].target
    assert data["10"] == ("resize", {"dpr": 2, "scale": 1.5})
    assert data["12"] == ("vital", {"name": "interaction", "ms": 300})
    assert all(event.target for event in session.events[1:8])


def test_a_session_imported_in_parts_is_one(tmp_path: Path) -> None:
    with EventLog.writing(tmp_path) as log:
        log.append([row(batch("key"))])
    (session,) = sessions(tmp_path)
    later, first = (
        replace(session, id="whole", events=session.events[1:]),
        replace(session, id="whole", properties={"a": "b"}),
    )
    with EventLog.writing(tmp_path) as log:
        for seq, part in enumerate((replace(first, events=session.events[:1]), later)):
            body = session_to_json(part).encode()
            log.append([Batch("default", "whole", "", seq, RECEIVED_MS, 1, body, format="session/1")])
    assert sessions(tmp_path)[1] == replace(first, events=session.events)
