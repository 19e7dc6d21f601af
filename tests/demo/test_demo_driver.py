"""The driver: every widget of the shop works by real input, and the truth says what really was open."""

from __future__ import annotations

import asyncio
import json
from importlib.resources import files
from pathlib import Path

import pytest

from heatreel.app.demo.driver import FLAGS, Account, drive, visit, write_truth
from heatreel.app.demo.panels import BY_PAGE, CLOSED, slots_of
from heatreel.app.demo.serving import serve_shop
from heatreel.app.demo.truth import Truth
from heatreel.app.demo.visitors import Step, Visitor, invite
from heatreel.capture.browser import launch
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport

PLANTED = "Cannot read properties of null (reading 'push')"


def point(target: str, *sets: tuple[str, str], turns: str = "") -> Step:
    return Step("point", target, sets=sets, turns=turns, wait_ms=0)


def everything(viewport: Viewport) -> list[Step]:
    """A plan that sets every slot of the shop, and looks afterwards by clicking something harmless."""
    mobile, mouse = viewport.width < 700, not viewport.touch
    unfold = [point(".burger", ("navigation", "open"))] if mobile else []
    gear, care = ".menu-item:nth-of-type(1) > button", ".menu-item:nth-of-type(2) > button"

    def opened(button: str, name: str) -> list[Step]:
        rest = [Step("rest", button, sets=(("menu", name),), wait_ms=0)] if mouse else []
        return [*unfold, *rest, point(button, ("menu", name))]

    home = [
        Step("open", value="/", turns="/", wait_ms=0),
        point(".consent button[value=needed]", ("consent", CLOSED)),
        point(".carousel .next", ("slide", "2")),
        point(".carousel .next", ("slide", "3")),
        point(".carousel .next", ("slide", "1")),
        point(".dots button:nth-of-type(2)", ("slide", "2")),
        point(".carousel .previous", ("slide", "1")),
        *(point(f".season-labels label:nth-of-type({at})", ("season", name))
          for at, name in ((1, "spring"), (3, "winter"), (2, "autumn"))),
        *(point(f"store-finder >>> li:nth-of-type({at}) > button", ("store", str(at))) for at in (3, 2, 1)),
        point(".notes article:nth-of-type(5) img"),
        point(".letter input"),
        Step("type", ".letter input", value="a@example.org", wait_ms=0),
        point(".letter button", ("letter", "done")),
        *opened(gear, "gear"),
        point("#menu-gear li a[href$=ridgeline-38]", turns="/product/ridgeline-38"),
    ]  # fmt: skip
    product = [
        *(point(f"#tab-{name}", ("tab", name)) for name in ("specs", "care", "reviews")),
        point(".reviews > li:nth-of-type(8) > button"),
        point(".reviews > li:nth-of-type(1) > button"),
        point("#tab-details", ("tab", "details")),
        point(".guide-open", ("guide", "open")),
        *(point(f".guide [aria-controls=guide-{name}]", ("guide tab", name)) for name in ("boots", "packs", "body")),
        point(".guide-close", ("guide", CLOSED)),
        point(".sizes label:nth-of-type(3) > span"),
        point(".to-reviews", ("tab", "reviews")),
        point(".add", ("added", "open")),
        point(".save"),
        point(".pairs li:nth-of-type(4) > a", turns="/product/ember-stove"),
        *opened(care, "care"),
        point("#menu-care a[href='/help#delivery']", turns="/help"),
    ]
    help_page = [
        *(point(f".topic-name:nth-of-type({at})", ("topic", str(at))) for at in (3, 2, 1)),
        *(point(f"#returns details:nth-of-type({at}) > summary", (f"order {at}", "open")) for at in range(1, 6)),
        *(point(f"#care h3:nth-of-type({at}) > button", (f"care {at}", "open")) for at in range(1, 5)),
        point("#care h3:nth-of-type(1) > button", ("care 1", CLOSED)),
        *(point(f".delivery iframe >>> button:nth-of-type({at})", ("delivery", str(at))) for at in (3, 2, 1)),
        point(".basket", turns="/cart"),
    ]
    checkout = [
        point(".line:nth-of-type(3) .more"),
        point(".pay"),
        point(".line:nth-of-type(3) .drop"),
        point(".terms label"),
        point(".pay", turns="/checkout"),
        point(".order", ("problem", "open")),
        point(".note > summary", ("note", "open")),
        point("#name"),
        Step("type", "#name", value="Ada Brun", wait_ms=0),
        Step("press", "#name", value="Tab", wait_ms=0),
        Step("type", "#mail", value="ada@example.org", wait_ms=0),
        point(".order", turns="/thanks"),
        point(".thanks-page .button", turns="/"),
        Step("back", turns="/thanks", wait_ms=0),
        *([] if mobile else [point(".nav-link[href='/shop']", turns="/shop")]),
    ]
    rest = [] if mobile else [
        Step("scroll", value="1", wait_ms=0),
        Step("scroll", value="1", wait_ms=0),
        point(".list > li:nth-of-type(24) > a", turns="/product/nightjar-lamp"),
    ]  # fmt: skip
    return [*home, *product, *help_page, *checkout, *rest]


def acted(viewport: Viewport) -> Account:
    visitor = Visitor("all", "tester", viewport, "a", tuple(everything(viewport)))

    async def run() -> Account:
        with serve_shop() as base:
            async with launch(arguments=FLAGS) as browser:
                return await visit(browser, visitor, base)

    return asyncio.run(run())


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("viewport", DEFAULT_VIEWPORTS, ids=lambda viewport: viewport.name)
def test_every_widget_works_by_real_input(viewport: Viewport) -> None:
    """What the driver's bookkeeping expects is what its script sees, at each step; only the planted error is thrown."""
    account = acted(viewport)
    assert account.stray == ""
    assert account.surprises == []
    assert account.errors == [PLANTED]
    seen = {name for event in account.events for name in event["shown"]}
    mobile = viewport.width < 700
    wanted = {f"{slot.name}: {value}" for page in BY_PAGE for slot in slots_of(page, mobile) for value in slot.panels}
    assert seen == wanted
    # A browser rounds where inline boxes end.
    for event in account.events:
        width, height = event["box"][2:]
        assert -2 <= event["u"] * width <= width + 2
        assert -2 <= event["v"] * height <= height + 2


def test_the_same_seed_gives_the_same_plans() -> None:
    first, chances = invite(DEFAULT_VIEWPORTS, 36, 7)
    again, chances_again = invite(DEFAULT_VIEWPORTS, 36, 7)
    other, _ = invite(DEFAULT_VIEWPORTS, 36, 8)
    assert first == again
    assert chances.as_json() == chances_again.as_json()
    assert [visitor.plan for visitor in first] != [visitor.plan for visitor in other]


@pytest.mark.parametrize("seed", range(5))
def test_habits_are_dealt_as_they_are_planted(seed: int) -> None:
    """Over many visitors each share is met to within one visitor."""
    habits = json.loads((files("heatreel.app.demo") / "habits.json").read_text("utf-8"))["habits"]
    visitors, chances = invite(DEFAULT_VIEWPORTS, 90, seed)
    assert {visitor.viewport.name for visitor in visitors} == {"desktop", "tablet", "mobile"}
    assert {dealt["habit"] for dealt in chances.as_json()} == set(habits)
    for dealt in chances.as_json():
        shares = habits[dealt["habit"]]["share"]
        share = shares.get(dealt["who"], shares.get("all"))
        assert abs(dealt["did"] - share * dealt["of"]) < 1 + 1e-9, dealt


def test_what_nobody_does_nobody_does() -> None:
    never = json.loads((files("heatreel.app.demo") / "habits.json").read_text("utf-8"))["never"]
    visitors, _ = invite(DEFAULT_VIEWPORTS, 90, 3)
    targets = {step.target for visitor in visitors for step in visitor.plan}
    assert targets.isdisjoint(habit["target"] for habit in never)


@pytest.mark.browser
def test_the_truth_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    visitors, chances = invite(DEFAULT_VIEWPORTS[:1], 3, 5)

    async def run() -> list[Account]:
        with serve_shop() as base:
            async with launch(arguments=FLAGS) as browser:
                return await drive(browser, visitors[2:], base)

    accounts = asyncio.run(run())
    write_truth(tmp_path / "truth.jsonl", accounts, chances.as_json())
    truth = Truth.load(tmp_path / "truth.jsonl")
    assert [click.path for click in truth.clicks] == [event["path"] for event in accounts[0].events]
    assert truth.clicks
    assert all(click.usual & click.shown for click in truth.clicks)
    assert list(truth.habits) == chances.as_json()
