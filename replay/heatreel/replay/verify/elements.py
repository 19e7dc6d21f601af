"""Elements of BASE found on HEAD, state by state: each compared once, and known again in every other state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.replay.matching import match_pages
from heatreel.replay.verify.leftovers import ONE_OF_SEVERAL, pair_leftovers, settle_twins
from heatreel.replay.verify.views import Signature, signature

Verdict = Literal["matched", "uncertain", "removed"]


@dataclass(frozen=True, slots=True)
class Likeness:
    """What became of an element: where it is in HEAD (seen or hidden there), or None; and how sure that is."""

    after: Signature | None
    verdict: Verdict
    confidence: float


_UNKNOWN = Likeness(None, "removed", 0.5)


@dataclass(frozen=True, eq=False)
class ElementPairs:
    """The elements of two snapshots.

    `image` holds for each element of `before` its place in `after`, hidden ones included, else -1; `confidence` the
    probability that this is right; `unsure` marks verdicts that are doubtful either way. All of shape (elements,).
    """

    before: Outline
    after: Outline
    image: NDArray[np.int64]
    confidence: NDArray[np.float64]
    unsure: NDArray[np.bool_]

    def seen(self, index: int) -> int:
        """The place of an element in `after` where it can be seen there, else -1."""
        place = int(self.image[index])
        return place if place >= 0 and self.after.elements[place].visible else -1


@dataclass(frozen=True, eq=False)
class ElementMemory:
    """What became of the elements of one page, over its states and viewports."""

    known: dict[Signature, Likeness] = field(default_factory=dict)
    seen_after: set[Signature] = field(default_factory=set)

    def pair(self, before: Outline, after: Outline) -> ElementPairs:
        """The elements of two snapshots of this page; only those not met before are compared."""
        signatures = [signature(element) for element in before.elements]
        places = {signature(element): element.index for element in after.elements}
        if self._is_news(before, signatures, places):
            self._compare(before, after, signatures, places)
        self.seen_after.update(places)
        return self._pairs(before, after, signatures, places)

    def _is_news(self, before: Outline, signatures: list[Signature], places: dict[Signature, int]) -> bool:
        """Whether something that is seen was not met before, or may be among what HEAD shows for the first time."""
        fresh = any(place not in self.seen_after for place in places)
        for element in before.elements:
            if not element.visible:
                continue
            likeness = self.known.get(signatures[element.index])
            if likeness is None or (likeness.after not in places and (fresh or likeness.after is not None)):
                return True
        return False

    def _compare(
        self, before: Outline, after: Outline, signatures: list[Signature], places: dict[Signature, int]
    ) -> None:
        names = list(places)
        settled = {
            index: places[likeness.after]
            for index, mark in enumerate(signatures)
            if (likeness := self.known.get(mark)) and likeness.after is not None and likeness.after in places
        }
        taken = set(settled.values())
        fresh: dict[int, Likeness] = {}
        for match in match_pages(before, after):
            if match.before in settled:
                continue
            place = match.guess if match.verdict == "hidden" else match.after
            place = -1 if place in taken else place
            verdict: Verdict = "uncertain" if match.verdict == "uncertain" else "matched" if place >= 0 else "removed"
            fresh[match.before] = Likeness(names[place] if place >= 0 else None, verdict, match.confidence)
        image = {**settled, **{index: places[one.after] for index, one in fresh.items() if one.after is not None}}
        leftovers, strangers = pair_leftovers(before, after, image)
        fresh.update({index: Likeness(None, "removed", ONE_OF_SEVERAL) for index in strangers if index in fresh})
        for pair in leftovers:
            if pair.before in fresh:
                self._release(fresh, names[pair.after])
                fresh[pair.before] = Likeness(names[pair.after], "matched", pair.confidence)
        image = {**settled, **{index: places[one.after] for index, one in fresh.items() if one.after is not None}}
        pairs, gone = settle_twins(before, after, image)
        fresh.update({index: Likeness(None, "removed", ONE_OF_SEVERAL) for index in gone if index in fresh})
        for pair in pairs:
            if pair.before in fresh:
                fresh[pair.before] = Likeness(names[pair.after], "matched", pair.confidence)
        self.known.update({signatures[index]: likeness for index, likeness in fresh.items()})

    def _release(self, fresh: dict[int, Likeness], after: Signature) -> None:
        """Takes an element of HEAD from what it was doubtfully given to."""
        for index, likeness in fresh.items():
            if likeness.after == after:
                fresh[index] = Likeness(None, "removed", likeness.confidence)

    def _pairs(
        self, before: Outline, after: Outline, signatures: list[Signature], places: dict[Signature, int]
    ) -> ElementPairs:
        found = [self.known.get(mark, _UNKNOWN) for mark in signatures]
        image = [places.get(likeness.after, -1) if likeness.after else -1 for likeness in found]
        return ElementPairs(
            before,
            after,
            np.array(image, dtype=np.int64),
            np.array([likeness.confidence for likeness in found], dtype=np.float64),
            np.array([likeness.verdict == "uncertain" for likeness in found], dtype=bool),
        )
