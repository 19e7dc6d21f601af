"""`heatreel record`: a browser with the recorder already in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Browser, ConfigFile, Json, WorkspaceFolder
from heatreel.app.talk import say


def record(
    url: Annotated[str, typer.Argument(metavar="URL", help="Page to begin on.")],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    script: Annotated[
        Path | None, typer.Option("--script", metavar="FILE", help="Acts to do, one a line (click #menu); no window.")
    ] = None,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser, also with --script.")] = False,
    viewport: Annotated[
        str, typer.Option("--viewport", metavar="NAME=WxH[@DPR][,touch]", help="Size of the window in CSS px.")
    ] = "desktop=1440x900",
    storage_state: Annotated[
        Path | None, typer.Option("--storage-state", metavar="FILE", help="Cookies and storage of a login.")
    ] = None,
    browser: Browser = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Open a browser with the recorder in it, for testers, and for sites one cannot edit.

    What is done in it becomes sessions of source `record`: clicks, moves, scrolls and states, as from any visitor;
    never what is typed. Close the window to end. With --script the acts of a file are done instead:

    click, dblclick, tap, hover SELECTOR; drag SELECTOR SELECTOR; type SELECTOR TEXT; press KEY; scroll PX; goto URL;
    back; wait MS.
    """
    import json

    from heatreel.capture.acts import read_acts
    from heatreel.capture.recording import Recording
    from heatreel.capture.recording import record as record_into
    from heatreel.core.config import find_config, load_config
    from heatreel.core.errors import InputError
    from heatreel.core.viewport import Viewport

    if not url.startswith(("http://", "https://")):
        raise InputError(f"{url}: is not a web address; give one that begins with http:// or https://")
    if storage_state and not storage_state.is_file():
        raise InputError(f"{storage_state}: --storage-state is not a file")
    acts = read_acts(script) if script else []
    site = load_config(config or find_config(Path())).site
    recording = Recording(url, Viewport.parse(viewport), script, acts, headed or not acts, browser, storage_state)
    if not acts:
        say("recording; close the browser's window to end")
    views = record_into(workspace, recording, site)
    if as_json:
        typer.echo(json.dumps({"version": 1, "url": url, "views": views, "acts": len(acts)}))
    say(f"{views} page view{'s' * (views != 1)} recorded into {workspace}; next: heatreel replay")
