"""How far down visits saw a page: shares that never rise towards the bottom and never pass 100 %."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import TYPES, Hits

MARKS = (75, 50, 25)
"""Shares in % at which a line is drawn."""

_JUMP_MS = 1000


@dataclass(frozen=True)
class Reach:
    """`seen`, shape (height,), int64: visits that had the page px `y` of a page of `height` CSS px on screen.

    `visits` is the number of visits that were watched. `folds`, shape (k,), float32: the lower edge of the
    window in CSS px when a visit began, for the visits where it is known.
    """

    seen: NDArray[np.int64]
    visits: int
    folds: NDArray[np.float32]

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of the visits by page px, 0 to 1."""
        return self.seen / self.visits if self.visits else np.zeros(len(self.seen))

    @property
    def fold(self) -> float | None:
        """The average fold in CSS px, None when no visit says."""
        return float(self.folds.mean()) if self.folds.size else None

    @property
    def fold_spread(self) -> float:
        """Standard deviation of the fold in CSS px."""
        return float(self.folds.std()) if self.folds.size else 0.0

    def depth_of(self, percent: float) -> float | None:
        """The deepest page px that at least `percent` of the visits saw; None when even the top had fewer."""
        enough = np.flatnonzero(self.seen * 100 >= percent * self.visits) if self.visits else np.zeros(0)
        return float(enough[-1] + 1) if enough.size else None


def reach(hits: Hits, height: int, unseen: NDArray[np.bool_] | None = None) -> Reach:
    """The reach on a page of `height` CSS px, from its `view` and `scroll` hits (`y`: deepest px on screen).

    What a visit clicked it has also seen, so other hits of the same visits count too; but for those `unseen`,
    shape (n,): what was scrolled into the window of an inner scroller is not as far down the page as its box says.
    """
    hits = replace(hits, y=settled_depths(hits))
    watched = hits.of_type("view", "scroll")
    number_of_visits = int(hits.visit.max(initial=-1)) + 1
    deepest = np.zeros(number_of_visits, np.float32)
    tells = slice(None) if unseen is None else ~unseen
    np.maximum.at(deepest, hits.visit[tells], np.nan_to_num(hits.y[tells]))
    is_watched = np.bincount(watched.visit, minlength=number_of_visits) > 0
    bottoms = np.clip(np.ceil(deepest[is_watched]), 0, height).astype(np.int64)
    ended = np.bincount(bottoms, minlength=height + 1)
    seen = np.cumsum(ended[::-1])[::-1][1:]
    return Reach(seen, len(bottoms), _folds(watched))


def settled_depths(hits: Hits) -> NDArray[np.float32]:
    """The `y` of hits, where that of a view is the depth that its page came to rest at.

    A page that is routed by script opens where the last one was scrolled to, and jumps to its top a moment later:
    what the view says is then of the old page.
    """
    told = np.flatnonzero(np.isin(hits.type, [TYPES.index("view"), TYPES.index("scroll")]))
    told = told[np.lexsort((hits.time_ms[told], hits.visit[told]))]
    first, then = told[:-1], told[1:]
    jumped = (hits.visit[first] == hits.visit[then]) & (hits.time_ms[then] - hits.time_ms[first] <= _JUMP_MS)
    jumped &= (hits.type[first] == TYPES.index("view")) & (hits.type[then] == TYPES.index("scroll"))
    jumped &= hits.y[then] < hits.y[first]
    if not jumped.any():
        return hits.y
    depths = hits.y.copy()
    depths[first[jumped]] = hits.y[then[jumped]]
    return depths


def _folds(hits: Hits) -> NDArray[np.float32]:
    """The `y` of the first view of each visit: the window's lower edge before any scrolling."""
    views = hits.of_type("view")
    order = np.lexsort((views.time_ms, views.visit))
    _, first = np.unique(views.visit[order], return_index=True)
    return views.y[order][first]


def merge(a: Reach, b: Reach) -> Reach:
    """The reach of both, for hits that share no visit."""
    return Reach(a.seen + b.seen, a.visits + b.visits, np.concatenate([a.folds, b.folds]))
