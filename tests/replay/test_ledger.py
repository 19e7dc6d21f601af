"""The ledger closes, whatever comes in: recorded = placed + not placed, by reason, for every input."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from heatreel.core.hits import REASONS, TYPES
from heatreel.core.session import CONTEXT_TYPES, PLACED_TYPES, Event, SeenState, Session, Target
from heatreel.replay.account import PAGES
from heatreel.replay.profiles import PROFILES
from heatreel.replay.replay import Placed, ReplayOptions, place_sessions
from replay_making import DESKTOP, HELP, HOME, MOBILE, SETTINGS, Visitor, captured, outline_of, seen, target_of

# Explaining a failure traces every line, which takes minutes here.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)

numbers = st.one_of(
    st.none(),
    st.floats(-2, 2),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, 0.5, 1.0, -1e300, 1e300, math.nan]),
)
texts = st.one_of(st.text(max_size=8), st.sampled_from(["", "#buy", "#gone", "a" * 64, "🂡", "k-faq"]))
boxes = st.tuples(*[st.floats(allow_nan=True, allow_infinity=True)] * 4) | st.just((0.0, 0.0, 0.0, 0.0))
known = st.sampled_from([element.selector for element in outline_of("default").elements]).map(target_of)
garbage = st.builds(
    Target, key=texts, selector=texts, tag=texts, id=texts, name_hash=texts, name_sketch=texts, href=texts,
    classes=st.lists(texts, max_size=2).map(tuple), box=boxes, interactive=st.booleans(),
)  # fmt: skip
states = st.none() | st.sampled_from(list(SETTINGS)).map(seen) | st.builds(
    SeenState, st.dictionaries(texts, texts, max_size=3), texts
)  # fmt: skip
data = st.dictionaries(
    st.sampled_from(["effects", "effect_ms", "pointer", "trusted", "masked", "inner", "page_height", "signature"]),
    st.none() | st.booleans() | st.lists(st.sampled_from(["mutation", "scroll", "?"]), max_size=2) | st.just("key"),
).map(lambda found: found if isinstance(found.get("effects"), list | None) else {**found, "effects": None})
urls = st.sampled_from([HOME, HELP, "", "https://[bad/", "mailto:x", "https://shop.test/nowhere", "\x00"]) | texts
kinds = st.sampled_from([*PLACED_TYPES, *CONTEXT_TYPES, "swipe", ""])
windows = st.sampled_from([(1440, 900), (390, 844), (1000, 700), (0, 0), (-5, 10**9)])
events = st.builds(
    Event, id=texts, session=st.just("s"), document=st.sampled_from(["d1", "d2", ""]), type=kinds,
    time_ms=st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 1e4), url=urls, viewport=windows,
    x=numbers, y=numbers, u=numbers, v=numbers, target=st.none() | known | garbage, state=states, data=data,
)  # fmt: skip
sessions = st.builds(
    Session, id=texts, site=st.just("default"), started_ms=st.floats(), viewport=windows, dpr=st.floats(0.5, 4),
    touch=st.booleans(), language=texts, variant=st.sampled_from(["", "b"]), source=texts,
    events=st.lists(events, max_size=12).map(tuple),
)  # fmt: skip


def check(placed: Placed, sessions: list[Session]) -> None:
    """What must hold of every replay."""
    every = [event for session in sessions for event in session.events]
    recorded = [event for event in every if event.type not in CONTEXT_TYPES]
    ledger = placed.ledger
    assert ledger.recorded == len(recorded)
    assert ledger.context == Counter(event.type for event in every if event.type in CONTEXT_TYPES)
    assert ledger.placed == sum(len(hits) for hits in placed.hits.values())
    reasons = Counter(REASONS[code] for code in placed.not_placed.reason.tolist())
    assert reasons == Counter({reason: count for reason, count in ledger.not_placed.items() if count})
    pages = placed.details["pages"]
    assert sum(page["recorded"] for page in pages) == ledger.recorded
    assert sum(page["placed"] for page in pages) == sum(s["placed"] for page in pages for s in page["states"])
    assert sum(page["placed"] for page in pages) == ledger.placed


@settings(max_examples=100, deadline=None, phases=PHASES)
@given(st.lists(sessions, max_size=3), st.integers(1, 20), st.sampled_from(list(PROFILES)))
def test_ledger_closes_for_every_input(some: list[Session], chunk: int, profile: str) -> None:
    placed = place_sessions(captured(), some, ReplayOptions(profile=profile, chunk_events=chunk))
    check(placed, some)
    pages = captured()
    for snapshot_id, hits in placed.hits.items():
        outline = pages.outline(snapshot_id - 1)
        assert np.isfinite(hits.x).all()
        assert np.isfinite(hits.y).all()
        assert ((hits.y >= -1) & (hits.y <= outline.height + 1)).all()
        on_element = hits.element >= 0
        assert np.array([element.visible for element in outline.elements])[hits.element[on_element]].all()
        assert (hits.type[~on_element] != TYPES.index("click")).all()


@settings(max_examples=40, deadline=None, phases=PHASES)
@given(st.lists(sessions, max_size=4, unique_by=lambda session: session.id), st.integers(1, 20))
def test_chunks_change_nothing(some: list[Session], chunk: int) -> None:
    whole = place_sessions(captured(), some)
    parts = place_sessions(captured(), some, ReplayOptions(chunk_events=chunk))
    assert whole.ledger == parts.ledger
    assert whole.hits.keys() == parts.hits.keys()
    for number, hits in whole.hits.items():
        for name in ("event", "session", "visit", "type", "signals", "x", "y", "element"):
            assert np.array_equal(getattr(hits, name), getattr(parts.hits[number], name))


def test_no_sessions_and_no_snapshots() -> None:
    assert place_sessions(captured(), []).ledger.recorded == 0
    nothing = captured()
    nothing.graphs.clear()
    placed = place_sessions(nothing, [Visitor().view().click("#buy").session()])
    assert placed.ledger.not_placed["unknown_state"] == 2


def test_session_in_two_parts_is_one_session() -> None:
    first, second = Visitor().view(), Visitor()
    second.document = "d2"
    second.view()
    placed = place_sessions(captured(), [first.session(), second.session()])
    (hits,) = placed.hits.values()
    assert len(placed.sessions) == 1
    assert hits.session.tolist() == [0, 0]
    assert hits.visit.tolist() == [0, 1]


def test_events_that_say_too_little() -> None:
    visitor = Visitor()
    visitor.add("click").add("swipe").add("click", x=5000.0, y=5.0).add("scroll", data={"inner": True})
    visitor.add("scroll", x=0.0, y=1e12).add("click", target=target_of("#buy"), u=3.0, v=0.5)
    visitor.add("click", target=target_of("#buy"), data={"masked": True})
    placed = place_sessions(captured(), [visitor.session()])
    counts = {reason: count for reason, count in placed.ledger.not_placed.items() if count}
    assert counts == {"unsupported": 3, "out_of_range": 3, "masked": 1}
    assert {name: len(some) for name, some in placed.details["examples"].items()} == counts


def test_many_pages_that_were_not_captured_are_summed_up() -> None:
    visitor = Visitor()
    for number in range(PAGES + 20):
        visitor.view(f"https://shop.test/old/{number}")
    placed = place_sessions(captured(), [visitor.session()])
    check(placed, [visitor.session()])
    assert placed.details["pages"][-1]["pages"] == 20
    assert placed.details["pages"][-1]["not_placed"] == {"unknown_state": 20}


def test_same_input_gives_the_same_output() -> None:
    some = [Visitor("a").view().click("#buy").session(), Visitor("b", MOBILE).view().click("#faq").session()]
    first, second = place_sessions(captured(), some), place_sessions(captured(), some)
    assert first.details == second.details
    assert all(first.hits[number].to_bytes() == second.hits[number].to_bytes() for number in first.hits)
    assert DESKTOP.width != MOBILE.width
