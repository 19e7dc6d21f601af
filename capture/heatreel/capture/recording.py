"""`heatreel record`: a browser with the recorder in every page, and a collector that receives what it sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heatreel.capture import collector
from heatreel.capture.acts import Act, do
from heatreel.capture.browser import launch
from heatreel.capture.inpage import recorder_script
from heatreel.core.config import SiteConfig
from heatreel.core.errors import PageError
from heatreel.core.viewport import Viewport

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

SOURCE = "record"
"""What sessions say that a tester made."""

# What followed the last click is reported after so long.
_LAST_MS = 2700

# A script element tells the recorder where it is from; here its own global does. Only in the page, not in its frames.
_PUT_IN = "if (self === top && /^http/.test(location.protocol)) {{ self.heatreel = {snippet}; {script} }}"


@dataclass(frozen=True, slots=True)
class Recording:
    """What to record: where, at which viewport, and by whom: the acts of a script, or a person when there are none."""

    url: str
    viewport: Viewport
    script: Path | None = None
    acts: Sequence[Act] = ()
    headed: bool = True
    browser: str | None = None
    storage_state: Path | None = None


def record(folder: Path, recording: Recording, site: SiteConfig) -> int:
    """Records into a workspace until the script is done or the browser closed; returns how many views there were.

    Sessions say "record" as their source. The pages' own policies (CSP) do not hold in this browser, so that the
    recorder works on any site. Raises `PageError` when the URL does not open, `CannotRun` when an act cannot be done.
    """
    key = collector.make_ready(folder, site)
    with collector.running(folder, site=site, source=SOURCE) as base:
        return asyncio.run(_record(recording, base, key, site))


async def _record(recording: Recording, base: str, key: str, site: SiteConfig) -> int:
    dataset = {"site": key, "query": ",".join(site.query)}
    snippet = json.dumps({"src": f"{base}/heatreel.js", "dataset": dataset})
    async with launch(recording.browser, headless=not recording.headed) as browser:
        context = await browser.new_context(**_options(recording))
        context.set_default_timeout(10_000)
        # Chromium asks before a public page may speak to this machine; older ones know no such permission.
        with suppress(Exception):
            await context.grant_permissions(["local-network-access"])
        await context.add_init_script(_PUT_IN.format(snippet=snippet, script=recorder_script()))
        views: list[str] = []
        context.on("page", lambda page: page.on("framenavigated", lambda frame: _note(views, page, frame)))
        page = await context.new_page()
        await _open(page, recording.url)
        if recording.acts and recording.script:
            await _follow(page, recording.acts, recording.script)
        else:
            await _until_closed(context)
        with suppress(Exception):
            await context.close()
    return len(views)


def _options(recording: Recording) -> dict[str, Any]:
    viewport = recording.viewport
    return {
        "viewport": {"width": viewport.width, "height": viewport.height},
        "device_scale_factor": viewport.dpr,
        "has_touch": viewport.touch,
        "is_mobile": viewport.touch,
        "bypass_csp": True,
        "storage_state": recording.storage_state,
    }


def _note(views: list[str], page: Page, frame: object) -> None:
    if frame == page.main_frame and page.url.startswith("http"):
        views.append(page.url)


async def _open(page: Page, url: str) -> None:
    from playwright.async_api import Error

    try:
        await page.goto(url, wait_until="load", timeout=30_000)
    except Error as exc:
        line = next(iter(exc.message.strip().splitlines()), "")
        raise PageError(f"{url}: does not open ({line})") from exc
    await page.wait_for_timeout(300)


async def _follow(page: Page, acts: Sequence[Act], script: Path) -> None:
    try:
        for act in acts:
            await do(page, act, script)
        await page.wait_for_timeout(_LAST_MS)
    finally:
        # What was done is stored, also when the script stops half-way.
        with suppress(Exception):
            await page.evaluate("self.heatreel && heatreel.flush && heatreel.flush()")
            await page.goto("about:blank")
            await page.wait_for_timeout(300)


async def _until_closed(context: BrowserContext) -> None:
    """Waits until the tester has closed every window."""
    while context.pages:
        with suppress(Exception):
            await context.pages[0].wait_for_event("close", timeout=0)
