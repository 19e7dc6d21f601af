"""The states of small pages, one for each way of the web to show and hide: found all, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from capture_exploring import DESKTOP, MOBILE, PAGES, lab, words
from heatreel.core.state import Action
from heatreel.core.viewport import Viewport

pytestmark = pytest.mark.browser

TRUTH: dict[str, list[str]] = {
    "accordion.html": ["accordion | Closed: Shipping", "accordion | Section: Payment", "accordion | Section: Warranty"],
    "aria-tabs.html": ["tab | Tab: Delivery", "tab | Tab: Reviews"],
    "banner.html": ["disclosure | Open: Settings", "overlay | Closed: Cookies"],
    "burger.html": [],
    "carousel.html": ["carousel | Slide 2", "carousel | Slide 3"],
    "class-tabs.html": ["tab | Tab: Specs", "tab | Tab: Support"],
    "click-menu.html": ["menu | Menu: Account"],
    "delegated.html": ["disclosure | Open: Order 1001", "disclosure | Open: Order 1002"],
    "depth.html": ["disclosure | Open: Colour", "disclosure | Open: Filters"],
    "details.html": [
        "details | Closed: Sizes",
        "details | Details: Colours",
        "details | FAQ: Can I return it?",
        "details | FAQ: How do I pay?",
    ],
    "dialog.html": ["dialog | Dialog: Size guide", "tab | Tab: Men"],
    "dots.html": ["carousel | Slide 2", "carousel | Slide 3", "carousel | Slide 4"],
    "endless.html": ["more | More: Letter number 31 of the reader", "more | More: Letter number 37 of the reader"],
    "fetch.html": ["disclosure | Open: Load the story"],
    "frame.html": ["disclosure | Open: Show hours"],
    "hash-spa.html": [],
    "help.html": ["disclosure | Open: Code Eight letters, on the back of the card"],
    "hover-menu.html": ["menu | Menu: Help", "menu | Menu: Shop", "menu | Menu: Tables"],
    "inview.html": ["disclosure | Open: Sizes in stock"],
    "js-hover-menu.html": ["menu | Menu: Products"],
    "keys.html": ["disclosure | Open: North bed", "tab | Tab: Autumn", "tab | Tab: Summer"],
    "late.html": ["dialog | Dialog: Newsletter", "disclosure | Open: Quote of the day"],
    "lazy.html": ["disclosure | Open: Deep down"],
    "menubar.html": ["menu | Menu: About", "menu | Menu: Courses"],
    "modal.html": ["dialog | Dialog: Last issue"],
    "named.html": ["disclosure | Open: Ada", "disclosure | Open: Elsewhere", "disclosure | Open: Grace"],
    "nothing.html": [],
    "notice.html": ["disclosure | Open: Times", "overlay | Closed: Strike"],
    "numbered.html": ["menu | Menu: Tools", "tab | Tab: Part two"],
    "popover.html": ["popover | Popover: Why so cheap"],
    "radio-tabs.html": ["tab | Tab: For ever", "tab | Tab: Yearly"],
    "readmore.html": ["disclosure | Open: Read more"],
    "select.html": ["other | Option: Blue only", "sort | Sorted: Name"],
    "settings.html": ["language | Language: Deutsch", "other | On: Large text", "theme | Theme: Night colours"],
    "shadow.html": ["disclosure | Open: Ingredients"],
    "slots.html": ["disclosure | Open: Where is it"],
    "snap.html": ["carousel | Slide 2", "carousel | Slide 3"],
    "spa.html": [],
    "steps.html": [
        "disclosure | Open: More letters",
        "disclosure | Open: More letters (Third letter)",
        "step | Step: Photos",
        "step | Step: The damage",
    ],
    "target.html": ["disclosure | Open: Read more"],
    "theme.html": ["theme | Theme: Dark mode"],
    "unsafe.html": [],
}

ON_A_PHONE = {
    "burger.html": ["menu | Menu: Menu"],
    "hover-menu.html": ["menu | Menu: Help", "menu | Menu: Shop"],
    "numbered.html": ["disclosure | Open: Tools", "tab | Tab: Part two"],
}
"""Where no pointer rests, a menu by hover opens by the focus, or by the mouse events, that a tap gives."""


def _differing(base: str, truth: dict[str, list[str]], viewport: Viewport) -> dict[str, list[str]]:
    async def explore() -> dict[str, list[str]]:
        async with lab() as one:
            return {page: words(await one.explore(f"{base}/{page}", viewport)) for page in truth}

    found = asyncio.run(explore())
    return {page: found[page] for page in truth if found[page] != truth[page]}


@pytest.mark.slow
def test_the_states_of_each_page(serve_folder: Callable[[Path], str]) -> None:
    assert _differing(serve_folder(PAGES), TRUTH, DESKTOP) == {}


def test_the_states_on_a_phone(serve_folder: Callable[[Path], str]) -> None:
    assert _differing(serve_folder(PAGES), ON_A_PHONE, MOBILE) == {}


def test_what_a_state_reveals_is_what_came(serve_folder: Callable[[Path], str]) -> None:
    base = serve_folder(PAGES)

    async def explore() -> dict[str, list[str]]:
        async with lab() as one:
            found = await one.explore(f"{base}/dialog.html")
            return {state.state.label: [shown.text for shown in state.state.reveals] for state in found.states}

    shown = asyncio.run(explore())
    assert "Women 36 to 41" in shown["Dialog: Size guide"]
    assert shown["Tab: Men"] == ["Men 40 to 47"]


def test_nothing_is_found_twice_or_otherwise_the_next_time(serve_folder: Callable[[Path], str]) -> None:
    base = serve_folder(PAGES)

    async def explore(page: str) -> list[tuple[str, tuple[Action, ...], str]]:
        async with lab() as one:
            found = await one.explore(f"{base}/{page}")
            return [(state.state.id, state.state.recipe, state.digest) for state in found.states]

    async def twice() -> None:
        for page in ("steps.html", "late.html"):
            first = await explore(page)
            assert await explore(page) == first
            assert len({digest for *_, digest in first}) == len(first)

    asyncio.run(twice())


def test_a_link_that_only_leads_somewhere_is_not_said_to_send(serve_folder: Callable[[Path], str]) -> None:
    base = serve_folder(PAGES)

    async def explore() -> list[str]:
        async with lab() as one:
            return [skipped.reason for skipped in (await one.explore(f"{base}/settings.html")).skipped]

    assert not [reason for reason in asyncio.run(explore()) if "Send feedback" in reason]
