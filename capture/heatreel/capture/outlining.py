"""The outlines of single pages, from files or URLs, without a workspace."""

from __future__ import annotations

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
    """The outline of each page at rest, in the order of `sources` (http, https or file URLs, or paths of HTML files).

    Raises `InputError` for a path that is no file, `PageError` for a page that cannot be opened, `BrowserError`.
    """
    urls = [_url(source) for source in sources]
    options = CaptureOptions(viewports=(viewport,))
    async with launch(browser) as started:
        guard = await NetworkGuard.start(started)
        tab = Tab(started, guard, viewport, options)
        try:
            return [await _outline(tab, url) for url in urls]
        finally:
            await tab.close()


async def _outline(tab: Tab, url: str) -> Outline:
    await tab.load(url, fresh=True)
    return Outline.from_json(await tab.call("__heatreel.outline(document, {key: ''})"))


def _url(source: str) -> str:
    if is_web(source) or source.startswith("file:"):
        return source
    path = Path(source)
    if not path.is_file():
        raise InputError(f"{source}: no such file, and not a URL with http:// or https://")
    return path.resolve().as_uri()
