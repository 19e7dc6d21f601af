"""Findings: what a person should look at, with its evidence and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""The worst first."""

VERIFY_RULES: Mapping[str, str] = MappingProxyType({
    "page_lost": "every page of BASE is there",
    "state_lost": "every state of BASE can still be reached",
    "gone": "no element that people use is gone",
    "hidden": "no element takes a step that it did not take before",
    "disabled": "no element that acted is disabled",
    "not_interactive": "no element that acted is dead",
    "covered": "no element lies under another",
    "destination": "links lead where they led",
    "below_fold": "what was shown at first still is, or visitors scroll that far",
    "renamed": "names are kept",
    "shrank": "no element got much smaller",
    "target_size": "targets for fingers are large enough, or stand alone",
    "contrast": "texts of what acts stand out enough (WCAG 2.2, 1.4.3)",
    "moved": "elements keep their place among their neighbours",
    "layout_shift": "what is shown does not move by itself while the page loads",
    "survival": "enough of the clicks of BASE land on what they landed on",
    "journey": "the commonest ways of real sessions can be gone",
    "look": "pictures look the same, but for the share that may differ",
    "rate": "with sessions of both builds: people click and stumble as before, but for chance",
})  # fmt: skip
"""The rules of `heatreel verify`, each with what it asks for."""


@dataclass(frozen=True, slots=True)
class Spot:
    """An element as a finding names it: unique selector, CSS path, what a person calls it, and its role or tag."""

    selector: str
    path: str
    name: str
    role: str

    def as_json(self) -> dict[str, str]:
        return {"selector": self.selector, "path": self.path, "name": self.name, "role": self.role}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding was made: page, viewport and state by their names."""

    page: str
    viewport: str
    state: str
    variant: str = ""

    def as_json(self) -> dict[str, str]:
        record = {"page": self.page, "viewport": self.viewport, "state": self.state}
        return record | {"variant": self.variant} if self.variant else record


@dataclass(frozen=True, slots=True)
class Finding:
    """One change that a person should look at.

    `place` is the first of `places`, where it was seen. `clicks` are those of BASE on what changed, `share` their
    part of all clicks of those pages and viewports, 0 to 1; both are None when nothing was replayed. `elements`
    are the selectors of all that changed with `before`. `detail` says it in one sentence. `confidence` is the
    probability that the elements were told right. `id` stays the same for the same change.
    """

    id: str
    rule: str
    severity: Severity
    place: Place
    before: Spot | None
    after: Spot | None
    clicks: int | None
    share: float | None
    detail: str
    confidence: float
    elements: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "rule": self.rule,
            "severity": self.severity,
            **self.place.as_json(),
            "before": self.before.as_json() if self.before else None,
            "after": self.after.as_json() if self.after else None,
            "clicks": self.clicks,
            "share": None if self.share is None else round(self.share, 4),
            "detail": self.detail,
            "confidence": round(self.confidence, 3),
            "elements": list(self.elements),
            "places": [place.as_json() for place in self.places],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Finding:
        """The finding of `as_json`; raises `KeyError` or `TypeError` on another record."""
        spots = {key: Spot(**record[key]) if record[key] else None for key in ("before", "after")}
        place = Place(record["page"], record["viewport"], record["state"], record.get("variant", ""))
        return cls(
            id=record["id"],
            rule=record["rule"],
            severity=record["severity"],
            place=place,
            before=spots["before"],
            after=spots["after"],
            clicks=record["clicks"],
            share=record["share"],
            detail=record["detail"],
            confidence=record["confidence"],
            elements=tuple(record["elements"]),
            places=tuple(Place(**item) for item in record["places"]),
        )
