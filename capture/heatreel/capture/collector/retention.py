"""What the thread that writes does besides: erasing what is too old and what was ordered, listing what was sealed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from heatreel.capture.collector.sealing import Sealing
from heatreel.core import erasing
from heatreel.core.eventlog import EventLog

_AT_ONCE = 500
_EXPIRE_EVERY_S = 600.0
_JUMP_S = 3600
_DAY_MS = 86_400_000

logger = logging.getLogger(__name__)


class Chores:
    """What the writing thread does between two groups."""

    def __init__(self, folder: Path, retention: Retention, sealing: Sealing) -> None:
        self._folder = folder
        self._retention = retention
        self._sealing = sealing
        self._due = 0.0

    def __call__(self, log: EventLog) -> bool:
        """Does what is due; says whether there is more of it."""
        erasing.carry_out_orders(self._folder, log)
        if self._sealing(log):
            return True
        if time.monotonic() < self._due:
            return False
        more = self._retention(log)
        self._due = 0.0 if more else time.monotonic() + _EXPIRE_EVERY_S
        return more

    def close(self) -> None:
        """Ends what was begun."""
        self._sealing.close()


class Retention:
    """Erases sessions and films that came in more than so many days ago; 0 days keeps for ever.

    Nothing is erased once the machine's clock has jumped by more than an hour while the collector ran: a clock that
    was set wrong must not cost what was recorded.
    """

    def __init__(
        self,
        days: int,
        film_days: int,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._days = days
        self._film_days = film_days
        self._clock = clock
        self._steady = steady
        self._began = clock() - steady()
        self._said = False

    def __call__(self, log: EventLog) -> bool:
        """Erases some of what has expired; says whether there is more."""
        if self._jumped():
            return False
        gone = log.expire(before_ms(self._days, self._clock()), before_ms(self._film_days, self._clock()), _AT_ONCE)
        return gone == _AT_ONCE

    def _jumped(self) -> bool:
        jump_s = self._clock() - self._steady() - self._began
        if abs(jump_s) > _JUMP_S and not self._said:
            self._said = True
            logger.warning("the clock jumped by %+.0f s: nothing is erased by age until the collector restarts", jump_s)
        return self._said


def before_ms(days: int, now_s: float) -> float:
    """What came in before this time (epoch ms) has expired; 0 when it is kept for ever."""
    return now_s * 1000 - days * _DAY_MS if days else 0.0
