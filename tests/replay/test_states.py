"""In which state an event happened: the recorder's word, the walk, and what is visible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heatreel.core.hits import TYPES
from heatreel.core.session import Target
from heatreel.replay.replay import Placed, place_sessions
from replay_making import HELP, SETTINGS, Visitor, captured, seen, snapshots, target_of


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
