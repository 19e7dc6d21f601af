"""The weights of the features, as fitted on labelled real page pairs by `scripts/bench/matching.py --fit`.

Each row holds the weight before the surroundings are known, and with them. A weight is the change in the logit that
two elements are the same for one unit of the feature; features are oriented so that no weight is negative, save the
bias. Fitted by the likelihood of the labelled partner, or of having none, among all candidates of an element, drawn
to the published weights of an earlier study where the pairs say little (see the script for priors and penalties).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """`first` and `second`: weights by feature. `accept`: the least score of a match. `uncertain`: the least score
    worth a mention. `calibration`: offset, and factors of score and margin, of the logit of being right."""

    first: Mapping[str, float]
    second: Mapping[str, float]
    accept: float
    uncertain: float
    calibration: tuple[float, float, float]


# fitted: begin
ACCEPT = -0.7
UNCERTAIN = -2.6
CALIBRATION = (0.13, 0.86, 0.0)
TABLE: dict[str, tuple[float, float]] = {
    "bias": (-4.32, -5.25),
    "other family": (2.95, 2.93),
    "same tag": (1.2, 0.86),
    "other role": (0.26, 0.0),
    "one is hidden": (7.54, 6.94),
    "same type": (0.73, 0.61),
    "other type": (1.58, 1.46),
    "same unique name": (3.31, 2.33),
    "same rare name": (1.82, 1.81),
    "same name": (0.14, 0.07),
    "similar name": (2.23, 2.3),
    "other name": (0.86, 0.62),
    "other rare name": (0.09, 0.07),
    "other picture name": (0.0, 0.0),
    "both nameless": (0.68, 0.42),
    "one nameless": (0.12, 0.0),
    "texts rewritten": (1.28, 1.07),
    "same id": (5.23, 2.97),
    "other id": (0.36, 0.3),
    "same test id": (6.0, 6.0),
    "other test id": (1.0, 1.0),
    "same field name": (2.93, 2.93),
    "other field name": (0.29, 0.27),
    "same picture": (3.01, 2.99),
    "same rare link": (1.73, 1.28),
    "same link": (1.48, 1.44),
    "same link end": (0.83, 0.82),
    "other link": (0.39, 0.36),
    "same path": (1.35, 0.44),
    "similar path": (2.07, 1.09),
    "similar classes": (0.12, 0.0),
    "similar inside": (1.76, 1.35),
    "same place in group": (1.53, 0.28),
    "same group size": (0.52, 0.79),
    "same place and size": (1.64, 0.8),
    "same landmark": (0.17, 0.0),
    "other landmark": (0.22, 0.31),
    "similar surroundings": (1.71, 0.0),
    "across": (4.02, 0.51),
    "down": (2.25, 0.06),
    "width": (1.2, 0.92),
    "height": (0.39, 0.18),
    "near": (0.0, 1.95),
    "between": (0.0, 1.61),
    "same holder": (0.0, 0.0),
    "other holder": (0.0, 0.76),
    "same section": (0.0, 0.91),
    "other section": (0.0, 0.03),
    "same container": (0.0, 0.77),
    "other container": (0.0, 0.0),
    "same region": (0.0, 0.13),
    "other region": (0.0, 0.0),
    "same group": (0.0, 0.25),
    "other group": (0.0, 0.22),
    "same gap": (0.0, 0.0),
    "same place in gap": (0.0, 0.5),
    "across with neighbours": (0.0, 1.24),
    "down with neighbours": (0.0, 0.67),
}
# fitted: end

# The same for a recorded target, of which only the sealed fingerprint is known.
# target: begin
TARGET: dict[str, float] = {
    "bias": -6.96,
    "same tag": 2.49,
    "same name": 2.88,
    "same rare name": 1.22,
    "is hidden": 1.0,
    "same interactive": 2.08,
    "similar classes": 0.22,
    "similar neighbours": 1.6,
    "same selector": 3.03,
    "both nameless": 0.38,
    "one nameless": 1.0,
    "similar name": 3.17,
    "other name": 1.17,
    "same id": 4.72,
    "other id": 0.31,
    "same testid": 6.0,
    "other testid": 1.5,
    "same field": 2.79,
    "other field": 0.09,
    "same href": 2.33,
    "other href": 0.69,
    "same src": 2.47,
    "other src": 0.47,
    "same type": 0.92,
    "other type": 1.43,
    "same role": 1.03,
    "other role": 0.0,
    "same landmark": 1.08,
    "other landmark": 0.41,
    "same text_hash": 0.8,
    "other text_hash": 0.23,
    "same place in group": 0.71,
    "same place and size": 2.35,
    "across": 2.87,
    "width": 1.61,
    "height": 0.91,
}
# target: end

FITTED = Weights(
    first={name: first for name, (first, _) in TABLE.items()},
    second={name: second for name, (_, second) in TABLE.items()},
    accept=ACCEPT,
    uncertain=UNCERTAIN,
    calibration=CALIBRATION,
)
