"""Layers: which hits they show, where they paint them, what they say about themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreel.core import reach as reaching
from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.overlays.colour import FIRST_LEVEL
from heatreel.overlays.counts import SHARE_BELOW, aggregate, cell_for
from heatreel.overlays.density import density
from heatreel.overlays.fixed import things_on, under_fixed
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.layers import Layer, LayerSpec, draw_layer, lay, overlay_png, small_overlay_png
from heatreel.overlays.legend import draw_legend
from heatreel.overlays.marks import draw_marks, reach_lines
from heatreel.overlays.naming import name_of
from heatreel.overlays.scrollers import scrolled_away
from heatreel.overlays.wording import empty_words, number, words_for
from heatreel.replay.ranking import rank_elements
from overlays_making import (
    DESKTOP,
    PHONE,
    make_hits,
    make_outline,
    make_picture,
    make_snapshot,
    random_hits,
    signal_bits,
    type_of,
)

SNAPSHOT = make_snapshot()
OUTLINE = make_outline(800, 1200)


def drawn(hits: Hits, kind: str = "click", **spec: object) -> Layer:
    rows = rank_elements(hits, OUTLINE, 10)
    return draw_layer(SNAPSHOT, OUTLINE, hits, LayerSpec(kind, **spec), rows)  # type: ignore[arg-type]


# Which hits


def test_kinds_show_their_types_and_signals() -> None:
    hits = make_hits(
        type=[type_of(name) for name in ("click", "tap", "move", "scroll", "view", "focus", "click", "tap")],
        signals=[0, signal_bits("dead", "rage"), 0, 0, 0, 0, signal_bits("error", "first"), signal_bits("last")],
    )
    shown = {name: np.flatnonzero(kind.mask(hits)).tolist() for name, kind in KINDS.items()}
    assert shown == {
        "click": [0, 1, 6, 7],
        "tap": [1, 7],
        "move": [2],
        "scroll": [3, 4],
        "dead": [1],
        "rage": [1],
        "error": [6],
        "first": [6],
        "last": [7],
        "confetti": [0, 1, 6, 7],
        "element": [0, 1, 6, 7],
        "hover": [],
        "attention": [3, 4],
        "near_miss": [],
        "gaze": [],
    }


@given(st.integers(0, 300), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_a_segment_and_its_complement_add_up_to_the_whole(count: int, seed: int) -> None:
    hits = random_hits(count, 800, 1200, seed)
    inside = hits.session % 3 == 0
    cell = cell_for(LayerSpec().sigma)
    segments = (hits, hits.where(inside), hits.where(~inside))
    whole, part, rest = (aggregate(some.x, some.y, 800, 1200, cell, shared=True) for some in segments)
    assert (whole.cells == part.cells + rest.cells).all()
    assert drawn(hits).sample.events == sum(drawn(hits.where(keep)).sample.events for keep in (inside, ~inside))


def test_hits_off_the_page_are_cut_and_said() -> None:
    layer = drawn(make_hits(x=[10, 900, -5, 40], y=[10, 10, 10, 1300]))
    assert (layer.sample.events, layer.sample.cut) == (1, 3)
    assert words_for(layer, SNAPSHOT).notes[-1] == "3 clicks off the page, not painted"


# Where


@pytest.mark.parametrize(("viewport", "dpr"), [(DESKTOP, 1), (PHONE, 2), (replace(PHONE, dpr=1.5), 1.5)])
def test_heat_is_where_the_hits_are_at_any_pixel_ratio(viewport: object, dpr: float) -> None:
    snapshot = make_snapshot(width=400, height=1000, viewport=viewport)  # type: ignore[arg-type]
    layer = draw_layer(snapshot, OUTLINE, make_hits(30, x=[123] * 30, y=[777] * 30), LayerSpec())
    levels = layer.levels_at(0, round(1000 * dpr), round(400 * dpr))
    y, x = np.unravel_index(levels.argmax(), levels.shape)
    assert abs((x + 0.5) / dpr - 123.5) <= 2
    assert abs((y + 0.5) / dpr - 777.5) <= 2
    seen = np.flatnonzero((levels >= FIRST_LEVEL).any(axis=0)) / dpr
    assert seen[0] == pytest.approx(123.5 - (seen[-1] - 123.5), abs=4)
    assert 60 <= seen[-1] - seen[0] <= 110


def test_hits_on_fixed_elements_are_painted_once_where_the_picture_shows_them() -> None:
    # Replay puts them on the element's box at scroll 0, however far down the visitor was.
    bar = replace(OUTLINE.elements[1], position="fixed", box=(0.0, 0.0, 800.0, 50.0))
    hits = make_hits(40, x=np.linspace(380, 420, 40), y=[25.0] * 40, element=[1] * 40)
    levels = drawn(hits).levels_at(0, 1200, 800)
    assert levels[int(bar.box[1]) : 50].max() == levels.max() > 200
    assert not levels[110:].any()


def test_what_an_inner_scroller_does_not_show_is_not_painted_below_it() -> None:
    # A list of 100 px with two rows of 80: the second reaches out of the list, over the rest of the page.
    box = replace(OUTLINE.elements[1], index=21, parent=0, box=(0.0, 500.0, 300.0, 100.0), scroller=-1)
    shown = replace(box, index=22, parent=21, box=(0.0, 500.0, 300.0, 80.0), scroller=21)
    below = replace(shown, index=23, box=(0.0, 580.0, 300.0, 80.0))
    outline = replace(OUTLINE, elements=(*OUTLINE.elements, box, shown, below))
    hits = make_hits(x=[100, 100, 100, 100], y=[540, 590, 640, 640], element=[22, 23, 23, -1])
    assert scrolled_away(hits, outline).tolist() == [False, False, True, False]
    layer = draw_layer(SNAPSHOT, outline, hits.where(np.arange(4) < 3), LayerSpec())
    assert (layer.sample.events, layer.sample.covered) == (3, 1)


def test_what_a_fixed_element_covers_is_not_painted_on_it() -> None:
    # A banner over the lower half of the picture's first window; buttons 1 to 8 lie in the page below it.
    banner = replace(OUTLINE.elements[1], index=21, position="fixed", box=(0.0, 400.0, 800.0, 200.0), order=99)
    inner = replace(banner, index=22, parent=21, box=(300.0, 450.0, 90.0, 40.0))
    outline = replace(OUTLINE, elements=(*OUTLINE.elements, banner, inner))
    assert [thing.element.index for thing in things_on(outline, DESKTOP)] == [21]
    hits = make_hits(x=[100, 345, 100, 100], y=[430, 470, 200, 900], element=[7, 22, 3, -1])
    assert under_fixed(hits, things_on(outline, DESKTOP)).tolist() == [True, False, False, False]
    layer = draw_layer(SNAPSHOT, outline, hits, LayerSpec())
    assert (layer.sample.events, layer.sample.covered) == (4, 1)
    assert layer.levels_at(425, 435, 800)[:, :200].max() == 0 < layer.levels_at(195, 205, 800).max()
    assert words_for(layer, SNAPSHOT).notes[-1].startswith("1 click under fixed elements or further down")
    raised = replace(
        outline, elements=tuple(replace(one, order=100) if one.index == 7 else one for one in outline.elements)
    )
    assert not under_fixed(hits, things_on(raised, DESKTOP)).any()


def test_backdrops_and_empty_wrappers_are_not_in_the_way() -> None:
    backdrop = replace(OUTLINE.elements[1], index=21, position="fixed", box=(0.0, 0.0, 800.0, 600.0), order=99)
    dialog = replace(backdrop, index=22, parent=21, box=(200.0, 100.0, 400.0, 300.0))
    hidden = replace(backdrop, index=23, parent=0, visible=False, box=(0.0, 0.0, 80.0, 60.0))
    outline = replace(OUTLINE, elements=(*OUTLINE.elements, backdrop, dialog, hidden))
    assert [thing.element.index for thing in things_on(outline, DESKTOP)] == [22]


def test_one_vote_counts_a_session_once_in_a_place() -> None:
    hits = make_hits(60, x=[100.0] * 50 + [300.0] * 10, y=[100.0] * 60, session=[1] * 50 + list(range(10)))
    levels = drawn(hits).levels_at(0, 1200, 800)
    votes = drawn(hits, one_vote=True).levels_at(0, 1200, 800)
    assert levels[100, 100] > levels[100, 300]
    assert votes[100, 100] < votes[100, 300]
    assert drawn(hits, one_vote=True).sample.events == 60


def test_counts_by_visits_do_not_change_with_more_visits() -> None:
    once = make_hits(40, x=[200.0] * 40, y=[200.0] * 40)
    twice = make_hits(80, x=[200.0] * 80, y=[200.0] * 80)
    spec = LayerSpec(unit="per_1000_visits", top=500)
    assert (draw_layer(SNAPSHOT, OUTLINE, once, spec).levels == draw_layer(SNAPSHOT, OUTLINE, twice, spec).levels).all()
    assert "per 1,000 visits" in words_for(draw_layer(SNAPSHOT, OUTLINE, once, spec), SNAPSHOT).bar


def test_a_fixed_top_makes_pictures_comparable() -> None:
    few, many = (make_hits(n, x=[200.0] * n, y=[200.0] * n) for n in (5, 50))
    assert draw_layer(SNAPSHOT, OUTLINE, few, LayerSpec(top=50)).levels.max() < 200
    assert draw_layer(SNAPSHOT, OUTLINE, many, LayerSpec(top=50)).levels.max() == 255


def test_many_hits_take_the_quick_way_and_paint_the_same() -> None:
    hits = random_hits(SHARE_BELOW + 1000, 800, 1200)
    layer = draw_layer(SNAPSHOT, OUTLINE, hits, LayerSpec())
    exact = density(aggregate(hits.x, hits.y, 800, 1200, 4, shared=True), 15.0)
    quick = density(aggregate(hits.x, hits.y, 800, 1200, 4), 15.0)
    assert np.abs(quick - exact).sum() / exact.sum() < 0.01
    assert layer.sample.events == SHARE_BELOW + 1000


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"radius": 0}, "radius 0: must be above 0"),
        ({"radius": -3}, "radius -3: must be above 0"),
        ({"radius": float("nan")}, "radius nan"),
        ({"tone": "cubic"}, "tone 'cubic': choose robust, log or linear"),
        ({"unit": "clicks"}, "unit 'clicks'"),
        ({"kind": "heat"}, "no layer kind 'heat'; there are click, tap, move, hover, scroll"),
    ],
)
def test_what_cannot_be_painted_is_said_in_a_line(spec: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        LayerSpec(**spec)  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", [{"top": 0.0}, {"top": -1.0}, {"colours": "infreno"}, {"opacity": 2.0}])
def test_scales_and_colours_that_are_none(spec: dict[str, object]) -> None:
    with pytest.raises(InputError):
        drawn(random_hits(10, 800, 1200), **spec)


# Reach


visits_of_hits = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["view", "scroll", "click"]), st.floats(-50, 2000)), max_size=60
)


@given(visits_of_hits, st.integers(1, 1500))
@settings(deadline=None)
def test_reach_never_rises_and_never_passes_100_percent(rows: list[tuple[int, str, float]], height: int) -> None:
    hits = make_hits(
        len(rows),
        visit=[row[0] for row in rows],
        type=[type_of(row[1]) for row in rows],
        y=[row[2] for row in rows],
        # So far apart that no view is that of a page before.
        time_ms=np.arange(len(rows)) * 5000.0,
    )
    found = reaching.reach(hits, height)
    assert len(found.seen) == height
    assert (np.diff(found.seen) <= 0).all()
    assert (found.shares <= 1).all()
    assert (found.shares >= 0).all()
    watched = {row[0] for row in rows if row[1] != "click"}
    assert found.visits == len(watched)
    for y in (0, height // 2, height - 1):
        deepest = [max(row[2] for row in rows if row[0] == visit) for visit in watched]
        assert found.seen[y] == sum(np.ceil(np.float32(deep)) > y for deep in deepest)


@given(visits_of_hits)
@settings(deadline=None)
def test_reach_of_shards_merges_to_the_whole(rows: list[tuple[int, str, float]]) -> None:
    rows = sorted(rows)
    parts = [[row for row in rows if row[0] % 2 == odd] for odd in (0, 1)]
    whole, even, odd = (
        reaching.reach(
            make_hits(
                len(some),
                visit=[row[0] for row in some],
                type=[type_of(row[1]) for row in some],
                y=[row[2] for row in some],
            ),
            900,
        )
        for some in (rows, *parts)
    )
    joined = reaching.merge(even, odd)
    assert (joined.seen == whole.seen).all()
    assert joined.visits == whole.visits
    assert sorted(joined.folds) == sorted(whole.folds)


def known_reach() -> Hits:
    """Four visits with a fold at 600: to the bottom, to 900, to 700, and one that never scrolled."""
    deep = [1200, 900, 700]
    return make_hits(
        7,
        visit=[0, 1, 2, 3, 0, 1, 2],
        session=[0, 1, 2, 3, 0, 1, 2],
        type=[type_of("view")] * 4 + [type_of("scroll")] * 3,
        y=[600, 600, 600, 600, *deep],
    )


def test_reach_lines_and_fold() -> None:
    layer = drawn(known_reach(), "scroll")
    assert layer.reach is not None
    assert reach_lines(layer.reach) == [
        (700, "75 % of visits saw this far"),
        (900, "50 % of visits saw this far"),
        (1200, "25 % of visits saw this far"),
    ]
    assert layer.reach.fold == 600
    assert layer.reach.fold_spread == 0
    assert words_for(layer, SNAPSHOT).sample == "4 visits · 4 sessions"
    levels = layer.levels_at(0, 1200, 800)
    assert (levels[[100, 650, 800, 1100], 5] == [255, 191, 128, 64]).all()


def test_shares_that_end_together_share_a_line() -> None:
    hits = make_hits(3, visit=[0, 1, 2], type=type_of("scroll"), y=[500.0] * 3)
    assert reach_lines(reaching.reach(hits, 1200)) == [(500, "75 % and 50 % and 25 % of visits saw this far")]


# What it says


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_layer_says_so_and_paints_the_words(kind: str) -> None:
    layer = drawn(Hits.empty(), kind)
    assert layer.empty
    picture = make_picture(OUTLINE)
    before = picture.copy()
    lay(layer, picture)
    assert (picture == before).all()
    draw_marks(layer, OUTLINE, picture)
    assert (picture != before).any()
    words = words_for(layer, SNAPSHOT)
    assert words.sample == empty_words(layer) == f"No {KINDS[kind].noun} here: this layer is empty"
    assert words.ticks == ()
    assert draw_legend(words, layer.palette, 800).shape[1:] == (800, 3)


def test_small_samples_are_said() -> None:
    few = words_for(drawn(make_hits(30, session=np.arange(30))), SNAPSHOT).notes
    assert few == ("Small sample: 30 sessions; wait for 200 before you trust differences",)
    assert words_for(drawn(make_hits(200, session=np.arange(200))), SNAPSHOT).notes == ()


def test_legend_words() -> None:
    layer = drawn(random_hits(900, 800, 1200))
    words = words_for(layer, make_snapshot(variant="b"), "9 of 9 events placed", "1 Feb 2026", "touch=True")
    assert words.title == "Clicks on /shop"
    assert words.place == "“before” · desktop 800 × 600 · default state · variant b · touch=True"
    assert words.bar == "Clicks on one spot (log scale)"
    assert words.ledger == "9 of 9 events placed"
    assert words.ticks[-1] == (1.0, number(layer.scale.peak))
    assert [place for place, _ in words.ticks] == sorted(place for place, _ in words.ticks)


@pytest.mark.parametrize(
    ("value", "text"), [(0.05, "0.05"), (1, "1"), (2.5, "2.5"), (23.4, "23"), (1234567.8, "1,234,568")]
)
def test_numbers_for_people(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("dpr", [1, 2, 3])
@pytest.mark.parametrize("width", [200, 390, 820, 1440])
@pytest.mark.parametrize("dark", [False, True])
def test_legend_keeps_inside_its_width(width: int, dpr: float, dark: bool) -> None:
    snapshot = make_snapshot(page="/" + "très-longue-добро/" * 12)
    layer = drawn(random_hits(300, 800, 1200))
    words = words_for(
        layer, snapshot, "51,227 of 51,441 events placed (99.6 %); not placed: 31 ambiguous", "1 Feb 2026"
    )
    legend = draw_legend(words, layer.palette, round(width * dpr), dpr, dark)
    assert legend.shape[1] == round(width * dpr)
    ground = legend[2, 2].astype(int)
    assert (np.abs(legend[:-4, : round(8 * dpr)] - ground) == 0).all()
    assert (np.abs(legend[:-4, -round(8 * dpr) :] - ground) == 0).all()
    assert len(np.unique(legend[..., 0])) > 40


def test_boxes_are_drawn_around_clicked_elements() -> None:
    hits = make_hits(9, x=[100.0] * 9, y=[60.0] * 9, element=[1] * 8 + [4])
    layer = drawn(hits, "element")
    picture = make_picture(OUTLINE)
    before = picture.copy()
    lay(layer, picture)
    draw_marks(layer, OUTLINE, picture)
    changed = np.argwhere((picture != before).any(axis=2))
    x, y, _, height = OUTLINE.elements[1].box
    # Below the label, which lies astride the upper edge.
    assert (picture[round(y) + 20 : round(y + height), round(x)] == layer.palette.rgb[255]).all()
    assert changed[:, 0].max() < 300
    assert layer.sample.events == 9


# Same input, same bytes


@pytest.mark.parametrize("kind", KINDS)
def test_same_input_same_bytes(kind: str) -> None:
    once, again = (drawn(random_hits(500, 800, 1200), kind) for _ in range(2))
    assert overlay_png(once) == overlay_png(again)
    assert small_overlay_png(once) == small_overlay_png(again)
    pictures = [make_picture(OUTLINE), make_picture(OUTLINE)]
    for layer, picture in zip((once, again), pictures, strict=True):
        lay(layer, picture)
        draw_marks(layer, OUTLINE, picture)
    assert (pictures[0] == pictures[1]).all()


def test_elements_are_named_as_a_person_would() -> None:
    assert name_of(OUTLINE.elements[3], OUTLINE) == "Button “Button 3”"
    nameless = replace(OUTLINE.elements[3], name="", id="", tag="svg", role="")
    assert name_of(nameless, OUTLINE) == f"Icon {nameless.selector}"
    inside = replace(nameless, parent=1)
    assert name_of(inside, OUTLINE) == "Icon in “Button 1”"


def test_words_of_fold_and_reach_do_not_lie_on_each_other_on_a_phone() -> None:
    snapshot = make_snapshot(390, 2400)
    hits = make_hits(40, type=[type_of("view")] * 40, y=[800] * 40, visit=np.arange(40))
    layer = draw_layer(snapshot, OUTLINE, hits, LayerSpec("scroll"))
    assert layer.reach is not None and layer.reach.fold == 800 == layer.reach.depth_of(75)
    picture = np.full((2400, 390, 3), 255, np.uint8)
    draw_marks(layer, OUTLINE, picture)
    # The fold's ground is blue, the reach's nearly black: each has a band of rows of its own.
    fold = np.flatnonzero((picture == (0, 122, 204)).all(axis=2).sum(axis=1) > 30)
    reach_rows = np.flatnonzero((picture == (22, 22, 29)).all(axis=2)[:, :380].sum(axis=1) > 30)
    assert len(fold) > 15 and len(reach_rows) > 15
    assert len(set(fold.tolist()) & set(reach_rows.tolist())) <= 3
