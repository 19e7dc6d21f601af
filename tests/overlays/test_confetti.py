"""Confetti: a dot for each event, coloured by what it belongs to."""

from __future__ import annotations

import numpy as np
import pytest

from heatreel.app.contexts import split_by
from heatreel.core.errors import InputError
from heatreel.overlays.context import Context
from heatreel.overlays.dots import COLOURS, MOST_GROUPS, Split, dots_of
from heatreel.overlays.layers import LayerSpec, draw_layer, overlay_png, small_overlay_png
from heatreel.overlays.wording import words_for
from overlays_making import (
    PHONE,
    make_hits,
    make_outline,
    make_snapshot,
    random_hits,
    session_row,
    signal_bits,
    type_of,
)

SNAPSHOT, OUTLINE = make_snapshot(), make_outline(800, 1200)


def test_every_dot_is_where_its_event_is_in_the_colour_of_its_group() -> None:
    hits = make_hits(3, x=[100, 300, 500], y=[200, 400, 1150])
    context = Context(split=Split("arm", ("a", "b"), np.array([0, 1, -1])))
    layer = draw_layer(SNAPSHOT, OUTLINE, hits, LayerSpec("confetti"), context=context)
    levels = layer.levels_at(0, 1200, 800)
    seen = [tuple(layer.palette.rgb[levels[y, x]].tolist()) for x, y in ((100, 200), (300, 400), (500, 1150))]
    assert seen == [COLOURS[0], COLOURS[1], (120, 120, 128)]
    assert words_for(layer, SNAPSHOT).swatches == (
        (COLOURS[0], "a · 1"),
        (COLOURS[1], "b · 1"),
        (seen[2], "not known · 1"),
    )
    assert words_for(layer, SNAPSHOT).ticks == ()


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_strips_of_dots_equal_the_whole(dpr: float) -> None:
    hits = random_hits(4000, 300, 500)
    dots = dots_of(hits, Split("s", ("a", "b", "c"), hits.session.astype(np.int64) % 3), (300, 500), dpr)
    width, height = round(300 * dpr), round(500 * dpr)
    whole = dots.levels_at(0, height, width)
    for step in (1, 37, 250):
        parts = [dots.levels_at(top, min(top + step, height), width) for top in range(0, height, step)]
        assert (np.concatenate(parts) == whole).all()


def test_counts_of_the_legend_add_up_and_what_is_left_over_shares_a_colour() -> None:
    hits = random_hits(3000, 800, 1200)
    labels = tuple(f"value {number}" for number in range(20))
    dots = dots_of(hits, Split("s", labels, hits.session.astype(np.int64) % 20), (800, 1200), 1)
    assert sum(group.count for group in dots.groups) == len(hits)
    assert len(dots.groups) == MOST_GROUPS + 1
    assert dots.groups[-1].label == "13 others"
    assert len({group.colour for group in dots.groups}) == len(dots.groups)


def test_a_hundred_thousand_dots_leave_room_between_them() -> None:
    few, many = (dots_of(random_hits(count, 1440, 6000), None, (1440, 6000), 1) for count in (100, 100_000))
    assert few.radius > many.radius >= 2
    levels = many.levels_at(0, 6000, 1440)
    assert 0.01 < np.count_nonzero(levels) / levels.size < 0.2


def test_no_group_is_always_on_top() -> None:
    rng = np.random.default_rng(3)
    hits = make_hits(2000, x=rng.uniform(90, 110, 2000), y=rng.uniform(90, 110, 2000))
    dots = dots_of(hits, Split("s", ("a", "b"), np.arange(2000) % 2), (200, 200), 1)
    levels = dots.levels_at(0, 200, 200)
    first, second = ((levels == level).sum() for level in (2, 3))
    assert 0.4 < first / (first + second) < 0.6


TABLE = [
    session_row(0) | {"touch": True, "width": 390, "properties": {"plan": "free"}},
    session_row(1) | {"touch": False, "width": 1440, "properties": {"plan": "paid"}},
    session_row(2) | {"touch": False, "width": 1920, "properties": {}},
]


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("touch", ["yes", "no", "no", "yes"]),
        ("property.plan", ["free", "paid", "none", "free"]),
        ("width", ["390", "1440", "1920", "390"]),
        ("viewport", ["desktop"] * 4),
        ("type", ["click", "tap", "click", "click"]),
        ("signal", ["rage", "no signal", "error", "no signal"]),
        ("time", ["1970-01-01"] * 4),
    ],
)
def test_any_segment_key_can_colour(key: str, told: list[str]) -> None:
    hits = make_hits(
        4,
        session=[0, 1, 2, 0],
        type=[type_of(name) for name in ("click", "tap", "click", "click")],
        signals=[signal_bits("dead", "rage"), 0, signal_bits("error", "first"), signal_bits("first")],
    )
    split = split_by(key, hits, SNAPSHOT, TABLE)
    assert [split.labels[code] for code in split.code] == told


def test_many_numbers_become_ranges() -> None:
    table = [session_row(number) | {"width": 300 + number} for number in range(400)]
    hits = make_hits(400, session=np.arange(400))
    split = split_by("width", hits, SNAPSHOT, table)
    assert len(split.labels) == 4
    assert (split.code >= 0).all()
    assert np.bincount(split.code).min() >= 95


def test_an_unknown_key_lists_what_there_is() -> None:
    with pytest.raises(InputError, match=r"--by 'colour': no such key; there are: page, viewport, state, type"):
        split_by("colour", make_hits(1), SNAPSHOT, TABLE)


def test_the_layer_alone_is_the_size_of_the_picture() -> None:
    snapshot = make_snapshot(390, 900, PHONE)
    layer = draw_layer(snapshot, OUTLINE, random_hits(50, 390, 900), LayerSpec("confetti"))
    assert overlay_png(layer)[16:24] == (780).to_bytes(4, "big") + (1800).to_bytes(4, "big")
    # A viewer gets the dots as they are, and enlarges them to the page's size like any layer.
    assert small_overlay_png(layer) == overlay_png(layer)
    assert (layer.levels.shape[1] * layer.cell[0], layer.levels.shape[0] * layer.cell[1]) == (390, 900)
