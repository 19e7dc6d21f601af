"""How long each part of a page was on screen: by band of the page, and by element.

What was on screen was not therefore looked at, so this is called dwell. Where eyes were tracked, the recorded
fixations say which part of the window gets how much of a moment, and the outcome is called attention.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.dwell import SEEN_MS, Moments, Watched, in_order, moments, watching
from heatreel.core.element import Element, Outline
from heatreel.core.hits import TYPES

BAND = 4
"""Height of a band in CSS px."""

_SLICES = 10
_ENOUGH_FIXATIONS = 200


@dataclass(frozen=True, eq=False)
class Exposed:
    """What visitors' browsers measured themselves: a part of the page, by its selector, was on screen (half of it, or
    half a screen full) in a visit for `ms`. Columns of shape (n,); `selector` points into `selectors`."""

    visit: NDArray[np.int32]
    selector: NDArray[np.int32]
    ms: NDArray[np.float32]
    selectors: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Attention:
    """`ms`, shape (bands,), int64: ms for which a band of `BAND` CSS px was on screen, over all `visits`.

    `gaze_fit` is the rank correlation with the fixations by which it was calibrated, None when it was not.
    `moments` are the stretches of time it was made from, `measured` the ms by selector and visit that browsers
    measured.
    """

    ms: NDArray[np.int64]
    visits: int
    moments: Moments
    gaze_fit: float | None = None
    fixations: int = 0
    measured: Mapping[str, Mapping[int, float]] = field(default_factory=dict)

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Seconds on screen by band, on average over the visits."""
        return self.ms / 1000 / max(self.visits, 1)


@dataclass(frozen=True, slots=True)
class Exposure:
    """How an element was exposed: share of the visits, 0 to 1, and seconds on average over these. `measured` by the
    visitors' browsers, or reckoned from where their windows stood."""

    index: int
    share: float
    seconds: float
    measured: bool = False


def attention(watched: Watched, height: int, exposed: Exposed | None = None) -> Attention:
    """The attention on a page of `height` CSS px, in the state that is painted."""
    found = moments(watched)
    gaze = _gaze(watched)
    profile = _profile(gaze) if len(gaze[0]) >= _ENOUGH_FIXATIONS else np.ones(_SLICES)
    ms = _by_band(found, profile, height)
    visits = int(np.unique(watched.hits.visit[watched.here & watching(watched.hits)]).size)
    measured = {} if exposed is None else _measured(exposed, watched)
    if len(gaze[0]) < _ENOUGH_FIXATIONS:
        return Attention(ms, visits, found, measured=measured)
    return Attention(ms, visits, found, _fit(ms, gaze), len(gaze[0]), measured)


def _measured(exposed: Exposed, watched: Watched) -> dict[str, dict[int, float]]:
    """The ms by selector and visit, of the visits that are watched."""
    found: dict[str, dict[int, float]] = {}
    kept = np.isin(exposed.visit, watched.hits.visit)
    for visit, selector, ms in zip(
        exposed.visit[kept].tolist(), exposed.selector[kept].tolist(), exposed.ms[kept].tolist(), strict=True
    ):
        by_visit = found.setdefault(exposed.selectors[selector], {})
        by_visit[visit] = by_visit.get(visit, 0.0) + ms
    return found


def merge(a: Attention, b: Attention) -> Attention:
    """The dwell of both, for hits that share no visit and were not calibrated."""
    columns = {
        name: np.concatenate([getattr(a.moments, name), getattr(b.moments, name)])
        for name in Moments.__dataclass_fields__
    }
    measured = {
        selector: {**a.measured.get(selector, {}), **b.measured.get(selector, {})}
        for selector in sorted({*a.measured, *b.measured})
    }
    return Attention(a.ms + b.ms, a.visits + b.visits, Moments(**columns), measured=measured)


def exposures(found: Attention, elements: Sequence[Element]) -> list[Exposure]:
    """How the elements were exposed, in their order."""
    return [_exposure(found, element) for element in elements]


_SECTION_SHARE, _SECTION_HEIGHT, _MOST_SECTIONS = 0.4, 100, 40


def sections_of(outline: Outline, height: int) -> list[Element]:
    """The parts of a page that a person would name: wide visible boxes in its flow, none inside of another.

    What is taller than half of the page is opened up, as it holds the sections.
    """
    found: list[Element] = []
    closed: set[int] = set()
    for element in outline.elements:
        wide, tall = element.box[2:]
        if element.parent in closed:
            closed.add(element.index)
            continue
        is_section = wide >= _SECTION_SHARE * outline.width and _SECTION_HEIGHT <= tall <= height / 2
        if is_section and element.visible and element.scroller < 0:
            found.append(element)
            closed.add(element.index)
    return found[:_MOST_SECTIONS]


def _exposure(found: Attention, element: Element) -> Exposure:
    if found.visits and element.selector in found.measured:
        seen = [ms for ms in found.measured[element.selector].values() if ms >= SEEN_MS]
        seconds = sum(seen) / len(seen) / 1000 if seen else 0.0
        return Exposure(element.index, min(len(seen) / found.visits, 1.0), seconds, measured=True)
    middle = element.box[1] + element.box[3] / 2
    stood = found.moments
    on_screen = (stood.top <= middle) & (middle < stood.bottom)
    if not on_screen.any() or not found.visits:
        return Exposure(element.index, 0.0, 0.0)
    by_visit = np.bincount(stood.visit[on_screen], stood.ms[on_screen])
    exposed = by_visit[by_visit >= SEEN_MS]
    return Exposure(
        element.index,
        min(len(exposed) / found.visits, 1.0),
        float(exposed.mean()) / 1000 if len(exposed) else 0.0,
    )


def _by_band(moments: Moments, profile: NDArray[np.float64], height: int) -> NDArray[np.int64]:
    bands = -(-height // BAND)
    change = np.zeros(bands + 1)
    tall = (moments.bottom - moments.top) / len(profile)
    for number, share in enumerate(profile):
        top = np.clip(np.rint((moments.top + number * tall) / BAND), 0, bands).astype(np.int64)
        bottom = np.clip(np.rint((moments.top + (number + 1) * tall) / BAND), 0, bands).astype(np.int64)
        amount = np.rint(moments.ms * share)
        change += np.bincount(top, amount, bands + 1) - np.bincount(bottom, amount, bands + 1)
    return np.cumsum(change)[:-1].astype(np.int64)


def _gaze(watched: Watched) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float32]]:
    """Fixations on the state: page y, ms, and place in the window, 0 to 1."""
    order, bottom = in_order(watched)
    hits = watched.hits
    chosen = (hits.type[order] == TYPES.index("gaze")) & watched.here[order] & np.isfinite(bottom)
    y, window = hits.y[order][chosen], watched.window[order][chosen]
    place = (y - (bottom[chosen] - window)) / np.maximum(window, 1)
    inside = (place >= 0) & (place <= 1)
    return y[inside], hits.ms[order][chosen][inside].astype(np.float64), place[inside].astype(np.float32)


def _profile(gaze: tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float32]]) -> NDArray[np.float64]:
    """Which slice of the window gets how much of a moment; on average 1."""
    slices = np.minimum((gaze[2] * _SLICES).astype(np.int64), _SLICES - 1)
    share = np.bincount(slices, gaze[1], _SLICES)
    return np.asarray(share * _SLICES / share.sum()) if share.sum() else np.ones(_SLICES)


def _fit(ms: NDArray[np.int64], gaze: tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float32]]) -> float:
    """Spearman's rank correlation of dwell and fixation time over bands of 100 px."""
    step = 100 // BAND
    count = -(-len(ms) // step)
    dwell = np.bincount(np.arange(len(ms)) // step, ms, count)
    seen = np.bincount(np.clip(gaze[0] // (step * BAND), 0, count - 1).astype(np.int64), gaze[1], count)
    if count < 3 or np.ptp(dwell) == 0 or np.ptp(seen) == 0:
        return 0.0
    return float(np.corrcoef(_ranks(dwell), _ranks(seen))[0, 1])


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Ranks, equal values with their middle rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place], np.float64)
