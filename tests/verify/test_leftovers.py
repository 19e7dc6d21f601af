"""What the matching leaves open: numbered links, nameless controls, other words in the same place, and strangers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from heatreel.core.element import Outline
from heatreel.core.finding import Finding
from heatreel.replay.verify import verify
from verify.drawing import Page, capture, state


def compare(before: Outline, after: Outline) -> list[tuple[str, str]]:
    found: Sequence[Finding] = verify(capture((state(), before)), capture((state(), after))).findings
    return [(one.rule, one.before.name if one.before else "") for one in found]


def numbered(numbers: Sequence[int], step: float = 40) -> Outline:
    page = Page()
    page.add("h2", (0, 0, 400, 40), "Results")
    row = page.add("ul", (0, 100, 800, 40))
    for at, number in enumerate(numbers):
        item = page.add("li", (step * at, 100, 36, 36), parent=row)
        page.add("a", (step * at, 100, 36, 36), str(number), parent=item, href="/results", nowhere=True)
    page.add("button", (0, 300, 140, 48), "Search")
    return page.done()


@pytest.mark.parametrize("left", [1, 3, 6])
def test_the_number_that_is_gone_is_named(left: int) -> None:
    numbers = [1, 2, 3, 4, 5, 6]
    assert compare(numbered(numbers), numbered([one for one in numbers if one != left])) == [("gone", str(left))]


def test_numbers_that_all_changed_are_nothing() -> None:
    assert compare(numbered([1, 2, 3, 4]), numbered([2, 3, 4, 5])) == []


def test_more_pages_are_nothing() -> None:
    assert compare(numbered([1, 2, 3]), numbered([1, 2, 3, 4])) == []


def menu(names: Sequence[str]) -> Outline:
    """A menu with links, of which those in capitals lead nowhere: they open something."""
    page = Page()
    nav = page.add("nav", (0, 0, 1000, 50), landmark="navigation")
    for at, name in enumerate(names):
        item = page.add("li", (110.0 * at, 10, 100, 30), parent=nav)
        href = "/" if name.isupper() else f"/{name.lower()}"
        page.add("a", (110.0 * at, 10, 100, 30), name, parent=item, href=href, nowhere=name.isupper(),
                 landmark="navigation")  # fmt: skip
    page.add("h2", (0, 200, 400, 40), "A pack for long walks")
    return page.done()


def test_what_opened_something_is_not_the_link_that_came_first() -> None:
    """As in a template whose menu lost "Other Pages" and got "Home": no word, no link and no place in common."""
    before, after = menu(["About", "Contact", "Blog", "PAGES"]), menu(["HOME", "About", "Contact", "Blog"])
    assert compare(before, after) == [("gone", "PAGES")]


def test_other_words_in_the_same_place_are_a_renaming() -> None:
    before, after = menu(["About", "PAGES", "Blog"]), menu(["About", "MORE", "Blog"])
    assert compare(before, after) == [("renamed", "PAGES")]


def form(button: str, left: float) -> Outline:
    page = Page()
    around = page.add("form", (0, 100, 800, 400), landmark="form")
    page.add("input", (10, 120, 400, 48), "E-mail", parent=around, field="email", type="email")
    holder = page.add("div", (0, 300, 800, 60), parent=around)
    page.add("button", (left, 300, 140, 48), button, parent=holder, type="submit")
    return page.done()


def test_the_one_button_of_a_form_stays_it_under_another_name_elsewhere_in_the_form() -> None:
    assert ("renamed", "Send Message") in compare(form("Send Message", 10), form("Submit", 600))
    assert all(rule != "gone" for rule, _ in compare(form("Send Message", 10), form("Submit", 600)))


def test_what_closes_up_to_a_gap_has_not_moved() -> None:
    def row(names: Sequence[str]) -> Outline:
        page = Page()
        for at, name in enumerate(names):
            page.add("a", (220.0 * at, 100, 200, 40), name, href=f"/{name}")
        return page.done()

    names = ["gear", "care", "stores", "help", "journal"]
    assert compare(row(names), row(["gear", "care", "help", "journal"])) == [("gone", "stores")]
