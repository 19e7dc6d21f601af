"""The job of a capture: workers, each with a browser of its own, take pages from one queue and keep what they find."""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from heatreel.capture.agreeing import Names, Place
from heatreel.capture.crawl import Crawl, Queue, Visit
from heatreel.capture.deadline import within
from heatreel.capture.fonts import fonts_of
from heatreel.capture.grouping import differing, proposals
from heatreel.capture.login import Entered, log_in
from heatreel.capture.onepage import OnePage, Stored
from heatreel.capture.options import Arm, CaptureOptions
from heatreel.capture.proxy import public_proxy
from heatreel.capture.rate import Rate
from heatreel.capture.recipes import Healer, Redone
from heatreel.capture.resources import Resources
from heatreel.capture.results import CaptureResult, PageDone, PageFailure, Record
from heatreel.capture.running import Running, started
from heatreel.capture.sitemap import listed_urls
from heatreel.capture.tab import Tab
from heatreel.capture.visitor import Visitor
from heatreel.core.errors import HeatreelError, InputError
from heatreel.core.routes import RouteTable, origin
from heatreel.core.state import Skipped
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Capture, Workspace

if TYPE_CHECKING:
    from playwright.async_api import Browser

Progress = Callable[[str, int, int], None]
"""Called as pages are done: what was done, how many of how many pages x viewports x variants."""


@dataclass(frozen=True)
class Task:
    """One page in one viewport and variant."""

    visit: Visit
    lane: int
    viewport: Viewport
    arm: Arm

    @property
    def place(self) -> Place:
        return self.visit.page, self.viewport.name, self.arm.name

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.visit.page, self.viewport.name, self.arm.name) if part)


class Job:
    """A capture at work. `run` does it all."""

    def __init__(
        self,
        workspace: Workspace,
        urls: list[str],
        options: CaptureOptions,
        progress: Progress,
        heal: Healer | None = None,
    ) -> None:
        self.workspace = workspace
        self.urls = urls
        self.options = options
        self.progress = progress
        self.heal = heal
        self.origins = tuple(dict.fromkeys(origin(url) for url in urls))
        self.rate = Rate(options.rate)
        self.resources = Resources()
        self.more: tuple[str, ...] = ()
        self.entered = Entered()
        self.record: Capture | None = None
        self.before: dict[Place, Record] = {}
        self.stored = Stored(workspace)
        self.names = Names()
        self.done: dict[Place, Record] = {}
        self.pages: list[PageDone] = []
        self.failed: list[PageFailure] = []
        self.not_redone: list[tuple[str, str, Redone]] = []
        self.warnings: list[str] = []
        self.skipped = 0
        self.resumed = 0
        self.started = time.monotonic()

    async def run(self) -> CaptureResult:
        self._find_record()
        async with AsyncExitStack() as stack:
            if self.options.public_only:
                self.more = await stack.enter_async_context(public_proxy())
            listed = await self._prepare()
            crawl = Crawl(self.urls, self.options.table, self.options.max_pages, self.options.routes == "auto", listed)
            queue = Queue(crawl, lambda visit: len(self._lanes(visit)), self._cost)
            # More browsers than pages would only cost their start.
            least = queue.total if crawl.complete or self.options.routes == "none" else self.options.workers
            async with asyncio.TaskGroup() as group:
                for _ in range(max(1, min(self.options.workers, least))):
                    group.create_task(self._work(queue))
            await self._look_at_routes(crawl)
        self._close(crawl)
        return self._result()

    # Before

    def _find_record(self) -> None:
        """The capture's record: none yet, or that of the capture that goes on."""
        options = self.options
        taken = next((one for one in self.workspace.captures() if one.label == options.label), None)
        if options.reuse:
            self.workspace.capture(options.reuse)
            if options.reuse == options.label and options.replace:
                raise InputError(
                    f"--reuse {options.reuse}: is the capture that --replace forgets; choose another --label"
                )
        if not taken:
            return
        if options.replace:
            self.workspace.delete_capture(options.label)
        elif options.resume or options.learn:
            self.record = taken
            self.workspace.reopen_capture(taken)
            self.stored.note(taken)
            self.before = {place: Record.from_json(one) for place, one in self.workspace.visits(taken).items()}
        else:
            raise InputError(
                f"capture {options.label!r} is there already; choose another --label, or --replace or --resume it"
            )

    async def _prepare(self) -> list[str]:
        """What is to be done once: the login, and reading the sitemap; returns the addresses it lists."""
        access = self.options.access
        if not access.login and not self.options.sitemap:
            return []
        visitor = Visitor(self.origins, access)
        if access.login:
            self.entered = await log_in(self.options, visitor, self.more)
        if not self.options.sitemap:
            return []
        async with started(self.options, self.rate, visitor.door(), self.more) as running:
            tab = self._tab(running, self.options.viewports[0], Arm())
            listed, problems = await listed_urls(tab, self.options.sitemap, self.urls)
            self.warnings += problems
            return listed

    def _lanes(self, visit: Visit) -> list[tuple[Viewport, Arm]]:
        """What a page is captured in: each viewport, in each variant that is for it, or in none."""
        arms = [arm for arm in self.options.arms if not arm.pages or _is_for(arm, visit)] or [Arm()]
        lanes = [(viewport, arm) for arm in arms for viewport in self.options.viewports]
        if not self.options.learn:
            return lanes
        # Only where there is something to learn.
        asked = self.options.asked
        return [
            lane for lane in lanes if any(one.wanted(visit.page, lane[0].name, lane[1].name) for one in asked)
        ] or lanes[:1]

    def places_before(self, task: Task) -> list[Place]:
        """The viewports of a page and variant that come before a task's."""
        lanes = self._lanes(task.visit)[: task.lane]
        return [(task.visit.page, viewport.name, arm.name) for viewport, arm in lanes if arm == task.arm]

    def _cost(self, visit: Visit) -> float:
        """Seconds that a page took in its first viewport and variant."""
        return max((one.seconds for place, one in self.done.items() if place[0] == visit.page), default=0.0)

    async def _begin(self, browser: Browser) -> Capture:
        fonts = {} if self.record else await fonts_of(browser)
        if self.record is None:
            self.record = self.workspace.begin_capture(
                self.options.label,
                self.workspace.site(self.options.site),
                f"{browser.browser_type.name} {browser.version}",
                f"{platform.system()} {platform.release()}",
                self.options.as_json() | {"urls": self.urls, "fonts": fonts},
            )
        return self.record

    # Workers

    async def _work(self, queue: Queue) -> None:
        """Takes tasks until there are none; a browser that breaks is replaced, and its task tried once more."""
        task = await self._take(queue)
        tries = 0
        while task:
            async with started(self.options, self.rate, self._door(), self.more) as running:
                await self._begin(running.browser)
                while task:
                    broken = await self._one(running, queue, task, last_try=tries > 0)
                    tries = tries + 1 if broken else 0
                    if broken:
                        break
                    queue.done += 1
                    self.progress(task.text, queue.done, queue.total)
                    task = await self._take(queue)
                    if not running.alive or running.memory_mb() > self.options.memory_mb:
                        break

    async def _take(self, queue: Queue) -> Task | None:
        """The next task that was not done before."""
        while job := await queue.take():
            visit, lane = job
            viewport, arm = self._lanes(visit)[lane]
            task = Task(visit, lane, viewport, arm)
            before = self.before.get(task.place)
            if self.options.learn or not before or not self._holds(task, before):
                return task
            self.resumed += 1
            self.done[task.place] = before
            self._name(task, before)
            queue.done += 1
            if lane == 0:
                queue.crawl.report(visit, before.links)
        return None

    def _name(self, task: Task, record: Record) -> None:
        """Tells of the names of states that are stored already."""
        snapshots = self.workspace.snapshots(self.record) if self.record else []
        place = (record.page, task.viewport.name, task.arm.name)
        stored = (one.state for one in snapshots if (one.page, one.viewport.name, one.variant) == place)
        self.names.tell(task.place, stored)

    def _holds(self, task: Task, before: Record) -> bool:
        """Whether what an earlier run did is whole; else it is forgotten, and done again where it is not."""
        kept: frozenset[str] | set[str] = self.stored.states.get(
            (before.page, task.viewport.name, task.arm.name), frozenset()
        )
        if not before.failed and len(kept) >= before.states:
            return True
        if self.record:
            self.workspace.forget_visit(self.record, *task.place)
        return False

    def _door(self) -> Any:
        """The guard's door, there from the start when any page will need it."""
        arm = next((arm for arm in self.options.arms if arm.headers), Arm())
        return self._visitor(arm).door()

    def _visitor(self, arm: Arm) -> Visitor:
        return Visitor(self.origins, self.options.access, arm, self.entered.state, self.entered.session)

    def _tab(self, running: Running, viewport: Viewport, arm: Arm) -> Tab:
        visitor = self._visitor(arm)
        running.guard.door = visitor.door()
        tab = Tab(running.browser, running.guard, viewport, self.options, visitor)
        tab.deadline = time.monotonic() + self.options.bounds.page_s
        return tab

    async def _one(self, running: Running, queue: Queue, task: Task, last_try: bool) -> bool:
        """One page in one viewport and variant; true when the browser broke and the task is to be tried again."""
        assert self.record is not None
        one = OnePage(self, queue.crawl, task, self._tab(running, task.viewport, task.arm))
        work = asyncio.create_task(one.run())
        in_time = await within(work, lambda: one.tab.deadline)
        error = work.exception() if work.done() and not work.cancelled() else None
        if not isinstance(error, Exception | None):
            raise error
        # A page that was cut off may still keep its browser busy.
        if not in_time:
            running.kill()
        elif error and _broke(running, error) and not last_try and not running.ate:
            return True
        reason = "" if in_time and not error else _reason(task, running, error, in_time)
        self._note(task, one, reason)
        if task.lane == 0:
            queue.crawl.report(task.visit, one.record.links)
        return False

    def _note(self, task: Task, one: OnePage, reason: str) -> None:
        """Keeps what became of a task, so that a capture that goes on need not do it again."""
        assert self.record is not None
        self._name(task, one.record)
        if reason:
            one.skipped.append(Skipped(task.visit.page, task.viewport.name, "", reason))
            # A page whose default state is kept was captured, if not whole.
            one.record = replace(one.record, failed="" if one.kept_default else reason)
            if one.record.failed and task.visit.given:
                self.failed.append(PageFailure(task.visit.page, task.visit.url, task.viewport.name, reason, True))
        if not one.record.failed and one.done:
            self.pages.append(one.done)
        before = self.before.get(task.place)
        if self.options.learn and before:
            one.record = replace(before, states=one.record.states, recipes=(*before.recipes, *one.record.recipes))
        self.done[task.place] = one.record
        self.not_redone += [(task.visit.page, task.viewport.name, two) for two in one.record.recipes if not two.done]
        self.workspace.add_visit(self.record, *task.place, one.record.as_json(), one.skipped)
        self.skipped += len(one.skipped)

    # After

    async def _look_at_routes(self, crawl: Crawl) -> None:
        """Warns of routes whose pages are not alike."""
        routes = {page: urls for page, urls in crawl.members.items() if "{" in page and len(urls) > 1}
        shapes = {place[0]: one.shape for place, one in self.done.items() if one.shape}
        if not any(page in shapes for page in routes):
            return
        async with started(self.options, self.rate, self._door(), self.more) as running:
            for page, urls in routes.items():
                if page in shapes:
                    tab = self._tab(running, self.options.viewports[0], Arm())
                    self.warnings += await differing(tab, page, urls, shapes[page])

    def _close(self, crawl: Crawl) -> None:
        if not self.record:
            return
        table, known = self.options.table, set(self.workspace.skipped(self.record))
        left = [(url, f"{url}: not captured, --max-pages is {self.options.max_pages}") for url in crawl.left_out]
        left += [(url, f"{url}: not captured, is the same page as {twin}") for url, twin in crawl.same]
        left += [("", warning) for warning in self.warnings]
        for url, reason in left:
            skipped = Skipped(table.page(url) if url else "", "", "", reason)
            if skipped not in known:
                self.workspace.add_skipped(self.record, skipped)
                self.skipped += 1
        self.workspace.finish_capture(self.record)

    def _result(self) -> CaptureResult:
        first = self.options.viewports[0].name
        shapes = {one.url: one.shape for (_, viewport, _), one in self.done.items() if viewport == first and one.shape}
        self.pages.sort(key=lambda one: (one.page, one.viewport, one.variant))
        return CaptureResult(
            self.options.label,
            tuple(self.pages),
            tuple(self.failed),
            self.stored.count,
            self.skipped,
            time.monotonic() - self.started,
            self.resumed,
            tuple(self.not_redone),
            tuple(proposals(shapes, self.options.table)),
            tuple(self.warnings),
        )


def _is_for(arm: Arm, visit: Visit) -> bool:
    return visit.page in arm.pages or RouteTable(arm.pages).page(visit.url) in arm.pages


def _broke(running: Running, error: Exception) -> bool:
    """Whether an error is the browser's end, not the page's fault."""
    said = str(error)
    return not running.alive or "Connection closed" in said or "has been closed" in said


def _reason(task: Task, running: Running, error: Exception | None, in_time: bool) -> str:
    """Why a page was not captured, or not whole, in one line."""
    url = task.visit.url
    if running.ate:
        return f"{url}: took {running.ate} MB of memory (--memory), and was ended"
    if not in_time:
        return f"{url}: was cut off, its time was over (--page-time)"
    said = str(error).strip().splitlines()
    if isinstance(error, HeatreelError):
        return said[0]
    return f"{url}: the browser broke ({said[0][:200] if said else type(error).__name__})"
