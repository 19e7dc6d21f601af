"""Contrast by the published formula, at the published bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreel.core.element import Element, Outline
from heatreel.replay.verify.contrast import contrast, enough, worst

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def text(ink: str, ground: str, px: float = 16, bold: bool = False) -> Element:
    return Element(0, -1, "a", 1, visible=True, ink=ink, ground=ground, px=px, bold=bold)


@pytest.mark.parametrize(
    ("ink", "ground", "ratio"),
    # As the W3C's understanding of 1.4.3 and 1.4.6 and common checkers give them.
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54),
     ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59), ("#ff0000", "#ffffff", 4.0)],
)  # fmt: skip
def test_published_ratios(ink: str, ground: str, ratio: float) -> None:
    assert contrast(text(ink, ground)) == pytest.approx(ratio, abs=0.005)


@given(colours, colours)
def test_order_does_not_matter_and_the_range_holds(one: str, two: str) -> None:
    there, back = contrast(text(one, two)), contrast(text(two, one))
    assert there == back and there is not None and 1 <= there <= 21.001


@pytest.mark.parametrize(
    ("px", "bold", "is_poor"),
    [(16, False, True), (23.9, False, True), (24, False, False), (18.7, True, False), (18, True, True)],
)  # fmt: skip
def test_large_text_needs_less(px: float, bold: bool, is_poor: bool) -> None:
    found = worst(Outline(100, 100, (text("#8a8a8a", "#ffffff", px, bold),)), 0, 1)
    assert found and (found[0] < found[1]) == is_poor and found[1] == enough(text("", "", px, bold))


def test_unknown_colours_are_not_judged() -> None:
    assert contrast(text("", "#ffffff")) is None and contrast(text("#ffffff", "")) is None
    assert worst(Outline(100, 100, (text("#fefefe", ""),)), 0, 1) is None
