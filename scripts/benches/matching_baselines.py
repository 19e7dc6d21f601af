"""Ways to find elements again that others have published, from their descriptions, for comparison.

Similo: M. Nass, E. Alegroth, R. Feldt, M. Leotta, F. Ricca, "Similarity-based Web Element Localization for Robust
Test Automation", ACM TOSEM 32(3), 2023: the weighted sum of fourteen properties, the greatest wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from heatreel.core.element import Element, Outline

Floats = NDArray[np.float64]
Matcher = Callable[[Outline, Outline], dict[int, int]]

_CLICKED = re.compile(r"^(a|button|input)$")


def exact_path(before: Outline, after: Outline) -> dict[int, int]:
    """The rendered element at the same CSS path."""
    places = {after.path(element.index): element.index for element in after.elements if element.visible}
    return {one.index: places.get(before.path(one.index), -1) for one in before.elements}


def anchored_path(before: Outline, after: Outline) -> dict[int, int]:
    """The rendered element at the same path below the nearest ancestor-or-self with an id."""
    places: dict[str, int] = {}
    for element in after.elements:
        if element.visible:
            places.setdefault(_anchored(after, element), element.index)
    return {one.index: places.get(_anchored(before, one), -1) for one in before.elements}


def _anchored(outline: Outline, element: Element) -> str:
    steps: list[str] = []
    while not element.id and element.parent >= 0:
        steps.append(f"{element.tag}:{element.nth}")
        element = outline.elements[element.parent]
    return ">".join([f"#{element.id}" if element.id else element.tag, *reversed(steps)])


def unique_selector(before: Outline, after: Outline) -> dict[int, int]:
    """The rendered element that the old element's unique selector selects."""
    return {
        one.index: found.index if (found := after.by_selector.get(one.selector)) and found.visible else -1
        for one in before.elements
    }


def unique_text(before: Outline, after: Outline) -> dict[int, int]:
    """The rendered element with the same tag and name, when both pages have it once."""
    names = [_unique(outline) for outline in (before, after)]
    back = {place: key for key, place in names[0].items()}
    return {one.index: names[1].get(back.get(one.index, ("", "")), -1) for one in before.elements}


def _unique(outline: Outline) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], list[int]] = {}
    for element in outline.elements:
        if element.visible and (words := element.name or element.text):
            found.setdefault((element.tag, words), []).append(element.index)
    return {key: places[0] for key, places in found.items() if len(places) == 1}


def similo(before: Outline, after: Outline) -> dict[int, int]:
    """Similo with its published weights: it always answers."""
    return similo_above(-1.0)(before, after)


def similo_above(least: float) -> Matcher:
    """Similo that says "gone" below a score."""

    def match(before: Outline, after: Outline) -> dict[int, int]:
        old = [element for element in before.elements if element.visible]
        new = [element for element in after.elements if element.visible]
        scores = similo_scores(before, after, old, new)
        best = scores.argmax(axis=1)
        return {
            one.index: new[place].index if scores[row, place] > least else -1
            for row, (one, place) in enumerate(zip(old, best.tolist(), strict=True))
        }

    return match


def similo_scores(before: Outline, after: Outline, old: list[Element], new: list[Element]) -> Floats:
    """Similo's score of each old element with each new one: shape (old, new)."""
    total = np.zeros((len(old), len(new)))
    for key, weight in (("tag", 1.5), ("field", 1.5), ("id", 1.5)):
        total += weight * _equal([getattr(e, key) for e in old], [getattr(e, key) for e in new])
    acts = [[str(bool(_CLICKED.match(e.tag)) or e.role == "button") for e in side] for side in (old, new)]
    total += 0.5 * _equal(*acts)
    for weight, texts in (
        (1.5, [[e.text or e.name for e in side] for side in (old, new)]),
        (0.5, [[" ".join(e.classes) for e in side] for side in (old, new)]),
        (0.5, [[e.href for e in side] for side in (old, new)]),
        (0.5, [[e.name if e.tag == "img" else "" for e in side] for side in (old, new)]),
        (0.5, [[outline.path(e.index) for e in side] for outline, side in ((before, old), (after, new))]),
        (0.5, [[_anchored(outline, e) for e in side] for outline, side in ((before, old), (after, new))]),
    ):
        total += weight * _spelled(*texts)
    total += 1.5 * _shared_words([[" ".join(e.near) for e in side] for side in (old, new)])
    return total + _geometry(*(np.array([e.box for e in side], dtype=float).reshape(-1, 4) for side in (old, new)))


def _equal(one: list[str], two: list[str]) -> Floats:
    left, right = np.array(one, dtype=object)[:, None], np.array(two, dtype=object)[None, :]
    return ((left == right) & (left != "")).astype(float)


def _spelled(one: list[str], two: list[str]) -> Floats:
    """1 - Levenshtein distance / longer length; 0 when either is empty. Found once for distinct texts."""
    first, left = np.unique(one, return_inverse=True)
    second, right = np.unique(two, return_inverse=True)
    table = cdist(first.tolist(), second.tolist(), scorer=Levenshtein.normalized_similarity)
    table[first == "", :] = 0
    table[:, second == ""] = 0
    return np.asarray(table[left][:, right], dtype=float)


def _shared_words(sides: list[list[str]]) -> Floats:
    bags = [[set(text.lower().split()) for text in side] for side in sides]
    return np.array([[len(a & b) / max(len(a), len(b)) if a and b else 0.0 for b in bags[1]] for a in bags[0]]).reshape(
        len(bags[0]), len(bags[1])
    )


def _geometry(one: Floats, two: Floats) -> Floats:
    """Location (0 at 100 px), area and shape, .5 each."""
    apart = np.hypot(*(one[:, None, side] - two[None, :, side] for side in (0, 1)))
    area = [boxes[:, 2] * boxes[:, 3] for boxes in (one, two)]
    shape = [boxes[:, 2] / np.maximum(boxes[:, 3], 1) for boxes in (one, two)]
    return 0.5 * np.clip(1 - apart / 100, 0, 1) + 0.5 * _ratio(*area) + 0.5 * _ratio(*shape)


def _ratio(one: Floats, two: Floats) -> Floats:
    low = np.minimum(one[:, None], two[None, :])
    return low / np.maximum(np.maximum(one[:, None], two[None, :]), 1e-6)


BASELINES: dict[str, Matcher] = {
    "exact path": exact_path,
    "id-anchored path": anchored_path,
    "unique selector": unique_selector,
    "unique text and tag": unique_text,
    "Similo": similo,
}
