"""`heatreel states`: the state graph of a capture."""

from __future__ import annotations

import typer

from heatreel.app.options import DEFAULT_FOLDER, Json, Label, WorkspaceFolder
from heatreel.app.talk import print_json


def states(workspace: WorkspaceFolder = DEFAULT_FOLDER, label: Label = "", json: Json = False) -> None:
    """List the states of each page and viewport, the recipes that lead to them, and what was not tried.

    heatreel states --json
    """
    from heatreel.capture.states import states_json
    from heatreel.core.workspace import Workspace

    with Workspace.open(workspace) as opened:
        document = states_json(opened, opened.capture(label))
    if json:
        print_json(document)
        return
    for page in document["pages"]:
        variant = f", variant {page['variant']}" if page["variant"] else ""
        size = f"{page['viewport']['width']}x{page['viewport']['height']}"
        typer.echo(f"{page['page']}  ({page['viewport']['name']} {size}{variant})")
        for state in page["states"]:
            steps = " > ".join(f"{step['action']} {step['selector']}" for step in state["recipe"])
            typer.echo(f"  {state['label']:<40} {state['id']:<36} {steps}")
    if document["skipped"]:
        typer.echo(f"{len(document['skipped'])} things were not tried; --json says what and why")
