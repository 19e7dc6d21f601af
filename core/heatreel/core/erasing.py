"""Erasing visitors from a workspace: their events, their films, and everything that was made of them."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heatreel.core.eventlog import EventLog
from heatreel.core.workspace import CATALOGUE, Workspace

_DAY_MS = 86_400_000
_BLOB = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone: sessions, rows of the event log (batches and film chunks), replays made of them."""

    sessions: tuple[str, ...]
    rows: int
    replays: int


def sessions_of(log: EventLog, sessions: Sequence[str], visitors: Sequence[str]) -> list[str]:
    """The ids of the sessions that are there under these ids, or are of these visitors."""
    wanted, of_visitors = set(sessions), set(visitors)
    if not of_visitors:
        return [name for name in wanted if log.has(name)]
    return [session.id for session in log.sessions() if session.id in wanted or session.visitor in of_visitors]


def erase(folder: Path, log: EventLog, sessions: Sequence[str]) -> Erased:
    """Erases sessions from an event log open for writing, and what was made of them from the workspace's catalogue.

    Hits and reports hold numbers of all sessions at once, so that they go as a whole; `heatreel replay` makes them
    again. Pictures and snapshots are of the owner's own captures and stay. Raises `CannotRun`.
    """
    rows = log.erase(sessions) if sessions else 0
    replays = _forget_replays(folder) if rows else 0
    return Erased(tuple(sessions), rows, replays)


def _forget_replays(folder: Path) -> int:
    shutil.rmtree(folder / "report", ignore_errors=True)
    if not (folder / CATALOGUE).is_file():
        return 0
    with Workspace.writing(folder) as workspace:
        db = workspace.db
        db.execute("PRAGMA secure_delete = ON")
        made = [name for (text,) in db.execute("SELECT details FROM replays") for name in _BLOB.findall(text)]
        made += [name for (name,) in db.execute("SELECT hits FROM hit_columns")]
        kept = {name for row in db.execute("SELECT picture, dom, outline FROM snapshots") for name in row}
        with db.atomic():
            count = db.execute("DELETE FROM replays").rowcount
        for name in set(made) - kept:
            workspace.blobs.path(name).unlink(missing_ok=True)
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return int(count)


def erase_older(folder: Path, log: EventLog, days: int | None, film_days: int | None) -> Erased:
    """Erases sessions that began to come more than `days` ago, and films after `film_days`; None keeps them."""
    now_ms = time.time() * 1000
    sessions = log.older("batches", now_ms - days * _DAY_MS) if days is not None else []
    films = log.older("films", now_ms - film_days * _DAY_MS) if film_days is not None else []
    film_rows = log.erase_films([name for name in films if name not in set(sessions)])
    done = erase(folder, log, sessions)
    return Erased(done.sessions, done.rows + film_rows, done.replays)
