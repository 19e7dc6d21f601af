"""Rates with their doubt: intervals for a share, for the difference of two, and corrections for many comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `total`, with its 95 % interval, all but the counts as shares 0 to 1."""

    count: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share; 0 when there is nothing to count."""
        return self.count / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """The second share less the first, its 95 % interval, and the probability of one so large by chance alone."""

    value: float
    low: float
    high: float
    p: float


def rate(count: int, total: int) -> Rate:
    """A share with Wilson's score interval (Wilson 1927), which stays inside 0 to 1 and holds for small samples.

    Raises `ValueError` unless 0 <= count <= total.
    """
    _check(count, total)
    if not total:
        return Rate(0, 0, 0.0, 1.0)
    share, z2 = count / total, Z95 * Z95
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    # At the ends the interval reaches them; rounding must not take that away.
    low = 0.0 if count == 0 else max(0.0, middle - half)
    high = 1.0 if count == total else min(1.0, middle + half)
    return Rate(count, total, low, high)


def difference(first: Rate, second: Rate) -> Difference:
    """Two shares of independent samples compared.

    The interval is Newcombe's hybrid score interval (Newcombe 1998, method 10). `p` is of the two-sided chi-squared
    test, or of Fisher's exact one where a cell of the table is expected to hold fewer than 5 (Cochran's rule).
    """
    value = second.share - first.share
    low = value - math.hypot(second.share - second.low, first.high - first.share)
    high = value + math.hypot(second.high - second.share, first.share - first.low)
    return Difference(value, max(-1.0, low), min(1.0, high), _p(first, second))


def paired(only_first: int, only_second: int) -> float:
    """The probability by chance alone that of the same people so many do the one and not the other, and so many the
    reverse: McNemar 1947, with the exact binomial below 25 such people. For shares that are of the same sample.

    Raises `ValueError` for a negative count.
    """
    if min(only_first, only_second) < 0:
        raise ValueError(f"{only_first} and {only_second} are no counts")
    total = only_first + only_second
    if total >= 25:
        return math.erfc(abs(only_first - only_second) / math.sqrt(2 * total))
    fewer = sum(math.comb(total, count) for count in range(min(only_first, only_second) + 1))
    return min(1.0, float(2 * fewer / 2**total))


def discoveries(p_values: Sequence[float], level: float = 0.05) -> list[bool]:
    """Which of many comparisons are real, so that at most `level` of those named are not.

    Benjamini and Hochberg 1995: the false discovery rate.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    last = -1
    for place, index in enumerate(order):
        if p_values[index] <= level * (place + 1) / len(order):
            last = place
    named = set(order[: last + 1])
    return [index in named for index in range(len(p_values))]


def visits_needed(share: float, change: float = 0.5) -> int:
    """Visits on each side that show a relative change of a share in 4 of 5 tries, at 5 % (normal approximation).

    `change` 0.5 means half as many more or fewer. Raises `ValueError` for a share that is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"a share between 0 and 1 is needed, not {share}")
    other = min(share * (1 + change), (1 + share) / 2)
    power = 0.8416212335729143  # the normal quantile of 80 %
    spread = share * (1 - share) + other * (1 - other)
    return math.ceil((Z95 + power) ** 2 * spread / (other - share) ** 2)


def _check(count: int, total: int) -> None:
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is not a share")


def _p(first: Rate, second: Rate) -> float:
    rows = [[first.count, first.total - first.count], [second.count, second.total - second.count]]
    total = first.total + second.total
    columns = [rows[0][column] + rows[1][column] for column in (0, 1)]
    if not (first.total and second.total and all(columns)):
        return 1.0
    if min(first.total, second.total) * min(columns) < 5 * total:
        from scipy.stats import fisher_exact  # type: ignore[import-untyped]

        return float(fisher_exact(rows)[1])
    cross = rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    chi2 = total * cross * cross / (first.total * second.total * columns[0] * columns[1])
    return math.erfc(math.sqrt(chi2 / 2))
