"""The walk over the state graph: which state a visitor is in, from what they clicked alone.

A click on a known trigger moves to the state it opens; the same trigger again closes what toggles; another member of
the trigger's group (the first tab, the slide before) leads back to where the state was reached from. And a target
that is not visible in the state shows that the visitor has left it.
"""

from __future__ import annotations

from collections.abc import Iterable

from heatreel.replay.graphs import Place, StateGraph
from heatreel.replay.states import SURE, Recognition

TOGGLES = frozenset({"accordion", "disclosure", "details", "dialog", "popover", "menu", "hover", "overlay"})
"""Kinds of state that the trigger that opened them closes again."""

COVERS = frozenset({"dialog"})
"""Kinds of state that keep what is below out of reach."""

_Triggers = dict[int, list[int]]


class Walk:
    """Steps through state graphs; every step is kept, since visitors go the same ways."""

    def __init__(self, recognition: Recognition) -> None:
        self.recognition = recognition
        self._triggers: dict[tuple[StateGraph, int], _Triggers] = {}
        self._inside: dict[tuple[StateGraph, int], frozenset[int]] = {}
        self._steps: dict[tuple[Place, int, int, bool], tuple[int, int]] = {}

    def positions(self, rows: Iterable[tuple[int, Place, int, bool]]) -> list[int]:
        """The position of the state at each row, in the place's first graph.

        A row is visit, place, target (-1: none) and whether it was a click; the rows of a visit follow one
        another.
        """
        found: list[int] = []
        steps = self._steps
        visit_before, state = -1, 0
        for visit, place, target, clicked in rows:
            if visit != visit_before:
                visit_before, state = visit, 0
            if target < 0 or not place.graphs:
                found.append(state)
                continue
            key = (place, state, target, clicked)
            step = steps.get(key)
            if step is None:
                step = steps[key] = self.step(place, state, target, clicked)
            found.append(step[0])
            state = step[1]
        return found

    def step(self, place: Place, state: int, target: int, clicked: bool) -> tuple[int, int]:
        """The state in which an event on a target happened, and the state after it, in the place's first graph."""
        graph = place.graphs[0]
        at = self._where_visible(graph, state, target, place.relative)
        match = self.recognition.match(graph.ordinals[at], target, place.relative)
        if match.status != "matched":
            return state, state
        return at, self._after(graph, at, match.index, clicked)

    def _where_visible(self, graph: StateGraph, state: int, target: int, relative: bool) -> int:
        line = graph.lineage(state)
        later = [position for position in range(len(graph)) if graph.parents[position] == state]
        likely: list[int] = [*line, *later, *range(len(graph))]
        for position in dict.fromkeys(likely):
            match = self.recognition.match(graph.ordinals[position], target, relative)
            if match.status == "matched" and match.confidence >= SURE and self._reaches(graph, position, match.index):
                return position
        return state

    def _reaches(self, graph: StateGraph, position: int, element: int) -> bool:
        """Whether the pointer can get at an element without leaving the state."""
        if not position:
            return True
        state = graph.snapshots[position].state
        if state.kind in COVERS:
            return element in self._members(graph, position)
        if state.recipe and state.recipe[-1].action == "hover":
            return element in self._members(graph, position) or bool(self._opened(graph, position, element))
        return True

    def _after(self, graph: StateGraph, at: int, element: int, clicked: bool) -> int:
        opened = self._opened(graph, at, element)
        if not clicked:
            opened = [state for state in opened if graph.snapshots[state].state.recipe[-1].action == "hover"]
        if opened:
            line = graph.lineage(at)
            by_kinship = [state for state in opened if graph.parents[state] in line]
            best = min(by_kinship or opened, key=lambda state: (graph.parents[state] != at, state))
            if best != at:
                return best
            toggles = graph.snapshots[at].state.kind in TOGGLES
            return graph.parents[at] if clicked and toggles else at
        return graph.parents[at] if clicked and self._is_sibling(graph, at, element) else at

    def _opened(self, graph: StateGraph, position: int, element: int) -> list[int]:
        """The states whose trigger is the element or around it."""
        triggers = self._table(graph, position)
        elements = graph.outline(position).elements
        while element >= 0:
            if element in triggers:
                return triggers[element]
            element = elements[element].parent
        return []

    def _is_sibling(self, graph: StateGraph, at: int, element: int) -> bool:
        """Whether the element is beside the trigger that opened the state, and of its kind."""
        recipe = graph.snapshots[at].state.recipe
        outline = graph.outline(at)
        trigger = outline.by_selector.get(recipe[-1].selector) if recipe else None
        if trigger is None:
            return False
        while element >= 0:
            found = outline.elements[element]
            if found.parent == trigger.parent:
                return found.tag == trigger.tag and found.role == trigger.role and found.interactive
            element = found.parent
        return False

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
            self._triggers[key] = table
        return self._triggers[key]

    def _members(self, graph: StateGraph, position: int) -> frozenset[int]:
        key = (graph, position)
        if key not in self._inside:
            self._inside[key] = frozenset(graph.revealed(position).nonzero()[0].tolist())
        return self._inside[key]
