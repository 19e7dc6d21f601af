"""`heatreel play`: one session as a film."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Label, WorkspaceFolder
from heatreel.app.talk import say


def play(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Its id, or how that begins; see sessions.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Film to write: .mp4 or .webp.")],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    label: Label = "",
    speed: Annotated[float, typer.Option("--speed", metavar="N", help="Times as fast as it was.")] = 1,
) -> None:
    """Replay one session on the snapshots, as a film: pointer, clicks, scrolling, changes of state.

    heatreel play 4f1c -o session.mp4
    """
    from heatreel.app.playing import reel_of_session
    from heatreel.core.workspace import Workspace
    from heatreel.overlays.film import film_form_of, fps_of, write_film

    form = film_form_of(out)
    with Workspace.open(workspace) as opened:
        reel = reel_of_session(opened, opened.capture(label), session, fps_of(form), speed)
        write_film(reel, out)
    say(f"wrote {out}: {reel.count / reel.fps:.0f} s, {reel.width} x {reel.height} px")
