"""The kinds of layers: which hits each shows, in which words, and how many sessions it takes to mean something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.errors import InputError
from heatreel.core.hits import SIGNALS, TYPES, Hits

Drawing = Literal["density", "dots", "reach", "attention", "boxes"]
Measure = Literal["events", "seconds"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of layer. `noun` counts its events; `enough` is the sample in sessions below which it warns.

    `measure` is what its heat sums up: how many events, or the seconds that they lasted.
    """

    name: str
    title: str
    noun: str
    drawing: Drawing
    types: tuple[str, ...]
    enough: int
    about: str
    signal: str = ""
    measure: Measure = "events"

    @property
    def short(self) -> str:
        """The title in a word, for buttons."""
        return self.title.removesuffix(" clicks").removesuffix(" reach")

    def mask(self, hits: Hits) -> NDArray[np.bool_]:
        """Which of the hits this kind shows, shape (n,)."""
        chosen: NDArray[np.bool_] = hits.type == TYPES.index(self.types[0])
        for name in self.types[1:]:
            chosen |= hits.type == TYPES.index(name)
        if self.signal:
            chosen &= (hits.signals & (1 << SIGNALS.index(self.signal))) != 0
        return chosen


_ACTS = ("click", "tap")

KINDS = {
    kind.name: kind
    for kind in (
        Kind("click", "Clicks", "clicks", "density", _ACTS, 200, "every click and tap"),
        Kind("tap", "Taps", "taps", "density", ("tap",), 200, "only touches"),
        Kind("move", "Moves", "pointer moves", "density", ("move",), 500, "where the pointer went"),
        Kind("hover", "Hover dwell", "hovers", "density", ("hover",), 500, "where the pointer rested, by how long",
             measure="seconds"),
        Kind("scroll", "Scroll reach", "visits", "reach", ("view", "scroll"), 100, "how far down visits saw the page"),
        Kind("attention", "Dwell", "visits", "attention", ("view", "scroll"), 100, "how long each part was on screen",
             measure="seconds"),
        Kind("dead", "Dead clicks", "dead clicks", "density", _ACTS, 200, "clicks that did nothing", "dead"),
        Kind("rage", "Rage clicks", "rage clicks", "density", _ACTS, 200, "clicks in angry bursts", "rage"),
        Kind("error", "Error clicks", "error clicks", "density", _ACTS, 200, "clicks that threw an error", "error"),
        Kind("near_miss", "Near misses", "near misses", "density", _ACTS, 200, "clicks just beside what acts",
             "near_miss"),
        Kind("first", "First clicks", "first clicks", "density", _ACTS, 200, "the first click of each visit", "first"),
        Kind("last", "Last clicks", "last clicks", "density", _ACTS, 200, "the last click of each visit", "last"),
        Kind("gaze", "Gaze", "fixations", "density", ("gaze",), 30, "where eyes rested, by how long",
             measure="seconds"),
        Kind("confetti", "Confetti", "clicks", "dots", _ACTS, 200, "a dot for each click, coloured by segment"),
        Kind("element", "Elements", "clicks", "boxes", _ACTS, 200, "clicks and their share by element"),
    )
}  # fmt: skip
"""All kinds by name, in the order in which people are offered them."""


def kind_named(name: str) -> Kind:
    """The kind of that name; raises `InputError` that lists them."""
    if name not in KINDS:
        raise InputError(f"no layer kind {name!r}; there are {', '.join(KINDS)}")
    return KINDS[name]
