"""What became of a file: each thing read is an event that was stored, or was skipped for a reason that is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SHOWN = 100
"""So many bad rows are named; all are counted."""

BAD = "bad row"
DUPLICATE = "already imported"


class BadRow(ValueError):
    """A row that cannot be what its format says; the message says why."""


@dataclass
class Account:
    """The account of one file. `events` + all of `skipped` = `read`, whatever the file holds."""

    file: str
    format: str = ""
    sessions: int = 0
    events: int = 0
    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def skip(self, reason: str, count: int = 1) -> None:
        """Things that were read and are not carried over."""
        self.read += count
        self.skipped[reason] += count

    def bad_row(self, line: int, reason: object) -> None:
        """A row that could not be read: counted, and named as file:line."""
        self.skip(BAD)
        if len(self.bad) < SHOWN:
            self.bad.append(f"{self.file}:{line}: {str(reason)[:300]}")

    def note(self, text: str) -> None:
        """Something that a person should know of the whole file; said once."""
        if text not in self.notes:
            self.notes.append(text)

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "format": self.format,
            "sessions": self.sessions,
            "events": self.events,
            "read": self.read,
            "skipped": dict(sorted(self.skipped.items())),
            "bad": self.bad,
            "notes": self.notes,
        }

    def line(self) -> str:
        """The account in one line for people."""
        rest = ", ".join(f"{count:,} {reason}" for reason, count in sorted(self.skipped.items()))
        return f"{self.file}: {self.format}, {self.sessions:,} sessions, {self.events:,} events" + (
            f"; not carried over: {rest}" if rest else ""
        )
