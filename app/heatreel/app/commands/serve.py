"""`heatreel serve`: the collector, and the viewer at /."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, ConfigFile, WorkspaceFolder
from heatreel.app.talk import say


def serve(
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Port to listen on.")] = 8765,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", metavar="URL", help="Accept events from this origin only; can be repeated."),
    ] = None,
    viewer: Annotated[
        bool, typer.Option("--viewer/--no-viewer", help="Show the viewer at /, or only receive events.")
    ] = True,
    replays: Annotated[
        bool, typer.Option("--replays/--no-replays", help="Place new events by itself, or only when asked to.")
    ] = True,
    config: ConfigFile = None,
) -> None:
    """Receive events of the recorder, and show what people do in the viewer at /.

    Events are answered once they are on the disk, and kept as long as `retention_days` of heatreel.toml says. Its
    `[site]` also holds accepted origins, the write key and rates, see docs/collector.md.

    The viewer answers from a process of its own, see docs/api.md. On a loopback address it asks for no token; on any
    other, open the address that is printed: it holds the token (HEATREEL_TOKEN sets it). Stop with Ctrl-C.
    """
    from heatreel.app.snippet import snippet
    from heatreel.capture import collector
    from heatreel.core.config import find_config, load_config

    loaded = load_config(config or find_config(Path()))
    site = loaded.site
    key = collector.make_ready(workspace, site)
    base = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    say("Put this before </body> or into <head> of your pages:")
    typer.echo(snippet(base, key, site.query))
    if not viewer:
        say(f"receiving at {base}/collect")
        collector.serve(workspace, host, port, site=site, origins=tuple(origin or ()))
        return
    from heatreel.app.viewer.guard import door_of
    from heatreel.app.viewer.serving import viewer as opened

    door = door_of(host)
    # All addresses of this machine are none that can be opened.
    seen = base.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
    say(f"receiving at {base}/collect, viewer at {seen}/" + (f"?token={door.token}" if door.token else ""))
    with opened(workspace, loaded, base, door, replays) as routes:
        collector.serve(workspace, host, port, site=site, origins=tuple(origin or ()), routes=routes)
