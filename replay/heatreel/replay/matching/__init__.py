"""Element matching: the same element on another snapshot, viewport or build, or the word that it is gone."""

from __future__ import annotations

from heatreel.replay.matching.targets import TargetIndex, TargetMatch, match_target, match_targets

__all__ = ["TargetIndex", "TargetMatch", "match_target", "match_targets"]
