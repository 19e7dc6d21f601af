"""The rules by which placement is judged, on small pages made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heatreel.app.demo.judging import Page, Stand, Verdict, inside, judge, of_page, pair, right_states
from heatreel.app.demo.score import score
from heatreel.app.demo.truth import Click
from heatreel.core.element import Element, Outline
from heatreel.core.session import Event, Session
from heatreel.core.state import Snapshot, State
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport

DESKTOP, TABLET, _MOBILE = DEFAULT_VIEWPORTS

MAIN = "body > main:nth-of-type(1)"
TAB_ONE, TAB_TWO = f"{MAIN} > div:nth-of-type(1)", f"{MAIN} > div:nth-of-type(2)"
BANNER = "body > aside:nth-of-type(1)"
LINK = f"{TAB_TWO} > a:nth-of-type(1)"
PANELS = {"tab: one": TAB_ONE, "tab: two": TAB_TWO, "consent: open": BANNER}
USUAL = frozenset({"tab: one", "consent: open"})


def page(
    name: str, shown: set[str], viewport: Viewport = DESKTOP, variant: str = "", route: str = "/product/{slug}"
) -> Page:
    """A snapshot of a page with two panels, a link with a picture in the second, and a banner."""

    def element(index: int, parent: int, tag: str, nth: int, visible: bool, y: float) -> Element:
        return Element(index, parent, tag, nth, visible=visible, box=(100.0, y, 200.0, 50.0))

    elements = (
        element(0, -1, "body", 1, True, 0),
        element(1, 0, "main", 1, True, 0),
        element(2, 1, "div", 1, "tab: one" in shown, 100),
        element(3, 1, "div", 2, "tab: two" in shown, 100),
        element(4, 3, "a", 1, "tab: two" in shown, 120),
        element(5, 4, "img", 1, "tab: two" in shown, 120),
        element(6, 0, "aside", 1, "consent: open" in shown, 700),
    )
    state = State(name, name, "tab")
    snapshot = Snapshot(
        0, "before", route, "http://a.test/product/one", "", viewport, variant, state, 1440, 900, "", "", ""
    )
    return Page(snapshot, Outline(1440, 900, elements))


DEFAULT = page("default", {"tab: one", "consent: open"})
TWO = page("two", {"tab: two", "consent: open"})
CLOSED = page("closed", {"tab: one"})
PAGES = [DEFAULT, TWO, CLOSED]

CLICK = Click(
    tag="v1",
    session="s",
    n=0,
    type="click",
    time_ms=1000,
    until_ms=1020,
    url="http://a.test/product/x",
    viewport="desktop",
    variant="a",
    target="a",
    path=LINK,
    control=LINK,
    x=200,
    y=145,
    u=0.5,
    v=0.5,
    height=900,
    position="",
    scroller="",
    shown=frozenset({"tab: two", "consent: open"}),
    usual=USUAL,
    panels=PANELS,
    signal="",
)
EVENT = Event("s/d/1", "s", "d", "click", 1010, CLICK.url, (1440, 900))


def seen(*names: str, path: str = f"{MAIN}") -> Click:
    return replace(CLICK, shown=frozenset(names), path=path, control="")


def names(pages: list[Page]) -> list[str]:
    return [one.snapshot.state.id for one in pages]


def stand(where: Page, element: int, x: float = 200, y: float = 145) -> Stand:
    return Stand(where, element, x, y, frozenset())


def test_the_panel_around_the_click_must_be_shown() -> None:
    assert names(right_states(CLICK, PAGES)) == ["two"]
    assert right_states(CLICK, [DEFAULT, CLOSED]) == []


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        ({"tab: one", "consent: open"}, ["default"]),
        # A notice that was closed for good, and lies elsewhere, is no difference.
        ({"tab: one"}, ["default", "closed"]),
        ({"tab: two", "consent: open"}, ["two"]),
        ({"tab: two"}, ["two"]),
    ],
)
def test_a_click_elsewhere_belongs_to_the_nearest_state(shown: set[str], right: list[str]) -> None:
    assert names(right_states(seen(*shown), PAGES)) == right


def test_a_closed_notice_over_the_point_is_a_difference() -> None:
    under = replace(seen("tab: one"), path=BANNER, usual=USUAL | {"x"}, panels=PANELS, u=0.5, v=0.5)
    assert names(right_states(under, PAGES)) == ["closed"]


def test_two_opened_at_once_make_either_right() -> None:
    panels = PANELS | {"answer 1: open": TAB_TWO, "answer 2: open": BANNER}
    one = replace(
        CLICK, panels={"answer 1: open": TAB_TWO, "answer 2: open": BANNER}, path=MAIN, control="", usual=frozenset(),
        shown=frozenset({"answer 1: open", "answer 2: open"}),
    )  # fmt: skip
    first, second, none = page("first", {"tab: two"}), page("second", {"consent: open"}), page("none", set())
    assert names(right_states(one, [none, first, second])) == ["first", "second"]
    assert set(panels) > set(one.panels)


def test_a_slot_counts_once_however_many_panels_it_has() -> None:
    panels = PANELS | {"answer: open": BANNER}
    del panels["consent: open"]
    one = replace(
        CLICK, panels=panels, path=MAIN, control="", usual=frozenset({"tab: one"}),
        shown=frozenset({"tab: two", "answer: open"}),
    )  # fmt: skip
    answer, tab, neither = (page(*some) for some in (
        ("answer", {"tab: one", "consent: open"}), ("tab", {"tab: two"}), ("neither", {"tab: one"}),
    ))  # fmt: skip
    assert names(right_states(one, [neither, answer, tab])) == ["answer", "tab"]


def test_page_viewport_and_variant_must_be_the_same() -> None:
    b = page("b", {"tab: one"}, variant="b")
    elsewhere = [page("t", {"tab: one"}, TABLET), page("o", {"tab: one"}, route="/other")]
    assert names(of_page(CLICK, [*PAGES, b, *elsewhere])) == ["default", "two", "closed"]
    assert names(of_page(replace(CLICK, variant="b"), [*PAGES, b, *elsewhere])) == ["b"]
    assert names(of_page(replace(CLICK, variant="b"), PAGES)) == ["default", "two", "closed"]


@pytest.mark.parametrize(
    ("where", "element", "reason"),
    [
        (TWO, 4, ""),
        # The picture in the link is the link's.
        (TWO, 5, ""),
        (TWO, 3, "wrong element"),
        (TWO, -1, "wrong element"),
        (DEFAULT, 4, "wrong state"),
        (DEFAULT, 2, "wrong both"),
        (page("t", {"tab: two"}, TABLET), 4, "wrong page, viewport or variant"),
    ],
)
def test_verdicts(where: Page, element: int, reason: str) -> None:
    assert judge(CLICK, EVENT, stand(where, element), [*PAGES, where]).reason == reason


def test_what_is_not_there_is_not_right() -> None:
    assert judge(CLICK, None, None, PAGES).reason == "not recorded"
    assert judge(CLICK, EVENT, None, PAGES).reason == "not placed"


def test_without_a_control_only_the_same_path_is_right() -> None:
    plain = replace(CLICK, control="", path=TAB_TWO)
    assert judge(plain, EVENT, stand(TWO, 3), PAGES).reason == ""
    assert judge(plain, EVENT, stand(TWO, 4), PAGES).reason == "wrong element"


def test_distances_are_from_the_share_of_the_box_and_from_the_page_point() -> None:
    verdict = judge(CLICK, EVENT, stand(TWO, 4, 203, 149), PAGES)
    assert (verdict.box_px, verdict.page_px) == (5.0, 5.0)
    moved = judge(replace(CLICK, y=500), EVENT, stand(TWO, 4, 203, 149), PAGES)
    assert moved.box_px == 5.0
    assert moved.page_px == pytest.approx(351.01, abs=0.01)
    for other in (replace(CLICK, position="fixed"), replace(CLICK, scroller=MAIN), replace(CLICK, height=1000)):
        assert str(judge(other, EVENT, stand(TWO, 4), PAGES).page_px) == "nan"


def test_paths_are_inside_by_whole_steps() -> None:
    assert inside("body > div:nth-of-type(1) > a", "body > div:nth-of-type(1)")
    assert inside("body > a >>> b", "body > a")
    assert not inside("body > div:nth-of-type(12)", "body > div:nth-of-type(1)")


def session(*times: float) -> Session:
    events = tuple(Event(f"s/d/{at}", "s", "d", "click", at, CLICK.url, (1440, 900)) for at in times)
    return Session("s", "site", 0, (1440, 900), 1, False, "en", "", "", events)


def test_clicks_are_paired_with_the_nearest_in_time_and_in_order() -> None:
    clicks = [replace(CLICK, n=n, time_ms=time, until_ms=time + 20) for n, time in enumerate((1000, 1200, 5000))]
    found, extra = pair(clicks, [session(1010, 1208, 3000, 5003)])
    assert [found["v1", n].time_ms for n in range(3)] == [1010, 1208, 5003]
    assert extra == 1
    # The clock that corrects a session's times may be late by seconds; as many are the same, in order.
    found, extra = pair(clicks, [session(4000, 4200, 8000)])
    assert [found["v1", n].time_ms for n in range(3)] == [4000, 4200, 8000]
    assert extra == 0
    found, extra = pair(clicks, [session(1208)])
    assert len(found) == 1
    assert extra == 0


def test_every_click_of_the_truth_counts() -> None:
    right = judge(CLICK, EVENT, stand(TWO, 4), PAGES)
    lost = judge(CLICK, None, None, PAGES)
    found = score([right, right, right, lost], 2)
    assert (found.clicks, found.recorded, found.placed, found.right) == (4, 3, 3, 3)
    assert found.share(found.right) == 0.75
    assert found.extra == 2
    assert found.reasons == {"not recorded": 1}
    assert score([], 0).share(0) == 0.0
    assert score([Verdict(CLICK, "", "not placed")], 0).median_px == 0.0
