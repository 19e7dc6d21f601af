"""The time of a page: it ends, whatever the page does, and what it yields earns it more.

A page has `page_s` seconds to begin with; each thing that is tried on it adds what trying takes on such a page, each
state found adds what keeping it takes. So a page with forty states is captured whole, and one that hangs is not.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any

KEEP_S = 1.5
"""What keeping a snapshot may take, besides the page's pace."""

PACE_S = (1.0, 3.0)
"""Least and most that trying one thing may take: 1 s, more for a page that loads slowly but comes to rest."""

LARGE = 5_000
LARGE_PER_S = 3_000
LARGE_MOST_S = 15.0
"""From so many elements on, one second more for each so many, up to so many seconds."""

GRACE_S = 3.0
"""So long after its time is over a page is cut off."""


def stretch() -> float:
    """How much longer things take on a machine that has more to do than it has cores, 1 to 3."""
    try:
        load = os.getloadavg()[0]
    except OSError:
        return 1.0
    # A capture alone makes a load of about two for each core.
    return min(3.0, max(1.0, load / (2 * (os.cpu_count() or 1))))


def for_size(elements: int) -> float:
    """What a page of so many elements may take besides, so that one of 50,000 is captured, too.

    Measured: 50,000 elements take 12 s to be looked at, described and kept. With the time of a page this stays within
    15 s + 10 s whatever the page does.
    """
    return min(LARGE_MOST_S, max(0, elements - LARGE) / LARGE_PER_S)


def pace(load_s: float, at_rest: bool) -> float:
    """What trying one thing may take on a page that loaded in so many seconds."""
    least, most = PACE_S
    return min(most, max(least, load_s)) if at_rest else least


async def within(task: asyncio.Task[Any], deadline: Callable[[], float]) -> bool:
    """Waits for a task until a deadline that may move; false when the task had to be cut off."""
    try:
        while not task.done():
            left = deadline() + GRACE_S - time.monotonic()
            if left <= 0:
                break
            await asyncio.wait({task}, timeout=left)
        return task.done()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=5)
