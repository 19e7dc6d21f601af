"""Rates: intervals cover, tests agree with a library of statistics, corrections hold their promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from heatreel.core.rates import Rate, difference, discoveries, paired, rate, visits_needed

counts = st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(counts)
def test_interval_is_wilsons_as_scipy_has_it(sample: tuple[int, int]) -> None:
    mine = rate(*sample)
    theirs = stats.binomtest(*sample).proportion_ci(method="wilson")
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert 0 <= mine.low <= mine.share <= mine.high <= 1


@given(counts, counts)
def test_comparing_the_other_way_round_turns_the_sign(one: tuple[int, int], two: tuple[int, int]) -> None:
    there, back = difference(rate(*one), rate(*two)), difference(rate(*two), rate(*one))
    assert there.value == pytest.approx(-back.value)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.p == pytest.approx(back.p, rel=1e-6)
    assert there.low <= there.value <= there.high


@given(counts, counts)
def test_p_is_that_of_scipy(one: tuple[int, int], two: tuple[int, int]) -> None:
    table = np.array([[one[0], one[1] - one[0]], [two[0], two[1] - two[0]]])
    mine = difference(rate(*one), rate(*two)).p
    if not table.sum(axis=0).all():
        assert mine == 1
        return
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() < 5:
        assert mine == pytest.approx(stats.fisher_exact(table)[1])
    else:
        assert mine == pytest.approx(stats.chi2_contingency(table, correction=False)[1], rel=1e-6, abs=1e-12)


def coverage(rates: tuple[float, float], totals: tuple[int, int], tries: int = 2000) -> tuple[float, float]:
    """How often the interval of a share, and of a difference, holds the truth."""
    random = np.random.default_rng(20261122)
    samples = [random.binomial(total, share, tries) for total, share in zip(totals, rates, strict=True)]
    one = two = 0
    for first, second in zip(*samples, strict=True):
        sides = rate(int(first), totals[0]), rate(int(second), totals[1])
        found = difference(*sides)
        one += sides[0].low <= rates[0] <= sides[0].high
        two += found.low <= rates[1] - rates[0] <= found.high
    return one / tries, two / tries


@pytest.mark.parametrize("rates", [(0.02, 0.03), (0.1, 0.1), (0.3, 0.22), (0.6, 0.7)])
@pytest.mark.parametrize("totals", [(200, 200), (350, 900), (5000, 5000)])
def test_intervals_cover_what_they_promise(rates: tuple[float, float], totals: tuple[int, int]) -> None:
    one, two = coverage(rates, totals)
    assert 0.93 <= one <= 0.98
    assert 0.93 <= two <= 0.98


@given(st.lists(st.floats(0, 1), max_size=60))
def test_discoveries_are_those_of_scipy(p_values: list[float]) -> None:
    if not p_values:
        assert discoveries(p_values) == []
        return
    adjusted = stats.false_discovery_control(p_values)
    sure = [index for index, value in enumerate(adjusted) if abs(value - 0.05) > 1e-9]
    assert [discoveries(p_values)[index] for index in sure] == [bool(adjusted[index] <= 0.05) for index in sure]


def test_visits_needed_show_the_change_they_are_said_to() -> None:
    random = np.random.default_rng(7)
    for share in (0.02, 0.1, 0.3):
        needed = visits_needed(share)
        shown = 0
        for _ in range(400):
            found = difference(rate(int(random.binomial(needed, share)), needed),
                               rate(int(random.binomial(needed, share * 1.5)), needed))  # fmt: skip
            shown += found.p < 0.05
        assert 0.74 <= shown / 400 <= 0.88


@pytest.mark.parametrize("sample", [(-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(sample: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        rate(*sample)


def test_no_visits_say_nothing() -> None:
    nothing = rate(0, 0)
    assert nothing == Rate(0, 0, 0.0, 1.0)
    assert difference(nothing, rate(3, 10)).p == 1


@given(st.integers(0, 400), st.integers(0, 400))
def test_what_the_same_people_do_is_compared_by_those_who_do_one_alone(one: int, two: int) -> None:
    assert paired(one, two) == paired(two, one)
    exact = stats.binomtest(one, one + two).pvalue if one + two else 1.0
    assert paired(one, two) == pytest.approx(exact, abs=1e-9 if one + two < 25 else 0.12)


def test_two_of_which_people_do_one_are_rarely_told_apart_by_chance() -> None:
    random = np.random.default_rng(8)
    told = [paired(*random.multinomial(400, [0.45, 0.45, 0.1])[:2].tolist()) < 0.05 for _ in range(2000)]
    assert 0.03 <= np.mean(told) <= 0.07
