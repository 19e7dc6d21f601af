"""Layers: one picture of hits over one snapshot, from what is wanted (`LayerSpec`) to levels and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.core.state import Snapshot
from heatreel.overlays import composite, encode, tone
from heatreel.overlays.colour import DEFAULT_COLOURS, FIRST_LEVEL, Palette, Ramp, palette
from heatreel.overlays.counts import SHARE_BELOW, aggregate, cell_for
from heatreel.overlays.density import density
from heatreel.overlays.enlarge import enlarge
from heatreel.overlays.evidence import Row
from heatreel.overlays.fixed import under_fixed
from heatreel.overlays.kinds import Kind, kind_named
from heatreel.overlays.reach import Reach, reach
from heatreel.overlays.scrollers import scrolled_away

# An event's heat is seen about as far as `radius`; the Gaussian that comes nearest to the usual disc of
# that radius with a soft edge has a sigma of 3/8 of it.
_SIGMA_OF_RADIUS = 3 / 8

# Height in CSS px of a step of a scroll layer.
_REACH_STEP = 4

_STRIP = 512
_OPACITY: dict[str, tuple[float, Ramp]] = {"density": (0.78, "fade"), "reach": (0.72, "fog"), "boxes": (1.0, "flat")}


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """What to paint and how.

    `radius` is CSS px. `top` fixes the hot end of the scale, so that several pictures can be compared; left
    out, it is fitted to the hits. `unit` "per_1000_visits" divides by the visits of the snapshot. With
    `one_vote` a session counts once in each cell. `opacity` left out is that of the kind.
    """

    kind: str = "click"
    radius: float = 40.0
    tone: tone.Tone = "log"
    colours: str = DEFAULT_COLOURS
    opacity: float | None = None
    top: float | None = None
    unit: Literal["events", "per_1000_visits"] = "events"
    one_vote: bool = False

    def __post_init__(self) -> None:
        kind_named(self.kind)
        if not 0 < self.radius <= 2000:
            raise InputError(f"radius {self.radius:g}: must be above 0 and at most 2000 CSS px")
        if self.tone not in ("log", "linear"):
            raise InputError(f"tone {self.tone!r}: choose log or linear")
        if self.unit not in ("events", "per_1000_visits"):
            raise InputError(f"unit {self.unit!r}: choose events or per_1000_visits")

    @property
    def sigma(self) -> float:
        """The kernel's sigma in CSS px."""
        return self.radius * _SIGMA_OF_RADIUS


@dataclass(frozen=True, slots=True)
class Sample:
    """How much a layer rests on. `events` are those on the page; `covered` counts those of them on what the picture
    does not show (below a fixed element, or further down an inner scroller), which are not painted. `cut` counts
    events off the page."""

    events: int
    sessions: int
    visits: int
    cut: int = 0
    covered: int = 0


@dataclass(frozen=True, eq=False)
class Layer:
    """A painted layer. `levels`, uint8 (rows, columns), has one level for each `cell` (CSS px across, down).

    `width` and `height` are the page's in CSS px, `dpr` the device px for each. Density layers have a `scale`;
    scroll layers their `reach`; element layers their `rows`.
    """

    spec: LayerSpec
    kind: Kind
    width: int
    height: int
    dpr: float
    levels: NDArray[np.uint8]
    cell: tuple[int, int]
    palette: Palette
    sample: Sample
    scale: tone.Scale
    reach: Reach | None = None
    rows: tuple[Row, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return self.sample.events == 0

    @property
    def small_sample(self) -> bool:
        """Whether it rests on fewer sessions than its kind needs."""
        return self.sample.sessions < self.kind.enough

    def levels_at(self, top: int, bottom: int, width: int) -> NDArray[np.uint8]:
        """Rows `top` to `bottom` in device px, `width` device px wide."""
        ratio = Fraction(self.dpr).limit_denominator(1000)
        return enlarge(self.levels, (self.cell[0] * ratio, self.cell[1] * ratio), top, bottom, width)


def draw_layer(
    snapshot: Snapshot,
    outline: Outline,
    hits: Hits,
    spec: LayerSpec,
    rows: Sequence[Row] = (),
    visits: int | None = None,
) -> Layer:
    """The layer of `hits` over `snapshot`. Hits on fixed and sticky elements are where the picture shows these;
    hits on what fixed elements cover in the picture, or inner scrollers do not show, are counted and not painted.

    `rows` are the ranked elements, for the kind "element"; `visits` those of the page, for counts by visits
    (left out: the visits that have hits here).
    """
    match kind_named(spec.kind).drawing:
        case "density":
            return _draw_density(snapshot, outline, hits, spec, visits)
        case "reach":
            return _draw_reach(snapshot, hits, spec)
        case "boxes":
            return _draw_boxes(snapshot, hits, spec, tuple(rows))


def _draw_density(snapshot: Snapshot, outline: Outline, hits: Hits, spec: LayerSpec, visits: int | None) -> Layer:
    shown = kind_named(spec.kind).mask(hits)
    x, y, session, visit = _columns(hits, shown)
    under = _unseen(hits, outline, snapshot)[shown] if len(x) else np.zeros(0, bool)
    sample = Sample(len(x), _distinct(session), _distinct(visit), covered=int(under.sum()))
    if sample.covered:
        x, y, session = x[~under], y[~under], session[~under]
    cell = cell_for(spec.sigma)
    if spec.one_vote:
        kept = _one_vote(x, y, session, cell)
        x, y = x[kept], y[kept]
    counts = aggregate(x, y, snapshot.width, snapshot.height, cell, shared=len(x) < SHARE_BELOW)
    sample = replace(sample, events=sample.events - counts.cut, cut=counts.cut)
    heat = density(counts, spec.sigma)
    if spec.unit == "per_1000_visits":
        heat *= np.float32(1000 / max(_distinct(hits.visit) if visits is None else visits, 1))
    scale = tone.Scale(spec.tone, spec.top) if spec.top is not None else tone.fit([heat], spec.tone)
    levels = tone.levels(heat, scale)
    # What the palette leaves transparent is nothing: half the time of the PNG, and a third off its size.
    levels[levels < FIRST_LEVEL] = 0
    return _layer(snapshot, spec, levels, (cell, cell), sample, scale)


def _unseen(hits: Hits, outline: Outline, snapshot: Snapshot) -> NDArray[np.bool_]:
    """Which hits are on something that the picture does not show, shape (n,)."""
    return under_fixed(hits, outline, snapshot.viewport) | scrolled_away(hits, outline)


def _columns(
    hits: Hits, shown: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
    """x, y, session and visit of some hits; of all of them without a copy."""
    if shown.all():
        return hits.x, hits.y, hits.session, hits.visit
    return hits.x[shown], hits.y[shown], hits.session[shown], hits.visit[shown]


def _one_vote(
    x: NDArray[np.float32], y: NDArray[np.float32], session: NDArray[np.int32], cell: int
) -> NDArray[np.int64]:
    """The first hit of each session in each cell."""
    places = np.stack([session.astype(np.int64), np.floor(y / cell), np.floor(x / cell)], axis=1)
    return np.unique(places, axis=0, return_index=True)[1]


def _draw_reach(snapshot: Snapshot, hits: Hits, spec: LayerSpec) -> Layer:
    found = reach(hits, snapshot.height)
    shares = found.shares[::_REACH_STEP]
    levels = np.rint(shares * 255).astype(np.uint8).reshape(-1, 1)
    watched = kind_named(spec.kind).mask(hits)
    sample = Sample(found.visits, _distinct(hits.session[watched]), found.visits)
    return _layer(snapshot, spec, levels, (snapshot.width, _REACH_STEP), sample, tone.Scale("linear", 100.0), found)


def _draw_boxes(snapshot: Snapshot, hits: Hits, spec: LayerSpec, rows: tuple[Row, ...]) -> Layer:
    shown = kind_named(spec.kind).mask(hits)
    sample = Sample(sum(row.clicks for row in rows), _distinct(hits.session[shown]), _distinct(hits.visit[shown]))
    most = max((row.click_share for row in rows), default=0.0)
    nothing = np.zeros((1, 1), np.uint8)
    scale = tone.Scale("linear", 100 * most or 100.0)
    return _layer(snapshot, spec, nothing, (snapshot.width, snapshot.height), sample, scale, rows=rows)


def _layer(
    snapshot: Snapshot,
    spec: LayerSpec,
    levels: NDArray[np.uint8],
    cell: tuple[int, int],
    sample: Sample,
    scale: tone.Scale,
    found: Reach | None = None,
    rows: tuple[Row, ...] = (),
) -> Layer:
    kind = kind_named(spec.kind)
    opacity, ramp = _OPACITY[kind.drawing]
    colours = palette(spec.colours, opacity if spec.opacity is None else spec.opacity, ramp)
    size = (snapshot.width, snapshot.height, snapshot.viewport.dpr)
    return Layer(spec, kind, *size, levels, cell, colours, sample, scale, found, rows)


def _distinct(numbers: NDArray[np.int32]) -> int:
    """How many different numbers there are; they are small and not negative (see `Hits`), so no sorting."""
    seen = np.zeros(int(numbers.max(initial=-1)) + 1, bool)
    seen[numbers] = True
    return int(np.count_nonzero(seen))


def overlay_png(layer: Layer) -> bytes:
    """The layer alone, transparent, at the picture's full resolution."""
    width, height = round(layer.width * layer.dpr), round(layer.height * layer.dpr)
    return encode.palette_png_of_rows(
        lambda top, bottom: layer.levels_at(top, bottom, width), width, height, layer.palette
    )


def small_overlay_png(layer: Layer) -> bytes:
    """The layer alone, transparent, one px for each cell: for a viewer that enlarges it itself."""
    return encode.palette_png(layer.levels, layer.palette)


def lay(layer: Layer, picture: NDArray[np.uint8]) -> None:
    """Lays the heat over a picture, shape (h, w, 3) RGB in device px, in place."""
    height, width = picture.shape[:2]

    def strip(top: int) -> None:
        bottom = min(top + _STRIP, height)
        composite.blend(picture[top:bottom], layer.levels_at(top, bottom, width), layer.palette)

    if layer.empty or layer.kind.drawing == "boxes":
        return
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(strip, range(0, height, _STRIP)))
