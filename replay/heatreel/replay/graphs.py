"""State graphs of a capture: the states of a page at a viewport and variant, and which of them an event is for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.routes import RouteTable
from heatreel.core.state import DEFAULT, Snapshot
from heatreel.core.viewport import Viewport
from heatreel.replay.sketches import Bits, read_sketch

OTHER_TOUCH = 0.1
"""What a viewport of the other kind (touch or not) costs, in logs of width: as much as being 10 % off."""

SAME_WIDTH_PX = 1.0
"""A window this near to a captured one is of that width."""


@dataclass(frozen=True, eq=False)
class StateGraph:
    """The states of a page at a viewport and variant.

    `ordinals` are the places of the snapshots in the capture's list, in the same order as `snapshots`; the
    default state (or the first there is) comes first, so its position here is 0.
    """

    page: str
    viewport: Viewport
    variant: str
    snapshots: tuple[Snapshot, ...]
    ordinals: tuple[int, ...]
    outline: Callable[[int], Outline]
    """The outline of the state at a position."""

    def __len__(self) -> int:
        return len(self.snapshots)

    @cached_property
    def settings(self) -> tuple[Mapping[str, str], ...]:
        """How the switches are set in each state; a state without any word on them has them as by default."""
        first = self.snapshots[0].state.settings or {}
        return tuple(snapshot.state.settings or first for snapshot in self.snapshots)

    @cached_property
    def sketches(self) -> list[Bits | None]:
        return [read_sketch(snapshot.state.sketch) for snapshot in self.snapshots]

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """The position of the state that each was reached from; 0 for the first and for unknown ones."""
        positions = {snapshot.state.id: position for position, snapshot in enumerate(self.snapshots)}
        return tuple(positions.get(snapshot.state.parent, 0) for snapshot in self.snapshots)

    def lineage(self, position: int) -> list[int]:
        """The state itself, the state it was reached from, and so on to the first."""
        line = [position]
        while self.parents[line[-1]] not in line:
            line.append(self.parents[line[-1]])
        return line

    def hidden(self, position: int) -> frozenset[str]:
        """The selectors of what a state hides of the one it was reached from."""
        return frozenset(shown.selector for shown in self.snapshots[position].state.hides)

    def revealed(self, by: int, position: int) -> NDArray[np.bool_]:
        """Which elements of a state one state revealed, with all that is inside them; shape (elements,)."""
        outline = self.outline(position)
        selectors = {shown.selector for shown in self.snapshots[by].state.reveals}
        inside = np.zeros(len(outline.elements), dtype=bool)
        # Elements are in document order: a parent comes before its children.
        for element in outline.elements:
            above = element.parent >= 0 and inside[element.parent]
            inside[element.index] = above or element.selector in selectors
        return inside


@dataclass(frozen=True, eq=False)
class Place:
    """Where events of a page, variant and window may go: state graphs, the nearest viewport first.

    `graphs` is empty when the page, or its variant, was never captured. `exact` is true when the window is as
    wide as the nearest viewport. `relative` is true for a URL that has the page's route in common with the captured
    one, but not its content.
    """

    page: str
    graphs: tuple[StateGraph, ...]
    exact: bool
    relative: bool = False


class CapturedPages:
    """All state graphs of a capture, and the page that a URL belongs to."""

    def __init__(
        self, snapshots: Sequence[Snapshot], routes: RouteTable, outline: Callable[[Snapshot], Outline]
    ) -> None:
        self.snapshots = tuple(snapshots)
        self._outline_of = outline
        self._outlines: dict[int, Outline] = {}
        # A page captured under a pattern is that pattern, also when the configuration has lost it since.
        patterns = tuple(dict.fromkeys(snapshot.page for snapshot in snapshots if "{" in snapshot.page))
        known = routes.routes + tuple(pattern for pattern in patterns if pattern not in routes.routes)
        self.routes = RouteTable(known, routes.query)
        self.graphs = self._make_graphs()
        self.captured: dict[str, set[str]] = {}
        for snapshot in snapshots:
            self.captured.setdefault(snapshot.page, set()).add(self.routes.path(snapshot.url))

    def outline(self, ordinal: int) -> Outline:
        """The outline of a snapshot by its place in `snapshots`; read once."""
        if ordinal not in self._outlines:
            self._outlines[ordinal] = self._outline_of(self.snapshots[ordinal])
        return self._outlines[ordinal]

    def _make_graphs(self) -> dict[str, list[StateGraph]]:
        groups: dict[tuple[str, Viewport, str], list[int]] = {}
        for ordinal, snapshot in enumerate(self.snapshots):
            groups.setdefault((snapshot.page, snapshot.viewport, snapshot.variant), []).append(ordinal)
        graphs: dict[str, list[StateGraph]] = {}
        for (page, viewport, variant), ordinals in groups.items():
            ordinals.sort(key=lambda ordinal: self.snapshots[ordinal].state.id != DEFAULT)
            states = tuple(self.snapshots[ordinal] for ordinal in ordinals)
            graphs.setdefault(page, []).append(self._graph(page, viewport, variant, states, tuple(ordinals)))
        return graphs

    def _graph(
        self, page: str, viewport: Viewport, variant: str, states: tuple[Snapshot, ...], ordinals: tuple[int, ...]
    ) -> StateGraph:
        return StateGraph(page, viewport, variant, states, ordinals, lambda at: self.outline(ordinals[at]))

    def page(self, url: str) -> str:
        """The page of a URL, captured or not; empty when the text is no URL."""
        try:
            return self.routes.page(url)
        except ValueError:
            return ""

    def is_relative(self, url: str) -> bool:
        """Whether a URL is of a captured route, but another one than was captured (another product)."""
        page = self.page(url)
        return "{" in page and page in self.captured and self.routes.path(url) not in self.captured[page]

    def place(self, page: str, variant: str, width: float, touch: bool, relative: bool = False) -> Place:
        """The state graphs for a window of `width` CSS px, nearest first."""
        graphs = _of_variant(self.graphs.get(page, []), variant)
        if not graphs:
            return Place(page, (), False, relative)
        ordered = sorted(graphs, key=lambda graph: viewport_distance(graph.viewport, width, touch))
        exact = abs(ordered[0].viewport.width - width) <= SAME_WIDTH_PX
        return Place(page, tuple(ordered), exact, relative)


def viewport_distance(viewport: Viewport, width: float, touch: bool) -> float:
    """How far a window is from a viewport: difference of the logs of their widths, and of touch."""
    wide = width if math.isfinite(width) and width > 1 else 1.0
    return abs(math.log(wide / viewport.width)) + (OTHER_TOUCH if touch != viewport.touch else 0)


def _of_variant(graphs: Sequence[StateGraph], variant: str) -> list[StateGraph]:
    """The graphs of that variant, else those that name none; a visitor who names none takes the first there is."""
    for wanted in (variant, ""):
        found = [graph for graph in graphs if graph.variant == wanted]
        if found:
            return found
    if variant or not graphs:
        return []
    return [graph for graph in graphs if graph.variant == graphs[0].variant]
