"""A crowd: many more visitors with the same habits, simulated without a browser, so that insights have enough to read.

The plans are those of the visitors who drive the real shop (`visitors.invite`, another seed). Each step becomes the
events that a recorder would have sent, on the elements of the captured snapshots, in human time; the replay places them
like any others. What a browser adds (what is covered, how long things take) a crowd does not have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from heatreel.app.demo.looking_up import look_up
from heatreel.app.demo.panels import Bookkeeping, page_name, panels_of
from heatreel.app.demo.visitors import Step, Visitor
from heatreel.core.element import Element, Outline
from heatreel.core.routes import RouteTable
from heatreel.core.session import Event, SeenState, Session, Target
from heatreel.core.state import Snapshot

BASE = "https://tarnway.example"
START_MS = 1_760_000_000_000.0
PACE = 5.0
"""People take so many times as long as the driver does."""

LANDS_MS = 250
"""From a click on a link until the next page is there."""

_SAVE_ERROR = "TypeError /js/pages/product.js 76"


@dataclass(frozen=True)
class Deed:
    """One click of the plan as it was meant: what the truth of the crowd counts."""

    page: str
    viewport: str
    variant: str
    selector: str
    signal: str
    visit: int


@dataclass(frozen=True)
class Stay:
    """A visit of a page by the crowd: for each snapshot (id) that it was like, the deepest page px that was on screen;
    the panels that were opened; and the selector of the click that had led away before a step back to this page."""

    page: str
    viewport: str
    variant: str
    session: str
    bottoms: tuple[tuple[int, float], ...]
    opened: frozenset[str] = frozenset()
    led: str = ""


@dataclass(frozen=True)
class Crowd:
    """The sessions of a crowd, and what was done in them by plan, apart from any replay."""

    sessions: tuple[Session, ...]
    deeds: tuple[Deed, ...]
    stays: tuple[Stay, ...]


@dataclass(frozen=True)
class _Found:
    """An element with the target that a recorder would send of it."""

    element: Element
    target: Target


class Shop:
    """The captured shop, asked what a selector points at on a page."""

    def __init__(
        self, snapshots: Sequence[Snapshot], outline: Callable[[Snapshot], Outline], table: RouteTable
    ) -> None:
        self.table = table
        self._snapshots = snapshots
        self._outlines = {snapshot.id: outline(snapshot) for snapshot in snapshots}
        self._known: dict[tuple[int, str], _Found | None] = {}
        self._told: dict[int, SeenState] = {}
        self._shown: dict[tuple[int, str], frozenset[str]] = {}
        self._states: dict[tuple[tuple[str, str, str], frozenset[str]], Snapshot] = {}

    def page(self, path: str) -> str:
        return self.table.page(BASE + path)

    def place(self, page: str, viewport: str, variant: str) -> tuple[str, str, str]:
        """The place whose snapshots a visitor's page is held against: that of the variant where there is one."""
        there = any((one.page, one.viewport.name, one.variant) == (page, viewport, variant) for one in self._snapshots)
        return page, viewport, variant if there else ""

    def find(self, now: Snapshot, selector: str) -> _Found | None:
        """The element in the state that is seen, else in the first that shows it."""
        key = (now.id, selector)
        if key not in self._known:
            all_states = (now, *self._of((now.page, now.viewport.name, now.variant)))
            found = (look_up(self._outlines[one.id], selector) for one in all_states)
            element = next((one for one in found if one), None)
            self._known[key] = _Found(element, target_of(element)) if element else None
        return self._known[key]

    def outline(self, snapshot: Snapshot) -> Outline:
        return self._outlines[snapshot.id]

    def control(self, page: str, viewport: str, variant: str, selector: str) -> tuple[Outline, Element] | None:
        """The element of a unique selector on a page, with the outline that has it."""
        for one in self._of((page, viewport, variant)):
            element = self._outlines[one.id].by_selector.get(selector)
            if element:
                return self._outlines[one.id], element
        return None

    def told(self, snapshot: Snapshot) -> SeenState:
        """What a recorder says of a state."""
        if snapshot.id not in self._told:
            self._told[snapshot.id] = SeenState(dict(snapshot.state.settings or {}), snapshot.state.sketch)
        return self._told[snapshot.id]

    def middles(self, page: str, viewport: str, variant: str, selector: str) -> dict[int, float]:
        """Where the middle of an element is on each snapshot (id) that shows it, page px."""
        found = {}
        for one in self._of((page, viewport, variant)):
            element = self._outlines[one.id].by_selector.get(selector)
            if element and element.visible:
                found[one.id] = element.box[1] + element.box[3] / 2
        return found

    @property
    def viewports(self) -> int:
        return len({one.viewport.name for one in self._snapshots})

    def window(self, viewport: str) -> int:
        """The height of a viewport, CSS px."""
        return next(one.viewport.height for one in self._snapshots if one.viewport.name == viewport)

    def opens(self, page: str, viewport: str, variant: str, state: str) -> frozenset[str]:
        """The panels that a state shows and a fresh visit does not."""
        name = page_name(page)
        for one in self._of((page, viewport, variant)):
            if one.state.id == state:
                book = Bookkeeping(one.viewport.width < 700)
                return self._panels(one, name, book) - book.shown(name)
        return frozenset()

    def state(self, place: tuple[str, str, str], name: str, book: Bookkeeping) -> Snapshot:
        """The snapshot of a place that is most like what a visitor sees, by the panels as they were left."""
        shown = book.shown(name)
        key = (place, shown)
        if key not in self._states:
            self._states[key] = min(self._of(place), key=lambda one: len(self._panels(one, name, book) ^ shown))
        return self._states[key]

    def _panels(self, snapshot: Snapshot, name: str, book: Bookkeeping) -> frozenset[str]:
        key = (snapshot.id, name)
        if key not in self._shown:
            outline = self._outlines[snapshot.id]
            panels = panels_of(name, book.mobile)
            self._shown[key] = frozenset(panel for panel, selector in panels.items() if look_up(outline, selector))
        return self._shown[key]

    def _of(self, place: tuple[str, str, str]) -> Iterator[Snapshot]:
        return (one for one in self._snapshots if (one.page, one.viewport.name, one.variant) == place)


def target_of(element: Element) -> Target:
    """What a recorder sends of an element: no words, only their hashes."""
    key = hashlib.sha256(f"{element.selector}\n{element.name_hash}".encode()).hexdigest()[:16]
    same = {item.name for item in fields(Target)} & {item.name for item in fields(Element)}
    return Target(key=key, **{name: getattr(element, name) for name in same})


def gather(visitors: Sequence[Visitor], shop: Shop) -> Crowd:
    """The sessions of visitors, one every 20 s over some days."""
    walks = [_Walk(visitor, shop, START_MS + 20_000.0 * at) for at, visitor in enumerate(visitors)]
    stays: list[Stay] = []
    deeds: list[Deed] = []
    sessions = []
    for walk in walks:
        sessions.append(walk.go())
        deeds += [replace(one, visit=len(stays) + one.visit) for one in walk.deeds]
        stays += walk.stays
    return Crowd(tuple(sessions), tuple(deeds), tuple(stays))


@dataclass
class _Walk:
    """One visitor's way through the shop."""

    visitor: Visitor
    shop: Shop
    time_ms: float
    events: list[Event] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    path: str = ""
    place: tuple[str, str, str] = ("", "", "")
    scroll: float = 0.0
    bottoms: dict[int, float] = field(default_factory=dict)
    documents: int = 0
    last: str = ""
    led: str = ""

    opened: set[str] = field(default_factory=set)
    now: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        self.book = Bookkeeping(self.visitor.viewport.width < 700)

    def go(self) -> Session:
        visitor, started = self.visitor, self.time_ms
        for step in visitor.plan:
            getattr(self, f"_{step.do}", self._wait)(step)
            for slot, value in step.sets:
                self.book.put(slot, value)
                self.opened.add(f"{slot}: {value}")
            if step.sets and self.path:
                self._look()
            self.time_ms += step.wait_ms * (1 if step.signal == "rage" else PACE)
        self._end()
        size = (visitor.viewport.width, visitor.viewport.height)
        return Session(
            self._name, "default", started, size, visitor.viewport.dpr, visitor.viewport.touch, "en-GB",
            visitor.variant, "demo", tuple(self.events),
        )  # fmt: skip

    @property
    def _name(self) -> str:
        return f"crowd-{self.visitor.tag}"

    # Steps

    def _open(self, step: Step) -> None:
        self.documents += 1
        self._arrive(step.turns, "load")

    def _back(self, step: Step) -> None:
        led = self.last
        self._arrive(step.turns, "back")
        self.led = led

    def _wait(self, _step: Step) -> None:
        pass

    def _type(self, step: Step) -> None:
        found = self.shop.find(self.now, step.target)
        self.time_ms += 1500 + 150 * len(step.value)
        if found:
            self._add("change", target=found.target)

    def _scroll(self, step: Step) -> None:
        height, window = self.now.height, self.visitor.viewport.height
        goal = float(step.value) * max(0.0, height - window)
        while abs(goal - self.scroll) > 1:
            self._scroll_to(self.scroll + max(-0.8 * window, min(0.8 * window, goal - self.scroll)))

    def _rest(self, step: Step) -> None:
        found = self._reach(step)
        if found:
            self._at("move", found, step)

    def _point(self, step: Step) -> None:
        found = self._reach(step)
        if found is None:
            return
        self.time_ms += 300
        quiet = step.signal in ("dead", "rage", "error")
        effects = [] if quiet else ["navigation"] if step.turns else ["mutation"]
        data: dict[str, Any] = {"pointer": "touch" if self.visitor.viewport.touch else "mouse", "trusted": True}
        data |= {"effects": effects, "effect_ms": 20 if effects else None}
        if step.signal == "rage":
            data["disabled"] = True
        self._at("tap" if self.visitor.viewport.touch else "click", found, step, data)
        page, viewport, _ = self.place
        self.deeds.append(
            Deed(page, viewport, self.visitor.variant, found.element.selector, step.signal, len(self.stays))
        )
        if step.signal == "error":
            self._add("error", data={"signature": "save", "message": _SAVE_ERROR})
        if found.element.tag == "input" and found.element.type not in ("checkbox", "radio"):
            self._at("focus", found, step)
        if step.turns:
            self.last = found.element.selector
            if found.element.type == "submit" or step.target == ".order":
                self._send()
            self._arrive(step.turns, "route")

    def _send(self) -> None:
        form = self.shop.find(self.now, "form.checkout")
        if form:
            self._add("submit", target=form.target)

    # What a recorder sends

    @property
    def _told(self) -> SeenState:
        return self.shop.told(self.now)

    def _arrive(self, path: str, how: str) -> None:
        self._end()
        self.time_ms += LANDS_MS
        self.path = path
        self.place = self.shop.place(self.shop.page(path), self.visitor.viewport.name, self.visitor.variant)
        self.scroll = 0.0
        self.book.turn_page()
        self._look()
        self._add("view", y=0.0, data={"how": how, "page_height": self.now.height})

    def _look(self) -> None:
        self.now = self.shop.state(self.place, page_name(self.path), self.book)
        self._see()

    def _see(self) -> None:
        """What is on screen now was seen."""
        bottom = self.scroll + self.visitor.viewport.height
        self.bottoms[self.now.id] = max(bottom, self.bottoms.get(self.now.id, 0.0))

    def _end(self) -> None:
        """The visit of a page is over."""
        if self.path:
            page, viewport, _ = self.place
            opened = frozenset(self.opened)
            self.stays.append(
                Stay(page, viewport, self.visitor.variant, self._name, tuple(self.bottoms.items()), opened, self.led)
            )
        self.led = ""
        self.opened.clear()
        self.bottoms.clear()

    def _reach(self, step: Step) -> _Found | None:
        """Scrolls until what a step points at is comfortably on screen."""
        found = self.shop.find(self.now, step.target)
        if found is None:
            return None
        _left, top, _width, tall = found.element.box
        window = self.visitor.viewport.height
        y = top + step.at[1] * tall
        if not found.element.position and not self.scroll + 110 <= y <= self.scroll + window - 60:
            self._scroll_to(y - 0.42 * window)
        return found

    def _scroll_to(self, goal: float) -> None:
        window = self.visitor.viewport.height
        goal = min(max(0.0, goal), max(0.0, self.now.height - window))
        if abs(goal - self.scroll) < 1:
            self.scroll = goal
            return
        self.scroll = goal
        self._see()
        self.time_ms += 300
        self._add("scroll", y=goal)
        self.time_ms += 200

    def _at(self, kind: str, found: _Found, step: Step, data: dict[str, Any] | None = None) -> None:
        left, top, width, tall = found.element.box
        x, y = left + step.at[0] * width, top + step.at[1] * tall
        self._add(kind, x=x, y=y, u=step.at[0], v=step.at[1], target=found.target, data=data or {})

    def _add(self, kind: str, **more: Any) -> None:
        self.time_ms += 10
        viewport = self.visitor.viewport
        self.events.append(
            Event(
                f"{self._name}-{len(self.events)}", self._name, f"{self._name}.{self.documents}", kind, self.time_ms,
                BASE + self.path, (viewport.width, viewport.height), state=self._told, **more,
            )
        )  # fmt: skip
