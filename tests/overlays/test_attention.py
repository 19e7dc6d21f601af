"""Time on screen: by band and by element."""

from __future__ import annotations

import numpy as np
import pytest

from heatreel.core.dwell import IDLE_MS, Watched
from heatreel.core.hits import Away, Hits
from heatreel.core.reach import reach
from heatreel.overlays.attention import BAND, Exposed, attention, exposures, merge
from heatreel.overlays.context import Context
from heatreel.overlays.layers import LayerSpec, draw_layer
from heatreel.overlays.wording import title_of, words_for
from heatreel.replay.replay import place_sessions
from overlays_making import make_hits, make_outline, make_snapshot, type_of
from replay_making import Visitor, captured, seen, snapshots, target_of

WINDOW = 600.0
OUTLINE = make_outline(800, 2400)
SNAPSHOT = make_snapshot(800, 2400)


def visit(number: int, *steps: tuple[str, float, float]) -> Hits:
    """One visit: type, y and time in seconds of each of its events."""
    return make_hits(
        len(steps),
        type=[type_of(name) for name, _, _ in steps],
        y=[y for _, y, _ in steps],
        time_ms=[1000 * seconds for _, _, seconds in steps],
        visit=[number] * len(steps),
        session=[number] * len(steps),
    )


def watched(*visits: Hits, here: np.ndarray | None = None, away: Away | None = None) -> Watched:  # type: ignore[type-arg]
    hits = Hits.joined(visits)
    return Watched(hits, np.ones(len(hits), bool) if here is None else here, np.full(len(hits), WINDOW), away)


def test_a_window_counts_for_as_long_as_it_stood_there() -> None:
    found = attention(watched(visit(0, ("view", 600, 0), ("scroll", 1600, 4), ("click", 1200, 10))), 2400)
    seconds = found.seconds
    assert seconds[: 600 // BAND] == pytest.approx(4)
    assert seconds[600 // BAND : 1000 // BAND] == pytest.approx(0)
    assert seconds[1000 // BAND : 1600 // BAND] == pytest.approx(6)
    assert seconds[1600 // BAND :] == pytest.approx(0)


def test_the_seconds_of_all_bands_are_those_of_the_windows() -> None:
    rng = np.random.default_rng(4)
    visits = [
        visit(number, ("view", 600, 0), *(("scroll", float(y), second + 1.0) for second, y in enumerate(ys)))
        for number, ys in enumerate(rng.uniform(600, 2400, (40, 5)))
    ]
    found = attention(watched(*visits), 2400)
    assert found.ms.sum() * BAND == pytest.approx(40 * 5000 * WINDOW, rel=0.01)


def test_shards_merge_to_the_whole() -> None:
    one = visit(0, ("view", 600, 0), ("scroll", 900, 2), ("scroll", 1500, 3))
    two = visit(1, ("view", 600, 5), ("scroll", 2000, 9), ("click", 10, 10))
    whole = attention(watched(one, two), 2400)
    both = merge(attention(watched(one), 2400), attention(watched(two), 2400))
    assert (whole.ms == both.ms).all()
    assert whole.visits == both.visits == 2


def test_pauses_and_hidden_tabs_do_not_count() -> None:
    away = Away(np.array([0], np.int32), np.array([1000.0]), np.array([4000.0]))
    hidden = attention(watched(visit(0, ("view", 600, 0), ("click", 50, 5)), away=away), 2400)
    assert hidden.seconds[0] == pytest.approx(2)
    overnight = attention(watched(visit(0, ("view", 600, 0), ("click", 50, 90_000))), 2400)
    assert overnight.seconds[0] == pytest.approx(IDLE_MS / 1000)


def test_time_in_another_state_is_not_of_this_one() -> None:
    steps = visit(0, ("view", 600, 0), ("click", 50, 3), ("click", 60, 10), ("click", 70, 12))
    # From the second event on a dialog was open: another snapshot.
    found = attention(watched(steps, here=np.array([True, False, False, True])), 2400)
    assert found.seconds[0] == pytest.approx(3)


def test_exposure_is_of_the_middle_of_an_element_for_150_ms() -> None:
    button = OUTLINE.elements[11]  # 630 to 690 px
    long = visit(0, ("view", 700, 0), ("scroll", 2000, 2), ("click", 1500, 3))
    short = visit(1, ("view", 700, 0), ("scroll", 2000, 0.1), ("click", 1500, 3))
    never = visit(2, ("view", 600, 0), ("click", 50, 3))
    (found,) = exposures(attention(watched(long, short, never), 2400), [button])
    assert found.share == pytest.approx(1 / 3)
    assert found.seconds == pytest.approx(2)


def test_it_is_called_dwell_unless_eyes_calibrate_it() -> None:
    hits = visit(0, ("view", 600, 0), ("scroll", 1600, 4), ("click", 1200, 10))
    plain = draw_layer(SNAPSHOT, OUTLINE, hits, LayerSpec("attention"))
    assert title_of(plain) == "Dwell"
    assert "not proof of looking" in words_for(plain, SNAPSHOT).details[0]
    # All fixations are in the upper third of the window, at a stop in the middle of the page and one below.
    stops = ((1200.0, 0.0), (2000.0, 40.0))
    looks = [
        ("gaze", bottom - WINDOW + 60 + number, start + 1 + number * 0.1)
        for bottom, start in stops
        for number in range(150)
    ]
    steps = sorted([("view", 600.0, -5.0), *(("scroll", *stop) for stop in stops), *looks], key=lambda step: step[2])
    seen = visit(0, *steps)
    seen.ms[seen.type == type_of("gaze")] = 90
    known = Watched(seen, np.ones(len(seen), bool), np.full(len(seen), WINDOW))
    layer = draw_layer(SNAPSHOT, OUTLINE, seen, LayerSpec("attention"), context=Context(watched=lambda: known))
    assert title_of(layer) == "Attention"
    assert "Calibrated by 300 fixations" in words_for(layer, SNAPSHOT).details[0]
    assert layer.attention is not None
    assert layer.attention.seconds[(600 + 60) // BAND] > 3 * layer.attention.seconds[1100 // BAND]


def test_no_visit_no_dwell() -> None:
    layer = draw_layer(SNAPSHOT, OUTLINE, Hits.empty(), LayerSpec("attention"))
    assert layer.empty
    assert words_for(layer, SNAPSHOT).sample == "No visits here: this layer is empty"


def test_what_was_clicked_in_an_inner_scroller_is_not_depth_of_the_page() -> None:
    hits = Hits.joined([visit(0, ("view", 600, 0), ("click", 2300, 1)), visit(1, ("view", 600, 0))])
    inside = np.array([False, True, False])
    assert reach(hits, 2400).seen[2000] == 1
    found = reach(hits, 2400, inside)
    assert found.seen[:600].min() == 2
    assert found.seen[600:].max() == 0


def test_a_routed_page_that_jumps_to_its_top_was_not_seen_to_where_the_last_one_was() -> None:
    # The route changes at the foot of the old page; 200 ms later the new one is at its top.
    hits = visit(0, ("view", 2400, 0), ("scroll", 600, 0.2), ("scroll", 900, 4), ("click", 100, 5))
    found = reach(hits, 2400)
    assert found.seen[899] == 1
    assert found.seen[900:].max() == 0
    assert found.fold == 600
    assert attention(watched(hits), 2400).seconds[1000 // BAND :].max() == 0
    # Who arrives further down and stays has seen that.
    assert reach(visit(0, ("view", 2400, 0), ("scroll", 600, 3)), 2400).seen[2399] == 1


def test_seen_time_is_what_browsers_measured_where_they_did() -> None:
    first, second = OUTLINE.elements[11], OUTLINE.elements[3]
    stood = [visit(number, ("view", 700, 0), ("scroll", 2000, 2), ("click", 1500, 3)) for number in range(4)]
    exposed = Exposed(
        visit=np.array([0, 0, 1, 2, 9], np.int32),
        selector=np.zeros(5, np.int32),
        ms=np.array([1000, 500, 700, 100, 9000], np.float32),
        selectors=(first.selector,),
    )
    found = attention(watched(*stood), 2400, exposed)
    told, reckoned = exposures(found, [first, second])
    # Of four visits two saw it for at least 150 ms, one of them twice; visit 9 is not of this segment.
    assert (told.measured, told.share, told.seconds) == (True, 0.5, pytest.approx(1.1))
    assert (reckoned.measured, reckoned.share) == (False, 1.0)
    halves = [attention(watched(*some), 2400, exposed) for some in (stood[:2], stood[2:])]
    assert exposures(merge(*halves), [first]) == [told]
    layer = draw_layer(
        SNAPSHOT, OUTLINE, Hits.joined(stood), LayerSpec("attention"),
        context=Context(watched=lambda: watched(*stood), exposed=lambda: exposed),
    )  # fmt: skip
    assert "Seen-time of 1 part measured by the visitors' browsers" in words_for(layer, SNAPSHOT).details


def test_a_replay_keeps_what_browsers_measured_by_state() -> None:
    visitor = Visitor("s1").view()
    visitor.add("exposure", target=target_of("#picture"), data={"ms": 1200})
    visitor.state = seen("tab-b")
    visitor.click("#review", "tab-b").add("exposure", target=target_of("#panel-2", "tab-b"), data={"ms": 800})
    kept = place_sessions(captured(), [visitor.session()]).kept
    rows = kept.rows("exposed").tolist()
    states = {snapshot.id: snapshot.state.id for snapshot in snapshots()}
    told = [
        (states[int(kept.snapshot[row])], str(kept.selectors[kept.selector[row]]), float(kept.value[row]))
        for row in rows
    ]
    assert told == [("default", "#picture", 1200.0), ("tab-b", "#panel-2", 800.0)]
