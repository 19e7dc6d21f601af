"""State recognition on sites made by others: with the recorder's word, and with the order of clicks alone.

    scripts/bench recognition FILE... [--root FOLDER] [--clicks 40] [--seed 7]

Captures each page at 1280x800, then clicks about at random, with a real mouse: triggers of states, and things in them.
The driver's truth is its own: before each click it looks which captured states have all that they reveal on screen, and
nothing that they hide. Several can be (two answers open, each captured alone); then any of them that holds the clicked
element is right, and the default state only when none is. Sessions are placed twice: as they came, and without any
word on states.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from heatreel.app.capturing import capture_urls
from heatreel.app.snippet import snippet
from heatreel.capture.browser import browser_arguments, find_browser
from heatreel.capture.collector import running
from heatreel.capture.options import CaptureOptions
from heatreel.core.eventlog import EventLog
from heatreel.core.hits import REASONS
from heatreel.core.session import Session
from heatreel.core.state import Snapshot
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.replay.replay import ReplayOptions, captured_pages, place_sessions

VIEWPORT = Viewport("desktop", 1280, 800)

# For each state whether all it reveals is shown and all it hides is not (1), and whether the point is in it (2).
LOOK = """([states, x, y]) => {
  const find = (path) => path.split(" >>> ").reduce((root, one) => {
    const inner = root && (root.shadowRoot || root.contentDocument || root);
    try { return inner && inner.querySelector(one); } catch { return null; }
  }, document);
  const shown = (path) => {
    const one = find(path);
    const how = { opacityProperty: true, visibilityProperty: true };
    return !!one && one.checkVisibility(how) && one.getClientRects().length > 0;
  };
  const hit = document.elementFromPoint(x, y);
  return states.map(({ reveals, hides }) => {
    if (!(reveals.length + hides.length) || !reveals.every(shown) || hides.some(shown)) return 0;
    return reveals.some((path) => { const one = find(path); return one && one.contains(hit); }) ? 2 : 1;
  });
}"""


@dataclass(frozen=True)
class Click:
    """The states in which a click can have happened, by id."""

    states: frozenset[str]


def drive(page: Any, url: str, snapshots: list[Snapshot], clicks: int, seed: int) -> list[Click]:
    """Clicks about; the truth of each click, in order."""
    chance = random.Random(seed)
    states = [
        {"reveals": [one.selector for one in shot.state.reveals], "hides": [one.selector for one in shot.state.hides]}
        for shot in snapshots
    ]
    triggers = [shot.state.recipe[-1].selector for shot in snapshots if shot.state.recipe]
    known: list[Click] = []
    for _ in range(clicks):
        if chance.random() < 0.5 and triggers:
            wanted = page.locator(chance.choice(triggers).replace(" >>> ", " ")).first
        else:
            every = page.locator("h1:visible, h2:visible, p:visible, li:visible, img:visible, button:visible")
            wanted = every.nth(chance.randrange(max(1, min(every.count(), 150))))
        try:
            wanted.scroll_into_view_if_needed(timeout=800)
            page.wait_for_timeout(350)
            box = wanted.bounding_box(timeout=800)
        except Exception:
            continue
        if not box or not (box["x"] >= 0 and box["y"] >= 0 and box["y"] + box["height"] / 2 < 800 and box["width"]):
            continue
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        told = page.evaluate(LOOK, [states, x, y])
        best = max(told, default=0)
        right = (
            {shot.state.id for shot, one in zip(snapshots, told, strict=True) if one == best} if best else {"default"}
        )
        page.mouse.click(x, y)
        known.append(Click(frozenset(right)))
        page.wait_for_timeout(450)
        if page.url.split("#")[0] != url.split("#")[0]:
            page.go_back()
            page.wait_for_timeout(800)
    return known


def share(pages: Any, sessions: list[Session], known: list[Click]) -> dict[str, Any]:
    """How many clicks were placed in a state that is right."""
    placed = place_sessions(pages, sessions, ReplayOptions(everyone=True))
    names = {snapshot.id: snapshot.state.id for snapshot in pages.snapshots}
    stand = {str(event): names[number] for number, hits in placed.hits.items() for event in hits.event}
    rest = placed.not_placed
    stand |= {str(event): REASONS[reason] for event, reason in zip(rest.event, rest.reason.tolist(), strict=True)}
    clicks = [event.id for session in sessions for event in session.events if event.type == "click"]
    pairs = list(zip(clicks, known, strict=False))
    right = sum(stand.get(event) in truth.states for event, truth in pairs)
    wrong = [(stand.get(event), sorted(truth.states)) for event, truth in pairs if stand.get(event) not in truth.states]
    return {"clicks": len(pairs), "made": len(known), "right": right, "wrong": wrong[:12]}


def measure(source: str, root: Path | None, clicks: int, seed: int) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
    from serving import served

    folder_of_site = root or Path(source).parent
    page_file = Path(source).resolve().relative_to(folder_of_site.resolve())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with running(folder), Workspace.open(folder) as workspace:
            site = workspace.find_site()
        assert site
        with served(folder_of_site) as base:
            options = CaptureOptions(viewports=(VIEWPORT,), label="c", routes="none", max_pages=1, max_states=60)
            capture_urls(folder, [f"{base}/{page_file.as_posix()}"], options, progress=False)
        with Workspace.open(folder) as workspace:
            snapshots = workspace.snapshots(workspace.capture(""))
        known: list[Click] = []
        with running(folder) as collector, sync_playwright() as playwright:
            head = snippet(str(collector), site.key)
            with served(folder_of_site, head) as base:
                browser = playwright.chromium.launch(executable_path=find_browser(), args=browser_arguments())
                page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
                url = f"{base}/{page_file.as_posix()}"
                page.goto(url)
                page.wait_for_function("typeof heatreel === 'object' && document.readyState === 'complete'")
                known = drive(page, url, snapshots, clicks, seed)
                page.evaluate("heatreel.flush()")
                page.wait_for_timeout(1500)
                browser.close()
        with Workspace.open(folder) as workspace, EventLog.open(folder) as log:
            sessions = list(log.sessions())
            pages = captured_pages(workspace, workspace.capture(""))
            bare = [replace(one, events=tuple(replace(event, state=None) for event in one.events)) for one in sessions]
            return {
                "page": str(page_file),
                "states": [f"{shot.state.kind} {shot.state.id}" for shot in snapshots],
                "as recorded": share(pages, sessions, known),
                "order of clicks alone": share(pages, bare, known),
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", metavar="FILE")
    parser.add_argument("--root", type=Path, help="folder that is served, when a page needs files beside its own")
    parser.add_argument("--clicks", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7, help="another way to click about")
    options = parser.parse_args()
    for source in options.pages:
        print(json.dumps(measure(source, options.root, options.clicks, options.seed), indent=1), flush=True)


if __name__ == "__main__":
    main()
