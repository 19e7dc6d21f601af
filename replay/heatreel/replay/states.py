"""State recognition: in which captured state an event happened, and on which element of it.

Evidence comes in this order. The target must be visible in the state: a click cannot land on what is not there. Then
the recorder's word: the switches that are set otherwise than by default should be set so in the state, and the
state's sketch should resemble the visitor's. Then the walk over the state graph, then what was changed last. So when
a visitor has opened a tab and an answer at once, where the capture holds each alone, an event inside the answer goes
to the answer's state, and one in the page's header to the state that agrees in more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.session import SeenState, Target
from heatreel.replay.columns import Numbers
from heatreel.replay.graphs import CapturedPages, Place, StateGraph
from heatreel.replay.matching import TargetIndex, TargetMatch, match_targets
from heatreel.replay.sketches import UNLIKE, read_sketch, similarities

SURE = 0.9
"""A match of at least this confidence is taken in the state that agrees best; a weaker one yields to a better one
in another state."""

RESEMBLES = 0.5
"""A state whose sketch is less like the visitor's than this is not the state they saw. On the demo shop the right
state was at least 0.69 alike (145 pairs), the nearest state of another page at most 0.52 in 95 of 100 cases;
`scripts/bench replay --sketches WORKSPACE` measures it on any workspace."""

SKETCH_NOISE = 0.01
"""Sketches whose similarities differ by less (five bits) cannot be told apart."""

SAME_SIGHT = 0.98
OTHER_SIGHT = 0.05
"""What was seen is a captured state when the sketches are at least `SAME_SIGHT` alike, and no other one that is less
alike by `OTHER_SIGHT`, whatever the switches say: some libraries mark a switch as set (`aria-expanded` of a chosen tab)
that shows nothing any more."""

OTHER_CONTENT_NOISE = 0.1
"""The same where the visitor saw another URL of the route, whose content is mostly not the captured one's."""

_WRONG = 2
"""What a switch that is set in the state, but not at the visitor's, weighs against one that agrees."""

OFF = "off"
"""How a switch is set that is not listed: the page model's rule."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the recorder's word says of each state of a graph; arrays of shape (states,).

    `agreement` counts switches for and against, `likeness` is the similarity of the sketches (`UNLIKE` when
    unknown), `unexplained` counts switches that were set, and that the state does not have set.
    """

    agreement: NDArray[np.int64]
    likeness: NDArray[np.float64]
    unexplained: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the events of a target go.

    `ordinal` is the snapshot (the best guess when `reason` says why it is not placed; -1 when no state graph holds
    the page), `element` its element or -1, `why` one line for people.
    """

    ordinal: int
    element: int
    confidence: float
    reason: str
    why: str = ""
    inexact: bool = False
    """True when the visitor had switches set that this state does not have set."""


class Recognition:
    """Chooses states; every answer is kept, since events repeat."""

    def __init__(self, pages: CapturedPages, numbers: Numbers) -> None:
        self.pages = pages
        self.numbers = numbers
        self.changes: list[frozenset[str]] = [frozenset()]
        self._indexes: dict[int, TargetIndex] = {}
        self._matches: dict[tuple[int, int, bool], TargetMatch] = {}
        self._evidence: dict[tuple[StateGraph, int], Evidence] = {}
        self._orders: dict[tuple[StateGraph, int, int, int, bool], list[int]] = {}

    def match(self, ordinal: int, target: int, relative: bool = False) -> TargetMatch:
        """The element of a snapshot that a target is; each pair is matched once.

        `relative`: the target is from another URL of the same route, where the content of an element differs, and
        its place in the template is what the two have in common.
        """
        key = (ordinal, target, relative)
        found = self._matches.get(key)
        if found is None:
            found = self._matches[key] = self._match(*key)
        return found

    def _match(self, ordinal: int, target: int, relative: bool) -> TargetMatch:
        if ordinal not in self._indexes:
            self._indexes[ordinal] = TargetIndex(self.pages.outline(ordinal))
        wanted, index = self.numbers.targets[target], self._indexes[ordinal]
        found = match_targets([wanted], index)[0]
        if relative and found.margin != float("inf"):
            found = in_template(wanted, index.outline, found)
        return by_label(index.outline, found) if found.status == "hidden" else found

    def evidence(self, graph: StateGraph, seen: int) -> Evidence:
        """What a seen state (-1: unknown) says of each state of a graph."""
        found = self._evidence.get((graph, seen))
        if found is None:
            state = self.numbers.seen[seen] if seen >= 0 else None
            found = self._evidence[graph, seen] = weigh(graph, state)
        return found

    def change(self, before: int, after: int) -> frozenset[str]:
        """The switches that are set otherwise in the second of two seen states."""
        old = self.numbers.seen[before].settings if before >= 0 else {}
        new = self.numbers.seen[after].settings if after >= 0 else {}
        return frozenset(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))

    def order(self, graph: StateGraph, seen: int, change: int, walked: int, relative: bool) -> list[int]:
        """Positions of the states of a graph, the likeliest first. `change` is a place in `changes`."""
        key = (graph, seen, change, walked, relative)
        found = self._orders.get(key)
        if found is None:
            found = self._orders[key] = self._sorted(*key)
        return found

    def _sorted(self, graph: StateGraph, seen: int, change: int, walked: int, relative: bool) -> list[int]:
        evidence = self.evidence(graph, seen)
        settings = self.numbers.seen[seen].settings if seen >= 0 else {}
        changed = self.changes[change]
        noise = OTHER_CONTENT_NOISE if relative else SKETCH_NOISE
        sight = float(evidence.likeness.max(initial=UNLIKE))
        least = sight - OTHER_SIGHT if sight >= SAME_SIGHT and not relative else UNLIKE
        best: dict[int, float] = {}
        for agreement, likeness in zip(evidence.agreement.tolist(), evidence.likeness.tolist(), strict=True):
            best[agreement] = max(likeness, best.get(agreement, UNLIKE))

        def rank(position: int) -> tuple[float, ...]:
            agreement = int(evidence.agreement[position])
            likeness = float(evidence.likeness[position])
            own = graph.settings[position]
            recent = any(key in own and own[key] == settings.get(key) for key in changed)
            unlike = likeness < best[agreement] - noise
            return (likeness < least, -agreement, unlike, position != walked, not recent, -likeness, position)

        return sorted(range(len(graph)), key=rank)

    def choose(self, place: Place, target: int, seen: int, change: int, walked: int) -> Choice:
        """The state and element for events of a target (-1: none, as for views and scrolls).

        When the window is of no captured width, the layout it had may be the one of another viewport: that is
        tried too before the target is called missing.
        """
        if not place.graphs:
            return Choice(-1, -1, 0.0, "unknown_state", "the page was not captured")
        nearest, relative = place.graphs[0], place.relative
        choice = self._in_graph(nearest, target, relative, seen, self.order(nearest, seen, change, walked, relative))
        if place.exact or not choice.reason:
            return choice
        for graph in place.graphs[1:]:
            other = self._in_graph(graph, target, relative, seen, self.order(graph, seen, change, -1, relative))
            if not other.reason and other.confidence >= SURE:
                return other
        return choice

    def _in_graph(self, graph: StateGraph, target: int, relative: bool, seen: int, order: list[int]) -> Choice:
        evidence = self.evidence(graph, seen)
        if relative:
            # The content is another's, so that an unlike sketch says nothing.
            evidence = replace(evidence, likeness=np.full(len(graph), UNLIKE))
        if target < 0:
            return _stand(graph, evidence, order[0], -1, 1.0)
        weaker: tuple[int, TargetMatch] | None = None
        for position in order:
            match = self.match(graph.ordinals[position], target, relative)
            if match.status != "matched":
                continue
            if match.confidence >= SURE:
                return _stand(graph, evidence, position, match.index, match.confidence)
            if weaker is None or match.confidence > weaker[1].confidence:
                weaker = position, match
        if weaker:
            return _stand(graph, evidence, weaker[0], weaker[1].index, weaker[1].confidence)
        matches = [(position, self.match(graph.ordinals[position], target, relative)) for position in order]
        return _not_found(graph, evidence, matches)


def weigh(graph: StateGraph, seen: SeenState | None) -> Evidence:
    """What the recorder's word says of each state of a graph."""
    size = len(graph)
    if seen is None:
        return Evidence(np.zeros(size, np.int64), np.full(size, UNLIKE), np.zeros(size, np.int64))
    usual = graph.settings[0]
    # A source that knows no switches at all says nothing about them.
    keys = usual.keys() | seen.settings.keys() if seen.settings else ()
    told = [key for key in keys if _get(seen.settings, key) != _get(usual, key)]
    agreement, unexplained = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for position, own in enumerate(graph.settings):
        agreeing = sum(_get(own, key) == _get(seen.settings, key) for key in told)
        changed = [key for key in usual.keys() | own.keys() if _get(own, key) != _get(usual, key)]
        against = sum(_get(own, key) != _get(seen.settings, key) for key in changed) if seen.settings else 0
        agreement[position] = agreeing - _WRONG * against
        unexplained[position] = len(told) - agreeing
    return Evidence(agreement, similarities(graph.sketches, read_sketch(seen.sketch)), unexplained)


def _get(settings: Mapping[str, str], key: str) -> str:
    return settings.get(key, OFF)


def _stand(graph: StateGraph, evidence: Evidence, position: int, element: int, confidence: float) -> Choice:
    """Placed, unless the state resembles what the visitor saw neither by switches nor by sketch."""
    unexplained = bool(evidence.unexplained[position])
    if unexplained and _unlike(evidence, position):
        why = _unknown_why(evidence, position)
        return Choice(graph.ordinals[position], element, confidence, "unknown_state", why)
    return Choice(graph.ordinals[position], element, confidence, "", inexact=unexplained)


def _not_found(graph: StateGraph, evidence: Evidence, matches: list[tuple[int, TargetMatch]]) -> Choice:
    """Why a target is visible in no state; `matches` are those of all states, the likeliest first."""
    best, nearest = matches[0]
    if evidence.unexplained[best] or _unlike(evidence, best):
        return Choice(graph.ordinals[best], -1, 0.0, "unknown_state", _unknown_why(evidence, best))
    for status in ("ambiguous", "hidden"):
        for position, match in matches:
            if match.status == status:
                return Choice(graph.ordinals[position], match.index, match.confidence, status, match.reason)
    return Choice(graph.ordinals[best], -1, nearest.confidence, "missing", nearest.reason)


def in_template(target: Target, outline: Outline, found: TargetMatch) -> TargetMatch:
    """The match of a target from a relative of the captured page, where `found` is the one by likeness.

    What is at the target's own place in the template, unless an element of the same name is in the same part of the
    page (a control that has only moved).
    """
    element = outline.by_selector.get(target.selector)
    if element is None or not _of_a_kind(target, element):
        return found
    if found.index >= 0 and found.status == "matched":
        other = outline.elements[found.index]
        if target.name_hash and other.name_hash == target.name_hash and _part(other.selector) == _part(target.selector):
            return found
    status: Literal["matched", "hidden"] = "matched" if element.visible else "hidden"
    return TargetMatch(element.index, status, SURE, float("inf"), "same place in the template of the page")


def by_label(outline: Outline, found: TargetMatch) -> TargetMatch:
    """The label of a control that is itself not shown, as custom checkboxes and radio-driven tabs have it."""
    control = outline.elements[found.index]
    if control.tag != "input":
        return found
    above = control.parent
    while above >= 0 and outline.elements[above].tag != "label":
        above = outline.elements[above].parent
    labels = [outline.elements[above]] if above >= 0 else []
    if not labels and control.label:
        labels = [one for one in outline.elements if one.tag == "label" and control.label in (one.name, one.text)]
    if len(labels) != 1 or not labels[0].visible:
        return found
    return TargetMatch(
        labels[0].index, "matched", found.confidence, found.margin, "label of a control that is not shown"
    )


def _of_a_kind(target: Target, element: Element) -> bool:
    """Whether nothing that both are known by speaks against it."""
    if (target.tag, target.type, target.interactive) != (element.tag, element.type, element.interactive):
        return False
    known = ("testid", "field", "role", "landmark", "classes")
    pairs = ((getattr(target, name), getattr(element, name)) for name in known)
    return all(not own or own == other for own, other in pairs)


def _part(selector: str) -> str:
    """The part of the page that a selector leads into: its first two steps."""
    return " > ".join(selector.split(" > ")[:2])


def _unlike(evidence: Evidence, position: int) -> bool:
    return UNLIKE < float(evidence.likeness[position]) < RESEMBLES


def _unknown_why(evidence: Evidence, position: int) -> str:
    parts = []
    if evidence.unexplained[position]:
        parts.append(f"{evidence.unexplained[position]} switches set as in no captured state")
    if _unlike(evidence, position):
        parts.append(f"sketch only {evidence.likeness[position]:.2f} like the nearest state")
    return "; ".join(parts)
