"""`heatreel match`: elements of one page found again on another."""

from __future__ import annotations

from typing import Annotated

import typer

from heatreel.app.options import Browser, Json
from heatreel.app.talk import print_json


def match(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="HTML file or URL.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="HTML file or URL.")],
    viewport: Annotated[
        str, typer.Option("--viewport", metavar="NAME=WxH[@DPR][,touch]", help="Viewport that both are shown in.")
    ] = "desktop=1280x800",
    browser: Browser = None,
    json: Json = False,
) -> None:
    """Find the elements of one page again on another, with confidence and reasons.

    heatreel match before.html after.html --json
    """
    import asyncio

    from heatreel.capture.outlining import outlines
    from heatreel.core.viewport import Viewport
    from heatreel.replay.matching import match_json

    old, new = asyncio.run(outlines([before, after], Viewport.parse(viewport), browser))
    document = match_json(old, new)
    if json:
        print_json(document)
        return
    for pair in document["pairs"]:
        where = pair["after"] or "-"
        typer.echo(f"{pair['verdict']:<10} {pair['confidence']:.2f}  {pair['before']}  ->  {where}")
