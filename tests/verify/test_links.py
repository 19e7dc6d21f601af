"""Whether two links lead to the same place."""

from __future__ import annotations

import pytest

from heatreel.replay.verify import ElementMemory
from heatreel.replay.verify.links import same_destination
from verify.drawing import Page


def same(
    old: str, new: str, ids: tuple[str, ...] = ("top", "end"), ids_after: tuple[str, ...] = ("top", "end")
) -> bool:
    pages = []
    for href, names in ((old, ids), (new, ids_after)):
        page = Page()
        for at, name in enumerate(names):
            page.add("h2", (0, 100 + 300 * at, 400, 40), f"Part {'one' if at else 'two'}", id=name)
        page.add("a", (0, 0, 100, 24), "Go", href=href)
        pages.append(page.done())
    pairs = ElementMemory().pair(*pages)
    return same_destination(pairs, pages[0].elements[-1], pages[1].elements[-1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/shop", "/shop"),
        ("/shop", "/shop/"),
        ("/shop/index.html", "/shop"),
        ("/about.html", "/about"),
        ("/", "/index.html"),
        ("#top", "#top"),
        ("/page#top", "/page#top"),
        ("#", "/shop"),
        ("", "/shop"),
        ("javascript:void(0)", "/shop"),
        # Hidden places, and ids that a build made, cannot be told.
        ("#panel", "#other"),
        ("/page#panel", "/:id"),
    ],
)
def test_the_same_place(old: str, new: str) -> None:
    assert same(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/shop", "/sale"),
        ("/shop", ""),
        ("/shop", "#"),
        ("#top", "#end"),
        ("#top", "/shop"),
        ("#/cart", "#/help"),
        ("#top", "#"),
    ],
)
def test_another_place(old: str, new: str) -> None:
    assert not same(old, new)


def test_a_link_for_the_form_only_leads_nowhere() -> None:
    """The page model gives `#` the address of its own page, and marks it."""
    sides = []
    for href, nowhere in (("/", False), ("/contact", True)):
        page = Page()
        page.add("a", (0, 0, 100, 24), "Home", href=href, nowhere=nowhere)
        sides.append(page.done())
    pairs = ElementMemory().pair(*sides)
    home, stub = (side.elements[1] for side in sides)
    assert not same_destination(pairs, home, stub)
    assert same_destination(pairs, stub, home)


def test_a_place_that_got_another_id_is_the_same_place() -> None:
    assert same("#top", "#start", ids_after=("start", "end"))
    assert not same("#top", "#end", ids_after=("start", "end"))
