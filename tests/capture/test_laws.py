"""Laws of exploring, on our own pages and on pages that nobody here wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from capture_exploring import DESKTOP, MOBILE, PAGES, Lab, lab, words
from heatreel.capture.resources import Resources
from heatreel.capture.snapshot import Taken, take_all
from heatreel.core.element import Outline
from heatreel.core.viewport import Viewport

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REAL = [
    ("startbootstrap-modern-business", "faq.html"),
    ("jquery-ui", "demos/tabs/default.html"),
    ("spectre.css", "docs/components/modals.html"),
]


async def _taken(one: Lab, url: str, viewport: Viewport) -> dict[str, Taken]:
    """Snapshots by the id of their state; taking one asserts that its recipe leads to it again."""
    async with one.explorer(url, viewport) as explorer:
        found = await explorer.run()
        taken = [item async for item in take_all(explorer, found.states, "key", Resources())]
    lost = [item for item in taken if not isinstance(item, Taken)]
    assert lost == []
    return {item.state.id: item for item in taken if isinstance(item, Taken)}


def _visible(outline: str) -> list[tuple[str, str, bool]]:
    elements = Outline.from_json(outline).elements
    return [(element.selector, element.text, element.visible) for element in elements]


def _laws(urls: list[str], viewport: Viewport) -> None:
    async def explore() -> list[tuple[dict[str, Taken], dict[str, Taken]]]:
        async with lab() as one:
            return [(await _taken(one, url, viewport), await _taken(one, url, viewport)) for url in urls]

    for first, second in asyncio.run(explore()):
        assert list(first) == list(second), "the same states"
        for name, taken in first.items():
            assert taken.state.recipe == second[name].state.recipe
            assert Outline.from_json(taken.outline) == Outline.from_json(second[name].outline), (
                f"{name}: the same elements"
            )
            assert taken.state.settled is not None
            assert taken.state.settled["stable"], f"{name}: a picture does not move the page"
        shown = [_visible(taken.outline) for taken in first.values()]
        for index, one in enumerate(shown):
            assert one not in shown[:index], f"{list(first)[index]} shows what another state shows"


def test_laws_on_our_pages(serve_folder: Callable[[Path], str]) -> None:
    base = serve_folder(PAGES)
    pages = ["dialog.html", "hover-menu.html", "dots.html", "banner.html", "shadow.html", "frame.html", "lazy.html"]
    _laws([f"{base}/{page}" for page in pages], DESKTOP)


@pytest.mark.parametrize(("package", "page"), REAL)
@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=lambda viewport: viewport.name)
def test_laws_on_real_pages(
    package: str,
    page: str,
    viewport: Viewport,
    site_package: Callable[[str], Path],
    serve_folder: Callable[[Path], str],
) -> None:
    _laws([f"{serve_folder(site_package(package))}/{page}"], viewport)


FOUND = {
    ("startbootstrap-modern-business", "faq.html"): [
        "accordion | Closed: Collapsible Group Item #1",
        "accordion | Section: Collapsible Group Item #2",
        "accordion | Section: Collapsible Group Item #3",
        "menu | Menu: Blog",
        "menu | Menu: Other Pages",
        "menu | Menu: Portfolio",
    ],
    ("startbootstrap-modern-business", "index.html"): [
        "carousel | Slide 2",
        "carousel | Slide 3",
        "menu | Menu: Blog",
        "menu | Menu: Other Pages",
        "menu | Menu: Portfolio",
    ],
    ("jquery-ui", "demos/tabs/default.html"): ["tab | Tab: Aenean lacinia", "tab | Tab: Proin dolor"],
    ("jquery-ui", "demos/accordion/default.html"): [
        "accordion | Section: Section 2",
        "accordion | Section: Section 3",
        "accordion | Section: Section 4",
    ],
    ("jquery-ui", "demos/menu/default.html"): [
        "menu | Menu: Electronics",
        "menu | Menu: Jazz",
        "menu | Menu: Music",
        "menu | Menu: Rock",
    ],
    ("jquery-ui", "demos/datepicker/default.html"): ["popover | Popover: datepicker"],
    ("spectre.css", "docs/experimentals/carousels.html"): [
        "carousel | Slide 2",
        "carousel | Slide 3",
        "carousel | Slide 4",
        "disclosure | Closed: Experimentals",
        "disclosure | Open: Components",
        "disclosure | Open: Elements",
        "disclosure | Open: Getting started",
        "disclosure | Open: Layout",
        "disclosure | Open: Utilities",
    ],
    ("spectre.css", "docs/components/popovers.html"): [
        "disclosure | Closed: Components",
        "disclosure | Open: Elements",
        "disclosure | Open: Experimentals",
        "disclosure | Open: Getting started",
        "disclosure | Open: Layout",
        "disclosure | Open: Utilities",
        "hover | Hover: bottom popover",
        "hover | Hover: left popover",
        "hover | Hover: right popover",
        "hover | Hover: top popover",
    ],
    ("html5-boilerplate", "dist/index.html"): [],
}
"""By hand: what a visitor with a pointer can bring about on these pages, without typing."""


def test_the_states_of_real_pages(site_package: Callable[[str], Path], serve_folder: Callable[[Path], str]) -> None:
    urls = {(package, page): f"{serve_folder(site_package(package))}/{page}" for package, page in FOUND}

    async def explore() -> dict[tuple[str, str], list[str]]:
        async with lab() as one:
            return {name: words(await one.explore(url)) for name, url in urls.items()}

    found = asyncio.run(explore())
    assert {name: found[name] for name in FOUND if found[name] != FOUND[name]} == {}
