"""A browser with the page model in every page, for the tests of the page model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, sync_playwright

from heatreel.capture.browser import browser_arguments, find_browser
from heatreel.capture.inpage import page_model

PAGES = Path(__file__).parent / "pages"


@contextmanager
def browsing(width: int = 1280, height: int = 800) -> Iterator[BrowserContext]:
    """A fresh browser context whose pages hold the page model and reach nothing but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=browser_arguments())
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        context.add_init_script(page_model())
        context.route("**/*", _stay_here)
        yield context
        browser.close()


def _stay_here(route: Route) -> None:
    if route.request.url.startswith(("http://127.0.0.1", "data:", "blob:", "about:")):
        route.continue_()
    else:
        route.abort()


def outline_of(page: Page, **options: Any) -> dict[str, Any]:
    """What `outline(document)` says of a page."""
    outline: dict[str, Any] = json.loads(page.evaluate("options => __heatreel.outline(document, options)", options))
    return outline
