"""A browser at work for the capture: with its guard, measured, and ended before its memory grows too large."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from heatreel.capture.browser import kill_group, launch, process_id
from heatreel.capture.guard import Door, NetworkGuard
from heatreel.capture.options import CaptureOptions
from heatreel.capture.rate import Rate

if TYPE_CHECKING:
    from playwright.async_api import Browser

ARGUMENTS = ("--blink-settings=imagesLazyLoadingEnabled=false,imageAnimationPolicy=2",)

AS_VISITOR = "--disable-blink-features=AutomationControlled"
"""With it a browser does not say that it is automated (`navigator.webdriver`)."""

EATS = 2.5
"""A browser that takes so many times the memory bound while it is on one page is ended at once."""

LOOK_S = 1.0
"""How often its memory is looked at."""


@dataclass
class Running:
    """A started browser. `ate` is set when it was ended for the memory it took, in MB."""

    browser: Browser
    guard: NetworkGuard
    process: int
    ate: int = 0

    @property
    def alive(self) -> bool:
        return self.browser.is_connected()

    def memory_mb(self) -> int:
        """What the browser and all its children hold, in MB; shared memory is counted once where the system says."""
        return sum(_memory(one) for one in _family(self.process)) // 1_000_000

    def kill(self) -> None:
        """Ends the browser with everything it started."""
        kill_group(self.process)


def _family(process: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(process)
        return [parent, *parent.children(recursive=True)] if process else []
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", 0) or full.uss)
    except psutil.Error:
        return 0


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


@asynccontextmanager
async def started(
    options: CaptureOptions,
    rate: Rate | None = None,
    door: Door | None = None,
    more: tuple[str, ...] = (),
    writes: bool = False,
) -> AsyncIterator[Running]:
    """A browser for pages of one capture, with a guard at its network and an eye on its memory.

    Raises `BrowserError` when it does not start.
    """
    arguments = (*ARGUMENTS, *((AS_VISITOR,) if options.as_visitor else ()), *more)
    async with launch(options.browser, arguments=arguments) as browser:
        running = Running(browser, await NetworkGuard.start(browser, rate, door, writes), await process_id(browser))
        watch = asyncio.create_task(_watch(running, int(options.memory_mb * EATS)))
        try:
            yield running
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch


async def _watch(running: Running, most_mb: int) -> None:
    """Ends a browser whose page eats memory, before it takes the machine down."""
    while running.alive:
        await asyncio.sleep(LOOK_S)
        # Resident memory counts what is shared more than once, but is cheap to ask for.
        taken = sum(_resident(one) for one in _family(running.process)) // 1_000_000
        if taken > most_mb:
            running.ate = taken
            running.kill()
