"""How a page is read: the pattern that moves of pointers and time on screen are most like, and how sure that is.

Patterns as Nielsen Norman Group describes them from eye tracking (F: Pernice 2017; layer cake, spotted: 2019; Z is
older, of print). A pointer is not an eye: they are well over 100 px apart on average, and further while people read
(Huang, White and Buscher 2012), so this says a direction, no more, and is never more than `info`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from heatreel.core.hits import TYPES
from heatreel.core.insight import Insight
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.material import Bools, Floats, Ints, Material, Place
from heatreel.replay.insights.shares import percent, plural

LEAST_VISITS = 30
"""Visits with moves that a pattern is read from."""

SURE = 0.8
"""A pattern is told when so many of the resampled sets of visits show it too."""

CLEAR = 0.15
"""How much better than chance a pattern must fit, on its scale from 0 to 1."""

ROUNDS = 60

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WORDS = {
    "F": "an F: along the top, then down the left side",
    "Z": "a Z: along the top, across, and along the bottom of the first window",
    "layer cake": "a layer cake: from heading to heading",
    "spotted": "spots: from one thing to another, with nothing between",
}


@dataclass(frozen=True)
class Signs:
    """What the moves of each visit say of each pattern, shape (visits, patterns): 0 as by chance, 1 in full."""

    fit: Floats
    moves: int


def find_reading(question: Question) -> Iterator[Insight]:
    """The pattern of each place that has enough moves and shows one clearly."""
    material = question.material
    for place in material.places:
        if not question.enough("move", place):
            continue
        signs = signs_of(material, place)
        if len(signs.fit) < LEAST_VISITS:
            continue
        name, confidence = pattern_of(signs.fit)
        if name != "none" and confidence >= SURE:
            yield _told(material, place, signs, name, confidence)


def signs_of(material: Material, place: Place) -> Signs:
    """How much each visit at a place is like each pattern, by the moves in the default state."""
    table = material.table
    rows = np.flatnonzero((table.type == TYPES.index("move")) & (table.snap == place.ordinals[0]))
    if not len(rows):
        return Signs(np.zeros((0, len(_WORDS))), 0)
    starts = np.flatnonzero(np.diff(table.visit[rows], prepend=-1))
    outline = material.outlines[place.ordinals[0]]
    across = table.x[rows] / max(outline.width, 1)
    down = table.y[rows] / max(place.window, 1)
    over_heading = _over_headings(material, place, rows)
    few = _spots(table.x[rows], table.y[rows], table.visit[rows])
    found = []
    for begin, end in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True):
        if end - begin >= 5:
            here = slice(begin, end)
            found.append(_fit(across[here], down[here], over_heading[here], few[here]))
    return Signs(np.array(found).reshape(-1, len(_WORDS)), len(rows))


def _fit(across: Floats, down: Floats, heading: Floats, spot: Floats) -> tuple[float, ...]:
    """The fit of one visit to each pattern, in the order of `_WORDS`."""
    top, below = down < 0.35, down >= 0.35
    wide = float(np.ptp(across[top])) if top.any() else 0.0
    left = float((across[below] < 0.4).mean()) if below.any() else 0.0
    letter_f = wide * max(0.0, (left - 0.4) / 0.6)
    return letter_f, _letter_z(across, down), float(heading.mean()), float(spot.mean())


def _letter_z(across: Floats, down: Floats) -> float:
    """Rank correlation of the order of moves with the three strokes of a Z over the first window."""
    inside = down < 1
    if inside.sum() < 6:
        return 0.0
    x, y = across[inside], down[inside]
    third = len(x) // 3
    if not third:
        return 0.0
    strokes = (x[:third], x[third : 2 * third], x[2 * third :])
    ways = [float(np.sign(stroke[-1] - stroke[0])) * float(np.ptp(stroke)) for stroke in strokes if len(stroke)]
    falls = y[-1] - y[0] > 0.3
    return float(np.clip((ways[0] - ways[1] + ways[2]) / 3, 0, 1)) if falls and len(ways) == 3 else 0.0


def _over_headings(material: Material, place: Place, rows: Ints) -> Floats:
    """By move how much more often than by area it is on a heading: 1 on one, less what chance gives."""
    outline = material.outlines[place.ordinals[0]]
    is_heading = np.array([one.tag in _HEADINGS and one.visible for one in outline.elements] + [False])
    area = sum(one.box[2] * one.box[3] for one in outline.elements if one.tag in _HEADINGS and one.visible)
    chance = min(1.0, area / max(1.0, outline.width * outline.height))
    on: Bools = is_heading[material.table.element[rows]]
    return on.astype(np.float64) - chance


def _spots(x: Floats, y: Floats, visit: Ints) -> Floats:
    """By move whether it begins a jump of more than 300 px to another spot, less the share that random places give."""
    far = np.zeros(len(x))
    same = visit[1:] == visit[:-1]
    far[1:][same] = np.hypot(np.diff(x), np.diff(y))[same] > 300
    return far - 0.75


def pattern_of(fit: Floats) -> tuple[str, float]:
    """The pattern that visits show on average, and the share of resampled sets of visits (the same each time) that say
    so too; `none` when no pattern fits clearly."""
    random = np.random.default_rng(0)
    best = _best(fit.mean(axis=0))
    again = [_best(fit[random.integers(len(fit), size=len(fit))].mean(axis=0)) for _ in range(ROUNDS)]
    return best, again.count(best) / ROUNDS


def _best(means: Floats) -> str:
    at = int(means.argmax())
    return list(_WORDS)[at] if means[at] > CLEAR else "none"


def _told(material: Material, place: Place, signs: Signs, name: str, confidence: float) -> Insight:
    fit: Mapping[str, float] = {
        one: round(float(value), 3) for one, value in zip(_WORDS, signs.fit.mean(axis=0), strict=True)
    }
    return Insight(
        rule="reading",
        severity="info",
        where=material.where_place(place),
        count=len(signs.fit),
        n=len(signs.fit),
        unit="visits",
        words=f"{place.page} on {place.viewport} is read in {_WORDS[name].split(':')[0]}",
        detail=f"Pointers went as in {_WORDS[name]}, by {plural(signs.moves, 'move')} of {len(signs.fit)} visits;"
        f" {percent(confidence)} of the resampled sets of visits say the same. Directional only: a pointer is not an"
        " eye.",
        evidence={"about": str(place), "pattern": name, "confidence": round(confidence, 3), "fit": fit,
                  "directional": True},
        segment=(f"page={place.page}", f"viewport={place.viewport}"),
        weight=0.05 * len(signs.fit),
    )  # fmt: skip
