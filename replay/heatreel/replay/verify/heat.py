"""What visitors did on BASE: clicks on each element and how far they scrolled, for each page and viewport."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.replay.verify.subjects import Subjects
from heatreel.replay.verify.views import StateView, View

CLICKS = ("click", "tap")
# What was clicked so often, mostly with an effect, acts, whatever its markup says: a listener far above it may.
USED_CLICKS = 3


@dataclass(frozen=True, eq=False)
class Heat:
    """The heat of one view.

    `clicks` counts by selector of what acts (else of what was hit) over all states, `by_state` for each state. `used`
    are the selectors of elements that do not look like it but do act. `reach` is the deepest page px (CSS) that each
    visit had on screen.
    """

    clicks: dict[str, int]
    by_state: dict[str, dict[str, int]]
    used: frozenset[str]
    total: int
    reach: NDArray[np.float64]

    def of(self, selector: str) -> int:
        return self.clicks.get(selector, 0)

    def seen(self, y: float) -> float | None:
        """The share of visits that scrolled as far as a page px; None when nobody visited."""
        return float((self.reach >= y).mean()) if len(self.reach) else None


def clicks_of(state: StateView) -> Hits:
    """The clicks and taps on a state that hit an element."""
    hits = (state.hits or Hits.empty()).of_type(*CLICKS)
    return hits.where((hits.element >= 0) & (hits.element < len(state.outline.elements)))


def read_heat(view: View) -> Heat | None:
    """The heat of a view over all its states; None when nothing was replayed."""
    if view.captured.hits is None:
        return None
    by_state: dict[str, dict[str, int]] = {}
    idle: dict[str, list[int]] = {}
    reach: dict[int, float] = {}
    for snapshot in view.snapshots:
        state = view.state(snapshot)
        by_state[state.id] = _count(state, Subjects(state.outline, (view.viewport.width, view.viewport.height)), idle)
        _add_reach(state.hits or Hits.empty(), reach)
    clicks: dict[str, int] = {}
    for counts in by_state.values():
        for selector, count in counts.items():
            clicks[selector] = clicks.get(selector, 0) + count
    used = frozenset(key for key, (all_, dead) in idle.items() if all_ >= USED_CLICKS and 2 * dead < all_)
    return Heat(clicks, by_state, used, sum(clicks.values()), np.array(list(reach.values()), dtype=np.float64))


def _count(state: StateView, subjects: Subjects, idle: dict[str, list[int]]) -> dict[str, int]:
    """Clicks by selector; `idle` gathers clicks and dead clicks on what does not look as if it acted."""
    hits = clicks_of(state)
    dead = (hits.signals & (1 << SIGNALS.index("dead"))) != 0
    found: dict[str, int] = {}
    for index in np.unique(hits.element).tolist():
        rows = hits.element == index
        owner = subjects.owner(index)
        selector = state.outline.elements[owner if owner >= 0 else index].selector
        found[selector] = found.get(selector, 0) + int(rows.sum())
        if owner < 0:
            counts = idle.setdefault(selector, [0, 0])
            counts[0] += int(rows.sum())
            counts[1] += int((rows & dead).sum())
    return found


def _add_reach(hits: Hits, reach: dict[int, float]) -> None:
    rows = np.isin(hits.type, [TYPES.index("view"), TYPES.index("scroll")]) & np.isfinite(hits.y)
    for visit, y in zip(hits.visit[rows].tolist(), hits.y[rows].tolist(), strict=True):
        reach[visit] = max(reach.get(visit, 0.0), y)
