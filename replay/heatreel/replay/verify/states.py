"""States of BASE found on HEAD: by id, else by what leads to them, what they are called and what they reveal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heatreel.core.state import Snapshot
from heatreel.replay.matching.words import clean_name, words
from heatreel.replay.verify.elements import ElementMemory, ElementPairs
from heatreel.replay.verify.views import StateView, View

# Evidence that two states are one, as points; a pair needs LEAST of them. The trigger alone, or the label with the
# kind, is just enough; another trigger takes more than a label gives.
TRIGGER, OTHER_TRIGGER = 3.0, -1.5
LABEL, ALIKE_LABEL = 2.0, 1.5
REVEALS = 3.0
KIND, OTHER_KIND = 0.5, -0.5
LEAST = 2.5
# A state of which HEAD shows this share at once is not lost.
SHOWN_AT_ONCE = 0.5
# A state that reveals less than this share of what its counterpart on BASE does, and nothing of that, is none.
SHOWS_LITTLE = 0.25


@dataclass(frozen=True, eq=False)
class StatePair:
    """A state of BASE and what it is compared with on HEAD: its counterpart, or the default state when it is `lost`."""

    before: StateView
    after: StateView
    confidence: float
    elements: ElementPairs
    lost: bool = False


@dataclass(frozen=True, eq=False)
class ViewPair:
    """A page at a viewport and variant on both builds, with the pairs of its states in the order of BASE, and what
    became of the page's elements."""

    before: View
    after: View
    states: tuple[StatePair, ...]
    memory: ElementMemory


def pair_states(before: View, after: View, memory: ElementMemory) -> ViewPair:
    """The pairs of all states of BASE; those reached first come first, so that a pair of parents is known in time."""
    pairs: dict[str, StatePair] = {}
    partners = {before.snapshots[0].state.id: (after.snapshots[0], 1.0), **_by_id(before, after)}
    free = [snapshot for snapshot in after.snapshots if snapshot not in [other for other, _ in partners.values()]]
    for depth in sorted({len(snapshot.state.recipe) for snapshot in before.snapshots}):
        level = [snapshot for snapshot in before.snapshots if len(snapshot.state.recipe) == depth]
        loose = [snapshot for snapshot in level if snapshot.state.id not in partners]
        for snapshot, other, share in _best_pairs(loose, free, pairs):
            partners[snapshot.state.id] = (other, share)
            free.remove(other)
        for snapshot in level:
            found = _pair(before.state(snapshot), after, memory, partners.get(snapshot.state.id), pairs)
            pairs[snapshot.state.id] = found
    return ViewPair(before, after, tuple(pairs[snapshot.state.id] for snapshot in before.snapshots), memory)


def _by_id(before: View, after: View) -> dict[str, tuple[Snapshot, float]]:
    by_id = {snapshot.state.id: snapshot for snapshot in after.snapshots[1:]}
    ids = [snapshot.state.id for snapshot in before.snapshots[1:]]
    return {state_id: (by_id[state_id], 1.0) for state_id in ids if state_id in by_id}


def _pair(
    one: StateView,
    after: View,
    memory: ElementMemory,
    partner: tuple[Snapshot, float] | None,
    pairs: Mapping[str, StatePair],
) -> StatePair:
    if partner:
        two = after.state(partner[0])
        elements = memory.pair(one.outline, two.outline)
        return StatePair(one, two, partner[1], elements, lost=_shows_nothing(one, two, pairs, elements))
    first = after.state(after.snapshots[0])
    elements = memory.pair(one.outline, first.outline)
    shown = _shown_without(one, pairs, elements)
    # What took an action on BASE may be shown at once on HEAD: tabs laid out one below the other.
    return StatePair(one, first, shown, elements, lost=shown < SHOWN_AT_ONCE)


def _shows_nothing(one: StateView, two: StateView, pairs: Mapping[str, StatePair], elements: ElementPairs) -> bool:
    """Whether what leads to a state does something on HEAD, but nothing like showing what it showed."""
    parent = _parent(one, pairs)
    if parent is None or parent.lost:
        return False
    old, new = _revealed(one, parent.before), _revealed(two, parent.after)
    if not old or len(new) >= SHOWS_LITTLE * len(old):
        return False
    return sum(elements.seen(index) >= 0 for index in old) < SHOWN_AT_ONCE * len(old)


def _shown_without(state: StateView, pairs: Mapping[str, StatePair], elements: ElementPairs) -> float:
    """The share of what a state reveals that HEAD shows without it."""
    parent = _parent(state, pairs)
    revealed = _revealed(state, parent.before) if parent else []
    return sum(elements.seen(index) >= 0 for index in revealed) / len(revealed) if revealed else 0.0


def _parent(state: StateView, pairs: Mapping[str, StatePair]) -> StatePair | None:
    """The pair of the state that a state was reached from, or of the default state."""
    return pairs.get(state.snapshot.state.parent) or next(iter(pairs.values()), None)


def _revealed(state: StateView, parent: StateView) -> list[int]:
    """The elements with words that a state shows and the state before it does not."""
    seen = {element.selector for element in parent.outline.elements if element.visible}
    return [
        element.index
        for element in state.outline.elements
        if element.visible and element.text and element.selector not in seen
    ]


def _best_pairs(
    loose: Sequence[Snapshot], free: Sequence[Snapshot], pairs: Mapping[str, StatePair]
) -> list[tuple[Snapshot, Snapshot, float]]:
    """The best pairs, each state in one at most, with their confidence."""
    scored = [
        (_likeness(one, two, pairs), -at, -other) for at, one in enumerate(loose) for other, two in enumerate(free)
    ]
    found: list[tuple[Snapshot, Snapshot, float]] = []
    taken: set[tuple[str, int]] = set()
    for score, at, other in sorted(scored, reverse=True):
        keys = {("before", at), ("after", other)}
        if score >= LEAST and not keys & taken:
            found.append((loose[-at], free[-other], min(1.0, score / (TRIGGER + LABEL + REVEALS + KIND))))
            taken |= keys
    return found


def _likeness(one: Snapshot, two: Snapshot, pairs: Mapping[str, StatePair]) -> float:
    score = KIND if one.state.kind == two.state.kind else OTHER_KIND
    score += _label_likeness(one.state.label, two.state.label)
    shown, shown_after = ({clean_name(item.text) for item in each.state.reveals} - {""} for each in (one, two))
    if shown and shown_after:
        score += REVEALS * len(shown & shown_after) / len(shown | shown_after)
    same = _same_trigger(one, two, pairs)
    return score + (0.0 if same is None else TRIGGER if same else OTHER_TRIGGER)


def _label_likeness(one: str, two: str) -> float:
    """Compared without the word of the kind that leads a label."""
    first, second = (clean_name(text.partition(": ")[2] or text) for text in (one, two))
    if first == second:
        return LABEL if first else 0.0
    shared, either = set(words(first)) & set(words(second)), set(words(first)) | set(words(second))
    return ALIKE_LABEL * len(shared) / len(either) if either else 0.0


def _same_trigger(one: Snapshot, two: Snapshot, pairs: Mapping[str, StatePair]) -> bool | None:
    """Whether the last action of both recipes is done on the same element; None when that cannot be told."""
    parent = pairs.get(one.state.parent) or next(iter(pairs.values()))
    if parent.lost:
        return None
    trigger, other = trigger_of(one, parent.before), trigger_of(two, parent.after)
    if trigger < 0 or other < 0:
        return None
    image = int(parent.elements.image[trigger])
    return None if image < 0 else image == other


def trigger_of(snapshot: Snapshot, parent: StateView) -> int:
    """The element that the last action of a recipe is done on, in the state it is done in; -1 when it is not there."""
    if not snapshot.state.recipe:
        return -1
    element = parent.outline.by_selector.get(snapshot.state.recipe[-1].selector)
    return element.index if element else -1
