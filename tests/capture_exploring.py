"""Exploring pages in tests: one browser for many pages, and servers that note what reaches them."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from heatreel.capture.browser import launch
from heatreel.capture.capture import ARGUMENTS
from heatreel.capture.explore import Explorer
from heatreel.capture.found import Exploration
from heatreel.capture.guard import NetworkGuard
from heatreel.capture.options import CaptureOptions
from heatreel.capture.tab import Tab
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport

HERE = Path(__file__).parent / "capture"
PAGES = HERE / "pages"
HOSTILE = HERE / "hostile"
DESKTOP, TABLET, MOBILE = DEFAULT_VIEWPORTS


class Lab:
    """A running browser in which pages are explored."""

    def __init__(self, browser: object, guard: NetworkGuard) -> None:
        self.browser = browser
        self.guard = guard

    @asynccontextmanager
    async def explorer(
        self, url: str, viewport: Viewport = DESKTOP, options: CaptureOptions | None = None
    ) -> AsyncIterator[Explorer]:
        """The explorer of a page that was loaded."""
        tab = Tab(self.browser, self.guard, viewport, options or CaptureOptions())  # type: ignore[arg-type]
        try:
            await tab.load(url, fresh=True)
            yield Explorer(tab, "/page")
        finally:
            await tab.close()

    async def explore(self, url: str, viewport: Viewport = DESKTOP) -> Exploration:
        async with self.explorer(url, viewport) as explorer:
            return await explorer.run()


@asynccontextmanager
async def lab() -> AsyncIterator[Lab]:
    async with launch(arguments=ARGUMENTS) as browser:
        yield Lab(browser, await NetworkGuard.start(browser))


def words(found: Exploration) -> list[str]:
    """Kind and label of each state but the default, sorted."""
    return sorted(f"{one.state.kind} | {one.state.label}" for one in found.states[1:])


class _Noting(SimpleHTTPRequestHandler):
    """Serves files; `/slow` is never answered, `/redirect` for ever, `/auth` is for members, `/kind/TYPE` is of that
    type; notes what is sent to it."""

    noted: list[str]
    ended: threading.Event

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.noted.append(f"GET {self.path}")
        if self.path.startswith("/slow"):
            self.ended.wait(120)
        elif self.path.startswith("/redirect"):
            self.send_response(302)
            self.send_header("Location", f"{self.path}x")
            self.end_headers()
        elif self.path.startswith("/auth"):
            self._answer(401, {"WWW-Authenticate": 'Basic realm="members"'})
        elif self.path.startswith("/kind/"):
            self._answer(200, {"Content-Type": self.path.removeprefix("/kind/")}, b"<p>Not what it says.")
        else:
            super().do_GET()

    def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.noted.append(f"POST {self.path}")
        self.send_response(204)
        self.end_headers()


@contextmanager
def noting(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A server of a folder: its URL, and the list of requests that reached it."""
    noted: list[str] = []
    ended = threading.Event()
    handler = type("Handler", (_Noting,), {"noted": noted, "ended": ended})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", noted
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
