"""Two groups of visits on one picture: where people click more, where less, and what of that is more than chance.

A visit counts once in each place, so that one person who clicks ten times is not ten. Heat is compared as visits
for each 1,000; what is not significant is not painted, and elements are told with the interval of their change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.core.rates import Difference as RateDifference
from heatreel.core.rates import Rate, difference, discoveries, rate
from heatreel.core.state import Snapshot
from heatreel.overlays.colour import diverging
from heatreel.overlays.counts import Counts
from heatreel.overlays.density import density
from heatreel.overlays.evidence import Row
from heatreel.overlays.heat import PER_VISITS, Heat, Sample, heat_of
from heatreel.overlays.kinds import kind_named
from heatreel.overlays.layers import Inset, Layer, LayerSpec
from heatreel.overlays.tone import Scale

MIDDLE = 128
"""The level of no difference."""

# Heat differs when a difference of this size has a chance of 1 % (two-sided normal); where fewer than so many visits
# came together there is no telling.
_Z99 = 2.5758
_LEAST_VISITS = 5.0


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two: its name for people, its hits on the snapshot that is painted (projected there when they were
    on another), the clicked elements among them, and how many visits it had. `lost` counts events that have no
    place on that snapshot."""

    name: str
    hits: Hits
    rows: Sequence[Row]
    visits: int
    lost: int = 0


@dataclass(frozen=True, slots=True)
class ElementChange:
    """An element of the snapshot whose share of visits that click it changed, or may have."""

    index: int
    before: Rate
    after: Rate
    change: RateDifference
    significant: bool


@dataclass(frozen=True, eq=False)
class Difference:
    """What a difference layer tells besides its heat; `elements` have the surest changes first."""

    before: Side
    after: Side
    elements: tuple[ElementChange, ...]
    painted: bool


def draw_difference(snapshot: Snapshot, outline: Outline, before: Side, after: Side, spec: LayerSpec) -> Layer:
    """The layer of what changed from `before` to `after` over a snapshot. Raises `InputError` for kinds without
    heat and for a side without visits."""
    kind = kind_named(spec.kind)
    if kind.drawing != "density":
        raise InputError(f"a difference of the kind {kind.name!r} cannot be drawn; choose click, move or other heat")
    for side in (before, after):
        if not side.visits:
            raise InputError(f"{side.name}: has no visits, so there is nothing to compare")
    heats = [_heat(snapshot, outline, side, spec) for side in (before, after)]
    grids = [_grids(heat, spec.sigma, side.visits) for heat, side in zip(heats, (before, after), strict=True)]
    changes = [_significant_change(first, second) for first, second in zip(*grids, strict=True)]
    top = spec.top or _top(changes)
    levels = [_levels(grid, top) for grid in changes]
    boxes = [inset.box for inset in heats[1].insets]
    samples = [heat.sample for heat in heats]
    found = Difference(before, after, element_changes(before, after), any(bool(grid.any()) for grid in changes))
    return Layer(
        spec=replace(spec, unit="per_1000_visits"),
        kind=replace(kind, title=f"Change in {kind.title.lower()}"),
        width=snapshot.width,
        height=snapshot.height,
        dpr=snapshot.viewport.dpr,
        levels=levels[0],
        cell=(heats[0].cell, heats[0].cell),
        palette=diverging(spec.colours, 0.85 if spec.opacity is None else spec.opacity),
        sample=_sample(samples, before, after),
        scale=Scale("linear", top),
        insets=tuple(Inset(box, grid) for box, grid in zip(boxes, levels[1:], strict=True)),
        difference=found,
    )


def _heat(snapshot: Snapshot, outline: Outline, side: Side, spec: LayerSpec) -> Heat:
    by_visit = replace(side.hits, session=side.hits.visit)
    return heat_of(snapshot, outline, by_visit, kind_named(spec.kind), spec.sigma, one_vote=True)


@dataclass(frozen=True, eq=False)
class _Rate:
    """Visits in each place for 1,000, the variance of that, and how many came together."""

    rate: NDArray[np.float32]
    variance: NDArray[np.float32]
    visits: NDArray[np.float32]


def _grids(heat: Heat, sigma: float, visits: int) -> list[_Rate]:
    counts = [heat.counts, *(inset.counts for inset in heat.insets)]
    return [_rate(grid, one, sigma, visits) for grid, one in zip(heat.all, counts, strict=True)]


def _rate(heat: NDArray[np.float32], counts: Counts, sigma: float, visits: int) -> _Rate:
    """Heat is a sum of kernels, K; its variance, of Poisson counts, the sum of K^2: of a kernel narrower by the root
    of two."""
    factor = PER_VISITS / visits
    return _Rate(heat * np.float32(factor), density(counts, sigma / 2**0.5) * np.float32(factor * factor), heat)


def _significant_change(before: _Rate, after: _Rate) -> NDArray[np.float32]:
    found = after.rate - before.rate
    spread = np.sqrt(np.maximum(before.variance + after.variance, 1e-9))
    found[(np.abs(found) < _Z99 * spread) | (before.visits + after.visits < _LEAST_VISITS)] = 0
    return found


def _top(changes: Sequence[NDArray[np.float32]]) -> float:
    sizes = np.concatenate([np.abs(grid[grid != 0]) for grid in changes])
    return float(np.quantile(sizes, 0.995)) if sizes.size else 1.0


def _levels(found: NDArray[np.float32], top: float) -> NDArray[np.uint8]:
    part = np.clip(found / np.float32(top), -1, 1)
    return np.asarray(np.rint(MIDDLE + 127 * part), np.uint8)


def _sample(samples: Sequence[Sample], before: Side, after: Side) -> Sample:
    first, second = samples
    return Sample(
        events=first.events + second.events,
        sessions=min(_sessions(before), _sessions(after)),
        visits=before.visits + after.visits,
        cut=first.cut + second.cut,
        covered=first.covered + second.covered,
        recorded=first.recorded + second.recorded,
    )


def _sessions(side: Side) -> int:
    return len(np.unique(side.hits.session))


def element_changes(before: Side, after: Side) -> tuple[ElementChange, ...]:
    """All elements that either side clicked, the surest changes first; both sides must have visits."""
    counts = [_visits_by_element(side) for side in (before, after)]
    indices = sorted(counts[0].keys() | counts[1].keys())
    rates = [
        (rate(counts[0].get(index, 0), before.visits), rate(counts[1].get(index, 0), after.visits)) for index in indices
    ]
    changes = [difference(*pair) for pair in rates]
    real = discoveries([one.p for one in changes])
    found = [
        ElementChange(index, *pair, one, surely)
        for index, pair, one, surely in zip(indices, rates, changes, real, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (one.change.p, one.index)))


def _visits_by_element(side: Side) -> Mapping[int, int]:
    return {row.index: min(row.visits, side.visits) for row in side.rows}
