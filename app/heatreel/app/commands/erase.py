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
    remove. A collector that runs meanwhile does the erasing itself. `heatreel replay` makes the hits again.
    """
    from heatreel.core import erasing
    from heatreel.core.config import find_config, load_config
    from heatreel.core.errors import Busy, InputError
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
    with EventLog.open(workspace) as log:
        if session or visitor:
            order = erasing.order_for(log, session or [], visitor or [])
        else:
            order = erasing.order_by_age(log, days, film_days)
    if not erasing.erase(workspace, order):
        raise Busy(f"{workspace}: the process that writes here has not erased it yet; it does so when it can")
    if json:
        print_json({"version": 1, "sessions": list(order.sessions), "films": list(order.films)})
        return
    say(f"erased {len(order.sessions)} sessions" + (f", {len(order.films)} films of others" if order.films else ""))
    if order.sessions:
        say("hits and reports made of all sessions are gone too; `heatreel replay` makes them again")
