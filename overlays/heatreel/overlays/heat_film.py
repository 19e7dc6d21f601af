"""A film of heat building up, over the time of a visit or the calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from heatreel.core.errors import InputError
from heatreel.overlays.film import Picture, Reel, even
from heatreel.overlays.kinds import kind_named
from heatreel.overlays.layers import Layer, LayerSpec, lay_rows
from heatreel.overlays.legend import DARK, LIGHT, Theme
from heatreel.overlays.lettering import fit, font, width_of
from heatreel.overlays.scenes import Scene
from heatreel.overlays.wording import counted, place_words

OVERS = ("session", "calendar")
"""Whose time a film goes by."""

# A frame is at most so large in px; a page is made smaller until it fits.
_MOST_WIDTH, _MOST_HEIGHT = 1280, 2000
_HEAD = 84
_HOLD_S = 1.5

# A visit that was left open overnight must not make the first minutes one frame.
_ORDINARY = 0.97


@dataclass(frozen=True, eq=False)
class _Stage:
    """What all frames share: the page made small, what has happened when, and what is written above."""

    scene: Scene
    spec: LayerSpec
    page: Picture
    scale: float
    elapsed_ms: NDArray[np.float64]
    end_ms: float
    over: str
    theme: Theme


def heat_film(
    scene: Scene, picture: Picture, spec: LayerSpec, over: str, seconds: float, fps: int, dark: bool = False
) -> Reel:
    """The film of a scene's heat over its picture, shape (h, w, 3) RGB. The scale is that of the last frame.

    Raises `InputError` for kinds without heat and for a scene without events.
    """
    kind = kind_named(spec.kind)
    if kind.drawing not in ("density", "dots"):
        raise InputError(f"a film of the kind {kind.name!r} cannot be made; choose click, move or other heat")
    if over not in OVERS:
        raise InputError(f"--over {over!r}: choose {' or '.join(OVERS)}")
    if not 1 <= seconds <= 600:
        raise InputError(f"--seconds {seconds:g}: a film has 1 to 600 seconds")
    last = scene.draw(spec)
    if last.empty:
        raise InputError(f"no {kind.noun} on {scene.snapshot.page} in this state: there is no film of nothing")
    scale = min(1.0, _MOST_WIDTH / picture.shape[1], (_MOST_HEIGHT - _HEAD) / picture.shape[0])
    width, height = even(picture.shape[1] * scale), even(picture.shape[0] * scale)
    elapsed = _elapsed(scene, over)
    stage = _Stage(
        scene=scene,
        spec=replace(spec, scale=last.scale),
        page=np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8),
        scale=width / last.width,
        elapsed_ms=elapsed,
        end_ms=_end(elapsed[kind.mask(scene.hits)]),
        over=over,
        theme=DARK if dark else LIGHT,
    )
    moving, holding = round(seconds * fps), round(_HOLD_S * fps)
    return Reel(width, _HEAD + height, fps, moving + holding, lambda number: _frame(stage, min(number / moving, 1.0)))


def _elapsed(scene: Scene, over: str) -> NDArray[np.float64]:
    """For each hit the ms since its visit began, or since the first event of all."""
    hits = scene.hits
    if over == "calendar":
        return np.asarray(hits.time_ms - hits.time_ms.min())
    everything = hits if scene.context.watched is None else scene.context.watched().hits
    begins = np.full(int(max(everything.visit.max(initial=0), hits.visit.max(initial=0))) + 1, np.inf)
    np.minimum.at(begins, everything.visit, everything.time_ms)
    np.minimum.at(begins, hits.visit, hits.time_ms)
    return np.asarray(hits.time_ms - begins[hits.visit])


def _end(elapsed: NDArray[np.float64]) -> float:
    return max(float(np.quantile(elapsed, _ORDINARY, method="higher")), 1.0)


def _frame(stage: _Stage, share: float) -> Picture:
    now = share * stage.end_ms
    so_far = stage.elapsed_ms <= now if share < 1 else np.ones(len(stage.elapsed_ms), bool)
    scene = stage.scene
    context = scene.context
    if context.split is not None:
        context = replace(context, split=replace(context.split, code=context.split.code[so_far]))
    part = replace(scene, hits=scene.hits.where(so_far), context=context)
    layer = replace(part.draw(stage.spec), dpr=stage.scale)
    page = stage.page.copy()
    if layer.dots is not None:
        scaled = replace(part.snapshot, viewport=replace(part.snapshot.viewport, dpr=stage.scale))
        layer = replace(part, snapshot=scaled).draw(stage.spec)
    lay_rows(layer, page, 0)
    return np.concatenate([_head(stage, layer, share, now), page])


def _head(stage: _Stage, layer: Layer, share: float, now: float) -> Picture:
    width, theme = stage.page.shape[1], stage.theme
    image = Image.new("RGB", (width, _HEAD), theme.ground)
    draw = ImageDraw.Draw(image)
    clock = _clock(stage, share, now)
    room = width - 24 - width_of(clock, 14, bold=True) - 16
    title = f"{layer.kind.title} on {stage.scene.snapshot.page}"
    draw.text((12, 10), fit(title, 14, room, bold=True), font=font(14, bold=True), fill=theme.ink)
    draw.text((width - 12, 10), clock, font=font(14, bold=True), fill=theme.ink, anchor="ra")
    draw.text((12, 32), fit(place_words(stage.scene.snapshot), 12, width - 24), font=font(12), fill=theme.soft)
    count = counted(layer.sample.events, layer.kind.noun)
    warn = f" · small sample: {counted(layer.sample.sessions, 'sessions')}" if layer.small_sample else ""
    draw.text((12, 50), fit(count + warn, 12, width - 24), font=font(12), fill=theme.ink)
    draw.rectangle((12, 74, width - 12, 77), fill=theme.rule)
    draw.rectangle((12, 74, 12 + (width - 24) * share, 77), fill=theme.warn)
    return np.array(image)


def _clock(stage: _Stage, share: float, now: float) -> str:
    """The time at a frame, and how long the whole is."""
    if stage.over == "calendar":
        first = float(stage.scene.hits.time_ms.min())
        moment = datetime.fromtimestamp((first + now) / 1000, UTC)
        return f"{moment:%Y-%m-%d %H:%M} UTC" if stage.end_ms < 3 * 86_400_000 else f"{moment:%Y-%m-%d}"
    return f"{_minutes(now)} into the visit" if share < 1 else "all of the visit"


def _minutes(ms: float) -> str:
    return f"{int(ms // 60_000)}:{int(ms // 1000) % 60:02d}"
