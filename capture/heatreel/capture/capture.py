"""`heatreel capture`: pages of a site, in each viewport, in every state, into a workspace."""

from __future__ import annotations

from pathlib import Path

from heatreel.capture.browser import find_browser
from heatreel.capture.inpage import init_script, keeping_script
from heatreel.capture.job import Job, Progress
from heatreel.capture.options import CaptureOptions
from heatreel.capture.recipes import Healer
from heatreel.capture.results import CaptureResult
from heatreel.capture.running import ARGUMENTS
from heatreel.capture.tab import is_web
from heatreel.core.errors import InputError
from heatreel.core.routes import origin
from heatreel.core.workspace import Workspace

__all__ = ["ARGUMENTS", "CaptureResult", "Progress", "capture"]


async def capture(
    folder: Path,
    urls: list[str],
    options: CaptureOptions,
    progress: Progress | None = None,
    heal: Healer | None = None,
) -> CaptureResult:
    """Captures the pages into the workspace at `folder`. A page that fails never loses the others.

    Raises `InputError` on URLs that are none, `BrowserError` without a browser, `Busy` when another process writes,
    `PageError` when a login does not work.
    """
    for url in urls:
        check_url(url)
    if not urls:
        raise InputError("no URL to capture; give one, or urls under [capture] in heatreel.toml")
    find_browser(options.browser)
    init_script(), keeping_script()
    with Workspace.writing(folder) as workspace:
        return await Job(workspace, urls, options, progress or (lambda *_: None), heal).run()


def check_url(url: str) -> None:
    """Raises `InputError` for what is no URL of the web."""
    try:
        good = is_web(url) and bool(origin(url).partition("://")[2])
    except ValueError:
        good = False
    if not good:
        raise InputError(f"{url}: is not a URL; write it with http:// or https://")
