"""One page in one viewport and variant: opened, explored, its recipes followed, its states kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from heatreel.capture.agreeing import agreed
from heatreel.capture.content import content
from heatreel.capture.crawl import Crawl, Link
from heatreel.capture.deadline import KEEP_S, for_size, pace, stretch
from heatreel.capture.explore import Explorer
from heatreel.capture.found import Exploration
from heatreel.capture.grouping import shape
from heatreel.capture.recipes import follow_all
from heatreel.capture.results import PageDone, Record
from heatreel.capture.snapshot import Failed, take_all
from heatreel.capture.tab import Tab
from heatreel.core.errors import PageError
from heatreel.core.state import DEFAULT, Action, Skipped
from heatreel.core.workspace import Capture, Workspace

if TYPE_CHECKING:
    from heatreel.capture.job import Job, Task

ARM_TRIES = 12
"""Fresh visits until a page shows an arm that only its `rule` tells; one of two arms is missed once in 4,096."""


class Stored:
    """What a capture holds so far. `states` by page, viewport and variant; `count` is of this run."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.states: dict[tuple[str, str, str], set[str]] = {}
        self.count = 0

    def note(self, capture: Capture) -> None:
        for one in self.workspace.snapshots(capture):
            self.states.setdefault((one.page, one.viewport.name, one.variant), set()).add(one.state.id)


class OnePage:
    """A page at work. After `run`, and after its end by an error too: `record`, `skipped`, `done`."""

    def __init__(self, job: Job, crawl: Crawl, task: Task, tab: Tab) -> None:
        self.job = job
        self.crawl = crawl
        self.task = task
        self.tab = tab
        self.options = job.options
        self.record = Record()
        self.skipped: list[Skipped] = []
        self.done: PageDone | None = None
        self.page = task.visit.page

    @property
    def kept(self) -> set[str]:
        place = (self.page, self.task.viewport.name, self.task.arm.name)
        return self.job.stored.states.setdefault(place, set())

    @property
    def kept_default(self) -> bool:
        return bool(self.record.page) and DEFAULT in self.kept

    async def run(self) -> None:
        """Raises `PageError` when the page cannot be captured; Playwright's errors when the browser breaks."""
        began = time.monotonic()
        explorer = Explorer(self.tab, self.page)
        try:
            await self._open()
            found_page = self._final()
            if found_page is None:
                return
            self.page = explorer.page = found_page
            url = self.tab.visitor.plain(self.tab.url)
            digest = await content(self.tab)
            self.record = Record(self.page, url, content=digest, shape=await shape(self.tab))
            await self._say_what_it_asks()
            if not self._reuse(digest):
                await self._explore(explorer)
        finally:
            with suppress(Exception):
                await self.tab.close()
            if not self.record.links:
                self.record = replace(self.record, links=tuple(Link(href) for href, _ in explorer.links))
            took = round(time.monotonic() - began, 2)
            self.record = replace(self.record, seconds=took, states=len(self.kept) if self.record.page else 0)
            self._tell()

    def _tell(self) -> None:
        one = self.record
        if one.page:
            self.done = PageDone(
                one.page, one.url, self.task.viewport.name, one.states, one.probed, one.explore_s, one.seconds,
                self.task.arm.name, bool(one.reused),
            )  # fmt: skip

    # Opening

    async def _open(self) -> None:
        """Opens the page, in the arm that is wanted, and learns how fast it is."""
        tab, began = self.tab, time.monotonic()
        await self._load()
        tab.pace_s = pace(time.monotonic() - began, tab.settled.ended == "quiet") * stretch()
        # A page that answers may take longer on a machine that has much to do; one that hangs may not.
        tab.earn(self.options.bounds.page_s * (stretch() - 1))
        with suppress(PageError):  # Of a page that loads itself again just now there is nothing to count.
            tab.earn(for_size(await tab.call("document.getElementsByTagName('*').length")))
        rule = self.task.arm.rule
        if not rule:
            return
        for _ in range(ARM_TRIES):
            if await tab.page.query_selector(rule):
                # From here on it is the same visitor, so that the arm stays.
                tab.visitor = replace(tab.visitor, entry=await tab.context.storage_state(), checked=True)
                return
            tab.earn(tab.pace_s)
            await self._load()
        raise PageError(f"{tab.url}: never shows {rule}, which tells variant {self.task.arm.name!r}")

    async def _load(self) -> None:
        """Opens a page by its URL, or by clicks from another page when a server does not know the URL."""
        visit, tab = self.task.visit, self.tab
        try:
            await tab.load(tab.visitor.url(visit.url), fresh=True)
        except PageError:
            if not visit.via:
                raise
            url, recipe = visit.via
            tab.steps = tuple(action.selector for action in recipe)
            await tab.load(tab.visitor.url(url), fresh=True)

    def _final(self) -> str | None:
        """The page that opened; None when a link was redirected to one that is captured anyway."""
        visit, url = self.task.visit, self.tab.visitor.plain(self.tab.url)
        if not self.crawl.on_site(url):
            raise PageError(f"{visit.url}: leads off the site to {url}")
        page = self.options.table.page(url)
        login = self.options.access.login
        if login and page == self.options.table.page(login.url) != visit.page:
            raise PageError(f"{visit.url}: leads to the login page {login.url}; the login does not hold")
        if page == visit.page or visit.given:
            return visit.page if visit.given else page
        return None if any(page == other.page for other in self.crawl.visits) else page

    async def _say_what_it_asks(self) -> None:
        """Some pages show another face to browsers that say that they are automated: no consent banner, a bot wall."""
        if not self.options.as_visitor and await self.tab.call("!!__heatreelCapture.askedAutomated"):
            reason = (
                "asks whether the browser is automated, and was told that it is: what it shows may differ from what"
                " visitors see; --as-visitor does not say it"
            )
            self.skipped.append(Skipped(self.page, self.tab.viewport.name, "", f"{self.record.url}: {reason}"))

    # What is there

    def _reuse(self, digest: str) -> bool:
        """Takes over what an earlier capture kept of this page, when nothing that it is made of has changed."""
        job, task = self.job, self.task
        if not self.options.reuse or not digest or job.record is None:
            return False
        earlier = job.workspace.capture(self.options.reuse)
        before = job.workspace.visits(earlier).get(task.place)
        if not before or before["content"] != digest or before["failed"]:
            return False
        page_id = job.workspace.add_page(job.record, self.page, self.record.url, self.tab.title)
        self.kept.update(
            job.workspace.copy_snapshots(earlier, before["page"], task.viewport.name, task.arm.name, page_id)
        )
        known = Record.from_json(before)
        self.record = replace(
            self.record, links=known.links, recipes=known.recipes, probed=known.probed, reused=self.options.reuse
        )
        return True

    async def _explore(self, explorer: Explorer) -> None:
        job = self.job
        key = job.workspace.site(self.options.site).key
        found = await explorer.run()
        await self._agree(found)
        place = (self.page, self.task.viewport.name, self.task.arm.name)
        asked = [one for one in self.options.asked if one.wanted(*place)]
        redone = await follow_all(explorer, asked, key, job.heal)
        self.skipped += found.skipped
        self.record = replace(
            self.record,
            links=tuple(_links(self.tab.visitor.plain(self.tab.url), found)),
            recipes=tuple(redone),
            probed=found.probed,
            explore_s=round(found.seconds, 2),
        )
        await self._keep(explorer, found, key)

    async def _agree(self, found: Exploration) -> None:
        """Calls the states what they were called in the viewports before."""
        names, before = self.job.names, self.job.places_before(self.task)
        known = await names.heard(before, self.tab.earn)
        for one, state in zip(found.states, agreed([one.state for one in found.states], known), strict=True):
            one.state = state
        names.tell(self.task.place, [one.state for one in found.states])

    async def _keep(self, explorer: Explorer, found: Exploration, key: str) -> None:
        job, tab = self.job, self.tab
        assert job.record is not None
        page_id = job.workspace.add_page(job.record, self.page, self.record.url, tab.title)
        wanted = [one for one in found.states if one.state.id not in self.kept]
        tab.earn(len(wanted) * (KEEP_S * stretch() + tab.pace_s))
        async for taken in take_all(explorer, found.states, key, job.resources, tuple(self.kept)):
            if isinstance(taken, Failed):
                self._lost(taken)
                continue
            state = taken.stored(job.workspace.blobs.put)
            job.workspace.add_snapshot(
                page_id, tab.viewport, self.task.arm.name, state, taken.size, taken.picture, taken.dom, taken.outline
            )
            job.stored.count += 1
            self.kept.add(taken.state.id)

    def _lost(self, failed: Failed) -> None:
        """Records a state that could not be kept; without its default state a page has failed."""
        if failed.state.id == DEFAULT:
            raise PageError(failed.reason)
        selector = failed.state.recipe[-1].selector
        reason = f"{failed.state.label}: {failed.reason}"
        self.skipped.append(Skipped(self.page, self.tab.viewport.name, selector, reason))


def _links(url: str, found: Exploration) -> Sequence[Link]:
    """The page's links; with a way by clicks when the page was seen to handle its links itself."""
    by_click = bool(found.routes)
    links = [
        Link(href, (url, (Action("click", selector),)) if by_click and selector else None)
        for href, selector in found.links
    ]
    return links + [Link(route.url, (url, route.recipe)) for route in found.routes]
