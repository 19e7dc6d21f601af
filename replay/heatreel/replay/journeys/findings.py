"""Journeys that broke, as findings and as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from heatreel.core.config import VerifyConfig
from heatreel.core.finding import Finding, Place
from heatreel.core.state import Snapshot
from heatreel.replay.journeys.drive import Walked
from heatreel.replay.journeys.paths import Step
from heatreel.replay.verify.findings import DEFAULT_SEVERITY, spot
from heatreel.replay.verify.sentences import counted
from heatreel.replay.verify.views import Captured


def journey_findings(walked: Sequence[Walked], captured: Captured, rules: VerifyConfig) -> Iterator[Finding]:
    """One finding for each step at which journeys break, whichever and however many journeys need it."""
    severity = rules.severity.get("journey", DEFAULT_SEVERITY["journey"])
    if severity == "off":
        return
    broken: dict[tuple[str, str, str | None], list[Walked]] = {}
    for one in walked:
        if one.step:
            broken.setdefault((one.step.snapshot.page, one.step.selector, one.how), []).append(one)
    for key, some in broken.items():
        first = max(some, key=lambda one: one.journey.sessions)
        step = first.step
        assert step is not None
        outline = captured.outline(step.snapshot)
        places = tuple(dict.fromkeys(_place(one.step.snapshot) for one in some if one.step))
        yield Finding(
            f"journey-{hashlib.sha256(repr(key).encode()).hexdigest()[:10]}", "journey", severity, places[0],
            spot(outline, step.element), None, None, None, _sentence(first, len(some)), 1.0, (step.selector,), places,
        )  # fmt: skip


def _place(snapshot: Snapshot) -> Place:
    return Place(snapshot.page, snapshot.viewport.name, snapshot.state.id, snapshot.variant)


def _sentence(one: Walked, journeys: int) -> str:
    journey = one.journey
    number = f"step {one.broken + 1} of {len(journey.steps)}, " if len(journey.steps) > 1 else ""
    step = journey.steps[one.broken]
    others = f"; {counted(journeys - 1, 'other journey')} break there, too" if journeys > 1 else ""
    return (
        f"The journey {journey.words} of {counted(journey.sessions, 'session')} (of {journey.of:,}) breaks at"
        f" {number}{step.words}: it {one.detail}{others}."
    )


def journey_json(one: Walked) -> dict[str, Any]:
    """A journey with what became of it; `broken` is the number of a step from 0, or null."""
    return {
        "viewport": one.journey.viewport.name,
        "url": one.journey.url,
        "steps": [_step_json(step) for step in one.journey.steps],
        "arrives": one.journey.arrives,
        "sessions": one.journey.sessions,
        "of": one.journey.of,
        "broken": one.broken if one.step else None,
        "how": one.how,
        "detail": one.detail,
        "healed": one.healed,
    }


def _step_json(step: Step) -> dict[str, str]:
    place = {"page": step.snapshot.page, "state": step.snapshot.state.id}
    return {**place, "selector": step.selector, "name": step.name, "kind": step.kind}
