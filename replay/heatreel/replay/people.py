"""Whose sessions count: people; crawlers never, driven browsers only among themselves. And what is kept of each.

A crawler says so in its user agent. A driven browser (Playwright, Selenium, a monitor) may be a tester's or a check's
whole purpose: such sessions are left out only where there are sessions of people too, so that they never mix.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.session import Session
from heatreel.replay.columns import EventColumns, factorize
from heatreel.replay.rows import Placer, Rows

Kind = Literal["person", "synthetic", "bot"]

OWN_SOURCES = frozenset({"record", "demo"})
"""Sources whose sessions were made on purpose, whatever drove the browser."""


def kind_of(session: Session) -> Kind:
    """Who was in a session."""
    if session.source in OWN_SOURCES:
        return "person"
    return "bot" if session.bot else "synthetic" if session.synthetic else "person"


class People:
    """Sorts sessions by who was in them, and keeps what segments ask for of each."""

    def __init__(self, everyone: bool = False) -> None:
        self.everyone = everyone
        self.left_out: dict[str, int] = {}
        self._attributes: dict[int, dict[str, Any]] = {}

    def sorted(self, sessions: Sequence[Session]) -> dict[Kind, list[Session]]:
        """The sessions of each kind, in order."""
        found: dict[Kind, list[Session]] = {}
        for session in sessions:
            found.setdefault("person" if self.everyone else kind_of(session), []).append(session)
        return found

    def leave_out(self, kind: str, events: int) -> None:
        """Notes events of sessions that do not count."""
        if events:
            self.left_out[kind] = self.left_out.get(kind, 0) + events

    def describe(self, sessions: Sequence[Session], columns: EventColumns, rows: Rows, placer: Placer) -> None:
        """Keeps what is known of sessions, with the pages that they visited and the goals that they reached."""
        names = list(placer.page_names)
        first, _group = factorize(columns.session, rows.page)
        pages: dict[int, list[str]] = {}
        for row in first.tolist():
            pages.setdefault(int(columns.session[row]), []).append(names[int(rows.page[row])])
        goals: dict[int, list[str]] = {}
        for number, event in columns.context:
            if event.type == "goal":
                goals.setdefault(number, []).append(str(event.data.get("name", "")))
        for session in sessions:
            number = placer.numbers.sessions[session.id]
            if number not in self._attributes:
                visited, reached = pages.get(number, []), sorted(set(goals.get(number, [])))
                self._attributes[number] = session_attributes(session) | {"pages": visited, "goals": reached}

    def weights(self, placer: Placer) -> NDArray[np.float32]:
        """How many sessions of the site each numbered session stands for."""
        found = np.ones(len(placer.numbers.sessions), dtype=np.float32)
        for number, record in self._attributes.items():
            found[number] = record["weight"]
        return found

    def sampling(self) -> dict[str, Any]:
        """Sessions recorded, sessions there were (estimated), and the least and the greatest rate."""
        weights = [record["weight"] for record in self._attributes.values()]
        rates = [1 / weight for weight in weights] or [1.0]
        estimated = round(sum(weights))
        return {"sessions": len(weights), "estimated": estimated, "rates": [round(min(rates), 6), round(max(rates), 6)]}

    def table(self, placer: Placer) -> list[dict[str, Any]]:
        """The attributes of all sessions by their number; those left out are there, since numbers go on."""
        names = list(placer.numbers.sessions)
        found = [self._attributes.get(number, {}) for number in range(len(names))]
        known = [record for record in found if record]
        _mark_returning(known)
        return [record or _nobody(name) for record, name in zip(found, names, strict=True)]


def session_attributes(session: Session) -> dict[str, Any]:
    """What is kept of a session beside its hits: what segments ask for."""
    properties = dict(session.properties)
    return {
        "session": session.id,
        "site": session.site,
        "started_ms": session.started_ms,
        "width": session.viewport[0],
        "height": session.viewport[1],
        "dpr": session.dpr,
        "touch": session.touch,
        "language": session.language,
        "variant": session.variant,
        "origin": session.source,
        "source": properties.get("utm_source", "") or _referrer(session),
        "medium": properties.get("utm_medium", ""),
        "campaign": properties.get("utm_campaign", ""),
        "referrer": _referrer(session),
        "country": properties.get("country", ""),
        "visitor": session.visitor,
        "returning": None,
        "who": kind_of(session),
        "weight": 1 / session.sampling if 0 < session.sampling <= 1 else 1.0,
        "pages": [],
        "goals": [],
        "properties": properties,
    }


def _nobody(name: str) -> dict[str, Any]:
    """A session of which nothing was kept: a crawler's."""
    empty = Session(name, "", 0.0, (0, 0), 1.0, False, "", "", "", (), bot="crawler")
    return session_attributes(empty)


def _referrer(session: Session) -> str:
    """The host that the session came from, "" when it came from nowhere else."""
    for event in session.events:
        if event.type == "view":
            told = event.data.get("referrer")
            return told if isinstance(told, str) else ""
    return ""


def _mark_returning(records: list[dict[str, Any]]) -> None:
    """Whether each visitor had a session before, where visitors are known."""
    known: set[str] = set()
    for record in sorted(records, key=lambda one: one["started_ms"]):
        if record["visitor"]:
            record["returning"] = record["visitor"] in known
            known.add(record["visitor"])
