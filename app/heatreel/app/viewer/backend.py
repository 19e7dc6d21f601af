"""Asking the process that answers: from the collector's event loop, without ever making that wait."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Protocol

from heatreel.app.viewer.answers import Answer, Refused
from heatreel.app.viewer.api import Api
from heatreel.app.viewer.worker import read_frame, write_frame
from heatreel.core.config import Config

MOST_WAITING = 200
"""Requests that may wait for answers; more are told to come back."""

_LEAST_LIFE_S = 2.0


class Backend(Protocol):
    """What answers requests: a process of its own, or (in tests) this one."""

    async def ask(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Answer: ...
    def close(self) -> None: ...


class Here:
    """Answers in threads of this process."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def ask(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Answer:
        return await asyncio.to_thread(self.api.answer, method, path, query, headers)

    def close(self) -> None:
        self.api.replays.stop()


class _Job:
    """One life of the process: threads that write to it and read from it, and what waits for its answers."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        command = [sys.executable, "-m", "heatreel.app.viewer.worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.began = time.monotonic()
        self.waiting: dict[int, tuple[asyncio.AbstractEventLoop, asyncio.Future[Answer]]] = {}
        self.lock = Lock()
        self.ended = False
        self.queue: SimpleQueue[Mapping[str, Any] | None] = SimpleQueue()
        self.queue.put(wanted)
        Thread(target=self._write, daemon=True, name="viewer requests").start()
        Thread(target=self._read, daemon=True, name="viewer answers").start()

    def _write(self) -> None:
        assert self.process.stdin
        with suppress(OSError):
            while (head := self.queue.get()) is not None:
                write_frame(self.process.stdin, head)
        # What is left in its buffer has nowhere to go when the process is gone.
        with suppress(OSError):
            self.process.stdin.close()

    def _read(self) -> None:
        assert self.process.stdout
        while (frame := read_frame(self.process.stdout)) is not None:
            head, body = frame
            with self.lock:
                loop, future = self.waiting.pop(head["id"], (None, None))
            if loop and future:
                _tell(loop, future, Answer(head["status"], body, head["media"], head["headers"]))
        self.process.stdout.close()
        self.process.wait()
        self.queue.put(None)
        with self.lock:
            self.ended = True
            left, self.waiting = list(self.waiting.values()), {}
        for loop, future in left:
            _tell(loop, future, Refused(503, "the viewer's process ended; ask again").answer())


def _tell(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Answer], answer: Answer) -> None:
    def tell() -> None:
        if not future.done():
            future.set_result(answer)

    try:
        loop.call_soon_threadsafe(tell)
    except RuntimeError:
        # The server has stopped; nobody waits any more.
        return


class Beside:
    """Answers in a process of its own, which is started again when it has died."""

    def __init__(self, folder: Path, config: Config, base: str, replays: bool) -> None:
        self._wanted = {
            "folder": str(folder),
            "config": config.model_dump(mode="json"),
            "base": base,
            "replays": replays,
        }
        self._numbers = itertools.count(1)
        self._job = _Job(self._wanted)

    async def ask(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Answer:
        job = self._job
        if job.ended:
            if time.monotonic() - job.began < _LEAST_LIFE_S:
                return Refused(503, "the viewer's process is being started; ask again").answer()
            job = self._job = _Job(self._wanted)
        if len(job.waiting) >= MOST_WAITING:
            return Refused(503, "too many requests wait; ask again").answer()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        number = next(self._numbers)
        with job.lock:
            if job.ended:
                return Refused(503, "the viewer's process ended; ask again").answer()
            job.waiting[number] = (loop, future)
        job.queue.put({"id": number, "method": method, "path": path, "query": query, "headers": dict(headers)})
        try:
            return await future
        finally:
            with job.lock:
                job.waiting.pop(number, None)

    def close(self) -> None:
        """Ends the process, which takes a replay that it runs with it."""
        self._job.queue.put(None)
        try:
            self._job.process.wait(5)
        except subprocess.TimeoutExpired:
            self._job.process.kill()
            self._job.process.wait()
