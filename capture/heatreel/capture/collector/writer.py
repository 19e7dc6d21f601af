"""Group commit: one thread that appends all that waits in one transaction, and then says so to each."""

from __future__ import annotations

import asyncio
import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from heatreel.capture.collector.metrics import Metrics
from heatreel.core.errors import CannotRun, HeatreelError
from heatreel.core.eventlog import Batch, EventLog, FilmChunk

MAX_WAITING = 2000
"""Batches that may wait; further ones are refused, so that memory stays bounded."""
MAX_WAITING_BYTES = 24 * 1024 * 1024
"""Bytes of bodies that may wait."""
MAX_GROUP = 256
"""Batches in one transaction."""
CHORE_EVERY_S = 2.0
_MORE_CHORE_S = 0.05

logger = logging.getLogger(__name__)

Piece = Batch | FilmChunk
Chore = Callable[[EventLog], bool]
"""Work on the log that says whether there is more of it."""
_Waiting = tuple[Piece, "asyncio.Future[str]"]


class QueueFull(Exception):
    """Too much waits already."""


class GroupWriter:
    """Appends batches and film chunks to an open event log from one thread of its own."""

    def __init__(self, log: EventLog, metrics: Metrics, chore: Chore | None) -> None:
        self._log = log
        self._metrics = metrics
        self._chore = chore
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="event log writer")
        self._loop = asyncio.get_running_loop()
        self._bytes = 0
        self._ended = False
        self._refused = 0
        self._said = ""
        self.waiting = 0

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, metrics: Metrics, chore: Chore | None = None) -> Iterator[GroupWriter]:
        """A writer on the event log of a workspace; on leaving, what waits is written and the log closed.

        Needs a running event loop. `chore` is done by the writing thread at the start and every two seconds.
        """
        with EventLog.writing(folder) as log:
            writer = cls(log, metrics, chore)
            writer._thread.start()
            try:
                yield writer
            finally:
                writer._queue.put(None)
                writer._thread.join()

    async def store(self, piece: Piece) -> str:
        """The outcome of `EventLog.append`, once it is durable.

        Raises `QueueFull`, or `CannotRun` when nothing can be stored.
        """
        size = len(piece.body)
        if self.waiting >= MAX_WAITING or self._bytes + size > MAX_WAITING_BYTES:
            raise QueueFull
        future: asyncio.Future[str] = self._loop.create_future()
        self.waiting += 1
        self._bytes += size
        self._queue.put((piece, future))
        try:
            return await future
        finally:
            self.waiting -= 1
            self._bytes -= size

    def _work(self) -> None:
        chore_due = time.monotonic() if self._chore else math.inf
        while not self._ended:
            if self._chore and time.monotonic() >= chore_due:
                chore_due = time.monotonic() + self._do(self._chore)
            group = self._next_group(min(CHORE_EVERY_S, max(0.0, chore_due - time.monotonic())))
            if group:
                self._append(group)

    def _do(self, chore: Chore) -> float:
        """Does a chore; returns the seconds until it is due again."""
        try:
            return _MORE_CHORE_S if chore(self._log) else CHORE_EVERY_S
        except (HeatreelError, OSError) as exc:
            if str(exc) != self._said:
                logger.error("%s", exc)
            self._said = str(exc)
            return CHORE_EVERY_S

    def _append(self, group: Sequence[_Waiting]) -> None:
        began = time.perf_counter()
        outcomes: Sequence[str | Exception]
        try:
            outcomes = self._log.append([piece for piece, _ in group])
        except CannotRun as exc:
            outcomes = [exc] * len(group)
            self._failed(exc, len(group))
        else:
            self._metrics.commit(time.perf_counter() - began, len(group))
            self._recovered()
        try:
            self._loop.call_soon_threadsafe(_tell, [future for _, future in group], outcomes)
        except RuntimeError:
            logger.warning("%d stored batches could not be acknowledged: the server has stopped", len(group))

    def _failed(self, exc: CannotRun, batches: int) -> None:
        """Says it once; what follows until it works again is counted."""
        if not self._refused:
            logger.error("%s; batches are refused until that has passed", exc)
        self._refused += batches

    def _recovered(self) -> None:
        if self._refused:
            logger.warning("%s: events are stored again; %d batches were refused", self._log.path, self._refused)
            self._refused = 0

    def _next_group(self, wait_s: float) -> list[_Waiting]:
        """What waits now; empty when nothing came in time, or when there is nothing more to come."""
        group: list[_Waiting] = []
        try:
            following = self._queue.get(timeout=wait_s)
            while following is not None:
                group.append(following)
                if len(group) == MAX_GROUP:
                    return group
                following = self._queue.get_nowait()
            self._ended = True
        except queue.Empty:
            pass
        return group


def _tell(futures: Sequence[asyncio.Future[str]], outcomes: Sequence[str | Exception]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
