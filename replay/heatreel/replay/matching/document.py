"""Matches as the document that `heatreel match --json` prints."""

from __future__ import annotations

from typing import Any

from heatreel.core.element import Outline
from heatreel.replay.matching.pages import Match, match_pages

VERSION = 1


def match_json(before: Outline, after: Outline) -> dict[str, Any]:
    """`{version, pairs: [{before, after, verdict, confidence, reasons}]}` for every rendered element of `before`.

    `before` and `after` are CSS paths; `after` is null when the element is gone. `guess` is then the path of what it
    may have become: a hidden element, or a doubtful one. `changes` names what is different of a match.
    """
    matches = match_pages(before, after)
    return {"version": VERSION, "pairs": [_pair(before, after, match) for match in matches]}


def _pair(before: Outline, after: Outline, match: Match) -> dict[str, Any]:
    pair: dict[str, Any] = {
        "before": before.path(match.before),
        "after": after.path(match.after) if match.after >= 0 else None,
        "verdict": match.verdict,
        "confidence": round(match.confidence, 3),
        "reasons": list(match.reasons),
    }
    if match.guess >= 0:
        pair["guess"] = after.path(match.guess)
    if match.changes is not None:
        pair["changes"] = list(match.changes.words)
    return pair
