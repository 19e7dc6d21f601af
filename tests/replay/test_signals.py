"""Signals: which rule fires on what, for every profile."""

from __future__ import annotations

import math
from typing import Any

import pytest

from heatreel.core.errors import InputError
from heatreel.core.hits import SIGNALS
from heatreel.replay.profiles import PROFILES, profile
from heatreel.replay.replay import Placed, ReplayOptions, place_sessions
from replay_making import MOBILE, Visitor, captured, target_of

VENDORS = ("posthog", "sentry", "datadog", "openreplay", "amplitude")


def replayed(visitor: Visitor, name: str = "default") -> Placed:
    return place_sessions(captured(), [visitor.session()], ReplayOptions(profile=name))


def flags(visitor: Visitor, name: str = "default") -> list[set[str]]:
    """The signals of each click in order, but for first and last."""
    found: dict[str, set[str]] = {}
    for hits in replayed(visitor, name).hits.values():
        for event, bits in zip(hits.event.tolist(), hits.signals.tolist(), strict=True):
            found[event] = {signal for code, signal in enumerate(SIGNALS) if bits & 1 << code} - {"first", "last"}
    return [found.get(event.id, set()) for event in visitor.events if event.type in ("click", "tap")]


def clicked(selector: str, times: int, gap_ms: float, effects: Any = (), **more: Any) -> Visitor:
    visitor = Visitor(**more)
    for _ in range(times):
        visitor.click(selector, after_ms=gap_ms, effects=effects)
    return visitor


# Dead


def test_click_without_effect_is_dead() -> None:
    assert flags(Visitor().click("#buy", effects=()).click("#buy")) == [{"dead"}, set()]


def test_click_on_a_picture_that_is_no_link_is_dead_and_on_the_background_is_not() -> None:
    assert flags(Visitor().click("#picture", effects=()).click("#main", effects=()).click("body", effects=())) == [
        {"dead"},
        set(),
        set(),
    ]


def test_click_that_nobody_watched_is_not_called_dead() -> None:
    visitor = Visitor().click("#buy", data={"pointer": "mouse", "trusted": True})
    assert flags(visitor) == [set()]


@pytest.mark.parametrize("effect", ["window", "download", "chooser", "navigation", "scroll", "selection", "media"])
def test_known_false_positives_are_alive(effect: str) -> None:
    assert flags(Visitor().click("#buy", effects=(effect,))) == [set()]


@pytest.mark.parametrize("flag", [{"modified": True}, {"repeated": True}, {"trusted": False}])
def test_clicks_that_are_no_plain_click_are_not_called_dead(flag: dict[str, bool]) -> None:
    data = {"pointer": "mouse", "trusted": True, "effects": [], "effect_ms": None} | flag
    assert flags(Visitor().click("#buy", data=data)) == [set()]


@pytest.mark.parametrize(("tag", "kind", "dead"), [("textarea", "", 0), ("input", "text", 0), ("input", "submit", 1)])
def test_text_fields_need_no_effect(tag: str, kind: str, dead: int) -> None:
    target = target_of("#buy", tag=tag, type=kind)
    data = {"pointer": "mouse", "trusted": True, "effects": [], "effect_ms": None}
    placed = replayed(Visitor().add("click", target=target, u=0.5, v=0.5, data=data))
    assert len([one for one in placed.details["clusters"] if one["signal"] == "dead"]) == dead


@pytest.mark.parametrize(
    ("name", "effect", "alive_ms", "dead_ms"),
    [
        ("posthog", "mutation", 2500, 2600),
        ("posthog", "scroll", 100, 101),
        ("posthog", "selection", 100, 150),
        ("sentry", "mutation", 6999, 7001),
        ("sentry", "scroll", 300, 301),
        ("datadog", "mutation", 100, 101),
        ("openreplay", "mutation", 1233, 1234),
        ("amplitude", "mutation", 3000, 3001),
    ],
)
def test_vendors_limits(name: str, effect: str, alive_ms: int, dead_ms: int) -> None:
    visitor = Visitor()
    for delay in (alive_ms, dead_ms):
        data = {"pointer": "mouse", "trusted": True, "effects": [effect], "effect_ms": delay}
        visitor.click("#buy", after_ms=60_000, data=data)
    assert flags(visitor, name) == [set(), {"dead"}]


def test_vendors_exclusions() -> None:
    link = Visitor().click("#help", effects=())
    assert {name: flags(link, name) == [{"dead"}] for name in VENDORS} == {
        "posthog": False,
        "sentry": True,
        "datadog": False,
        "openreplay": True,
        "amplitude": True,
    }
    picture = Visitor().click("#picture", effects=())
    assert flags(picture, "sentry") == [set()]
    assert flags(picture, "amplitude") == [set()]
    assert flags(picture, "posthog") == [{"dead"}]


def test_same_node_within_a_second_is_judged_once_by_posthog() -> None:
    assert flags(clicked("#buy", 3, 400), "posthog")[:2] == [{"dead"}, set()]


# Rage


def test_three_quick_clicks_that_do_nothing_are_rage() -> None:
    visitor = clicked("#buy", 3, 300)
    assert flags(visitor) == [{"dead", "rage"}] * 3
    (rage,) = [one for one in replayed(visitor).details["clusters"] if one["signal"] == "rage"]
    assert (rage["selector"], rage["clicks"], rage["clusters"]) == ("#buy", 3, 1)
    assert rage["values"] == {"clicks": 3, "span_ms": 600, "spread_px": 0.0}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"effects": ["mutation"], "effect_ms": 20}, id="stepper"),
        pytest.param({"effects": ["mutation", "scroll"], "effect_ms": 60}, id="carousel"),
        pytest.param({"effects": ["selection"], "effect_ms": 1}, id="double-click selection"),
        pytest.param({"effects": ["window"], "effect_ms": 90}, id="new tab"),
        pytest.param({"effects": ["download"], "effect_ms": 1}, id="download"),
        pytest.param({"effects": ["chooser"], "effect_ms": 1}, id="file picker"),
        pytest.param({"effects": [], "effect_ms": None, "down": ["mutation"]}, id="mousedown menu"),
        pytest.param({"effects": ["clipboard"], "effect_ms": 1}, id="clipboard"),
    ],
)
def test_known_false_positives_are_neither_dead_nor_rage(data: dict[str, Any]) -> None:
    """One click, and eight in a row as people click what steps or turns."""
    told = {"pointer": "mouse", "trusted": True} | data
    once, often = Visitor(), Visitor()
    once.click("#buy", data=told)
    for _ in range(8):
        often.click("#buy", after_ms=200, data=told)
    assert flags(once) == [set()]
    assert flags(often) == [set()] * 8


def test_slow_clicks_and_clicks_far_apart_are_no_rage() -> None:
    assert not any("rage" in some for some in flags(clicked("#buy", 5, 1100)))
    visitor = Visitor()
    for u in (0.0, 0.5, 1.0):
        visitor.click("#picture", u=u, after_ms=200, effects=())
    assert not any("rage" in some for some in flags(visitor))


def test_rage_does_not_reach_over_documents() -> None:
    visitor = clicked("#buy", 2, 200)
    visitor.document = "d2"
    visitor.click("#buy", after_ms=200, effects=()).click("#buy", after_ms=200, effects=())
    assert not any("rage" in some for some in flags(visitor))


def test_taps_rage_too() -> None:
    visitor = Visitor(viewport=MOBILE)
    for _ in range(3):
        visitor.click("#buy", after_ms=300, effects=())
    assert flags(visitor) == [{"dead", "rage"}] * 3


@pytest.mark.parametrize(
    ("name", "times", "gap_ms", "raging"),
    [
        ("posthog", 3, 999, [2]),
        ("posthog", 3, 1001, []),
        ("posthog", 2, 100, []),
        ("sentry", 5, 250, [4]),
        ("sentry", 5, 260, []),
        ("sentry", 4, 100, []),
        ("datadog", 3, 500, [0, 1, 2]),
        ("datadog", 3, 600, []),
        ("openreplay", 3, 299, [2]),
        ("openreplay", 3, 300, []),
        ("amplitude", 4, 330, [0, 1, 2, 3]),
        ("amplitude", 4, 340, []),
        ("amplitude", 3, 100, []),
    ],
)
def test_vendors_rage(name: str, times: int, gap_ms: float, raging: list[int]) -> None:
    found = flags(clicked("#buy", times, gap_ms), name)
    assert [position for position, some in enumerate(found) if "rage" in some] == raging


def test_datadog_clears_rage_when_text_was_selected_and_sentry_when_the_click_was_answered() -> None:
    assert not any("rage" in some for some in flags(clicked("#buy", 4, 100, ("selection",)), "datadog"))
    assert not any("rage" in some for some in flags(clicked("#buy", 6, 100, ("mutation",)), "sentry"))
    assert any("rage" in some for some in flags(clicked("#buy", 6, 100, ("mutation",)), "posthog"))


# Errors, first, last


def test_error_after_a_click_belongs_to_the_click() -> None:
    visitor = Visitor().click("#logo").click("#buy")
    visitor.add("error", after_ms=40, data={"signature": "TypeError at cart.js:9", "message": "x is null"})
    visitor.click("#help").add("error", after_ms=1500, data={"signature": "late"})
    assert flags(visitor) == [set(), {"error"}, set()]
    (error,) = [one for one in replayed(visitor).details["clusters"] if one["signal"] == "error"]
    assert error["selector"] == "#buy"
    assert error["values"] == {"signature": "TypeError at cart.js:9", "message": "x is null", "after_ms": 40}
    assert flags(visitor, "datadog") == [set(), {"error"}, {"error"}]


def test_first_and_last_click_of_each_visit() -> None:
    visitor = Visitor().view().click("#logo").click("#buy").click("#help").view("https://shop.test/help")
    visitor.click("#logo")
    carried: dict[str, set[str]] = {}
    for hits in replayed(visitor).hits.values():
        for name in ("first", "last"):
            for event in hits.with_signal(name).event.tolist():
                carried.setdefault(event, set()).add(name)
    assert carried == {"s1/1": {"first"}, "s1/3": {"last"}, "s1/5": {"first", "last"}}


def test_profiles_say_their_numbers() -> None:
    assert set(PROFILES) == {"default", *VENDORS}
    said = replayed(Visitor().view(), "posthog").details["signals"]
    assert said["profile"] == "posthog"
    assert said["rage"]["clicks"] == 3
    with pytest.raises(InputError, match="no profile 'hotjar'"):
        profile("hotjar")


def test_what_comes_after_the_next_click_is_the_effect_of_that() -> None:
    data = {"pointer": "mouse", "trusted": True, "effects": ["mutation"], "effect_ms": 1400}
    visitor = Visitor().click("#picture", data=data).click("#tab-2", after_ms=900)
    assert flags(visitor) == [{"dead"}, set()]
    alone = Visitor().click("#picture", data=data).click("#tab-2", after_ms=1900)
    assert flags(alone) == [set(), set()]


def test_rage_on_one_wide_control_needs_no_nearness() -> None:
    visitor = Visitor()
    for u in (0.05, 0.5, 0.95):
        visitor.click("#faq", u=u, after_ms=300, effects=())
    assert flags(visitor) == [{"dead", "rage"}] * 3


# Doubt


def clusters(visitor: Visitor, signal: str, name: str = "default") -> list[dict[str, Any]]:
    return [one for one in replayed(visitor, name).details["clusters"] if one["signal"] == signal]


def test_a_link_that_was_left_again_at_once_is_a_quick_back() -> None:
    visitor = Visitor().view().click("#buy").click("#help", effects=("navigation",))
    visitor.document = "d2"
    visitor.view("https://shop.test/help", after_ms=300)
    visitor.document = "d3"
    visitor.view(after_ms=2000)
    assert flags(visitor) == [set(), {"quick_back"}]
    (found,) = clusters(visitor, "quick_back")
    assert (found["selector"], found["values"]["stayed_ms"], found["profile"]) == ("#help", 2000, "default")
    assert found["rule"] == {"stay_ms": 5000, "lead_ms": 5000}
    assert clusters(visitor, "quick_back", "datadog") == []


def test_a_page_that_was_read_is_no_quick_back() -> None:
    visitor = Visitor().view().click("#help", effects=("navigation",)).view("https://shop.test/help")
    assert flags(visitor.view(after_ms=20_000)) == [set()]


def test_a_long_wait_on_a_target_is_hesitation() -> None:
    data = {"pointer": "mouse", "trusted": True, "effects": ["mutation"], "effect_ms": 5}
    visitor = Visitor()
    for waited in (200, 4000, 900_000):
        visitor.click("#buy", data=data | {"hover_ms": waited})
    assert flags(visitor) == [set(), {"hesitation"}, set()]
    assert clusters(visitor, "hesitation")[0]["values"] == {"hover_ms": 4000}


def moved(steps: list[float], gap_ms: float = 100) -> Visitor:
    visitor = Visitor().view()
    for x in steps:
        visitor.add("move", after_ms=gap_ms, target=target_of("#picture"), x=600 + x, y=1300.0, u=x / 500, v=0.2)
    return visitor


def test_a_pointer_that_turns_back_again_and_again_thrashes() -> None:
    back_and_forth = [0, 200, 0, 200, 0, 200, 0, 200]
    (found,) = clusters(moved(back_and_forth), "thrashing")
    assert found["values"]["turns"] == 6
    assert clusters(moved([0, 60, 120, 180, 240, 300, 360, 420]), "thrashing") == []
    assert clusters(moved(back_and_forth, gap_ms=1500), "thrashing") == []
    assert clusters(moved([0, 10, 0, 10, 0, 10, 0, 10]), "thrashing") == []


@pytest.mark.parametrize("shakes_a_second", [1.5, 2.0, 2.5, 3.0, 3.5])
def test_a_recorder_that_looks_ten_times_a_second_sees_a_pointer_thrash(shakes_a_second: float) -> None:
    """Our own recorder notes where the pointer is each 100 ms: most turns lie between two looks."""
    looks = [round(200 + 200 * math.sin(2 * math.pi * shakes_a_second * at / 10 + 0.4)) for at in range(40)]
    assert clusters(moved(looks, gap_ms=100), "thrashing")
    slowly = [round(200 + 200 * math.sin(2 * math.pi * 0.3 * at / 10)) for at in range(60)]
    assert clusters(moved(slowly, gap_ms=100), "thrashing") == []


def test_a_click_on_nothing_beside_a_control_is_a_near_miss() -> None:
    # #panel-1 is 1200 x 300 at (120, 440), #buy 160 x 48 at (140, 600) in it.
    beside, far = (20 + 160 + 5) / 1200, (20 + 160 + 30) / 1200
    visitor = Visitor().click("#panel-1", u=beside, v=0.6).click("#panel-1", u=far, v=0.6).click("#buy")
    assert flags(visitor) == [{"near_miss"}, set(), set()]
    assert clusters(visitor, "near_miss")[0]["values"] == {"missed": "#buy", "distance_px": 5.0}


@pytest.mark.parametrize("more", [{"down": ["mutation"]}, {"noisy": True}])
def test_what_a_press_opened_and_what_cannot_be_told_is_not_dead(more: dict[str, Any]) -> None:
    data = {"pointer": "mouse", "trusted": True, "effects": [], "effect_ms": None} | more
    assert flags(Visitor().click("#buy", data=data)) == [set()]


def test_clicks_that_select_text_and_copy_are_no_rage() -> None:
    assert flags(clicked("#picture", 3, 150, ("selection",))) == [set()] * 3
    assert flags(clicked("#buy", 4, 150, ("clipboard",))) == [set()] * 4


def test_an_error_names_the_request_that_failed_before_it() -> None:
    visitor = Visitor().click("#buy")
    visitor.add("request", after_ms=30, data={"signature": "r1", "message": "500 fetch /cart", "status": 500})
    visitor.add("error", after_ms=10, data={"signature": "e1", "message": "cart is undefined"})
    assert flags(visitor) == [{"error"}]
    found = {one["values"]["signature"]: one["values"] for one in clusters(visitor, "error")}
    assert found["r1"] == {
        "signature": "r1", "message": "500 fetch /cart", "status": 500, "cause": "failed request", "after_ms": 30,
    }  # fmt: skip
    assert found["e1"]["request"] == "500 fetch /cart"
