"""The commonest ways through a site, from the first page of a session on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from heatreel.core.element import Element
from heatreel.core.hits import SIGNALS, TYPES
from heatreel.core.state import Snapshot
from heatreel.core.viewport import Viewport
from heatreel.replay.verify.subjects import Subjects, kind_word, title
from heatreel.replay.verify.views import Captured

LONGEST = 8
"""Steps of a journey at most."""

MOST = 20
"""Journeys of a viewport at most."""

LEAST_SESSIONS = 2
"""A way that one session went alone is no common one."""

GOES_ON = 0.5
"""Where this share of the sessions goes on in one way, the longer way is told in place of the shorter."""

_FIELDS = frozenset({"textbox", "searchbox", "combobox", "spinbutton", "slider", "listbox"})
_TYPED = frozenset({"input", "textarea", "select"})
_PRESSED = frozenset({"button", "submit", "reset", "image", "checkbox", "radio"})


@dataclass(frozen=True, slots=True)
class Step:
    """A click on an element of a snapshot: the place of the element in its outline, and what a person calls it."""

    snapshot: Snapshot
    element: int
    selector: str
    name: str
    kind: str

    @property
    def words(self) -> str:
        return f'{self.kind} "{self.name}"' if self.name else self.kind


@dataclass(frozen=True)
class Journey:
    """A way that `sessions` of `of` sessions at a viewport went, from the first page they saw.

    `url` is the address of that page on BASE; `arrives` is the page that most of them came to by the last step.
    """

    viewport: Viewport
    url: str
    steps: tuple[Step, ...]
    arrives: str
    sessions: int
    of: int

    @property
    def words(self) -> str:
        return " > ".join(step.words for step in self.steps)


_Key = tuple[tuple[str, str], ...]


@dataclass
class _Way:
    steps: tuple[Step, ...]
    sessions: set[int] = field(default_factory=set)
    arrives: Counter[str] = field(default_factory=Counter)


def common_journeys(captured: Captured, least: int = LEAST_SESSIONS, most: int = MOST) -> list[Journey]:
    """The commonest journeys of each viewport, most sessions first; none without a replay.

    A journey ends before the first field that is typed in, since nobody kept what was typed, and leaves out clicks
    that did nothing.
    """
    if captured.hits is None:
        return []
    found: list[Journey] = []
    groups: dict[str, list[Snapshot]] = {}
    for snapshot in captured.snapshots:
        groups.setdefault(snapshot.viewport.name, []).append(snapshot)
    for snapshots in groups.values():
        found += _journeys(captured, snapshots, least, most)
    return found


def _journeys(captured: Captured, snapshots: Sequence[Snapshot], least: int, most: int) -> Iterator[Journey]:
    ways: dict[tuple[str, _Key], _Way] = {}
    sessions = 0
    for session, entry, steps, after in _sessions(captured, snapshots):
        sessions += 1
        key: _Key = ()
        for at, step in enumerate(steps[:LONGEST]):
            key = (*key, (step.snapshot.page, step.selector))
            way = ways.setdefault((entry.page, key), _Way(steps[: at + 1]))
            way.sessions.add(session)
            way.arrives[after[at]] += 1
    urls = {snapshot.page: snapshot.url for snapshot in reversed(snapshots)}
    chosen = [one for one in ways.items() if len(one[1].sessions) >= least and not _goes_on(one[0], ways, least)]
    chosen.sort(key=lambda one: (-len(one[1].sessions), -len(one[1].steps), one[0]))
    for (page, _), way in chosen[:most]:
        arrives = way.arrives.most_common(1)[0][0]
        yield Journey(snapshots[0].viewport, urls[page], way.steps, arrives, len(way.sessions), sessions)


def session_journey(captured: Captured, session: int) -> Journey | None:
    """The way of one session, by its number in the replay; None when it clicked nothing, or typed first."""
    for number, entry, steps, after in _sessions(captured, captured.snapshots):
        if number == session:
            return Journey(entry.viewport, entry.url, steps, after[-1], 1, 1)
    return None


def _goes_on(key: tuple[str, _Key], ways: dict[tuple[str, _Key], _Way], least: int) -> bool:
    page, steps = key
    own = len(ways[key].sessions)
    return any(
        other[0] == page and len(other[1]) == len(steps) + 1 and other[1][:-1] == steps
        and len(way.sessions) >= max(least, GOES_ON * own)
        for other, way in ways.items()
    )  # fmt: skip


def _sessions(
    captured: Captured, snapshots: Sequence[Snapshot]
) -> Iterator[tuple[int, Snapshot, tuple[Step, ...], list[str]]]:
    """Each session with the snapshot it began on, its steps, and the page that it was on after each of them."""
    assert captured.hits is not None
    parts = [captured.hits(snapshot) for snapshot in snapshots]
    wanted = np.isin(np.arange(len(TYPES)), [TYPES.index(name) for name in ("view", "click", "tap")])
    rows: list[tuple[int, float, int, int, int]] = []
    resolve = [_Resolver(captured, snapshot) for snapshot in snapshots]
    for place, hits in enumerate(parts):
        dead = (hits.signals & (1 << SIGNALS.index("dead"))) != 0
        keep = np.flatnonzero(wanted[hits.type] & ~dead)
        rows += [
            (int(hits.session[row]), float(hits.time_ms[row]), place, int(hits.type[row]), int(hits.element[row]))
            for row in keep
        ]
    rows.sort()
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end][0] == rows[start][0]:
            end += 1
        yield from _session(rows[start:end], snapshots, resolve)
        start = end


def _session(
    rows: Sequence[tuple[int, float, int, int, int]], snapshots: Sequence[Snapshot], resolve: Sequence[_Resolver]
) -> Iterator[tuple[int, Snapshot, tuple[Step, ...], list[str]]]:
    entry = snapshots[rows[0][2]]
    steps: list[Step] = []
    after: list[str] = []
    for _, _, place, kind, element in rows:
        page = snapshots[place].page
        if after:
            after[-1] = page if after[-1] == steps[-1].snapshot.page else after[-1]
        if TYPES[kind] == "view":
            continue
        step = resolve[place].step(element)
        if step is None:
            continue
        if resolve[place].is_field(step.element):
            break
        steps.append(step)
        after.append(page)
    if steps:
        yield rows[0][0], entry, tuple(steps), after


def is_field(element: Element) -> bool:
    """Whether an element takes what a person types or picks, which no session keeps."""
    if element.role in _FIELDS:
        return True
    return element.tag in _TYPED and element.type not in _PRESSED


class _Resolver:
    """The steps of one snapshot by element that was hit."""

    def __init__(self, captured: Captured, snapshot: Snapshot) -> None:
        self.captured = captured
        self.snapshot = snapshot
        self._known: dict[int, Step | None] = {}
        self._subjects: Subjects | None = None

    @property
    def subjects(self) -> Subjects:
        if self._subjects is None:
            viewport = self.snapshot.viewport
            self._subjects = Subjects(self.captured.outline(self.snapshot), (viewport.width, viewport.height))
        return self._subjects

    def is_field(self, index: int) -> bool:
        """Whether a click there is one into a field, or on the label of one."""
        elements = self.subjects.outline.elements
        element = elements[index]
        if element.tag != "label":
            return is_field(element)
        called = {element.name, element.text} - {""}
        return any(is_field(other) and (other.label in called or other.name in called) for other in elements)

    def step(self, index: int) -> Step | None:
        """The step of a click: on what acts; None when nothing there does."""
        if index not in self._known:
            self._known[index] = self._find(index)
        return self._known[index]

    def _find(self, index: int) -> Step | None:
        outline = self.subjects.outline
        if not 0 <= index < len(outline.elements):
            return None
        owner = self.subjects.owner(index)
        if owner < 0:
            return None
        element = outline.elements[owner]
        return Step(self.snapshot, owner, element.selector, title(outline, owner), kind_word(element))
