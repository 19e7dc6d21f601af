"""Where else on HEAD an element can be seen, when not in the state it was in: in another state of the same page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from heatreel.core.element import Element
from heatreel.replay.verify.elements import ElementMemory
from heatreel.replay.verify.links import leads_to
from heatreel.replay.verify.subjects import plain_name
from heatreel.replay.verify.views import StateView, View, signature

_Key = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """The states of a view of HEAD by what each shows; the states reached first win."""

    view: View
    memory: ElementMemory

    @cached_property
    def _by_place(self) -> dict[_Key, StateView]:
        found: dict[_Key, StateView] = {}
        for snapshot in self.view.snapshots:
            state = self.view.state(snapshot)
            for element in state.outline.elements:
                if element.visible:
                    found.setdefault((element.selector, element.tag, element.name), state)
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], StateView]:
        """What is new on HEAD and acts; what was on BASE too takes nobody's place."""
        taken = {likeness.after for likeness in self.memory.known.values()}
        found: dict[tuple[str, str], StateView] = {}
        for snapshot in self.view.snapshots:
            state = self.view.state(snapshot)
            for element in state.outline.elements:
                if element.visible and element.interactive and signature(element) not in taken:
                    found.setdefault((plain_name(element), leads_to(element)), state)
        return found

    def find(self, element: Element, state: StateView, hidden: int) -> StateView | None:
        """The first other state of HEAD that shows an element of BASE.

        `hidden` is its place in `state` where it is there unseen; at -1 one of the same name and destination counts.
        """
        if hidden >= 0:
            other = state.outline.elements[hidden]
            found = self._by_place.get((other.selector, other.tag, other.name))
        else:
            name = plain_name(element)
            found = self._by_name.get((name, leads_to(element))) if name and element.interactive else None
        return None if found is state else found
