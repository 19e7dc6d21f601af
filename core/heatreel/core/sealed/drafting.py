"""Writes drafts in a process of its own, for a collector whose own process has visitors to answer.

    python -m heatreel.core.sealed.drafting FOLDER BEFORE_MS PART_EVENTS [ROOT]

Prints each draft as a line of JSON: `{"part": {...}, "batches": [...]}`.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from heatreel.core.eventlog import EventLog
from heatreel.core.sealed.parts import Part
from heatreel.core.sealed.sealing import Draft, drafts


def command(folder: Path, before_ms: float, part_events: int, root: str) -> list[str]:
    """The command line of such a process."""
    return [sys.executable, "-m", __name__, str(folder), str(before_ms), str(part_events), root]


def parsed(line: bytes) -> Draft:
    """The draft in a line that such a process printed. Raises `ValueError`, `TypeError` or `KeyError`."""
    told = json.loads(line)
    return Draft(Part(**told["part"]), tuple(told["batches"]))


def main() -> None:
    folder, before_ms, part_events, *root = sys.argv[1:]
    with suppress(OSError, AttributeError):
        os.nice(10)
    with EventLog.open(Path(folder)) as log:
        for draft in drafts(log, Path(folder), float(before_ms), "".join(root), int(part_events)):
            print(json.dumps(asdict(draft)), flush=True)


if __name__ == "__main__":
    main()
