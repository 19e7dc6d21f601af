"""A session replayed on snapshots: the window, the pointer, clicks, scrolling and changes of state, with a time bar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.state import DEFAULT, Snapshot
from heatreel.overlays.film import Picture, Reel, even
from heatreel.overlays.lettering import Colour, fit, font
from heatreel.overlays.naming import name_of

# A frame's window is at most so large in px.
_MOST_WIDTH, _MOST_HEIGHT = 1280, 800
_BAR = 64

# Pauses are cut to so much, and the last frame is held.
_PAUSE_MS = 2000
_HOLD_MS = 1500
_FIRST_MS = 800

# How long a click rings, a scroll glides, and how far apart two places of the pointer may be to be joined by a path.
_RING_MS, _GLIDE_MS, _JOIN_MS = 700, 350, 1500

_GROUND: Colour = (22, 22, 29)
_INK: Colour = (244, 244, 248)
_SOFT: Colour = (164, 164, 178)
_CLICK: Colour = (120, 190, 255)
_TROUBLE: Colour = (255, 150, 60)
_POINTED = frozenset({"click", "tap", "move", "hover", "double", "drag"})
_ACTS = frozenset({"click", "tap", "double"})


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing a visitor did: when (ms from the start of the session), on which snapshot, where (page CSS px).

    `y` of "view" and "scroll" is the deepest px on screen. `trouble` names what went wrong there.
    """

    ms: float
    snapshot: int
    type: str
    x: float
    y: float
    element: int = -1
    trouble: str = ""


@dataclass(frozen=True, eq=False)
class Set:
    """Where a session plays: a snapshot with its elements, and what decodes its picture when it is shown.

    `cleared` gives the picture without what is fixed above the page, as far as that is known.
    """

    snapshot: Snapshot
    outline: Outline
    picture: Callable[[], Picture]
    cleared: Callable[[Picture], Picture] = lambda picture: picture


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A fixed thing in a picture: box in CSS px, and the elements in it. One that sticks goes up to the edge."""

    box: tuple[float, float, float, float]
    inside: NDArray[np.bool_]
    sticks: bool

    def up(self, top: float) -> float:
        """How far above its place in the picture it is, in a window scrolled to `top`; both CSS px."""
        return min(max(top, 0.0), self.box[1]) if self.sticks else 0.0


@dataclass(frozen=True, eq=False)
class _Play:
    name: str
    beats: Sequence[Beat]
    sets: dict[int, Set]
    at_ms: list[float]
    """When in the film each beat happens."""
    end_ms: float
    width: int
    height: int
    window: float
    shown: Callable[[int], tuple[Picture, Picture]]
    """The picture of a snapshot as wide as the film, and that without fixed things."""
    fixed: Callable[[int], list[_Fixed]]


def session_film(
    name: str, beats: Sequence[Beat], sets: Sequence[Set], window: float, fps: int, speed: float = 1.0
) -> Reel:
    """The film of a session. `window` is the height of the visitor's window in CSS px.

    Pauses of more than two seconds are cut to two. Raises `InputError` for a session without a placed event.
    """
    if not beats:
        raise InputError(f"session {name}: nothing of it was placed on a snapshot, so there is nothing to play")
    if not 0.1 <= speed <= 50:
        raise InputError(f"--speed {speed:g}: choose 0.1 to 50")
    beats = sorted(beats, key=lambda beat: beat.ms)
    by_id = {one.snapshot.id: one for one in sets}
    first = by_id[beats[0].snapshot].snapshot
    window = min(max(window, 200.0), 2.2 * first.viewport.width)
    scale = min(_MOST_WIDTH / first.viewport.width, _MOST_HEIGHT / window, max(first.viewport.dpr, 1.0))
    width, height = even(first.viewport.width * scale), even(window * scale)
    at_ms = _film_times(beats, speed)
    play = _Play(
        name, beats, by_id, at_ms, at_ms[-1] + _HOLD_MS, width, height, window,
        lru_cache(maxsize=3)(lambda number: _both(by_id[number], width)),
        lru_cache(maxsize=64)(lambda number: _fixed_in(by_id[number].outline)),
    )  # fmt: skip
    count = max(round(play.end_ms / 1000 * fps), 1)
    return Reel(width, height + _BAR, fps, count, lambda number: _frame(play, number * 1000 / fps))


def _film_times(beats: Sequence[Beat], speed: float) -> list[float]:
    times = [float(_FIRST_MS)]
    for before, after in pairwise(beats):
        times.append(times[-1] + min((after.ms - before.ms) / speed, _PAUSE_MS))
    return times


def _both(one: Set, width: int) -> tuple[Picture, Picture]:
    picture = one.picture()
    cleared = one.cleared(picture)
    whole = _scaled(picture, width)
    return whole, whole if cleared is picture else _scaled(cleared, width)


def _scaled(picture: Picture, width: int) -> Picture:
    height = max(round(len(picture) * width / picture.shape[1]), 1)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _fixed_in(outline: Outline) -> list[_Fixed]:
    """What stays where it is while the page scrolls: fixed things, and sticky ones along the top of the page."""
    found = []
    inside: set[int] = set()
    for element in outline.elements:
        if element.parent in inside:
            inside.add(element.index)
            continue
        _, top, wide, tall = element.box
        bar = element.position == "sticky" and wide > 0.9 * outline.width and tall < 200 and top < 200
        if element.visible and (element.position == "fixed" or bar) and wide * tall > 0:
            inside.add(element.index)
            found.append(_Fixed(element.box, _within(outline, element.index), bar and element.position == "sticky"))
    return found


def _within(outline: Outline, index: int) -> NDArray[np.bool_]:
    inside = np.zeros(len(outline.elements) + 1, bool)
    inside[index] = True
    for element in outline.elements[index + 1 :]:
        inside[element.index] = element.parent >= 0 and inside[element.parent]
    return inside


# One frame


def _frame(play: _Play, ms: float) -> Picture:
    now = max(bisect_right(play.at_ms, ms) - 1, 0)
    beat = play.beats[now]
    scale = play.width / play.sets[beat.snapshot].snapshot.width
    top = _scroll_at(play, now, ms)
    view = _view(play, beat.snapshot, top, scale)
    _draw_rings(play, view, now, ms, top, scale)
    _draw_pointer(play, view, now, ms, top, scale)
    return np.concatenate([view, _bar(play, now, ms)])


def _view(play: _Play, number: int, top: float, scale: float) -> Picture:
    """What the window shows of a snapshot that is scrolled to `top` CSS px."""
    page, cleared = play.shown(number)
    first = min(max(round(top * scale), 0), max(len(page) - play.height, 0))
    view = np.full((play.height, play.width, 3), 255, np.uint8)
    part = (cleared if first else page)[first : first + play.height]
    view[: len(part)] = part
    if first:
        for thing in play.fixed(number):
            _paste(page, view, thing.box, round(thing.up(top) * scale), scale)
    return view


def _paste(page: Picture, view: Picture, box: tuple[float, float, float, float], up: int, scale: float) -> None:
    left, upper = max(round(box[0] * scale), 0), max(round(box[1] * scale), 0)
    right = min(round((box[0] + box[2]) * scale), view.shape[1])
    lower = min(round((box[1] + box[3]) * scale), len(view), len(page))
    view[upper - up : lower - up, left:right] = page[upper:lower, left:right]


def _scroll_at(play: _Play, now: int, ms: float) -> float:
    """The scroll offset in CSS px, gliding from the last to the one before."""
    told = [index for index in range(now + 1) if play.beats[index].type in ("view", "scroll")]
    if not told:
        return 0.0
    last = told[-1]
    there = max(play.beats[last].y - play.window, 0.0)
    if play.beats[last].type == "view" or len(told) < 2 or play.beats[told[-2]].snapshot != play.beats[last].snapshot:
        return there
    before = max(play.beats[told[-2]].y - play.window, 0.0)
    share = min((ms - play.at_ms[last]) / _GLIDE_MS, 1.0)
    return before + (there - before) * share * (2 - share)


def _on_screen(play: _Play, beat: Beat, top: float) -> tuple[float, float]:
    """Where a beat is in the window, in CSS px: on a fixed thing it does not scroll."""
    for thing in play.fixed(beat.snapshot):
        if thing.inside[beat.element]:
            return beat.x, beat.y - thing.up(top)
    return beat.x, beat.y - top


def _draw_rings(play: _Play, view: Picture, now: int, ms: float, top: float, scale: float) -> None:
    for index in range(now, -1, -1):
        age = ms - play.at_ms[index]
        if age > _RING_MS:
            break
        beat = play.beats[index]
        if beat.type in _ACTS and beat.snapshot == play.beats[now].snapshot:
            x, y = _on_screen(play, beat, top)
            colour = _TROUBLE if beat.trouble else _CLICK
            centre, share = (round(x * scale), round(y * scale)), age / _RING_MS
            cv2.circle(view, centre, round(10 + 26 * share), (255, 255, 255), 5, cv2.LINE_AA)
            cv2.circle(view, centre, round(10 + 26 * share), colour, 3, cv2.LINE_AA)
            cv2.circle(view, centre, 5, colour, -1, cv2.LINE_AA)


def _draw_pointer(play: _Play, view: Picture, now: int, ms: float, top: float, scale: float) -> None:
    place = _pointer_at(play, now, ms, top)
    if place is None:
        return
    x, y = place[0] * scale, place[1] * scale
    arrow = np.array([(0, 0), (0, 18), (4.5, 14), (7.5, 20.5), (10.5, 19), (7.6, 12.8), (13, 12.6)]) * 1.15
    points = np.rint(arrow + np.array((x, y))).astype(np.int32)
    cv2.fillPoly(view, [points], (0, 0, 0), cv2.LINE_AA)
    cv2.polylines(view, [points], True, (255, 255, 255), 2, cv2.LINE_AA)


def _pointer_at(play: _Play, now: int, ms: float, top: float) -> tuple[float, float] | None:
    """Where the mouse is, in CSS px of the window; None for touch, and before it was seen."""
    if play.sets[play.beats[now].snapshot].snapshot.viewport.touch:
        return None
    last = next((index for index in range(now, -1, -1) if play.beats[index].type in _POINTED), None)
    if last is None:
        return None
    here = _on_screen(play, play.beats[last], top)
    after = next((index for index in range(now + 1, len(play.beats)) if play.beats[index].type in _POINTED), None)
    if after is None or play.at_ms[after] - play.at_ms[last] > _JOIN_MS:
        return here
    there = _on_screen(play, play.beats[after], top)
    share = (ms - play.at_ms[last]) / max(play.at_ms[after] - play.at_ms[last], 1.0)
    return here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share


# The bar below


def _bar(play: _Play, now: int, ms: float) -> Picture:
    image = Image.new("RGB", (play.width, _BAR), _GROUND)
    draw = ImageDraw.Draw(image)
    beat = play.beats[now]
    clock = f"{_minutes(beat.ms)} / {_minutes(play.beats[-1].ms)}"
    draw.text((play.width - 12, 8), clock, font=font(13, bold=True), fill=_INK, anchor="ra")
    draw.text((12, 8), fit(_told(play, beat), 13, play.width - 140), font=font(13), fill=_INK)
    place = f"session {play.name} · {play.sets[beat.snapshot].snapshot.viewport.name} · pauses cut to 2 s"
    draw.text((12, 27), fit(place, 11, play.width - 24), font=font(11), fill=_SOFT)
    _draw_time(draw, play, ms)
    return np.array(image)


def _draw_time(draw: ImageDraw.ImageDraw, play: _Play, ms: float) -> None:
    left, wide = 12, play.width - 24

    def x_of(time: float) -> float:
        return left + wide * time / play.end_ms

    edges = [0.0]
    edges += [
        play.at_ms[index]
        for index in range(1, len(play.beats))
        if play.beats[index].snapshot != play.beats[index - 1].snapshot
    ]
    for number, (start, end) in enumerate(zip(edges, [*edges[1:], play.end_ms], strict=True)):
        draw.rectangle((x_of(start), 50, x_of(end), 55), fill=((70, 70, 88), (98, 98, 120))[number % 2])
    draw.rectangle((left, 50, x_of(ms), 55), fill=(150, 120, 235))
    for index, beat in enumerate(play.beats):
        if beat.type in _ACTS:
            x = x_of(play.at_ms[index])
            draw.rectangle((x - 1, 46, x + 1, 59), fill=_TROUBLE if beat.trouble else _CLICK)
    draw.ellipse((x_of(ms) - 5, 47, x_of(ms) + 5, 57), fill=_INK)


def _told(play: _Play, beat: Beat) -> str:
    """What happens, in words: page, state, and what was acted on."""
    one = play.sets[beat.snapshot]
    state = "" if one.snapshot.state.id == DEFAULT else f" · {one.snapshot.state.label}"
    doing = ""
    if beat.type in _ACTS:
        trouble = f" ({beat.trouble})" if beat.trouble else ""
        on = f": {name_of(one.outline.elements[beat.element], one.outline)}" if beat.element >= 0 else ""
        doing = f" · {beat.type}{trouble}{on}"
    elif beat.type == "scroll":
        doing = " · scrolls"
    return f"{one.snapshot.page}{state}{doing}"


def _minutes(ms: float) -> str:
    return f"{int(ms // 60_000)}:{int(ms // 1000) % 60:02d}"
