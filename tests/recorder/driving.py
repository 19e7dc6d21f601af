"""A browser with the recorder in its pages, a collector that receives, and what it stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from heatreel.capture.browser import browser_arguments, find_browser
from heatreel.capture.collector import running
from heatreel.core.eventlog import EventLog
from heatreel.core.session import Event, Session
from heatreel.core.workspace import Workspace
from serving import served

PAGES = Path(__file__).parent / "pages"
BEGUN = "typeof heatreel === 'object' && document.readyState === 'complete'"
# The second part was fetched; it is run before the next task.
COMPLETE = "performance.getEntriesByType('resource').some(one => one.name.endsWith('/heatreel-more.js'))"
# The recorder begins in a task after the load event, so two tasks later it has.
LATER = "() => new Promise(done => setTimeout(() => setTimeout(done)))"
# Effects are watched for 2.5 s after a press.
WATCHED_MS = 2600


class Visit:
    """One visitor: a browser context on a site that is recorded."""

    def __init__(self, context: BrowserContext, base: str, collector: str, workspace: Path) -> None:
        self.context = context
        self.base = base
        self.collector = collector
        self.workspace = workspace
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def open(self, path: str = "everything.html", more: bool = True) -> Page:
        """Opens a page and waits until the recorder has begun, with its second part if `more`."""
        self.page.goto(f"{self.base}/{path}")
        self.page.wait_for_function(BEGUN)
        self.page.evaluate(LATER)
        if more:
            self.page.wait_for_function(COMPLETE)
            self.page.evaluate(LATER)
        return self.page

    def click(self, selector: str, **options: Any) -> None:
        self.page.locator(selector).click(**options)

    def point(self, selector: str) -> tuple[float, float]:
        """The middle of an element in the viewport of the top document."""
        box = self.page.locator(selector).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def flush(self) -> None:
        """Sends what there is and waits until it is stored."""
        with self.page.expect_response(lambda response: response.url.endswith("/collect")) as stored:
            self.page.evaluate("heatreel.flush()")
        assert stored.value.status == 204, stored.value.text()

    def watched(self) -> None:
        """Waits until all effects are reported."""
        self.page.wait_for_timeout(WATCHED_MS)

    def sessions(self) -> list[Session]:
        with EventLog.open(self.workspace) as log:
            found = list(log.sessions())
            assert (log.reading.damaged, log.reading.missing) == (0, 0)
        return found

    def events(self, *types: str) -> list[Event]:
        """The events of the types (all when none is named), of all sessions."""
        return [event for session in self.sessions() for event in session.events if not types or event.type in types]

    def clicks(self) -> list[Event]:
        return self.events("click", "tap")


def snippet(collector: str, key: str, attributes: str = "") -> str:
    return f'<script async src="{collector}/heatreel.js" data-site="{key}" {attributes}></script>'


@contextmanager
def visiting(
    workspace: Path, folder: Path = PAGES, attributes: str = "", film: bool = False, **options: Any
) -> Iterator[Visit]:
    """A visit to the pages of a folder, filmed if asked; `options` are those of a browser context."""
    with ExitStack() as stack:
        collector = stack.enter_context(running(workspace))
        with Workspace.open(workspace) as opened:
            site = opened.find_site()
        assert site
        line = snippet(collector, site.key, attributes)
        line += snippet(collector, site.key).replace("heatreel.js", "heatreel-film.js") if film else ""
        base = stack.enter_context(served(folder, line))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=find_browser(), args=browser_arguments())
        context = browser.new_context(**{"viewport": {"width": 1000, "height": 700}, **options})
        yield Visit(context, base, collector, workspace)
        browser.close()


def name_of(event: Event) -> str:
    """The id at the end of the selector of an event's target."""
    assert event.target
    return event.target.selector.rsplit("#", 1)[-1]
