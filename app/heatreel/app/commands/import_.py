"""`heatreel import`: sessions of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Browser, Json, WorkspaceFolder
from heatreel.app.talk import print_json, report_error, say


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exports of other tools; .gz is fine.")],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="Which tool wrote the files; guessed when left out.")
    ] = "",
    site: Annotated[str, typer.Option("--site", metavar="NAME", help="Site that the sessions belong to.")] = "default",
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Page of rows that name none.")] = "",
    viewport: Annotated[
        str, typer.Option("--viewport", metavar="WxH", help="Viewport in CSS px of rows that name none.")
    ] = "",
    space: Annotated[
        str,
        typer.Option("--space", metavar="SPACE", help="What x and y count from: page, viewport or element (shares)."),
    ] = "",
    unit: Annotated[str, typer.Option("--unit", metavar="UNIT", help="Unit of x and y: css or device px.")] = "",
    dpr: Annotated[
        float, typer.Option("--dpr", metavar="N", help="Device px in a CSS px, for rows that name none.")
    ] = 0,
    window: Annotated[
        str,
        typer.Option("--window", metavar="X,Y", help="Gaze: where the page's viewport begins on the screen, in px."),
    ] = "",
    screen: Annotated[str, typer.Option("--screen", metavar="WxH", help="Gaze: size of the screen in px.")] = "",
    scroll: Annotated[
        Path | None,
        typer.Option("--scroll", metavar="FILE", help="Gaze: scroll offsets over time (CSV: t_ms,scroll_x,scroll_y)."),
    ] = None,
    still: Annotated[bool, typer.Option("--still", help="Gaze: the page was never scrolled.")] = False,
    online: Annotated[
        bool, typer.Option("--online", help="rrweb: let the replayed pages fetch their pictures and fonts (GET only).")
    ] = False,
    browser: Browser = None,
    json: Json = False,
) -> None:
    """Import sessions of other tools; replay places their events like our own.

    \b
    heatreel import recording.json
    heatreel import clicks.csv --space page --url https://example.org/ --viewport 1440x900

    Formats: rrweb, csv, jsonl, posthog, clarity, openreplay, matomo, ga4, tobii, pupil, webgazer. Rows that cannot be
    read are counted and named, files that cannot be read give one line (exit code 2), and the same file again is
    stored once. docs/import.md says how to export from each tool, and what is carried over.
    """
    from heatreel.app.importing import import_options
    from heatreel.replay.importing.job import import_files

    options = import_options(
        site=site, format=format, url=url, viewport=viewport, space=space, unit=unit, dpr=dpr, window=window,
        screen=screen, scroll=scroll, still=still, online=online, browser=browser,
    )  # fmt: skip
    done = import_files(workspace, files, options, progress=lambda name: None if json else say(f"reading {name}"))
    if json:
        print_json(done.as_json())
    for account in () if json else done.files:
        typer.echo(account.line())
        for text in account.notes:
            say(text, "yellow")
        for text in account.bad[:5]:
            say(text, "yellow")
        if len(account.bad) > 5:
            say(f"{account.skipped['bad row']:,} bad rows in all; --json names {len(account.bad)} of them", "yellow")
    for error in done.refused:
        report_error(str(error))
    if done.refused:
        raise typer.Exit(max(error.exit_code for error in done.refused))
