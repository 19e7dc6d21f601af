"""A captured state, stood in again in a real browser, with a real pointer: for measuring, and for asking twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from heatreel.capture.browser import launch
from heatreel.capture.guard import NetworkGuard
from heatreel.capture.inpage import page_model
from heatreel.core.errors import PageError
from heatreel.core.state import Action, Snapshot

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, ElementHandle, Page

LOAD_S = 20.0
"""Bound for a page to load, in seconds."""

ACT_S = 4.0
"""Bound for one action of a recipe, in seconds."""

# Lazy content is brought in, then the page has stood still for ten frames, or five seconds are over.
_STILL = """async () => {
  const end = performance.now() + 5000;
  const frame = () => new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 100); });
  for (let y = 0; y < Math.min(document.documentElement.scrollHeight, 20 * innerHeight); y += innerHeight) {
    scrollTo({ top: y, behavior: "instant" });
    await frame();
  }
  scrollTo({ top: 0, behavior: "instant" });
  await Promise.race([document.fonts.ready, new Promise((done) => setTimeout(done, 3000))]);
  let still = 0, last = "";
  while (still < 10 && performance.now() < end) {
    await frame();
    const running = document.getAnimations().filter((one) => one.playState === "running").length;
    const now = [document.documentElement.scrollHeight, document.querySelectorAll("*").length, scrollY, running].join();
    still = now === last ? still + 1 : 0;
    last = now;
  }
}"""


class Again:
    """One browser; requests that write never leave it."""

    def __init__(self, browser: Browser, guard: NetworkGuard, scripts: tuple[str, ...], unbound: bool) -> None:
        self.browser = browser
        self.guard = guard
        self.scripts = scripts
        self.unbound = unbound

    @asynccontextmanager
    async def at(self, snapshot: Snapshot) -> AsyncIterator[Page | None]:
        """A page that stands in the state of a snapshot, as a first visit gets there; None when its recipe does not
        lead there any more. Raises `PageError` when the page cannot be opened."""
        context = await self._context(snapshot)
        try:
            page = await context.new_page()
            await _open(page, snapshot.url)
            for action in snapshot.state.recipe:
                if not await _do(page, action):
                    yield None
                    return
                await page.evaluate(_STILL)
            yield page
        finally:
            await context.close()

    async def _context(self, snapshot: Snapshot) -> BrowserContext:
        viewport = snapshot.viewport
        context = await self.browser.new_context(
            viewport={"width": viewport.width, "height": viewport.height},
            device_scale_factor=viewport.dpr,
            has_touch=viewport.touch,
            reduced_motion="reduce",
            service_workers="block",
            bypass_csp=self.unbound,
            locale="en-US",
            timezone_id="UTC",
        )
        for script in (page_model(), *self.scripts):
            await context.add_init_script(script)
        return context


@asynccontextmanager
async def again(
    browser: str | None = None, scripts: tuple[str, ...] = (), unbound: bool = False
) -> AsyncIterator[Again]:
    """A started browser; `scripts` run in each frame before the page's own. With `unbound`, policies of pages (CSP)
    do not hold."""
    async with launch(browser) as running:
        yield Again(running, await NetworkGuard.start(running), scripts, unbound)


async def find(page: Page, selector: str) -> ElementHandle | None:
    """The element that a selector of the page model means, through open shadow roots and frames of the same origin."""
    handle = await page.evaluate_handle(f"__heatreel.resolve({json.dumps(selector)})")
    return handle.as_element()


async def _open(page: Page, url: str) -> None:
    from playwright.async_api import Error

    try:
        await page.goto(url, wait_until="load", timeout=LOAD_S * 1000)
        await asyncio.wait_for(page.evaluate(_STILL), LOAD_S)
    except (Error, TimeoutError) as exc:
        line = next(iter(str(exc).splitlines()), "") or f"no answer within {LOAD_S:.0f} s"
        raise PageError(f"{url}: cannot be opened ({line}); it must be served as it was when it was captured") from exc


async def _do(page: Page, action: Action) -> bool:
    """One action of a recipe, by pointer and keys; false when it cannot be done."""
    from playwright.async_api import Error

    bound = ACT_S * 1000
    try:
        if action.action == "route":
            await page.goto(action.value, timeout=LOAD_S * 1000)
            return True
        element = await find(page, action.selector) if action.selector else None
        if element is None:
            return False
        await _by_kind(element, action, bound)
    except Error:
        return False
    return True


async def _by_kind(element: ElementHandle, action: Action, bound: float) -> None:
    deeds: dict[str, Any] = {
        "click": lambda: element.click(timeout=bound),
        "hover": lambda: element.hover(timeout=bound),
        "scroll": lambda: element.scroll_into_view_if_needed(timeout=bound),
        "type": lambda: element.fill(action.value, timeout=bound),
        "select": lambda: element.select_option(action.value, timeout=bound),
        "wait": lambda: element.wait_for_element_state("visible", timeout=bound),
        "press": lambda: element.press(action.value or "Enter", timeout=bound),
    }
    if action.action in deeds:
        await deeds[action.action]()
