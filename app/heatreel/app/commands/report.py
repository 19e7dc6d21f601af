"""`heatreel report`: a folder that opens from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Label, Where, WorkspaceFolder
from heatreel.app.talk import say


def report(
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Folder to write; a report there is replaced.")
    ],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    label: Label = "",
    where: Where = None,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="Title of the report.")] = "",
) -> None:
    """Write a report that opens from disk: layers of every page, viewport and state, ranked elements, the ledger.

    heatreel report -o report --where touch=true
    """
    from heatreel.app.reporting import report_to
    from heatreel.core.workspace import Workspace

    with Workspace.open(workspace) as opened:
        index = report_to(opened, out, label, where or (), title, progress=True)
    say(f"wrote {index}")
