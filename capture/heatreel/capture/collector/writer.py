"""Group commit: one thread that appends all batches that wait, in one transaction, and then says so to each."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from heatreel.core.errors import CannotRun
from heatreel.core.eventlog import Batch, EventLog

MAX_WAITING = 2000
"""Batches that may wait; further ones are refused, so that memory stays bounded."""
MAX_GROUP = 256
"""Batches in one transaction."""

logger = logging.getLogger(__name__)


class QueueFull(Exception):
    """Too many batches wait already."""


class _Waiting:
    """A batch with the future that gets its outcome, in the loop that waits for it."""

    __slots__ = ("batch", "future", "loop")

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[str] = self.loop.create_future()


class GroupWriter:
    """Appends batches to an open event log from one thread of its own."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._queue: queue.Queue[_Waiting | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="event log writer")
        self._waiting = 0

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator[GroupWriter]:
        """A writer on the event log of a workspace; on leaving, what waits is written and the log closed."""
        with EventLog.writing(folder) as log:
            writer = cls(log)
            writer._thread.start()
            try:
                yield writer
            finally:
                writer._queue.put(None)
                writer._thread.join()

    async def store(self, batch: Batch) -> str:
        """The outcome of `EventLog.append` for a batch, once it is durable.

        Raises `QueueFull`, or `CannotRun` when nothing can be stored. Call it from one event loop only.
        """
        if self._waiting >= MAX_WAITING:
            raise QueueFull
        waiting = _Waiting(batch)
        self._waiting += 1
        self._queue.put(waiting)
        try:
            return await waiting.future
        finally:
            self._waiting -= 1

    def _work(self) -> None:
        while group := self._next_group():
            try:
                outcomes = self._log.append([waiting.batch for waiting in group])
            except CannotRun as exc:
                logger.error("%s", exc)
                _tell(group, [exc] * len(group))
            else:
                _tell(group, outcomes)

    def _next_group(self) -> list[_Waiting]:
        """The batches that wait now, at least one; empty when there is nothing more to come."""
        first = self._queue.get()
        group = [first] if first else []
        while first and len(group) < MAX_GROUP:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                # The end comes after this group.
                self._queue.put(None)
                break
            group.append(following)
        return group


def _tell(group: Sequence[_Waiting], outcomes: Sequence[str | Exception]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[str], str | Exception]]] = {}
    for waiting, outcome in zip(group, outcomes, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting.future, outcome))
    for loop, answers in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, answers)
        except RuntimeError:
            logger.warning("%d stored batches could not be acknowledged: the server has stopped", len(answers))


def _resolve(answers: Sequence[tuple[asyncio.Future[str], str | Exception]]) -> None:
    for future, outcome in answers:
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
