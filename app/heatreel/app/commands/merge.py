"""`heatreel merge`: takes over what other workspaces recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Json, WorkspaceFolder
from heatreel.app.talk import print_json, say


def merge(
    sources: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Workspaces to take events and films from.")],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    json: Json = False,
) -> None:
    """Take over the events and films of other workspaces: of several collectors, or of a damaged one.

    What is there already is not taken twice. The sources are only read; what cannot be read of them is said and left
    out. Captures stay where they are.
    """
    from heatreel.core.merging import merge_events

    parts = merge_events(workspace, sources)
    if json:
        print_json({"version": 1, "sources": [part.as_json() for part in parts]})
        return
    for part in parts:
        damaged = f", {part.damaged} damaged ones left out" if part.damaged else ""
        say(f"{part.source}: {part.stored} rows taken, {part.duplicates} were there already{damaged}")
