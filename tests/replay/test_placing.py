"""Laws of points: where a share of a box goes, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreel.core.hits import Hits
from heatreel.core.session import Target
from heatreel.replay.placing import EDGE_PX, LARGE_PX, Topmost, element_at, place, place_on_axis
from heatreel.replay.projection import depths, project, twin_elements
from heatreel.replay.replay import place_sessions
from replay_making import DESKTOP, MOBILE, Visitor, captured, outline_of, target_of

shares = st.floats(0, 1)
sizes = st.floats(0.5, 20_000)
starts = st.floats(-5_000, 60_000)
STATES = ("default", "tab-b", "faq-c", "dialog-d")


def row(*values: float) -> np.ndarray:
    return np.array([values], dtype=np.float64)


@given(shares, shares, starts, starts, sizes, sizes, sizes, sizes, st.booleans())
def test_a_point_ends_inside_its_element(
    u: float, v: float, x: float, y: float, w: float, h: float, w0: float, h0: float, container: bool
) -> None:
    px, py = place(np.array([u]), np.array([v]), row(0, 0, w0, h0), row(x, y, w, h), np.array([container]))
    wide = np.nextafter(np.float32(abs(x) + w), np.float32(np.inf)) - np.float32(abs(x) + w)
    assert x - wide <= np.float32(px[0]) <= x + w + wide
    assert y <= np.float32(py[0]) <= y + h or h < np.spacing(np.float32(abs(y) + h))


@given(shares, starts, sizes, st.booleans(), st.booleans())
def test_a_point_maps_in_and_back_when_the_box_keeps_its_size(
    share: float, start: float, size: float, container: bool, keep: bool
) -> None:
    one = np.array([size])
    offset = place_on_axis(np.array([share]), one, one, np.array([container]), np.array([keep]))
    assert abs(offset[0] / size - share) < 1e-9


@given(st.lists(shares, min_size=2, max_size=20), sizes, sizes, st.booleans(), st.booleans())
def test_offsets_rise_with_shares_and_reach_both_ends(
    some: list[float], before: float, now: float, container: bool, keep: bool
) -> None:
    share = np.sort(np.array([0.0, *some, 1.0]))
    count = len(share)
    offsets = place_on_axis(
        share, np.full(count, before), np.full(count, now), np.full(count, container), np.full(count, keep)
    )
    assert (np.diff(offsets) >= -1e-6).all()
    assert offsets[0] == 0
    assert abs(offsets[-1] - now) < 1e-6


@given(sizes.filter(lambda size: size > LARGE_PX), sizes, st.floats(0, 1), st.booleans())
def test_a_container_keeps_what_is_near_its_edges_on_either_side(
    before: float, now: float, part: float, from_the_right: bool
) -> None:
    near = part * min(EDGE_PX, before / 4, now / 4)
    share = 1 - near / before if from_the_right else near / before
    yes, no = np.array([True]), np.array([False])
    offset = place_on_axis(np.array([share]), np.array([before]), np.array([now]), yes, no)[0]
    assert abs((now - offset if from_the_right else offset) - near) < 1.01


@pytest.mark.parametrize("state", STATES)
def test_recorded_point_is_the_placed_point_at_the_same_viewport(state: str) -> None:
    """Every visible element of every state, at nine points: within 1 px of where the visitor clicked."""
    visitor = Visitor()
    outline = outline_of(state)
    clicked = [element for element in outline.elements if element.visible]
    for element in clicked:
        for u in (0.0, 0.37, 1.0):
            for v in (0.0, 0.61, 1.0):
                visitor.click(element.selector, state, u, v)
    placed = place_sessions(captured(), [visitor.session()])
    events = {event.id: event for event in visitor.events}
    assert placed.ledger.placed == len(events)
    for hits in placed.hits.values():
        for name, x, y in zip(hits.event.tolist(), hits.x.tolist(), hits.y.tolist(), strict=True):
            assert abs(x - events[name].x) <= 1
            assert abs(y - events[name].y) <= 1


@settings(max_examples=50, deadline=None)
@given(st.floats(-3000, 3000), st.floats(-3000, 3000), shares, shares)
def test_moving_the_page_does_not_move_the_share(dx: float, dy: float, u: float, v: float) -> None:
    """What was above it at the visitor's (a banner, an advertisement) changes page points, not shares."""
    target = target_of("#buy")
    x, y, width, height = target.box
    moved = target_of("#buy", box=(x + dx, y + dy, width, height))
    visitor = Visitor()
    for one in (target, moved):
        visitor.add("click", target=one, x=one.box[0] + u * width, y=one.box[1] + v * height, u=u, v=v)
        visitor.add("click", target=one, x=one.box[0] + u * width, y=one.box[1] + v * height)
    (hits,) = place_sessions(captured(), [visitor.session()]).hits.values()
    assert np.ptp(hits.x) < 0.01
    assert np.ptp(hits.y) < 0.01


def test_element_in_a_scroller_is_placed_on_the_element_at_scroll_0_of_its_scroller() -> None:
    visitor = Visitor().click("#item", u=0.25, v=0.5)
    (hits,) = place_sessions(captured(), [visitor.session()]).hits.values()
    assert (hits.x[0], hits.y[0]) == (220, 1720)


def test_what_a_scroller_holds_shows_inside_of_it_only() -> None:
    outline = outline_of("default")
    listed, item = outline.by_selector["#list"], outline.by_selector["#item"]
    assert outline.clips[item.index].tolist() == [120, 1200, 520, 1500]
    assert np.isinf(outline.clips[listed.index]).all()


@pytest.mark.parametrize("state", STATES)
def test_one_point_and_many_hit_the_same(state: str) -> None:
    outline = outline_of(state, DESKTOP)
    topmost = Topmost(outline)
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(-5, outline.width, 40), np.linspace(-5, 2000, 60)))
    many = element_at(outline, x, y)
    assert [topmost.at(*point) for point in zip(x.tolist(), y.tolist(), strict=True)] == many.tolist()
    assert len(set(many.tolist())) > 5


def test_topmost_element_at_a_point() -> None:
    outline = outline_of("dialog-d")
    found = element_at(outline, np.array([980.0, 500.0, -5.0]), np.array([190.0, 300.0, 5.0]))
    assert [outline.elements[index].selector if index >= 0 else "" for index in found] == ["#close", "#dialog", ""]


def test_depth_of_views_and_scrolls() -> None:
    visitor = Visitor().view().add("scroll", x=0.0, y=500.0).add("scroll", x=0.0, y=99_999.0)
    (hits,) = place_sessions(captured(), [visitor.session()]).hits.values()
    assert hits.y.tolist() == [900, 1400, 2400]
    assert hits.element.tolist() == [-1, -1, -1]
    assert hits.x.tolist() == [0, 0, 0]


def test_depth_at_another_width_goes_by_the_share_of_the_page() -> None:
    visitor = Visitor().view(viewport=(1300, 1000), data={"page_height": 4000})
    visitor.add("scroll", x=0.0, y=1000.0, viewport=(1300, 1000))
    (hits,) = place_sessions(captured(), [visitor.session()]).hits.values()
    assert hits.y.tolist() == [600, 1200]


# Projection


def hits_of(visitor: Visitor) -> Hits:
    (hits,) = place_sessions(captured(), [visitor.session()]).hits.values()
    return hits


def test_projected_on_the_same_snapshot_nothing_moves() -> None:
    visitor = Visitor().view().click("#main", u=0.3, v=0.9).click("#buy", u=0.1, v=0.2).add("scroll", x=0.0, y=300.0)
    hits = hits_of(visitor)
    again = project(hits, outline_of("default"), outline_of("default")).hits
    assert np.allclose(again.x, hits.x, atol=0.01)
    assert np.allclose(again.y, hits.y, atol=0.01)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STATES), shares, shares, st.integers(0, 30)), min_size=1, max_size=20))
def test_projected_on_another_viewport_points_stay_inside_their_element(
    clicks: list[tuple[str, float, float, int]],
) -> None:
    visitors: dict[str, Visitor] = {}
    for state, u, v, pick in clicks:
        shown = [element for element in outline_of(state).elements if element.visible]
        visitors.setdefault(state, Visitor(state)).click(shown[pick % len(shown)].selector, state, u, v)
    for visitor in visitors.values():
        pages = captured()
        for number, hits in place_sessions(pages, [visitor.session()]).hits.items():
            goal = outline_of(pages.snapshots[number - 1].state.id, MOBILE)
            found = project(hits, pages.outline(number - 1), goal)
            assert len(found.hits) + found.missing + found.hidden == len(hits)
            boxes = goal.boxes[found.hits.element]
            assert (found.hits.x >= boxes[:, 0] - 0.01).all()
            assert (found.hits.x <= boxes[:, 0] + boxes[:, 2] + 0.01).all()
            assert (found.hits.y >= boxes[:, 1] - 0.01).all()
            assert (found.hits.y <= boxes[:, 1] + boxes[:, 3] + 0.01).all()


def test_click_beside_a_card_stays_beside_it() -> None:
    """30 px right of the list, on the background of main; narrower, it is still right of the list."""
    source, goal = outline_of("default"), outline_of("default", MOBILE)
    main, listed = source.by_selector["#main"], goal.by_selector["#list"]
    visitor = Visitor().click("#main", u=(550 - main.box[0]) / main.box[2], v=(1300 - main.box[1]) / main.box[3])
    found = project(hits_of(visitor), source, goal).hits
    assert abs(found.x[0] - (listed.box[0] + listed.box[2] + 30)) < 1
    assert abs(found.y[0] - (listed.box[1] + 100)) < 1


@given(st.lists(st.floats(0, 2400), min_size=1, max_size=20))
def test_projected_depths_never_cross(some: list[float]) -> None:
    source, goal = outline_of("default"), outline_of("default", MOBILE)
    y = np.sort(np.array([0.0, *some, 2400.0]))
    found = depths(y, source, goal, twin_elements(source, goal))
    assert (np.diff(found) >= 0).all()
    assert found[0] == 0
    assert found[-1] == goal.height


def test_projected_hits_whose_element_is_not_shown_are_counted() -> None:
    hits = hits_of(Visitor().click("#review", "tab-b"))
    found = project(hits, outline_of("tab-b"), outline_of("default"))
    assert (len(found.hits), found.missing, found.hidden) == (0, 0, 1)
    assert DESKTOP.name == "desktop"


def test_a_reach_that_is_told_as_a_share_is_that_share_of_the_snapshot() -> None:
    visitor = Visitor().view().add("scroll", data={"reach": 0.9}).add("scroll", data={"reach": 7})
    placed = place_sessions(captured(), [visitor.session()])
    (hits,) = placed.hits.values()
    assert hits.of_type("scroll").y.tolist() == [0.9 * 2400]
    assert placed.ledger.not_placed["out_of_range"] == 1


def test_what_foreign_sources_tell_is_placed_as_far_as_it_goes() -> None:
    """A target without its box, a target by its CSS path, a point without a target."""
    outline = outline_of("default")
    path = outline.path(outline.by_selector["#picture"].index)
    bare = target_of("#buy", box=(0.0, 0.0, 0.0, 0.0))
    visitor = Visitor().add("click", target=bare, x=150.0, y=610.0).add("click", target=bare, x=1.0, y=610.0)
    visitor.add("click", target=Target(key="f", selector=path), u=0.5, v=0.5).add("click", x=145.0, y=605.0)
    placed = place_sessions(captured(), [visitor.session()])
    (hits,) = placed.hits.values()
    selectors = [outline.elements[element].selector for element in hits.element.tolist()]
    assert selectors == ["#buy", "#buy", "#picture", "#buy"]
    assert list(zip(hits.x.tolist(), hits.y.tolist(), strict=True))[:2] == [(150.0, 610.0), (140.0, 610.0)]
    assert hits.confidence[3] < 0.9 < hits.confidence[0]
