"""`heatreel capture`: the options of the command line and the configuration made one, and the job run with a bar."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from heatreel.app.progress import bars
from heatreel.capture.capture import CaptureResult
from heatreel.capture.capture import capture as capture_pages
from heatreel.capture.options import Access, Arm, CaptureOptions
from heatreel.core.config import Config, find_config, load_config
from heatreel.core.errors import HeatreelError, InputError
from heatreel.core.routes import RouteTable
from heatreel.core.viewport import parse_viewports
from heatreel.core.workspace import CATALOGUE, Workspace

_WORKERS = 4
"""At most so many browsers by default; each takes a core and some 400 MB."""


def options_from(file: Path | None, *, viewports: Sequence[str], **given: Any) -> CaptureOptions:
    """The options of a capture: what was given wins over the configuration, which wins over the defaults.

    Raises `InputError` for a configuration, viewport or word that is not one.
    """
    config = load_config(file or find_config(Path()))
    for name in ("states", "routes"):
        if given[name] not in ("auto", "none"):
            raise InputError(f"--{name} {given[name]}: write auto or none")
    state, variant = given.pop("storage_state"), given.pop("variant")
    if state and not state.is_file():
        raise InputError(f"{state}: no such file (--storage-state)")
    for name in ("hide", "mask", "wait_for", "max_states", "depth", "max_pages"):
        if given[name] is None:
            given[name] = getattr(config.capture, name)
    values: dict[str, Any] = given | {
        "viewports": parse_viewports(list(viewports or config.capture.viewports)),
        "site": config.site.name,
        "access": Access(storage_state=state),
        "arms": (Arm(variant),),
        "table": route_table(config),
        "hide": tuple(given["hide"]),
        "mask": tuple(given["mask"]),
    }
    return CaptureOptions(**values)


def route_table(config: Config) -> RouteTable:
    """The routes of a configuration."""
    return RouteTable(config.site.routes, config.site.query)


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


def capture_urls(folder: Path, urls: list[str], options: CaptureOptions, progress: bool = True) -> CaptureResult:
    """Runs a capture with a bar. Raises what `heatreel.capture.capture.capture` raises."""
    with bars(progress) as shown:
        step = shown.add_task("capturing", total=None)

        def advance(what: str, done: int, total: int) -> None:
            shown.update(step, description=f"capturing {what}", completed=done, total=total)

        try:
            return asyncio.run(capture_pages(folder, urls, options, advance))
        except BaseExceptionGroup as group:
            raise _explained(group) from group


def _explained(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a group of workers that Heatreel can explain, else the first there is."""
    found: BaseException = group.subgroup(HeatreelError) or group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
