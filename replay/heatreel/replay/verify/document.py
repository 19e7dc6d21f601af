"""A verification as the document that `heatreel verify --json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from heatreel.core.finding import Spot
from heatreel.core.workspace import Capture
from heatreel.replay.verify.findings import spot
from heatreel.replay.verify.states import StatePair
from heatreel.replay.verify.survival import Fates, StateSurvival
from heatreel.replay.verify.verdict import Judged
from heatreel.replay.verify.verify import ElementPair, Verification

VERSION = 1


def verification_json(
    found: Verification, judged: Judged, before: Capture, after: Capture, notes: Sequence[str]
) -> dict[str, Any]:
    """`{version, pairs, findings, verdict}` with the survival of clicks, the pairs of states, and both captures."""
    reasons = {finding.id: approval.reason for finding, approval in judged.approved}
    failing = {finding.id for finding in judged.failing}
    return {
        "version": VERSION,
        "base": _capture_json(before),
        "head": _capture_json(after),
        "heated": found.heated,
        "notes": list(notes),
        "states": [_state_json(pair) for view in found.views for pair in view.states],
        "pairs": [_pair_json(pair) for pair in found.pairs],
        "survival": {
            "pages": [
                {"page": page, "viewport": viewport, "clicks": clicks.as_json(), "elements": elements.as_json()}
                for page, viewport, clicks, elements in by_view(found.survival)
            ],
            "states": [row.as_json() for row in found.survival],
        },
        "findings": [
            {**finding.as_json(), "fails": finding.id in failing, "approved": reasons.get(finding.id)}
            for finding in found.findings
        ],
        "rates": [row.as_json() for row in found.rates],
        "verdict": judged.word,
    }


def by_view(rows: Sequence[StateSurvival]) -> list[tuple[str, str, Fates, Fates]]:
    """Page, viewport, and the fates of clicks and of elements over all states, in the order of BASE."""
    sums: dict[tuple[str, str], tuple[Counter[str], Counter[str]]] = {}
    for row in rows:
        clicks, elements = sums.setdefault((row.place.page, row.place.viewport), (Counter(), Counter()))
        clicks.update(row.clicks.counts)
        elements.update(row.elements.counts)
    return [(*key, Fates(clicks), Fates(elements)) for key, (clicks, elements) in sums.items()]


def _capture_json(capture: Capture) -> dict[str, Any]:
    return {
        "label": capture.label,
        "started": capture.started,
        "browser": capture.browser,
        "system": capture.system,
        "fonts": capture.options.get("fonts") or {},
    }


def _state_json(pair: StatePair) -> dict[str, Any]:
    before, after = pair.before.snapshot, pair.after.snapshot
    return {
        "page": before.page,
        "viewport": before.viewport.name,
        "variant": before.variant,
        "before": before.state.id,
        "after": None if pair.lost else after.state.id,
        "confidence": round(pair.confidence, 3),
    }


def _pair_json(pair: ElementPair) -> dict[str, Any]:
    after: Spot | None = spot(pair.pair.after.outline, pair.after) if pair.after >= 0 else None
    return {
        **pair.place.as_json(),
        "before": spot(pair.pair.before.outline, pair.before).as_json(),
        "after": after.as_json() if after else None,
        "confidence": round(pair.confidence, 3),
    }
