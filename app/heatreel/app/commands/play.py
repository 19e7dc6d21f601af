"""`heatreel play`: one session as a film, or gone again in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Label, WorkspaceFolder
from heatreel.app.talk import say


def play(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Its id, or how that begins; see sessions.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Film to write: .mp4 or .webp.")
    ] = None,
    live: Annotated[
        str, typer.Option("--live", metavar="URL", help="Go the session's clicks again on this build, in a browser.")
    ] = "",
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    label: Label = "",
    speed: Annotated[float, typer.Option("--speed", metavar="N", help="Times as fast as it was.")] = 1,
) -> None:
    """Replay one session: as a film on the snapshots, or its clicks in a browser on a running build.

    heatreel play 4f1c -o session.mp4
    heatreel play 4f1c --live http://localhost:8000/

    The film shows pointer, clicks, scrolling and changes of state. Live, each thing clicked is found again even where
    the build names it otherwise, up to the first field that was typed in; exit code 1: a step cannot be done.
    """
    if bool(out) == bool(live):
        raise typer.BadParameter("give either -o FILE or --live URL")
    if live:
        _play_live(workspace, label, session, live)
        return
    assert out is not None
    from heatreel.app.playing import reel_of_session
    from heatreel.core.workspace import Workspace
    from heatreel.overlays.film import film_form_of, fps_of, write_film

    form = film_form_of(out)
    with Workspace.open(workspace) as opened:
        reel = reel_of_session(opened, opened.capture(label), session, fps_of(form), speed)
        write_film(reel, out)
    say(f"wrote {out}: {reel.count / reel.fps:.0f} s, {reel.width} x {reel.height} px")


def _play_live(folder: Path, label: str, session: str, url: str) -> None:
    from heatreel.app.playing_live import step_lines, walk_session
    from heatreel.core.workspace import Workspace

    with Workspace.open(folder) as opened:
        walked = walk_session(opened, opened.capture(label), session, url)
    typer.echo("\n".join(step_lines(walked)))
    if walked.step:
        raise typer.Exit(1)
