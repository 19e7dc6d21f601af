"""In which state an event happened: the recorder's word, the walk, and what is visible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heatreel.core.element import Element, Outline
from heatreel.core.hits import TYPES
from heatreel.core.routes import RouteTable
from heatreel.core.session import SeenState, Target
from heatreel.core.state import Action, Shown, Snapshot, State
from heatreel.replay.graphs import CapturedPages
from heatreel.replay.matching import TargetMatch
from heatreel.replay.replay import Placed, place_sessions
from heatreel.replay.states import in_template
from replay_making import HELP, SETTINGS, Visitor, captured, outline_of, seen, sketch_of, snapshots, target_of


def where(placed: Placed) -> dict[str, tuple[str, str, str]]:
    """Event to viewport, state and selector of its element."""
    found = {}
    pages = captured()
    for ordinal, snapshot in enumerate(pages.snapshots):
        hits = placed.hits.get(snapshot.id)
        for event, element in zip(hits.event, hits.element, strict=True) if hits else ():
            selector = pages.outline(ordinal).elements[element].selector if element >= 0 else ""
            found[str(event)] = (snapshot.viewport.name, snapshot.state.id, selector)
    return found


def states_of(visitor: Visitor) -> list[str]:
    """The state of each event of a session, or the reason why it has none."""
    placed = place_sessions(captured(), [visitor.session()])
    found = {event: state for event, (_viewport, state, _selector) in where(placed).items()}
    rest = placed.not_placed
    reasons = dict(zip(rest.event.tolist(), rest.reason.tolist(), strict=True))
    names = ("ambiguous", "unknown_state", "missing", "hidden", "out_of_range", "masked", "unsupported")
    return [found.get(event.id) or names[reasons[event.id]] for event in visitor.events]


def combined(*states: str) -> dict[str, str]:
    """Settings when several states are set at once."""
    settings = dict(SETTINGS["default"])
    for state in states:
        settings |= SETTINGS[state]
        if state == "tab-b":
            del settings["k-tab-1"]
    return settings


def test_recorders_word_decides_for_what_is_visible_everywhere() -> None:
    visitor = Visitor()
    for state in SETTINGS:
        visitor.state = seen(state)
        visitor.click("#help")
    assert states_of(visitor) == list(SETTINGS)


def test_target_must_be_visible_whatever_the_recorder_says() -> None:
    visitor = Visitor()
    visitor.state = seen("default")
    visitor.click("#review", "tab-b").click("#policy", "faq-c")
    assert states_of(visitor) == ["tab-b", "faq-c"]


def test_two_switches_at_once_go_to_the_state_that_holds_the_target() -> None:
    visitor = Visitor()
    visitor.state = seen("tab-b", combined("tab-b", "faq-c"))
    visitor.click("#policy", "faq-c").click("#review", "tab-b")
    assert states_of(visitor) == ["faq-c", "tab-b"]


def test_two_switches_at_once_go_to_what_was_set_last_when_all_else_is_equal() -> None:
    settings = combined("faq-c", "dialog-d")
    for last, first in (("faq-c", "dialog-d"), ("dialog-d", "faq-c")):
        visitor = Visitor()
        visitor.state = replace(seen("default", combined(first)), sketch="")
        visitor.view()
        visitor.state = replace(seen("default", settings), sketch="")
        visitor.add("scroll", x=0.0, y=100.0)
        assert states_of(visitor) == [first, last]


def test_switches_are_withheld_and_the_walk_finds_the_way() -> None:
    visitor = Visitor().view().click("#help").click("#tab-2").click("#help").click("#tab-1").click("#help")
    visitor.click("#faq").click("#logo").click("#faq").click("#logo")
    expected = ["default", "default", "default", "tab-b", "tab-b", "default", "default", "faq-c", "faq-c", "default"]
    assert states_of(visitor) == expected


def test_walk_leaves_a_dialog_with_a_click_outside_of_it() -> None:
    visitor = Visitor().view().click("#sizes").click("#close", "dialog-d").click("#faq").click("#policy", "faq-c")
    assert states_of(visitor) == ["default", "default", "dialog-d", "default", "faq-c"]


def test_walk_starts_again_with_each_visit() -> None:
    visitor = Visitor().view().click("#tab-2").click("#logo").view(HELP).view().click("#logo")
    assert states_of(visitor) == ["default", "default", "tab-b", "default", "default", "default"]


def test_walk_keeps_two_tabs_of_the_browser_apart() -> None:
    visitor = Visitor().view().click("#tab-2")
    visitor.document = "d2"
    visitor.view().click("#logo")
    visitor.document = "d1"
    visitor.click("#logo")
    assert states_of(visitor) == ["default", "default", "default", "default", "tab-b"]


def test_nearest_viewport_by_width_and_touch() -> None:
    wide, narrow = Visitor("wide"), Visitor("narrow")
    wide.view(viewport=(1280, 700))
    narrow.view(viewport=(500, 700))
    placed = place_sessions(captured(), [wide.session(), narrow.session()])
    assert {event: viewport for event, (viewport, _, _) in where(placed).items()} == {
        "wide/0": "desktop",
        "narrow/0": "mobile",
    }


def test_page_that_was_not_captured_is_an_unknown_state_and_reported() -> None:
    visitor = Visitor().view("https://shop.test/cart").click("#logo")
    placed = place_sessions(captured(), [visitor.session()])
    assert placed.ledger.not_placed["unknown_state"] == 2
    assert placed.ledger.placed == 0
    (state,) = placed.details["unknown_states"]
    assert (state["page"], state["events"], state["sessions"]) == ("/cart", 2, 1)


def test_unknown_state_is_reported_with_the_path_that_leads_there() -> None:
    visitor = Visitor().view()
    visitor.state = seen("default")
    visitor.click("#sizes")
    visitor.state = replace(seen("default", SETTINGS["default"] | {"k-chat": "on"}), sketch="")
    nowhere = Target(key="chat", selector="#chat", id="chat", name_hash="zz", tag="textarea")
    visitor.add("click", target=nowhere, x=1.0, y=1.0, u=0.5, v=0.5)
    placed = place_sessions(captured(), [visitor.session()])
    assert placed.ledger.not_placed["unknown_state"] == 1
    (state,) = placed.details["unknown_states"]
    assert state["path"] == [{"action": "click", "selector": "#sizes"}]
    assert state["settings"] == {"k-chat": "on"}


def test_element_that_is_nowhere_is_missing_when_the_state_is_known() -> None:
    visitor = Visitor()
    visitor.state = seen("default")
    nowhere = Target(key="gone", selector="#gone", id="gone", name_hash="zz", tag="textarea")
    visitor.add("click", target=nowhere, x=1.0, y=1.0, u=0.5, v=0.5)
    assert states_of(visitor) == ["missing"]


def test_element_that_no_state_shows_is_hidden() -> None:
    pages = [snapshot for snapshot in snapshots() if snapshot.state.id == "default"]
    visitor = Visitor().click("#review", "tab-b")
    placed = place_sessions(captured(pages), [visitor.session()])
    assert placed.ledger.not_placed["hidden"] == 1


def test_variant_goes_to_its_own_snapshots_else_to_those_that_name_none() -> None:
    plain = snapshots()
    other = [replace(snapshot, id=100 + snapshot.id, variant="b") for snapshot in plain]
    visitors = [Visitor(name, variant=name).view() for name in ("b", "c", "")]
    placed = place_sessions(captured(plain + other), [visitor.session() for visitor in visitors])
    assert {number: hits.event.tolist() for number, hits in placed.hits.items()} == {101: ["b/0"], 1: ["c/0", "/0"]}


@pytest.mark.parametrize("kind", TYPES)
def test_every_placed_type_finds_a_place(kind: str) -> None:
    target = None if kind in ("view", "scroll") else target_of("#buy")
    visitor = Visitor().add(kind, target=target, x=10.0, y=10.0, u=0.5, v=0.5)
    assert place_sessions(captured(), [visitor.session()]).ledger.placed == 1


# Other URLs of a captured route


def of_route() -> list[Snapshot]:
    """The home page's snapshots as those of one product under a route."""
    return [
        replace(snapshot, page="/product/{slug}", url="https://shop.test/product/tent")
        for snapshot in snapshots()
        if snapshot.page == "/"
    ]


def placed_of(visitor: Visitor) -> dict[str, tuple[str, str]]:
    pages = captured(of_route())
    placed = place_sessions(pages, [visitor.session()])
    return {
        str(event): (pages.snapshots[number - 1].state.id, pages.outline(number - 1).elements[element].selector)
        for number, hits in placed.hits.items()
        for event, element in zip(hits.event, hits.element, strict=True)
        if element >= 0
    }


def test_other_product_of_a_route_is_placed_by_its_place_in_the_template() -> None:
    """Another product has another picture, under another name, at the same place."""
    stove = target_of("#picture", key="stove", name_hash="stove", text_hash="stove")
    visitor = Visitor().view("https://shop.test/product/stove")
    visitor.add("click", target=stove, u=0.5, v=0.5, x=850.0, y=1450.0)
    assert placed_of(visitor) == {"s1/1": ("default", "#picture")}


def test_element_of_another_kind_in_the_template_is_not_taken_for_it() -> None:
    nothing = TargetMatch(-1, "missing", 0.9, 0.0, "")
    outline = outline_of("default")
    assert in_template(Target("p", "#picture", "img"), outline, nothing).index == outline.by_selector["#picture"].index
    for other in (Target("o", "#picture", "video"), Target("o", "#picture", "img", interactive=True)):
        assert in_template(other, outline, nothing) is nothing


def test_sketch_of_another_product_says_nothing_about_the_state() -> None:
    visitor = Visitor()
    visitor.state = SeenState(SETTINGS["tab-b"] | {"k-new": "on"}, sketch_of(["quite", "another", "product"]))
    visitor.view("https://shop.test/product/stove").click("#review", "tab-b")
    assert placed_of(visitor) == {"s1/1": ("tab-b", "#review")}


# Custom controls


def test_control_that_is_not_shown_stands_by_its_label() -> None:
    pages = captured()
    outline = replace(pages.outline(0))
    label = outline.by_selector["#faq"]
    control = replace(label, index=len(outline.elements), tag="input", type="radio", label="Can I return it?", name="",
                      selector="#radio", name_hash="", text_hash="", visible=False)  # fmt: skip
    labels = [replace(one, tag="label") if one is label else one for one in outline.elements]
    changed = replace(outline, elements=(*labels, control))
    pages = CapturedPages(snapshots()[:1], RouteTable(), lambda _snapshot: changed)
    radio = Target(key="r", selector="#radio", tag="input", type="radio", id="faq")
    (hits,) = place_sessions(pages, [Visitor().add("focus", target=radio).session()]).hits.values()
    left, top, width, height = label.box
    assert hits.element.tolist() == [label.index]
    assert (hits.x[0], hits.y[0]) == (left + width / 2, top + height / 2)


# More of the walk


def test_walk_comes_back_to_the_tab_that_was_chosen_before_a_dialog() -> None:
    visitor = Visitor().view().click("#tab-2").click("#sizes").click("#close", "dialog-d").click("#help")
    assert states_of(visitor) == ["default", "default", "tab-b", "dialog-d", "tab-b"]


def test_walk_keeps_both_when_two_are_open_at_once() -> None:
    visitor = Visitor().view().click("#faq").click("#tab-2").click("#policy", "faq-c").click("#review", "tab-b")
    assert states_of(visitor) == ["default", "default", "faq-c", "faq-c", "tab-b"]


def test_source_that_knows_only_sketches_leaves_the_switches_to_the_walk() -> None:
    visitor = Visitor().view()
    visitor.state = SeenState({}, "")
    visitor.click("#tab-2").click("#help")
    assert states_of(visitor) == ["default", "default", "tab-b"]


def test_notice_that_was_closed_stays_closed_on_the_next_page() -> None:
    """The capture knows one button that closes the notice; the other one in it does so too."""

    def outline(snapshot: Snapshot) -> Outline:
        notice = [
            Element(0, -1, "body", 1, selector="body", box=(0, 0, 1440, 900), visible=True),
            Element(1, 0, "aside", 1, selector="#notice", id="notice", box=(0, 800, 1440, 100)),
            Element(2, 1, "button", 1, selector="#all", id="all", box=(20, 820, 80, 40), interactive=True),
            Element(3, 1, "button", 2, selector="#none", id="none", box=(120, 820, 80, 40), interactive=True),
            Element(4, 0, "a", 1, selector="#go", id="go", box=(20, 20, 80, 40), visible=True, interactive=True),
        ]
        shown = snapshot.state.id == "default"
        return Outline(1440, 900, tuple(replace(one, visible=one.visible or shown) for one in notice))

    closed = State("closed", "Without the notice", "overlay", (Action("click", "#all"),), "default",
                   hides=(Shown("#notice"), Shown("#all"), Shown("#none")))  # fmt: skip
    found = [
        replace(snapshots()[0], id=number, page=page, url=f"https://shop.test{page}", state=state)
        for number, (page, state) in enumerate(
            (page, state) for page in ("/", "/help") for state in (State("default", "", "default"), closed)
        )
    ]
    button = Target("none", "#none", "button", id="none", interactive=True)
    link = Target("go", "#go", "a", id="go", interactive=True)
    visitor = Visitor().add("click", target=link, u=0.5, v=0.5).add("click", target=button, u=0.5, v=0.5)
    visitor.add("click", target=link, u=0.5, v=0.5).add("click", target=link, u=0.5, v=0.5, url=HELP)
    placed = place_sessions(CapturedPages(found, RouteTable(), outline), [visitor.session()])
    assert {number: hits.event.tolist() for number, hits in placed.hits.items()} == {
        0: ["s1/0", "s1/1"],
        1: ["s1/2"],
        3: ["s1/3"],
    }
