"""The job of `heatreel import`: files of other tools into the event log, each with its account."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from heatreel.core.errors import HeatreelError, InputError
from heatreel.core.eventlog import EventLog
from heatreel.core.workspace import Workspace
from heatreel.replay.importing.account import Account
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.guess import FORMATS, guess
from heatreel.replay.importing.options import ImportOptions
from heatreel.replay.importing.writing import Writer

_MODULES = {
    "rrweb": "rrweb",
    "csv": "plain",
    "jsonl": "plain",
    "posthog": "posthog",
    "clarity": "clarity",
    "openreplay": "openreplay",
    "matomo": "matomo",
    "ga4": "ga4",
    "tobii": "tobii",
    "pupil": "pupil",
    "webgazer": "webgazer",
    "mail": "mail",
}


@dataclass(frozen=True)
class Imported:
    """What became of all files. `refused` are the errors of files that could not be imported, or not to their end."""

    files: tuple[Account, ...]
    refused: tuple[HeatreelError, ...]

    def as_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"version": 1, "files": [account.as_json() for account in self.files]}
        if self.refused:
            document["errors"] = [str(error) for error in self.refused]
        return document


Progress = Callable[[str], None]
"""Called with the name of each file before it is read."""


def import_files(
    folder: Path, paths: Sequence[Path], options: ImportOptions, progress: Progress = lambda _name: None
) -> Imported:
    """Imports files into the workspace at `folder`, made when it is not there.

    A file that cannot be imported never costs the others. Raises `Busy` when another process writes.
    """
    if options.format and options.format not in FORMATS:
        raise InputError(f"--format {options.format}: unknown; there are {', '.join(FORMATS)}")
    if not options.key:
        with Workspace.writing(folder) as workspace:
            options = replace(options, key=workspace.site(options.site).key)
    done: list[Account] = []
    refused: list[HeatreelError] = []
    with EventLog.writing(folder) as log:
        for path in paths:
            progress(str(path))
            account = Account(str(path))
            try:
                import_file(log, path, account, options)
            except InputError as exc:
                refused.append(exc)
                # Its one line says it all, unless a part of it was stored.
                if not account.events:
                    continue
            done.append(account)
    return Imported(tuple(done), tuple(refused))


def import_file(log: EventLog, path: Path, account: Account, options: ImportOptions) -> None:
    """Imports one file. Raises `InputError` when nothing of it could be read, or it broke off."""
    source = Source(path)
    source.encoding  # noqa: B018
    account.format = options.format or guess(source)
    module = importlib.import_module(f"heatreel.replay.importing.{_MODULES[account.format]}")
    with Writer(log, account) as writer:
        writer.write_all(module.sessions(source, account, options))
    if account.bad and account.read == account.skipped["bad row"]:
        raise InputError(f"{account.bad[0]} (no row of {account.read:,} could be read as {account.format})")
    if not account.read:
        raise InputError(f"{path}: no event found in it, read as {account.format}")
