"""`heatreel render`: one layer as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Label, Where, WorkspaceFolder
from heatreel.app.talk import say


def render(
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="Picture to write: .png or .webp; a film: .mp4.")
    ],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    label: Label = "",
    page: Annotated[str, typer.Option("--page", metavar="PAGE", help="Route, path or URL; the first if none.")] = "",
    viewport: Annotated[str, typer.Option("--viewport", metavar="NAME", help="Viewport; the first if none.")] = "",
    state: Annotated[str, typer.Option("--state", metavar="STATE", help="Id or label; the default if none.")] = "",
    variant: Annotated[str, typer.Option("--variant", metavar="NAME", help="A/B arm.")] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="click, tap, move, hover, scroll, attention, dead, rage, error, near_miss, first, last, gaze,"
            " confetti or element.",
        ),
    ] = "click",
    where: Where = None,
    by: Annotated[
        str, typer.Option("--by", metavar="KEY", help="Segment key that colours confetti, such as touch or source.")
    ] = "signal",
    predict: Annotated[
        str,
        typer.Option("--predict", metavar="LABEL", help="Hits of that capture, where they would be on this one."),
    ] = "",
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="KEY=VALUE",
            help="Paint the difference from: label=, viewport=, variant=, state=, page= or a segment.",
        ),
    ] = None,
    each: Annotated[
        str,
        typer.Option("--each", metavar="KEY", help="One picture for each state, viewport, variant, label; one scale."),
    ] = "",
    sheet: Annotated[
        bool, typer.Option("--sheet", help="All of --each (states if none) on one contact sheet.")
    ] = False,
    crop: Annotated[str, typer.Option("--crop", metavar="SELECTOR", help="Only this element with its heat.")] = "",
    fixed: Annotated[
        bool, typer.Option("--fixed/--no-fixed", help="With what is fixed above the page, or what is below it.")
    ] = True,
    fade: Annotated[
        list[str] | None,
        typer.Option(
            "--fade",
            metavar="[SELECTOR=]SHARE",
            help="Opacity, 0 to 1, of one fixed thing or all: what is below shows through with its heat.",
        ),
    ] = None,
    scroller: Annotated[
        str, typer.Option("--scroller", metavar="SELECTOR", help="An inner scroller with all of its content.")
    ] = "",
    colours: Annotated[str, typer.Option("--colours", metavar="NAME", help="Colour map, such as inferno.")] = "",
    opacity: Annotated[
        float | None, typer.Option("--opacity", metavar="SHARE", help="Of the hottest heat, above 0 to 1.")
    ] = None,
    radius: Annotated[float, typer.Option("--radius", metavar="PX", help="Radius of a point in CSS px.")] = 40,
    tone: Annotated[
        str, typer.Option("--tone", metavar="TONE", help="robust (log, freak cells set apart), log or linear.")
    ] = "robust",
    top: Annotated[
        float | None, typer.Option("--top", metavar="N", help="Hot end of the scale, to compare pictures.")
    ] = None,
    per_1000: Annotated[bool, typer.Option("--per-1000", help="Count per 1,000 visits.")] = False,
    one_vote: Annotated[bool, typer.Option("--one-vote", help="A session counts once in each place.")] = False,
    over: Annotated[
        str, typer.Option("--over", metavar="TIME", help="Film of the heat building up: over session or calendar time.")
    ] = "",
    seconds: Annotated[float, typer.Option("--seconds", metavar="N", help="Length of the film.")] = 10,
    legend: Annotated[bool, typer.Option("--legend/--no-legend", help="Burn in the legend.")] = True,
    alone: Annotated[bool, typer.Option("--alone", help="Only the layer, transparent, without the page.")] = False,
    dark: Annotated[bool, typer.Option("--dark", help="Legend on a dark ground.")] = False,
) -> None:
    """Paint one layer over one snapshot, or a set of them on one scale, as PNG or WebP.

    heatreel render --page / --viewport mobile --state "Tab: Reviews" --kind click -o reviews.png
    """
    from heatreel.app.painting import Choice
    from heatreel.app.rendering import Wanted, paint
    from heatreel.core.workspace import Workspace
    from heatreel.overlays.colour import DEFAULT_COLOURS
    from heatreel.overlays.fading import fades_of
    from heatreel.overlays.layers import LayerSpec
    from heatreel.overlays.render import Look, form_of, save

    spec = LayerSpec(
        kind=kind,
        radius=radius,
        tone=tone,  # type: ignore[arg-type]  # LayerSpec refuses other words with a line of its own
        colours=colours or DEFAULT_COLOURS,
        opacity=opacity,
        top=top,
        unit="per_1000_visits" if per_1000 else "events",
        one_vote=one_vote,
    )
    choice = Choice(label, page, viewport, state, variant, tuple(where or ()), predict)
    look = Look(legend=legend, dark=dark, page=not alone)
    if over or out.suffix.lower() == ".mp4":
        from heatreel.app.rendering import film
        from heatreel.core.errors import InputError

        others = {"--against": against, "--each": each, "--sheet": sheet, "--crop": crop, "--fade": fade}
        others |= {"--no-fixed": not fixed, "--scroller": scroller, "--alone": alone}
        asked = [name for name, given in others.items() if given]
        if asked:
            raise InputError(f"{' and '.join(asked)}: not for a film; name a picture, .png or .webp, without --over")
        with Workspace.open(workspace) as opened:
            reel = film(opened, choice, spec, by, over or "session", seconds, out, dark)
        say(f"wrote {out}: {reel.count / reel.fps:.0f} s, {reel.width} x {reel.height} px")
        return
    fades = fades_of(fade or ())
    wanted = Wanted(
        choice, spec, look, form_of(out), by, tuple(against or ()), each, sheet, crop, fixed, fades, scroller
    )
    with Workspace.open(workspace) as opened:
        for name, files in paint(opened, wanted):
            for path in save(files, out.with_stem(f"{out.stem}-{name}") if name else out):
                say(f"wrote {path}")
