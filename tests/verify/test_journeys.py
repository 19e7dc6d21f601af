"""Journeys: what sessions have in common, gone again on the same build and on the redesign of the demo shop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from heatreel.app.demo.serving import serve_shop
from heatreel.capture.capture import capture
from heatreel.capture.options import CaptureOptions
from heatreel.core.config import VerifyConfig
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.replay.journeys.drive import Walked, on_host, walk_journeys
from heatreel.replay.journeys.findings import journey_findings, journey_json
from heatreel.replay.journeys.paths import Journey, common_journeys, session_journey
from heatreel.replay.verify import Captured
from heatreel.replay.verify.load import load_captured
from verify.redesign import ROUTES

DESKTOP = Viewport("desktop", 1280, 800)
PATHS = ("/", "/shop", "/product/ridgeline-38", "/cart", "/checkout")

Doing = tuple[str, str, str]
"""Page, type of event, and the name of what was hit."""


@dataclass(frozen=True)
class Shop:
    captured: Captured
    workspace: Workspace


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("journeys")
    options = CaptureOptions(viewports=(DESKTOP,), label="before", table=ROUTES, routes="none", states="none")
    with serve_shop("shop") as base:
        asyncio.run(capture(folder, [base + path for path in PATHS], options))
    with Workspace.open(folder) as workspace:
        yield Shop(load_captured(workspace, workspace.capture("before")), workspace)


def heated(captured: Captured, sessions: list[list[Doing]], dead: str = "") -> Captured:
    """The capture with hits of sessions; clicks on things named `dead` had no effect."""
    pages = {snapshot.page: snapshot for snapshot in captured.snapshots}
    rows: dict[int, list[tuple[int, float, int, int, int]]] = {snapshot.id: [] for snapshot in captured.snapshots}
    time = 0.0
    for number, doings in enumerate(sessions):
        for page, kind, name in doings:
            time += 1000
            elements = captured.outline(pages[page]).elements
            named = [one.index for one in elements if one.visible and one.interactive and one.name == name]
            element = -1 if kind == "view" else named[0]
            signal = 1 << SIGNALS.index("dead") if name and name == dead else 0
            rows[pages[page].id].append((number, time, TYPES.index(kind), element, signal))
    return Captured(captured.snapshots, captured.outline, lambda snapshot: hits(rows[snapshot.id]))


def hits(rows: list[tuple[int, float, int, int, int]]) -> Hits:
    if not rows:
        return Hits.empty()
    session, time, kind, element, signals = (np.array(column) for column in zip(*rows, strict=True))
    number = len(rows)
    return Hits(
        event=np.array([str(value) for value in time]), session=session.astype(np.int32),
        visit=session.astype(np.int32), type=kind.astype(np.uint8), signals=signals.astype(np.uint16),
        x=np.zeros(number, np.float32), y=np.zeros(number, np.float32), element=element.astype(np.int32),
        confidence=np.ones(number, np.float32), time_ms=time.astype(np.float64),
    )  # fmt: skip


def view(page: str) -> Doing:
    return page, "view", ""


def click(page: str, name: str) -> Doing:
    return page, "click", name


TO_SHOP = [view("/"), click("/", "Shop the gear"), view("/shop")]


def walk(journeys: list[Journey], shop: Shop, build: str) -> list[Walked]:
    with serve_shop(build) as base:
        return asyncio.run(walk_journeys(journeys, base, shop.captured.outline, ROUTES))


@pytest.mark.browser
@pytest.mark.slow
def test_the_way_of_several_sessions_is_found_once_and_told_to_its_end(shop: Shop) -> None:
    alone = [view("/"), click("/", "Help")]
    wandered = [*TO_SHOP[:1], click("/", "How we mend"), *TO_SHOP[1:]]
    found = common_journeys(heated(shop.captured, [TO_SHOP, TO_SHOP, alone, wandered], dead="How we mend"))
    assert [([step.name for step in one.steps], one.arrives, one.sessions, one.of) for one in found] == [
        (["Shop the gear"], "/shop", 3, 4)
    ]
    # A session on the way that goes on further is told in place of the shorter way that all of them went.
    longer = [*TO_SHOP, click("/shop", "Help")]
    found = common_journeys(heated(shop.captured, [TO_SHOP, longer, longer]))
    assert [[step.name for step in one.steps] for one in found] == [["Shop the gear", "Help"]]


@pytest.mark.browser
@pytest.mark.slow
def test_what_was_typed_ends_a_journey(shop: Shop) -> None:
    typed = [view("/checkout"), click("/checkout", "Add a note for the packer"), click("/checkout", "Postcode"),
             click("/checkout", "Add a note for the packer")]  # fmt: skip
    found = common_journeys(heated(shop.captured, [typed, typed]))
    assert [[step.name for step in one.steps] for one in found] == [["Add a note for the packer"]]


@pytest.mark.browser
@pytest.mark.slow
def test_journeys_can_be_gone_on_the_same_build_and_break_where_the_redesign_breaks_them(shop: Shop) -> None:
    noted = [view("/checkout"), click("/checkout", "Add a note for the packer")]
    sessions = [TO_SHOP, TO_SHOP, noted, noted]
    reviewed = [view("/product/{slug}"), click("/product/{slug}", "Reviews")]
    captured = heated(shop.captured, [*sessions, reviewed, reviewed])
    journeys = common_journeys(captured)
    assert len(journeys) == 3
    assert [(one.broken, one.detail) for one in walk(journeys, shop, "shop")] == [(-1, "")] * 3
    walked = walk(journeys, shop, "redesign")
    told = {one.journey.steps[0].name: (one.how, one.detail) for one in walked}
    assert told == {
        "Shop the gear": ("leads elsewhere", "leads to /product/{slug} and not to /shop"),
        "Add a note for the packer": ("gone", "is not there"),
        "Reviews": (None, ""),
    }
    assert all(bool(one.picture) == (one.broken >= 0) for one in walked)
    findings = list(journey_findings(walked, captured, VerifyConfig()))
    assert {(one.rule, one.severity, one.place.page) for one in findings} == {
        ("journey", "error", "/"), ("journey", "error", "/checkout"),
    }  # fmt: skip
    assert 'breaks at link "Shop the gear": it leads to /product/{slug} and not to /shop.' in findings[0].detail
    assert [journey_json(one)["broken"] for one in walked].count(None) == 1


@pytest.mark.browser
@pytest.mark.slow
def test_the_way_of_one_session(shop: Shop) -> None:
    captured = heated(shop.captured, [TO_SHOP, [view("/")]])
    found = session_journey(captured, 0)
    assert found and found.words == 'link "Shop the gear"'
    assert session_journey(captured, 1) is None


def test_an_address_is_moved_to_another_host_with_its_path() -> None:
    assert on_host("https://a.example/p?x=1#/r", "http://127.0.0.1:8000/") == "http://127.0.0.1:8000/p?x=1#/r"


def test_without_a_replay_there_are_no_journeys() -> None:
    assert common_journeys(Captured([], lambda _: None)) == []  # type: ignore[arg-type, return-value]
