"""What is on top at a point, for bars, banners and boxes of every kind."""

from __future__ import annotations

import numpy as np
import pytest

from heatreel.core.element import Outline
from heatreel.replay.verify.stacking import ALWAYS, AT_FIRST, FREE, Stack, grid
from verify.drawing import DESKTOP, Box, Page


def covered(outline: Outline, index: int) -> set[int]:
    """How the points of an element are covered, in a window of 1000 x 800."""
    return set(Stack(outline, DESKTOP).cover(index, *grid(outline.elements[index])).how.tolist())


def under(bar: Box, target: Box, height: float = 2000, **values: str) -> set[int]:
    page = Page(height)
    button = page.add("button", target, "Buy")
    page.add("div", bar, **values)
    return covered(page.done(), button)


def test_a_fixed_bar_at_the_head_hides_for_good_only_what_the_page_begins_with() -> None:
    bar = (0, 0, 1000, 60)
    assert under(bar, (10, 10, 100, 40), position="fixed") == {ALWAYS}
    assert under(bar, (10, 70, 100, 40), position="fixed") == {FREE}
    assert under(bar, (10, 900, 100, 40), position="fixed") == {FREE}


def test_a_fixed_bar_at_the_foot_hides_for_good_only_the_end_of_the_page() -> None:
    bar = (0, 740, 1000, 60)
    assert under(bar, (10, 745, 100, 40), position="fixed") == {AT_FIRST}
    assert under(bar, (10, 1945, 100, 40), position="fixed") == {ALWAYS}
    assert under(bar, (10, 1850, 100, 40), position="fixed") == {FREE}


def test_on_a_page_that_does_not_scroll_every_bar_hides_for_good() -> None:
    assert under((0, 740, 1000, 60), (10, 745, 100, 40), height=800, position="fixed") == {ALWAYS}
    assert under((0, 740, 1000, 60), (10, 745, 100, 40), height=800, position="sticky") == {ALWAYS}


def test_a_sticky_bar_at_the_foot_gives_way_at_the_end() -> None:
    assert under((0, 740, 1000, 60), (10, 745, 100, 40), position="sticky") == {AT_FIRST}
    assert under((0, 740, 1000, 60), (10, 1945, 100, 40), position="sticky") == {FREE}


def test_a_banner_over_the_whole_window_hides_everything() -> None:
    for top in (10, 700, 1500, 1950):
        assert under((0, 0, 1000, 800), (10, top, 100, 40), position="fixed") == {ALWAYS}


def test_two_bars_together_can_leave_no_room() -> None:
    page = Page(height=900)
    button = page.add("button", (10, 100, 100, 30), "Buy")
    page.add("div", (0, 0, 1000, 70), position="fixed")
    page.add("div", (0, 60, 1000, 740), position="fixed")
    assert covered(page.done(), button) == {ALWAYS}


def test_what_is_painted_below_or_is_part_of_the_element_covers_nothing() -> None:
    page = Page()
    page.add("div", (0, 0, 500, 500))
    button = page.add("button", (10, 10, 100, 40), "Buy")
    page.add("span", (12, 12, 90, 30), "Buy", parent=button)
    assert covered(page.done(), button) == {FREE}


def test_a_box_laid_over_an_element_covers_it_wherever_one_scrolls() -> None:
    page = Page()
    line = page.add("p", (0, 0, 800, 30), order=9)
    link = page.add("a", (100, 0, 80, 30), "8 reviews", parent=line, order=10)
    page.add("span", (90, -3, 200, 36), "New", parent=line, order=11)
    page.add("p", (0, 40, 800, 30), "More", order=2)
    assert covered(page.done(), link) == {ALWAYS}


def test_a_link_that_wraps_does_not_cover_its_neighbours_on_the_line() -> None:
    page = Page()
    text = page.add("p", (0, 0, 300, 48), "Words")
    short = page.add("a", (10, 2, 60, 19), "GitHub", parent=text)
    page.add("a", (0, 2, 300, 43), "Sponsor this project", parent=text)
    page.add("p", (0, 60, 300, 24), "More")
    assert covered(page.done(), short) == {FREE}


def test_a_float_is_not_covered_by_the_block_it_lies_in() -> None:
    page = Page()
    foot = page.add("footer", (0, 0, 1000, 90))
    link = page.add("a", (900, 0, 80, 20), "Top", parent=foot)
    page.add("p", (0, 0, 1000, 24), "Words", parent=foot)
    page.add("p", (0, 30, 1000, 24), "Words", parent=foot)
    assert covered(page.done(), link) == {FREE}


def test_what_scrolls_inside_a_box_covers_only_within_it() -> None:
    page = Page()
    button = page.add("button", (10, 300, 100, 40), "Buy")
    box = page.add("div", (0, 0, 400, 200))
    page.add("div", (0, 0, 400, 900), parent=box, scroller=box)
    page.add("p", (0, 950, 300, 24), "Words")
    assert covered(page.done(), button) == {FREE}


def test_what_cuts_off_its_content_is_told_by_what_cannot_be_seen() -> None:
    """A box of 40 px with `overflow: hidden`: a child of 900 px, whose last link is out of sight."""
    page = Page()
    button = page.add("button", (10, 300, 100, 40), "Buy")
    box = page.add("div", (0, 0, 400, 40), order=50)
    inner = page.add("div", (0, 0, 400, 900), parent=box, order=51)
    page.add("a", (0, 850, 100, 24), "Hidden", parent=inner, visible=False, order=52)
    assert covered(page.done(), button) == {FREE}


@pytest.mark.parametrize("position", ["fixed", "sticky"])
def test_things_in_one_bar_stay_together(position: str) -> None:
    page = Page()
    bar = page.add("header", (0, 0, 1000, 60), position=position)
    button = page.add("button", (10, 10, 100, 40), "Menu", parent=bar, position=position)
    page.add("div", (0, 0, 200, 60), parent=bar, position=position, order=40)
    assert covered(page.done(), button) == {ALWAYS}


def test_every_point_has_its_own_answer() -> None:
    page = Page()
    button = page.add("button", (0, 700, 100, 200), "Buy")
    page.add("div", (0, 740, 1000, 60), position="fixed")
    found = Stack(page.done(), DESKTOP).cover(button, np.array([50.0, 50.0]), np.array([710.0, 790.0]))
    assert found.how.tolist() == [FREE, AT_FIRST]
    assert found.by.tolist() == [-1, 2]


def test_what_lets_clicks_through_covers_nothing() -> None:
    page = Page()
    button = page.add("button", (10, 10, 100, 40), "Buy")
    page.add("div", (0, 0, 1000, 800), position="fixed", through=True)
    assert covered(page.done(), button) == {FREE}


def test_a_label_covers_another_field_but_not_its_own() -> None:
    """Labels that float lie in their field; a click on one goes to the field."""
    for name, how in (("E-mail", FREE), ("Name", ALWAYS)):
        page = Page()
        field = page.add("input", (10, 10, 300, 50), "E-mail", field="email")
        page.add("label", (10, 10, 300, 50), name)
        assert covered(page.done(), field) == {how}
