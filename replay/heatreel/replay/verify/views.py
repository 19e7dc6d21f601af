"""The two captures as verify sees them: pages at a viewport and variant, with their states, elements and hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.hits import Hits
from heatreel.core.state import DEFAULT, Skipped, Snapshot
from heatreel.core.viewport import Viewport

Signature = tuple[str, str, str, str, str, str, int, int]


def signature(element: Element) -> Signature:
    """What tells an element in every snapshot of one page of one build."""
    return (
        element.selector, element.tag, element.name, element.text, element.href, element.src,
        element.group_index, element.group_size,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Captured:
    """A capture: its snapshots, their outlines, what was skipped, and the hits of a replay if there is one.

    `undone` tells by (page, viewport, state of BASE) why a recipe that was to be done again could not be.
    """

    snapshots: Sequence[Snapshot]
    outline: Callable[[Snapshot], Outline]
    hits: Callable[[Snapshot], Hits] | None = None
    skipped: Sequence[Skipped] = ()
    undone: Mapping[tuple[str, str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class StateView:
    """One snapshot with its elements and the hits on it."""

    snapshot: Snapshot
    outline: Outline
    hits: Hits | None

    @property
    def id(self) -> str:
        return self.snapshot.state.id


@dataclass(frozen=True, eq=False)
class View:
    """A page at a viewport and variant: its states, the default state first."""

    page: str
    viewport: Viewport
    variant: str
    snapshots: tuple[Snapshot, ...]
    captured: Captured
    _states: dict[int, StateView] = field(default_factory=dict)

    def state(self, snapshot: Snapshot) -> StateView:
        """A snapshot of this view with its elements; read once."""
        if snapshot.id not in self._states:
            hits = self.captured.hits(snapshot) if self.captured.hits else None
            self._states[snapshot.id] = StateView(snapshot, self.captured.outline(snapshot), hits)
        return self._states[snapshot.id]

    def skip_reason(self, selector: str) -> str:
        """Why the capture did not try an element here, or ""."""
        for skipped in self.captured.skipped:
            if (skipped.page, skipped.viewport, skipped.selector) == (self.page, self.viewport.name, selector):
                return skipped.reason
        return ""


def views(captured: Captured) -> list[View]:
    """The views of a capture, in the order in which they were taken."""
    groups: dict[tuple[str, str, str], list[Snapshot]] = {}
    for snapshot in captured.snapshots:
        groups.setdefault((snapshot.page, snapshot.viewport.name, snapshot.variant), []).append(snapshot)
    return [
        View(page, some[0].viewport, variant, tuple(_default_first(some)), captured)
        for (page, _, variant), some in groups.items()
    ]


def _default_first(snapshots: list[Snapshot]) -> list[Snapshot]:
    return sorted(snapshots, key=lambda snapshot: (snapshot.state.id != DEFAULT, len(snapshot.state.recipe)))


def subtree_ends(outline: Outline) -> NDArray[np.int64]:
    """For each element the position after its last descendant; elements are in document order."""
    ends = np.arange(1, len(outline.elements) + 1, dtype=np.int64)
    for element in reversed(outline.elements):
        if element.parent >= 0:
            ends[element.parent] = max(ends[element.parent], ends[element.index])
    return ends


def ancestors(outline: Outline, index: int) -> list[int]:
    """The elements around one, the nearest first."""
    found: list[int] = []
    index = outline.elements[index].parent
    while index >= 0:
        found.append(index)
        index = outline.elements[index].parent
    return found
