"""Which boxes overlap only because of how one flow of text and blocks is laid out: nothing lies over anything there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.replay.verify.views import ancestors, subtree_ends

Ints = NDArray[np.int64]

# A text that is this much taller than its neighbour takes several lines.
SEVERAL_LINES = 1.6
_INLINE = frozenset({
    "a", "abbr", "b", "button", "code", "em", "i", "img", "input", "label", "mark", "select", "small", "span",
    "strong", "sub", "sup", "u",
})  # fmt: skip


@dataclass(frozen=True)
class Flow:
    """The elements of an outline as a flow, told from their order on the page and in painting."""

    outline: Outline

    @cached_property
    def ends(self) -> Ints:
        return subtree_ends(self.outline)

    @cached_property
    def order(self) -> Ints:
        return np.array([element.order for element in self.outline.elements], dtype=np.int64)

    @cached_property
    def _painted(self) -> dict[int, int]:
        """Elements by their paint order."""
        return {int(order): index for index, order in enumerate(self.order)}

    def flows_by(self, target: int, other: int) -> bool:
        """Whether two that overlap are laid out by one flow: as pieces of one text, or a float in a block."""
        elements = self.outline.elements
        if elements[target].position != elements[other].position:
            return False
        one, two = self._branches(target, other)
        if self._same_line(target, one, two):
            return True
        # Floats are painted over the blocks they lie in, which the page model's order does not tell.
        return not (elements[other].interactive or elements[two].interactive) and self.in_flow(two)

    def _branches(self, target: int, other: int) -> tuple[int, int]:
        """The parts of two chains of ancestors right below where they meet."""
        lines = [[index, *ancestors(self.outline, index)] for index in (target, other)]
        common = set(lines[0]) & set(lines[1])
        one, two = ([index for index in line if index not in common] or [line[0]] for line in lines)
        return one[-1], two[-1]

    def _same_line(self, target: int, one: int, two: int) -> bool:
        """Whether two are pieces of one text: the box of a link that wraps spans its neighbours on both lines."""
        elements = self.outline.elements
        first, second = elements[self._inline(one, target)], elements[self._inline(two, -1)]
        if first.tag not in _INLINE or second.tag not in _INLINE:
            return False
        heights = sorted((first.box[3], second.box[3]))
        return heights[1] > SEVERAL_LINES * heights[0]

    def _inline(self, branch: int, target: int) -> int:
        """The first element of a branch with a box of its own: wrappers with `display: contents` have none."""
        elements = self.outline.elements
        place = branch
        while place != target and not _has_box(elements[place]) and place + 1 < self.ends[branch]:
            place += 1
        return place

    def in_flow(self, index: int) -> bool:
        """Whether an element is painted right after what comes before it in its layer, and what comes next right
        after it: what is out of the flow is painted after all of it. False for the last child, which may be both."""
        order, end = int(self.order[index]), int(self.ends[index])
        before = self._painted.get(order - 1, len(self.order))
        if before > index or bool((self.order[before + 1 : index] < order).any()):
            return False
        last = order
        while index < self._painted.get(last + 1, -1) < end:
            last += 1
        return end <= self._painted.get(last + 1, -1) < int(self.ends[self.outline.elements[index].parent])


def _has_box(element: Element) -> bool:
    return element.box[2] > 0 and element.box[3] > 0
