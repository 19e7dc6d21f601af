"""One page of a site in one viewport, loaded afresh as often as it takes."""

from __future__ import annotations

import asyncio
import json
import math
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from heatreel.capture.guard import NetworkGuard
from heatreel.capture.inpage import clock_script, hiding_script, init_script
from heatreel.capture.options import CaptureOptions
from heatreel.capture.visitor import Visitor
from heatreel.core.errors import PageError
from heatreel.core.viewport import Viewport

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, CDPSession, Dialog, Page, Request, Response

REDIRECTS = 3
"""So often a page may send its visitors on by script."""

UNDER_WAY = 2
"""So many of its documents may be on their way already when it is kept from going on."""

HTML_TYPES = ("text/html", "application/xhtml+xml")

SHIFT_FELT = 0.1
SHIFT_LOADS = 2
"""A page whose layout shift is felt (web.dev/cls: over 0.1) is loaded so often again, and the least counts: what
depends on which answer came first is chance."""

ASSETS = frozenset({"image", "stylesheet", "font", "media", "script"})
"""What a page is drawn with, in Playwright's words for the kinds of requests."""

REFUSALS = frozenset({"net::ERR_ABORTED", "net::ERR_BLOCKED_BY_CLIENT"})
"""Why requests fail that nobody misses: the page went on, or the guard kept them from going."""

MOST_MISSING = 50
MOST_URL = 300
"""So many missing assets are listed, and so much of the URL of each."""


@dataclass(frozen=True)
class Settled:
    """How the wait after a load ended: "quiet", or what was still under way at the bound, and what was missing."""

    ended: str
    ms: int
    missing: tuple[str, ...] = ()
    details: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        return {"ended": self.ended, "ms": self.ms, "missing": list(self.missing), **(self.details or {})}


class Tab:
    """A window of one viewport in a browser. `load` opens a URL and waits until it is at rest.

    `url` is the address of the page, `entry` the one that was loaded; they differ when `steps` (selectors to
    click, one after the other) lead from there to a page that its server does not know. Dialogs are dismissed,
    new windows closed, downloads refused; `notes` says which.
    """

    def __init__(
        self,
        browser: Browser,
        guard: NetworkGuard,
        viewport: Viewport,
        options: CaptureOptions,
        visitor: Visitor | None = None,
    ) -> None:
        self._browser = browser
        self._guard = guard
        self.viewport = viewport
        self.options = options
        self.visitor = visitor or Visitor(access=options.access)
        self.deadline = math.inf
        """When the page's time is over, by the monotonic clock."""
        self.pace_s = 1.0
        """What trying one thing on this page may take."""
        self.context: BrowserContext
        self.page: Page
        self.cdp: CDPSession
        self.frame = ""
        self.url = ""
        self.entry = ""
        self.steps: tuple[str, ...] = ()
        self.title = ""
        self.noise: dict[str, Any] | None = None
        self.notes: list[tuple[str, str]] = []
        self.settled = Settled("", 0)
        self._missing: set[str] = set()
        self.parts: dict[str, Any] = {}
        """Pictures of inner scrollers that were taken already, see `parts.py`."""
        self._open = False
        self._shifts: dict[str, dict[str, Any]] = {}
        """The least layout shift that each URL was loaded with."""

    async def load(self, url: str, fresh: bool = False) -> Settled:
        """Loads `url` and waits until it is at rest. `fresh` starts with empty storage, as a first visit does.

        Raises `PageError` when it cannot be reached, answers with an error, or is not HTML.
        """
        await self._load(url, fresh)
        least = self._shifts.get(url)
        if least is None:
            least = self._shift()
            for _ in range(SHIFT_LOADS):
                if least.get("score", 0) <= SHIFT_FELT:
                    break
                await self._load(url, True)
                least = min(least, self._shift(), key=lambda one: one.get("score", 0))
            self._shifts[url] = least
        self.settled = replace(self.settled, details={**(self.settled.details or {}), "layout_shift": least})
        return self.settled

    def _shift(self) -> dict[str, Any]:
        return (self.settled.details or {}).get("layout_shift") or {}

    async def _load(self, url: str, fresh: bool) -> None:
        if fresh or not self._open:
            await self._renew()
        else:
            # A URL that differs in its fragment only would not load again.
            self._guard.locked.discard(self.frame)
            await self.page.goto("about:blank")
        self._guard.locked.discard(self.frame)
        self._missing.clear()
        await self._goto(url)
        self.entry = url
        await self._arrive()
        await self._wait_for()
        for selector in self.steps:
            await self._step(selector)
        await self.visitor.check(self.page)
        self.title = await self.call("document.title")

    async def _arrive(self) -> None:
        """Waits until the page is at rest; one that sends its visitors on at once is followed, a few times."""
        for tries in range(REDIRECTS + UNDER_WAY + 1):
            self.url = self.page.url
            if tries >= REDIRECTS:
                self._guard.locked.add(self.frame)
            try:
                self.settled = await self.settle()
                break
            except PageError as exc:
                if "context was destroyed" not in str(exc) or tries == REDIRECTS + UNDER_WAY:
                    raise
        self.url = self.page.url
        self._guard.locked.add(self.frame)

    async def _step(self, selector: str) -> None:
        if not await self.ask("act", selector, self.viewport.touch):
            raise PageError(f"{self.url}: {selector}, which leads to the page, is not there")
        self.settled = await self.settle()
        self.url = self.page.url

    async def _renew(self) -> None:
        await self.close()
        options, viewport = self.options, self.viewport
        self.context = await self._browser.new_context(
            viewport={"width": viewport.width, "height": viewport.height},
            device_scale_factor=viewport.dpr,
            has_touch=viewport.touch,
            reduced_motion="reduce",
            color_scheme=cast("Any", options.scheme),
            forced_colors="active" if options.forced_colors else "none",
            service_workers="block",
            accept_downloads=False,
            locale="en-US",
            timezone_id="UTC",
            **self.visitor.context_options(),
        )
        self._open = True
        await self.context.add_init_script(init_script())
        for script in (clock_script(options.clock), hiding_script(options.hide, options.mask)):
            if script:
                await self.context.add_init_script(script)
        await self.visitor.enter(
            self.context,
            lambda: self.frame in self._guard.locked,
            lambda method, url: self._guard.refused.append((self.frame, method, url[:500])),
        )
        self.page = await self.context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.context.on("page", self._window)
        self.cdp = await self.context.new_cdp_session(self.page)
        # Not `page.emulate_media`: what it is told before the first document is lost with it.
        await self.cdp.send("Emulation.setEmulatedMedia", {"media": options.media})
        if viewport.dpr != 1:
            # Without it, pictures by this session have one device px for each CSS px.
            await self.cdp.send(
                "Emulation.setDeviceMetricsOverride",
                {
                    "width": viewport.width,
                    "height": viewport.height,
                    "deviceScaleFactor": viewport.dpr,
                    "mobile": False,
                },
            )
        self.frame = (await self.cdp.send("Target.getTargetInfo"))["targetInfo"]["targetId"]

    async def _dialog(self, dialog: Dialog) -> None:
        self.notes.append(("dialog", dialog.message[:200]))
        with suppress(Exception):
            await (dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())

    def _failed(self, request: Request) -> None:
        if request.resource_type in ASSETS and request.failure not in REFUSALS:
            self._missing.add(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in ASSETS:
            self._missing.add(response.url)

    async def _window(self, window: Page) -> None:
        if window is not self.page:
            self.notes.append(("window", window.url))
            with suppress(Exception):
                await window.close()

    async def _goto(self, url: str) -> None:
        from playwright.async_api import Error
        from playwright.async_api import TimeoutError as TooSlow

        try:
            # Not "load": a page that never ends loading is a page, too.
            bound = self._bound(self.options.bounds.load_s)
            response = await self.page.goto(url, wait_until="commit", timeout=bound * 1000)
        except TooSlow as exc:
            raise PageError(f"{url}: no answer within {bound:.0f} s") from exc
        except Error as exc:
            raise PageError(f"{url}: cannot be opened ({_reason(exc.message)})") from exc
        await _check(url, response)

    async def settle(self) -> Settled:
        """Waits until the page is at rest, within the bounds."""
        bounds = self.options.bounds
        arguments = {
            # Never more than half of what is left: there is a picture to take, too.
            "bound": min(bounds.settle_s, max(1.0, (self.deadline - time.monotonic()) / 2)) * 1000,
            "more": bounds.sweep_screens,
            "limit": bounds.sweep_px,
            "noise": self.noise,
        }
        raw = await self.call(f"__heatreelCapture.settle({json.dumps(arguments)})", bounds.settle_s + bounds.call_s)
        record = json.loads(raw)
        missing = {*record.pop("missing"), *(url[:MOST_URL] for url in self._missing)}
        return Settled(record.pop("ended"), record.pop("ms"), tuple(sorted(missing)[:MOST_MISSING]), record)

    async def _wait_for(self) -> None:
        from playwright.async_api import Error

        if not self.options.wait_for:
            return
        try:
            await self.page.wait_for_selector(self.options.wait_for, timeout=self.options.bounds.load_s * 1000)
        except Error as exc:
            raise PageError(f"{self.url}: {self.options.wait_for} (--wait-for) did not appear") from exc
        self.settled = await self.settle()

    def _bound(self, seconds: float) -> float:
        """Seconds, or what is left of the page's time."""
        return max(0.5, min(seconds, self.deadline - time.monotonic()))

    def earn(self, seconds: float) -> None:
        """More time for a page that yields something for it."""
        self.deadline += seconds

    async def call(self, expression: str, bound_s: float | None = None) -> Any:
        """The value of a script expression in the page. Raises `PageError` when the page does not answer."""
        from playwright.async_api import Error

        try:
            bound = self._bound(bound_s or self.options.bounds.call_s)
            return await asyncio.wait_for(self.page.evaluate(expression), bound)
        except TimeoutError as exc:
            raise PageError(f"{self.url or self.page.url}: the page does not answer (its scripts never end)") from exc
        except Error as exc:
            raise PageError(f"{self.url or self.page.url}: {_reason(exc.message)}") from exc

    async def ask(self, name: str, *arguments: Any) -> Any:
        """`__heatreelCapture.NAME(...)` in the page, its answer read as JSON when it is JSON text."""
        inner = ", ".join(json.dumps(argument) for argument in arguments)
        value = await self.call(f"__heatreelCapture.{name}({inner})")
        return json.loads(value) if isinstance(value, str) and value[:1] in "{[" and value else value

    def refused(self) -> list[tuple[str, str]]:
        """(method, URL) of the requests that were kept from leaving since the last call."""
        return self._guard.take_refused(self.frame)

    async def close(self) -> None:
        """Closes the window with its storage; a page that hangs cannot hold it up."""
        if not self._open:
            return
        self._open = False
        self._guard.locked.discard(self.frame)
        with suppress(Exception):
            await asyncio.wait_for(self.context.close(), 5)


async def _check(url: str, response: Response | None) -> None:
    if response is None:
        return
    if response.status >= 400:
        raise PageError(f"{url}: answers with HTTP {response.status}")
    kind = (await response.all_headers()).get("content-type", "text/html").split(";")[0].strip().lower()
    if kind not in HTML_TYPES:
        raise PageError(f"{url}: is {kind or 'of no type'}, not HTML")


def _reason(message: str) -> str:
    """The line of a Playwright error that says what happened, without call logs."""
    line = message.strip().splitlines()[0] if message.strip() else "unknown error"
    if "Target crashed" in line:
        return "its tab crashed"
    for lead in ("Page.goto: ", "Page.evaluate: ", "Error: "):
        line = line.removeprefix(lead)
    return line.split(" at http")[0].split("; Protocol")[0][:300]


def is_web(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")
