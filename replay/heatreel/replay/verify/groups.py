"""Changes that are one change: the same in several states, viewports and pages, or all of one block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from heatreel.core.element import Outline
from heatreel.replay.verify.changes import Change, StateCheck, cover_root
from heatreel.replay.verify.links import address, leads_to
from heatreel.replay.verify.subjects import plain_name
from heatreel.replay.verify.views import ancestors

# Elements pushed down by about as much were pushed by one thing. CSS px.
SAME_PUSH_PX = 16.0
# A block is what all of a container's elements share; two of two may be chance unless they are gone with all else.
LEAST_OF_BLOCK = 3
_WHOLE = frozenset({"gone", "hidden", "moved"})
# What may be done to each row of a list at once. Names and links are each row's own.
_ALIKE = frozenset({"not_interactive", "disabled", "shrank", "target_size", "contrast", "moved"})
MOST_OF_ROWS = 0.6
_SIZES = ("target_size", "shrank")
_SHARED_LANDMARKS = frozenset({"banner", "navigation", "contentinfo"})


@dataclass(frozen=True, eq=False)
class Group:
    """Changes that make one finding, in the order in which they were met. `block` is the element of BASE that holds
    all that changed in the first state, or -1."""

    changes: tuple[Change, ...]
    block: int

    @property
    def first(self) -> Change:
        return self.changes[0]


def group_changes(checks: Sequence[StateCheck], changes: Sequence[Change]) -> list[Group]:
    """The groups of all changes, in the order of their first."""
    joined = _Joined(len(changes))
    blocks: dict[int, int] = {}
    by_state: dict[int, list[int]] = defaultdict(list)
    for position, change in enumerate(changes):
        by_state[id(change.pair)].append(position)
    for check in checks:
        positions = by_state.get(id(check.pair), [])
        for members, block in _blocks(check, [changes[position] for position in positions]):
            joined.join([positions[member] for member in members])
            blocks.update(dict.fromkeys((positions[member] for member in members), block))
    for key in (_same_element, _same_change, _same_cause):
        joined.join_equal([key(change) for change in changes])
    found: dict[int, list[int]] = defaultdict(list)
    for position in range(len(changes)):
        found[joined.root(position)].append(position)
    return [
        _group([(changes[position], blocks.get(position, -1)) for position in members]) for members in found.values()
    ]


def _group(members: list[tuple[Change, int]]) -> Group:
    # What is too small for a finger is told before what only shrank.
    members.sort(key=lambda member: member[0].rule == _SIZES[1])
    return Group(tuple(change for change, _ in members), members[0][1])


class _Joined:
    """Disjoint sets of positions; the smallest position of a set is its root."""

    def __init__(self, size: int) -> None:
        self._up = list(range(size))

    def root(self, position: int) -> int:
        while self._up[position] != position:
            self._up[position] = self._up[self._up[position]]
            position = self._up[position]
        return position

    def join(self, positions: Iterable[int]) -> None:
        roots = sorted({self.root(position) for position in positions})
        for root in roots[1:]:
            self._up[root] = roots[0]

    def join_equal(self, keys: Sequence[Hashable | None]) -> None:
        """Joins the positions of equal keys; None joins nothing."""
        sets: dict[Hashable, list[int]] = defaultdict(list)
        for position, key in enumerate(keys):
            if key is not None:
                sets[key].append(position)
        for positions in sets.values():
            self.join(positions)


def _same_element(change: Change) -> Hashable:
    """The same element of a page, in other states and viewports."""
    if change.rule == "state_lost":
        return change.rule, _page(change), change.values["state"]
    element = change.element
    return _family(change), _page(change), element.selector, element.tag, plain_name(element)


def _same_change(change: Change) -> Hashable | None:
    """The same thing done to the same kind of element, anywhere: a link that all pages share, a button in each row."""
    element, other, name = change.element, change.element_after, plain_name(change.element)
    if change.rule == "renamed":
        return change.rule, name, plain_name(other) if other else ""
    if change.rule == "destination":
        return change.rule, leads_to(element), leads_to(other) if other else ""
    if not name or change.rule in ("state_lost", "covered", "below_fold"):
        return None
    page = "" if element.landmark in _SHARED_LANDMARKS else _page(change)
    return _family(change), page, name, element.tag, leads_to(element), element.landmark


def _page(change: Change) -> str:
    """The page, which a static host shows as `/` and as `/index.html`."""
    return address(change.place.page)


def _family(change: Change) -> str:
    """The rule, or one name for those that tell one change at different viewports."""
    return "size" if change.rule in _SIZES else change.rule


def _same_cause(change: Change) -> Hashable | None:
    """What one thing covers."""
    if change.rule != "covered":
        return None
    cause = change.pair.after.outline.elements[cover_root(change.pair, change.after, change.cause)]
    return change.rule, cause.tag, cause.role, plain_name(cause), cause.position, cause.landmark, cause.classes


def _blocks(check: StateCheck, changes: Sequence[Change]) -> Iterable[tuple[list[int], int]]:
    """Members and block of each set of changes in one state that has one reason."""
    by_rule: dict[tuple[str, Hashable], list[int]] = defaultdict(list)
    for position, change in enumerate(changes):
        by_rule[change.rule, change.values.get("state_id")].append(position)
    for (rule, _), positions in by_rule.items():
        if rule == "below_fold":
            yield from _pushed(changes, positions)
        elif rule not in ("covered", "state_lost"):
            yield from _whole_containers(check, rule, {changes[at].before: at for at in positions})
            if rule in _ALIKE:
                yield from _rows(check, {changes[at].before: at for at in positions})


def _rows(check: StateCheck, members: dict[int, int]) -> Iterable[tuple[list[int], int]]:
    """Most elements of a list that are built alike, such as the name in each row."""
    outline = check.pair.before.outline
    trails = [_trail(outline, index) for index in check.subjects]
    alike: dict[str, list[int]] = defaultdict(list)
    for index, trail in zip(check.subjects, trails, strict=True):
        alike[trail].append(index)
    for some in alike.values():
        inside = [index for index in some if index in members]
        if len(inside) >= max(LEAST_OF_BLOCK, MOST_OF_ROWS * len(some)):
            yield [members[index] for index in inside], -1


def _trail(outline: Outline, index: int) -> str:
    """The tags from the root to an element."""
    return " ".join(outline.elements[place].tag for place in (index, *ancestors(outline, index)))


def _pushed(changes: Sequence[Change], positions: list[int]) -> Iterable[tuple[list[int], int]]:
    """Elements that went down by about as much."""
    down = {at: changes[at].values["new"] - changes[at].values["old"] for at in positions}
    ranked = sorted(positions, key=lambda at: down[at])
    some: list[int] = []
    for at in ranked:
        if some and down[at] - down[some[-1]] > SAME_PUSH_PX:
            yield sorted(some), -1
            some = []
        some.append(at)
    if some:
        yield sorted(some), -1


def _whole_containers(check: StateCheck, rule: str, members: dict[int, int]) -> Iterable[tuple[list[int], int]]:
    """The largest containers of which all that acts is among `members` (element to position of its change)."""
    least = 2 if rule in _WHOLE else LEAST_OF_BLOCK
    subjects = np.array(check.subjects, dtype=np.int64)
    ends = check.before.ends
    fits: Callable[[int], bool] = lambda block: _all_in(check, rule, block, members, subjects)  # noqa: E731
    done: set[int] = set()
    for index in sorted(members):
        if index in done:
            continue
        block = index
        for place in ancestors(check.pair.before.outline, index):
            if not fits(place):
                break
            block = place
        inside = [other for other in sorted(members) if block <= other < ends[block]]
        done.update(inside)
        if len(inside) >= least:
            yield [members[other] for other in inside], block


def _all_in(
    check: StateCheck,
    rule: str,
    block: int,
    members: dict[int, int],
    subjects: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> bool:
    end = int(check.before.ends[block])
    if not all(index in members for index in subjects[(subjects >= block) & (subjects < end)].tolist()):
        return False
    if rule != "gone":
        return True
    elements = check.pair.before.outline.elements
    return not any(
        elements[place].visible and (elements[place].text or elements[place].tag == "img")
        and check.pair.elements.seen(place) >= 0
        for place in range(block, end)
    )  # fmt: skip
