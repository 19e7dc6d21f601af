"""The one way by which importers store sessions: many in one transaction, each whole or not at all, each once.

A session that is there already is compared by the ids of its events, which come from what the file says: only new
events are added, as a further part of it. So the same file again adds nothing, and of two exports that overlap each
event is kept once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType

from heatreel.core.batches import session_to_json
from heatreel.core.errors import CannotRun
from heatreel.core.eventlog import Batch, EventLog
from heatreel.core.session import Session
from heatreel.replay.importing.account import BAD, DUPLICATE, Account

COMMIT_EVENTS = 20_000
COMMIT_BYTES = 16 << 20


class Writer:
    """Collects the sessions of one file and stores them; what became of each goes to the account."""

    def __init__(self, log: EventLog, account: Account) -> None:
        self.log = log
        self.account = account
        self._waiting: dict[str, list[Batch]] = {}
        self._events = self._bytes = 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()

    def write_all(self, sessions: Iterable[Session]) -> None:
        for session in sessions:
            self.write(session)

    def write(self, session: Session) -> None:
        """Stores a session; events of it that are there already are counted and left alone."""
        # A further part of a session that waits must find the first one stored.
        if session.id in self._waiting:
            self.flush()
        known, part = self._known(session.id)
        fresh = [event for event in session.events if event.id not in known]
        self.account.read += len(fresh)
        if len(fresh) < len(session.events):
            self.account.skip(DUPLICATE, len(session.events) - len(fresh))
        if not fresh:
            return
        batch = _batch(replace(session, events=tuple(fresh)), part)
        self._waiting.setdefault(session.id, []).append(batch)
        self.account.events += len(fresh)
        self.account.sessions += part == 0
        self._events += len(fresh)
        self._bytes += len(batch.body)
        if self._events >= COMMIT_EVENTS or self._bytes >= COMMIT_BYTES:
            self.flush()

    def flush(self) -> None:
        """Stores what waits; durable when this returns."""
        batches = [batch for parts in self._waiting.values() for batch in parts]
        self._waiting, self._events, self._bytes = {}, 0, 0
        if not batches:
            return
        for batch, outcome in zip(batches, self.log.append(batches), strict=True):
            if outcome == "stored":
                continue
            self.account.events -= batch.events
            self.account.sessions -= batch.seq == 0
            if outcome == "duplicate":
                raise CannotRun(f"{self.log.path}: session {batch.session} was stored by someone else meanwhile")
            self.account.skipped[BAD] += batch.events
            self.account.bad.append(f"session {batch.session}: {outcome}")

    def _known(self, session: str) -> tuple[set[str], int]:
        """Ids of the events that are stored of a session, and the number of its next part."""
        row = self.log.connection.execute(
            "SELECT max(seq) FROM batches WHERE session = ? AND doc = ''", [session]
        ).fetchone()
        if row[0] is None:
            return set(), 0
        stored = self.log.session(session)
        return {event.id for event in stored.events} if stored else set(), int(row[0]) + 1


def _batch(session: Session, part: int) -> Batch:
    return Batch(
        site=session.site,
        session=session.id,
        doc="",
        seq=part,
        received_ms=int(time.time() * 1000),
        events=len(session.events),
        body=session_to_json(session).encode("utf-8", "replace"),
        source=session.source,
        format="session/1",
    )
