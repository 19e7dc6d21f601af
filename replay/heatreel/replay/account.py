"""The account of a replay: the ledger by page, viewport and state, examples of each reason, flagged clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatreel.core.hits import REASONS, TYPES, Ledger
from heatreel.core.state import Snapshot
from heatreel.replay.columns import UNSUPPORTED, EventColumns, factorize
from heatreel.replay.graphs import Place
from heatreel.replay.profiles import RULES, Profile
from heatreel.replay.rows import PLACED, Placer, Rows
from heatreel.replay.signals import Cluster
from heatreel.replay.unknown import PATHS, Paths, UnknownStates

CLUSTERS = 200
"""So many flagged clusters are kept for each signal, those with the most clicks."""

PAGES = 200
"""So many pages that were not captured are listed by name; the others are summed up."""

_Where = tuple[str, str, str]
_SIGNALS = ("rage", *(name for name in RULES if name != "rage"))


@dataclass
class _Flagged:
    """What one rule flagged on one element of one snapshot."""

    signal: str
    page: str
    viewport: str
    state: str
    selector: str
    clicks: int = 0
    clusters: int = 0
    sessions: set[int] = field(default_factory=set)
    worst: int = 0
    values: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "signal": self.signal,
            "page": self.page,
            "viewport": self.viewport,
            "state": self.state,
            "selector": self.selector,
            "clicks": self.clicks,
            "clusters": self.clusters,
            "sessions": len(self.sessions),
            "values": self.values,
        }


class Account:
    """Adds up what became of events, some sessions at a time."""

    def __init__(self, placer: Placer, rules: Profile, examples: int) -> None:
        self.placer = placer
        self.rules = rules.as_json()
        self.seen = False
        self.recorded = 0
        self.inexact = 0
        self.context: Counter[str] = Counter()
        self.unknown = UnknownStates(placer.recognition)
        self._most_examples = examples
        self._outcomes: dict[_Where, Counter[str]] = {}
        self._states: dict[int, Counter[str]] = {}
        self._examples: dict[str, list[dict[str, Any]]] = {}
        self._flagged: dict[tuple[str, int, int, str], _Flagged] = {}

    def add(self, columns: EventColumns, rows: Rows, clusters: Sequence[Cluster]) -> None:
        """Adds some sessions."""
        self.seen = True
        self.recorded += len(columns)
        self.context.update(event.type for _session, event in columns.context)
        self._count(columns, rows)
        self._give_examples(columns, rows)
        self._gather_unknown(columns, rows)
        for cluster in clusters:
            self._flag(columns, rows, cluster)

    def ledger(self) -> Ledger:
        """The ledger over all; raises `AssertionError` when it does not close."""
        total: Counter[str] = Counter()
        for outcomes in self._outcomes.values():
            total.update(outcomes)
        not_placed = {reason: total[reason] for reason in REASONS}
        return Ledger(self.recorded, total[""], not_placed, dict(sorted(self.context.items())))

    def as_json(self) -> dict[str, Any]:
        """Ledgers by page and viewport with their states, examples, unknown states and flagged clusters."""
        return {
            "pages": self._pages(),
            "examples": self._examples,
            "unknown_states": self.unknown.report(),
            "inexact_states": self.inexact,
            "clusters": self._clusters(),
        }

    def _count(self, columns: EventColumns, rows: Rows) -> None:
        first, group = factorize(rows.page, rows.place, columns.variant, rows.reason)
        counts = np.bincount(group, minlength=len(first)).tolist()
        for row, count in zip(first.tolist(), counts, strict=True):
            code = int(rows.reason[row])
            reason = "" if code == PLACED else REASONS[code]
            self._outcomes.setdefault(self._where(columns, rows, row), Counter())[reason] += count
        types = np.where(rows.placed, columns.type, -1)
        first, group = factorize(rows.ordinal, types)
        counts = np.bincount(group, minlength=len(first)).tolist()
        for row, count in zip(first.tolist(), counts, strict=True):
            if types[row] >= 0:
                self._states.setdefault(int(rows.ordinal[row]), Counter())[TYPES[int(types[row])]] += count
        inexact = np.array([choice.inexact for choice in rows.choices], dtype=bool)
        self.inexact += int((inexact[rows.choice] & rows.placed).sum())

    def _where(self, columns: EventColumns, rows: Rows, row: int) -> _Where:
        """Page, viewport and variant that a row counts for: of its snapshot, else of the place it would have gone."""
        ordinal = int(rows.ordinal[row])
        if ordinal >= 0 and rows.reason[row] == PLACED:
            snapshot = self.placer.pages.snapshots[ordinal]
            return snapshot.page, snapshot.viewport.name, snapshot.variant
        place = self._place(rows, row)
        if place.graphs:
            return place.page, place.graphs[0].viewport.name, place.graphs[0].variant
        return place.page, "", list(self.placer.numbers.variants)[int(columns.variant[row])]

    def _place(self, rows: Rows, row: int) -> Place:
        return self.placer.places[int(rows.place[row])]

    def _snapshot(self, rows: Rows, row: int) -> Snapshot | None:
        ordinal = int(rows.ordinal[row])
        return self.placer.pages.snapshots[ordinal] if ordinal >= 0 else None

    def _give_examples(self, columns: EventColumns, rows: Rows) -> None:
        for code, reason in enumerate(REASONS):
            kept = self._examples.get(reason, [])
            for row in np.flatnonzero(rows.reason == code)[: self._most_examples - len(kept)].tolist():
                self._examples.setdefault(reason, []).append(self._example(columns, rows, row, reason))

    def _example(self, columns: EventColumns, rows: Rows, row: int, reason: str) -> dict[str, Any]:
        event, snapshot = columns.events[row], self._snapshot(rows, row)
        choice = rows.choices[int(rows.choice[row])]
        record: dict[str, Any] = {
            "event": event.id,
            "session": event.session,
            "type": event.type,
            "url": event.url,
            "viewport": list(event.viewport),
            "state": snapshot.state.id if snapshot else "",
            "selector": event.target.selector if event.target else "",
            "why": choice.why if choice.reason == reason else _WHY.get(reason, ""),
        }
        return record

    def _gather_unknown(self, columns: EventColumns, rows: Rows) -> None:
        at = np.flatnonzero((rows.reason == REASONS.index("unknown_state")) & (columns.type != UNSUPPORTED))
        if not len(at):
            return
        _first, group = factorize(rows.place[at], rows.seen[at], columns.session[at])
        counts = np.bincount(group)
        first, _ = factorize(group)
        paths = Paths(columns, rows, [target.selector for target in self.placer.numbers.targets])
        for one in first.tolist():
            row = int(at[one])
            page, viewport, variant = self._where(columns, rows, row)
            place = self._place(rows, row)
            found = self.unknown.find(place, page, variant, viewport, int(rows.seen[row]))
            found.events += int(counts[group[one]])
            found.sessions.add(int(columns.session[row]))
            found.url = found.url or columns.events[row].url
            if place.graphs and found.followed < PATHS:
                found.followed += 1
                found.paths[paths.to(row)] += 1

    def _flag(self, columns: EventColumns, rows: Rows, cluster: Cluster) -> None:
        row = cluster.rows[-1]
        target = int(columns.target[row])
        told = str(cluster.values.get("signature", "")) if cluster.signal == "error" else ""
        key = (cluster.signal, int(rows.ordinal[row]), target, told)
        found = self._flagged.get(key)
        if found is None:
            page, viewport, _variant = self._where(columns, rows, row)
            snapshot, event = self._snapshot(rows, row), columns.events[row]
            selector = event.target.selector if event.target else ""
            state = snapshot.state.id if snapshot else ""
            found = self._flagged[key] = _Flagged(cluster.signal, page, viewport, state, selector)
        found.clicks += len(cluster.rows)
        found.clusters += 1
        found.sessions.add(int(columns.session[row]))
        if len(cluster.rows) > found.worst:
            found.worst, found.values = len(cluster.rows), dict(cluster.values)

    def _clusters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for signal in _SIGNALS:
            of_signal = [flagged for flagged in self._flagged.values() if flagged.signal == signal]
            of_signal.sort(key=lambda flagged: (-flagged.clicks, flagged.page, flagged.viewport, flagged.selector))
            rule = {"profile": self.rules["profile"], "rule": self.rules[signal]} if of_signal else {}
            found.extend(flagged.as_json() | rule for flagged in of_signal[:CLUSTERS])
        return found

    def _pages(self) -> list[dict[str, Any]]:
        states: dict[_Where, list[dict[str, Any]]] = {}
        for ordinal, snapshot in enumerate(self.placer.pages.snapshots):
            where = snapshot.page, snapshot.viewport.name, snapshot.variant
            types = self._states.get(ordinal, Counter())
            states.setdefault(where, []).append(
                {
                    "state": snapshot.state.id,
                    "label": snapshot.state.label,
                    "snapshot": snapshot.id,
                    "placed": types.total(),
                    "types": {name: types[name] for name in TYPES if types[name]},
                }
            )
        captured = [_page_ledger(where, self._outcomes.get(where, Counter()), some) for where, some in states.items()]
        others = [_page_ledger(where, counts, []) for where, counts in self._outcomes.items() if where not in states]
        others.sort(key=lambda page: (-page["recorded"], page["page"]))
        return captured + others[:PAGES] + _summed(others[PAGES:])


_WHY = {
    "out_of_range": "the point is not on the element or the page",
    "unsupported": "the event names neither a target nor a point that can be used",
    "masked": "the recorder was told not to say where",
}


def _summed(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry, without a name, for many pages."""
    if not pages:
        return []
    outcomes: Counter[str] = Counter()
    for page in pages:
        outcomes.update(page["not_placed"])
    return [_page_ledger(("", "", ""), outcomes, []) | {"pages": len(pages)}]


def _page_ledger(where: _Where, outcomes: Counter[str], states: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "page": where[0],
        "viewport": where[1],
        "variant": where[2],
        "captured": bool(states),
        "recorded": outcomes.total(),
        "placed": outcomes[""],
        "not_placed": {reason: outcomes[reason] for reason in REASONS if outcomes[reason]},
        "states": states,
    }
