"""The walk over the state graph: which state a visitor is in, from what they did alone.

A click on a known trigger opens its state; the same trigger again closes what toggles; another member of the
trigger's group (the first tab, the slide before) leads back to what was there before. A target that is not visible in
the state, or out of reach behind a dialog, shows that the visitor has left it. What is open is kept as a stack, so
that closing a dialog leads back to the tab that was chosen before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from heatreel.replay.graphs import Place, StateGraph
from heatreel.replay.placing import Topmost
from heatreel.replay.states import SURE, Recognition

TOGGLES = frozenset({"accordion", "disclosure", "details", "dialog", "popover", "menu", "hover"})
"""Kinds of state that the trigger that opened them closes again."""

COVERS = frozenset({"dialog", "menu", "popover", "hover"})
"""Kinds of state that end when something outside of them is used."""

DISMISSED = frozenset({"menu", "popover"})
"""Kinds of state, when a click opened them, that leave the rest of the page at hand: a click outside happens while they
are still there, and ends them."""

EXCLUSIVE = frozenset({"tab", "carousel", "step", "language", "theme", "sort"})
"""Kinds of state of which one takes the place of another of the same group."""

NEAR_STEPS, FAR_STEPS = 2, 5
"""How many steps up the triggers of one group may meet: a tab stands in its list item, the head of an answer in a
panel of its own."""

DEEPEST = 6
"""States in a stack; of more, the oldest are forgotten."""

Point = tuple[float, float, bool]
"""Where a click was, page CSS px, and whether on something that does not scroll."""

_Triggers = dict[int, list[int]]
_Stack = tuple[int, ...]


class Walk:
    """Steps through state graphs; every step is kept, since visitors go the same ways."""

    def __init__(self, recognition: Recognition) -> None:
        self.recognition = recognition
        self._triggers: dict[tuple[StateGraph, int], _Triggers] = {}
        self._inside: dict[tuple[StateGraph, int, int], frozenset[int]] = {}
        self._topmost: dict[tuple[StateGraph, int], Topmost] = {}
        self._covering: dict[tuple[StateGraph, int], list[int]] = {}
        self._stacks: dict[_Stack, int] = {(): 0}
        self._open: list[_Stack] = [()]
        self._steps: dict[tuple[Place, int, int, bool], tuple[int, int, int, frozenset[str]]] = {}

    def positions(self, rows: Iterable[tuple[int, int, Place, int, bool, Point | None]]) -> tuple[list[int], list[int]]:
        """The positions of the states at each row and after it, in the place's first graph.

        A row is visit, session, place (one that has graphs), target, whether it was a click, and the point of a click
        that names no target; the rows of a visit follow one another. What was closed for good (a notice on cookies)
        stays so for the rest of a session.
        """
        at: list[int] = []
        after: list[int] = []
        steps = self._steps
        closed: dict[int, frozenset[str]] = {}
        visit_before, stack = -1, 0
        for visit, session, place, target, clicked, point in rows:
            if visit != visit_before:
                visit_before, stack = visit, self._start(place, closed.get(session))
            key = (place, stack, target, clicked)
            step = steps.get(key) if point is None else self._step_at(place, stack, point)
            if step is None:
                step = steps[key] = self._step(*key)
            here, stack, then, for_good = step
            if for_good:
                closed[session] = closed.get(session, for_good) | for_good
            at.append(here)
            after.append(then)
        return at, after

    def _start(self, place: Place, closed: frozenset[str] | None) -> int:
        """The stack at the begin of a visit to a place, with what was closed before in the session."""
        if not closed:
            return 0
        states = enumerate(snapshot.state.id for snapshot in place.graphs[0].snapshots)
        return self._number(tuple(position for position, name in states if name in closed))

    def _step(self, place: Place, stack: int, target: int, clicked: bool) -> tuple[int, int, int, frozenset[str]]:
        return self._told(place, *self.step(place, self._open[stack], target, clicked))

    def _told(self, place: Place, at: int, then: _Stack) -> tuple[int, int, int, frozenset[str]]:
        """A step as it is kept: the state before it, what is open then and its top, and what is closed for good."""
        states = [place.graphs[0].snapshots[position].state for position in then]
        for_good = frozenset(state.id for state in states if state.kind == "overlay")
        return at, self._number(then), then[-1] if then else 0, for_good

    def _step_at(self, place: Place, stack: int, point: Point) -> tuple[int, int, int, frozenset[str]]:
        """A step by a click of which only the point is known: it hit what is topmost there in the state on top."""
        graph, open_states = place.graphs[0], self._open[stack]
        at = open_states[-1] if open_states else 0
        # With nothing open only a trigger changes anything, and few clicks are on one.
        if not open_states and not self._on_trigger(graph, at, point):
            return at, stack, at, frozenset()
        key = (graph, at)
        if key not in self._topmost:
            self._topmost[key] = Topmost(graph.outline(at))
        element = self._topmost[key].at(*point)
        if element < 0:
            return at, stack, at, frozenset()
        return self._told(place, at, self._after(graph, open_states, element, True)[-DEEPEST:])

    def _on_trigger(self, graph: StateGraph, at: int, point: Point) -> bool:
        x, y, fixed = point
        boxes = (graph.outline(at).elements[element].box for element in self._table(graph, at))
        return fixed or any(left <= x <= left + wide and top <= y <= top + high for left, top, wide, high in boxes)

    def _number(self, stack: _Stack) -> int:
        number = self._stacks.setdefault(stack, len(self._open))
        if number == len(self._open):
            self._open.append(stack)
        return number

    def step(self, place: Place, open_states: _Stack, target: int, clicked: bool) -> tuple[int, _Stack]:
        """The state in which an event on a target happened, and what is open after it (the default is the empty
        stack), in the place's first graph."""
        graph = place.graphs[0]
        here = self._where_visible(graph, open_states, target, place.relative)
        at = here[-1] if here else 0
        match = self.recognition.match(graph.ordinals[at], target, place.relative)
        if match.status != "matched":
            return (open_states[-1] if open_states else 0), open_states
        return at, self._after(graph, here, match.index, clicked)[-DEEPEST:]

    def _where_visible(self, graph: StateGraph, open_states: _Stack, target: int, relative: bool) -> _Stack:
        """What is open, with a state on top in which the target can be got at; as it was when there is none."""
        kept = [state for state in open_states if not self._covers(graph, state)]
        for depth in range(len(open_states), 0, -1):
            position = open_states[depth - 1]
            if self._is_at_hand(graph, position, target, relative):
                above = [state for state in open_states[depth:] if state in kept]
                return (*open_states[: depth - 1], *above, position)
        if self._is_at_hand(graph, 0, target, relative):
            return ()
        kin = {0, *open_states}
        for position in sorted(range(1, len(graph)), key=lambda state: (graph.parents[state] not in kin, state)):
            if self._is_at_hand(graph, position, target, relative):
                return (*kept, position)
        return open_states

    def _is_at_hand(self, graph: StateGraph, position: int, target: int, relative: bool) -> bool:
        """Whether a target is visible in a state, and inside of whatever covers the rest there."""
        match = self.recognition.match(graph.ordinals[position], target, relative)
        if match.status != "matched" or match.confidence < SURE:
            return False
        return all(
            match.index in self._members(graph, cover, position)
            or cover in self._opened(graph, position, match.index)
            or (_is_dismissed(graph, cover) and not self._is_over(graph, cover, position, match.index))
            for cover in self._covers(graph, position)
        )

    def _is_over(self, graph: StateGraph, cover: int, position: int, element: int) -> bool:
        """Whether something that a state revealed lies over the middle of an element."""
        outline = graph.outline(position)
        x, y, width, height = outline.elements[element].box
        across, down = x + width / 2, y + height / 2
        for member in self._members(graph, cover, position):
            left, top, wide, high = outline.elements[member].box
            if outline.elements[member].visible and left <= across < left + wide and top <= down < top + high:
                return True
        return False

    def _covers(self, graph: StateGraph, position: int) -> list[int]:
        """The state itself and those it was reached from, as far as they end when something outside is used."""
        found = self._covering.get((graph, position))
        if found is None:
            found = [state for state in graph.lineage(position) if _covers(graph, state)]
            self._covering[graph, position] = found
        return found

    def _after(self, graph: StateGraph, here: _Stack, element: int, clicked: bool) -> _Stack:
        """What is open after an event on an element of the state on top."""
        at = here[-1] if here else 0
        if clicked:
            there = set(self._opened(graph, at, element))
            here = tuple(
                state
                for state in here
                if state in there or not _is_dismissed(graph, state) or element in self._members(graph, state, at)
            )
        opened = self._opened(graph, at, element)
        if not clicked:
            opened = [state for state in opened if graph.snapshots[state].state.recipe[-1].action == "hover"]
        if not opened:
            return self._without_sibling(graph, here, element) if clicked else here
        near = {0, *here, *graph.lineage(at)}
        best = min(opened, key=lambda state: (graph.parents[state] != at, graph.parents[state] not in near, state))
        if best in here:
            closes = clicked and graph.snapshots[best].state.kind in TOGGLES
            return tuple(state for state in here if state != best) if closes else here
        return (*(state for state in here if not self._gives_way(graph, state, best)), best)

    def _gives_way(self, graph: StateGraph, state: int, to: int) -> bool:
        """Whether opening a state ends another one: both are of one tab list, or slides of one carousel, or take the
        place of the same thing."""
        if graph.parents[state] != graph.parents[to]:
            return False
        if graph.hidden(state) & graph.hidden(to):
            return True
        kinds = {graph.snapshots[one].state.kind for one in (state, to)}
        if len(kinds) > 1 or not kinds <= EXCLUSIVE:
            return False
        triggers = [self._trigger(graph, one) for one in (state, to)]
        return triggers[0] == triggers[1]

    def _trigger(self, graph: StateGraph, state: int) -> int:
        """The element around the trigger of a state, in the state it was reached from; -1 when it is not there."""
        recipe = graph.snapshots[state].state.recipe
        found = graph.outline(graph.parents[state]).by_selector.get(recipe[-1].selector) if recipe else None
        return found.parent if found else -1

    def _without_sibling(self, graph: StateGraph, here: _Stack, element: int) -> _Stack:
        """What is open after a click on another member of the group of a trigger."""
        for state in reversed(here):
            kind = graph.snapshots[state].state.kind
            steps = NEAR_STEPS if kind in EXCLUSIVE else FAR_STEPS if kind == "accordion" and graph.hidden(state) else 0
            if steps and self._is_sibling(graph, here[-1], state, element, steps):
                return tuple(one for one in here if one != state)
        return here

    def _is_sibling(self, graph: StateGraph, at: int, state: int, element: int, steps: int) -> bool:
        """Whether an element of the state `at` stands like the trigger that opened a state, and is of its kind: both
        meet at most `steps` up, by the same tags."""
        recipe = graph.snapshots[state].state.recipe
        elements = graph.outline(at).elements
        trigger = graph.outline(at).by_selector.get(recipe[-1].selector) if recipe else None
        while trigger is not None and element >= 0:
            one, two = trigger, elements[element]
            if (one.tag, one.role, True) == (two.tag, two.role, two.interactive):
                for _ in range(steps):
                    if one.tag != two.tag or one is two or min(one.parent, two.parent) < 0:
                        break
                    if one.parent == two.parent:
                        return True
                    one, two = elements[one.parent], elements[two.parent]
            element = elements[element].parent
        return False

    def _opened(self, graph: StateGraph, position: int, element: int) -> list[int]:
        """The states whose trigger is the element or around it."""
        triggers = self._table(graph, position)
        elements = graph.outline(position).elements
        while element >= 0:
            if element in triggers:
                return triggers[element]
            element = elements[element].parent
        return []

    def _table(self, graph: StateGraph, position: int) -> _Triggers:
        """The triggers that are in a state's outline: element to the states it opens."""
        key = (graph, position)
        if key not in self._triggers:
            table: _Triggers = {}
            elements = graph.outline(position).by_selector
            for state, snapshot in enumerate(graph.snapshots):
                recipe = snapshot.state.recipe
                trigger = elements.get(recipe[-1].selector) if recipe else None
                if trigger is not None and recipe[-1].action in ("click", "hover", "press"):
                    table.setdefault(trigger.index, []).append(state)
                if snapshot.state.kind == "overlay":
                    self._add_closers(graph, position, state, table)
            self._triggers[key] = table
        return self._triggers[key]

    def _add_closers(self, graph: StateGraph, position: int, state: int, table: _Triggers) -> None:
        """Whatever acts in a notice closes it: all its buttons lead to the state without it."""
        gone = {shown.selector for shown in graph.snapshots[state].state.hides}
        for element in graph.outline(position).elements:
            if element.selector in gone and element.tag == "button" and state not in table.get(element.index, ()):
                table.setdefault(element.index, []).append(state)

    def _members(self, graph: StateGraph, by: int, position: int) -> frozenset[int]:
        key = (graph, by, position)
        if key not in self._inside:
            self._inside[key] = frozenset(graph.revealed(by, position).nonzero()[0].tolist())
        return self._inside[key]


def opens_by_hover(place: Place) -> bool:
    """Whether moves can lead into a state of the place, so that they belong to the walk."""
    recipes = [snapshot.state.recipe for graph in place.graphs[:1] for snapshot in graph.snapshots]
    return any(recipe[-1].action == "hover" for recipe in recipes if recipe)


def _covers(graph: StateGraph, position: int) -> bool:
    state = graph.snapshots[position].state
    return state.kind in COVERS or (bool(state.recipe) and state.recipe[-1].action == "hover")


def _is_dismissed(graph: StateGraph, position: int) -> bool:
    state = graph.snapshots[position].state
    return state.kind in DISMISSED and bool(state.recipe) and state.recipe[-1].action == "click"
