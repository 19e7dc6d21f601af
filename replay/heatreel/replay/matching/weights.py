"""The weights of the features, as fitted on labelled real page pairs by `scripts/bench matching --fit`.

Each row holds the weight before the surroundings are known, and with them. A weight is the change in the logit that
two elements are the same for one unit of the feature; features are oriented so that no weight is negative, save the
bias. Fitted by the likelihood of the labelled partner, or of having none, among all candidates of an element, drawn
to the published weights of an earlier study where the pairs say little (see the script for priors and penalties).
Where all texts are rewritten the fit would guess; there the score is lowered by a constant (`CAUTION` in the script).
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
ACCEPT = 0.4
UNCERTAIN = -2.6
CALIBRATION = (0.29, 0.71, 0.0)
TABLE: dict[str, tuple[float, float]] = {
    "bias": (-4.34, -5.41),
    "other family": (2.8, 2.86),
    "same tag": (1.3, 0.94),
    "other role": (0.24, 0.0),
    "one is hidden": (7.57, 6.96),
    "same type": (0.74, 0.67),
    "other type": (1.59, 1.46),
    "same unique name": (2.47, 1.5),
    "same long name": (1.17, 1.25),
    "same rare name": (1.96, 1.91),
    "same name": (0.37, 0.34),
    "similar name": (2.28, 2.39),
    "other name": (0.86, 0.65),
    "other rare name": (0.15, 0.14),
    "other picture name": (0.0, 0.0),
    "both nameless": (0.7, 0.49),
    "one nameless": (0.16, 0.0),
    "texts rewritten": (1.19, -1.03),
    "same id": (5.27, 2.97),
    "other id": (0.37, 0.35),
    "same test id": (6.0, 6.0),
    "other test id": (1.0, 1.0),
    "same field name": (2.93, 2.93),
    "other field name": (0.27, 0.26),
    "same picture": (2.84, 2.88),
    "same rare link": (1.82, 1.31),
    "same link": (1.74, 1.5),
    "same link end": (1.65, 1.12),
    "other link": (0.54, 0.54),
    "same path": (1.59, 0.38),
    "similar path": (1.65, 0.77),
    "similar classes": (0.0, 0.0),
    "same rare class": (1.63, 1.39),
    "similar inside": (1.95, 1.52),
    "same place in group": (1.36, 0.33),
    "same group size": (0.62, 0.92),
    "same place and size": (1.46, 0.57),
    "same landmark": (0.48, 0.16),
    "other landmark": (0.13, 0.22),
    "similar surroundings": (1.97, 0.0),
    "across": (4.16, 0.52),
    "down": (2.11, 0.0),
    "width": (1.03, 0.83),
    "height": (0.46, 0.19),
    "near": (0.0, 2.04),
    "between": (0.0, 1.65),
    "same holder": (0.0, 0.25),
    "other holder": (0.0, 0.11),
    "same section": (0.0, 0.65),
    "other section": (0.0, 0.0),
    "same container": (0.0, 0.7),
    "other container": (0.0, 0.0),
    "same region": (0.0, 0.23),
    "other region": (0.0, 0.0),
    "same group": (0.0, 0.28),
    "other group": (0.0, 0.43),
    "same gap": (0.0, 0.0),
    "same place in gap": (0.0, 0.73),
    "across with neighbours": (0.0, 1.46),
    "down with neighbours": (0.0, 0.59),
}
# fitted: end

# The same for a recorded target, of which only the sealed fingerprint is known.
# target: begin
TARGET: dict[str, float] = {
    "bias": -7.22,
    "same tag": 2.32,
    "same name": 2.74,
    "same rare name": 1.45,
    "is hidden": 1.0,
    "same interactive": 3.13,
    "similar classes": 0.02,
    "similar neighbours": 2.01,
    "no common neighbour": 0.24,
    "same selector": 3.35,
    "both nameless": 0.0,
    "one nameless": 1.42,
    "similar name": 3.87,
    "other name": 2.19,
    "same id": 4.72,
    "other id": 0.2,
    "same testid": 6.0,
    "other testid": 1.5,
    "same field": 2.79,
    "other field": 0.0,
    "same href": 2.58,
    "other href": 0.06,
    "same src": 2.63,
    "other src": 0.2,
    "same type": 1.09,
    "other type": 1.36,
    "same role": 1.5,
    "other role": 0.0,
    "same landmark": 1.78,
    "other landmark": 0.58,
    "same text_hash": 0.6,
    "other text_hash": 0.68,
    "same place in group": 0.56,
    "same place and size": 2.5,
    "across": 3.68,
    "width": 1.88,
    "height": 0.86,
}
# target: end

FITTED = Weights(
    first={name: first for name, (first, _) in TABLE.items()},
    second={name: second for name, (_, second) in TABLE.items()},
    accept=ACCEPT,
    uncertain=UNCERTAIN,
    calibration=CALIBRATION,
)
