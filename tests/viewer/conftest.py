"""Two workspaces for all browser tests of the viewer: one captured by a browser, one with many sessions made up."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from heatreel.app.capturing import capture_urls
from heatreel.app.reporting import report_to
from heatreel.capture.browser import launch
from heatreel.capture.options import CaptureOptions
from heatreel.core.hits import SIGNALS, TYPES, Hits, Ledger
from heatreel.core.state import Snapshot
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from overlays_making import make_hits, session_row
from serving import served
from viewer_live import Browser, serving
from viewer_making import make_site

PAGES = Path(__file__).parent / "pages"
WIDE = Viewport("desktop", 1200, 800)
NARROW = Viewport("mobile", 390, 800)
SESSIONS = 60

ERROR_PX = {"events": 60, "placed": 60, "right_state": 60, "right_element": 60, "median": 0.4, "p95": 1.2, "worst": 3}


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages that a browser captured, at two widths, with known clicks on their elements."""
    folder = tmp_path_factory.mktemp("captured") / "w"
    options = CaptureOptions(viewports=(WIDE, NARROW), states="none", routes="none", label="before")
    with served(PAGES) as base:
        capture_urls(folder, [f"{base}/shop.html", f"{base}/hostile.html"], options, progress=False)
    place_clicks(folder)
    return folder


@pytest.fixture(scope="module")
def of_others(tmp_path_factory: pytest.TempPathFactory, site_package: Callable[[str], Path]) -> Path:
    """A page that nobody here wrote, captured at the same two widths, with clicks on its elements."""
    folder = tmp_path_factory.mktemp("others") / "w"
    options = CaptureOptions(viewports=(WIDE, NARROW), states="none", routes="none", label="before")
    with served(site_package("startbootstrap-modern-business")) as base:
        capture_urls(folder, [f"{base}/index.html"], options, progress=False)
    place_clicks(folder)
    return folder


def place_clicks(folder: Path) -> None:
    """Three clicks on each element that acts, at known shares of its box; a state nobody captured; a ledger."""
    with Workspace.writing(folder) as workspace:
        capture = workspace.capture()
        hits = {one.id: clicks_on(workspace, one) for one in workspace.snapshots(capture)}
        placed = sum(len(one) for one in hits.values())
        sessions = gzip.compress(json.dumps([session_row(number) for number in range(SESSIONS)]).encode(), mtime=0)
        unknown = {"page": "/shop.html", "viewport": "desktop", "variant": "", "events": 12, "sessions": 3,
                   "path": [{"action": "click", "selector": "#sort"}]}  # fmt: skip
        details = {"sessions_blob": workspace.blobs.put(sessions), "error_px": ERROR_PX, "unknown_states": [unknown]}
        workspace.save_replay(
            capture, Ledger(placed + 14, placed, {"unknown_state": 12, "missing": 2}, {}), details, hits
        )


def clicks_on(workspace: Workspace, snapshot: Snapshot) -> Hits:
    outline = workspace.outline(snapshot)
    clicked = [one for one in outline.elements if one.interactive and one.visible and min(one.box[2:]) > 0]
    rows = [(one.index, one.box, share) for one in clicked for share in (0.25, 0.5, 0.5)]
    number = np.arange(len(rows))
    return make_hits(
        len(rows) + 2,
        x=[box[0] + share * box[2] for _, box, share in rows] + [0, 0],
        y=[box[1] + share * box[3] for _, box, share in rows] + [snapshot.viewport.height, snapshot.height],
        element=[index for index, _, _ in rows] + [-1, -1],
        type=[TYPES.index("click")] * len(rows) + [TYPES.index("view"), TYPES.index("scroll")],
        signals=np.append(np.where(number % 5 == 0, 1 << SIGNALS.index("dead"), 0), [0, 0]),
        session=np.append(number % SESSIONS, [0, 0]),
        visit=np.append(number % SESSIONS, [0, 0]),
        time_ms=np.append(number * 1000.0, [0, 0]),
    )


@pytest.fixture(scope="module")
def report(captured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Workspace.open(captured) as workspace:
        return report_to(workspace, tmp_path_factory.mktemp("out") / "report", title="Lanterns").parent


@pytest.fixture(scope="module")
def live(captured: Path) -> Iterator[str]:
    """The captured pages, served; its address with a slash."""
    with serving(captured) as url:
        yield url


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with sessions, served."""
    with serving(make_site(tmp_path_factory.mktemp("visited"))) as url:
        yield url


@pytest.fixture(scope="module")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    # After the captures, which have an event loop of their own.
    wanted = {"captured"} | ({"of_others"} if request.module.__name__.endswith("test_width") else set())
    assert all(request.getfixturevalue(name).is_dir() for name in sorted(wanted))
    with asyncio.Runner() as runner, ExitStack() as stack:
        opened = launch(arguments=["--no-sandbox"])
        browser = runner.run(opened.__aenter__())
        stack.callback(lambda: runner.run(opened.__aexit__(None, None, None)))
        yield Browser(runner, browser)
