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
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Drawn:
    """A state of a recording, drawn again: size in CSS px, a PNG, DOM and outline as JSON texts."""

    title: str
    size: tuple[int, int]
    picture: bytes
    dom: str
    outline: str


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

    def begin(self, url: str, key: str, collect: bool = False) -> None:
        """Makes ready for a recording of the page at `url`; the one before is forgotten.

        `key` is the site's write key; with `collect` the answers hold the DOM of each state that was not seen before.
        Raises `BrowserError` when there is no browser, `RecordingError` else.
        """
        self._run(self._begin(url, key, collect))

    def feed(self, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Applies rrweb events in order: rows of what was done, see `Answer` in capture/page/src/replay/index.ts."""
        answer: dict[str, Any] = self._run(self._call("events => __heatreelReplay.feed(events)", list(events)))
        return answer

    def finish(self) -> dict[str, Any]:
        """What was still open at the end of the recording."""
        answer: dict[str, Any] = self._run(self._call("() => __heatreelReplay.finish()"))
        return answer

    def take(self, url: str, viewport: tuple[int, int], kept: str, key: str) -> Drawn:
        """A kept DOM (the JSON text of `keeping_script`) drawn and taken as a page at `url` would be."""
        return self._run(self._take(url, viewport, json.loads(kept)["root"], key))

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

    async def _begin(self, url: str, key: str, collect: bool) -> None:
        if self._page:
            await self._page.context.close()
        self._page = await self._open(url, (1280, 800))
        begin = "([model, key, keeper]) => __heatreelReplay.begin(model, key, keeper)"
        await self._page.evaluate(begin, [page_model(), key, keeping_script() if collect else ""])

    async def _open(self, url: str, viewport: tuple[int, int]) -> Page:
        """A blank page at the recording's address, so that links of its own site are told from others."""
        parts = urlsplit(url)
        address = url if parts.scheme in ("http", "https") and parts.hostname else NOWHERE
        if self._browser is None:
            self._browser = await self._stack.enter_async_context(launch(self._explicit))
        context = await self._browser.new_context(
            viewport={"width": viewport[0], "height": viewport[1]},
            reduced_motion="reduce",
            service_workers="block",
            accept_downloads=False,
            locale="en-US",
            timezone_id="UTC",
        )
        await context.route("**/*", self._answer)
        page: Page = await context.new_page()
        await page.goto(address, wait_until="commit")
        await page.evaluate(replaying_script())
        return page

    async def _answer(self, route: Route) -> None:
        request = route.request
        if request.is_navigation_request() and request.frame.parent_frame is None:
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

    async def _take(self, url: str, viewport: tuple[int, int], root: dict[str, Any], key: str) -> Drawn:
        page = await self._open(url, viewport)
        try:
            await page.evaluate("node => __heatreelReplay.draw(node)", _without_frames(root))
            await page.evaluate("() => document.fonts.ready.then(() => true)")
            await page.evaluate(page_model())
            outline = await page.evaluate("key => __heatreel.outline(document, { key })", key)
            told = json.loads(outline)
            picture = await page.screenshot(full_page=True, animations="disabled")
            title = await page.title()
        finally:
            await page.context.close()
        dom = json.dumps(root, ensure_ascii=False, separators=(",", ":"))
        return Drawn(title, (int(told["width"]), int(told["height"])), picture, dom, outline)

    async def _call(self, script: str, argument: Any = None) -> Any:
        if self._page is None:
            raise RecordingError("no recording was begun")
        return await self._page.evaluate(script, argument)


def _without_frames(node: dict[str, Any]) -> dict[str, Any]:
    """The nodes without the documents of frames, which are documents of their own."""
    if node.get("tagName") in ("iframe", "frame"):
        return {**node, "childNodes": []}
    return {**node, "childNodes": [_without_frames(child) for child in node.get("childNodes", ())]}
