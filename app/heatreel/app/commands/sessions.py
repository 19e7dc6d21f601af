"""`heatreel sessions`: the sessions that were placed on a capture."""

from __future__ import annotations

import typer

from heatreel.app.options import DEFAULT_FOLDER, Json, Label, Where, WorkspaceFolder
from heatreel.app.talk import print_json


def sessions(
    workspace: WorkspaceFolder = DEFAULT_FOLDER, label: Label = "", where: Where = None, json: Json = False
) -> None:
    """List the sessions on a capture, the newest first: how long, on how many pages, what went wrong.

    heatreel sessions --where signal=rage
    """
    from heatreel.app.playing import list_sessions
    from heatreel.core.version import DOCUMENT_VERSION
    from heatreel.core.workspace import Workspace

    with Workspace.open(workspace) as opened:
        capture = opened.capture(label)
        found = list_sessions(opened, capture, where or ())
    if json:
        document = {"version": DOCUMENT_VERSION, "capture": capture.label}
        print_json(document | {"sessions": [one.as_json() for one in found]})
        return
    for one in found:
        trouble = ", ".join(
            f"{count} {name}" for name, count in (("dead", one.dead), ("rage", one.rage), ("error", one.error)) if count
        )
        typer.echo(
            f"{one.session:<26} {one.started[:19]}  {one.seconds:>7.0f} s  {one.viewport:<16}"
            f" {one.pages:>3} pages {one.clicks:>4} clicks  {trouble}"
        )
    typer.echo(f"{len(found):,} sessions")
