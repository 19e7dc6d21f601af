"""Event logs of several workspaces made one: of collectors side by side, or a damaged one copied to a new place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from heatreel.core.errors import InputError, WorkspaceError
from heatreel.core.eventlog import EVENTS, EventLog
from heatreel.core.workspace import CATALOGUE, Workspace


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken over from one workspace: rows (batches and chunks of films) that are new, known, damaged."""

    source: str
    stored: int
    duplicates: int
    damaged: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def merge_events(folder: Path, sources: Sequence[Path]) -> list[Taken]:
    """Takes over the events and films of other workspaces; can be done again.

    Raises `InputError` when a source has none, is the workspace itself, or has another write key for a site:
    the hashes in its events would then match nothing that is captured here.
    """
    for source in sources:
        if not (source / EVENTS).is_file():
            raise InputError(f"{source}: nothing is recorded here")
        if source.resolve() == folder.resolve():
            raise InputError(f"{source}: is the workspace to merge into")
    for source in sources:
        _take_sites(folder, source)
    taken = []
    with EventLog.writing(folder) as log:
        for source in sources:
            with EventLog.open(source) as other:
                stored, duplicates = log.copy_from(other)
                taken.append(Taken(str(source), stored, duplicates, other.reading.damaged))
    return taken


def _take_sites(folder: Path, source: Path) -> None:
    if not (source / CATALOGUE).is_file():
        return
    try:
        with Workspace.open(source) as other:
            keys = dict(other.db.execute("SELECT name, key FROM sites"))
    except WorkspaceError:
        # Its events may be readable all the same.
        return
    with Workspace.writing(folder) as workspace:
        for name, key in keys.items():
            found = workspace.find_site(name)
            if found and found.key != key:
                raise InputError(
                    f"{source}: site {name!r} has another write key than in {folder}, so that its events match"
                    " nothing that is captured there; give all collectors of a site the same site.write_key"
                )
            if not found:
                with workspace.db.atomic():
                    workspace.db.execute("INSERT INTO sites (name, key) VALUES (?, ?)", [name, key])
