"""What has arrived in the event log, counted on from the last look: looking often costs next to nothing."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from heatreel.core.errors import HeatreelError
from heatreel.core.eventlog import EventLog

_MOST_PAGES = 5


@dataclass(frozen=True)
class Arrived:
    """Batches and events so far, the number of the last batch, and when it came (epoch ms, 0 for never)."""

    batches: int = 0
    events: int = 0
    last: int = 0
    last_ms: float = 0.0


class Arrivals:
    """The arrivals of one workspace."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = Arrived()
        self._lock = Lock()

    @contextmanager
    def _log(self) -> Iterator[EventLog | None]:
        """The log; None when it cannot be read, which `heatreel replay` will tell of."""
        try:
            with EventLog.open(self._folder) as log:
                yield log
        except (HeatreelError, sqlite3.Error):
            yield None

    def look(self) -> Arrived:
        """What has arrived. Batches that expired since the first look are still counted."""
        with self._lock, self._log() as log:
            if log is None:
                return self._seen
            query = "SELECT count(*), coalesce(sum(events), 0), max(id), max(received_ms) FROM batches WHERE id > ?"
            try:
                count, events, last, last_ms = log.connection.execute(query, [self._seen.last]).fetchone()
                if not self._seen.last:
                    # With those that were sealed before.
                    events = log.count()[1]
            except sqlite3.Error:
                return self._seen
            if count:
                before = self._seen
                self._seen = replace(
                    before, batches=before.batches + count, events=before.events + events, last=last,
                    last_ms=max(before.last_ms, float(last_ms)),
                )  # fmt: skip
            return self._seen

    def since(self, ms: float) -> tuple[int, int]:
        """Batches and events received at a time or later (epoch ms)."""
        rows = self._newest(ms, "events")
        return len(rows), sum(row[0] for row in rows)

    def after(self, ms: float) -> int:
        """Batches received at a time or later (epoch ms)."""
        return len(self._newest(ms, "id"))

    def sessions_since(self, ms: float) -> int:
        return len({row[0] for row in self._newest(ms, "session")})

    def pages(self, ms: float) -> list[str]:
        """Addresses that the last batches tell of, newest first."""
        found: dict[str, None] = {}
        for (body,) in self._newest(ms, "body", 50)[::-1]:
            for url in _urls(body):
                found.setdefault(url)
            if len(found) >= _MOST_PAGES:
                break
        return list(found)[:_MOST_PAGES]

    def _newest(self, ms: float, column: str, most: int = -1) -> list[tuple[Any]]:
        """A column of the batches received at a time or later, read from the end: they are in order of arrival."""
        with self._log() as log:
            if log is None:
                return []
            found: list[tuple[Any]] = []
            query = f"SELECT received_ms, {column} FROM batches ORDER BY id DESC LIMIT ?"
            try:
                for received, value in log.connection.execute(query, [most]):
                    if received < ms:
                        break
                    found.append((value,))
            except sqlite3.Error:
                return []
        return found[::-1]


def _urls(packed: object) -> list[str]:
    """The page of a batch of the recorder; none for what other tools sent."""
    try:
        body = json.loads(zlib.decompress(packed))  # type: ignore[arg-type]
        page = body["page"]
        url = page["url"] if isinstance(page, dict) else page[0]
    except (zlib.error, LookupError, TypeError, ValueError):
        return []
    return [url] if isinstance(url, str) else []
