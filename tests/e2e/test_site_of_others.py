"""The whole line on a site that nobody here wrote: capture, record by driving it, replay, render, report."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from heatreel.app.capturing import capture_urls
from heatreel.app.reporting import report_to
from heatreel.app.snippet import snippet
from heatreel.capture.browser import browser_arguments, find_browser
from heatreel.capture.collector import running
from heatreel.capture.options import CaptureOptions
from heatreel.core.eventlog import EventLog
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.replay.hits_json import each_hit
from heatreel.replay.replay import replay

VIEWPORTS = (Viewport("desktop", 1280, 800), Viewport("mobile", 390, 844, touch=True))

# The deepest element at a point of the window, said in nth-of-type steps (not the page model's words), and the
# point as a share of its box: answers above it that are open push it down, and the capture holds each alone.
SPOT_AT = """([x, y]) => {
  let node = document.elementFromPoint(x, y);
  const box = node.getBoundingClientRect();
  const steps = [];
  for (; node && node !== document.body; node = node.parentElement) {
    const alike = [...node.parentElement.children].filter((child) => child.localName === node.localName);
    steps.unshift(`${node.localName}:nth-of-type(${alike.indexOf(node) + 1})`);
  }
  return [["body", ...steps].join(" > "), (x - box.x) / box.width, (y - box.y) / box.height];
}"""


@dataclass(frozen=True)
class Known:
    """One click as the driver knows it: on what, where in its box, and what the state it happened in reveals.

    With two answers open, the capture holds each alone: a click outside both is right in either's state.
    """

    path: str
    u: float
    v: float
    reveals: tuple[str, ...]


class Visitor:
    """Clicks with the mouse or a finger and notes what is true."""

    def __init__(self, page: Page, touch: bool) -> None:
        self.page = page
        self.touch = touch
        self.known: list[Known] = []

    def click(self, selector: str, *reveals: str, until: str = "") -> None:
        target = self.page.locator(selector).first
        target.scroll_into_view_if_needed()
        self.page.wait_for_function(STILL, arg=target.element_handle())
        box = target.bounding_box()
        assert box
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5
        path, u, v = self.page.evaluate(SPOT_AT, [x, y])
        self.known.append(Known(path, u, v, reveals))
        (self.page.touchscreen.tap if self.touch else self.page.mouse.click)(x, y)
        if until:
            self.page.wait_for_selector(until)


# Until the element has not moved for three frames: smooth scrolling and animations have ended.
STILL = """async (element) => {
  let still = 0, last = "";
  while (still < 3) {
    await new Promise(requestAnimationFrame);
    const { x, y, width, height } = element.getBoundingClientRect();
    const now = [x, y, width, height].join();
    still = now === last ? still + 1 : 0;
    last = now;
  }
  return true;
}"""


def visit(base: str, viewport: Viewport, browser: Any) -> tuple[str, list[Known]]:
    """One visitor of the FAQ page; the id of the session and what was done."""
    context = browser.new_context(
        viewport={"width": viewport.width, "height": viewport.height}, has_touch=viewport.touch
    )
    page = context.new_page()
    page.goto(f"{base}/faq.html")
    page.wait_for_function("typeof heatreel === 'object' && document.readyState === 'complete'")
    visitor = Visitor(page, viewport.touch)
    visitor.click("h1")
    visitor.click("#headingTwo a", until="#collapseTwo.show")
    visitor.click("#collapseTwo .card-body", "collapseTwo")
    visitor.click("#headingThree a", "collapseTwo", until="#collapseThree.show")
    visitor.click("#collapseThree .card-body", "collapseThree")
    visitor.click("footer p", "collapseTwo", "collapseThree")
    with page.expect_response(lambda response: "/collect" in response.url and response.status == 204):
        page.evaluate("heatreel.flush()")
    session = page.evaluate("JSON.parse(sessionStorage.heatreel)[0]")
    context.close()
    return session, visitor.known


@pytest.mark.e2e
@pytest.mark.browser
@pytest.mark.slow
def test_from_url_to_report(
    site_package: Callable[[str], Path], serve_folder: Callable[..., str], tmp_path: Path
) -> None:
    folder = tmp_path / "workspace"
    with running(folder) as collector, Workspace.open(folder) as workspace:
        site = workspace.find_site()
    assert site
    package = site_package("startbootstrap-modern-business")

    base = serve_folder(package)
    done = capture_urls(
        folder,
        [f"{base}/faq.html"],
        CaptureOptions(viewports=VIEWPORTS, label="live", routes="none", workers=1),
        progress=False,
    )
    assert not done.failed

    with running(folder) as collector, sync_playwright() as playwright:
        base = serve_folder(package, snippet(collector, site.key))
        browser = playwright.chromium.launch(executable_path=find_browser(), args=browser_arguments())
        truth = dict(visit(base, viewport, browser) for viewport in VIEWPORTS)
        browser.close()

    with Workspace.writing(folder) as workspace, EventLog.open(folder) as log:
        sessions = list(log.sessions())
        assert {session.id for session in sessions} == set(truth)
        result = replay(workspace, "live", sessions)
        assert result.ledger.recorded == sum(
            event.type not in result.ledger.context for session in sessions for event in session.events
        )
    with Workspace.open(folder) as workspace:
        check_hits(workspace, truth)
        index = report_to(workspace, tmp_path / "report", "live")
        assert json.dumps("faq")[1:-1] in index.read_text("utf-8")


def check_hits(workspace: Workspace, truth: dict[str, list[Known]]) -> None:
    """Every click is in the ledger, on the element that the driver hit, at its point, in its state."""
    capture = workspace.capture("live")
    snapshots = {(one.viewport.name, one.state.id): one for one in workspace.snapshots(capture)}
    outlines = {name: workspace.outline(one) for name, one in snapshots.items()}
    hits: dict[str, list[dict[str, Any]]] = {}
    for hit in each_hit(workspace, workspace.replay(capture)):
        if hit["type"] in ("click", "tap"):
            hits.setdefault(hit["session"], []).append(hit)
    for session, known in truth.items():
        mine = sorted(hits[session], key=lambda hit: int(hit["event"].rsplit("/", 1)[1]))
        assert len(mine) == len(known)
        for hit, true in zip(mine, known, strict=True):
            assert hit["status"] == "placed", (hit, true)
            place = (hit["viewport"], hit["state"])
            outline = outlines[place]
            element = outline.by_selector[hit["selector"]]
            assert outline.path(element.index) == true.path
            left, top, width, height = element.box
            assert abs(hit["x"] - (left + true.u * width)) <= 1, (hit, true)
            assert abs(hit["y"] - (top + true.v * height)) <= 1, (hit, true)
            revealed = " ".join(shown.selector for shown in snapshots[place].state.reveals)
            assert not true.reveals or any(name in revealed for name in true.reveals), (hit, true)
