"""Whatever is sent, the collector answers without a fault, keeps nothing that it refused, and goes on."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.sending import PAGE, STATE, TARGET, batch, collecting, packed, write_key
from heatreel.capture.collector import running
from heatreel.core.eventlog import EventLog

REFUSED = {400, 403, 408, 413, 415}

EVENTS = [
    ["v", 0, -1, "http://shop.test/a", 0, 0, 2000],
    ["c", 1, 0, 0, 25, 40, 0.5, 0.5, "m", 0, 250],
    ["m", 2, 0, 0, 26, 41, 0.5, 0.5],
    ["f", 3, 0, 0, 26, 41, 0.5, 0.5],
    ["a", 4, 0, 0, 26, 41, 0.5, 0.5, "drag", 300, 400],
    ["s", 5, 0, -1, 0, 700],
    ["r", 6, 0, 390, 844, 2, 1.5],
    ["h", 7, 0, 0],
    ["e", 8, 0, "TypeError /app.js 12"],
    ["q", 9, 0, "503 fetch /api"],
    ["l", 10, 0, 1234, 0],
    ["n", 11, 0, 90],
    ["x", 12, 0, 1, "mn", 12],
    ["z", 13, 0],
    ["g", 14, 0, "bought"],
    ["p", 15, 0, "plan", "pro"],
]
"""One event of each kind."""
WHOLE = {"page": [*PAGE, 0.5, 1, "visitor-1"], "targets": [TARGET], "states": [STATE], "events": EVENTS}

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30),
    st.sampled_from([2**31 + 1, 2**53 + 1, 2**63, 2**64, -(2**70), 1e308, -0.0, 5e-324]),
    st.sampled_from(["x" * 5000, "\0", "\u202e", "0", "", [], {}, [[]], {"v": 1}, [None] * 600, "\U0001f4a5" * 300]),
)  # fmt: skip


@st.composite
def changed(draw: Any) -> Any:
    """A batch in which values at random places were replaced, left out or doubled."""
    record: Any = json.loads(json.dumps(batch("KEY", **WHOLE)))
    for _ in range(draw(st.integers(1, 3))):
        node: Any = record
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            key = draw(st.sampled_from(keys))
            if isinstance(node[key], dict | list) and node[key] and draw(st.booleans()):
                node = node[key]
                continue
            how = draw(st.sampled_from(["replace", "replace", "remove", "double"]))
            if how == "replace":
                node[key] = draw(leaves)
            elif how == "remove":
                del node[key]
            elif isinstance(node, list):
                node.insert(key, node[key])
            break
        if not record:
            break
    return record


@st.composite
def damaged(draw: Any) -> tuple[bytes, dict[str, str]]:
    """A body and its headers: a changed batch, cut, with other bytes, in another encoding, compressed or so called."""
    body = json.dumps(draw(changed())).encode()
    match draw(st.sampled_from(["plain", "plain", "cut", "bytes", "utf-16", "bom", "any", "deep"])):
        case "cut":
            body = body[: draw(st.integers(0, len(body) - 1))]
        case "bytes":
            at = draw(st.integers(0, len(body) - 1))
            body = body[:at] + draw(st.binary(max_size=5)) + body[at + draw(st.integers(0, 5)) :]
        case "utf-16":
            body = body.decode().encode("utf-16")
        case "bom":
            body = b"\xef\xbb\xbf" + body
        case "any":
            body = draw(st.binary(max_size=300))
        case "deep":
            depth = draw(st.sampled_from([100, 2000, 50_000]))
            body = body[:-1] + b',"q":' + b"[" * depth + b"]" * depth + b"}"
    match draw(st.sampled_from(["plain", "plain", "gzip", "deflate", "twice", "lie", "other"])):
        case "gzip":
            return gzip.compress(body, 1), draw(st.sampled_from([{}, {"content-encoding": "gzip"}]))
        case "deflate":
            return zlib.compress(body), {"content-encoding": "gzip"}
        case "twice":
            return gzip.compress(gzip.compress(body, 1), 1), {"content-encoding": "gzip"}
        case "lie":
            return body, {"content-encoding": "gzip"}
        case "other":
            return body, {"content-encoding": draw(st.sampled_from(["br", "zstd", "GZIP", "gzip, gzip", ""]))}
    return body, {}


def stored(folder: Path) -> int:
    with EventLog.open(folder) as log:
        return log.count()[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(damaged(), min_size=10, max_size=10))
def test_damage_is_never_a_fault_and_never_costs_a_neighbour(
    tmp_path_factory: pytest.TempPathFactory, sent: list[tuple[bytes, dict[str, str]]]
) -> None:
    folder = tmp_path_factory.mktemp("workspace")
    key = write_key(folder)

    async def run() -> None:
        async with collecting(folder) as client:
            good = [(packed(batch(key, session=f"session-good-{i}")), {}) for i in range(len(sent))]
            bad = [(body.replace(b"KEY", key.encode()), headers) for body, headers in sent]
            mixed = [one for pair in zip(bad, good, strict=True) for one in pair]
            answers = await asyncio.gather(
                *(client.post("/collect", content=body, headers=headers) for body, headers in mixed)
            )
            assert {answer.status_code for answer in answers[1::2]} == {204}
            assert {answer.status_code for answer in answers} <= {204, *REFUSED}
            # Fewer where two of the damaged ones are still the same batch.
            assert len(good) <= stored(folder) <= sum(answer.status_code == 204 for answer in answers)

    asyncio.run(run())
    with EventLog.open(folder) as log:
        found = {session.id for session in log.sessions()}
        assert log.reading.damaged == 0
    assert {f"session-good-{i}" for i in range(len(sent))} <= found


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.just(b"[]"),
                st.binary(max_size=200),
                st.builds(
                    lambda kind, at, data: json.dumps([{"type": kind, "timestamp": at, "data": data}]).encode(),
                    leaves, leaves, leaves,
                ),
            ),
            st.dictionaries(st.sampled_from(["site", "session", "doc", "seq", "x"]), st.text(max_size=20)),
            st.booleans(),
        ),
        min_size=10,
        max_size=10,
    )
)  # fmt: skip
def test_damaged_films(
    tmp_path_factory: pytest.TempPathFactory, sent: list[tuple[bytes, dict[str, str], bool]]
) -> None:
    folder = tmp_path_factory.mktemp("workspace")
    key = write_key(folder)

    async def run() -> None:
        async with collecting(folder) as client:
            for body, named, whole in sent:
                query = {"site": key, "session": "session-1", "doc": "document-1", "seq": "0"} if whole else named
                answer = await client.post("/film", params=query, content=body)
                assert answer.status_code in {204, *REFUSED}
                if not whole:
                    assert answer.status_code in REFUSED

    asyncio.run(run())
    with EventLog.open(folder) as log:
        log.film("session-1")
        assert log.reading.damaged == 0


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    folder = tmp_path_factory.mktemp("workspace")
    key = write_key(folder)
    with running(folder) as url:
        yield url, key, folder


PROTOCOL = {
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
    "no path": b"POST  HTTP/1.1\r\n\r\n",
    "absolute path": b"POST http://other.example/collect HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    "odd path": b"POST /%ff%00../collect?\xff HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "negative length": b"POST /collect HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /collect HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunks": b"POST /collect HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n{}",
    "bad chunk": b"POST /collect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "huge chunk": b"POST /collect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
    "old": b"POST /collect HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
    "upgrade": b"GET /collect HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    "odd method": b"BREW /collect HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes in headers": b"POST /collect HTTP/1.1\r\nHost: x\r\nOrigin: \xff\xfe\r\nUser-Agent: \x80\r\n"
    b"Content-Length: 2\r\n\r\n{}",
    "several at once": b"POST /collect HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}" * 5,
}


@pytest.mark.parametrize("name", PROTOCOL)
def test_what_is_not_proper_http(collector: tuple[str, str, Path], name: str) -> None:
    url, key, folder = collector
    before = stored(folder)
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(PROTOCOL[name])
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    statuses = {line.split()[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1")}
    assert all(status.startswith(b"4") for status in statuses)
    assert stored(folder) == before
    fresh = packed(batch(key, session=f"session-after-{list(PROTOCOL).index(name)}"))
    assert httpx.post(f"{url}/collect", content=fresh).status_code == 204


def test_bombs_take_no_memory(collector: tuple[str, str, Path]) -> None:
    """200 MB in 200 KB, sent again and again to both ways in; measured where the system tells."""
    url, key, folder = collector
    before, kilobytes = stored(folder), resident_kb()
    squeezed = zlib.compressobj(9, wbits=31)
    bomb = b"".join(squeezed.compress(b" " * 2**20) for _ in range(200)) + squeezed.flush()
    query = {"site": key, "session": "session-1", "doc": "document-1", "seq": 0}
    for _ in range(20):
        assert httpx.post(f"{url}/collect", content=bomb[: 250 * 1024]).status_code in {400, 413}
        assert httpx.post(f"{url}/film", params=query, content=bomb).status_code == 413
    assert stored(folder) == before
    assert resident_kb() - kilobytes < 64 * 1024


def resident_kb() -> int:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.split("VmRSS:")[1].split()[0])


def test_endless_bodies_are_cut(collector: tuple[str, str, Path]) -> None:
    url, _key, _folder = collector
    host, port = url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.putrequest("POST", "/collect")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    sent = 0
    try:
        while sent < 50_000_000:
            connection.send(b"ffff\r\n" + b" " * 0xFFFF + b"\r\n")
            sent += 0xFFFF
    except OSError:
        pass
    finally:
        connection.close()
    assert sent < 50_000_000
