"""What each kind is given, and what it gives back: insights, and comparisons that are yet to be corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from heatreel.core.hits import TYPES
from heatreel.core.insight import Insight
from heatreel.replay.insights.exposure import Exposures
from heatreel.replay.insights.material import Material, Place

if TYPE_CHECKING:
    from heatreel.replay.insights.between import Before

NEEDS = {"click": 200, "scroll": 100, "move": 500}
"""The least that numbers of a place (or page) are read from: clicks, visits whose depth is known, moves. Vendors of
heat maps publish figures of this size; below them the intervals are too wide to say anything."""

LEVEL = 0.05
"""The chance that any of the differences of one kind that are told is there by chance alone."""


@dataclass(frozen=True)
class Goal:
    """What a site wants: a page that is reached, an event (`heatreel('goal', name)`) or a click on a selector; `value`
    is what one is worth, in the site's own unit."""

    name: str
    page: str = ""
    event: str = ""
    click: str = ""
    value: float = 0.0


@dataclass(frozen=True)
class Wishes:
    """What `heatreel.toml` says: selectors of calls to action, goals."""

    calls: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True)
class Tested:
    """A comparison: the probability of such a difference by chance, and the insight it would be."""

    p: float
    tell: Callable[[], Insight]


@dataclass
class Question:
    """The material with what is known of it: who has enough data, and who saw what; and what to compare it with."""

    material: Material
    wishes: Wishes = field(default_factory=Wishes)
    before: Before | None = None

    @cached_property
    def exposures(self) -> Exposures:
        return Exposures(self.material)

    @cached_property
    def counts(self) -> dict[str, dict[int, int]]:
        """Clicks, visits whose depth is known, and moves, by number of the place."""
        table, size = self.material.table, len(self.material.places)
        place = self.material.place_of[table.snap] if len(table.snap) else table.snap
        moves = table.type == TYPES.index("move")
        watched = np.isin(table.type, [TYPES.index("view"), TYPES.index("scroll")])
        seen = np.unique(np.stack([place[watched], table.visit[watched]]), axis=1)[0]
        found = {
            "click": np.bincount(place[self.material.is_click], minlength=size),
            "scroll": np.bincount(seen, minlength=size),
            "move": np.bincount(place[moves], minlength=size),
        }
        return {kind: dict(enumerate(counts.tolist())) for kind, counts in found.items()}

    def enough(self, kind: str, place: Place) -> bool:
        """Whether a place has enough of a kind of event."""
        return self.counts[kind].get(place.number, 0) >= NEEDS[kind]

    def enough_on(self, kind: str, page: str) -> bool:
        """Whether a page has, over all its places; and enough visits, too."""
        kinds = (kind, "scroll")
        places = self.places_of(page)
        return all(sum(self.counts[one][place.number] for place in places) >= NEEDS[one] for one in kinds)

    def places_of(self, page: str) -> list[Place]:
        return [place for place in self.material.places if place.page == page]

    def busiest(self, page: str) -> Place:
        """The place of a page with most visits."""
        visits = np.bincount(self.material.visits.place, minlength=len(self.material.places))
        return max(self.places_of(page), key=lambda place: (int(visits[place.number]), -place.number))


def corrected(tests: Iterable[Tested]) -> Iterator[Insight]:
    """The insights of the comparisons that hold when all are looked at together (Holm 1979).

    Not Benjamini and Hochberg: one true difference shows in many comparisons (at each viewport, in each item of a
    list), each of which would allow for more false ones; and each insight is read as a claim of its own.
    """
    some = sorted(tests, key=lambda test: test.p)
    for at, test in enumerate(some):
        if test.p > LEVEL / (len(some) - at):
            return
        yield test.tell()
