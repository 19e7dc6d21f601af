"""A load client for collectors: ready-made batches of 50 events over raw sockets, closed or open loop.

    python scripts/benches/collector_load.py PORT --key=KEY --seconds 10 --connections 32 [--rate 200]

Closed loop: each connection sends its next batch when the last one was answered. Open loop (`--rate`, batches a
second): a batch is sent at its time, and its latency counts from that time even when it had to wait for a free
connection. One process on `epoll`, about 15 us a batch, so that the server is what bounds the figure. Prints JSON:
batches by status, events a second, latencies in ms, processor time.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import select
import socket
import time

EVENTS = 50
_DOC = b"document-00000000"


def body(key: str, session: str) -> bytes:
    """A batch as the recorder sends it in the middle of a visit: 40 moves, 6 clicks, 2 scrolls, 2 effects; 2.4 KB."""
    chance = random.Random(session)
    events: list[list[object]] = []
    for number in range(EVENTS):
        t = 5000 + number * 97 + chance.randrange(90)
        place = [chance.randrange(3), chance.randrange(1440), chance.randrange(5000)]
        shares = [round(chance.random(), 4), round(chance.random(), 4)]
        if number % 8 == 7:
            events.append(["c", t, 0, *place, *shares, "m", 0])
        elif number % 25 == 24:
            events.append(["s", t, 0, -1, 0, chance.randrange(5000)])
        elif number % 25 == 12:
            events.append(["x", t, 0, number, "mf", chance.randrange(200)])
        else:
            events.append(["m", t, 0, *place, *shares])
    target = {"selector": "main > ul > li:nth-of-type(4) > a", "tag": "a", "role": "link", "href": "/product/4"}
    target |= {"nameHash": "7d3f1c0a9be2", "textHash": "18c0ffee1234", "box": [412, 880, 240, 32], "interactive": True}
    page = ["https://shop.example/products", 1440, 900, 1, 0, "en-GB", "search.example", None]
    record = {"v": 1, "site": key, "session": session, "doc": _DOC.decode(), "seq": 0, "at": 1_760_000_000_000}
    record |= {"sent": 9999, "page": page, "from": [0, 0, 0], "events": events, "targets": [target] * 2, "states": []}
    return json.dumps(record, separators=(",", ":")).encode()


class Bodies:
    """Requests ready to send, each a batch of its own: only the name of the document is written in."""

    def __init__(self, key: str, sessions: int, run: str) -> None:
        self._number = 0
        self._pieces = []
        for session in range(sessions):
            text = body(key, f"session-{run}-{session}")
            head = "POST /collect HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\n"
            head += f"Content-Length: {len(text)}\r\n"
            head += "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36\r\n"
            head += "Origin: https://shop.example\r\nReferer: https://shop.example/\r\nAccept: */*\r\n\r\n"
            before, after = text.split(_DOC)
            self._pieces.append((head.encode() + before, after))

    def next(self) -> bytes:
        before, after = self._pieces[self._number % len(self._pieces)]
        self._number += 1
        return b"%bdocument-%08d%b" % (before, self._number, after)


class Client:
    """Connections, and what was answered on them."""

    def __init__(self, port: int, connections: int, bodies: Bodies) -> None:
        self.bodies = bodies
        self.poll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.began: dict[int, float] = {}
        self.statuses: collections.Counter[str] = collections.Counter()
        self.latencies: list[float] = []
        for _ in range(connections):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setblocking(True)
            self.sockets[connection.fileno()] = connection
            self.poll.register(connection.fileno(), select.EPOLLIN)

    def send(self, number: int, due: float) -> None:
        self.began[number] = due
        self.sockets[number].sendall(self.bodies.next())

    def answered(self, timeout_s: float) -> list[int]:
        """The connections on which an answer has come."""
        numbers = []
        for number, _ in self.poll.poll(timeout_s):
            answer = self.sockets[number].recv(65536)
            now = time.perf_counter()
            self.statuses[answer[9:12].decode() or "closed"] += 1
            self.latencies.append(now - self.began[number])
            numbers.append(number)
        return numbers

    def closed_loop(self, seconds: float) -> float:
        began = time.perf_counter()
        for number in self.sockets:
            self.send(number, time.perf_counter())
        waiting = len(self.sockets)
        while waiting:
            for number in self.answered(5):
                if time.perf_counter() - began < seconds:
                    self.send(number, time.perf_counter())
                else:
                    waiting -= 1
        return time.perf_counter() - began

    def open_loop(self, seconds: float, rate: float) -> float:
        began = time.perf_counter()
        free = list(self.sockets)
        sent = 0
        while sent < seconds * rate or len(free) < len(self.sockets):
            due = began + sent / rate
            while free and sent < seconds * rate and due <= time.perf_counter():
                self.send(free.pop(), due)
                sent += 1
                due = began + sent / rate
            free += self.answered(max(0.0, min(0.05, due - time.perf_counter())) if free else 5)
        return time.perf_counter() - began


def percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int)
    parser.add_argument("--key", required=True)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--run", default=f"{time.time_ns() % 10**9:09}")
    arguments = parser.parse_args()
    client = Client(arguments.port, arguments.connections, Bodies(arguments.key, arguments.sessions, arguments.run))
    processor = time.process_time()
    if arguments.rate:
        took = client.open_loop(arguments.seconds, arguments.rate)
    else:
        took = client.closed_loop(arguments.seconds)
    processor = time.process_time() - processor
    latencies = sorted(1000 * value for value in client.latencies)
    stored = client.statuses["204"]
    answer = {
        "statuses": dict(client.statuses),
        "batches_per_s": round(stored / took),
        "events_per_s": round(stored * EVENTS / took),
        **{f"p{share}_ms": round(percentile(latencies, share / 100), 2) for share in (50, 99, 99.9)},
        "max_ms": round(latencies[-1], 2),
        "client_us_per_batch": round(1e6 * processor / len(latencies), 1),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
