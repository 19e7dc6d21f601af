"""When a batch was received: this machine's time, by a clock that does not jump in the middle of a session."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_JUMP_S = 1.0
_BELIEVED_AFTER_S = 3600.0

logger = logging.getLogger(__name__)


class Clock:
    """Epoch time that goes on evenly when the machine's clock is set.

    The new setting is believed once it has held for an hour, which is longer than a session rests: so the events of
    a session keep their order, and a clock that was wrong when the machine started does not stay wrong.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self._anchor = wall() - steady()
        self._jumped_at: float | None = None

    def now_ms(self) -> int:
        steady = self._steady()
        anchor = self._wall() - steady
        jump_s = anchor - self._anchor
        if abs(jump_s) < _JUMP_S:
            # What time servers correct, bit by bit.
            self._anchor, self._jumped_at = anchor, None
        elif self._jumped_at is None:
            self._jumped_at = steady
            logger.warning("the clock was set by %+.0f s; events are timed by the old setting for an hour", jump_s)
        elif steady - self._jumped_at > _BELIEVED_AFTER_S:
            self._anchor, self._jumped_at = anchor, None
        return int((steady + self._anchor) * 1000)
