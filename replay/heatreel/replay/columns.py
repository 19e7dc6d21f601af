"""Events as columns: sessions turned into arrays, with small numbers for what repeats.

Targets, states, URLs and viewports are few where events are many; each gets a number once. All of it is done by
passes over lists in C (`map`, `dict.fromkeys`), since a Python loop over a million events would cost seconds.
"""

from __future__ import annotations

import gc
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import nan
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import TYPES
from heatreel.core.session import CONTEXT_TYPES, Event, SeenState, Session, Target

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)

UNSUPPORTED = 255
"""Type code of an event that is neither placed nor context."""

FARTHEST_PX = 1e7
"""No page is longer; a coordinate beyond is none."""

_CONTEXT = 254
_CODES = {name: code for code, name in enumerate(TYPES)} | dict.fromkeys(CONTEXT_TYPES, _CONTEXT)
POINTER_CODES = (TYPES.index("click"), TYPES.index("tap"))


@contextmanager
def without_collector() -> Iterator[None]:
    """Holds Python's collector of cycles: it would walk over a million events again and again, to find none."""
    held = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if held:
            gc.enable()


@dataclass
class Numbers:
    """What repeats over all events of a replay, each with its number: the position in its list."""

    urls: dict[str, int] = field(default_factory=dict)
    variants: dict[str, int] = field(default_factory=dict)
    viewports: dict[tuple[float, float], int] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    seen: list[SeenState] = field(default_factory=list)
    _targets: dict[Hashable, int] = field(default_factory=dict)
    _seen: dict[Hashable, int] = field(default_factory=dict)

    def of_target(self, target: Target) -> int:
        """The number of what the target identifies; where its box was does not matter."""
        # Without a key (an importer may have none) the target is its own identity.
        key: Hashable = (target.key, target.selector) if target.key else target
        number = self._targets.setdefault(key, len(self.targets))
        if number == len(self.targets):
            self.targets.append(target)
        return number

    def of_seen(self, seen: SeenState) -> int:
        key = (frozenset(seen.settings.items()), seen.sketch)
        number = self._seen.setdefault(key, len(self.seen))
        if number == len(self.seen):
            self.seen.append(seen)
        return number


@dataclass(frozen=True)
class EventColumns:
    """The events of some whole sessions that need an account, in order; columns have shape (n,).

    `document` numbers the documents of these sessions. `target` and `seen` are numbers of `Numbers`, -1 for none.
    `box` is the target's box as the visitor had it, shape (n, 4). Absent numbers are NaN. `context` holds the
    events that have no place of their own, each with the number of its session.
    """

    events: Sequence[Event]
    session: Ints
    document: Ints
    type: Ints
    time_ms: Floats
    url: Ints
    variant: Ints
    viewport: Ints
    touch: NDArray[np.bool_]
    x: Floats
    y: Floats
    u: Floats
    v: Floats
    target: Ints
    box: Floats
    seen: Ints
    context: list[tuple[int, Event]]

    def __len__(self) -> int:
        return len(self.session)


def chunks(sessions: Iterable[Session], size: int) -> Iterator[list[Session]]:
    """Whole sessions in lists of about `size` events, so that memory stays bounded."""
    some: list[Session] = []
    count = 0
    for session in sessions:
        some.append(session)
        count += len(session.events)
        if count >= size:
            yield some
            some, count = [], 0
    if some:
        yield some


@without_collector()
def event_columns(sessions: Sequence[Session], numbers: Numbers) -> EventColumns:
    """The events of whole sessions as columns; what is new to `numbers` gets its number."""
    every = [event for session in sessions for event in session.events]
    lengths = [len(session.events) for session in sessions]
    owner = np.repeat(_coded([session.id for session in sessions], numbers.sessions), lengths)
    codes = _codes(every)
    kept = codes != _CONTEXT
    variant = _coded([session.variant for session in sessions], numbers.variants)
    touch = np.array([session.touch for session in sessions], dtype=bool)
    context = [(int(owner[position]), every[position]) for position in np.flatnonzero(~kept)]
    events = every if not context else [every[position] for position in np.flatnonzero(kept)]
    session = owner[kept]
    target, box = _targets(list(map(attrgetter("target"), events)), numbers)
    return EventColumns(
        events=events,
        session=session,
        document=_documents(events, session),
        type=codes[kept],
        time_ms=_floats(events, "time_ms"),
        url=_coded(list(map(attrgetter("url"), events)), numbers.urls),
        variant=np.repeat(variant, lengths)[kept],
        viewport=_coded(list(map(attrgetter("viewport"), events)), numbers.viewports),
        touch=np.repeat(touch, lengths)[kept],
        x=_floats(events, "x"),
        y=_floats(events, "y"),
        u=_floats(events, "u"),
        v=_floats(events, "v"),
        target=target,
        box=box,
        seen=_seen(list(map(attrgetter("state"), events)), numbers),
        context=context,
    )


def factorize(*columns: Ints) -> tuple[Ints, Ints]:
    """Rows of equal values get the same number: (position of the first row of each number, number of each row).

    Values must be -1 or more.
    """
    combined = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values = column.astype(np.int64) + 1
        span = int(values.max(initial=0)) + 1
        if combined.size and int(combined.max()) >= 2**62 // span:
            combined = _dense(combined)[1]
        combined = combined * span + values
    return _dense(combined)


def _dense(values: Ints) -> tuple[Ints, Ints]:
    """Like `np.unique` with index and inverse, but without sorting when the values are small."""
    top = int(values.max(initial=0))
    if top > 4 * len(values) + 1024:
        _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
        return first.astype(np.int64), inverse.astype(np.int64).reshape(-1)
    first_row = np.full(top + 1, -1, dtype=np.int64)
    # Assigned backwards, so that the first row of a value is the one that stays.
    first_row[values[::-1]] = np.arange(len(values) - 1, -1, -1)
    there = first_row >= 0
    number = np.cumsum(there) - 1
    return first_row[there], number[values]


def _codes(events: Sequence[Event]) -> Ints:
    types = list(map(attrgetter("type"), events))
    codes = {name: _CODES.get(name, UNSUPPORTED) for name in dict.fromkeys(types)}
    return np.fromiter(map(codes.__getitem__, types), np.int64, len(types))


def _coded(values: Sequence[Key], known: dict[Key, int]) -> Ints:
    """The number of each value. What a source shares comes in long rows of one object, which is looked at once."""
    if not values:
        return np.zeros(0, dtype=np.int64)
    identity = np.fromiter(map(id, values), np.int64, len(values))
    starts = np.concatenate([[0], np.flatnonzero(identity[1:] != identity[:-1]) + 1])
    heads = [values[start] for start in starts.tolist()] if len(starts) < len(values) else values
    for value in dict.fromkeys(heads):
        known.setdefault(value, len(known))
    numbers = np.fromiter(map(known.__getitem__, heads), np.int64, len(heads))
    return np.repeat(numbers, np.diff(starts, append=len(values)))


def _floats(events: Sequence[Event], name: str) -> Floats:
    # numpy takes None for NaN.
    return np.array(list(map(attrgetter(name), events)), dtype=np.float64)


def _documents(events: Sequence[Event], session: Ints) -> Ints:
    """The document of each row, numbered in the order in which they begin."""
    names = _coded(list(map(attrgetter("document"), events)), {})
    first, group = factorize(session, names)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[group]


def _targets(targets: Sequence[Target | None], numbers: Numbers) -> tuple[Ints, Floats]:
    """The number of each target, and its box. Equal objects are looked at once: a source shares them."""
    identities = list(map(id, targets))
    place: dict[int, int] = {}
    number: list[int] = []
    boxes: list[Sequence[float]] = []
    for identity, target in dict(zip(identities, targets, strict=True)).items():
        place[identity] = len(number)
        number.append(-1 if target is None else numbers.of_target(target))
        boxes.append((nan,) * 4 if target is None or len(target.box) != 4 else target.box)
    places = np.fromiter(map(place.__getitem__, identities), np.int64, len(identities))
    table = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    table[~(np.abs(table) <= FARTHEST_PX)] = nan
    table[:, 2:][table[:, 2:] < 0.01] = 0.0
    return np.array(number, dtype=np.int64)[places], table[places]


def _seen(states: Sequence[Any], numbers: Numbers) -> Ints:
    identities = list(map(id, states))
    distinct = dict(zip(identities, states, strict=True))
    number = {key: -1 if state is None else numbers.of_seen(state) for key, state in distinct.items()}
    return np.fromiter(map(number.__getitem__, identities), np.int64, len(identities))
