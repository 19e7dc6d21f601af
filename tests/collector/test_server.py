"""The collector as a process: killed under load, stopped, slow clients, a taken port, a second collector."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.sending import batch, packed, write_key
from heatreel.capture.collector import protocol, running, serve
from heatreel.core.errors import Busy, CannotRun, WorkspaceError
from heatreel.core.eventlog import EventLog

SERVE = """
import sys
from pathlib import Path
from heatreel.capture.collector import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]))
"""
WAIT_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen([sys.executable, "-c", SERVE, str(folder), str(port)], stderr=said)


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait_until(condition: object, what: str) -> None:
    assert callable(condition)
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, f"waited {WAIT_S} s for {what}"
        time.sleep(0.01)


class Visitor(threading.Thread):
    """Posts batches of one session, each again until it is acknowledged, some twice and out of order."""

    def __init__(self, number: int, port: int, key: str, count: int) -> None:
        super().__init__()
        self.session = f"session-{number}"
        self.port = port
        self.batches = [batch(key, session=self.session, doc=f"document-{number}", seq=seq) for seq in range(count)]
        self.chance = random.Random(number)
        self.acknowledged: set[int] = set()
        self.odd: list[int] = []

    def run(self) -> None:
        for one in self.batches:
            while not self.post(one):
                time.sleep(self.chance.uniform(0.005, 0.05))
            if self.chance.random() < 0.1:
                self.post(self.chance.choice(self.batches))

    def post(self, one: dict[str, object]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/collect", packed(one))
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if status == 204:
            self.acknowledged.add(int(str(one["seq"])))
        elif status != 503:
            self.odd.append(status)
        return status != 503


@pytest.mark.slow
def test_killed_under_load_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    key, port = write_key(tmp_path), free_port()
    visitors = [Visitor(number, port, key, count=60) for number in range(6)]
    process = start(tmp_path, port)
    for visitor in visitors:
        visitor.start()
    for kill in range(1, 5):
        wait_until(lambda n=kill: sum(len(v.acknowledged) for v in visitors) >= 60 * n, f"batches before kill {kill}")
        process.kill()
        process.wait()
        with EventLog.open(tmp_path) as log:
            kept = {(row[0], row[1]) for row in log.connection.execute("SELECT session, seq FROM batches")}
        process = start(tmp_path, port)
        assert kept
    for visitor in visitors:
        visitor.join()
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_S) == 0
    with EventLog.open(tmp_path) as log:
        assert log.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = log.connection.execute("SELECT session, seq, events FROM batches").fetchall()
        sessions = {session.id: session for session in log.sessions()}
        assert (log.reading.damaged, log.reading.missing) == (0, 0)
    for visitor in visitors:
        assert not visitor.odd
        assert len(visitor.acknowledged) == 60
        assert len(sessions[visitor.session].events) == 120
    assert len(rows) == len({row[:2] for row in rows}) == 360


def test_stop_answers_first(tmp_path: Path) -> None:
    key, port = write_key(tmp_path), free_port()
    process = start(tmp_path, port)
    visitor = Visitor(1, port, key, count=10)
    wait_until(lambda: healthy(port), "the collector")
    visitor.start()
    wait_until(lambda: len(visitor.acknowledged) == 10, "ten batches")
    visitor.join()
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_S) == 0
    assert (tmp_path / "said.txt").read_bytes() == b""
    assert not (tmp_path / "events.db-wal").exists()


@contextmanager
def raw(url: str) -> Iterator[socket.socket]:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAIT_S) as connection:
        yield connection


def test_slow_requests_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_key(tmp_path)
    monkeypatch.setattr(protocol, "REQUEST_S", 0.2)
    with running(tmp_path) as url:
        with raw(url) as connection:
            connection.sendall(b"POST /collect HTTP/1.1\r\nHo")
            assert connection.recv(1000) == b""
        with raw(url) as connection:
            connection.sendall(b"POST /collect HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
            answer = connection.recv(1000)
            assert answer.startswith(b"HTTP/1.1 408")
            assert b"connection: close" in answer.lower()


def test_a_lying_length(tmp_path: Path) -> None:
    write_key(tmp_path)
    with running(tmp_path) as url, raw(url) as connection:
        connection.sendall(b"POST /collect HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n{")
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")


def test_taken_port(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Busy, match=f"127.0.0.1:{port} cannot be listened on"):
            serve(tmp_path, port=port)


def test_address_of_another_machine(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="8765"):
        serve(tmp_path, host="192.0.2.1")


def test_second_collector_of_a_workspace(tmp_path: Path) -> None:
    write_key(tmp_path)
    with running(tmp_path), pytest.raises(Busy, match=r"events\.db: another process"):
        serve(tmp_path, port=0)


def test_not_a_log(tmp_path: Path) -> None:
    write_key(tmp_path)
    (tmp_path / "events.db").write_bytes(b"something else" * 100)
    with pytest.raises(WorkspaceError, match=r"events\.db: is damaged or not a database"):
        serve(tmp_path, port=0)
    assert (tmp_path / "events.db").read_bytes() == b"something else" * 100


def test_without_the_extra(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['msgspec'] = None\n"
        "from pathlib import Path\n"
        "from heatreel.capture.collector import create_app\n"
        "from heatreel.core.errors import CannotRun\n"
        f"try: create_app(Path({os.fspath(tmp_path)!r}))\n"
        "except CannotRun as exc: print(exc)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pip install 'heatreel[serve]'" in said
