"""Days that are over go into Parquet while the collector runs: a process of its own writes, the writer lists."""

from __future__ import annotations

import logging
import queue
import subprocess
import threading
import time
from importlib.util import find_spec
from pathlib import Path

from heatreel.core.eventlog import EventLog
from heatreel.core.sealed import drafting
from heatreel.core.sealed.sealing import Draft, commit, sweep

FIRST_S = 600.0
"""How long a collector has run when it seals for the first time."""
EVERY_S = 3600.0
_PART_EVENTS = 100_000
"""Listing a part empties its batches in one transaction, for which visitors wait: some 0.1 s for so many events."""

logger = logging.getLogger(__name__)


class Sealing:
    """A chore of the writing thread: starts the process that writes parts, and lists those that are ready.

    `after_h`: hours without a batch after which a session is over. `root`: where parts go, see `core/sealed`.
    Without the extra `scale` nothing is sealed.
    """

    def __init__(self, folder: Path, after_h: float, root: str, first_s: float = FIRST_S) -> None:
        self._folder = folder
        self._after_h = after_h
        self._root = root
        self._due = time.monotonic() + first_s if find_spec("pyarrow") else float("inf")
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: queue.SimpleQueue[Draft | None] = queue.SimpleQueue()

    def __call__(self, log: EventLog) -> bool:
        """Lists one part that is ready, or starts the process when that is due; says whether there is more."""
        if self._process is None:
            if time.monotonic() >= self._due:
                self._start(log)
            return False
        try:
            draft = self._ready.get_nowait()
        except queue.Empty:
            return False
        if draft is None:
            self._end()
            return False
        commit(log, draft)
        return True

    def close(self) -> None:
        """Ends the process; what it wrote and nobody listed is removed by the next one."""
        if self._process:
            self._process.terminate()
            self._end()

    def _start(self, log: EventLog) -> None:
        sweep(log, self._folder, self._root)
        before_ms = time.time() * 1000 - self._after_h * 3_600_000
        command = drafting.command(self._folder, before_ms, _PART_EVENTS, self._root)
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        threading.Thread(target=self._read, args=(self._process,), name="sealing", daemon=True).start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                try:
                    self._ready.put(drafting.parsed(line))
                except (ValueError, TypeError, KeyError):
                    logger.warning("sealing said %r", line[:200])
        self._ready.put(None)

    def _end(self) -> None:
        assert self._process
        self._process.wait()
        self._process = None
        self._due = time.monotonic() + EVERY_S
