"""Page loads of one host are spread over time, however many browsers are at work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlsplit


class Rate:
    """At most `per_second` page loads of each host; the first ones up to a second's worth may come at once."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap = 1 / per_second
        self._burst = max(1.0, per_second)
        self._clock = clock
        self._free: dict[str, float] = {}

    def wait_s(self, url: str) -> float:
        """Takes the next place in the row of the URL's host; the seconds until its turn."""
        host = urlsplit(url).netloc
        now = self._clock()
        # The moment at which the row would be empty, a burst ago at the earliest.
        free = max(self._free.get(host, 0.0), now - self._gap * (self._burst - 1))
        self._free[host] = free + self._gap
        return max(0.0, free - now)

    async def turn(self, url: str) -> None:
        """Waits for the URL's turn."""
        if wait := self.wait_s(url):
            await asyncio.sleep(wait)
