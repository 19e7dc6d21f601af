"""`heatreel capture`: the job run with a bar, and what it needs to know beforehand."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from heatreel.app.capture_options import options_from, route_table
from heatreel.app.progress import bars
from heatreel.capture.capture import capture as capture_pages
from heatreel.capture.options import CaptureOptions
from heatreel.capture.recipes import Healer
from heatreel.capture.results import CaptureResult
from heatreel.core.errors import HeatreelError
from heatreel.core.workspace import CATALOGUE, Workspace

__all__ = ["capture_urls", "default_workers", "fresh_label", "options_from", "route_table"]

_WORKERS = 4
"""At most so many browsers by default; each takes a core and some 400 MB."""


def default_workers() -> int:
    """One browser for each core, at most four."""
    return min(os.cpu_count() or 1, _WORKERS)


def fresh_label(folder: Path) -> str:
    """A label for a capture that was given none: the day, with a number when the day has one already."""
    taken: set[str] = set()
    if (folder / CATALOGUE).exists():
        with Workspace.open(folder) as workspace:
            taken = {capture.label for capture in workspace.captures()}
    day = datetime.now(UTC).date().isoformat()
    names = [day, *(f"{day}-{number}" for number in range(2, len(taken) + 2))]
    return next(name for name in names if name not in taken)


def capture_urls(
    folder: Path, urls: list[str], options: CaptureOptions, progress: bool = True, heal: Healer | None = None
) -> CaptureResult:
    """Runs a capture with a bar. Raises what `heatreel.capture.capture.capture` raises."""
    with bars(progress) as shown:
        step = shown.add_task("capturing", total=None)

        def advance(what: str, done: int, total: int) -> None:
            shown.update(step, description=f"capturing {what}", completed=done, total=total)

        try:
            return asyncio.run(capture_pages(folder, urls, options, advance, heal))
        except BaseExceptionGroup as group:
            raise _explained(group) from group


def _explained(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a group of workers that Heatreel can explain, else the first there is."""
    found: BaseException = group.subgroup(HeatreelError) or group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
