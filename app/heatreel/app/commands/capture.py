"""`heatreel capture`: finds the states of pages and keeps a snapshot of each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Browser, ConfigFile, Json, Viewports, WorkspaceFolder
from heatreel.app.talk import print_json, say


def capture(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Pages to capture, with http:// or https://.")],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    viewport: Viewports = None,
    label: Annotated[
        str, typer.Option("--label", metavar="LABEL", help="Name of this capture. Default: the day.")
    ] = "",
    variant: Annotated[str, typer.Option("--variant", metavar="NAME", help="A/B arm that the pages show.")] = "",
    states: Annotated[
        str, typer.Option("--states", metavar="auto|none", help="Find states, or the default only.")
    ] = "auto",
    max_states: Annotated[
        int | None, typer.Option("--max-states", metavar="N", min=1, help="At most so many of a page. Default: 40.")
    ] = None,
    depth: Annotated[
        int | None, typer.Option("--depth", metavar="N", min=0, help="Actions in a row. Default: 2.")
    ] = None,
    routes: Annotated[
        str, typer.Option("--routes", metavar="auto|none", help="Follow links within the site.")
    ] = "auto",
    max_pages: Annotated[
        int | None, typer.Option("--max-pages", metavar="N", min=1, help="At most so many pages. Default: 20.")
    ] = None,
    storage_state: Annotated[
        Path | None,
        typer.Option("--storage-state", metavar="FILE", help="Playwright's storage state: a logged-in visitor."),
    ] = None,
    hide: Annotated[
        list[str] | None, typer.Option("--hide", metavar="CSS", help="Keep what this selects out of sight; repeatable.")
    ] = None,
    mask: Annotated[
        list[str] | None, typer.Option("--mask", metavar="CSS", help="Cover what this selects, text too; repeatable.")
    ] = None,
    wait_for: Annotated[
        str | None, typer.Option("--wait-for", metavar="CSS", help="Must be there before the page counts as settled.")
    ] = None,
    workers: Annotated[
        int,
        typer.Option("--workers", metavar="N", min=0, max=64, help="Browsers at work at once. Default: one a core."),
    ] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a capture of this label stopped.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Forget an earlier capture of this label.")] = False,
    browser: Browser = None,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Find the states of pages, and keep of each a picture, the DOM and the elements with their boxes.

    heatreel capture https://example.org/ --viewport desktop=1440x900 --label before

    Nothing that writes leaves the browser, no form is submitted, no link leaves the site; what was not tried,
    and why, is in `heatreel states --json`. One failed page does not stop the others; the exit code is then 3.
    """
    from heatreel.app.capturing import capture_urls, default_workers, fresh_label, options_from

    chosen = options_from(
        config,
        viewports=viewport or [],
        label=label or fresh_label(workspace),
        variant=variant,
        states=states,
        max_states=max_states,
        depth=depth,
        routes=routes,
        max_pages=max_pages,
        storage_state=storage_state,
        hide=hide,
        mask=mask,
        wait_for=wait_for,
        workers=workers or default_workers(),
        resume=resume,
        replace=replace,
        browser=browser,
    )
    result = capture_urls(workspace, urls, chosen, progress=not json)
    if json:
        print_json(result.as_json())
    for line in result.failures():
        say(line, "bold red")
    say(result.line())
    if result.failed:
        raise typer.Exit(3)
