"""What insights are read from: all hits of a replay in one table by visit and time, and what was clicked, by name.

A *place* is a page at a viewport and variant; its states share their elements, told apart by selector. A *control* is
an element of a place (a click on a picture inside a link counts for the link), a *thing* the same selector of a page at
all its places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.dwell import Moments, Watched, moments
from heatreel.core.element import Element, Outline
from heatreel.core.hits import SIGNALS, TYPES, Away, Hits
from heatreel.core.insight import Where
from heatreel.core.reach import settled_depths
from heatreel.core.state import DEFAULT, Snapshot
from heatreel.replay.insights.edges import Edges
from heatreel.replay.insights.kept import Kept
from heatreel.replay.matching import match_pages
from heatreel.replay.not_placed import NotPlaced
from heatreel.replay.ranking import acting_elements, label_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEW = 3
"""More items than these are a list, whose members are alike on purpose."""

CLICKS = (TYPES.index("click"), TYPES.index("tap"))


@dataclass(frozen=True)
class Place:
    """A page at a viewport and variant: its snapshots, by position in `Material.snapshots`, the default first."""

    number: int
    page: str
    viewport: str
    variant: str
    touch: bool
    ordinals: tuple[int, ...]
    height: float
    window: int

    def __str__(self) -> str:
        return f"{self.page} on {self.viewport}" + (f", variant {self.variant}" if self.variant else "")


@dataclass(frozen=True)
class Control:
    """An element of a place in all its states: `at` holds its position in the outline of each snapshot that has it,
    `shown` the snapshots (ordinals) where it is visible. `element` is as the first of them shows it."""

    number: int
    place: int
    thing: int
    selector: str
    ordinal: int
    element: Element
    at: Mapping[int, int]
    shown: tuple[int, ...]

    @property
    def name(self) -> str:
        return label_of(self.element)


@dataclass(frozen=True)
class Table:
    """The hits, shape (n,), by visit and time. `visit` counts from 0 without gaps; `control` is -1 without element."""

    visit: Ints
    session: Ints
    type: NDArray[np.uint8]
    signals: NDArray[np.uint16]
    snap: Ints
    element: Ints
    control: Ints
    x: Floats
    y: Floats
    time_ms: Floats
    ms: Floats
    weight: Floats
    signature: Ints


@dataclass(frozen=True)
class Visits:
    """The visits, shape (v,): place (of most of their hits' first), session, first and last time, weight, and whether
    the session went nowhere after them."""

    place: Ints
    session: Ints
    start_ms: Floats
    end_ms: Floats
    weight: Floats
    ends: Bools
    begins: Bools


class Material:
    """The hits of a replay on the snapshots of a capture, gathered for insights. `notes` are tables that several kinds
    of insights share, made when first asked for. `edges` are where sessions begin and end, if that is more than the
    hits show."""

    def __init__(
        self,
        snapshots: Sequence[Snapshot],
        outlines: Sequence[Outline],
        hits: Sequence[Hits],
        sessions: Sequence[Mapping[str, Any]],
        kept: Kept,
        away: Away | None = None,
        details: Mapping[str, Any] | None = None,
        not_placed: NotPlaced | None = None,
        edges: Edges | None = None,
    ) -> None:
        self.snapshots = tuple(snapshots)
        self.outlines = tuple(outlines)
        self.sessions = sessions
        self.kept = kept
        self.away = away
        self.details = details or {}
        self.not_placed = not_placed
        self.notes: dict[str, Any] = {}
        self.places = _places(self.snapshots)
        self.place_of = np.zeros(len(self.snapshots), np.int64)
        for place in self.places:
            self.place_of[list(place.ordinals)] = place.number
        self.pages = tuple(dict.fromkeys(place.page for place in self.places))
        self.controls, self._of_element, self.things = self._find_controls(hits)
        self.table, self.visit_ids, self._hits, self._order = self._gather(hits)
        self.visits = _visits(self.table, self.place_of)
        if edges is not None:
            begins, ends = np.isin(self.visit_ids, edges.first), np.isin(self.visit_ids, edges.last)
            self.visits = replace(self.visits, begins=begins, ends=ends)

    # Elements

    def _find_controls(
        self, hits: Sequence[Hits]
    ) -> tuple[tuple[Control, ...], list[Ints], tuple[tuple[str, str], ...]]:
        found: dict[tuple[int, str], dict[str, Any]] = {}
        things: dict[tuple[str, str], int] = {}
        twins = _twins_of_variants(self.places, self.outlines)
        acting = [acting_elements(outline) for outline in self.outlines]
        used = self._used(hits, acting)
        of_element: list[Ints] = []
        for ordinal, outline in enumerate(self.outlines):
            place = int(self.place_of[ordinal])
            page = self.snapshots[ordinal].page
            numbers = np.full(len(outline.elements), -1, np.int64)
            for element in outline.elements:
                around = int(acting[ordinal][element.index])
                if around != element.index:
                    numbers[element.index] = numbers[around]
                    continue
                # What neither acts nor was ever hit is no matter: pages have tens of thousands of these.
                if not element.interactive and (page, element.selector) not in used:
                    continue
                key = (place, element.selector)
                record = found.get(key)
                if record is None:
                    usual = twins.get(key, element.selector)
                    thing = things.setdefault((page, usual), len(things))
                    record = found[key] = {"number": len(found), "thing": thing, "at": {}, "shown": [], "first": None}
                record["at"][ordinal] = element.index
                if element.visible and min(element.box[2:]) > 0:
                    record["shown"].append(ordinal)
                    if record["first"] is None or not _is_shown(self.outlines[record["first"][0]], record["first"][1]):
                        record["first"] = (ordinal, element.index)
                elif record["first"] is None:
                    record["first"] = (ordinal, element.index)
                numbers[element.index] = record["number"]
            of_element.append(numbers)
        controls = tuple(
            Control(
                record["number"], place, record["thing"], selector, record["first"][0],
                self.outlines[record["first"][0]].elements[record["first"][1]], record["at"], tuple(record["shown"]),
            )
            for (place, selector), record in found.items()
        )  # fmt: skip
        return controls, of_element, tuple(things)

    def _used(self, hits: Sequence[Hits], acting: Sequence[Ints]) -> set[tuple[str, str]]:
        """What was hit anywhere, or opens a state: page and selector."""
        found = {(one.page, action.selector) for one in self.snapshots for action in one.state.recipe}
        for ordinal, some in enumerate(hits):
            elements = self.outlines[ordinal].elements
            for index in np.unique(acting[ordinal][some.element[some.element >= 0]]).tolist():
                found.add((self.snapshots[ordinal].page, elements[index].selector))
        return found

    @cached_property
    def thing_of(self) -> Ints:
        """The thing of each control; one more at the end, -1, for no control."""
        return np.array([*(control.thing for control in self.controls), -1], np.int64)

    @cached_property
    def family_of(self) -> Ints:
        """For each thing the first one that is an item of the same list; itself for all others."""
        found = np.arange(len(self.things), dtype=np.int64)
        first: dict[tuple[str, str], int] = {}
        for control in self.controls:
            item = item_of(self.outlines[control.ordinal], control.element)
            if not item:
                continue
            of_list = re.sub(r"\d+(?=\D*$)", "", item) + control.selector.removeprefix(item)
            key = (self.things[control.thing][0], of_list)
            found[control.thing] = first.setdefault(key, int(found[control.thing]))
        return found

    @cached_property
    def controls_at(self) -> tuple[list[Control], ...]:
        """The controls of each place, by its number."""
        found: tuple[list[Control], ...] = tuple([] for _ in self.places)
        for control in self.controls:
            found[control.place].append(control)
        return found

    @cached_property
    def things_of_page(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {page: [] for page in self.pages}
        for thing, (page, _) in enumerate(self.things):
            found[page].append(thing)
        return found

    @cached_property
    def controls_of_thing(self) -> dict[int, list[Control]]:
        found: dict[int, list[Control]] = {}
        for control in self.controls:
            found.setdefault(control.thing, []).append(control)
        return found

    def control(self, place: Place, selector: str) -> Control | None:
        return self._by_selector.get((place.number, selector))

    @cached_property
    def _by_selector(self) -> dict[tuple[int, str], Control]:
        return {(control.place, control.selector): control for control in self.controls}

    def where(self, control: Control, ordinal: int | None = None) -> Where:
        """The place to look at a control: in the state asked for, else the first that shows it."""
        ordinal = control.ordinal if ordinal is None or ordinal not in control.at else ordinal
        snapshot = self.snapshots[ordinal]
        element = self.outlines[ordinal].elements[control.at[ordinal]]
        names = (snapshot.page, snapshot.viewport.name, snapshot.variant, snapshot.state.id)
        return Where(*names, control.selector, label_of(element), element.box)

    def where_place(self, place: Place) -> Where:
        return Where(place.page, place.viewport, place.variant, self.snapshots[place.ordinals[0]].state.id)

    # Hits

    def _gather(self, hits: Sequence[Hits]) -> tuple[Table, Ints, Hits, Ints]:
        joined = Hits.joined(hits)
        snap = np.repeat(np.arange(len(hits)), [len(one) for one in hits]).astype(np.int64)
        ids, visit = np.unique(joined.visit, return_inverse=True)
        order = np.lexsort((joined.time_ms, visit))
        control = np.full(len(joined), -1, np.int64)
        start = 0
        for ordinal, one in enumerate(hits):
            here = slice(start, start + len(one))
            element = joined.element[here]
            if len(one) and len(self._of_element[ordinal]):
                control[here] = np.where(element >= 0, self._of_element[ordinal][np.maximum(element, 0)], -1)
            start += len(one)
        table = Table(
            visit=visit[order].astype(np.int64),
            session=joined.session[order].astype(np.int64),
            type=joined.type[order],
            signals=joined.signals[order],
            snap=snap[order],
            element=joined.element[order].astype(np.int64),
            control=control[order],
            x=joined.x[order].astype(np.float64),
            y=joined.y[order].astype(np.float64),
            time_ms=joined.time_ms[order],
            ms=joined.ms[order].astype(np.float64),
            weight=joined.weight[order].astype(np.float64),
            signature=joined.signature[order].astype(np.int64),
        )
        return table, ids.astype(np.int64), joined, order

    @cached_property
    def is_click(self) -> Bools:
        return np.isin(self.table.type, CLICKS)

    @cached_property
    def clicks(self) -> Ints:
        """The rows of clicks and taps on elements."""
        return np.flatnonzero(self.is_click & (self.table.control >= 0))

    def with_signal(self, name: str) -> Ints:
        """The rows of clicks (or moves) that carry a signal."""
        return np.flatnonzero((self.table.signals & (1 << SIGNALS.index(name))) != 0)

    @cached_property
    def visit_pages(self) -> Ints:
        """The page of each visit, as a position in `pages`."""
        number = {page: at for at, page in enumerate(self.pages)}
        of_place = np.array([number[place.page] for place in self.places], np.int64)
        return of_place[self.visits.place] if len(self.places) else self.visits.place

    def visits_of_page(self, page: str) -> Ints:
        return np.flatnonzero(self.visit_pages == self.pages.index(page))

    def visits_at(self, place: Place) -> Ints:
        return np.flatnonzero(self.visits.place == place.number)

    def did(self, rows: Ints) -> Bools:
        """Which visits have any of the rows, shape (v,)."""
        found = np.zeros(len(self.visits.place), bool)
        found[self.table.visit[rows]] = True
        return found

    def people(self, visits: Bools) -> int:
        """How many sessions some visits are of: what one person does again and again is no habit of many."""
        return len(np.unique(self.visits.session[visits]))

    def numbers_of(self, visit_ids: NDArray[np.integer[Any]]) -> Ints:
        """The visits of ids, without those that this material (of a segment) does not have."""
        at = np.searchsorted(self.visit_ids, visit_ids)
        known = at < len(self.visit_ids)
        known[known] = self.visit_ids[at[known]] == visit_ids[known]
        found: Ints = at[known]
        return found

    def examples(self, visits: Ints, most: int = 5) -> tuple[str, ...]:
        """Ids of a few sessions of visits."""
        numbers = list(dict.fromkeys(self.visits.session[visits[: 20 * most]].tolist()))[:most]
        return tuple(str(self.sessions[number]["session"]) for number in numbers if number < len(self.sessions))

    @cached_property
    def windows(self) -> Floats:
        """The height of the window of each session, CSS px; 0 where unknown."""
        return np.array([row.get("height") or 0 for row in self.sessions] or [0], np.float64)

    def window_of(self, session: Ints, snap: Ints) -> Floats:
        """The height of the window of sessions on snapshots, CSS px; that of the viewport where it is unknown."""
        usual = np.array([snapshot.viewport.height for snapshot in self.snapshots] or [0], np.float64)
        heights = self.windows[np.minimum(session, len(self.windows) - 1)]
        return np.where(heights > 0, heights, usual[snap])

    @cached_property
    def watching(self) -> Ints:
        """The rows that say what is on screen."""
        return np.flatnonzero(np.isin(self.table.type, (TYPES.index("view"), TYPES.index("scroll"))))

    @cached_property
    def watched(self) -> Bools:
        """Which visits say what they had on screen, shape (v,): of imported clicks nobody knows it."""
        return self.did(self.watching)

    @cached_property
    def depths(self) -> Floats:
        """The `y` of all rows; for views the depth that the page came to rest at."""
        return settled_depths(self._hits)[self._order].astype(np.float64)

    @cached_property
    def stood(self) -> tuple[Moments, Ints]:
        """Where windows stood still and for how long, over all places, and the snapshot of each such moment."""
        hits = self._hits
        snap = np.empty(len(hits), np.int64)
        snap[self._order] = self.table.snap
        window = self.window_of(hits.session.astype(np.int64), snap).astype(np.float32)
        found = moments(Watched(hits, np.ones(len(hits), bool), window, self.away))
        return found, snap[found.row]

    @cached_property
    def triggers(self) -> dict[tuple[int, str], list[int]]:
        """Snapshots (ordinals) that an action on a selector of a place leads to."""
        found: dict[tuple[int, str], list[int]] = {}
        for ordinal, snapshot in enumerate(self.snapshots):
            if snapshot.state.recipe:
                key = (int(self.place_of[ordinal]), snapshot.state.recipe[-1].selector)
                found.setdefault(key, []).append(ordinal)
        return found


def is_inside(selector: str, around: str) -> bool:
    """Whether a unique selector is of an element, or of one inside it."""
    return selector == around or selector.startswith(f"{around} ")


def item_of(outline: Outline, element: Element) -> str:
    """The selector of the item of a list that an element is, or is in; empty when it is in none of more than `FEW`."""
    found, index = "", element.index
    for _ in range(3):
        if index < 0:
            break
        if outline.elements[index].group_size > FEW:
            found = outline.elements[index].selector
        index = outline.elements[index].parent
    return found


def _twins_of_variants(places: Sequence[Place], outlines: Sequence[Outline]) -> dict[tuple[int, str], str]:
    """For elements of a variant whose selector is another than in the first one: (place, selector) to the latter.

    Another arm of a test may have other elements, which changes the selectors of those after them.
    """
    found: dict[tuple[int, str], str] = {}
    first: dict[tuple[str, str], Place] = {}
    for place in places:
        usual = first.setdefault((place.page, place.viewport), place)
        if usual is place:
            continue
        before, after = outlines[usual.ordinals[0]], outlines[place.ordinals[0]]
        renamed: dict[str, str] = {}
        for match in match_pages(after, before):
            own, other = after.elements[match.before].selector, before.elements[match.after].selector
            if match.verdict == "matched" and own != other:
                renamed[own] = other
        # What only this arm has must not pass for what the other one has in its place.
        taken = set(renamed.values())
        found |= {(place.number, own): other for own, other in renamed.items()}
        for selector in (element.selector for element in after.elements):
            if selector in taken and selector not in renamed:
                found[place.number, selector] = f"{selector} ({place.variant})"
    return found


def _is_shown(outline: Outline, index: int) -> bool:
    return outline.elements[index].visible


def _places(snapshots: Sequence[Snapshot]) -> tuple[Place, ...]:
    found: dict[tuple[str, str, str], list[int]] = {}
    for ordinal, snapshot in enumerate(snapshots):
        found.setdefault((snapshot.page, snapshot.viewport.name, snapshot.variant), []).append(ordinal)
    places = []
    for number, ((page, viewport, variant), ordinals) in enumerate(found.items()):
        ordinals.sort(key=lambda ordinal: (snapshots[ordinal].state.id != DEFAULT, ordinal))
        first = snapshots[ordinals[0]]
        places.append(
            Place(number, page, viewport, variant, first.viewport.touch, tuple(ordinals), first.height,
                  first.viewport.height)
        )  # fmt: skip
    return tuple(places)


def _visits(table: Table, place_of: Ints) -> Visits:
    first = np.flatnonzero(np.diff(table.visit, prepend=-1)) if len(table.visit) else np.zeros(0, np.int64)
    last = np.append(first[1:] - 1, len(table.visit) - 1) if len(first) else first
    session, start = table.session[first], table.time_ms[first]
    ends, begins = np.ones(len(first), bool), np.ones(len(first), bool)
    order = np.lexsort((start, session))
    same = session[order[1:]] == session[order[:-1]]
    ends[order[:-1]] = ~same
    begins[order[1:]] = ~same
    return Visits(
        place=place_of[table.snap[first]] if len(first) else first,
        session=session,
        start_ms=start,
        end_ms=table.time_ms[last],
        weight=table.weight[first],
        ends=ends,
        begins=begins,
    )
