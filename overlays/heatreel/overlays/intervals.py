"""Rates of two groups of visits, compared: intervals, and which differences are more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_Z95 = 1.959964
"""Of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Change:
    """A share of visits before and after: counts, the difference of the shares with its 95 % interval, and how likely
    so large a one is by chance."""

    before: int
    of_before: int
    after: int
    of_after: int
    difference: float
    low: float
    high: float
    p: float


def change(before: int, of_before: int, after: int, of_after: int) -> Change:
    """How `after` of `of_after` differs from `before` of `of_before`.

    The interval is Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10), which holds for
    small counts and shares near 0; `p` that of the pooled z test.
    """
    first, second = _share(before, of_before), _share(after, of_after)
    low_1, high_1 = wilson(before, of_before)
    low_2, high_2 = wilson(after, of_after)
    difference = second - first
    low = difference - math.hypot(second - low_2, high_1 - first)
    high = difference + math.hypot(high_2 - second, first - low_1)
    return Change(before, of_before, after, of_after, difference, low, high, _p(before, of_before, after, of_after))


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson's score method; 0 to 1 when nothing was counted."""
    if not total:
        return 0.0, 1.0
    share, squared = count / total, _Z95 * _Z95
    middle = (share + squared / (2 * total)) / (1 + squared / total)
    half = _Z95 * math.sqrt(share * (1 - share) / total + squared / (4 * total * total)) / (1 + squared / total)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def significant(p_values: Sequence[float], rate: float = 0.05) -> list[bool]:
    """Which of many differences are taken for real, so that of these at most the share `rate` is chance.

    Benjamini and Hochberg, Journal of the Royal Statistical Society B 57, 1995.
    """
    order = sorted(range(len(p_values)), key=lambda number: p_values[number])
    passed = [rank for rank, number in enumerate(order, 1) if p_values[number] <= rate * rank / len(order)]
    last = max(passed, default=0)
    real = set(order[:last])
    return [number in real for number in range(len(p_values))]


def _share(count: int, total: int) -> float:
    return count / total if total else 0.0


def _p(before: int, of_before: int, after: int, of_after: int) -> float:
    if not of_before or not of_after:
        return 1.0
    pooled = (before + after) / (of_before + of_after)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / of_before + 1 / of_after))
    if not spread:
        return 1.0
    return math.erfc(abs(after / of_after - before / of_before) / spread / math.sqrt(2))
