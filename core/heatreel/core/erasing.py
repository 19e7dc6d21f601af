"""Erasing visitors from a workspace: their events, their films, and everything that was made of them.

Only one process may write the event log. While a collector does, `erase` leaves the order in a file of the workspace,
and the collector's writing thread carries it out.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heatreel.core.blobs import write_atomic
from heatreel.core.errors import Busy
from heatreel.core.eventlog import EventLog
from heatreel.core.workspace import CATALOGUE, Workspace

ORDERS = "erase"
"""Folder of the orders in a workspace."""
_DAY_MS = 86_400_000
_BLOB = re.compile(r"\b[0-9a-f]{64}\b")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """Sessions to erase, and sessions of which only the film is to be erased."""

    sessions: tuple[str, ...] = ()
    films: tuple[str, ...] = ()


def order_for(log: EventLog, sessions: Sequence[str], visitors: Sequence[str]) -> Order:
    """The sessions that are there under these ids, or are of these visitors."""
    wanted, of_visitors = set(sessions), set(visitors)
    found = {name for name in wanted if log.has(name)}
    if of_visitors:
        found |= {session.id for session in log.sessions() if session.visitor in of_visitors}
    return Order(tuple(sorted(found)))


def order_by_age(log: EventLog, days: int | None, film_days: int | None) -> Order:
    """What began to come more than so many days ago; None keeps it."""
    now_ms = time.time() * 1000
    sessions = log.older("batches", now_ms - days * _DAY_MS) if days is not None else []
    films = log.older("films", now_ms - film_days * _DAY_MS) if film_days is not None else []
    return Order(tuple(sessions), tuple(sorted(set(films) - set(sessions))))


def erase(folder: Path, order: Order, wait_s: float = 60) -> bool:
    """Erases what is ordered, or has the collector of this workspace do it; False when that has not happened in time.

    Hits and reports hold numbers of all sessions at once, so that they go as a whole; `heatreel replay` makes them
    again. Pictures and snapshots are of the owner's own captures and stay. Raises `CannotRun`.
    """
    if not (order.sessions or order.films):
        return True
    try:
        with EventLog.writing(folder) as log:
            _carry_out(folder, log, order)
    except Busy:
        return _leave(folder, order, wait_s)
    return True


def carry_out_orders(folder: Path, log: EventLog) -> None:
    """Erases what others ordered. An order that cannot be carried out now is left for the next time."""
    for path in sorted((folder / ORDERS).glob("*.json")):
        try:
            said = json.loads(path.read_bytes())
            order = Order(tuple(map(str, said["sessions"])), tuple(map(str, said["films"])))
        except (OSError, ValueError, KeyError, TypeError) as exc:
            logger.error("%s: is no order to erase (%r); delete it", path, exc)
            continue
        _carry_out(folder, log, order)
        path.unlink(missing_ok=True)
        logger.warning("%s: %d sessions were erased as ordered", log.path, len(order.sessions))


def _leave(folder: Path, order: Order, wait_s: float) -> bool:
    path = folder / ORDERS / f"{secrets.token_hex(8)}.json"
    write_atomic(path, json.dumps({"sessions": order.sessions, "films": order.films}).encode())
    end = time.monotonic() + wait_s
    while path.exists():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _carry_out(folder: Path, log: EventLog, order: Order) -> None:
    # What was made of the sessions goes first: once they are gone themselves, nobody asks for it again.
    if order.sessions:
        _forget_replays(folder)
        log.erase(order.sessions)
    if order.films:
        log.erase_films(order.films)


def _forget_replays(folder: Path) -> None:
    shutil.rmtree(folder / "report", ignore_errors=True)
    if not (folder / CATALOGUE).is_file():
        return
    with Workspace.writing(folder) as workspace:
        db = workspace.db
        db.execute("PRAGMA secure_delete = ON")
        made = [name for (text,) in db.execute("SELECT details FROM replays") for name in _BLOB.findall(text)]
        made += [name for (name,) in db.execute("SELECT hits FROM hit_columns")]
        kept = {name for row in db.execute("SELECT picture, dom, outline FROM snapshots") for name in row}
        with db.atomic():
            db.execute("DELETE FROM replays")
        for name in set(made) - kept:
            workspace.blobs.path(name).unlink(missing_ok=True)
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
