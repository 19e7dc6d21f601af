"""Replays that the server makes: when it is asked to, or by itself when events have arrived, in another process."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread

from heatreel.app.viewer.answers import Refused

logger = logging.getLogger(__name__)

_LOOK_S = 1.0
_QUIET_S = 2.0
"""Events mostly come in bursts: a replay waits for the end of one, at most `_PATIENCE_S`."""
_PATIENCE_S = 20.0
_LEAST_PAUSE_S = 5.0
_PAUSE_FOR_LENGTH = 4.0
"""After a replay that took long the next one waits so many times as long: a fifth of one core, at most."""


class Replays:
    """The replays of one workspace, one at a time. `by_itself` says whether new events start one; `ended` is called
    when one has ended well."""

    def __init__(self, folder: Path, by_itself: bool = False, ended: Callable[[], None] = lambda: None) -> None:
        self.folder, self.by_itself, self._tell = folder, by_itself, ended
        self.failed = ""
        self.span_ms = (0.0, 0.0)
        """When the last replay of this server that ended well began to read, and ended; epoch ms."""
        self._read_ms = 0.0
        self._job: subprocess.Popen[str] | None = None
        self._lock = Lock()
        self._began = self._ended = self._took = 0.0
        self._stop = Event()
        self._watcher: Thread | None = None

    @property
    def running(self) -> bool:
        with self._lock:
            return self._job is not None

    def start(self, label: str = "") -> None:
        """Begins a replay of a capture, the newest when the label is empty; does nothing when one is running."""
        with self._lock:
            if self._job is not None:
                return
            command = [sys.executable, "-m", "heatreel.app", "-q", "replay", "-w", str(self.folder)]
            command += ["--label", label] if label else []
            try:
                self._job = subprocess.Popen(
                    _nice(command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                    text=True, env=os.environ | {"OMP_NUM_THREADS": "1", "NO_COLOR": "1"},
                )  # fmt: skip
            except OSError as exc:
                raise Refused(503, f"a replay could not be started ({exc.strerror})") from exc
            self._began, self._read_ms = time.monotonic(), time.time() * 1000
            Thread(target=self._wait, args=(self._job,), daemon=True, name="replay").start()

    def _wait(self, job: subprocess.Popen[str]) -> None:
        _out, told = job.communicate()
        with self._lock:
            lines = told.strip().splitlines() if told else []
            self.failed = "" if job.returncode == 0 else (lines[-1] if lines else f"exit code {job.returncode}")[:500]
            self._ended = time.monotonic()
            self._took = self._ended - self._began
            if job.returncode == 0:
                self.span_ms = (self._read_ms, time.time() * 1000)
            self._job = None
        if job.returncode == 0:
            self._tell()

    def watch(self, waiting: Callable[[], tuple[str, int, float]]) -> None:
        """Starts replays by itself from now on. `waiting` gives the label of the capture to replay (empty for none),
        how many batches wait, and how many seconds ago the last one came."""
        if not self.by_itself or self._watcher:
            return
        self._watcher = Thread(target=self._watch, args=(waiting,), daemon=True, name="replays")
        self._watcher.start()

    def _watch(self, waiting: Callable[[], tuple[str, int, float]]) -> None:
        since = 0.0
        while not self._stop.wait(_LOOK_S):
            try:
                label, batches, quiet_s = waiting()
            except Exception:
                # A database that is locked or written anew is there again soon: the watch goes on.
                logger.warning("%s: cannot be looked at now", self.folder, exc_info=True)
                continue
            now = time.monotonic()
            if not label or not batches or self.running:
                since = 0.0
                continue
            since = since or now
            rested = now - self._ended >= max(_LEAST_PAUSE_S, _PAUSE_FOR_LENGTH * self._took) or not self._ended
            if rested and (quiet_s >= _QUIET_S or now - since >= _PATIENCE_S):
                with suppress(Refused):
                    self.start(label)

    def stop(self) -> None:
        """Ends the watching and a replay that is running: what it wrote so far is whole, as writes are atomic."""
        self._stop.set()
        with self._lock:
            job = self._job
        if job:
            job.terminate()


def _nice(command: list[str]) -> list[str]:
    """Below the collector, where the system has a word for it."""
    return ["nice", "-n", "10", *command] if os.name == "posix" and Path("/usr/bin/nice").exists() else command
