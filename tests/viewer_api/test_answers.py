"""What the viewer's documents hold: the first minute, freshness, sessions, comparisons, routes, the process beside."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from heatreel.app.viewer import pictures
from heatreel.app.viewer.answers import Answer
from heatreel.app.viewer.api import Api
from heatreel.app.viewer.backend import Beside
from heatreel.app.viewer.cache import Cache
from heatreel.app.viewer.guard import Door
from heatreel.app.viewer.serving import viewer_routes
from heatreel.capture.collector import running
from heatreel.core.config import Config, SiteConfig
from heatreel.core.rates import rate
from heatreel.core.workspace import Workspace
from viewer_making import ask, capture_site, make_site, place, store, visitors


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        threading.Event().wait(0.05)


def test_the_first_minute(tmp_path: Path) -> None:
    """Nothing, then events, then a capture, then a replay: each time it is said what comes next."""
    with Workspace.writing(tmp_path) as workspace:
        key = workspace.site().key
    api = Api(tmp_path, Config(site=SiteConfig(query=("id",))), "http://127.0.0.1:1")
    document = ask(api, "workspace")
    line = f'<script async src="http://127.0.0.1:1/heatreel.js" data-site="{key}" data-query="id"></script>'
    assert document["site"]["snippet"] == line
    ways = {way["id"]: way for way in document["ways"]}
    assert ways["snippet"]["copy"] == [line]
    assert all(way["copy"] and not way["done"] for way in ways.values())
    assert {"snippet", "record", "import"} <= ways.keys()
    assert document["ledger"] is None and document["captures"] == []
    assert "nothing captured" in ask(api, "pages", status=404)["error"]["message"]
    before = ask(api, "live")
    assert before["batches"] == 0
    store(tmp_path, visitors(3), received_ms=before["now_ms"] + 5)
    after = ask(api, "live", ("since", str(before["now_ms"])))
    assert (after["new_batches"], after["batches"]) == (3, 3)
    assert after["new_events"] == after["events"] > 3
    capture_site(tmp_path)
    assert "heatreel replay" in ask(api, "workspace")["freshness"]["line"]
    assert [one["clicks"] for one in ask(api, "pages")["pages"]] == [0, 0]
    assert ask(api, "page")["places"][0]["states"][0]["events"] == 0
    assert ask(api, "state")["layers"]["click"]["empty"]
    assert ask(api, "sessions")["total"] == 0
    assert ask(api, "segments")["days"] == []


def test_a_replay_on_demand_makes_other_data(tmp_path: Path) -> None:
    api = Api(make_site(tmp_path))
    old = ask(api, "workspace")
    assert old["freshness"]["newer"] == 0 and old["ledger"]["recorded"] > 0
    etag = api.answer("GET", "pages", "", {}).headers["ETag"]
    assert api.answer("GET", "pages", "", {"if-none-match": etag}).status == 304
    store(tmp_path, visitors(50)[40:], received_ms=round(time.time() * 1000) + 60_000)
    assert ask(api, "live")["freshness"]["newer"] == 10
    assert api.answer("POST", "replay", "", {"x-heatreel": "1"}).status == 202
    wait_for(lambda: not api.replays.running)
    assert api.replays.failed == ""
    new = ask(api, "workspace")
    assert new["data"] != old["data"]
    assert new["ledger"]["recorded"] > old["ledger"]["recorded"]
    assert api.answer("GET", "pages", "", {"if-none-match": etag}).status == 200
    assert ask(api, "sessions")["total"] == 50


def test_what_comes_while_a_replay_runs_is_newer(site: Path) -> None:
    """The time at which a replay is kept says nothing of what came since it began to read."""
    api = Api(site)
    kept = datetime.fromisoformat(ask(api, "workspace")["freshness"]["replayed"]).timestamp() * 1000
    came = 1_700_000_000_000
    assert ask(api, "live")["freshness"]["newer"] == 0
    for span, newer in (((came - 5, kept + 500), 40), ((came + 5, kept + 500), 0), ((came - 5, kept - 5), 0)):
        api.replays.span_ms = span
        assert ask(api, "live")["freshness"]["newer"] == newer


def test_replays_by_themselves(tmp_path: Path) -> None:
    """New events are placed without anybody asking; a workspace without them is left alone."""
    api = Api(make_site(tmp_path), replays=True)
    made = ask(api, "workspace")["freshness"]["replayed"]
    store(tmp_path, visitors(42)[40:], received_ms=round(time.time() * 1000) + 2_000)
    api.start()
    try:
        wait_for(lambda: ask(api, "sessions")["total"] == 42)
        assert ask(api, "workspace")["freshness"]["replayed"] >= made
    finally:
        api.replays.stop()


def test_windows_of_sessions_make_up_the_list(api: Api) -> None:
    for order in ("started", "-clicks", "seconds", "-rage", "dead"):
        whole = ask(api, "sessions", ("sort", order), ("limit", "1000"))
        assert whole["total"] == len(whole["sessions"]) == 40
        windows = [
            one
            for offset in range(0, 44, 7)
            for one in ask(api, "sessions", ("sort", order), ("limit", "7"), ("offset", str(offset)))["sessions"]
        ]
        assert windows == whole["sessions"]
        values = [one[order.removeprefix("-")] for one in windows]
        assert values == sorted(values, reverse=order.startswith("-"))


def test_filters_of_sessions(api: Api) -> None:
    everything = ask(api, "sessions", ("limit", "1000"))["sessions"]

    def asked(*pairs: tuple[str, str]) -> set[str]:
        return {one["session"] for one in ask(api, "sessions", ("limit", "1000"), *pairs)["sessions"]}

    for trouble in ("dead", "rage"):
        expected = {one["session"] for one in everything if one[trouble]}
        assert asked(("signal", trouble)) == expected and expected
    assert asked(("at_least", "10")) == {one["session"] for one in everything if one["seconds"] >= 10}
    assert asked(("page", "/")) == {one["session"] for one in everything if "/" in one["pages"]}
    assert asked(("search", "s01")) == {f"s01{digit}" for digit in range(10)}
    assert asked(("session", "s001"), ("session", "s002")) == {"s001", "s002"}
    assert asked(("film", "1")) == set()


def test_sessions_behind_an_element_and_an_area(api: Api) -> None:
    data = api.store.data()
    snapshot = data.snapshots[0]
    elements = {one["selector"]: one for one in ask(api, "state")["elements"]}
    buy = elements["#buy"]
    behind = ask(api, "sessions", ("snapshot", str(snapshot.id)), ("element", str(buy["i"])), ("limit", "1000"))
    assert behind["total"] == buy["sessions"] > 0
    area = ",".join(str(side) for side in buy["box"])
    inside = ask(api, "sessions", ("snapshot", str(snapshot.id)), ("area", area), ("limit", "1000"))
    assert {one["session"] for one in behind["sessions"]} <= {one["session"] for one in inside["sessions"]}
    everywhere = ask(api, "sessions", ("on", "#buy"), ("limit", "1000"))
    assert everywhere["total"] >= behind["total"]
    assert {one["session"] for one in behind["sessions"]} <= {one["session"] for one in everywhere["sessions"]}
    nowhere = ask(api, "sessions", ("snapshot", str(snapshot.id)), ("area", "-50,-50,10,10"))
    assert nowhere["total"] == 0


def test_a_session_accounts_for_all_its_events(api: Api) -> None:
    """Steps are all events that are placed and all that are not, in order; together they are the ledger."""
    total = 0
    for one in ask(api, "sessions", ("limit", "1000"))["sessions"]:
        document = ask(api, f"session/{one['session']}")
        steps = document["steps"]
        total += len(steps)
        assert sum(not step["reason"] for step in steps) == one["events"]
        assert [step["ms"] for step in steps] == sorted(step["ms"] for step in steps)
        assert steps[0]["ms"] >= 0 and document["ms"] == steps[-1]["ms"]
        for step in steps:
            assert bool(step["reason"]) == (step["snapshot"] == 0)
            assert step["reason"] or str(step["snapshot"]) in document["snapshots"]
    assert total == ask(api, "workspace")["ledger"]["recorded"]


def test_two_segments_beside_each_other(api: Api) -> None:
    document = ask(api, "compare", ("page", "/"), ("where", "language=de"), ("against", "language=en"))
    before, after = document["sides"]
    assert document["names"] == ["language=en", "language=de"]
    assert before["layer"]["top"] == after["layer"]["top"]
    for side, where in ((before, "language=en"), (after, "language=de")):
        alone = ask(api, "state", ("page", "/"), ("where", where))
        assert side["visits"] == alone["visits"]
        clicked = {one["i"]: one.get("visits", 0) for one in alone["elements"]}
        for row in document["elements"]:
            half = row["before" if side is before else "after"]
            expected = rate(clicked.get(row["i"], 0), side["visits"])
            assert (half["count"], half["total"]) == (expected.count, expected.total)
            assert half["low"] == pytest.approx(expected.low, abs=1e-5)
            assert row["change"]["low"] <= row["change"]["value"] <= row["change"]["high"]
    for side in ("before", "after", "difference"):
        record = document["difference"] if side == "difference" else document["sides"][side == "after"]["layer"]
        path, _, query = record["src"].partition("?")
        assert api.answer("GET", path.removeprefix("api/v1/"), query, {}).body.startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", ["click", "scroll", "attention", "element", "confetti", "dead"])
def test_viewports_can_be_compared_in_every_kind(api: Api, kind: str) -> None:
    document = ask(api, "compare", ("viewport", "desktop"), ("against", "viewport=mobile"), ("kind", kind))
    assert [side["viewport"]["name"] for side in document["sides"]] == ["mobile", "desktop"]
    assert (document["difference"] is None) == (kind in ("scroll", "attention", "element", "confetti"))


def test_two_captures_beside_each_other(tmp_path: Path) -> None:
    """The same build captured twice: whatever visitors did is on the same elements of both."""
    make_site(tmp_path)
    capture_site(tmp_path, "after")
    place(tmp_path, "after")
    api = Api(tmp_path)
    document = ask(api, "compare", ("capture", "after"), ("against", "capture=before"))
    before, after = document["sides"]
    assert (before["capture"], after["capture"]) == ("before", "after") and document["names"] == ["before", "after"]
    assert before["visits"] == after["visits"] > 0 and before["lost"] == 0
    assert document["elements"] and all(one["before"] == one["after"] for one in document["elements"])
    assert not any(one["significant"] for one in document["elements"] + document["totals"])
    assert [one["label"] for one in ask(api, "workspace")["captures"]] == ["before", "after"]
    assert ask(api, "workspace")["capture"] == "after"
    assert ask(api, "workspace", ("capture", "before"))["capture"] == "before"


def test_a_side_without_visits_is_told(api: Api) -> None:
    document = ask(api, "compare", ("against", "source=nobody"))
    assert document["sides"][0]["visits"] == 0 and document["difference"] is None and document["elements"] == []


def test_routes_are_tested_as_replay_uses_them(api: Api) -> None:
    document = ask(
        api,
        "routes",
        ("pattern", "/{page}"),
        ("url", "https://shop.test/help?x=1#top"),
        ("url", "/"),
        ("url", "http://["),
    )
    helped, home, broken = document["tested"]
    assert (helped["page"], helped["route"], helped["captured"]) == ("/{page}", "/{page}", False)
    assert (home["page"], home["route"], home["captured"]) == ("/", "", True)
    assert broken["error"]
    groups = {one["page"]: one["pages"] for one in document["groups"]}
    assert set(groups["/{page}"]) >= {"/help"}
    assert 'routes = ["/{page}"]' in document["toml"]


def test_segments_tell_what_can_be_asked(api: Api) -> None:
    keys = {one["key"]: one for one in ask(api, "segments")["keys"]}
    for key in ("language", "touch", "variant", "property.plan", "country", "type", "signal", "viewport", "visited"):
        for value, count in keys[key]["values"]:
            found = ask(api, "pages", ("where", f"{key}={value}"))
            assert count > 0 and found["where"]
    assert dict(map(tuple, keys["language"]["values"])) == {"en": 20, "de": 20}


def test_pictures_and_dom(api: Api) -> None:
    for shown in ask(api, "page")["places"]:
        state = shown["states"][0]
        tops = [top for top, _height, _src in state["picture"]]
        assert tops[0] == 0 and sum(height for _top, height, _src in state["picture"]) == pytest.approx(state["height"])
        for address in [*(src for _top, _height, src in state["picture"]), state["thumb"]]:
            path, _, query = address.partition("?")
            answer = api.answer("GET", path.removeprefix("api/v1/"), query, {})
            assert answer.status == 200 and answer.media in ("image/png", "image/webp")
            assert "immutable" in answer.headers["Cache-Control"]
        fresh = api.answer("GET", state["thumb"].partition("?")[0].removeprefix("api/v1/"), "", {})
        assert "immutable" not in fresh.headers["Cache-Control"]
        plain = api.answer("GET", f"dom/{state['snapshot']}", "", {})
        packed = api.answer("GET", f"dom/{state['snapshot']}", "", {"accept-encoding": "gzip"})
        assert json.loads(plain.body) == {"type": 0} and packed.headers["Content-Encoding"] == "gzip"


def test_strips_asked_for_at_once_do_not_wait_for_each_other(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each strip makes its neighbours on the way, so two threads have what the other wants."""
    both = threading.Barrier(2)

    def encode(picture: object, quality: int) -> bytes:
        both.wait(30)
        return bytes(10)

    monkeypatch.setattr(pictures, "SMALL_PNG", 0)
    monkeypatch.setattr(pictures, "STRIP", 300)
    monkeypatch.setattr(pictures, "webp", encode)
    api = Api(site)
    parts = ask(api, "page")["places"][0]["states"][0]["picture"]
    assert len(parts) > 1
    found: list[int] = []

    def get(address: str) -> None:
        found.append(api.answer("GET", address.removeprefix("api/v1/"), "", {}).status)

    threads = [threading.Thread(target=get, args=(src,), daemon=True) for _top, _height, src in parts[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [200, 200]


def test_a_value_may_hold_what_stands_between_conditions(api: Api) -> None:
    two = [("where", "language=de"), ("where", "touch=false")]
    one = [("where", "language=de, touch=False")]
    for path in ("pages", "sessions", "state"):
        some, none = ask(api, path, *two), ask(api, path, *one)
        assert some["where"] == none["where"]
        counts = [
            document["totals"]["events"] if path == "pages" else document.get("total", document.get("events"))
            for document in (some, none)
        ]
        assert counts[0] > 0 and counts[1] == 0


def test_the_process_beside_answers_and_comes_back(site: Path, api: Api) -> None:
    async def talk() -> None:
        backend = Beside(site, Config(), "http://127.0.0.1:8765", replays=False)

        async def get(path: str, *pairs: tuple[str, str]) -> Answer:
            return await backend.ask("GET", path, urlencode(pairs), {})

        try:
            answers = await asyncio.gather(
                *(get("state", ("where", f"width>{width}")) for width in range(0, 2000, 100))
            )
            for width, answer in zip(range(0, 2000, 100), answers, strict=True):
                assert answer.body == api.answer("GET", "state", f"where=width%3E{width}", {}).body
            backend._job.began -= 60
            os.kill(backend._job.process.pid, signal.SIGKILL)
            while not backend._job.ended:
                await asyncio.sleep(0)
            assert (await get("workspace")).status == 200
        finally:
            backend.close()
        assert backend._job.process.returncode is not None

    asyncio.run(talk())


def test_a_cache_makes_once_and_keeps_its_bounds() -> None:
    made: list[int] = []
    cache: Cache[bytes] = Cache(100, len)

    def make(number: int) -> bytes:
        made.append(number)
        return bytes(30)

    threads = [threading.Thread(target=cache.get, args=(1, lambda: make(1))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    for number in range(2, 6):
        cache.get(number, lambda number=number: make(number))  # type: ignore[misc]
    assert cache.peek(1) is None and cache.peek(5) is not None
    with pytest.raises(ZeroDivisionError):
        cache.get("bad", lambda: bytes(1 // 0))
    assert cache.get("bad", lambda: b"good") == b"good"


def test_the_collector_never_waits_for_the_viewer(site: Path, tmp_path: Path) -> None:
    """With the viewer's process stopped and questions waiting for it, visitors are answered all the same."""
    shutil.copytree(site, tmp_path / "w")
    backend = Beside(tmp_path / "w", Config(), "http://127.0.0.1:8765", replays=False)
    try:
        with running(tmp_path / "w", routes=viewer_routes(backend, Door("127.0.0.1"))) as url, httpx.Client() as client:
            assert client.get(f"{url}/api/v1/workspace", timeout=60).status_code == 200
            os.kill(backend._job.process.pid, signal.SIGSTOP)
            with ThreadPoolExecutor(8) as pool:
                waiting = [pool.submit(httpx.get, f"{url}/api/v1/pages", timeout=60) for _ in range(8)]
                for path, status in (("/healthz", 200), ("/heatreel.js", 200), ("/", 200), ("/frame", 200)):
                    assert client.get(f"{url}{path}", timeout=20).status_code == status
                assert client.post(f"{url}/collect", content=b"{}", timeout=20).status_code == 400
                assert not any(one.done() for one in waiting)
                os.kill(backend._job.process.pid, signal.SIGCONT)
                assert [one.result().status_code for one in waiting] == [200] * 8
    finally:
        os.kill(backend._job.process.pid, signal.SIGCONT)
        backend.close()
