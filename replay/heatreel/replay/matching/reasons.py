"""Why a pair is one, or is not, in words: the features that weighed most."""

from __future__ import annotations

from collections.abc import Mapping

from heatreel.replay.matching.sides import Floats
from heatreel.replay.matching.weights import FITTED

# Features whose own names would not tell a reader what was seen.
_WORDS = {
    "same unique name": "same name, and only one has it",
    "same rare name": "same name",
    "same rare link": "same link",
    "one is hidden": "one is hidden",
    "other rare name": "other name",
    "other picture name": "other name",
    "similar path": "similar tags above",
    "similar inside": "similar things inside",
    "near": "same distance to its neighbours",
    "between": "between the same neighbours",
    "same holder": "inside the same element",
    "other holder": "inside another element",
    "same section": "under the same heading",
    "other section": "under another heading",
    "same place and size": "same place in a group of the same size",
    "same gap": "between the same neighbours",
    "same place in gap": "same place between the same neighbours",
    "across with neighbours": "moved otherwise than its neighbours",
    "down with neighbours": "moved otherwise than its neighbours",
    "across": "far across the page",
    "down": "far down the page",
    "width": "other width",
    "height": "other height",
}
# True of every pair of the page: no reason for this one.
_SILENT = frozenset({"bias", "texts rewritten"})
_LEAST = 0.3


def reasons_for(features: Mapping[str, Floats], place: int) -> tuple[str, ...]:
    """The three strongest reasons why a pair is one."""
    return _strongest(features, place, 1) or ("nothing else is as like it",)


def reasons_against(features: Mapping[str, Floats], place: int) -> tuple[str, ...]:
    """The three strongest reasons why the best candidate is not the element."""
    return _strongest(features, place, -1) or ("too little of it is there",)


def _strongest(features: Mapping[str, Floats], place: int, sign: int) -> tuple[str, ...]:
    weighed = [
        (sign * FITTED.second.get(name, 0.0) * float(values[place]), name)
        for name, values in features.items()
        if name not in _SILENT
    ]
    ranked = [name for weight, name in sorted(weighed, key=lambda item: (-item[0], item[1])) if weight >= _LEAST]
    return tuple(dict.fromkeys(_WORDS.get(name, name) for name in ranked))[:3]
