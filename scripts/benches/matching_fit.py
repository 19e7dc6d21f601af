"""Fits the weights of element matching on labelled page pairs, and writes them into `weights.py`.

The model is a conditional logit with the choice to stay alone: an element of the old page picks one candidate of the
new page, or none, with odds exp(score), none having score 0; the same from the new page's side. Labelled elements of
all tracks take part. Each weight is drawn to a prior (the published weights of the study that the features follow)
by a quadratic penalty, and may not become negative, save the bias: with few families more freedom only learns them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matching_pages import Case, same_spot
from numpy.typing import NDArray
from scipy.optimize import minimize

from heatreel.replay.matching.candidates import Pairs, candidate_pairs
from heatreel.replay.matching.compare import ROUNDS, compare, weigh
from heatreel.replay.matching.context import context_features, find_anchors
from heatreel.replay.matching.features import pair_features
from heatreel.replay.matching.sides import read_sides
from heatreel.replay.matching.weights import FITTED, Weights

Floats = NDArray[np.float64]
Group = tuple[NDArray[np.int64], NDArray[np.bool_]]

PENALTY = 3.0
# What a false match of a removed element, and a match with the wrong one, cost in right matches: on pages nobody
# has labelled a made-up match is worse than a missing one.
GONE_COST, WRONG_COST = -2.0, -1.0
# What is taken off the scores of pages whose texts are all rewritten. There the likeliest weights guess: on 49 pairs
# reworded, 14 % of the gone elements were matched for 90.0 % right verdicts; with 1.8 it is 4.4 % for 86.4 %.
CAUTION = 1.8
# Candidates of an element that take part in the fit: the others have no chance, and cost most of its time.
RIVALS = 40
# Weight of a track in the fit: the natural pairs are what is wanted, the others keep it from leaning on one clue.
TRACK_WEIGHTS = {
    "natural": 1.0,
    "deleted": 0.5,
    "hashed": 0.5,
    "reworded": 0.6,
    "both": 0.3,
    "moved": 0.4,
    "viewport": 0.3,
}
# May take either sign.
FREE = {"bias", "texts rewritten"}
# At least this much: the pairs hardly speak of hidden twins, and a hidden one must not take a shown one's place.
LEAST = {"one is hidden": 4.0}

_FIRST = {
    "bias": -10.9, "other family": 3.5, "same tag": 1.0, "same unique name": 4.0, "same long name": 2.0,
    "same rare name": 3.0,
    "same name": 0.5, "similar name": 2.0, "other name": 1.0, "other rare name": 0.3, "other picture name": 0.3,
    "both nameless": 0.5, "texts rewritten": 1.0, "same id": 5.3, "other id": 0.3, "same test id": 6.0,
    "other test id": 1.0, "same field name": 3.0, "other field name": 0.3, "same picture": 3.0, "same rare link": 2.0,
    "same link": 2.0, "same link end": 0.9, "other link": 1.0, "other type": 1.3, "similar classes": 0.7,
    "same rare class": 2.0,
    "similar inside": 1.0, "same path": 3.0, "similar path": 2.2, "same place in group": 3.0, "same group size": 0.7,
    "same place and size": 1.0, "similar surroundings": 0.7, "same landmark": 0.2, "other landmark": 0.3,
    "across": 4.0, "down": 4.0, "width": 1.0, "height": 0.2, "one is hidden": 4.0,
}  # fmt: skip
_SECOND = {
    **_FIRST, "bias": -11.0, "same id": 3.0, "same unique name": 3.0, "same place in group": 2.0, "other landmark": 0.8,
    "same rare class": 1.5,
    "across": 1.0, "down": 0.5, "across with neighbours": 2.0, "down with neighbours": 0.3, "near": 3.4, "between": 3.0,
    "same holder": 2.0, "other holder": 0.5, "same section": 1.0, "other section": 0.5, "same container": 1.0,
    "other container": 0.5, "same region": 0.3, "other region": 0.3, "same group": 1.0, "other group": 0.5,
    "same gap": 0.3, "same place in gap": 1.0,
}  # fmt: skip


class Example:
    """A case with its candidate pairs, features and groups: the candidates of one labelled element, and the right."""

    def __init__(self, case: Case) -> None:
        self.case = case
        before, after = read_sides(case.before, case.after)
        self.pairs = candidate_pairs(before, after)
        self.own = pair_features(self.pairs)
        self.features: Mapping[str, NDArray[np.floating]] = self.own
        likely = weigh(self.own, _FIRST)
        groups = [*_by_row(case, self.pairs), *_by_column(case, self.pairs)]
        self.groups = [_short(here, right, likely) for here, right in groups]
        self.weight = TRACK_WEIGHTS[case.track]

    def hear_context(self, scores: NDArray[np.floating]) -> None:
        """Adds what the anchors of these scores say."""
        self.features = {**self.own, **context_features(self.pairs, find_anchors(self.pairs, scores))}


def _short(here: NDArray[np.int64], right: NDArray[np.bool_], likely: NDArray[np.floating]) -> Group:
    """The right candidates of a group and the rivals that look most likely before any fit."""
    kept = np.argsort(-(likely[here] + 100 * right), kind="stable")[:RIVALS]
    return here[kept], right[kept]


def _by_row(case: Case, pairs: Pairs) -> list[Group]:
    starts = np.searchsorted(pairs.rows, np.arange(len(pairs.before) + 1))
    places = pairs.after.index[pairs.cols]
    groups: list[Group] = []
    for old, new in case.truth.items():
        entry = int(pairs.before.entry[old])
        if entry < 0:
            continue
        here = np.arange(starts[entry], starts[entry + 1])
        right = np.array([same_spot(case.after, int(place), new) for place in places[here]], dtype=bool)
        if len(here) and (right.any() or new < 0):
            groups.append((here, right))
    return groups


def _by_column(case: Case, pairs: Pairs) -> list[Group]:
    groups: list[Group] = []
    for old, new in case.truth.items():
        if new >= 0 and pairs.after.entry[new] >= 0:
            here = np.nonzero(pairs.cols == pairs.after.entry[new])[0]
            right = pairs.rows[here] == pairs.before.entry[old]
            if right.any():
                groups.append((here, right))
    return groups


def fit(examples: Sequence[Example]) -> Weights:
    """Weights of both stages. The second is fitted twice: its anchors depend on it."""
    for example in examples:
        example.features = example.own
    first = _fit_stage(examples, _FIRST)
    for example in examples:
        example.hear_context(weigh(example.own, first))
    second = first
    for _ in range(ROUNDS):
        second = _fit_stage(examples, _SECOND)
        for example in examples:
            example.hear_context(weigh(example.features, second))
    second["texts rewritten"] = round(second["texts rewritten"] - CAUTION, 2)
    return Weights(first, second, FITTED.accept, FITTED.uncertain, FITTED.calibration)


def _fit_stage(examples: Sequence[Example], prior: Mapping[str, float]) -> dict[str, float]:
    names = list(examples[0].features)
    return minimise(_pooled(examples, names), prior, names, PENALTY, LEAST)


@dataclass(frozen=True)
class Logit:
    """Groups of candidates: features (candidates, features), which are right, where groups start, group weights."""

    table: NDArray[np.float32]
    right: NDArray[np.bool_]
    starts: NDArray[np.int64]
    weights: Floats


def minimise(
    groups: Logit, prior: Mapping[str, float], names: list[str], penalty: float, least: Mapping[str, float]
) -> dict[str, float]:
    """The weights of greatest likelihood less penalty; a group without a right candidate chose none."""
    table, right, starts = groups.table, groups.right, groups.starts
    group = np.repeat(np.arange(len(starts)), np.diff([*starts, len(table)]))
    none = ~np.logical_or.reduceat(right, starts)
    goal = np.array([prior.get(name, 0.0) for name in names])
    scale = np.where(np.array(names) == "bias", 3.0, 1.0)

    def loss(values: Floats) -> tuple[float, Floats]:
        scores = (table @ values.astype(np.float32)).astype(np.float64)
        top = np.maximum(np.maximum.reduceat(scores, starts), 0.0)
        odds = np.exp(scores - top[group])
        alone = np.exp(-top)
        total = np.add.reduceat(odds, starts) + alone
        good = np.where(none, alone, np.add.reduceat(odds * right, starts)) + 1e-30
        slope = odds / total[group] - np.where(none[group], 0.0, odds * right / good[group])
        off = (values - goal) / scale
        value = float((groups.weights * (np.log(total) - np.log(good))).sum() + penalty * (off * off).sum())
        return value, (slope * groups.weights[group]).astype(np.float32) @ table + 2 * penalty * off / scale

    bounds = [(None, None) if name in FREE else (least.get(name, 0.0), None) for name in names]
    found = minimize(loss, goal, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 150})
    return {name: round(float(value), 2) for name, value in zip(names, found.x, strict=True)}


def _pooled(examples: Sequence[Example], names: list[str]) -> Logit:
    """All groups of all examples."""
    share: dict[str, float] = {}
    for example in examples:
        share[example.case.origin] = share.get(example.case.origin, 0.0) + len(example.groups) * example.weight
    tables, rights, weights = [], [], []
    for example in examples:
        matrix = np.stack([example.features[name] for name in names], axis=1).astype(np.float32)
        for here, right in example.groups:
            tables.append(matrix[here])
            rights.append(right)
            # An origin with many labels counts more, but not in proportion: its pages are much alike.
            weights.append(7 * example.weight / np.sqrt(share[example.case.origin]))
    starts = np.cumsum([0, *(len(right) for right in rights[:-1])])
    return Logit(np.concatenate(tables), np.concatenate(rights), starts, np.array(weights))


def held_out(examples: Sequence[Example]) -> dict[str, Weights]:
    """For each origin the weights fitted on all the others."""
    origins = sorted({example.case.origin for example in examples})
    return {origin: fit([one for one in examples if one.case.origin != origin]) for origin in origins}


def tuned(weights: Weights, cases: Sequence[Case], by_origin: Mapping[str, Weights]) -> Weights:
    """The weights with the acceptance threshold and the calibration that do best on held-out pairs."""
    rows = np.concatenate([_outcomes(case, by_origin[case.origin]) for case in cases])
    thresholds = np.arange(-2.0, 1.01, 0.1)
    gains = [rows[rows[:, 0] >= least, 2].sum() for least in thresholds]
    accept = round(float(thresholds[int(np.argmax(gains))]), 1)
    return Weights(weights.first, weights.second, accept, weights.uncertain, _calibration(rows))


def _outcomes(case: Case, weights: Weights) -> Floats:
    """For each assigned labelled element: score, right or not, and what accepting it adds to the right verdicts."""
    found = compare(case.before, case.after, weights)
    pairs = found.pairs
    rows = []
    for place in found.chosen(weights.uncertain).tolist():
        old, new = int(pairs.before.index[pairs.rows[place]]), int(pairs.after.index[pairs.cols[place]])
        if old in case.truth and case.after.elements[new].visible:
            wanted = case.truth[old]
            right = same_spot(case.after, new, wanted)
            rows.append(
                (float(found.scores[place]), float(right), 1.0 if right else GONE_COST if wanted < 0 else WRONG_COST)
            )
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _calibration(rows: Floats) -> tuple[float, float, float]:
    """Offset and factor of the score in the logit of being right, by maximum likelihood; the margin is not used."""

    def loss(values: Floats) -> float:
        logit = values[0] + values[1] * np.minimum(rows[:, 0], 8.0)
        return float(np.logaddexp(0, np.where(rows[:, 1] > 0, -logit, logit)).sum())

    found = minimize(loss, np.array([0.0, 1.0]), method="Nelder-Mead").x
    return round(float(found[0]), 2), round(float(found[1]), 2), 0.0


def write(weights: Weights, path: Path) -> None:
    """Puts the fitted numbers into the module that holds them."""
    names = list(weights.second)
    table = "\n".join(f'    "{name}": ({weights.first.get(name, 0.0)}, {weights.second[name]}),' for name in names)
    body = (
        f"# fitted: begin\nACCEPT = {weights.accept}\nUNCERTAIN = {weights.uncertain}\n"
        f"CALIBRATION = {weights.calibration}\n"
        f"TABLE: dict[str, tuple[float, float]] = {{\n{table}\n}}\n# fitted: end"
    )
    text = re.sub(r"# fitted: begin.*# fitted: end", lambda _: body, path.read_text(), flags=re.DOTALL)
    path.write_text(text)
