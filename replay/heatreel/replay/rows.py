"""From event columns to places: for each event its state, element and point, or the reason why it has none.

Targets, states and pages are few where events are many. So rows are grouped by what decides their place (page and
window, target, what the recorder said of the state, the walk), each group is decided once, and the points of all
rows are then found by array look-ups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import REASONS, TYPES
from heatreel.replay import placing
from heatreel.replay.columns import (
    FARTHEST_PX,
    POINTER_CODES,
    UNSUPPORTED,
    EventColumns,
    Numbers,
    factorize,
    without_collector,
)
from heatreel.replay.graphs import CapturedPages, Place
from heatreel.replay.states import Choice, Recognition
from heatreel.replay.visits import carried_forward, document_order, number_visits
from heatreel.replay.walk import Point, Walk, opens_by_hover

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PLACED = 255
"""Reason code of a row that was placed; the others index `REASONS`."""

OVERSCROLL_PX = 2000.0
"""A page that bounces can report an offset this far above its top."""

_VIEW, _SCROLL, _FOCUS, _MOVE = (TYPES.index(name) for name in ("view", "scroll", "focus", "move"))
_CODE = {name: code for code, name in enumerate(REASONS)} | {"": PLACED}
_CENTRED = ("key", "script")


@dataclass(frozen=True)
class Rows:
    """What became of the rows of event columns; columns of shape (n,), in the order of the events.

    `ordinal` is the snapshot (the best guess where the row is not placed, -1 without any), `choice` indexes
    `choices`, which say why. `order` are the rows in document order.
    """

    order: Ints
    visit: Ints
    seen: Ints
    page: Ints
    place: Ints
    choice: Ints
    ordinal: Ints
    element: Ints
    confidence: Floats
    x: Floats
    y: Floats
    reason: Ints
    choices: Sequence[Choice]

    @property
    def placed(self) -> Bools:
        found: Bools = self.reason == PLACED
        return found


class Placer:
    """Places event columns on the snapshots of a capture. Keeps what it has found out between calls."""

    def __init__(self, pages: CapturedPages) -> None:
        self.pages = pages
        self.numbers = Numbers()
        self.recognition = Recognition(pages, self.numbers)
        self.walk = Walk(self.recognition)
        self.page_names: dict[str, int] = {}
        self.viewport_names: dict[str, int] = {}
        self.type_names: dict[str, int] = {name: code for code, name in enumerate(TYPES)}
        self.places: list[Place] = []
        self.visits = 0
        self._page_of_url: list[int] = []
        self._relatives: list[bool] = []
        self._places: dict[tuple[int, int, int, bool, bool], int] = {}
        self._changes: dict[frozenset[str], int] = {frozenset(): 0}
        self._choices: dict[tuple[int, int, int, int, int], Choice] = {}
        self._shapes: dict[int, tuple[Floats, Bools]] = {}
        sizes = [(snapshot.width, snapshot.height) for snapshot in pages.snapshots]
        self._sizes = np.array(sizes, dtype=np.float64).reshape(-1, 2)

    @without_collector()
    def rows(self, columns: EventColumns) -> Rows:
        """The place of each row, or the reason why it has none."""
        page = self._pages(columns)
        order = document_order(columns.document)
        visit = np.empty(len(columns), dtype=np.int64)
        views = columns.type == _VIEW
        visit[order] = number_visits(columns.document[order], page[order], views[order], self.visits)
        self.visits = int(visit.max(initial=self.visits - 1)) + 1
        place = self._place_numbers(columns, page)
        seen = np.empty_like(visit)
        seen[order] = carried_forward(columns.seen[order], visit[order])
        change = self._change_numbers(order, visit, seen)
        walked = self._walked(columns, order, visit, place)
        choices, choice = self._choose(columns, place, seen, change, walked)
        ordinal = np.array([one.ordinal for one in choices], dtype=np.int64)[choice]
        element = np.array([one.element for one in choices], dtype=np.int64)[choice]
        confidence = np.array([one.confidence for one in choices], dtype=np.float64)[choice]
        reason = np.array([_CODE[one.reason] for one in choices], dtype=np.int64)[choice]
        reason[columns.type == UNSUPPORTED] = _CODE["unsupported"]
        x, y = np.full(len(columns), np.nan), np.full(len(columns), np.nan)
        rows = Rows(order, visit, seen, page, place, choice, ordinal, element, confidence, x, y, reason, choices)
        self._place_reach(columns, rows)
        self._find_elements(columns, rows)
        self._place_points(columns, rows)
        return rows

    # Where and when

    def _pages(self, columns: EventColumns) -> Ints:
        urls = list(self.numbers.urls)
        for url in urls[len(self._page_of_url) :]:
            name = self.pages.page(url)
            self._page_of_url.append(self.page_names.setdefault(name, len(self.page_names)))
            self._relatives.append(self.pages.is_relative(url))
        return np.array(self._page_of_url, dtype=np.int64)[columns.url]

    def _place_numbers(self, columns: EventColumns, page: Ints) -> Ints:
        touch = columns.touch.astype(np.int64)
        relative = np.array(self._relatives, dtype=bool)[columns.url]
        first, group = factorize(page, columns.variant, columns.viewport, touch, relative.astype(np.int64))
        keys = zip(
            page[first].tolist(),
            columns.variant[first].tolist(),
            columns.viewport[first].tolist(),
            columns.touch[first].tolist(),
            relative[first].tolist(),
            strict=True,
        )
        return np.array([self._place_number(key) for key in keys], dtype=np.int64)[group]

    def _place_number(self, key: tuple[int, int, int, bool, bool]) -> int:
        if key not in self._places:
            page, variant = list(self.page_names)[key[0]], list(self.numbers.variants)[key[1]]
            width = float(list(self.numbers.viewports)[key[2]][0])
            self._places[key] = len(self.places)
            self.places.append(self.pages.place(page, variant, width, *key[3:]))
        return self._places[key]

    def _change_numbers(self, order: Ints, visit: Ints, seen: Ints) -> Ints:
        """For each row what was set last in its visit, as a place in `Recognition.changes`."""
        ordered, stay = seen[order], visit[order]
        turn = np.zeros(len(order), dtype=bool)
        turn[1:] = (ordered[1:] != ordered[:-1]) | (stay[1:] != stay[:-1])
        found = np.zeros(len(order), dtype=np.int64)
        current = 0
        for begin, end in pairwise([*np.flatnonzero(turn).tolist(), len(order)]):
            if stay[begin] != stay[begin - 1]:
                current = 0
            else:
                current = self._change_number(int(ordered[begin - 1]), int(ordered[begin])) or current
            found[begin:end] = current
        numbers = np.empty_like(found)
        numbers[order] = found
        return numbers

    def _change_number(self, before: int, after: int) -> int:
        changed = self.recognition.change(before, after)
        if changed not in self._changes:
            self._changes[changed] = len(self.recognition.changes)
            self.recognition.changes.append(changed)
        return self._changes[changed]

    def _walked(self, columns: EventColumns, order: Ints, visit: Ints, place: Ints) -> Ints:
        """For each row the state that clicks alone lead to, as a position in the place's first graph."""
        branching = np.array([any(len(graph) > 1 for graph in one.graphs[:1]) for one in self.places], dtype=bool)
        hovering = np.array([opens_by_hover(one) for one in self.places], dtype=bool)
        clicked = np.isin(columns.type[order], POINTER_CODES)
        moving = clicked | ((columns.type[order] == _MOVE) & hovering[place[order]])
        named = columns.target[order] >= 0
        exact = np.array([one.exact for one in self.places], dtype=bool)[place[order]]
        pointed = clicked & ~named & exact & np.isfinite(columns.x[order]) & np.isfinite(columns.y[order])
        steps = np.flatnonzero(moving & branching[place[order]] & (named | pointed))
        walking = order[steps]
        rows = zip(
            visit[walking].tolist(),
            columns.session[walking].tolist(),
            map(self.places.__getitem__, place[walking].tolist()),
            columns.target[walking].tolist(),
            clicked[steps].tolist(),
            [
                _point(columns, row) if bare else None
                for row, bare in zip(walking.tolist(), pointed[steps], strict=True)
            ],
            strict=True,
        )
        at, after = self.walk.positions(rows)
        # Between two steps of a visit a visitor is where the first one led.
        then = np.full(len(order), -1, dtype=np.int64)
        then[steps] = after
        then = np.maximum(carried_forward(then, visit[order]), 0)
        then[steps] = at
        walked = np.empty_like(then)
        walked[order] = then
        return walked

    def _choose(
        self, columns: EventColumns, place: Ints, seen: Ints, change: Ints, walked: Ints
    ) -> tuple[list[Choice], Ints]:
        first, group = factorize(place, columns.target, seen, change, walked)
        keys = zip(
            place[first].tolist(),
            columns.target[first].tolist(),
            seen[first].tolist(),
            change[first].tolist(),
            walked[first].tolist(),
            strict=True,
        )
        return [self._choice(key) for key in keys], group

    def _choice(self, key: tuple[int, int, int, int, int]) -> Choice:
        found = self._choices.get(key)
        if found is None:
            place, target, seen, change, walked = key
            found = self.recognition.choose(self.places[place], target, seen, change, walked)
            self._choices[key] = found
        return found

    # Points

    def _boxes(self, ordinal: Ints, element: Ints) -> tuple[Floats, Bools]:
        """The box of each row's element, shape (n, 4), and whether it is a container."""
        used = np.unique(ordinal).tolist()
        for one in used:
            if one not in self._shapes:
                outline = self.pages.outline(one)
                self._shapes[one] = outline.boxes, placing.containers(outline)
        shapes = [self._shapes[one] for one in used]
        first = np.zeros(len(self.pages.snapshots), dtype=np.int64)
        first[used] = np.cumsum([0, *(len(boxes) for boxes, _ in shapes)])[:-1]
        at = first[ordinal] + element
        return np.concatenate([boxes for boxes, _ in shapes])[at], np.concatenate([some for _, some in shapes])[at]

    def _windows(self, columns: EventColumns) -> Floats:
        """Width and height of the window of each row, shape (n, 2); what is no size is 0."""
        table = np.array(list(self.numbers.viewports), dtype=np.float64).reshape(-1, 2)
        return np.where(np.isfinite(table) & (table > 0), table, 0.0)[columns.viewport]

    def _place_reach(self, columns: EventColumns, rows: Rows) -> None:
        """Views and scrolls of the page: the deepest page px that was on screen, as the snapshot's page has it."""
        reach = (columns.type == _VIEW) | ((columns.type == _SCROLL) & (columns.target < 0))
        inner = [_is_inner(columns, row) for row in np.flatnonzero(reach & (columns.type == _SCROLL)).tolist()]
        lost = np.zeros_like(reach)
        lost[reach & (columns.type == _SCROLL)] = inner
        rows.reason[lost & rows.placed] = _CODE["unsupported"]
        at = np.flatnonzero(reach & ~lost & rows.placed)
        if not len(at):
            return
        offset = np.where(columns.type[at] == _VIEW, np.nan_to_num(columns.y[at], posinf=np.inf), columns.y[at])
        told = _told_shares(columns, at)
        offset = np.where(np.isnan(offset) & ~np.isnan(told), 0.0, offset)
        absurd = ~np.isfinite(offset) | (np.abs(offset) > FARTHEST_PX) | (offset < -OVERSCROLL_PX)
        rows.reason[at[absurd]] = _CODE["out_of_range"]
        at, offset, told = at[~absurd], offset[~absurd], told[~absurd]
        deepest = np.maximum(offset, 0) + self._windows(columns)[at, 1]
        height = self._sizes[rows.ordinal[at], 1]
        length = self._page_lengths(columns, rows)[at]
        same_width = np.array([place.exact for place in self.places], dtype=bool)[rows.place[at]]
        with np.errstate(divide="ignore", invalid="ignore"):
            shared = deepest * height / np.maximum(length, deepest)
        depth = np.where(same_width | ~(length > 0), deepest, shared)
        rows.y[at] = np.clip(np.where(np.isnan(told), depth, told * height), 0, height)
        rows.x[at] = 0
        rows.element[at] = -1

    def _page_lengths(self, columns: EventColumns, rows: Rows) -> Floats:
        """How long the visitor's page was, px, as far as the views of the visit say; 0 when they do not."""
        first = int(rows.visit.min(initial=0))
        lengths = np.zeros(int(rows.visit.max(initial=0)) - first + 1)
        for row in np.flatnonzero(columns.type == _VIEW).tolist():
            told = columns.events[row].data.get("page_height")
            if isinstance(told, int | float) and 0 < told < FARTHEST_PX:
                visit = int(rows.visit[row]) - first
                lengths[visit] = max(lengths[visit], told)
        found: Floats = lengths[rows.visit - first]
        return found

    def _find_elements(self, columns: EventColumns, rows: Rows) -> None:
        """Events that name a point but no target: what is topmost there, on a page of the same width."""
        nameless = (columns.target < 0) & (columns.type != _VIEW) & (columns.type != _SCROLL) & rows.placed
        at = np.flatnonzero(nameless)
        if not len(at):
            return
        exact = np.array([place.exact for place in self.places], dtype=bool)[rows.place[at]]
        known = exact & np.isfinite(columns.x[at]) & np.isfinite(columns.y[at])
        rows.reason[at[~known]] = _CODE["unsupported"]
        for ordinal in np.unique(rows.ordinal[at[known]]).tolist():
            here = at[known & (rows.ordinal[at] == ordinal)]
            x, y = columns.x[here], columns.y[here]
            fixed = np.array([bool(columns.events[row].data.get("fixed")) for row in here.tolist()], dtype=bool)
            outline = self.pages.outline(ordinal)
            rows.element[here] = placing.element_at(outline, x, y, fixed)
            rows.x[here], rows.y[here] = x, y
            rows.reason[here[rows.element[here] < 0]] = _CODE["out_of_range"]
            # Nobody said what was hit, so this is never sure, and least so at the edge of an element.
            rows.confidence[here] *= placing.sureness(outline, rows.element[here], x, y)

    def _place_points(self, columns: EventColumns, rows: Rows) -> None:
        """Events on a target: their share of its box, on the box that the snapshot has."""
        at = np.flatnonzero(rows.placed & (columns.target >= 0) & (columns.type != _VIEW))
        if not len(at):
            return
        before = columns.box[at]
        u = placing.shares(columns.u[at], columns.x[at], before[:, 0], before[:, 2])
        v = placing.shares(columns.v[at], columns.y[at], before[:, 1], before[:, 3])
        u, v, masked = self._fill(columns, at, u, v)
        u, v, bare = self._without_box(columns, rows, at, u, v)
        unknown = np.isnan(u) | np.isnan(v)
        outside = ~placing.in_range(u, before[:, 2]) | ~placing.in_range(v, before[:, 3])
        rows.reason[at[outside]] = _CODE["out_of_range"]
        rows.reason[at[unknown]] = _CODE["unsupported"]
        rows.reason[at[masked]] = _CODE["masked"]
        good = ~(unknown | outside | masked)
        at, u, v, before, bare = at[good], u[good], v[good], before[good], bare[good]
        if not len(at):
            return
        boxes, container = self._boxes(rows.ordinal[at], rows.element[at])
        before[bare] = boxes[bare]
        x, y = placing.place(u, v, before, boxes, container)
        width, height = self._sizes[rows.ordinal[at]].T
        off = ~((x >= -1) & (y >= -1) & (x <= width + 1) & (y <= height + 1))
        rows.x[at], rows.y[at] = x, y
        rows.reason[at[off]] = _CODE["out_of_range"]

    def _without_box(
        self, columns: EventColumns, rows: Rows, at: Ints, u: Floats, v: Floats
    ) -> tuple[Floats, Floats, Bools]:
        """Shares where the source tells a target and a page point, but not the target's box: of the box on the
        snapshot when the window is as wide, kept inside of it, else the middle. And which rows these are."""
        x, y = columns.x[at], columns.y[at]
        boxless = ~(np.nan_to_num(columns.box[at, 2:]) > 0).all(axis=1)
        bare = boxless & (np.isnan(u) | np.isnan(v)) & np.isfinite(x) & np.isfinite(y) & (columns.type[at] != _SCROLL)
        if not bare.any():
            return u, v, bare
        here = np.flatnonzero(bare)
        boxes, _container = self._boxes(rows.ordinal[at[here]], rows.element[at[here]])
        exact = np.array([place.exact for place in self.places], dtype=bool)[rows.place[at[here]]]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            across, down = ((x[here] - boxes[:, 0]) / boxes[:, 2], (y[here] - boxes[:, 1]) / boxes[:, 3])
        u[here] = np.where(exact, np.clip(np.nan_to_num(across, nan=0.5), 0, 1), 0.5)
        v[here] = np.where(exact, np.clip(np.nan_to_num(down, nan=0.5), 0, 1), 0.5)
        return u, v, bare

    def _fill(self, columns: EventColumns, at: Ints, u: Floats, v: Floats) -> tuple[Floats, Floats, Bools]:
        """Shares where the event tells none: the middle for what no pointer did; and which rows were masked."""
        scrolls = columns.type[at] == _SCROLL
        middle = (columns.type[at] == _FOCUS) & np.isnan(u) & np.isnan(v)
        masked = np.zeros(len(at), dtype=bool)
        for position in np.flatnonzero((np.isnan(u) | np.isnan(v)) & ~scrolls).tolist():
            data = columns.events[int(at[position])].data
            masked[position] = bool(data.get("masked"))
            middle[position] |= data.get("pointer") in _CENTRED
        # An inner scroller's event tells its offset, not a point: its bottom edge is where reading stops.
        u = np.where(scrolls | middle, 0.5, u)
        v = np.where(scrolls, 1.0, np.where(middle, 0.5, v))
        return u, v, masked


def _point(columns: EventColumns, row: int) -> Point:
    return float(columns.x[row]), float(columns.y[row]), bool(columns.events[row].data.get("fixed"))


def _told_shares(columns: EventColumns, at: Ints) -> Floats:
    """The share of the page's height that was seen, where a source tells that and no px; else NaN."""
    found = np.full(len(at), np.nan)
    for position in np.flatnonzero(np.isnan(columns.y[at])).tolist():
        share = columns.events[int(at[position])].data.get("reach")
        if isinstance(share, int | float) and 0 <= share <= 1:
            found[position] = share
    return found


def _is_inner(columns: EventColumns, row: int) -> bool:
    return bool(columns.events[row].data.get("inner"))
