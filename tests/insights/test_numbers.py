"""The numbers of insights: intervals cover what they say, samples are corrected, small samples claim nothing."""

from __future__ import annotations

import numpy as np
import pytest

from heatreel.core.rates import difference
from heatreel.replay.insights.insights import find_insights
from heatreel.replay.insights.material import Material
from heatreel.replay.insights.shares import Share, share
from insights_making import DESKTOP, Diary, material, page_of, shot

RUNS = 4000


def covers(one: Share, truth: float) -> bool:
    return one.interval[0] <= truth <= one.interval[1]


@pytest.mark.parametrize("sampled", [False, True], ids=["all sessions", "sampled at two rates"])
def test_intervals_of_shares_cover_known_rates(sampled: bool) -> None:
    random = np.random.default_rng(1)
    hit = 0
    for _ in range(RUNS):
        truth, n = random.uniform(0.02, 0.98), int(random.integers(100, 1000))
        weights = random.choice([2.0, 10.0], n) if sampled else np.ones(n)
        hit += covers(share(weights, random.random(n) < truth), truth)
    assert 0.93 <= hit / RUNS <= 0.97


def test_intervals_of_differences_cover_known_differences() -> None:
    random = np.random.default_rng(2)
    hit = 0
    for _ in range(RUNS):
        truths, sizes = random.uniform(0.02, 0.98, 2), random.integers(100, 1000, 2)
        first, second = (
            share(np.ones(n), random.random(n) < truth).sample for truth, n in zip(truths, sizes, strict=True)
        )
        apart = difference(first, second)
        hit += apart.low <= truths[1] - truths[0] <= apart.high
    assert 0.93 <= hit / RUNS <= 0.97


def many_buttons(truths: np.ndarray, visits: int, seed: int) -> Material:
    """One page of buttons, each clicked in a known share of the visits."""
    outline = page_of([(f"#b{at}", "button", (10, 10 + 20 * at, 100, 15), {}) for at in range(len(truths))], 900)
    diary, random = Diary([outline]), np.random.default_rng(seed)
    for _ in range(visits):
        clicked = np.flatnonzero(random.random(len(truths)) < truths)
        diary.visit(diary.session(), 0, 900, *(f"#b{at}" for at in clicked.tolist()))
    return material([shot(1, "/", DESKTOP, 900)], [outline], diary)


def test_rates_of_elements_read_from_hits_cover_what_people_do() -> None:
    """From hits to the interval: the same path that every insight takes."""
    from heatreel.replay.insights.exposure import clicked

    hit = count = 0
    for seed in range(30):
        truths = np.random.default_rng(100 + seed).uniform(0.02, 0.6, 40)
        made = many_buttons(truths, 150, seed)
        visits = made.visits_at(made.places[0])
        for at, truth in enumerate(truths.tolist()):
            control = made.control(made.places[0], f"#b{at}")
            assert control is not None
            hit += covers(share(made.visits.weight[visits], clicked(made, control)[visits]), truth)
            count += 1
    assert 0.93 <= hit / count <= 0.97


def test_a_sampled_session_counts_for_as_many_as_it_stands_for() -> None:
    outline = page_of([("#buy", "button", (10, 100, 100, 40), {})], 900)
    diary = Diary([outline])
    for at in range(100):
        sampled = at % 2 == 0
        diary.visit(diary.session(weight=10.0 if sampled else 1.0), 0, 900, *(["#buy"] if sampled else []))
    made = material([shot(1, "/", DESKTOP, 900)], [outline], diary, {"sampling": {"rates": [0.1, 1.0]}})
    from heatreel.replay.insights.exposure import clicked

    control = made.control(made.places[0], "#buy")
    assert control is not None
    found = share(made.visits.weight, clicked(made, control))
    assert found.count == 500
    assert found.n == 550
    assert found.sample.total < 100
    assert find_insights(made).as_json()["sampling"]["rates"] == [0.1, 1.0]


def test_nothing_is_claimed_of_things_that_do_not_differ() -> None:
    """Of many comparisons without any difference, none is told in nearly all of the runs: Holm holds at 5 %."""
    told = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        outline = page_of([(f"#b{at}", "button", (10, 10 + 20 * at, 50, 15), {}) for at in range(20)], 900)
        diary = Diary([outline])
        for _ in range(400):
            session = diary.session(variant="ab"[int(random.integers(2))], source=("x", "y")[int(random.integers(2))])
            diary.visit(session, 0, 900, *(f"#b{at}" for at in np.flatnonzero(random.random(20) < 0.3).tolist()))
        found = find_insights(material([shot(1, "/", DESKTOP, 900)], [outline], diary)).findings
        told += any(one.rule.endswith("_differ") for one in found)
    assert told <= 4


def test_a_small_sample_claims_nothing_and_says_what_is_needed() -> None:
    made = many_buttons(np.array([0.9, 0.0, 0.5]), 12, 3)
    found = find_insights(made)
    assert found.findings == ()
    place = found.enough["places"][0]
    assert not found.enough["ok"]
    assert not place["click"]["ok"]
    assert place["scroll"] == {"have": 12, "need": 100, "ok": False, "visits_needed": 88}
    assert place["click"]["visits_needed"] == pytest.approx(
        (200 - place["click"]["have"]) * 12 / place["click"]["have"], abs=1
    )
    assert "Not enough data" in found.enough["words"]


def test_nobody_was_here() -> None:
    outline = page_of([], 900)
    found = find_insights(material([shot(1, "/", DESKTOP, 900)], [outline], Diary([outline])))
    assert found.findings == ()
    assert found.enough["words"].startswith("Nobody was here yet")


def test_the_same_hits_give_the_same_insights() -> None:
    first, second = (find_insights(many_buttons(np.full(12, 0.3), 120, 9)).as_json() for _ in range(2))
    assert first == second


def test_links_that_do_not_differ_are_rarely_told_apart_however_many() -> None:
    random, told = np.random.default_rng(12), 0
    links = [
        (f"#l{at}", "a", (10.0, 40.0 * at, 100.0, 30.0), {"href": "/shop", "landmark": ("banner", "main")[at % 2]})
        for at in range(8)
    ]
    outline = page_of(links, 900)
    for _ in range(40):
        diary = Diary([outline])
        for _ in range(300):
            diary.visit(diary.session(), 0, 900, f"#l{random.integers(8)}", f"#l{random.integers(8)}")
        found = find_insights(material([shot(1, "/", DESKTOP, 900)], [outline], diary))
        told += any(one.rule == "same_destination" for one in found.findings)
    assert told <= 5


def test_one_person_is_not_many() -> None:
    outline = page_of([("#buy", "button", (100, 100, 80, 40), {}), ("#text", "p", (100, 300, 80, 40), {})], 900)
    diary = Diary([outline])
    for _ in range(250):
        diary.visit(diary.session(), 0, 900, "#buy")
    odd = diary.session()
    for _ in range(60):
        diary.visit(odd, 0, 900, ("#text", ("dead", "near_miss")), ("#buy", ("rage",)))
    assert not find_insights(material([shot(1, "/", DESKTOP, 900)], [outline], diary)).findings
