"""The job of `heatreel capture`: pages of a site, in each viewport, in every state, into a workspace."""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heatreel.capture.browser import find_browser, launch
from heatreel.capture.crawl import Crawl, Link, Queue, Visit
from heatreel.capture.explore import Exploration, Explorer
from heatreel.capture.guard import NetworkGuard
from heatreel.capture.inpage import init_script, keeping_script
from heatreel.capture.options import CaptureOptions
from heatreel.capture.resources import Resources
from heatreel.capture.running import ARGUMENTS
from heatreel.capture.snapshot import Failed, take_all
from heatreel.capture.tab import Tab, is_web
from heatreel.core.errors import HeatreelError, InputError, PageError
from heatreel.core.state import DEFAULT, Action, Skipped
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Capture, Workspace

if TYPE_CHECKING:
    from playwright.async_api import Browser

RECYCLE_JOBS = 30
"""A browser is closed and started anew after so many pages, before its memory grows."""

Progress = Callable[[str, int, int], None]
"""Called as pages are done: what was done, how many of how many pages x viewports."""


@dataclass(frozen=True)
class PageDone:
    """One page captured in one viewport."""

    page: str
    url: str
    viewport: str
    states: int
    probed: int
    explore_s: float
    seconds: float


@dataclass(frozen=True)
class PageFailure:
    """One page that could not be captured in one viewport, and why. `given`: it was asked for, not linked to."""

    page: str
    url: str
    viewport: str
    reason: str
    given: bool


@dataclass(frozen=True)
class CaptureResult:
    """What a capture did. `failed` holds the pages that were asked for and could not be captured."""

    label: str
    pages: tuple[PageDone, ...]
    failed: tuple[PageFailure, ...]
    snapshots: int
    skipped: int
    seconds: float

    def failures(self) -> list[str]:
        """One line for each page that failed."""
        return [f"{one.reason} ({one.viewport})" for one in self.failed]

    def line(self) -> str:
        """The result in one line for people."""
        pages = len({one.page for one in self.pages})
        failed = len({one.page for one in self.failed})
        return (
            f"capture {self.label!r}: {pages} page{'s' * (pages != 1)}, {self.snapshots} snapshots"
            f" in {self.seconds:.0f} s, {self.skipped} things not tried"
            + (f", {failed} page{'s' * (failed != 1)} failed" if failed else "")
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "label": self.label,
            "pages": [asdict(one) for one in self.pages],
            "failed": [asdict(one) for one in self.failed],
            "snapshots": self.snapshots,
            "skipped": self.skipped,
            "seconds": round(self.seconds, 2),
        }


async def capture(
    folder: Path, urls: list[str], options: CaptureOptions, progress: Progress | None = None
) -> CaptureResult:
    """Captures the pages into the workspace at `folder`. A page that fails never loses the others.

    Raises `InputError` on URLs that are none, `BrowserError` without a browser, `Busy` when another process writes.
    """
    for url in urls:
        if not is_web(url):
            raise InputError(f"{url}: is not a URL; write it with http:// or https://")
    if not urls:
        raise InputError("no URL to capture")
    find_browser(options.browser)
    init_script(), keeping_script()
    with Workspace.writing(folder) as workspace:
        return await _Job(workspace, urls, options, progress or (lambda *_: None)).run()


@dataclass
class _Job:
    workspace: Workspace
    urls: list[str]
    options: CaptureOptions
    progress: Progress
    resources: Resources = field(default_factory=Resources)
    pages: list[PageDone] = field(default_factory=list)
    failed: list[PageFailure] = field(default_factory=list)
    snapshots: int = 0
    skipped: int = 0
    record: Capture | None = None
    kept: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    async def run(self) -> CaptureResult:
        options = self.options
        crawl = Crawl(self.urls, options.table, options.max_pages, options.routes == "auto")
        queue = Queue(crawl, len(options.viewports))
        self._check_label()
        workers = max(1, min(options.workers, queue.total if options.routes == "none" else options.workers))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work(queue))
        record = self.record
        if record:
            for url in crawl.left_out:
                self._skip(
                    Skipped(options.table.page(url), "", "", f"{url}: not captured, --max-pages is {options.max_pages}")
                )
            for url, twin in crawl.same:
                self._skip(Skipped(options.table.page(url), "", "", f"{url}: not captured, is the same page as {twin}"))
            self.workspace.finish_capture(record)
        seconds = time.monotonic() - self.started
        self.pages.sort(key=lambda one: (one.page, one.viewport))
        return CaptureResult(
            options.label, tuple(self.pages), tuple(self.failed), self.snapshots, self.skipped, seconds
        )

    # The capture's record

    def _check_label(self) -> None:
        taken = [one for one in self.workspace.captures() if one.label == self.options.label]
        if not taken:
            return
        if self.options.replace:
            self.workspace.delete_capture(self.options.label)
        elif self.options.resume:
            self.record = taken[0]
            for snapshot in self.workspace.snapshots(taken[0]):
                name = (snapshot.page, snapshot.viewport.name, snapshot.variant)
                self.kept.setdefault(name, set()).add(snapshot.state.id)
        else:
            raise InputError(
                f"capture {self.options.label!r} is there already; choose another --label, or --replace or --resume it"
            )

    def _begin(self, browser: Browser) -> Capture:
        if self.record is None:
            self.record = self.workspace.begin_capture(
                self.options.label,
                self.workspace.site(self.options.site),
                f"{browser.browser_type.name} {browser.version}",
                f"{platform.system()} {platform.release()}",
                self.options.as_json() | {"urls": self.urls},
            )
        return self.record

    def _skip(self, skipped: Skipped) -> None:
        if self.record:
            self.workspace.add_skipped(self.record, skipped)
            self.skipped += 1

    # Workers

    async def _work(self, queue: Queue) -> None:
        """Takes jobs until there are none; a browser that breaks is replaced, and its job tried once more."""
        job = await queue.take()
        tries = 0
        while job:
            async with _browser(self.options) as (browser, guard):
                record = self._begin(browser)
                for _ in range(RECYCLE_JOBS):
                    broken = await self._one(browser, guard, record, queue, job, last_try=tries > 0)
                    tries = tries + 1 if broken else 0
                    if broken:
                        break
                    queue.done += 1
                    self.progress(f"{job[0].page} {self.options.viewports[job[1]].name}", queue.done, queue.total)
                    job = await queue.take()
                    if not job:
                        break

    async def _one(
        self,
        browser: Browser,
        guard: NetworkGuard,
        record: Capture,
        queue: Queue,
        job: tuple[Visit, int],
        last_try: bool,
    ) -> bool:
        """One page in one viewport; true when the browser broke and the job is to be tried again."""
        from playwright.async_api import Error

        visit, viewport = job[0], self.options.viewports[job[1]]
        links: list[Link] = []
        try:
            links = await self._page(Tab(browser, guard, viewport, self.options), queue.crawl, record, visit)
        except (HeatreelError, Error, OSError) as exc:
            if not browser.is_connected() and not last_try:
                return True
            self._fail(visit, viewport, exc)
        if job[1] == 0:
            queue.crawl.report(visit, links)
        return False

    def _fail(self, visit: Visit, viewport: Viewport, exc: Exception) -> None:
        reason = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
        if not isinstance(exc, HeatreelError):
            reason = f"{visit.url}: the browser broke ({reason[:200]})"
        if visit.given:
            self.failed.append(PageFailure(visit.page, visit.url, viewport.name, reason, visit.given))
        self._skip(Skipped(visit.page, viewport.name, "", reason))

    # One page

    async def _page(self, tab: Tab, crawl: Crawl, record: Capture, visit: Visit) -> list[Link]:
        began = time.monotonic()
        explorer = Explorer(tab, visit.page)
        try:
            await _open(tab, visit)
            page = self._final(tab, crawl, visit)
            if page is None:
                return []
            explorer.page = page
            found = await explorer.run()
            await self._keep(explorer, found, record, page)
        finally:
            await tab.close()
        explored, total = found.seconds, time.monotonic() - began
        self.pages.append(
            PageDone(
                page, tab.url, tab.viewport.name, len(found.states), found.probed, round(explored, 2), round(total, 2)
            )
        )
        return _links(tab.url, found)

    def _final(self, tab: Tab, crawl: Crawl, visit: Visit) -> str | None:
        """The page that opened; None when a link was redirected to one that is captured anyway."""
        if not crawl.on_site(tab.url):
            raise PageError(f"{visit.url}: leads off the site to {tab.url}")
        page = self.options.table.page(tab.url)
        if page == visit.page or visit.given:
            return visit.page if visit.given else page
        return None if any(page == other.page for other in crawl.visits) else page

    async def _keep(self, explorer: Explorer, found: Exploration, record: Capture, page: str) -> None:
        tab, options = explorer.tab, self.options
        page_id = self.workspace.add_page(record, page, tab.url, tab.title)
        kept = self.kept.get((page, tab.viewport.name, options.arms[0].name), set())
        key = self.workspace.site(options.site).key
        async for taken in take_all(explorer, found.states, key, self.resources, kept):
            if isinstance(taken, Failed):
                self._lost(taken, page, tab)
                continue
            self.workspace.add_snapshot(
                page_id,
                tab.viewport,
                options.arms[0].name,
                taken.state,
                taken.size,
                taken.picture,
                taken.dom,
                taken.outline,
            )
            self.snapshots += 1
        for skipped in found.skipped:
            self._skip(skipped)

    def _lost(self, failed: Failed, page: str, tab: Tab) -> None:
        """Records a state that could not be kept; without its default state a page has failed."""
        if failed.state.id == DEFAULT:
            raise PageError(failed.reason)
        selector = failed.state.recipe[-1].selector
        self._skip(Skipped(page, tab.viewport.name, selector, f"{failed.state.label}: {failed.reason}"))


async def _open(tab: Tab, visit: Visit) -> None:
    """Opens a page by its URL, or by clicks from another page when a server does not know the URL."""
    try:
        await tab.load(visit.url, fresh=True)
    except PageError:
        if not visit.via:
            raise
        url, recipe = visit.via
        tab.steps = tuple(action.selector for action in recipe)
        await tab.load(url, fresh=True)


def _links(url: str, found: Exploration) -> list[Link]:
    """The page's links; with a way by clicks when the page was seen to handle its links itself."""
    by_click = bool(found.routes)
    links = [
        Link(href, (url, (Action("click", selector),)) if by_click and selector else None)
        for href, selector in found.links
    ]
    return links + [Link(route.url, (url, route.recipe)) for route in found.routes]


@asynccontextmanager
async def _browser(options: CaptureOptions) -> AsyncIterator[tuple[Browser, NetworkGuard]]:
    async with launch(options.browser, arguments=ARGUMENTS) as browser:
        yield browser, await NetworkGuard.start(browser)
