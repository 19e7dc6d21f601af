"""`heatreel replay`: places what was recorded on the snapshots of a capture and prints the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Browser, Json, Label, WorkspaceFolder
from heatreel.app.talk import print_json, say


def replay(
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    label: Label = "",
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", help="Thresholds of dead, rage and the other signals.")
    ] = "default",
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Count crawlers and driven browsers too; they are left out else.")
    ] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Click known points in every captured state; print the error in px.")
    ] = False,
    verify_dead: Annotated[
        bool, typer.Option("--verify-dead", help="Click alleged dead elements again in a browser; print what they do.")
    ] = False,
    browser: Browser = None,
    json: Json = False,
) -> None:
    """Place every recorded event on the element it hit, in the state it happened in; print the ledger.

    recorded = placed + not placed; each event that was not placed carries the reason, see `heatreel hits`.

    `--calibrate` and `--verify-dead` open the captured pages in a browser, so the site must be up; neither sends
    anything that writes. They place nothing anew.
    """
    from heatreel.core.errors import InputError

    if calibrate and verify_dead:
        raise InputError("--calibrate and --verify-dead are two jobs: run them one after the other")
    if calibrate or verify_dead:
        from heatreel.app.measuring import measure_error, verify_dead_clicks

        (measure_error if calibrate else verify_dead_clicks)(workspace, label, browser, json)
        return
    from heatreel.app.progress import bars
    from heatreel.core.eventlog import EventLog
    from heatreel.core.workspace import Workspace
    from heatreel.replay.hits_json import replay_json
    from heatreel.replay.replay import ReplayOptions
    from heatreel.replay.replay import replay as place

    with Workspace.writing(workspace) as opened, EventLog.open(workspace) as log, bars(not json) as shown:
        step = shown.add_task("placing events", total=log.count()[1])
        result = place(
            opened,
            label,
            log.sessions(),
            ReplayOptions(profile=profile, everyone=everyone),
            progress=lambda events: shown.advance(step, events),
        )
        reading = log.reading
        document = replay_json(opened.replay(opened.capture(result.capture)))
    if json:
        print_json(document)
        return
    if reading.damaged or reading.missing:
        say(f"{reading.damaged} damaged batches left out, {reading.missing} batches never came", "bold yellow")
    typer.echo(result.ledger.line())
