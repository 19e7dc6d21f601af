"""`heatreel seal`: moves sessions that are over from the event log into Parquet."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, ConfigFile, Json, WorkspaceFolder
from heatreel.app.talk import print_json, say


def seal(
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    after: Annotated[
        float | None,
        typer.Option(
            "--after", metavar="HOURS", min=0, help="A session is over when nothing came for so long. Default: 48."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="URL", help="Where Parquet goes (s3://bucket/heat). Default: the workspace."),
    ] = None,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Move sessions that are over into Parquet, a part for each site and day.

    Every command reads both as one; erase and retention reach both. About a third of the space of the log, and other
    tools can read it, see docs/scale.md. What is asked here is `seal_after_h` and `sealed` of heatreel.toml's [site].

    Needs `pip install 'heatreel[scale]'`. A collector that runs here does this by itself.
    """
    from heatreel.core.config import find_config, load_config
    from heatreel.core.errors import InputError
    from heatreel.core.eventlog import EVENTS, EventLog
    from heatreel.core.sealed.sealing import seal as seal_parts

    site = load_config(config or find_config(Path())).site
    if not (workspace / EVENTS).exists():
        raise InputError(f"{workspace}: nothing is recorded here")
    quiet_h = site.seal_after_h if after is None else after
    before_ms = time.time() * 1000 - quiet_h * 3_600_000 + 1
    parts = []
    with EventLog.writing(workspace) as log:
        for part in seal_parts(log, workspace, before_ms, site.sealed if to is None else to):
            parts.append(part)
            say(f"{part.day} {part.site}: {part.sessions:,} sessions, {part.events:,} events, {part.bytes:,} bytes")
        if parts:
            log.tidy()
    if json:
        names = ("site", "day", "root", "name", "sessions", "events", "bytes")
        print_json({"version": 1, "parts": [{name: getattr(part, name) for name in names} for part in parts]})
    elif not parts:
        say(f"nothing to seal: no session has been quiet for {quiet_h:g} hours")
