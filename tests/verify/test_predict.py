"""Hits of BASE carried to HEAD."""

from __future__ import annotations

import numpy as np

from heatreel.core.hits import TYPES
from heatreel.replay.verify import ElementMemory, predict
from verify.drawing import Page, clicks, scrolls, together


def page(buy: float, help_: bool = True, height: float = 2000) -> Page:
    made = Page(height)
    made.add("h2", (0, 0, 400, 40), "A pack")
    made.add("button", (10, buy, 200, 50), "Buy now")
    if help_:
        made.add("a", (300, 100, 80, 24), "Help", href="/help")
    made.add("a", (0, 500, 80, 24), "Home", href="/")
    return made


def test_a_page_carried_to_itself_keeps_every_hit() -> None:
    outline = page(200).done()
    hits = together(clicks(outline, (2, 5), (3, 4), u=0.3, v=0.8), scrolls(800, 1900))
    there = predict(hits, ElementMemory().pair(outline, outline))
    for name in ("event", "visit", "type", "element", "x", "y"):
        assert np.array_equal(getattr(there, name), getattr(hits, name)), name


def test_hits_go_with_their_element_and_those_on_what_is_gone_are_left_out() -> None:
    before, after = page(200).done(), page(900, help_=False, height=1500).done()
    hits = together(clicks(before, (2, 5), u=0.25), clicks(before, (3, 4)), scrolls(700, 1900))
    there = predict(hits, ElementMemory().pair(before, after))
    laid = there.type == TYPES.index("scroll")
    assert len(there) == 7
    assert np.allclose(there.x[~laid], 60) and np.allclose(there.y[~laid], 925)
    assert {after.elements[index].name for index in there.element[~laid].tolist()} == {"Buy now"}
    # As deep as the page goes, and no deeper.
    assert there.y[laid].tolist() == [700, 1500]
    assert there.element[laid].tolist() == [-1, -1]
    assert (there.confidence <= 1).all() and (there.confidence > 0).all()


def test_nothing_stays_nothing() -> None:
    outline = page(200).done()
    assert len(predict(clicks(outline), ElementMemory().pair(outline, outline))) == 0
