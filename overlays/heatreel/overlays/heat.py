"""Steps 1 and 2 for a snapshot: which hits are painted where, and the heat that they give."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.hits import Hits
from heatreel.core.state import Snapshot
from heatreel.overlays.counts import SHARE_BELOW, Counts, aggregate, cell_for
from heatreel.overlays.density import density
from heatreel.overlays.fixed import Thing, owners, things_on, under_fixed
from heatreel.overlays.kinds import Kind
from heatreel.overlays.scrollers import scrolled_away

PER_VISITS = 1000
"""Rates are told for so many visits."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How much a layer rests on. `events` are those on the page, `seconds` how long they lasted (0 for what takes no
    time); `covered` counts those of them on what the picture does not show (below a fixed element, or further down
    an inner scroller), which are not painted. `cut` counts events off the page. These count what hits stand for;
    `recorded` is the number of hits, less when the site was sampled.
    """

    events: int
    sessions: int
    visits: int
    cut: int = 0
    covered: int = 0
    recorded: int = 0
    seconds: float = 0.0

    @property
    def sampled(self) -> bool:
        """Whether hits stand for more than themselves."""
        return self.recorded != self.events


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the page in whole CSS px: left, top, right, bottom."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, eq=False)
class InsetHeat:
    """The heat of a thing with a layer of its own; the grid begins at the corner of `box`."""

    box: Box
    cells: NDArray[np.float32]
    counts: Counts


@dataclass(frozen=True, eq=False)
class Heat:
    """Heat of a page by cell, in events (or seconds) on one spot, or these for 1,000 visits."""

    cells: NDArray[np.float32]
    counts: Counts
    cell: int
    insets: tuple[InsetHeat, ...]
    sample: Sample

    @property
    def all(self) -> list[NDArray[np.float32]]:
        """All grids, for a scale over them."""
        return [self.cells, *(inset.cells for inset in self.insets)]


def heat_of(
    snapshot: Snapshot,
    outline: Outline,
    hits: Hits,
    kind: Kind,
    sigma: float,
    one_vote: bool = False,
    per_visits: int = 0,
) -> Heat:
    """The heat of the hits of a kind over a snapshot, by a kernel of `sigma` CSS px.

    With `one_vote` a session counts once in each cell. `per_visits`, when not 0, is the number of visits to
    divide by.
    """
    shown = kind.mask(hits)
    hits = hits if shown.all() else hits.where(shown)
    things = things_on(outline, snapshot.viewport)
    unseen = under_fixed(hits, things) | scrolled_away(hits, outline)
    rows_weight = _weight_of_rows(hits)
    sample = _sample(hits, kind, rows_weight, unseen)
    if sample.covered:
        hits = hits.where(~unseen)
    cell = cell_for(sigma)
    if one_vote:
        hits = hits.where(_one_vote(hits, cell))
    weight = None if kind.measure == "events" and rows_weight is None else _weight(hits, kind)
    owner = owners(hits, things) if things and len(hits) else None
    on_page = None if owner is None or owner.max() < 0 else owner < 0
    counts = _counts(hits, weight, on_page, Box(0, 0, snapshot.width, snapshot.height), cell)
    factor = PER_VISITS / per_visits if per_visits else 1.0
    return Heat(
        cells=_scaled(density(counts, sigma), factor),
        counts=counts,
        cell=cell,
        insets=_insets(hits, weight, things, owner, snapshot, sigma, factor),
        sample=_without_cut(sample, counts),
    )


def _sample(hits: Hits, kind: Kind, weights: NDArray[np.float64] | None, unseen: NDArray[np.bool_]) -> Sample:
    return Sample(
        events=len(hits) if weights is None else round(float(weights.sum())),
        sessions=distinct(hits.session),
        visits=distinct(hits.visit),
        covered=int(np.count_nonzero(unseen)) if weights is None else round(float(weights[unseen].sum())),
        recorded=len(hits),
        seconds=float((hits.ms * hits.weight).sum()) / 1000 if kind.measure == "seconds" else 0.0,
    )


def _without_cut(sample: Sample, counts: Counts) -> Sample:
    if not counts.cut:
        return sample
    share = sample.events / sample.recorded if sample.recorded else 1.0
    return replace(
        sample,
        events=sample.events - round(counts.cut * share),
        recorded=sample.recorded - counts.cut,
        cut=round(counts.cut * share),
    )


def _weight_of_rows(hits: Hits) -> NDArray[np.float64] | None:
    """What each hit stands for; None when it is one for all."""
    return None if (hits.weight == 1).all() else hits.weight.astype(np.float64)


def _weight(hits: Hits, kind: Kind) -> NDArray[np.float64] | None:
    if kind.measure == "events":
        return hits.weight.astype(np.float64)
    return hits.ms.astype(np.float64) * hits.weight / 1000


def _counts(
    hits: Hits, weight: NDArray[np.float64] | None, keep: NDArray[np.bool_] | None, box: Box, cell: int
) -> Counts:
    x, y = hits.x, hits.y
    if keep is not None:
        x, y, weight = x[keep], y[keep], None if weight is None else weight[keep]
    if box.left or box.top:
        x, y = x - np.float32(box.left), y - np.float32(box.top)
    width, height = box.right - box.left, box.bottom - box.top
    return aggregate(x, y, width, height, cell, shared=len(hits) < SHARE_BELOW, weight=weight)


def _insets(
    hits: Hits,
    weight: NDArray[np.float64] | None,
    things: tuple[Thing, ...],
    owner: NDArray[np.int16] | None,
    snapshot: Snapshot,
    sigma: float,
    factor: float,
) -> tuple[InsetHeat, ...]:
    if owner is None:
        return ()
    found = []
    for number, thing in enumerate(things):
        x, y, width, height = thing.box
        # Outwards to whole px, so that no hit in the box is lost.
        box = Box(
            max(int(np.floor(x)), 0), max(int(np.floor(y)), 0),
            min(int(np.ceil(x + width)), snapshot.width), min(int(np.ceil(y + height)), snapshot.height),
        )  # fmt: skip
        if box.right > box.left and box.bottom > box.top:
            counts = _counts(hits, weight, owner == number, box, cell_for(sigma))
            found.append(InsetHeat(box, _scaled(density(counts, sigma), factor), counts))
    return tuple(found)


def _scaled(heat: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    if factor != 1:
        heat *= np.float32(factor)
    return heat


def _one_vote(hits: Hits, cell: int) -> NDArray[np.bool_]:
    """The first hit of each session in each cell."""
    places = np.stack([hits.session.astype(np.int64), np.floor(hits.y / cell), np.floor(hits.x / cell)], axis=1)
    kept = np.zeros(len(hits), bool)
    kept[np.unique(places, axis=0, return_index=True)[1]] = True
    return kept


def distinct(numbers: NDArray[np.int32]) -> int:
    """How many different numbers there are; they are small and not negative (see `Hits`), and mostly in order."""
    if len(numbers) and (numbers[1:] >= numbers[:-1]).all():
        return int(np.count_nonzero(numbers[1:] != numbers[:-1])) + 1
    seen = np.zeros(int(numbers.max(initial=-1)) + 1, bool)
    seen[numbers] = True
    return int(np.count_nonzero(seen))
