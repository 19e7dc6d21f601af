"""Two pages compared: every candidate pair scored, its surroundings heard twice, and each element given to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from heatreel.core.element import Outline
from heatreel.replay.matching.assignment import assign
from heatreel.replay.matching.candidates import Pairs, around_anchors, candidate_pairs, make_pairs
from heatreel.replay.matching.context import context_features, find_anchors
from heatreel.replay.matching.features import pair_features
from heatreel.replay.matching.sides import Floats, Ints, read_sides
from heatreel.replay.matching.weights import FITTED, Weights

# A second round hears what the first has settled; a third changes nothing.
ROUNDS = 2
# Ties go to the pair that keeps its place in page order; far below any weight.
TIE = 1e-3

Features = Mapping[str, Floats]


@dataclass(frozen=True)
class Comparison:
    """Candidate pairs of two pages with their features and scores (logits that they are the same)."""

    pairs: Pairs
    features: Features
    scores: Floats

    def chosen(self, least: float, free: Ints | None = None) -> Ints:
        """The one-to-one pairs of greatest total score above `least`, of the positions `free` only when given."""
        pairs, scores = self.pairs, self.scores
        if free is not None:
            found = assign(
                Pairs(pairs.before, pairs.after, pairs.rows[free], pairs.cols[free]), self._ranked()[free], least
            )
            return free[found]
        return assign(pairs, self._ranked(), least) if len(scores) else np.zeros(0, dtype=np.int64)

    def _ranked(self) -> Floats:
        pairs = self.pairs
        rows = pairs.rows / max(len(pairs.before), 1)
        cols = pairs.cols / max(len(pairs.after), 1)
        ranked: Floats = (self.scores - TIE * np.abs(rows - cols)).astype(np.float32)
        return ranked


def compare(before: Outline, after: Outline, weights: Weights = FITTED) -> Comparison:
    """All candidate pairs of two pages, scored in their surroundings."""
    pairs = candidate_pairs(*read_sides(before, after))
    own = pair_features(pairs)
    scores = weigh(own, weights.first)
    features = dict(own)
    for turn in range(ROUNDS):
        image = find_anchors(pairs, scores)
        if turn == 0 and pairs.blocked:
            pairs = _widened(pairs, image)
            own = pair_features(pairs)
        features = {**own, **context_features(pairs, image)}
        scores = weigh(features, weights.second)
    return Comparison(pairs, features, scores)


def weigh(features: Features, weights: Mapping[str, float]) -> Floats:
    """Scores of pairs: the weighted sum of their features."""
    total = np.zeros(len(features["bias"]), dtype=np.float32)
    for name, values in features.items():
        if weight := weights.get(name, 0.0):
            total += np.float32(weight) * values
    return total


def _widened(pairs: Pairs, image: Ints) -> Pairs:
    """The pairs of a large page with those that the anchors point to."""
    blocks = [(pairs.rows, pairs.cols), around_anchors(pairs.before, pairs.after, image)]
    return make_pairs(pairs.before, pairs.after, blocks, blocked=True)
