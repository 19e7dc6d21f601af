"""Confetti: a dot for each event, coloured by what it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.overlays.colour import Palette

# Okabe and Ito's colours, told apart by the colour-blind, the darkest first; what is left over is grey.
COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233), (240, 228, 66))
_REST = (120, 120, 128)
MOST_GROUPS = len(COLOURS)

# Levels of a dot: its ring, and its fill by group.
_RING, _FIRST_FILL = 1, 2

# Radius in CSS px with few dots and with many: a hundred thousand must still be dots.
_LARGE, _SMALL = 5.0, 2.2


@dataclass(frozen=True, eq=False)
class Split:
    """Which group each hit belongs to: `labels`, and `code`, shape (n,), an index into them, -1 for none of them."""

    key: str
    labels: tuple[str, ...]
    code: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """One colour of the legend."""

    label: str
    count: int
    colour: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Dots:
    """Dots in device px by rising y; `fill`, shape (n,), is the level of each. `radius` is device px."""

    x: NDArray[np.int32]
    y: NDArray[np.int32]
    fill: NDArray[np.uint8]
    radius: int
    groups: tuple[Group, ...]

    def levels_at(self, top: int, bottom: int, width: int) -> NDArray[np.uint8]:
        """Rows `top` to `bottom` in device px: 0 where there is no dot."""
        reach = self.radius
        # A margin around the strip, so that nothing needs clipping.
        levels = np.zeros((bottom - top + 2 * reach, width + 2 * reach), np.uint8)
        first, last = np.searchsorted(self.y, (top - reach, bottom + reach))
        y, x, fill = self.y[first:last] - top, self.x[first:last], self.fill[first:last]
        inside = (y >= -reach) & (y < bottom - top + reach) & (x >= 0) & (x < width)
        y, x, fill = y[inside] + reach, x[inside] + reach, fill[inside]
        tall, wide = levels.shape
        for across, down, is_ring in _disc(reach):
            rows, columns = y + down, x + across
            kept = (rows >= 0) & (rows < tall) & (columns >= 0) & (columns < wide)
            levels[rows[kept], columns[kept]] = _RING if is_ring else fill[kept]
        return levels[reach : reach + bottom - top, reach : reach + width]


def dots_of(hits: Hits, split: Split | None, size: tuple[int, int], dpr: float) -> Dots:
    """The dots of some hits on a page of `size` CSS px. Hits off the page have none.

    Groups beyond the colours there are, the smallest, share one. Where dots overlap each group is on top as often
    as its share says.
    """
    on_page = (hits.x >= 0) & (hits.x < size[0]) & (hits.y >= 0) & (hits.y < size[1])
    code = np.zeros(len(hits), np.int64) if split is None else split.code
    labels = ("all",) if split is None else split.labels
    groups, fill_of = _groups(labels, code[on_page])
    x, y = (np.floor(place[on_page] * dpr).astype(np.int32) for place in (hits.x, hits.y))
    fill = fill_of[code[on_page]]
    # By y for strips; at the same y in a fixed disorder, so that no group is always on top.
    order = np.lexsort((_shuffled(len(y)), y))
    return Dots(x[order], y[order], fill[order], max(round(_radius(len(y)) * dpr), 2), groups)


def dots_palette(groups: Sequence[Group], opacity: float = 0.92) -> Palette:
    """The palette of the levels of dots: a white ring, and a colour for each group."""
    if not 0 < opacity <= 1:
        raise InputError(f"opacity {opacity:g}: must be above 0 and at most 1")
    rgb, alpha = np.zeros((256, 3), np.uint8), np.zeros(256, np.uint8)
    rgb[_RING], alpha[_RING] = 255, round(255 * opacity * 0.85)
    for number, group in enumerate(groups):
        rgb[_FIRST_FILL + number], alpha[_FIRST_FILL + number] = group.colour, round(255 * opacity)
    return Palette("confetti", rgb, alpha)


def _groups(labels: Sequence[str], code: NDArray[np.int64]) -> tuple[tuple[Group, ...], NDArray[np.uint8]]:
    """The groups that have hits, most first, and the level of each code; the last entry is for code -1."""
    counts = np.bincount(np.where(code < 0, len(labels), code), minlength=len(labels) + 1)
    order = [number for number in np.argsort(-counts, kind="stable").tolist() if counts[number]]
    told = [number for number in order if number < len(labels)][:MOST_GROUPS]
    fill = np.full(len(labels) + 1, _FIRST_FILL + len(told), np.uint8)
    fill[told] = np.arange(len(told)) + _FIRST_FILL
    groups = [Group(labels[number], int(counts[number]), COLOURS[place]) for place, number in enumerate(told)]
    rest = [number for number in order if number not in told]
    if rest:
        nothing = rest == [len(labels)]
        label = "not known" if nothing else f"{len(rest)} others"
        groups.append(Group(label, int(counts[rest].sum()), _REST))
    return tuple(groups), fill


def _radius(count: int) -> float:
    """CSS px: from the large to the small radius between 10^3 and 10^5 dots."""
    share = np.clip((np.log10(max(count, 1)) - 3) / 2, 0, 1)
    return float(_LARGE + (_SMALL - _LARGE) * share)


def _shuffled(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(1).permutation(count)


@lru_cache(maxsize=16)
def _disc(radius: int) -> tuple[tuple[int, int, bool], ...]:
    """Offsets of a dot's px, across and down, the ring's first: fills lie over the rings of their neighbours."""
    steps = range(-radius, radius + 1)
    disc = [(across, down) for down in steps for across in steps if across**2 + down**2 <= (radius + 0.3) ** 2]
    inner = max(radius - max(round(radius / 5), 1), 1)
    ring = {(across, down) for across, down in disc if across**2 + down**2 > (inner + 0.3) ** 2}
    return tuple(sorted(((across, down, (across, down) in ring) for across, down in disc), key=lambda one: not one[2]))
