"""The world is not as it should be: full disks, a file that another program holds, a clock that is set, floods."""

from __future__ import annotations

import asyncio
import http.client
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.sending import batch, collecting, packed, post_all, write_key
from collector.test_server import WAIT_S, free_port, healthy, raw, start, wait_until
from heatreel.capture.collector import protocol, running, writer
from heatreel.capture.collector.agents import bot_of
from heatreel.capture.collector.clock import Clock
from heatreel.capture.collector.limits import BURST_S, Buckets, Limits
from heatreel.capture.collector.retention import Retention
from heatreel.core import logfile
from heatreel.core.config import SiteConfig
from heatreel.core.errors import InputError
from heatreel.core.eventlog import EventLog

DAY_S = 86_400


def post(port: int, body: bytes) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    try:
        connection.request("POST", "/collect", body)
        return connection.getresponse().status
    finally:
        connection.close()


def stored_sessions(folder: Path) -> list[str]:
    with EventLog.open(folder) as log:
        return [session.id for session in log.sessions()]


@pytest.mark.skipif(not hasattr(os, "sysconf") or sys.platform != "linux", reason="needs prlimit")
def test_a_full_disk_is_said_and_passes(tmp_path: Path) -> None:
    """No file may grow beyond 300 KB; then it may again, without a restart."""
    import resource

    key, port = write_key(tmp_path), free_port()
    process = start(tmp_path, port)
    try:
        wait_until(lambda: healthy(port), "the collector")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
        answers = [post(port, packed(batch(key, session=f"session-{number}"))) for number in range(200)]
        assert set(answers) == {204, 503}
        first = answers.index(503)
        acknowledged = {f"session-{number}" for number, status in enumerate(answers) if status == 204}
        assert set(stored_sessions(tmp_path)) >= acknowledged
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        again = [post(port, packed(batch(key, session=f"session-{number}"))) for number in range(first, 200)]
        assert set(again) == {204}
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    assert sorted(stored_sessions(tmp_path)) == sorted(f"session-{number}" for number in range(200))
    said = (tmp_path / "said.txt").read_text().splitlines()
    assert any("events cannot be stored" in line for line in said)
    assert len(said) < 20


def test_a_log_that_another_program_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logfile, "_BUSY_S", 0.2)
    key = write_key(tmp_path)

    async def run() -> None:
        async with collecting(tmp_path) as client:
            other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            bodies = [packed(batch(key, session=f"session-{number}")) for number in range(5)]
            refused = await asyncio.gather(*(client.post("/collect", content=body) for body in bodies))
            assert {answer.status_code for answer in refused} == {503}
            assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
            assert all(answer.headers["access-control-expose-headers"] == "retry-after" for answer in refused)
            other.execute("ROLLBACK")
            other.close()
            taken = await asyncio.gather(*(client.post("/collect", content=body) for body in bodies))
            assert {answer.status_code for answer in taken} == {204}

    with caplog.at_level(logging.WARNING):
        asyncio.run(run())
    said = [record.getMessage() for record in caplog.records if record.name.startswith("heatreel")]
    assert [("cannot be stored" in line, "stored again" in line) for line in said] == [(True, False), (False, True)]
    assert "5 batches were refused" in said[1]


def test_too_many_bytes_that_wait_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_WAITING_BYTES", 100)
    key = write_key(tmp_path)
    (answer,) = post_all(tmp_path, [packed(batch(key))])
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


def test_a_clock_that_is_set_does_not_move_events() -> None:
    wall, steady = 1_000_000.0, 50.0
    clock = Clock(lambda: wall, lambda: steady)
    assert clock.now_ms() == 1_000_000_000
    wall, steady = wall + 1.5, steady + 1
    assert clock.now_ms() == 1_000_001_500
    for jump in (-3600, 7200, -100 * 365 * DAY_S, 200 * 365 * DAY_S):
        before = clock.now_ms()
        wall, steady = wall + jump, steady + 1
        assert clock.now_ms() == before + 1000
    wall, steady = wall + 3700, steady + 3700
    assert clock.now_ms() == int(wall * 1000)


def test_a_clock_that_is_set_erases_nothing(tmp_path: Path) -> None:
    wall, steady = time.time(), 50.0
    retention = Retention(30, 30, lambda: wall, lambda: steady)
    write_key(tmp_path)
    post_all(tmp_path, [packed(batch(write_key(tmp_path)))])
    with EventLog.writing(tmp_path) as log:
        assert not retention(log)
        wall, steady = wall + 100 * 365 * DAY_S, steady + 600
        retention(log)
        assert log.count()[0] == 1
        again = Retention(30, 30, lambda: wall, lambda: steady)
        again(log)
        assert log.count()[0] == 0


def test_one_address_cannot_take_all_there_is() -> None:
    now = 0.0
    limits = Limits(per_address=2)
    limits._by_address = Buckets(2, lambda: now)
    burst = int(2 * BURST_S)
    assert [limits.wait_s("203.0.113.9", b"") for _ in range(burst)] == [0] * burst
    assert limits.wait_s("203.0.113.9", b"") == pytest.approx(0.5)
    assert limits.wait_s("203.0.113.10", b"") == 0
    now = 0.5
    assert limits.wait_s("203.0.113.9", b"") == 0
    assert "203.0.113.9" not in repr(vars(limits)) + repr(vars(limits._by_address))


def test_addresses_behind_a_proxy() -> None:
    limits = Limits(per_address=0.05, proxies=["10.0.0.1"])
    assert limits.wait_s("10.0.0.1", b"203.0.113.1") == 0
    assert limits.wait_s("10.0.0.1", b"203.0.113.1") > 0
    assert limits.wait_s("10.0.0.1", b"made-up, 203.0.113.1, 10.0.0.1") > 0
    assert limits.wait_s("10.0.0.1", b"203.0.113.2") == 0
    # Nobody else's word on where it comes from is believed.
    assert limits.wait_s("198.51.100.1", b"203.0.113.3") == 0
    assert limits.wait_s("198.51.100.1", b"203.0.113.4") > 0


def test_rates_of_the_site(tmp_path: Path) -> None:
    key = write_key(tmp_path)
    bodies = [packed(batch(key, session=f"session-{number}")) for number in range(30)]
    for site in (SiteConfig(rate_per_address=1), SiteConfig(rate_per_key=1)):
        answers = [answer.status_code for answer in post_all(tmp_path, bodies, site=site)]
        assert answers[:10] == [204] * 10 and answers[11:] == [429] * 19
    assert {answer.status_code for answer in post_all(tmp_path, bodies * 8)} == {204}


def test_write_key_of_the_configuration(tmp_path: Path) -> None:
    site = SiteConfig(name="shop", write_key="key-of-the-shop")
    (answer,) = post_all(tmp_path, [packed(batch("key-of-the-shop"))], site=site)
    assert answer.status_code == 204
    with pytest.raises(InputError, match=r"site\.write_key: site 'shop' .* has the key key-of-the-shop"):
        post_all(tmp_path, [], site=SiteConfig(name="shop", write_key="another-key"))


def test_origins_of_the_site(tmp_path: Path) -> None:
    key = write_key(tmp_path)
    site = SiteConfig(origins=("https://shop.test",))
    for origin, status in (("https://shop.test", 204), ("https://SHOP.test", 204), ("http://shop.test", 403)):
        (answer,) = post_all(tmp_path, [packed(batch(key))], {"origin": origin}, site=site)
        assert answer.status_code == status
        assert answer.headers["vary"] == "Origin"


AGENTS = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "bot",
    "Mozilla/5.0 (Linux; Android 6.0.1) Chrome/150.0 Mobile Safari/537.36 (compatible; bingbot/2.0)": "bot",
    "facebookexternalhit/1.1": "facebookexternalhit",
    "Mozilla/5.0 (compatible; AhrefsSiteAudit/6.1; YandexMetrika crawler)": "crawl",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36": "",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/150.0 Safari/537.36": "",
    "Mozilla/5.0 (Linux; Android 10; CUBOT_NOTE_20) AppleWebKit/537.36 Chrome/90.0 Mobile Safari/537.36": "",
    "Mozilla/5.0 (Linux; Android 12; CUBOT P60) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36": "",
    "": "",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_programs_that_say_so(agent: str) -> None:
    assert bot_of(agent.encode()) == AGENTS[agent]


def test_bots_are_marked(tmp_path: Path) -> None:
    key = write_key(tmp_path)
    for number, agent in enumerate(("Googlebot/2.1", "Mozilla/5.0 Firefox/140.0")):
        post_all(tmp_path, [packed(batch(key, session=f"session-{number}"))], {"user-agent": agent})
    with EventLog.open(tmp_path) as log:
        assert {session.id: session.bot for session in log.sessions()} == {"session-0": "bot", "session-1": ""}


def test_more_connections_than_there_is_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle ones make room; whoever has something to send gets through."""
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 20)
    key = write_key(tmp_path)
    with running(tmp_path) as url:
        host, port = url.removeprefix("http://").split(":")
        idle = [socket.create_connection((host, int(port)), timeout=WAIT_S) for _ in range(60)]
        for number in range(10):
            assert httpx.post(f"{url}/collect", content=packed(batch(key, seq=number))).status_code == 204
        for connection in idle:
            connection.close()


def test_headers_without_end(tmp_path: Path) -> None:
    write_key(tmp_path)
    with running(tmp_path) as url, raw(url) as connection:
        connection.sendall(b"POST /collect HTTP/1.1\r\n")
        with pytest.raises(OSError):  # the collector has closed the connection
            while True:
                connection.sendall(b"X-Long: " + b"x" * 10_000 + b"\r\n")
                time.sleep(0)


def test_no_address_is_stored_or_said(tmp_path: Path) -> None:
    """The whole workspace is searched for an address that only this test has."""
    address, agent = "203.0.113.77", "Mozilla/5.0 (X11; Planted agent 7341)"
    key, port = write_key(tmp_path), free_port()
    process = start(tmp_path, port)
    wait_until(lambda: healthy(port), "the collector")
    headers = {"x-forwarded-for": address, "x-real-ip": address, "forwarded": f"for={address}", "user-agent": agent}
    for content in (packed(batch(key)), b"{", packed(batch("nobody"))):
        httpx.post(f"http://127.0.0.1:{port}/collect", content=content, headers=headers)
    assert address not in httpx.get(f"http://127.0.0.1:{port}/metrics").text
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_S) == 0
    assert stored_sessions(tmp_path) == ["session-1"]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"events.db", "heatreel.db", "said.txt"} <= {path.name for path in files}
    planted = (address.encode(), b"127.0.0.1", b"Planted agent", socket.inet_aton(address))
    assert not [(path.name, word) for path in files for word in planted if word in path.read_bytes()]


def test_metrics_can_be_read_by_prometheus(tmp_path: Path) -> None:
    key = write_key(tmp_path)

    async def run() -> str:
        async with collecting(tmp_path) as client:
            for body in (packed(batch(key)), packed(batch(key)), b"{"):
                await client.post("/collect", content=body)
            return (await client.get("/metrics")).text

    text = asyncio.run(run())
    values: dict[str, Any] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            assert line.split()[1] in ("HELP", "TYPE")
        else:
            name, value = line.rsplit(" ", 1)
            values[name] = float(value)
    assert values['heatreel_batches_total{outcome="stored"}'] == 1
    assert values['heatreel_batches_total{outcome="duplicate"}'] == 1
    assert values['heatreel_batches_total{outcome="refused_400"}'] == 1
    assert values["heatreel_events_total"] == 2
    buckets = [value for name, value in values.items() if name.startswith("heatreel_commit_seconds_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == values["heatreel_commit_seconds_count"] == 2
    assert values["heatreel_waiting"] == 0 and values["heatreel_disk_free_bytes"] > 0


def test_killed_before_it_could_answer(tmp_path: Path) -> None:
    """Stored, but the visitor never heard of it: the batch comes again and is stored once."""
    key, port = write_key(tmp_path), free_port()
    code = (
        "import os, sys; from pathlib import Path\n"
        "from heatreel.capture.collector import serve, writer\n"
        "writer._tell = lambda *_: os._exit(9)\n"
        "serve(Path(sys.argv[1]), port=int(sys.argv[2]))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(port)], stderr=subprocess.DEVNULL)
    wait_until(lambda: healthy(port), "the collector")
    with pytest.raises((OSError, http.client.HTTPException)):
        post(port, packed(batch(key)))
    assert process.wait(WAIT_S) == 9
    assert [answer.status_code for answer in post_all(tmp_path, [packed(batch(key))])] == [204]
    with EventLog.open(tmp_path) as log:
        assert log.count() == (1, 2)
