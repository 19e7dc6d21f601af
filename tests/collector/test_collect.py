"""POST /collect: what is stored, what is refused and how it is said."""

from __future__ import annotations

import asyncio
import gzip
import random
import zlib
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from collector.sending import PAGE, STATE, TARGET, batch, collecting, packed, post_all, write_key
from heatreel.capture.collector import wire, writer
from heatreel.capture.collector.body import inflate
from heatreel.core.errors import CannotRun
from heatreel.core.eventlog import EventLog


def stored(folder: Path) -> tuple[int, int]:
    with EventLog.open(folder) as log:
        return log.count()


def test_a_batch_is_there_when_it_is_acknowledged(tmp_path: Path) -> None:
    key = write_key(tmp_path)

    async def run() -> None:
        async with collecting(tmp_path) as client:
            answer = await client.post("/collect", content=packed(batch(key)))
            assert (answer.status_code, answer.content) == (204, b"")
            assert stored(tmp_path) == (1, 2)

    asyncio.run(run())
    with EventLog.open(tmp_path) as log:
        (session,) = log.sessions()
    click, move = session.events
    assert (session.id, session.site, session.viewport) == ("session-1", "default", (800, 600))
    assert (click.type, click.x, click.y, click.data["pointer"]) == ("click", 25, 40, "mouse")
    assert click.target and click.target.selector == "#buy" and click.target.classes == ("big",)
    assert click.target == move.target
    assert click.state and click.state.settings == {"k1": "on"}
    assert click.id == "session-1/document-1/0"


def test_three_times_in_any_order_is_the_same_as_once_in_order(tmp_path: Path) -> None:
    once, thrice = tmp_path / "once", tmp_path / "thrice"
    key = write_key(once)
    write_key(thrice)
    batches = [
        batch(key, session=f"session-{s}", doc=f"document-{s}{d}", seq=seq, at=1_000_000 + d * 5000)
        for s in range(3)
        for d in range(2)
        for seq in range(4)
    ]
    shuffled = batches * 3
    random.Random(7).shuffle(shuffled)
    with_key = [{**one, "site": key} for one in shuffled]
    folders = ((once, batches), (thrice, with_key))
    for folder, several in folders:
        own = write_key(folder)
        answers = post_all(folder, [packed({**one, "site": own}) for one in several])
        assert {answer.status_code for answer in answers} == {204}
    views = []
    for folder in (once, thrice):
        with EventLog.open(folder) as log:
            sessions = sorted(log.sessions(), key=lambda session: session.id)
            views.append([(e.id, e.type, e.x, e.target, e.state) for s in sessions for e in s.events])
            assert log.reading.missing == 0
    assert views[0] == views[1]
    assert len(views[0]) == 48


BAD: dict[str, Any] = {
    "empty": b"",
    "not JSON": b"{",
    "not an object": b"[]",
    "not UTF-8": b'{"v":1,"site":"\xff"}',
    "lone surrogate": b'{"v":1,"site":"\\ud800"}',
    "NaN": b'{"v":1,"at":NaN}',
    "deep": b'{"q":' + b"[" * 60_000,
    "deep and closed": b'{"q":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "no version": {"v": None},
    "other version": {"v": 2},
    "huge number": {"seq": 2**70},
    "negative": {"seq": -1},
    "fraction": {"seq": 0.5},
    "text for a number": {"seq": "0"},
    "clock out of range": {"at": 2**60},
    "short session": {"session": "x"},
    "session with odd characters": {"session": "a/b/c/d/e"},
    "no events": {"events": []},
    "too many events": {"events": [["z", 1, 0]] * 501},
    "unknown event": {"events": [["?", 1, 0]]},
    "event too short": {"events": [["c", 1, 0]]},
    "huge place": {"events": [["m", 1, 0, 0, 1e300, 0, 0, 0]]},
    "infinite place": b'{"events":[["m",1,0,0,1e999,0,0,0]]}',
    "long selector": {"targets": [{**TARGET, "selector": "x" * 4097}]},
    "long address": {"page": ["u" * 8193, *PAGE[1:]]},
    "setting that is no pair": {"states": [{**STATE, "settings": [["k"]]}]},
    "from too short": {"from": [0, 0]},
    "page too short": {"page": PAGE[:3]},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_a_batch_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    key = write_key(tmp_path)
    bad = BAD[name]
    body = bad if isinstance(bad, bytes) else packed({**batch(key), **bad})
    refused, taken = post_all(tmp_path, [body, packed(batch(key))])
    assert refused.status_code == 400
    assert refused.text and len(refused.text) <= 200 and "\n" not in refused.text
    assert taken.status_code == 204
    assert stored(tmp_path) == (1, 2)


def test_unknown_write_key(tmp_path: Path) -> None:
    (answer,) = post_all(tmp_path, [packed(batch("nobody"))])
    assert answer.status_code == 403
    assert "data-site" in answer.text
    assert stored(tmp_path) == (0, 0)


def test_only_known_fields_are_kept(tmp_path: Path) -> None:
    key = write_key(tmp_path)
    post_all(tmp_path, [packed({**batch(key), "secret": "4111 1111", "page": [*PAGE, 0.5, 1, "", "secret"]})])
    with EventLog.open(tmp_path) as log:
        ((body,),) = log.connection.execute("SELECT body FROM batches")
    assert b"secret" not in zlib.decompress(body)


def at_size(key: str, size: int) -> bytes:
    """A good batch, padded with blanks to a size."""
    body = packed(batch(key))
    return body + b" " * (size - len(body))


@pytest.mark.parametrize(("over", "status"), [(0, 204), (1, 413)])
def test_largest_body(tmp_path: Path, over: int, status: int) -> None:
    key = write_key(tmp_path)
    (answer,) = post_all(tmp_path, [at_size(key, wire.MAX_WIRE_BYTES + over)])
    assert answer.status_code == status


def test_largest_body_without_a_length(tmp_path: Path) -> None:
    write_key(tmp_path)

    async def endless() -> Any:
        while True:
            yield b" " * 10_000

    async def run() -> int:
        async with collecting(tmp_path) as client:
            return (await client.post("/collect", content=endless())).status_code

    assert asyncio.run(run()) == 413


def test_gzip(tmp_path: Path) -> None:
    key = write_key(tmp_path)
    good = gzip.compress(packed(batch(key)))
    bodies = {
        "good": (good, 204),
        "cut off": (good[:-4], 400),
        "damaged": (good[:20] + b"xx" + good[22:], 400),
        "two members": (good + good, 400),
        "not gzip": (packed(batch(key)), 400),
        "bomb": (gzip.compress(b" " * 50_000_000), 413),
        "just too large": (gzip.compress(at_size(key, wire.MAX_INFLATED_BYTES + 1)), 413),
        "just not too large": (gzip.compress(at_size(key, wire.MAX_INFLATED_BYTES)), 204),
    }
    answers = post_all(tmp_path, [body for body, _ in bodies.values()], {"content-encoding": "gzip"})
    assert [answer.status_code for answer in answers] == [status for _, status in bodies.values()]


def test_a_bomb_is_not_inflated_further_than_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, 9)
    assert len(bomb) < wire.MAX_WIRE_BYTES
    with pytest.raises(Exception, match="larger than 1024 KB"):
        inflate(bomb, wire.MAX_INFLATED_BYTES)


def test_other_encodings(tmp_path: Path) -> None:
    write_key(tmp_path)
    (answer,) = post_all(tmp_path, [b"x"], {"content-encoding": "br"})
    assert answer.status_code == 415


@pytest.mark.parametrize("header", ["sec-gpc", "dnt"])
def test_who_asks_not_to_be_recorded_is_not(tmp_path: Path, header: str) -> None:
    key = write_key(tmp_path)
    (answer,) = post_all(tmp_path, [packed(batch(key))], {header: "1"})
    assert answer.status_code == 204
    assert stored(tmp_path) == (0, 0)


def test_cross_origin(tmp_path: Path) -> None:
    key = write_key(tmp_path)

    async def run(**options: Any) -> dict[str, tuple[int, str | None]]:
        async with collecting(tmp_path, **options) as client:
            found = {}
            for origin in ("https://shop.test", "https://shop.test.evil.example", "null"):
                headers = {"origin": origin}
                answer = await client.post("/collect", content=packed(batch(key)), headers=headers)
                found[origin] = (answer.status_code, answer.headers.get("access-control-allow-origin"))
                flight = await client.options("/collect", headers=headers)
                assert flight.status_code == 204
                assert "access-control-allow-credentials" not in flight.headers
            return found

    assert set(asyncio.run(run()).values()) == {(204, "*")}
    assert asyncio.run(run(origins=["https://shop.test"])) == {
        "https://shop.test": (204, "https://shop.test"),
        "https://shop.test.evil.example": (403, None),
        "null": (403, None),
    }


def test_a_full_queue_is_said_and_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = write_key(tmp_path)
    monkeypatch.setattr(writer, "MAX_WAITING", 5)

    async def run() -> list[Any]:
        async with collecting(tmp_path) as client:
            bodies = [packed(batch(key, session=f"session-{i}")) for i in range(40)]
            many = await asyncio.gather(*(client.post("/collect", content=body) for body in bodies))
            again = await client.post("/collect", content=packed(batch(key, session="session-again")))
            assert again.status_code == 204
            return list(many)

    answers = asyncio.run(run())
    taken = sum(answer.status_code == 204 for answer in answers)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert taken >= 5 and refused and taken + len(refused) == 40
    assert all(answer.headers["retry-after"] for answer in refused)
    assert stored(tmp_path)[0] == taken + 1


def test_nothing_is_acknowledged_that_cannot_be_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = write_key(tmp_path)
    real = EventLog.append

    def full(self: EventLog, batches: Any) -> list[str]:
        if any(one.session == "session-full" for one in batches):
            raise CannotRun("database or disk is full")
        return real(self, batches)

    monkeypatch.setattr(EventLog, "append", full)
    refused, taken = post_all(tmp_path, [packed(batch(key, session=s)) for s in ("session-full", "session-good")])
    assert (refused.status_code, taken.status_code) == (503, 204)
    assert refused.headers["retry-after"]
    assert stored(tmp_path) == (1, 2)


def test_other_routes(tmp_path: Path) -> None:
    async def hello(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("viewer")

    async def run() -> None:
        async with collecting(tmp_path, routes=[Route("/", hello)]) as client:
            assert (await client.get("/healthz")).json() == {"version": 1, "ok": True}
            assert (await client.get("/")).text == "viewer"
            assert (await client.get("/collect")).status_code == 405
            assert (await client.get("/events.db")).status_code == 404
            await client.post("/collect", content=b"{")
            assert 'heatreel_batches_total{outcome="refused_400"} 1' in (await client.get("/metrics")).text

    asyncio.run(run())


def test_the_recorder_is_served(tmp_path: Path) -> None:
    async def run() -> None:
        async with collecting(tmp_path) as client:
            answer = await client.get("/heatreel.js")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/javascript")
            assert len(gzip.compress(answer.content, mtime=0)) <= 6000
            assert answer.headers["content-encoding"] == "gzip"
            plain = await client.get("/heatreel.js", headers={"accept-encoding": "identity"})
            assert plain.content == answer.content and "content-encoding" not in plain.headers
            again = await client.get("/heatreel.js", headers={"if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")

    asyncio.run(run())
