"""A browser for recordings of other tools: each is rebuilt in a sandboxed frame and asked what its visitor did.

A recording is hostile. No script of it runs (rrweb's Replayer makes none, the frame is sandboxed, and a
Content-Security-Policy would refuse them), and nothing leaves the browser, unless pictures, fonts and style sheets are
asked for, which are fetched by GET alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from heatreel.capture.browser import launch
from heatreel.capture.inpage import keeping_script, page_model, replaying_script
from heatreel.core.errors import CannotRun

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

FEED_S = 60.0
"""A recording that keeps the browser busy for longer with a few hundred events is given up."""

NOWHERE = "https://recording.invalid/"
"""The address of recordings that name none of the web."""

T = TypeVar("T")


class RecordingError(CannotRun):
    """A recording could not be replayed; the browser is ready for the next one (exit code 3)."""


class RecordingBrowser:
    """Replays recordings one after the other, for callers that are not asynchronous. A context manager."""

    def __init__(self, browser: str | None = None, online: bool = False) -> None:
        self._explicit = browser
        self._online = online
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._browser: Any = None
        self._page: Page | None = None

    def __enter__(self) -> RecordingBrowser:
        page_model(), replaying_script(), keeping_script()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._stack.aclose())
        finally:
            self._runner.close()

    def begin(self, url: str, key: str) -> None:
        """Makes ready for a recording of the page at `url`; the one before is forgotten.

        `key` is the site's write key. Raises `BrowserError` when there is no browser, `RecordingError` else.
        """
        self._run(self._begin(url, key))

    def feed(self, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Applies rrweb events in order: rows of what was done, see `Answer` in capture/page/src/replay/index.ts."""
        answer: dict[str, Any] = self._run(self._call("events => __heatreelReplay.feed(events)", list(events)))
        return answer

    def finish(self) -> dict[str, Any]:
        """What was still open at the end of the recording."""
        answer: dict[str, Any] = self._run(self._call("() => __heatreelReplay.finish()"))
        return answer

    def keep(self) -> dict[str, Any]:
        """The DOM of the page as it is now, as `keeping_script` says it."""
        script = "script => __heatreelReplay.keep(script)"
        kept: dict[str, Any] = json.loads(self._run(self._call(script, keeping_script())))
        return kept

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self._runner.run(asyncio.wait_for(work, FEED_S))
        except TimeoutError as exc:
            self._give_up()
            raise RecordingError(f"replaying took longer than {FEED_S:.0f} s") from exc
        except CannotRun:
            raise
        except Exception as exc:
            self._give_up()
            line = next(iter(str(exc).strip().splitlines()), type(exc).__name__)
            raise RecordingError(f"the browser could not replay it ({line[:200]})") from exc

    def _give_up(self) -> None:
        """Closes the browser; the next recording gets another."""
        self._runner.run(self._stack.aclose())
        self._stack, self._browser, self._page = AsyncExitStack(), None, None

    async def _begin(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        address = url if parts.scheme in ("http", "https") and parts.hostname else NOWHERE
        if self._browser is None:
            self._browser = await self._stack.enter_async_context(launch(self._explicit))
        if self._page:
            await self._page.context.close()
        context = await self._browser.new_context(
            viewport={"width": 1280, "height": 800},
            reduced_motion="reduce",
            service_workers="block",
            accept_downloads=False,
            locale="en-US",
            timezone_id="UTC",
        )
        await context.route("**/*", self._answer)
        self._page = await context.new_page()
        await self._page.goto(address, wait_until="commit")
        await self._page.evaluate(replaying_script())
        await self._page.evaluate("([model, key]) => __heatreelReplay.begin(model, key)", [page_model(), key])

    async def _answer(self, route: Route) -> None:
        request = route.request
        if request.is_navigation_request() and self._page and request.frame == self._page.main_frame:
            media = "data: blob: http: https:" if self._online else "data: blob:"
            policy = (
                f"default-src 'none'; img-src {media}; font-src {media}; media-src {media};"
                f" style-src 'unsafe-inline' {media}; script-src 'unsafe-eval'; form-action 'none'; base-uri *"
            )
            await route.fulfill(
                content_type="text/html", headers={"Content-Security-Policy": policy}, body="<!doctype html><body>"
            )
        elif self._online and request.method == "GET" and request.resource_type in ("image", "font", "stylesheet"):
            await route.continue_()
        else:
            await route.abort()

    async def _call(self, script: str, argument: Any = None) -> Any:
        if self._page is None:
            raise RecordingError("no recording was begun")
        return await self._page.evaluate(script, argument)
