"""Which visits had a control on screen, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatreel.core.dwell import SEEN_MS
from heatreel.core.element import Element
from heatreel.replay.insights.material import Bools, Control, Floats, Ints, Material, Place


@dataclass(frozen=True)
class Seen:
    """`visits`, shape (v,): those that had the middle of a control on screen for `SEEN_MS`, or at their end, or clicked
    it. `seconds`: for how long, on average over those that were timed."""

    visits: Bools
    seconds: float


@dataclass(frozen=True)
class _Stretches:
    """Moments on one snapshot, those in a row that show the same joined: shape (k,)."""

    visit: Ints
    top: Floats
    bottom: Floats
    ms: Floats


class Exposures:
    """Asks for the exposure of controls; what is found is kept."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self._by_snapshot = _stretches(material)
        self._last = _last(material)
        self._told = _told(material)
        self._known: dict[int, Seen] = {}

    def of(self, control: Control) -> Seen:
        """The exposure of a control over all states that show it."""
        if control.number not in self._known:
            self._known[control.number] = self._find(control)
        return self._known[control.number]

    def _find(self, control: Control) -> Seen:
        material = self.material
        total = np.zeros(len(material.visits.place))
        at_last = np.zeros(len(total), bool)
        for ordinal in control.shown:
            element = material.outlines[ordinal].elements[control.at[ordinal]]
            some = self._by_snapshot.get(ordinal)
            if some is not None:
                on_screen = _on_screen(element, some)
                total += np.bincount(some.visit[on_screen], some.ms[on_screen], len(total))
            ends = self._last.get(ordinal)
            if ends is not None:
                at_last[ends.visit[_on_screen(element, ends)]] = True
        told = self._told.get(control.selector)
        if told is not None:
            mine = np.isin(told[0], [material.snapshots[ordinal].id for ordinal in control.at])
            total = np.maximum(total, np.bincount(told[1][mine], told[2][mine], len(total)))
        seen = total >= SEEN_MS
        seconds = float(total[seen].mean()) / 1000 if seen.any() else 0.0
        return Seen(seen | at_last | clicked(material, control), seconds)


def _on_screen(element: Element, some: _Stretches) -> Bools:
    """Whether the middle of an element's height is in each window."""
    if element.position in ("fixed", "sticky"):
        return np.ones(len(some.visit), bool)
    middle = element.box[1] + element.box[3] / 2
    return (some.top <= middle) & (middle < some.bottom)


def _told(material: Material) -> dict[str, tuple[Ints, Ints, Floats]]:
    """What recorders measured of parts of the page, by selector: snapshot ids, visits, and ms on screen."""
    kept = material.kept
    rows = kept.rows("exposed")
    rows = rows[(kept.selector[rows] >= 0) & (kept.visit[rows] >= 0) & np.isfinite(kept.value[rows])]
    at = np.searchsorted(material.visit_ids, kept.visit[rows])
    known = at < len(material.visit_ids)
    known[known] = material.visit_ids[at[known]] == kept.visit[rows][known]
    rows, at = rows[known], at[known]
    found = {}
    for number in np.unique(kept.selector[rows]).tolist():
        mine = kept.selector[rows] == number
        columns = kept.snapshot[rows][mine].astype(np.int64), at[mine], kept.value[rows][mine].astype(np.float64)
        found[str(kept.selectors[number])] = columns
    return found


def clicked(material: Material, control: Control) -> Bools:
    """Which visits clicked a control."""
    return material.did(rows_of(material, control))


def rows_of(material: Material, control: Control) -> Ints:
    """The rows of clicks on a control."""
    starts, rows = _by_control(material)
    return rows[starts[control.number] : starts[control.number + 1]]


def _by_control(material: Material) -> tuple[Ints, Ints]:
    found = material.notes.get("clicks by control")
    if found is None:
        rows = material.clicks[np.argsort(material.table.control[material.clicks], kind="stable")]
        starts = np.searchsorted(material.table.control[rows], np.arange(len(material.controls) + 1))
        found = material.notes["clicks by control"] = (starts.astype(np.int64), rows)
    return found


def reach_at(material: Material, place: Place) -> Floats:
    """The deepest page px that each visit at a place had on screen, in order; shape (visits whose depth is known,)."""
    deepest = np.full(len(material.visits.place), -1.0)
    rows = material.watching
    np.maximum.at(deepest, material.table.visit[rows], material.depths[rows])
    known = deepest[material.visits_at(place)]
    return np.sort(known[known >= 0])


def _last(material: Material) -> dict[int, _Stretches]:
    """What each visit had on screen at its end, by snapshot: for how long nobody knows, so `ms` is 0."""
    rows = material.watching
    visit = material.table.visit[rows]
    last = rows[np.append(visit[1:] != visit[:-1], True)] if len(rows) else rows
    number = material.table.visit[last]
    ends = np.searchsorted(material.table.visit, number, side="right") - 1
    snap, bottom = material.table.snap[ends], material.depths[last]
    top = bottom - material.window_of(material.table.session[last], snap)
    found = {}
    for ordinal in np.unique(snap).tolist():
        here = snap == ordinal
        found[ordinal] = _Stretches(number[here], top[here], bottom[here], np.zeros(int(here.sum())))
    return found


def _stretches(material: Material) -> dict[int, _Stretches]:
    stood, snap = material.stood
    if not len(stood.visit):
        return {}
    visit = np.searchsorted(material.visit_ids, stood.visit).astype(np.int64)
    weight = material.visits.weight[visit]
    ms = stood.ms / np.maximum(weight, 1e-9)
    new = np.ones(len(visit), bool)
    same = (visit[1:] == visit[:-1]) & (snap[1:] == snap[:-1]) & (stood.top[1:] == stood.top[:-1])
    new[1:] = ~same
    first = np.flatnonzero(new)
    sums = np.add.reduceat(ms, first)
    order = first[np.argsort(snap[first], kind="stable")]
    amount = sums[np.argsort(snap[first], kind="stable")]
    found: dict[int, _Stretches] = {}
    ordinals, starts = np.unique(snap[order], return_index=True)
    for at, ordinal in enumerate(ordinals.tolist()):
        here = slice(int(starts[at]), int(starts[at + 1]) if at + 1 < len(starts) else len(order))
        rows = order[here]
        top, bottom = stood.top[rows].astype(np.float64), stood.bottom[rows].astype(np.float64)
        found[ordinal] = _Stretches(visit[rows], top, bottom, amount[here])
    return found
