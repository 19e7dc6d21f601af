"""`heatreel render`: one layer as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Label, Where, WorkspaceFolder
from heatreel.app.talk import say


def render(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Picture to write: .png or .webp.")],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    label: Label = "",
    page: Annotated[str, typer.Option("--page", metavar="PAGE", help="Route, path or URL; the first if none.")] = "",
    viewport: Annotated[str, typer.Option("--viewport", metavar="NAME", help="Viewport; the first if none.")] = "",
    state: Annotated[str, typer.Option("--state", metavar="STATE", help="Id or label; the default if none.")] = "",
    variant: Annotated[str, typer.Option("--variant", metavar="NAME", help="A/B arm.")] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind", metavar="KIND", help="click, tap, move, scroll, dead, rage, error, first, last or element."
        ),
    ] = "click",
    where: Where = None,
    colours: Annotated[str, typer.Option("--colours", metavar="NAME", help="Colour map, such as inferno.")] = "",
    radius: Annotated[float, typer.Option("--radius", metavar="PX", help="Radius of a point in CSS px.")] = 40,
    tone: Annotated[str, typer.Option("--tone", metavar="TONE", help="log or linear.")] = "log",
    top: Annotated[
        float | None, typer.Option("--top", metavar="N", help="Hot end of the scale, to compare pictures.")
    ] = None,
    per_1000: Annotated[bool, typer.Option("--per-1000", help="Count per 1,000 visits.")] = False,
    one_vote: Annotated[bool, typer.Option("--one-vote", help="A session counts once in each place.")] = False,
    legend: Annotated[bool, typer.Option("--legend/--no-legend", help="Burn in the legend.")] = True,
    dark: Annotated[bool, typer.Option("--dark", help="Legend on a dark ground.")] = False,
) -> None:
    """Paint one layer over one snapshot, as PNG or WebP.

    heatreel render --page / --viewport mobile --state "Tab: Reviews" --kind click -o reviews.png
    """
    from heatreel.app.evidence import evidence_of
    from heatreel.core.workspace import Workspace
    from heatreel.overlays.colour import DEFAULT_COLOURS
    from heatreel.overlays.layers import LayerSpec
    from heatreel.overlays.render import Look, form_of, save
    from heatreel.overlays.render import render as paint

    form = form_of(out)
    spec = LayerSpec(
        kind=kind,
        radius=radius,
        tone=tone,  # type: ignore[arg-type]  # LayerSpec refuses other words with a line of its own
        colours=colours or DEFAULT_COLOURS,
        top=top,
        unit="per_1000_visits" if per_1000 else "events",
        one_vote=one_vote,
    )
    with Workspace.open(workspace) as opened:
        capture = opened.capture(label)
        look = Look(legend=legend, dark=dark, date=opened.replay(capture).made[:10])
        evidence = evidence_of(opened, capture, where or ())
        files = paint(
            opened, capture, page, viewport, state, variant, evidence=evidence, spec=spec, form=form, look=look
        )
    for path in save(files, out):
        say(f"wrote {path}")
