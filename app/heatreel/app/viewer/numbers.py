"""Numbers of a state's elements that the ranking does not have: who saw them, and how long until the first click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.app.viewer.places import Chosen
from heatreel.core.element import Outline
from heatreel.core.hits import TYPES
from heatreel.overlays.report_data import element_records
from heatreel.replay.ranking import RankedElement, acting_elements

_ACTS = (TYPES.index("click"), TYPES.index("tap"))


@dataclass(frozen=True, eq=False)
class Seen:
    """How deep the visits of a state saw the page: `depths` falling, `visits` those that saw so far."""

    depths: NDArray[np.float32]
    visits: NDArray[np.float64]

    def at(self, y: float) -> int:
        """Visits that had a page px on screen."""
        count = int(np.searchsorted(-self.depths, -y, "right"))
        return round(float(self.visits[count - 1])) if count else 0


def seen_in(chosen: Chosen) -> Seen:
    """The depths of the visits of a segment that were in a state.

    A visit has seen what its deepest scroll brought on screen, in whatever state of the page; one of which nothing is
    known has seen the first screen.
    """
    data = chosen.data
    pairs = data.visits_of_snapshots
    mine = pairs.of(data.number[chosen.snapshot.id])
    weight = chosen.part.weight_of(pairs, mine)
    kept = weight > 0
    depths = data.deepest[pairs.visit[mine][kept]]
    depths = np.maximum(depths, np.float32(chosen.snapshot.viewport.height))
    order = np.argsort(-depths, kind="stable")
    return Seen(depths[order], np.cumsum(weight[kept][order]))


def first_click_ms(chosen: Chosen) -> dict[int, float]:
    """For each clicked element the median time from the start of a visit to its first click there, ms."""
    hits = chosen.hits
    rows = np.flatnonzero(np.isin(hits.type, _ACTS) & (hits.element >= 0))
    if not len(rows):
        return {}
    element = acting_elements(chosen.outline)[hits.element[rows]].astype(np.int64)
    visit, time = hits.visit[rows].astype(np.int64), hits.time_ms[rows]
    key = element * (chosen.data.visit_count + 1) + visit
    order = np.lexsort((time, key))
    _keys, first = np.unique(key[order], return_index=True)
    at = order[first]
    waited = time[at] - chosen.data.began_ms[visit[at]]
    return _medians(element[at], waited)


def _medians(owner: NDArray[np.int64], value: NDArray[np.float64]) -> dict[int, float]:
    order = np.lexsort((value, owner))
    owner, value = owner[order], value[order]
    names, starts, counts = np.unique(owner, return_index=True, return_counts=True)
    low, high = starts + (counts - 1) // 2, starts + counts // 2
    middle = (value[low] + value[high]) / 2
    return dict(zip(names.tolist(), middle.tolist(), strict=True))


def elements_of(chosen: Chosen, rows: Sequence[RankedElement]) -> list[dict[str, Any]]:
    """The elements of a state with all their numbers, as in a report, and more."""
    seen, waited = seen_in(chosen), first_click_ms(chosen)
    ranked = {row.index: row for row in rows}
    records = element_records(chosen.outline, rows)
    for record in records:
        record.setdefault("role", chosen.outline.elements[record["i"]].role)
        record |= _more(chosen, record["i"], ranked.get(record["i"]), seen, waited)
    return records


def _more(
    chosen: Chosen, index: int, row: RankedElement | None, seen: Seen, waited: dict[int, float]
) -> dict[str, Any]:
    depth = middle_of(chosen.outline, index)
    count = 0 if depth is None else seen.at(depth)
    if row is None:
        return {"seen": count}
    # A click is proof of having seen, whatever the scrolls say.
    count = max(count, row.visits)
    first = waited.get(index)
    return {
        "seen": count,
        "ctr": round(row.visits / count, 5) if count else 0,
        "nearMiss": row.near_miss,
        "firstMs": None if first is None else round(first),
    }


def middle_of(outline: Outline, index: int) -> float | None:
    """The depth at which half of an element is on screen, page CSS px; 0 for fixed ones, None for those not shown."""
    element = outline.elements[index]
    _x, y, _width, height = element.box
    if not element.visible or height <= 0:
        return None
    if is_fixed(outline, index):
        return 0.0
    return float(min(y + height / 2, max(outline.clips[index, 3], 0.0)))


def is_fixed(outline: Outline, index: int) -> bool:
    """Whether an element stays where it is on screen, by itself or with what it is in."""
    while index >= 0:
        element = outline.elements[index]
        if element.position == "fixed":
            return True
        index = element.parent
    return False
