"""What every importer makes of a file: rows, one for each event, in any order; and sessions made of them.

A file may hold the rows of its sessions in any order, and be larger than memory. So rows are dealt into buckets by
session, on disk once they are many, and each bucket is then small enough to be put in order.
"""

from __future__ import annotations

import pickle
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from operator import attrgetter
from typing import IO, Any, NamedTuple

from heatreel.core.session import Event, SeenState, Session, Target

BUCKETS = 96
SPOOL_BYTES = 1 << 19
"""What a bucket holds in memory before it goes to disk."""

PART_EVENTS = 20_000
"""A session of more events is kept in several parts."""

HELD_ROWS = 100_000
"""So many rows of a bucket are in memory at most."""

UNTIMED_MS = 60_000
"""Where a source has no times, its events are a minute apart: nothing is to look like haste."""


class Row(NamedTuple):
    """One event of a session.

    `session` is the vendor's name of it, "" when there is none. `time_ms` is epoch ms, None when unknown.
    `more` holds what is known of the session: `dpr`, `touch`, `language`, `variant`, `properties`.
    """

    session: str
    time_ms: float | None
    type: str
    url: str
    viewport: tuple[int, int]
    x: float | None = None
    y: float | None = None
    u: float | None = None
    v: float | None = None
    target: Target | None = None
    state: SeenState | None = None
    data: Mapping[str, Any] = {}
    document: str = ""
    more: Mapping[str, Any] = {}


Finish = Callable[[list[Row]], list[Row]]
"""What an importer does with the rows of a session before they become events."""


def sessions_of(
    rows: Iterable[Row], source: str, site: str, name_of: Callable[[str], str], finish: Finish = list
) -> Iterator[Session]:
    """The sessions of rows in any order. Memory is bounded by `HELD_ROWS`, whatever their number.

    `name_of` makes the id of a session from the vendor's name of it. The same rows give the same sessions.
    """
    with ExitStack() as stack:
        buckets: list[IO[bytes]] = [
            stack.enter_context(tempfile.SpooledTemporaryFile(SPOOL_BYTES)) for _ in range(BUCKETS)
        ]
        for row in rows:
            bucket = buckets[zlib.crc32(row.session.encode("utf-8", "surrogatepass")) % BUCKETS]
            pickle.dump(tuple(row), bucket, pickle.HIGHEST_PROTOCOL)
        for bucket in buckets:
            for name, part, some in _gathered(bucket):
                kept = finish(some)
                # Rows of no session are nobody's in particular: no reason to hold them together.
                if kept:
                    yield session_of(kept, name_of(name or f"#{part}"), part if name else 0, source, site)


def _gathered(bucket: IO[bytes]) -> Iterator[tuple[str, int, list[Row]]]:
    """Rows of a bucket by session, and which part of it they are: one that is too large comes in several."""
    bucket.seek(0)
    found: dict[str, list[Row]] = {}
    parts: dict[str, int] = {}
    held = 0
    while True:
        try:
            row = Row(*pickle.load(bucket))
        except EOFError:
            break
        found.setdefault(row.session, []).append(row)
        held += 1
        if held > HELD_ROWS or len(found[row.session]) >= PART_EVENTS:
            name = max(found, key=lambda one: len(found[one])) if held > HELD_ROWS else row.session
            part = found.pop(name)
            held -= len(part)
            parts[name] = parts.get(name, -1) + 1
            yield name, parts[name], part
    for name, rows in found.items():
        yield name, parts.get(name, -1) + 1, rows


def session_of(rows: list[Row], name: str, part: int, source: str, site: str) -> Session:
    """A session of rows in any order; `part` tells the parts of a large session apart."""
    if all(row.time_ms is None for row in rows):
        rows = [row._replace(time_ms=float(number * UNTIMED_MS)) for number, row in enumerate(rows)]
    else:
        # A row without a time is where the row before it was.
        last = next(row.time_ms for row in rows if row.time_ms is not None)
        timed = []
        for row in rows:
            last = last if row.time_ms is None else row.time_ms
            timed.append(row._replace(time_ms=last))
        rows = sorted(timed, key=attrgetter("time_ms"))
    events, seen = [], dict[str, int]()
    for row in rows:
        moment = f"{row.type}-{row.time_ms:.0f}" + (f"-part{part}" if part else "")
        count = seen[moment] = seen.get(moment, -1) + 1
        events.append(
            Event(
                id=f"{name}/{moment}" + (f"-{count}" if count else ""),
                session=name,
                document=row.document or name,
                type=row.type,
                time_ms=row.time_ms or 0.0,
                url=row.url,
                viewport=row.viewport,
                x=row.x,
                y=row.y,
                u=row.u,
                v=row.v,
                target=row.target,
                state=row.state,
                data=row.data,
            )
        )
    more: dict[str, Any] = {}
    properties: dict[str, str] = {}
    for row in rows:
        for key, value in row.more.items():
            if key == "properties":
                properties = {**value, **properties}
            elif value not in (None, ""):
                more.setdefault(key, value)
    return Session(
        id=name,
        site=site,
        started_ms=events[0].time_ms,
        viewport=events[0].viewport,
        dpr=more.get("dpr", 1.0),
        touch=more.get("touch", any(event.type == "tap" for event in events)),
        language=more.get("language", ""),
        variant=more.get("variant", ""),
        source=source,
        events=tuple(events),
        properties=properties,
    )
