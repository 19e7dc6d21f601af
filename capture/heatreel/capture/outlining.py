"""Outlines of pages that are in no workspace: HTML files and URLs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from heatreel.capture.browser import launch
from heatreel.capture.guard import NetworkGuard
from heatreel.capture.options import CaptureOptions
from heatreel.capture.tab import Tab, is_web
from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.viewport import Viewport


async def outlines(sources: Sequence[str], viewport: Viewport, browser: str | None = None) -> list[Outline]:
    """The default state's outline of each source (path of an HTML file, or URL), in order.

    Raises `InputError` when a file is not there, `PageError` when a page cannot be opened.
    """
    urls = [source if is_web(source) else _file(source) for source in sources]
    options = CaptureOptions(viewports=(viewport,))
    found = []
    async with launch(browser) as running:
        guard = await NetworkGuard.start(running)
        for url in urls:
            tab = Tab(running, guard, viewport, options)
            try:
                await tab.load(url)
                found.append(Outline.from_json(await tab.call(f"__heatreel.outline(document, {json.dumps({})})")))
            finally:
                await tab.close()
    return found


def _file(source: str) -> str:
    path = Path(source.removeprefix("file://"))
    if not path.is_file():
        raise InputError(f"{source}: no such file, and no URL")
    return path.resolve().as_uri()
