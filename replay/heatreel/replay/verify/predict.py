"""Predicted heat: the hits of BASE where they would be on HEAD."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.hits import TYPES, Hits
from heatreel.replay.placing import containers, place
from heatreel.replay.verify.elements import ElementPairs

Floats = NDArray[np.float64]

_LAID = (TYPES.index("view"), TYPES.index("scroll"))


def predict(hits: Hits, matches: ElementPairs) -> Hits:
    """The hits of a snapshot of BASE carried to its counterpart on HEAD.

    Those on elements that HEAD does not show are left out. A point keeps its share of the element's box; depths of
    scrolling stay in page px, cut at the foot of the page; confidence is multiplied by that of the match.
    """
    depths = np.isin(hits.type, _LAID)
    inside = (hits.element >= 0) & (hits.element < len(matches.before.elements))
    image = np.full(len(hits), -1, dtype=np.int64)
    seen = np.array([matches.seen(index) for index in range(len(matches.before.elements))], dtype=np.int64)
    image[inside] = seen[hits.element[inside]]
    kept = depths | (image >= 0)
    found, image, depths = hits.where(kept), image[kept], depths[kept]
    x, y = found.x.astype(np.float64), np.minimum(found.y.astype(np.float64), matches.after.height)
    rows = np.flatnonzero(~depths)
    if len(rows):
        x[rows], y[rows] = _carry(found.where(~depths), matches.before, matches.after, image[rows])
    sure = np.ones(len(found))
    sure[rows] = matches.confidence[found.element[rows]]
    return replace(
        found,
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        element=np.where(depths, -1, image).astype(np.int32),
        confidence=(found.confidence * sure).astype(np.float32),
    )


def carried(hits: Hits, before: Outline, owner: int, after: Outline, seen: int) -> tuple[Floats, Floats]:
    """Page points on HEAD of hits in the box of one element of BASE, whatever inside it they hit."""
    moved = replace(hits, element=np.full(len(hits), owner, dtype=np.int32))
    return _carry(moved, before, after, np.full(len(hits), seen, dtype=np.int64))


def _carry(hits: Hits, before: Outline, after: Outline, image: NDArray[np.int64]) -> tuple[Floats, Floats]:
    old, new = before.boxes[hits.element], after.boxes[image]
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.where(old[:, 2] > 0, (hits.x - old[:, 0]) / old[:, 2], 0.5)
        v = np.where(old[:, 3] > 0, (hits.y - old[:, 1]) / old[:, 3], 0.5)
    return place(u, v, old, new, containers(after)[image])
