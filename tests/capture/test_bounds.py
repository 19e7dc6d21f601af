"""Whatever a page does: its time ends, its memory is bounded, it reaches no address and writes nothing it may not."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from capture_exploring import DESKTOP, HOSTILE, PAGES, lab, noting
from heatreel.capture.capture import capture
from heatreel.capture.options import Bounds, CaptureOptions
from heatreel.capture.proxy import is_public
from heatreel.capture.rate import Rate
from heatreel.capture.results import CaptureResult
from heatreel.core.routes import RouteTable
from heatreel.core.workspace import Workspace

OPTIONS = CaptureOptions(viewports=(DESKTOP,), label="one", routes="none")


def _captured(folder: Path, urls: list[str], options: CaptureOptions = OPTIONS) -> CaptureResult:
    return asyncio.run(capture(folder, urls, options))


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_that_hangs_costs_its_time_and_no_more(tmp_path: Path) -> None:
    names = ("hang.html", "slow/page", "busy.html", "empty.html")
    options = replace(OPTIONS, bounds=Bounds(page_s=4), workers=2)
    with noting(HOSTILE) as (base, _):
        began = time.monotonic()
        result = _captured(tmp_path, [f"{base}/{name}" for name in names], options)
        took = time.monotonic() - began
    assert {one.page for one in result.pages} == {"/busy.html", "/empty.html"}
    assert {one.page for one in result.failed} == {"/hang.html", "/slow/page"}
    # What is promised with 10 s a page; with 4 s, and on a machine with more to do, there is room.
    assert took < 15 + 10 * len(names)


PHASES = ("act", "after", "hover", "settle", "observer", "picture", "close", "words", "frames")


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_that_hangs_at_any_time_ends_and_leaves_nothing_behind(tmp_path: Path) -> None:
    options = replace(OPTIONS, bounds=Bounds(page_s=4, call_s=2), workers=2)
    before = {one.pid for one in psutil.Process().children(recursive=True)}
    with noting(HOSTILE) as (base, _):
        urls = [f"{base}/phases.html?phase={phase}" for phase in PHASES]
        table = RouteTable(query=("phase",))
        began = time.monotonic()
        result = _captured(tmp_path, urls, replace(options, table=table))
        took = time.monotonic() - began
    assert {one.page for one in result.pages} | {one.page for one in result.failed} == {table.page(url) for url in urls}
    assert took < 15 + 10 * len(PHASES)
    left = [one for one in psutil.Process().children(recursive=True) if one.pid not in before]
    assert [one for one in left if "chrom" in one.name()] == []


@pytest.mark.browser
def test_a_page_whose_time_is_over_keeps_what_was_found(tmp_path: Path) -> None:
    options = replace(OPTIONS, bounds=Bounds(page_s=2))
    with noting(PAGES) as (base, _):
        result = _captured(tmp_path, [f"{base}/aria-tabs.html", f"{base}/popover.html"], options)
    assert result.failures() == []
    assert all(page.states >= 1 for page in result.pages)
    with Workspace.open(tmp_path) as workspace:
        said = " ".join(one.reason for one in workspace.skipped(workspace.capture()))
        assert "default" in {one.state.id for one in workspace.snapshots(workspace.capture())}
    assert "--page-time" in said


def test_page_loads_of_one_host_are_spread() -> None:
    now = [100.0]
    rate = Rate(4, lambda: now[0])
    waits = [rate.wait_s("http://a/") for _ in range(6)]
    assert waits == pytest.approx([0, 0, 0, 0, 0.25, 0.5])
    assert rate.wait_s("http://b/") == 0
    now[0] += 10
    assert rate.wait_s("http://a/") == 0


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:4700:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("::1", False), ("::", False), ("fe80::1%eth0", False),
        ("fd00::1", False), ("::ffff:127.0.0.1", False), ("::ffff:169.254.169.254", False),
        ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False), ("64:ff9b::808:808", True), ("nonsense", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) == public


@pytest.mark.browser
def test_with_public_only_nothing_of_this_machine_is_reached(tmp_path: Path) -> None:
    """Not by its name, not by other spellings of its address."""
    with noting(PAGES) as (base, noted):
        port = base.rpartition(":")[2]
        hosts = ("127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0")
        urls = [f"http://{host}:{port}/popover.html" for host in hosts]
        result = _captured(tmp_path, urls, replace(OPTIONS, public_only=True))
    assert result.pages == ()
    assert noted == []
    assert "HTTP 403" in result.failures()[0]


@contextmanager
def _sockets() -> Iterator[tuple[str, list[str]]]:
    """A page that says hello over a WebSocket when it loads and more when acted on, and a server that listens."""
    said: list[str] = []
    page = b"""<!doctype html><title>Socket</title><h1>Chat</h1><p id=greeting></p><button id=send>Wave</button>
    <script>const socket = new WebSocket(`ws://${location.host}/socket`);
    socket.onopen = () => socket.send("hello");
    socket.onmessage = (event) => { greeting.textContent = "The server says " + event.data };
    send.onclick = () => socket.send("order one");</script>"""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            if self.path == "/socket":
                self._talk()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def _talk(self) -> None:
            key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
            self.send_response_only(101)
            for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError, ValueError):
                while first := self.rfile.read(2):
                    length = first[1] & 127
                    mask = self.rfile.read(4)
                    text = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.rfile.read(length)))
                    if first[0] & 15 == 8:
                        break
                    said.append(text.decode())
                    self.wfile.write(b"\x81\x02hi")
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", said
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.browser
def test_what_acting_would_say_over_a_socket_is_not_said() -> None:
    async def explore(url: str) -> tuple[str, list[str]]:
        async with lab() as one, one.explorer(url) as explorer:
            found = await explorer.run()
            return await explorer.tab.call("document.body.innerText"), [skipped.reason for skipped in found.skipped]

    with _sockets() as (url, said):
        text, reasons = asyncio.run(explore(url))
    assert "The server says hi" in text
    assert set(said) == {"hello"}
    assert any(reason.startswith("Wave: WebSocket message") for reason in reasons), reasons
