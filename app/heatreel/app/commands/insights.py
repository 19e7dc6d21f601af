"""`heatreel insights`: what the heat of a capture says, ranked, with numbers and doubt."""

from __future__ import annotations

from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, ConfigFile, Json, Where, WorkspaceFolder
from heatreel.app.talk import print_json, say


def insights(
    label: Annotated[str, typer.Argument(metavar="[LABEL]", help="Capture to read; the newest when left out.")] = "",
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    where: Where = None,
    against: Annotated[
        str,
        typer.Option("--against", metavar="LABEL", help="Older capture: what is used more, or less, since."),
    ] = "",
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="So many findings for people.")] = 30,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Say what the heat of a capture means: findings with their sample, interval, evidence and place.

    Where there is too little data there is no finding, but a line on what is needed.

    heatreel insights before --where touch=true
    """
    from pathlib import Path

    from heatreel.app.insighting import insights_of
    from heatreel.core.config import find_config, load_config
    from heatreel.core.workspace import Workspace

    wishes = load_config(config or find_config(Path()))
    with Workspace.open(workspace) as opened:
        older = opened.capture(against) if against else None
        found = insights_of(opened, opened.capture(label), where or (), wishes, older)
    if json:
        print_json(found.as_json())
        return
    for one in found.findings[:most]:
        place = one.where
        at = " · ".join(part for part in (place.page, place.viewport, place.variant, place.selector) if part)
        typer.echo(f"{one.severity:<8}{one.words}\n        {one.detail}\n        {at}")
    rest = len(found.findings) - most
    if rest > 0:
        say(f"{rest} more: --most {len(found.findings)}, or --json")
    typer.echo(found.enough["words"])
    low, high = found.sampling.get("rates", (1.0, 1.0))
    if low < 1:
        rates = f"{100 * low:g} %" if low == high else f"{100 * low:g} to {100 * high:g} %"
        typer.echo(
            f"Recorded sessions were sampled at {rates}: counts stand for all, intervals are of what was recorded."
        )
