"""Sealing: sessions of which nothing more is to come go from the log's batches into parts.

A part is written first and counts once the log lists it; the same transaction empties the batches that it was made
from. Their rows stay, so that a batch which is sent once more is known. Later batches of a sealed session stay in
the log and are read with it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from heatreel.core.errors import CannotRun
from heatreel.core.sealed.parts import Part, list_part, write_part
from heatreel.core.sealed.store import Store
from heatreel.core.sealed.tables import PartBuilder

if TYPE_CHECKING:
    from heatreel.core.eventlog import EventLog

PART_EVENTS = 1_000_000
"""A part has about this many events: a page's scan is then a few row groups, and sealing holds some 100 MB."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """A part that was written and is not listed yet, with the numbers of the batches in it."""

    part: Part
    batches: tuple[int, ...]


def seal(log: EventLog, folder: Path, before_ms: float, root: str = "") -> Iterator[Part]:
    """Seals the sessions that are over; gives each part as it is done. The log must be open for writing.

    Over is a session whose last batch came before `before_ms`. `root` is where parts go, a URL of fsspec; empty for
    the workspace's own folder. Raises `CannotRun`; what was done until then stays.
    """
    sweep(log, folder, root)
    for draft in drafts(log, folder, before_ms, root):
        commit(log, draft)
        yield draft.part


def drafts(
    log: EventLog, folder: Path, before_ms: float, root: str = "", part_events: int = PART_EVENTS
) -> Iterator[Draft]:
    """Writes parts of the sessions that are over, without touching the log: reading it is enough."""
    store = Store(folder, root)
    open_parts: dict[tuple[str, str], tuple[PartBuilder, list[int]]] = {}
    for sealed, numbers in log.unsealed(before_ms):
        day = datetime.fromtimestamp(sealed.session.started_ms / 1000, UTC).strftime("%Y-%m-%d")
        key = (sealed.session.site, day)
        builder, batches = open_parts.setdefault(key, (PartBuilder(), []))
        builder.add(sealed)
        batches += numbers
        if builder.events >= part_events:
            yield _draft(store, root, key, *open_parts.pop(key))
    for key in sorted(open_parts):
        yield _draft(store, root, key, *open_parts[key])


def _draft(store: Store, root: str, key: tuple[str, str], builder: PartBuilder, batches: list[int]) -> Draft:
    return Draft(write_part(store, root, *key, builder), tuple(batches))


def commit(log: EventLog, draft: Draft) -> None:
    """Lists a part, and empties the batches that it was made from, in one transaction. Raises `CannotRun`."""
    connection = log.connection
    try:
        connection.execute("BEGIN IMMEDIATE")
        list_part(connection, draft.part)
        empty = "UPDATE batches SET format = 'sealed', events = 0, body = x'' WHERE id = ? AND format != 'sealed'"
        if connection.executemany(empty, [[number] for number in draft.batches]).rowcount != len(draft.batches):
            raise CannotRun(f"{log.path}: changed while it was sealed; seal again")
        connection.execute("COMMIT")
    except (sqlite3.Error, CannotRun) as exc:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        log.sealed.store(draft.part).remove(draft.part.name)
        raise (
            exc if isinstance(exc, CannotRun) else CannotRun(f"{log.path}: its days cannot be sealed ({exc})")
        ) from exc


def sweep(log: EventLog, folder: Path, root: str = "") -> None:
    """Removes parts that a seal left behind when it was cut off."""
    store = Store(folder, root)
    for name in store.leftovers({part.name for part in log.sealed.all()}):
        logger.info("%s: was not finished, and is removed", name)
        store.remove(name)
