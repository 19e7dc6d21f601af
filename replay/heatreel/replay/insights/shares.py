"""Shares of weighted visits with intervals, and the words for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.rates import Z95, Rate, difference, rate

__all__ = [
    "Rate",
    "Share",
    "difference",
    "ms",
    "percent",
    "plural",
    "rate",
    "share",
    "share_of_sums",
    "visits_to_bound",
]


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n` as they stand for the site; `sample` is what was recorded, from which the interval comes.

    Where sessions were sampled at different rates the effective sample is smaller than the recorded one: Kish 1965.
    """

    count: float
    n: float
    sample: Rate

    @property
    def value(self) -> float:
        return self.count / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return self.sample.low, self.sample.high

    @property
    def words(self) -> str:
        """`41 % (36 to 46 %) of 322`."""
        return f"{percent(self.value)} ({_range(*self.interval)}) of {self.n:,.0f}"


def share(weights: NDArray[Any], does: NDArray[np.bool_]) -> Share:
    """The share of units that do something, from their weights, both of shape (n,)."""
    if not len(weights):
        return Share(0.0, 0.0, rate(0, 0))
    every = weights.astype(np.float64)
    sums = float(every.sum()), float((every**2).sum())
    return share_of_sums(int(does.sum()), float(every[does].sum()), len(weights), *sums)


def share_of_sums(does: int, weight_of_these: float, n: int, weight: float, weight_squared: float) -> Share:
    """The share of `n` units of which `does` do something, from the sums of their weights and of these squared."""
    if not n:
        return Share(0.0, 0.0, rate(0, 0))
    effective = weight**2 / weight_squared
    if effective > n * (1 - 1e-9):
        return Share(weight_of_these, weight, rate(does, n))
    effective = max(1, round(effective))
    return Share(weight_of_these, weight, rate(round(weight_of_these / weight * effective), effective))


def visits_to_bound(value: float, bound: float, sample: int) -> int:
    """How many more units would put `bound` outside of the interval of a share like `value`, 0 when it is (normal
    approximation)."""
    gap = abs(value - bound)
    if gap < 0.005:
        return 10 * max(sample, 100)
    spread = max(value * (1 - value), bound * (1 - bound))
    return max(0, math.ceil(Z95**2 * spread / gap**2) - sample)


def percent(value: float) -> str:
    """A share for people: no more digits than it has."""
    shown = 100 * value
    if shown and shown < 1:
        return f"{shown:.1f} %"
    return f"{shown:.0f} %"


def _range(low: float, high: float) -> str:
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def plural(count: float, thing: str) -> str:
    """`1 visit`, `1,204 visits`."""
    return f"{count:,.0f} {thing}" + ("" if round(count) == 1 else "s")


def ms(value: float) -> str:
    """A length of time for people."""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def joined(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
