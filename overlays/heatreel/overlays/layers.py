"""Layers: one picture of hits over one snapshot, from what is wanted (`LayerSpec`) to levels and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.core.dwell import Watched
from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.core.reach import Reach, reach
from heatreel.core.state import Snapshot
from heatreel.overlays import composite, encode, tone
from heatreel.overlays.attention import BAND, Attention, attention
from heatreel.overlays.colour import DEFAULT_COLOURS, FIRST_LEVEL, Palette, Ramp, palette
from heatreel.overlays.context import NO_CONTEXT, Context
from heatreel.overlays.destinations import Destination, destinations
from heatreel.overlays.dots import Dots, dots_of, dots_palette
from heatreel.overlays.enlarge import enlarge
from heatreel.overlays.evidence import Row
from heatreel.overlays.fixed import things_on, under_fixed
from heatreel.overlays.heat import Box, Heat, Sample, distinct, heat_of
from heatreel.overlays.kinds import Kind, kind_named
from heatreel.overlays.scrollers import scrolled_away
from heatreel.overlays.tone import Scale, Tone

if TYPE_CHECKING:
    from heatreel.overlays.difference import Difference

# An event's heat is seen about as far as `radius`; the Gaussian that comes nearest to the usual disc of
# that radius with a soft edge has a sigma of 3/8 of it.
_SIGMA_OF_RADIUS = 3 / 8

# Height in CSS px of a step of a scroll layer.
_REACH_STEP = 4

_STRIP = 512
_OPACITY: dict[str, tuple[float, Ramp]] = {
    "density": (0.78, "fade"),
    "reach": (0.72, "fog"),
    "attention": (0.72, "fog"),
    "boxes": (1.0, "flat"),
    "dots": (0.92, "flat"),
}


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """What to paint and how.

    `radius` is CSS px. `top` fixes the hot end of the scale, so that several pictures can be compared; left
    out, it is fitted to the hits. `scale` fixes the whole scale, see `common_scale`. `unit` "per_1000_visits"
    divides by the visits of the snapshot. With `one_vote` a session counts once in each cell. `opacity` left out is
    that of the kind.
    """

    kind: str = "click"
    radius: float = 40.0
    tone: Tone = "robust"
    colours: str = DEFAULT_COLOURS
    opacity: float | None = None
    top: float | None = None
    unit: Literal["events", "per_1000_visits"] = "events"
    one_vote: bool = False
    scale: Scale | None = None

    def __post_init__(self) -> None:
        kind_named(self.kind)
        if not 0 < self.radius <= 2000:
            raise InputError(f"radius {self.radius:g}: must be above 0 and at most 2000 CSS px")
        tone.check_tone(self.tone)
        if self.unit not in ("events", "per_1000_visits"):
            raise InputError(f"unit {self.unit!r}: choose events or per_1000_visits")

    @property
    def sigma(self) -> float:
        """The kernel's sigma in CSS px."""
        return self.radius * _SIGMA_OF_RADIUS


@dataclass(frozen=True, eq=False)
class Inset:
    """The levels of a thing with a layer of its own, by cell from the corner of its box (CSS px)."""

    box: Box
    levels: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Layer:
    """A painted layer. `levels`, uint8 (rows, columns), has one level for each `cell` (CSS px across, down).

    `width` and `height` are the page's in CSS px, `dpr` the device px for each. `insets` are painted over the
    levels, each inside its box. Density layers have a `scale`; scroll layers their `reach`; dwell layers their
    `attention`; confetti its `dots`; element layers their `rows` and `destinations`. `signatures` are the
    errors of an error layer with their counts, most first.
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
    scale: Scale
    insets: tuple[Inset, ...] = ()
    reach: Reach | None = None
    attention: Attention | None = None
    dots: Dots | None = None
    rows: tuple[Row, ...] = ()
    destinations: tuple[Destination, ...] = ()
    signatures: tuple[tuple[str, int], ...] = ()
    difference: Difference | None = None

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
        if self.dots is not None:
            return self.dots.levels_at(top, bottom, width)
        ratio = Fraction(self.dpr).limit_denominator(1000)
        factor = (self.cell[0] * ratio, self.cell[1] * ratio)
        # In a difference nothing is in the middle.
        levels = enlarge(self.levels, factor, top, bottom, width, 0 if self.difference is None else 128)
        for inset in self.insets:
            levels = _with_inset(levels, inset, factor, ratio, top)
        return levels


def _with_inset(
    levels: NDArray[np.uint8], inset: Inset, factor: tuple[Fraction, Fraction], ratio: Fraction, top: int
) -> NDArray[np.uint8]:
    """The levels of a strip that begins at device px `top`, with those of an inset where its box is."""
    left, right = round(inset.box.left * ratio), min(round(inset.box.right * ratio), levels.shape[1])
    upper, lower = round(inset.box.top * ratio), round(inset.box.bottom * ratio)
    first, last = max(upper, top), min(lower, top + len(levels))
    if first >= last or left >= right:
        return levels
    if not levels.flags.writeable or levels.base is not None:
        levels = levels.copy()
    levels[first - top : last - top, left:right] = enlarge(
        inset.levels, factor, first - upper, last - upper, right - left
    )
    return levels


def draw_layer(
    snapshot: Snapshot,
    outline: Outline,
    hits: Hits,
    spec: LayerSpec,
    rows: Sequence[Row] = (),
    visits: int | None = None,
    context: Context = NO_CONTEXT,
) -> Layer:
    """The layer of `hits` over `snapshot`. Hits on fixed and sticky elements are where the picture shows these;
    hits on what fixed elements cover in the picture, or inner scrollers do not show, are counted and not painted.

    `rows` are the ranked elements, for the kind "element"; `visits` those of the page, for counts by visits
    (left out: the visits that have hits here).
    """
    match kind_named(spec.kind).drawing:
        case "density":
            return _draw_density(snapshot, outline, hits, spec, visits, context)
        case "dots":
            return _draw_dots(snapshot, outline, hits, spec, context)
        case "reach":
            return _draw_reach(snapshot, outline, hits, spec)
        case "attention":
            return _draw_attention(snapshot, hits, spec, context)
        case "boxes":
            return _draw_boxes(snapshot, outline, hits, spec, tuple(rows))


def layer_heat(snapshot: Snapshot, outline: Outline, hits: Hits, spec: LayerSpec, visits: int | None) -> Heat:
    """The heat of a density layer, before its tone."""
    per_visits = visits_of(hits, visits) if spec.unit == "per_1000_visits" else 0
    return heat_of(snapshot, outline, hits, kind_named(spec.kind), spec.sigma, spec.one_vote, per_visits)


def visits_of(hits: Hits, visits: int | None) -> int:
    """The visits that rates are of; at least 1."""
    return max(distinct(hits.visit) if visits is None else visits, 1)


def least_top(spec: LayerSpec, hits: Hits, visits: int | None) -> float:
    """The least top of a scale, in the unit of the heat."""
    return tone.LEAST_TOP * (1000 / visits_of(hits, visits) if spec.unit == "per_1000_visits" else 1)


def _draw_density(
    snapshot: Snapshot, outline: Outline, hits: Hits, spec: LayerSpec, visits: int | None, context: Context
) -> Layer:
    heat = layer_heat(snapshot, outline, hits, spec, visits)
    if spec.scale is not None:
        scale = spec.scale
    elif spec.top is not None:
        scale = Scale(spec.tone, spec.top)
    else:
        scale = tone.fit(heat.all, spec.tone, least=least_top(spec, hits, visits))
    insets = tuple(Inset(inset.box, _visible(tone.levels(inset.cells, scale))) for inset in heat.insets)
    layer = _layer(snapshot, spec, _visible(tone.levels(heat.cells, scale)), (heat.cell, heat.cell), heat.sample, scale)
    return replace(layer, insets=insets, signatures=_signatures(hits, layer.kind, context.signatures))


def _visible(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # What the palette leaves transparent is nothing: half the time of the PNG, and a third off its size.
    return np.asarray(cv2.threshold(levels, FIRST_LEVEL - 1, 0, cv2.THRESH_TOZERO)[1], np.uint8).reshape(levels.shape)


def _signatures(hits: Hits, kind: Kind, texts: Sequence[str]) -> tuple[tuple[str, int], ...]:
    if kind.signal != "error" or not texts:
        return ()
    known = hits.signature[kind.mask(hits) & (hits.signature >= 0) & (hits.signature < len(texts))]
    counts = np.bincount(known, minlength=len(texts))
    order = np.argsort(-counts, kind="stable")
    return tuple((texts[number], int(counts[number])) for number in order.tolist() if counts[number])


def _draw_dots(snapshot: Snapshot, outline: Outline, hits: Hits, spec: LayerSpec, context: Context) -> Layer:
    kind = kind_named(spec.kind)
    heat = heat_of(snapshot, outline, hits, kind, spec.sigma)
    shown = kind.mask(hits) & ~_unseen(hits, outline, snapshot)
    split = context.split
    if split is not None:
        split = replace(split, code=split.code[shown])
    dots = dots_of(hits.where(shown), split, (snapshot.width, snapshot.height), snapshot.viewport.dpr)
    nothing = np.zeros((1, 1), np.uint8)
    layer = _layer(snapshot, spec, nothing, (snapshot.width, snapshot.height), heat.sample, Scale("linear", 1.0))
    colours = dots_palette(dots.groups, _OPACITY["dots"][0] if spec.opacity is None else spec.opacity)
    return replace(layer, dots=dots, palette=colours)


def _unseen(hits: Hits, outline: Outline, snapshot: Snapshot) -> NDArray[np.bool_]:
    """Which hits are on something that the picture does not show, shape (n,)."""
    return under_fixed(hits, things_on(outline, snapshot.viewport)) | scrolled_away(hits, outline)


def _draw_reach(snapshot: Snapshot, outline: Outline, hits: Hits, spec: LayerSpec) -> Layer:
    found = reach(hits, snapshot.height, scrolled_away(hits, outline))
    shares = found.shares[::_REACH_STEP]
    levels = np.rint(shares * 255).astype(np.uint8).reshape(-1, 1)
    sample = _sample_of_visits(hits, kind_named(spec.kind), found.visits)
    layer = _layer(snapshot, spec, levels, (snapshot.width, _REACH_STEP), sample, Scale("linear", 100.0))
    return replace(layer, reach=found)


def _draw_attention(snapshot: Snapshot, hits: Hits, spec: LayerSpec, context: Context) -> Layer:
    if context.watched is not None:
        watched = context.watched()
    else:
        window = np.full(len(hits), snapshot.viewport.height, np.float32)
        watched = Watched(hits, np.ones(len(hits), bool), window)
    found = attention(watched, snapshot.height, None if context.exposed is None else context.exposed())
    seconds = found.seconds
    scale = spec.scale or Scale("linear", spec.top or float(seconds.max(initial=0)) or 1.0)
    levels = np.rint(np.clip(seconds / scale.top, 0, 1) * 255).astype(np.uint8).reshape(-1, 1)
    sample = _sample_of_visits(hits, kind_named(spec.kind), found.visits if found.ms.any() else 0)
    layer = _layer(snapshot, spec, levels, (snapshot.width, BAND), sample, scale)
    return replace(layer, attention=found)


def _sample_of_visits(hits: Hits, kind: Kind, visits: int) -> Sample:
    return Sample(visits, distinct(hits.session[kind.mask(hits)]), visits, recorded=visits)


def _draw_boxes(snapshot: Snapshot, outline: Outline, hits: Hits, spec: LayerSpec, rows: tuple[Row, ...]) -> Layer:
    shown = kind_named(spec.kind).mask(hits)
    clicks = sum(row.clicks for row in rows)
    away = np.isfinite(outline.clips).any(axis=1) & ~_in_clip(outline)
    covered = sum(row.clicks for row in rows if away[row.index])
    sample = Sample(
        clicks, distinct(hits.session[shown]), distinct(hits.visit[shown]), covered=covered, recorded=clicks
    )
    most = max((row.click_share for row in rows), default=0.0)
    nothing = np.zeros((1, 1), np.uint8)
    scale = Scale("linear", 100 * most or 100.0)
    layer = _layer(snapshot, spec, nothing, (snapshot.width, snapshot.height), sample, scale)
    return replace(layer, rows=rows, destinations=destinations(rows, outline))


def _in_clip(outline: Outline) -> NDArray[np.bool_]:
    """Which elements the window of their inner scroller shows at least a px of, shape (elements,)."""
    left, top, width, height = outline.boxes.T
    clips = outline.clips
    across = np.minimum(left + width, clips[:, 2]) - np.maximum(left, clips[:, 0])
    down = np.minimum(top + height, clips[:, 3]) - np.maximum(top, clips[:, 1])
    return np.asarray((across >= 1) & (down >= 1))


def _layer(
    snapshot: Snapshot,
    spec: LayerSpec,
    levels: NDArray[np.uint8],
    cell: tuple[int, int],
    sample: Sample,
    scale: Scale,
) -> Layer:
    kind = kind_named(spec.kind)
    opacity, ramp = _OPACITY[kind.drawing]
    colours = palette(spec.colours, opacity if spec.opacity is None else spec.opacity, ramp)
    size = (snapshot.width, snapshot.height, snapshot.viewport.dpr)
    return Layer(spec, kind, *size, levels, cell, colours, sample, scale)


def overlay_png(layer: Layer) -> bytes:
    """The layer alone, transparent, at the picture's full resolution."""
    width, height = round(layer.width * layer.dpr), round(layer.height * layer.dpr)
    return encode.palette_png_of_rows(
        lambda top, bottom: layer.levels_at(top, bottom, width), width, height, layer.palette
    )


def small_overlay_png(layer: Layer) -> bytes:
    """The layer alone, transparent, one px for each cell (dots: for each px of the picture): for a viewer that enlarges
    it itself to the size of `levels` times `cell`."""
    if layer.dots is not None:
        return overlay_png(layer)
    levels = layer.levels
    for inset in layer.insets:
        levels = _with_inset(levels, _in_cells(inset, layer.cell), (Fraction(1), Fraction(1)), Fraction(1), 0)
    return encode.palette_png(levels, layer.palette)


def _in_cells(inset: Inset, cell: tuple[int, int]) -> Inset:
    left, top = inset.box.left // cell[0], inset.box.top // cell[1]
    tall, wide = inset.levels.shape
    return Inset(Box(left, top, left + wide, top + tall), inset.levels)


def lay(layer: Layer, picture: NDArray[np.uint8]) -> None:
    """Lays the heat over a picture, shape (h, w, 3) RGB in device px, in place."""
    height = len(picture)
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda top: lay_rows(layer, picture[top : min(top + _STRIP, height)], top), range(0, height, _STRIP)
            )
        )


def lay_rows(layer: Layer, rows: NDArray[np.uint8], top: int) -> None:
    """Lays the heat over the rows of a picture that begin at device px `top`, in place."""
    if not layer.empty and layer.kind.drawing != "boxes":
        composite.blend(rows, layer.levels_at(top, top + len(rows), rows.shape[1]), layer.palette)
