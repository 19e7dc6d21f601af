"""The collector under load, beside the least that a durable endpoint can be; then killed again and again.

    scripts/bench collector [--rounds 3] [--seconds 8] [--kills 50]

Saturation: 32 connections send batches of 50 events (2.4 KB), each connection the next one when the last was answered;
`floor` (collector_floor.py) and `heatreel` take turns, `ratio` is the median of ratios of neighbouring runs. Open loop:
10,000 events a second at their times, on 64 connections. Kills: `kill -9` at random moments under load of clients that
send the same bytes again until they are acknowledged, some twice and out of order. Everything is answered after the
commit with `synchronous = FULL`; one server process; client and server share the machine. Prints JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collector_load import EVENTS, Bodies

from heatreel.core.eventlog import EventLog
from heatreel.core.workspace import Workspace

HERE = Path(__file__).parent
SERVE = """
import sys
from pathlib import Path
from heatreel.capture.collector import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]))
"""
COMMANDS = {"heatreel": ["-c", SERVE], "floor": [str(HERE / "collector_floor.py")]}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def start(name: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, *COMMANDS[name], str(folder), str(port)])
    while not answers(port):
        assert process.poll() is None, f"{name} did not start"
        time.sleep(0.01)
    return process


@contextmanager
def served(name: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Port, write key, and what the process took, which is known afterwards."""
    with tempfile.TemporaryDirectory(prefix="heatreel-bench-") as temporary:
        folder, port = Path(temporary), free_port()
        with Workspace.writing(folder) as workspace:
            key = workspace.site().key
        process = start(name, folder, port)
        took: dict[str, Any] = {}
        try:
            yield port, key, took
        finally:
            took["memory_mb"] = round(peak_kb(process.pid) / 1024, 1)
            took["processor_s"] = processor_s(process.pid)
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def peak_kb(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0])


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def load(name: str, *options: object) -> dict[str, Any]:
    """Runs the load client against a fresh server."""
    with served(name) as (port, key, took):
        client = [sys.executable, str(HERE / "collector_load.py"), str(port), f"--key={key}"]
        said = subprocess.run([*client, *map(str, options)], capture_output=True, check=True, text=True).stdout
    found: dict[str, Any] = json.loads(said)
    batches = sum(found["statuses"].values())
    found["server_us_per_batch"] = round(1e6 * took["processor_s"] / batches, 1)
    return {**found, "memory_mb": took["memory_mb"]}


def saturation(rounds: int, seconds: float) -> dict[str, Any]:
    runs: dict[str, list[dict[str, Any]]] = {"floor": [], "heatreel": []}
    for number in range(rounds):
        for name in ("floor", "heatreel") if number % 2 == 0 else ("heatreel", "floor"):
            runs[name].append(load(name, "--seconds", seconds))
    ratios = [ours["events_per_s"] / floor["events_per_s"] for floor, ours in zip(*runs.values(), strict=True)]
    return {name: middle(found) for name, found in runs.items()} | {"ratio": round(statistics.median(ratios), 3)}


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run with the median throughput."""
    return sorted(runs, key=lambda run: float(run["events_per_s"]))[len(runs) // 2]


class Visitor(threading.Thread):
    """Sends batches, each again until it is acknowledged, every tenth once more later on."""

    def __init__(self, port: int, key: str, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.bodies = Bodies(key, 1, f"kill-{number}")
        self.stop = stop
        self.chance = random.Random(number)
        self.acknowledged: set[bytes] = set()
        self.odd: list[int] = []
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        sent: list[bytes] = []
        while not self.stop.is_set():
            body = self.bodies.next().split(b"\r\n\r\n", 1)[1]
            sent.append(body)
            self.deliver(body)
            if self.chance.random() < 0.1:
                self.deliver(self.chance.choice(sent))

    def deliver(self, body: bytes) -> None:
        wait_s = 0.02
        while (status := self.post(body)) != 204:
            if status not in (0, 429, 503):
                self.odd.append(status)
                return
            time.sleep(self.chance.uniform(0.3, 1) * wait_s)
            wait_s = min(1.0, 2 * wait_s)
        self.acknowledged.add(body[body.index(b"document-") :][:17])

    def post(self, body: bytes) -> int:
        """The status, or 0 when nothing was answered."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self.connection.request("POST", "/collect", body)
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self.connection = None
            return 0


def kills(number: int, seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="heatreel-bench-") as temporary:
        folder, port = Path(temporary), free_port()
        with Workspace.writing(folder) as workspace:
            key = workspace.site().key
        stop = threading.Event()
        visitors = [Visitor(port, key, visitor, stop) for visitor in range(16)]
        process = start("heatreel", folder, port)
        for visitor in visitors:
            visitor.start()
        back_s = []
        for _ in range(number):
            time.sleep(chance.uniform(0.05, 0.8))
            process.kill()
            process.wait()
            began = time.perf_counter()
            process = start("heatreel", folder, port)
            back_s.append(time.perf_counter() - began)
        stop.set()
        for visitor in visitors:
            visitor.join(60)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        return {"kills": number, "seed": seed, "back_after_s": round(max(back_s), 2)} | account(folder, visitors)


def account(folder: Path, visitors: list[Visitor]) -> dict[str, Any]:
    """What was acknowledged against what is stored."""
    acknowledged = {
        (f"session-kill-{number}-0", document.decode())
        for number, visitor in enumerate(visitors)
        for document in visitor.acknowledged
    }
    with EventLog.open(folder) as log:
        rows = log.connection.execute("SELECT session, doc, seq, events FROM batches").fetchall()
        integrity = log.connection.execute("PRAGMA integrity_check").fetchone()[0]
        read = sum(len(session.events) for session in log.sessions())
    stored = {(session, doc) for session, doc, _seq, _events in rows}
    return {
        "acknowledged": len(acknowledged),
        "stored": len(stored),
        "lost": len(acknowledged - stored),
        "twice": len(rows) - len(stored),
        "cut": sum(events != EVENTS for *_, events in rows) + abs(read - EVENTS * len(rows)),
        "odd_answers": sum(len(visitor.odd) for visitor in visitors),
        "integrity": integrity,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 100_000)
    arguments = parser.parse_args()
    found: dict[str, Any] = {}
    if arguments.rounds:
        found["saturation"] = saturation(arguments.rounds, arguments.seconds)
        open_loop = ("--rate", 10_000 / EVENTS, "--connections", 64, "--seconds", arguments.seconds)
        found["open_loop_10000_events_per_s"] = load("heatreel", *open_loop)
    if arguments.kills:
        found["kills"] = kills(arguments.kills, arguments.seed)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
