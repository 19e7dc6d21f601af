"""Step 3, heat to levels: 256 steps from nothing to the hottest."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.errors import InputError

Tone = Literal["robust", "log", "linear"]
TONES: tuple[Tone, ...] = ("robust", "log", "linear")

# How far the logarithm bends: log(1 + bend * heat / top) / log(1 + bend).
BEND = 50.0

# Share of the colour bar up to `top`; the rest is for the few cells that are hotter, so that none is clipped.
_KNEE = 0.9

LEAST_TOP = 4.0
"""A map of three clicks must not look as hot as one of three thousand."""

# Cells below this share of the maximum are the kernel's skirt, not places that people visited.
_VISITED = 0.001


@dataclass(frozen=True, slots=True)
class Scale:
    """Which heat is painted with which level.

    The tone "log" paints heat by its logarithm up to `top`, "linear" in proportion, "robust" by its logarithm up
    to a `top` that few cells pass: it takes nine tenths of the colour bar, and what is hotter, up to `peak` (left
    out: `top`, and the whole bar ends there), the last tenth. The scale can be read backwards (`heat_at`), so
    every pixel of a layer can be traced to a number. Pictures that are to be compared are painted with one scale.
    """

    tone: Tone
    top: float
    peak: float = 0.0

    def __post_init__(self) -> None:
        check_tone(self.tone)
        if not self.top > 0 or math.isinf(self.top):
            raise InputError(f"top of the scale {self.top:g}: must be a number above zero")
        object.__setattr__(self, "peak", max(self.peak, self.top))

    @property
    def knee(self) -> float:
        """Where `top` lies on the colour bar, 0 to 1."""
        return _KNEE if self.peak > self.top * 1.001 else 1.0

    def share_of(self, heat: float) -> float:
        """Where a heat lies on the colour bar, 0 to 1."""
        part = max(heat, 0.0) / self.top
        if part > 1:
            rest = math.log(part) / math.log(self.peak / self.top) if self.knee < 1 else 1.0
            return min(self.knee + (1 - self.knee) * rest, 1.0)
        return self.knee * (math.log1p(BEND * part) / math.log1p(BEND) if self.tone != "linear" else part)

    def heat_at(self, share: float) -> float:
        """The heat at a place of the colour bar, 0 to 1: the inverse of `share_of`."""
        if share > self.knee:
            return float(self.top * (self.peak / self.top) ** ((share - self.knee) / (1 - self.knee)))
        part = share / self.knee
        return self.top * (math.expm1(part * math.log1p(BEND)) / BEND if self.tone != "linear" else part)

    def ticks(self, most: int = 5) -> list[float]:
        """Round numbers for the colour bar, coldest first; the last is `peak`."""
        least = 1.0 if self.top >= LEAST_TOP else 0.0
        inner = [tick for tick in _round_numbers(self.top) if tick >= least and self.share_of(tick) <= 0.86]
        ticks: list[float] = []
        gap = 1 / most
        for tick in inner:
            if not ticks or self.share_of(tick) - self.share_of(ticks[-1]) >= gap:
                ticks.append(tick)
        return [*ticks, self.peak]


def check_tone(tone: str) -> None:
    """Raises `InputError` for a word that names no tone."""
    if tone not in TONES:
        raise InputError(f"tone {tone!r}: choose {', '.join(TONES[:-1])} or {TONES[-1]}")


def _round_numbers(top: float) -> list[float]:
    first = math.floor(math.log10(top)) - 3
    numbers = [step * 10.0**power for power in range(first, first + 5) for step in (1, 2, 5)]
    return [number for number in numbers if number < top]


def fit(
    heats: Iterable[NDArray[np.float32]], tone: Tone = "robust", percentile: float = 99.5, least: float = LEAST_TOP
) -> Scale:
    """One scale for a set of heats, whose top is at least `least`.

    With the tone "robust" the top is the highest of the heats' percentiles over visited cells, which keeps one
    freak cell from pushing everything else to the cold end; with the others it is the hottest cell.
    """
    together = list(heats)
    peak = max((float(heat.max(initial=0)) for heat in together), default=0.0)
    if tone != "robust":
        return Scale(tone, max(peak, least))
    return Scale(tone, max([least, *(_top(heat, percentile) for heat in together)]), peak)


def _top(heat: NDArray[np.float32], percentile: float) -> float:
    visited = heat[heat > heat.max(initial=0) * _VISITED]
    if not visited.size:
        return 0.0
    place = (visited.size - 1) * percentile / 100
    low = int(place)
    visited.partition(low)
    above = visited[low + 1 :].min(initial=np.inf) if low + 1 < visited.size else visited[low]
    return float(visited[low] + (above - visited[low]) * (place - low))


def levels(heat: NDArray[np.float32], scale: Scale) -> NDArray[np.uint8]:
    """Levels 0 to 255 of a heat, same shape. Made before the enlargement: a quarter of the memory traffic."""
    part: NDArray[np.float32] = (heat * np.float32(1 / scale.top)).ravel()
    hotter = np.flatnonzero(part > 1)
    beyond = np.minimum(part[hotter], np.float32(scale.peak / scale.top))
    part[hotter] = 1
    knee = 255 * scale.knee
    if scale.tone != "linear":
        part *= np.float32(BEND)
        np.log1p(part, out=part)
        part *= np.float32(knee / math.log1p(BEND))
    else:
        part *= np.float32(knee)
    if scale.knee < 1:
        part[hotter] += np.log(beyond) * np.float32((255 - knee) / math.log(scale.peak / scale.top))
    part += np.float32(0.5)
    return part.astype(np.uint8).reshape(heat.shape)
