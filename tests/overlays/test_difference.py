"""Differences: what changed from one group of visits to another, and what of it is more than chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.overlays.colour import diverging
from heatreel.overlays.difference import MIDDLE, Side, draw_difference
from heatreel.overlays.layers import LayerSpec, lay
from heatreel.overlays.marks import draw_marks
from heatreel.overlays.wording import words_for
from heatreel.replay.ranking import rank_elements
from overlays_making import make_hits, make_outline, make_picture, make_snapshot

SNAPSHOT, OUTLINE = make_snapshot(), make_outline(800, 1200)


def clicks(count: int, button: int, first_visit: int = 0) -> Hits:
    """One click on a button in each of `count` visits."""
    x, y, width, height = OUTLINE.elements[button].box
    rng = np.random.default_rng(button)
    visits = np.arange(first_visit, first_visit + count)
    spot = {"x": x + rng.uniform(0.3, 0.7, count) * width, "y": y + rng.uniform(0.3, 0.7, count) * height}
    return make_hits(count, **spot, visit=visits, session=visits, element=[button] * count)


def side(name: str, visits: int, **by_button: int) -> Side:
    hits = Hits.joined([clicks(count, int(button[1:])) for button, count in by_button.items()])
    return Side(name, hits, rank_elements(hits, OUTLINE, visits), visits)


def test_more_and_less_are_on_their_sides_and_chance_is_nothing() -> None:
    layer = draw_difference(
        SNAPSHOT, OUTLINE, side("before", 1000, b1=300, b2=100, b6=200), side("after", 1000, b1=120, b2=300, b6=206),
        LayerSpec(),
    )  # fmt: skip
    levels = layer.levels_at(0, 1200, 800)
    less, more, same = (levels[round(y + 30), round(x + width / 2)] for x, y, width, _ in (
        OUTLINE.elements[button].box for button in (1, 2, 6)
    ))  # fmt: skip
    assert less < MIDDLE - 30
    assert more > MIDDLE + 30
    assert same == MIDDLE
    assert layer.difference is not None
    marked = {one.index: one for one in layer.difference.elements if one.significant}
    assert set(marked) == {1, 2}
    assert marked[2].change.low < 0.2 < marked[2].change.high
    assert marked[1].change.high < 0


def test_a_group_against_itself_has_no_difference() -> None:
    same = side("a", 400, b1=90, b2=40, b7=60)
    layer = draw_difference(SNAPSHOT, OUTLINE, same, replace(same, name="b"), LayerSpec())
    assert layer.difference is not None
    assert not layer.difference.painted
    assert not any(one.significant for one in layer.difference.elements)
    picture = make_picture(OUTLINE)
    before = picture.copy()
    lay(layer, picture)
    draw_marks(layer, OUTLINE, picture)
    assert (picture == before).all()
    assert words_for(layer, SNAPSHOT).details[-1] == "Nothing here differs by more than chance"


def test_one_person_who_clicks_ten_times_is_one() -> None:
    calm = side("before", 500, b3=20)
    angry = Hits.joined([clicks(20, 3)] * 10)
    layer = draw_difference(
        SNAPSHOT, OUTLINE, calm, Side("after", angry, rank_elements(angry, OUTLINE, 500), 500), LayerSpec()
    )
    assert layer.difference is not None
    assert not layer.difference.painted


def test_chance_alone_seldom_shows() -> None:
    rng = np.random.default_rng(11)
    shown = 0
    for _ in range(20):
        counts = [{f"b{button}": int(rng.binomial(300, 0.1)) for button in range(1, 19)} for _ in range(2)]
        layer = draw_difference(
            SNAPSHOT, OUTLINE, side("a", 300, **counts[0]), side("b", 300, **counts[1]), LayerSpec()
        )
        assert layer.difference is not None
        shown += sum(one.significant for one in layer.difference.elements)
    # 360 comparisons without any change: a false discovery now and then is what the rate allows.
    assert shown <= 3


def test_the_legend_names_both_sides_and_what_has_no_place() -> None:
    before, after = side("before", 800, b1=200), replace(side("after", 700, b1=20), lost=7)
    layer = draw_difference(SNAPSHOT, OUTLINE, before, after, LayerSpec())
    words = words_for(layer, SNAPSHOT)
    assert words.title == "Change in clicks on /shop"
    assert words.sample == "before: 800 visits → after: 700 visits"
    assert words.ticks[1] == (0.5, "0")
    assert words.ticks[0][1].startswith("-")
    assert "after: 7 events have no place on this page" in words.notes


def test_what_cannot_be_compared_is_said() -> None:
    some = side("a", 10, b1=5)
    with pytest.raises(InputError, match="a difference of the kind 'scroll' cannot be drawn"):
        draw_difference(SNAPSHOT, OUTLINE, some, some, LayerSpec("scroll"))
    with pytest.raises(InputError, match="b: has no visits"):
        draw_difference(SNAPSHOT, OUTLINE, some, Side("b", Hits.empty(), (), 0), LayerSpec())


@pytest.mark.parametrize("name", ["plasma", "berlin", "RdBu_r"])
def test_diverging_colours_are_clear_in_the_middle_and_differ_at_the_ends(name: str) -> None:
    found = diverging(name)
    assert found.alpha[MIDDLE] == 0
    assert found.alpha[0] == found.alpha[255] > 200
    less, more = found.rgb[20].astype(int), found.rgb[235].astype(int)
    assert np.abs(less - more).max() > 90
