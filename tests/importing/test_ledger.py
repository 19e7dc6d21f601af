"""The ledger adds up for every importer, from a file to hits on a captured page that nobody here wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatreel.app.capturing import capture_urls
from heatreel.capture.options import CaptureOptions
from heatreel.core.element import Outline
from heatreel.core.hits import TYPES
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.replay.graphs import CapturedPages
from heatreel.replay.replay import Placed, captured_pages, place_sessions
from importing.making import DATA, MAKERS, WINDOW, Deed, run, write
from serving import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Page:
    pages: CapturedPages
    outline: Outline
    key: str


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, site_package: Callable[[str], Path]) -> Iterator[Page]:
    """The FAQ page of a template in a window of 1000 x 700, in its states."""
    folder = tmp_path_factory.mktemp("captured")
    with served(site_package("startbootstrap-modern-business")) as base:
        options = CaptureOptions(viewports=(Viewport("window", *WINDOW),), label="live", routes="none", max_states=12)
        done = capture_urls(folder, [f"{base}/faq.html"], options, progress=False)
    assert not done.failed
    with Workspace.open(folder) as workspace:
        pages = captured_pages(workspace, workspace.capture("live"))
        site = workspace.find_site()
        assert site
        yield Page(pages, pages.outline(0), site.key)


def placed(page: Page, folder: Path, file: Path, **options: object) -> tuple[Placed, int]:
    """What became of the events of a file, and how many of them need an account."""
    done = run(folder, file, key=page.key, **options)
    assert not done.error, done.error
    found = place_sessions(page.pages, done.sessions)
    # Closes by construction: `Ledger` refuses to be made otherwise. It must also be of all events.
    recorded = sum(event.type not in found.ledger.context for event in done.events)
    assert found.ledger.recorded == recorded
    assert sum(map(len, found.hits.values())) == found.ledger.placed
    assert found.ledger.placed + len(found.not_placed) == recorded
    return found, recorded


POINTS = st.tuples(
    st.sampled_from(["click", "move", "tap"]),
    st.floats(0, 999).map(lambda x: round(x, 1)),
    st.floats(0, 5000).map(lambda y: round(y, 1)),
    st.sampled_from(
        ["#headingTwo", "#collapseOne > div:nth-of-type(1)", "h1", "#nowhere", "p.text-center", "footer a:hover"]
    ),
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(POINTS, min_size=1, max_size=40))
@pytest.mark.parametrize("name", MAKERS)
def test_generated_visits(page: Page, tmp_path_factory: pytest.TempPathFactory, name: str, deeds: list[Deed]) -> None:
    make, options = MAKERS[name]
    folder = tmp_path_factory.mktemp("visit")
    file = write(folder, "export", make(deeds))
    placed(page, folder, file, format=name.split()[0], **options)


@pytest.mark.parametrize(
    ("name", "least"),
    [("clarity.json", 7), ("openreplay.json", 7), ("posthog.json", 6), ("posthog_snapshots.jsonl.gz", 7)],
)
def test_true_exports_land_on_what_was_clicked(page: Page, tmp_path: Path, name: str, least: int) -> None:
    """One visit as four tools saw it: seven clicks, on the same elements, as far as each tool says which.

    PostHog's points say no element: the walk goes by what lies under them. One is at the edge of something else.
    """
    found, _ = placed(page, tmp_path, DATA / name)
    on = Counter[str]()
    for snapshot, hits in found.hits.items():
        ordinal = next(at for at, one in enumerate(page.pages.snapshots) if one.id == snapshot)
        outline = page.pages.outline(ordinal)
        for element in hits.where(hits.type == TYPES.index("click")).element.tolist():
            on[outline.elements[element].selector] += 1
    wanted = Counter(
        {
            "body > div:nth-of-type(1) > h1:nth-of-type(1)": 1,
            "#headingTwo > h5:nth-of-type(1) > a:nth-of-type(1)": 1,
            "#collapseTwo > div:nth-of-type(1)": 1,
            "#headingThree > h5:nth-of-type(1) > a:nth-of-type(1)": 1,
            "#navbarDropdownPortfolio": 2,
            "body > footer:nth-of-type(1) > div:nth-of-type(1) > p:nth-of-type(1)": 1,
        }
    )
    right = sum((on & wanted).values())
    assert right >= least, (on - wanted, wanted - on, found.ledger.as_json())
