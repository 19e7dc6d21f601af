"""Journeys gone again in a real browser, on a build that may name and place things otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from heatreel.capture.browser import launch
from heatreel.capture.guard import NetworkGuard
from heatreel.capture.live import Live, Used
from heatreel.capture.options import CaptureOptions
from heatreel.capture.tab import Tab
from heatreel.core.element import Outline
from heatreel.core.errors import PageError
from heatreel.core.routes import RouteTable
from heatreel.core.state import Snapshot
from heatreel.replay.journeys.paths import Journey, Step
from heatreel.replay.verify.elements import ElementMemory

Break = Literal["gone", "hidden", "disabled", "covered", "out of sight", "does nothing", "leads elsewhere", "page"]


@dataclass(frozen=True)
class Walked:
    """A journey gone again. `broken` is the place of the step that could not be done, -1 when all could; `detail`
    says what is wrong with it, `picture` is a PNG of the window then. `healed` counts the steps whose element was
    found under another selector."""

    journey: Journey
    broken: int = -1
    how: Break | None = None
    detail: str = ""
    picture: bytes = b""
    healed: int = 0

    @property
    def step(self) -> Step | None:
        return self.journey.steps[self.broken] if self.broken >= 0 else None


async def walk_journeys(
    journeys: Sequence[Journey],
    host: str,
    outline: Callable[[Snapshot], Outline],
    table: RouteTable,
    browser: str | None = None,
    writes: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Walked]:
    """Goes each journey on the build that `host` (a URL) serves, as a first visit.

    `outline` gives the elements of BASE's snapshots, by which those of the page are found; `table` is how URLs become
    pages. Requests that write are kept from leaving the browser, unless `writes` lets them. Raises `BrowserError`.
    """
    found = []
    async with launch(browser) as running:
        guard = await NetworkGuard.start(running, writes=writes)
        for done, journey in enumerate(journeys, 1):
            tab = Tab(running, guard, journey.viewport, CaptureOptions(viewports=(journey.viewport,)))
            try:
                found.append(await _walk(Live(tab), journey, host, outline, table))
            finally:
                await tab.close()
            progress(done, len(journeys))
    return found


async def _walk(
    live: Live, journey: Journey, host: str, outline: Callable[[Snapshot], Outline], table: RouteTable
) -> Walked:
    healed = 0
    try:
        await live.open(on_host(journey.url, host))
    except PageError as exc:
        return Walked(journey, 0, "page", str(exc))
    for at, step in enumerate(journey.steps):
        try:
            selector, problem = await _find(live, step, outline(step.snapshot))
            if problem is None:
                healed += selector != step.selector
                problem = _problem(await live.use(selector), journey, at, table)
        except PageError as exc:
            problem = ("page", str(exc))
        if problem:
            return Walked(journey, at, *problem, picture=await _picture(live), healed=healed)
    return Walked(journey, healed=healed)


def on_host(url: str, host: str) -> str:
    """A page's address on another host."""
    page, new = urlsplit(url), urlsplit(host)
    return urlunsplit((new.scheme, new.netloc, page.path, page.query, page.fragment))


async def _find(live: Live, step: Step, before: Outline) -> tuple[str, tuple[Break, str] | None]:
    """The selector of a step's element on the page as it is, or what has become of it."""
    now = await live.outline()
    pairs = ElementMemory().pair(before, now)
    place = int(pairs.image[step.element])
    if place < 0:
        return "", ("gone", "is not there")
    element = now.elements[place]
    if pairs.seen(step.element) < 0:
        return element.selector, ("hidden", "cannot be seen")
    if element.disabled:
        return element.selector, ("disabled", "is disabled")
    return element.selector, None


def _problem(used: Used, journey: Journey, at: int, table: RouteTable) -> tuple[Break, str] | None:
    if used.outcome == "covered":
        return "covered", f"is covered by {used.detail}"
    if used.outcome in ("missing", "out of sight"):
        return "out of sight", "cannot be scrolled to"
    wanted = journey.steps[at + 1].snapshot.page if at + 1 < len(journey.steps) else journey.arrives
    page = table.page(used.url)
    if page != wanted:
        was = journey.steps[at].snapshot.page
        if used.outcome == "nothing" or page == was:
            return "does nothing", f"does not lead to {wanted}"
        return "leads elsewhere", f"leads to {page} and not to {wanted}"
    if used.outcome == "nothing":
        return "does nothing", "does nothing"
    return None


async def _picture(live: Live) -> bytes:
    try:
        return await live.picture()
    except Exception:
        # A page that is gone has no picture; what happened to it is told all the same.
        return b""
