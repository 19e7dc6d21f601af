"""The same switch, the same name: states of a page that are one state in several viewports get one id and label.

A menu lies over the page on a desktop and pushes it down on a phone; each exploration names what it sees. The names of
the first viewport hold for the others, so that people, replay and verify find a state again at another width.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from heatreel.core.state import DEFAULT, State

SAME_WORDS = 0.6
"""Share of words in common from which states of the same name are one state, whatever leads there."""

SOME_WORDS = 0.3
"""The same where the same elements lead there."""

_COUNTED = ("carousel", "step", "more")

LOOK_S = 0.5

Place = tuple[str, str, str]
"""A page as it was asked for, the name of a viewport, the name of a variant."""


class Names:
    """What the states of a page are called in the viewports that were explored so far."""

    def __init__(self) -> None:
        self._told: dict[Place, tuple[State, ...]] = {}
        self._news = asyncio.Event()

    def tell(self, place: Place, states: Iterable[State]) -> None:
        """Tells it once; what is told later of the same place does not count."""
        self._told.setdefault(place, tuple(states))
        self._news.set()
        self._news = asyncio.Event()

    async def heard(self, places: Sequence[Place], waiting: Callable[[float], None]) -> list[State]:
        """The states of all places, once all are told; `waiting` is called with the seconds that pass meanwhile."""
        while not all(place in self._told for place in places):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_S)
            waiting(LOOK_S)
        return [state for place in places for state in self._told[place]]


def agreed(states: Sequence[State], others: Sequence[State]) -> list[State]:
    """The states, in order, with id, label and kind of those of other viewports that are the same."""
    pairs = sorted(
        ((_likeness(one, other), at, to) for at, one in enumerate(states) for to, other in enumerate(others)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    names: dict[int, State] = {}
    used: set[str] = set()
    for likeness, at, to in pairs:
        if likeness > 0 and at not in names and others[to].id not in used:
            names[at] = others[to]
            used.add(others[to].id)
    return _renamed(states, names)


def _renamed(states: Sequence[State], names: dict[int, State]) -> list[State]:
    taken = {other.id for other in names.values()}
    ids: dict[str, str] = {}
    for at, one in enumerate(states):
        ids[one.id] = names[at].id if at in names else _free(one.id, taken)
        taken.add(ids[one.id])
    renamed = []
    for at, one in enumerate(states):
        name = names.get(at, one)
        parent = ids.get(one.parent, one.parent) if one.parent else one.parent
        renamed.append(replace(one, id=ids[one.id], label=name.label, kind=name.kind, parent=parent))
    return renamed


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _likeness(one: State, other: State) -> float:
    """How sure it is that two states are one: 0 when they are not."""
    if DEFAULT in (one.id, other.id):
        return float(one.id == other.id)
    if one.id == other.id:
        return 3.0
    words = _overlap(_words(one), _words(other))
    same_way = _way(one) == _way(other)
    if one.kind in _COUNTED or other.kind in _COUNTED:
        # Which slide comes next hangs on how many fit in.
        return words if one.kind == other.kind and words >= SAME_WORDS else 0.0
    if same_way and (words >= SOME_WORDS or _name(one) == _name(other)):
        return 2.0 + words
    return 1.0 + words if _name(one) == _name(other) and words >= SAME_WORDS else 0.0


def _way(state: State) -> tuple[tuple[str, str], ...]:
    """What is acted on, one after the other, be it by a click or by the pointer."""
    return tuple((action.selector, action.value) for action in state.recipe)


def _name(state: State) -> str:
    return (state.label.partition(": ")[2] or state.label).casefold()


def _words(state: State) -> frozenset[str]:
    shown = state.reveals or state.hides
    return frozenset(re.findall(r"\w+", " ".join(one.text for one in shown).casefold()))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
