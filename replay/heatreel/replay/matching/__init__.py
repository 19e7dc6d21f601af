"""Element matching: the same element on another snapshot, viewport or build, or the word that it is gone.

`match_pages` compares whole pages and gives a verdict on every rendered element; `match_targets` finds recorded
targets on a snapshot. See `compare` for the algorithm, step by step, and `weights` for how it was fitted.
"""

from __future__ import annotations

from heatreel.replay.matching.changes import Changes
from heatreel.replay.matching.document import match_json
from heatreel.replay.matching.pages import Match, match_pages
from heatreel.replay.matching.targets import TargetIndex, TargetMatch, match_target, match_targets

__all__ = [
    "Changes",
    "Match",
    "TargetIndex",
    "TargetMatch",
    "match_json",
    "match_pages",
    "match_target",
    "match_targets",
]
