"""What is kept how long, films, erasing for good, and logs made one."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from collector.sending import PAGE, batch, packed, post_all, write_key
from collector.test_eventlog import row, sessions
from heatreel.app.main import app
from heatreel.capture.collector import running
from heatreel.capture.collector.retention import Retention
from heatreel.core import erasing
from heatreel.core.errors import InputError
from heatreel.core.eventlog import EventLog, FilmChunk
from heatreel.core.merging import merge_events
from heatreel.core.workspace import Workspace

DAY_MS = 86_400_000
NOW_MS = int(time.time() * 1000)


def aged(session: str, days: float, visitor: str = "", seq: int = 0) -> object:
    """A batch that was received so many days ago."""
    page = [*PAGE, None, None, visitor]
    return row(batch("key", session=session, seq=seq, page=page), NOW_MS - int(days * DAY_MS))


def film(session: str, days: float = 0, seq: int = 0, text: str = "[]") -> FilmChunk:
    body = gzip.compress(text.encode(), mtime=0)
    return FilmChunk("default", session, "document-1", seq, NOW_MS - int(days * DAY_MS), 1, body)


def fill(folder: Path, *pieces: object) -> None:
    with EventLog.writing(folder) as log:
        assert set(log.append(pieces)) == {"stored"}  # type: ignore[arg-type]


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def heatreel(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout


def test_films_come_back_in_order_and_on_the_clock_of_the_events(tmp_path: Path) -> None:
    """The visitor's clock is an hour behind."""
    key = write_key(tmp_path)
    at = int(time.time() * 1000) - 3_600_000
    chunks = [[{"type": 3, "timestamp": at + 10 * n + i, "data": {"n": n, "i": i}} for i in range(3)] for n in range(3)]
    with running(tmp_path) as url:
        record = batch(key, at=at, sent=0, events=[["z", 0, -1]])
        assert httpx.post(f"{url}/collect", content=packed(record)).status_code == 204
        for number in (2, 0, 1, 0):
            named = {"site": key, "session": "session-1", "doc": "document-1", "seq": number}
            answer = httpx.post(f"{url}/film", params=named, content=gzip.compress(packed(chunks[number])))
            assert answer.status_code == 204
            assert answer.headers["access-control-allow-origin"] == "*"
        assert 'heatreel_films_total{outcome="duplicate"} 1' in httpx.get(f"{url}/metrics").text
    with EventLog.open(tmp_path) as log:
        assert log.filmed() == ["session-1"]
        events = log.film("session-1")
        (session,) = log.sessions()
    assert [event["data"] for event in events] == [event["data"] for chunk in chunks for event in chunk]
    assert events[0]["timestamp"] == pytest.approx(session.started_ms)
    assert events[0]["timestamp"] == pytest.approx(time.time() * 1000, abs=60_000)


FILMS = {
    "unknown site": ({"site": "nobody"}, b"[{}]", 403),
    "no session": ({"session": ""}, b"[{}]", 400),
    "no number": ({"seq": "first"}, b"[{}]", 400),
    "not a list": ({}, b"{}", 400),
    "no events": ({}, b"[]", 400),
    "not rrweb's": ({}, b'[{"type": 3}]', 400),
    "deep": ({}, b'[{"type": 3, "timestamp": 1, "data": ' + b"[" * 50_000, 400),
    "too large": ({}, b" " * (2 * 1024 * 1024 + 1), 413),
    "a bomb": ({}, gzip.compress(b" " * 17_000_000), 413),
}


def test_what_is_not_a_film_is_refused(tmp_path: Path) -> None:
    named = {"site": write_key(tmp_path), "session": "session-1", "doc": "document-1", "seq": "0"}
    with running(tmp_path) as url:
        for what, (change, body, status) in FILMS.items():
            answer = httpx.post(f"{url}/film", params={**named, **change}, content=body)
            assert (what, answer.status_code) == (what, status)
            assert answer.text and "\n" not in answer.text
    with EventLog.open(tmp_path) as log:
        assert log.filmed() == []


def test_what_has_expired_goes_and_the_rest_stays(tmp_path: Path) -> None:
    fill(
        tmp_path, aged("session-old", 91), film("session-old", 91), aged("session-film", 40), film("session-film", 40),
        aged("session-cut", 90.01), aged("session-new", 1), film("session-new", 1), aged("session-cut", 89.9, seq=1),
    )  # fmt: skip
    with EventLog.writing(tmp_path) as log:
        Retention(90, 30)(log)
        assert [session.id for session in log.sessions()] == ["session-film", "session-new"]
        assert log.filmed() == ["session-new"]
        Retention(0, 0)(log)
        assert log.count()[0] == 2


def test_many_expire_bit_by_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heatreel.capture.collector.retention._AT_ONCE", 10)
    fill(tmp_path, *(aged(f"session-{number}", 100) for number in range(25)), aged("session-new", 1))
    with EventLog.writing(tmp_path) as log:
        retention = Retention(90, 30)
        left = [(retention(log), log.count()[0]) for _ in range(4)]
    assert left == [(True, 16), (True, 6), (False, 1), (False, 1)]


def test_serving_erases_what_has_expired(tmp_path: Path) -> None:
    write_key(tmp_path)
    fill(tmp_path, aged("session-old", 91), aged("session-new", 1))
    post_all(tmp_path, [])
    assert [session.id for session in sessions(tmp_path)] == ["session-new"]


def test_erased_by_visitor_leaves_no_byte(tmp_path: Path) -> None:
    """Every file is searched for words that only the erased sessions had, and for their compressed bodies."""
    write_key(tmp_path)
    words = [f"zq{number}planted" for number in range(40)]
    pieces: list[object] = []
    for number, word in enumerate(words):
        visitor = "visitor-9" if number % 2 else "visitor-1"
        for seq in range(3):
            record = batch("key", session=f"session-{word}", seq=seq, page=[*PAGE, None, None, visitor])
            pieces.append(replace(row(record, NOW_MS), body=packed(record)))
        pieces.append(film(f"session-{word}", text=json.dumps([{"type": 3, "timestamp": 1, "data": word}])))
    fill(tmp_path, *pieces)
    with EventLog.open(tmp_path) as log:
        query = "SELECT session, body FROM batches UNION ALL SELECT session, body FROM films"
        bodies = log.connection.execute(query).fetchall()
        order = erasing.order_for(log, [], ["visitor-9"])
    assert len(order.sessions) == 20
    assert erasing.erase(tmp_path, order)
    content = bytes_of(tmp_path)
    assert not [word for word in words[1::2] if word.encode() in content]
    assert all(word.encode() in content for word in words[::2])
    assert all((body in content) == (session not in order.sessions) for session, body in bodies)
    left = sessions(tmp_path)
    assert {session.visitor for session in left} == {"visitor-1"} and len(left) == 20


def test_the_command_erases_what_was_made_of_the_sessions_too(tmp_path: Path) -> None:
    fill(tmp_path, aged("session-1", 1), aged("session-2", 1), aged("session-3", 50))
    with Workspace.writing(tmp_path) as workspace:
        site = workspace.site()
        workspace.begin_capture("before", site, "b", "s", {})
        hits, table = workspace.blobs.put(b"hits of session-1"), workspace.blobs.put(b"table: session-1")
        picture = workspace.blobs.put(b"a picture")
        details = json.dumps({"sessions_blob": table, "picture": picture})
        with workspace.db.atomic():
            workspace.db.execute(
                "INSERT INTO replays (capture_id, made, tool, ledger, details) VALUES (1, '', '', '{}', ?)", [details]
            )
            workspace.db.execute(
                "INSERT INTO pages (capture_id, page, url, title) VALUES (1, '/', 'http://shop.test/', '')"
            )
            texts = ["viewport", "variant", "state", "label", "kind", "parent", "recipe", "reveals", "hides"]
            columns: dict[str, object] = dict.fromkeys([*texts, "settings", "sketch", "settled"], "")
            columns |= dict.fromkeys(["viewport_width", "viewport_height", "dpr", "touch", "width", "height"], 1)
            columns["page_id"] = 1
            columns |= {"picture": picture, "dom": "d", "outline": "o"}
            workspace.db["snapshots"].insert(columns)
            workspace.db.execute("INSERT INTO hit_columns VALUES (1, 1, ?)", [hits])
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html").write_text("session-1")
    status, said = heatreel("erase", "-w", tmp_path, "--session", "session-1", "--json")
    assert (status, json.loads(said)) == (0, {"version": 1, "sessions": ["session-1"], "films": []})
    assert b"session-1" not in bytes_of(tmp_path)
    with Workspace.open(tmp_path) as workspace:
        assert workspace.blobs.get(picture) == b"a picture"
        with pytest.raises(InputError, match="heatreel replay"):
            workspace.replay(workspace.capture())
    status, said = heatreel("erase", "-w", tmp_path, "--session", "session-1", "--json")
    assert json.loads(said)["sessions"] == []
    status, said = heatreel("erase", "-w", tmp_path, "--older-than", 30, "--json")
    assert json.loads(said)["sessions"] == ["session-3"]
    assert [session.id for session in sessions(tmp_path)] == ["session-2"]


def test_the_command_applies_the_configuration(tmp_path: Path) -> None:
    fill(tmp_path, aged("session-1", 1), aged("session-8", 8), film("session-1", 4))
    toml = tmp_path / "heatreel.toml"
    toml.write_text("[site]\nretention_days = 7\nfilm_days = 3\n")
    status, said = heatreel("erase", "-w", tmp_path, "--expired", "--config", toml, "--json")
    assert (status, json.loads(said)) == (0, {"version": 1, "sessions": ["session-8"], "films": ["session-1"]})
    with EventLog.open(tmp_path) as log:
        assert (log.filmed(), [session.id for session in log.sessions()]) == ([], ["session-1"])


def test_a_collector_that_runs_erases_as_ordered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heatreel.capture.collector.writer.CHORE_EVERY_S", 0.05)
    key = write_key(tmp_path)
    with running(tmp_path) as url:
        for session in ("session-planted", "session-2"):
            assert httpx.post(f"{url}/collect", content=packed(batch(key, session=session))).status_code == 204
        status, said = heatreel("erase", "-w", tmp_path, "--session", "session-planted", "--json")
        assert (status, json.loads(said)["sessions"]) == (0, ["session-planted"])
        assert b"session-planted" not in bytes_of(tmp_path)
        again = packed(batch(key, session="session-3"))
        assert httpx.post(f"{url}/collect", content=again).status_code == 204
    assert [session.id for session in sessions(tmp_path)] == ["session-2", "session-3"]


@pytest.mark.parametrize("words", [[], ["--expired", "--older-than", "3"]])
def test_erase_asks_what(tmp_path: Path, words: list[str]) -> None:
    result = CliRunner().invoke(app, ["erase", "-w", str(tmp_path), *words])
    assert isinstance(result.exception, InputError)


def test_logs_made_one(tmp_path: Path) -> None:
    """Two collectors of one site, of which some batches reached both."""
    one, two, both = tmp_path / "one", tmp_path / "two", tmp_path / "both"
    for folder in (one, two):
        with Workspace.writing(folder) as workspace, workspace.db.atomic():
            workspace.db.execute("INSERT INTO sites (name, key) VALUES ('shop', 'key-of-the-shop')")
    fill(one, *(aged("session-1", 1, seq=seq) for seq in (0, 1)), aged("session-2", 1), film("session-1"))
    fill(two, *(aged("session-1", 1, seq=seq) for seq in (1, 2)), film("session-1"), film("session-1", seq=1))
    status, said = heatreel("merge", one, two, "-w", both, "--json")
    assert status == 0
    assert [(part["stored"], part["duplicates"]) for part in json.loads(said)["sources"]] == [(4, 0), (2, 2)]
    merged = {session.id: len(session.events) for session in sessions(both)}
    assert merged == {"session-1": 6, "session-2": 2}
    with Workspace.open(both) as workspace:
        site = workspace.find_site("shop")
        assert site and site.key == "key-of-the-shop"
    assert sum(part.stored for part in merge_events(both, [two, one])) == 0


def test_what_cannot_be_merged_is_said(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        write_key(folder)
    with pytest.raises(InputError, match=r"one: nothing is recorded here"):
        merge_events(two, [one])
    fill(one, aged("session-1", 1))
    with pytest.raises(InputError, match=r"has another write key"):
        merge_events(two, [one])
    with pytest.raises(InputError, match=r"is the workspace to merge into"):
        merge_events(one, [one])
