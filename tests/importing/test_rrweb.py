"""An rrweb recording is worth what our own recording is: both recorders at once on pages that nobody here wrote."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from heatreel.app.from_recording import capture_recording
from heatreel.capture.browser import find_browser
from heatreel.core.eventlog import EventLog
from heatreel.core.session import Event, Session
from heatreel.core.workspace import Workspace
from heatreel.replay.importing.job import Imported, import_files
from heatreel.replay.importing.options import ImportOptions
from heatreel.replay.replay import replay
from recorder.driving import Visit, visiting

pytestmark = pytest.mark.browser

RECORD = """() => {
  globalThis.rrwebEvents = [];
  rrwebRecord.record({ emit: (event) => rrwebEvents.push(event) });
}"""


def imported(folder: Path, *files: Path, **more: Any) -> Imported:
    return import_files(folder, files, ImportOptions(browser=str(find_browser()), **more))


def sessions(folder: Path) -> list[Session]:
    with EventLog.open(folder) as log:
        found = list(log.sessions())
        assert not log.reading.damaged
    return found


def clicks(of: list[Session]) -> list[Event]:
    return [event for session in of for event in session.events if event.type in ("click", "tap")]


@dataclass(frozen=True)
class Both:
    """What our recorder stored of a visit, and the file that rrweb's recorder made of the same visit."""

    own: list[Session]
    file: Path
    folder: Path
    key: str


SCROLL_TOLD = """() => {
  const told = rrwebEvents.filter((event) => event.type === 3 && event.data.source === 3).pop();
  return told ? Math.abs(told.data.y - scrollY) < 1 : !scrollY;
}"""


def click(visit: Visit, selector: str, **options: Any) -> None:
    """A click once the window has come to rest, and rrweb, which tells of scrolling late, has told so."""
    visit.page.locator(selector).scroll_into_view_if_needed()
    visit.page.wait_for_function(SCROLL_TOLD)
    visit.click(selector, **options)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, site_package: Callable[[str], Path]) -> Iterator[Both]:
    """A visit to the FAQ page of a template: answers opened, a drop-down menu, a field, a scroll."""
    folder = tmp_path_factory.mktemp("both")
    script = (site_package("@rrweb/record") / "dist" / "record.umd.min.cjs").read_text("utf-8")
    with visiting(folder, site_package("startbootstrap-modern-business"), reduced_motion="reduce") as visit:
        page = visit.page
        page.add_init_script("globalThis.module = undefined;" + script)
        visit.open("faq.html")
        page.evaluate(RECORD)
        click(visit, "h1")
        click(visit, "#headingTwo a")
        page.wait_for_selector("#collapseTwo.show")
        click(visit, "#collapseTwo .card-body")
        click(visit, "#headingTwo a")
        page.wait_for_selector("#collapseTwo:not(.show):not(.collapsing)", state="attached")
        click(visit, "#headingThree a", position={"x": 3, "y": 5})
        page.wait_for_selector("#collapseThree.show")
        click(visit, "#collapseThree .card-body", position={"x": 40, "y": 10})
        click(visit, "#navbarDropdownPortfolio")
        page.wait_for_selector(".dropdown-menu.show")
        click(visit, ".dropdown-menu.show a >> nth=1", modifiers=["Shift"], no_wait_after=True)
        click(visit, "footer p")
        events = page.evaluate("rrwebEvents")
        visit.watched()
        visit.flush()
        own = visit.sessions()
        with Workspace.open(folder) as workspace:
            site = workspace.find_site()
        assert site
    file = folder / "recording.json"
    file.write_text(json.dumps(events), "utf-8")
    yield Both(own, file, folder, site.key)


def test_the_same_elements_are_counted(both: Both, tmp_path: Path) -> None:
    done = imported(tmp_path, both.file, key=both.key)
    assert not done.refused, done.refused
    account = done.files[0]
    assert account.format == "rrweb" and account.sessions == 1 and not account.bad
    assert account.read == account.events + sum(account.skipped.values())
    theirs, ours = clicks(sessions(tmp_path)), clicks(both.own)
    assert len(ours) >= 8
    assert Counter(event.target.selector for event in theirs if event.target) == Counter(
        event.target.selector for event in ours if event.target
    )
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.target and other.target and mine.state and other.state
        assert (mine.target.name_hash, mine.target.tag, mine.target.href) == (
            other.target.name_hash, other.target.tag, other.target.href,
        )  # fmt: skip
        assert dict(mine.state.settings) == dict(other.state.settings), mine.target.selector
        assert (other.u, other.v) == pytest.approx((mine.u, mine.v), abs=0.02), mine.target.selector
        assert (other.x, other.y) == pytest.approx((mine.x, mine.y), abs=3), mine.target.selector


def test_a_recording_is_a_capture(both: Both, tmp_path: Path) -> None:
    """Its states are snapshots, and what our own recorder saw in the same visit is placed on them."""
    done = capture_recording(tmp_path, [both.file], label="recorded", browser=str(find_browser()))
    assert not done.failed and done.snapshots >= 4
    imported(tmp_path, both.file)
    with Workspace.writing(tmp_path) as workspace:
        capture = workspace.capture("recorded")
        # The site of the recording's visitor is another workspace's: its texts were hashed with that key.
        snapshots = workspace.snapshots(capture)
        assert snapshots[0].state.id == "default" and snapshots[0].viewport.width == 1000
        revealed = {shown.selector for one in snapshots for shown in one.state.reveals}
        assert {"#collapseTwo", "#collapseThree"} <= revealed
        for one in snapshots:
            with Image.open(io.BytesIO(workspace.blobs.get(one.picture))) as picture:
                assert picture.size == (one.width, one.height) and len(picture.convert("L").getcolors(256)) > 20
        result = replay(workspace, "recorded", sessions(tmp_path))
        assert result.ledger.placed == result.ledger.recorded
        on = Counter[str]()
        for number, hits in result.hits.items():
            snapshot = next(one for one in snapshots if one.id == number)
            outline = workspace.outline(snapshot)
            for element in hits.of_type("click").element.tolist():
                on[outline.elements[element].selector] += 1
        assert on == Counter(event.target.selector for event in clicks(both.own) if event.target)
