"""Placement held against the truth: what the driver saw and did, and what Heatreel made of it.

A click is *right* when it is in the right state and on the right element. Every click of the truth counts, also
those that were not recorded or not placed.

Right state. The truth names the panels (`panels.py`) that were shown just before the click, as the driver's own
script saw them; a snapshot shows a panel when its outline has a visible element at the panel's path. A hit is in the
right state when its snapshot

1. is of the same page, viewport and variant;
2. shows every panel that the clicked element is inside of;
3. shows no panel that is not usually shown, unless the visitor had it open;
4. differs from what the visitor saw in as few slots as any snapshot that meets 1 to 3. Captures need not hold every
   combination: with two answers open at once, either answer's state is right for a click elsewhere. A notice that
   the visitor had closed for good (`panels.LASTING`) and that the snapshot still shows is no difference, as long as
   it does not lie over the point.

Right element. The hit's element has the path of the deepest element at the point, or both are in the same control
(link, button, label, field, ...): whether a click on a link's picture is the picture's or the link's is a question of
words. Where there is no control around the point only the same path is right.

Distances are CSS px from the hit to the point with the same shares of the box of the truth's element, as the snapshot
has it. `page_px` is stricter: from the hit to the page point itself, for clicks whose panels and page height are those
of the snapshot, on things that are not fixed, sticky or in an inner scroller. None of this uses code of the replay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heatreel.app.demo.panels import LASTING, slot_of
from heatreel.app.demo.truth import Click
from heatreel.core.element import Outline
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.core.routes import RouteTable
from heatreel.core.session import Event, Session
from heatreel.core.state import Snapshot

SLACK_MS = 500
"""A recorded click belongs to one of the truth when it is in time, give or take this: clocks are read in turn."""

_CLICKS = ("click", "tap")
_GLUE = (" > ", " >>> ")


@dataclass(frozen=True)
class Page:
    """A snapshot with its outline, asked by path."""

    snapshot: Snapshot
    outline: Outline

    @cached_property
    def places(self) -> dict[str, int]:
        return {self.outline.path(element.index): element.index for element in self.outline.elements}

    @cached_property
    def paths(self) -> list[str]:
        return list(self.places)

    def shows(self, path: str) -> bool:
        """Whether a visible element is at a path."""
        index = self.places.get(path)
        return index is not None and self.outline.elements[index].visible

    def point(self, click: Click) -> tuple[float, float] | None:
        """Where a click is on this snapshot: the same shares of the same element's box."""
        index = self.places.get(click.path)
        if index is None:
            return None
        left, top, width, height = self.outline.elements[index].box
        return left + click.u * width, top + click.v * height

    def covers(self, path: str, x: float, y: float) -> bool:
        """Whether the element at a path lies over a point."""
        left, top, width, height = self.outline.elements[self.places[path]].box
        return left <= x < left + width and top <= y < top + height

    def shown(self, panels: Mapping[str, str]) -> frozenset[str]:
        """Names of the panels that this snapshot shows."""
        return frozenset(name for name, path in panels.items() if self.shows(path))


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a click was placed."""

    page: Page
    element: int
    x: float
    y: float
    signals: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one click: `reason` is empty when it is right; distances are NaN where they have no meaning."""

    click: Click
    event: str
    reason: str
    stand: Stand | None = None
    box_px: float = float("nan")
    page_px: float = float("nan")


def pair(clicks: Sequence[Click], sessions: Iterable[Session]) -> tuple[dict[tuple[str, int], Event], int]:
    """The recorded event of each click, by tag and number, and how many recorded clicks the truth does not know.

    Within a session both are in order, so as many of one as of the other are the same. Else a click takes the
    recorded one that is nearest in time, of those after the one taken before.
    """
    known: dict[str, list[Click]] = defaultdict(list)
    for click in sorted(clicks, key=lambda one: one.n):
        known[click.session].append(click)
    found: dict[tuple[str, int], Event] = {}
    extra = 0
    for session in sessions:
        recorded = [event for event in session.events if event.type in _CLICKS]
        made = known.get(session.id, [])
        pairs = list(zip(made, recorded, strict=True)) if len(made) == len(recorded) else _by_time(made, recorded)
        found.update({(click.tag, click.n): event for click, event in pairs})
        extra += len(recorded) - len(pairs)
    return found, extra


def _by_time(made: Sequence[Click], recorded: Sequence[Event]) -> list[tuple[Click, Event]]:
    """Pairs in order, each of a click and the event nearest to it while it was made."""
    pairs, left = [], list(recorded)
    for click in made:
        apart = [abs(event.time_ms - click.time_ms) for event in left]
        nearest = int(np.argmin(apart)) if apart else 0
        if left and click.time_ms - SLACK_MS <= left[nearest].time_ms <= click.until_ms + SLACK_MS:
            pairs.append((click, left[nearest]))
            left = left[nearest + 1 :]
    return pairs


def stands(pages: Sequence[Page], hits: Callable[[Snapshot], Hits]) -> dict[str, Stand]:
    """Where each clicked event was placed, by the event's id."""
    found = {}
    for page in pages:
        columns = hits(page.snapshot)
        for row in range(len(columns)):
            if TYPES[columns.type[row]] in _CLICKS:
                bits = int(columns.signals[row])
                signals = frozenset(name for at, name in enumerate(SIGNALS) if bits >> at & 1)
                found[str(columns.event[row])] = Stand(
                    page, int(columns.element[row]), float(columns.x[row]), float(columns.y[row]), signals
                )
    return found


def inside(path: str, outer: str) -> bool:
    """Whether a path is that of an element or of one inside it."""
    return path == outer or path.startswith(tuple(outer + glue for glue in _GLUE))


def of_page(click: Click, pages: Sequence[Page]) -> list[Page]:
    """Snapshots of the click's page, viewport and variant."""
    same = [
        page
        for page in pages
        if page.snapshot.viewport.name == click.viewport
        and RouteTable((page.snapshot.page,)).page(click.url) == page.snapshot.page
    ]
    arms = {page.snapshot.variant for page in same}
    arm = click.variant if click.variant in arms else ""
    return [page for page in same if page.snapshot.variant == arm]


def fits(click: Click, page: Page) -> bool:
    """Rules 2 and 3 of the right state."""
    shown = page.shown(click.panels)
    around = {name for name, path in click.panels.items() if name in click.shown and inside(click.path, path)}
    return around <= shown and shown - click.usual <= click.shown


def right_states(click: Click, pages: Sequence[Page]) -> list[Page]:
    """The snapshots that are right for a click; empty when the capture holds none."""
    fitting = [page for page in of_page(click, pages) if fits(click, page)]
    differ = [len(differences(click, page)) for page in fitting]
    return [page for page, count in zip(fitting, differ, strict=True) if count == min(differ)]


def differences(click: Click, page: Page) -> frozenset[str]:
    """Names of the slots in which a snapshot differs from what the visitor saw, but for rule 4's closed notices."""
    shown = page.shown(click.panels)
    differ = {slot_of(name) for name in shown ^ click.shown}
    closed = {name for name in shown - click.shown if name in click.usual and slot_of(name) in LASTING}
    point = page.point(click)
    harmless = {slot_of(name) for name in closed if point and not page.covers(click.panels[name], *point)}
    return frozenset(differ - harmless)


def on_element(click: Click, page: Page, element: int) -> bool:
    """Whether an element of a snapshot is what was clicked."""
    if element < 0:
        return False
    path = page.paths[element]
    return path == click.path or bool(click.control and inside(path, click.control))


def judge(click: Click, event: Event | None, stand: Stand | None, pages: Sequence[Page]) -> Verdict:
    """What became of one click."""
    if event is None:
        return Verdict(click, "", "not recorded")
    if stand is None:
        return Verdict(click, event.id, "not placed")
    page = stand.page
    if page not in of_page(click, pages):
        return Verdict(click, event.id, "wrong page, viewport or variant", stand)
    box_px, page_px = distances(click, stand)
    in_state = any(page is one for one in right_states(click, pages))
    on_it = on_element(click, page, stand.element)
    reason = "" if in_state and on_it else "wrong element" if in_state else "wrong state" if on_it else "wrong both"
    return Verdict(click, event.id, reason, stand, box_px, page_px)


def distances(click: Click, stand: Stand) -> tuple[float, float]:
    """Distance of a hit from its place in the element's box, and from its page point."""
    page, nothing = stand.page, float("nan")
    point = page.point(click)
    if point is None:
        return nothing, nothing
    box_px = float(np.hypot(stand.x - point[0], stand.y - point[1]))
    same = page.shown(click.panels) == click.shown and abs(page.outline.height - click.height) <= 1
    moves = click.position or click.scroller or not same
    return box_px, nothing if moves else float(np.hypot(stand.x - click.x, stand.y - click.y))
