"""Recorded targets found on a snapshot: fits the weights of sealed fingerprints, and measures them.

Each labelled element of an old page, sealed as a visitor's browser would send it, is looked for on the new page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
from matching_fit import Floats, Logit, minimise
from matching_pages import Case, same_spot

from heatreel.core.element import Element
from heatreel.core.session import Target
from heatreel.replay.matching.targets import TargetIndex, match_targets, target_features
from heatreel.replay.matching.weights import TARGET

TRACK_WEIGHTS = {"natural": 1.0, "deleted": 0.7, "hashed": 0.5, "moved": 0.4, "viewport": 0.5}
PENALTY = 3.0
# A name that is another says at least this much: more targets are removed than pages are written anew.
LEAST = {"other name": 2.0}
RIVALS = 25
_SEALED = [field.name for field in fields(Target) if field.name not in ("key", "box")]


def sealed(element: Element) -> Target:
    """An element as an event's target."""
    return Target(key=element.selector, box=element.box, **{name: getattr(element, name) for name in _SEALED})


def fit_targets(cases: Sequence[Case]) -> dict[str, float]:
    """Weights of the features of sealed fingerprints, by the same model as whole pages."""
    names = list(TARGET)
    tables: list[Floats] = []
    rights: list[np.ndarray] = []
    weights: list[float] = []
    labels = Counter(case.origin for case in cases for _ in case.truth)
    for case in cases:
        index = TargetIndex(case.after)
        for old, new in case.truth.items() if case.track in TRACK_WEIGHTS else ():
            table, right = _group(case, index, old, new, names)
            if len(table) and (right.any() or new < 0):
                tables.append(table)
                rights.append(right)
                weights.append(7 * TRACK_WEIGHTS[case.track] / np.sqrt(labels[case.origin] / 3))
    starts = np.cumsum([0, *(len(right) for right in rights[:-1])])
    logit = Logit(np.concatenate(tables), np.concatenate(rights), starts, np.array(weights))
    return minimise(logit, TARGET, names, PENALTY, LEAST)


def _group(case: Case, index: TargetIndex, old: int, new: int, names: list[str]) -> tuple[Floats, np.ndarray]:
    target = sealed(case.before.elements[old])
    found = target_features(target, index)
    nothing = np.zeros(len(case.after.elements))
    table = np.stack([found.get(name, nothing) for name in names], axis=1).astype(np.float32)
    right = np.array([same_spot(case.after, place, new) for place in range(len(table))], dtype=bool)
    likely = table @ np.array([TARGET[name] for name in names], dtype=np.float32) + 100 * right
    # A hidden twin is no wrong answer: the target is said to be hidden then. So `is hidden` keeps its prior.
    likely[~index.visible] = -np.inf
    kept = np.argsort(-likely, kind="stable")[: min(RIVALS, int(index.visible.sum()))]
    return table[kept], right[kept]


def measure_targets(cases: Sequence[Case], weights: Mapping[str, float] = TARGET) -> dict[str, Counter[str]]:
    """By track: ok, wrong, ambiguous, miss of kept targets; right, false of gone ones. Hidden counts as gone."""
    totals: dict[str, Counter[str]] = {}
    for case in cases:
        total = totals.setdefault(case.track, Counter())
        targets = [sealed(case.before.elements[old]) for old in case.truth]
        for new, found in zip(case.truth.values(), match_targets(targets, case.after, weights), strict=True):
            answered = found.status == "matched"
            if new < 0:
                total["false" if answered else "right"] += 1
            elif found.status == "ambiguous":
                total["ambiguous"] += 1
            else:
                right = answered and same_spot(case.after, found.index, new)
                total["ok" if right else "wrong" if answered else "miss"] += 1
    return totals


def targets_held_out(cases: Sequence[Case]) -> dict[str, Counter[str]]:
    """`measure_targets` with weights fitted for each origin on all the others."""
    totals: dict[str, Counter[str]] = {}
    for origin in sorted({case.origin for case in cases}):
        weights = fit_targets([case for case in cases if case.origin != origin])
        mine = [case for case in cases if case.origin == origin]
        for track, counts in measure_targets(mine, weights).items():
            totals.setdefault(track, Counter()).update(counts)
    return totals


def print_targets(name: str, totals: Mapping[str, Counter[str]]) -> None:
    """One row for each track, in percent of kept targets; false in percent of gone ones."""
    print(f"\n{name}: sealed target to snapshot\n{'':12}      ok   wrong  ambig.    miss   false")
    for track, counts in totals.items():
        kept = max(sum(counts[key] for key in ("ok", "wrong", "ambiguous", "miss")), 1)
        gone = max(counts["right"] + counts["false"], 1)
        shares = [100 * counts[key] / kept for key in ("ok", "wrong", "ambiguous", "miss")]
        print(f"{track:12}" + "".join(f"{share:8.1f}" for share in [*shares, 100 * counts["false"] / gone]))


def write_targets(weights: Mapping[str, float], path: Path) -> None:
    """Puts the weights into the module that holds them."""
    rows = "\n".join(f'    "{name}": {value},' for name, value in weights.items())
    body = f"# target: begin\nTARGET: dict[str, float] = {{\n{rows}\n}}\n# target: end"
    path.write_text(re.sub(r"# target: begin.*# target: end", lambda _: body, path.read_text(), flags=re.DOTALL))
