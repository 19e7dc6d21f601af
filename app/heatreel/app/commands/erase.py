"""`heatreel erase`: removes what is kept of visitors or sessions, or of all that is too old."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, ConfigFile, Json, WorkspaceFolder
from heatreel.app.talk import print_json, say


def erase(
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    session: Annotated[
        list[str] | None, typer.Option("--session", metavar="ID", help="Erase this session; can be repeated.")
    ] = None,
    visitor: Annotated[
        list[str] | None,
        typer.Option("--visitor", metavar="ID", help="Erase all sessions of this visitor; can be repeated."),
    ] = None,
    older_than: Annotated[
        int | None, typer.Option("--older-than", metavar="DAYS", min=0, help="Erase what came in before.")
    ] = None,
    expired: Annotated[
        bool,
        typer.Option("--expired", help="Erase what heatreel.toml does not want to keep (retention_days, film_days)."),
    ] = False,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Erase sessions for good: events, films, and the hits and reports made of them.

    What they were is overwritten in the files. Copies elsewhere (exports, backups, report folders) are yours to
    remove. The collector must not run meanwhile. `heatreel replay` makes the hits again.
    """
    from heatreel.core import erasing
    from heatreel.core.config import find_config, load_config
    from heatreel.core.errors import InputError
    from heatreel.core.eventlog import EVENTS, EventLog

    chosen = [bool(session or visitor), older_than is not None, expired]
    if sum(chosen) != 1:
        raise InputError("erase what? give --session or --visitor, or --older-than, or --expired")
    days, film_days = older_than, older_than
    if expired:
        site = load_config(config or find_config(Path())).site
        days, film_days = site.retention_days or None, site.film_days or None
    if not (workspace / EVENTS).exists():
        raise InputError(f"{workspace}: nothing is recorded here")
    with EventLog.writing(workspace) as log:
        if session or visitor:
            names = erasing.sessions_of(log, session or [], visitor or [])
            done = erasing.erase(workspace, log, names)
        else:
            done = erasing.erase_older(workspace, log, days, film_days)
    if json:
        print_json({"version": 1, "sessions": sorted(done.sessions), "rows": done.rows, "replays": done.replays})
        return
    say(f"erased {len(done.sessions)} sessions ({done.rows} batches and parts of films)")
    if done.replays:
        say("hits and reports made of them are gone too; run `heatreel replay` to make them again")
