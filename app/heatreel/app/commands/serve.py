"""`heatreel serve`: the collector, and the report of the newest replay at /."""

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
    config: ConfigFile = None,
) -> None:
    """Receive events of the recorder, and show the report at /.

    Events are answered once they are on the disk, and kept as long as `retention_days` of heatreel.toml says. Its
    `[site]` also holds accepted origins, the write key and rates, see docs/collector.md.

    The page at / shows the snippet for your site until there is a replay. It is given on loopback addresses only:
    put something that asks for a password before it to show it to others. Stop with Ctrl-C.
    """
    from heatreel.app.viewing import is_loopback, snippet, viewer_routes
    from heatreel.capture import collector
    from heatreel.core.config import find_config, load_config

    site = load_config(config or find_config(Path())).site
    key = collector.make_ready(workspace, site)
    base = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    routes = viewer_routes(workspace, site) if is_loopback(host) else []
    say("Put this before </body> or into <head> of your pages:")
    typer.echo(snippet(base, key, site.query))
    say(f"receiving at {base}/collect" + (f", report at {base}/" if routes else "; no report on a public address"))
    collector.serve(workspace, host, port, site=site, origins=tuple(origin or ()), routes=routes)
