"""`heatreel demo`: the whole job on the bundled shop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import Browser, Json, Viewports
from heatreel.app.talk import print_json, say


def demo(
    workspace: Annotated[
        Path,
        typer.Option("-w", "--workspace", metavar="DIR", help="Workspace of the demo; an earlier one is replaced."),
    ] = Path("demo-out/workspace"),
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder of the report.")] = Path(
        "demo-out/report"
    ),
    visitors: Annotated[
        int, typer.Option("--visitors", metavar="N", min=1, max=500, help="Visitors in the shop.")
    ] = 36,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same visitors.")] = 1,
    viewport: Viewports = None,
    workers: Annotated[
        int,
        typer.Option("--workers", metavar="N", min=0, max=64, help="Browsers at work at once. Default: one a core."),
    ] = 0,
    browser: Browser = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the report in your browser.")] = True,
    json: Json = False,
) -> None:
    """Capture the bundled shop, let seeded visitors drive it in a real browser, replay, measure, report.

    The driver writes down what it did, apart from the recorder; placement is measured against that.
    """
    from heatreel.app.demo.job import DemoOptions, run_demo
    from heatreel.core.viewport import parse_viewports

    options = DemoOptions(visitors, seed, parse_viewports(viewport or []), workers, browser=browser)
    result = run_demo(workspace, out, options, progress=not json)
    if json:
        print_json(result.as_json())
        return
    for line in result.surprises:
        say(f"surprise: {line}", "yellow")
    for line in result.lines():
        typer.echo(line)
    if show and _has_screen():
        typer.launch(result.report.resolve().as_uri())


def _has_screen() -> bool:
    """Whether there is somebody to show a window to: not in CI, over ssh or in a container without a display."""
    import os
    import sys

    if os.environ.get("CI") or not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
