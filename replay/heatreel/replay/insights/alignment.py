"""Clicks that cluster where no element is, and clicks on an element where it was a moment before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from heatreel.core.element import Outline
from heatreel.core.insight import Insight, Where
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.clickable import LEAST_VISITS
from heatreel.replay.insights.material import Bools, Control, Ints, Material, Place
from heatreel.replay.insights.shares import percent, plural, share
from heatreel.replay.near_miss import inside_acting
from heatreel.replay.placing import containers

CELL_PX = 32
"""A cluster is of clicks in one cell of this size and its neighbours."""

LEAST_CLICKS = 10
LEAST_SHARE = 0.01
"""Clusters and late shifts are told when surely more of the visits have them."""

SHIFT_MS = 2000
"""A shift explains a click that came so soon after it."""


def find_misaligned(question: Question) -> Iterator[Insight]:
    """Clusters of clicks on bare containers: what people meant is not there, on the page as it was captured."""
    material = question.material
    for place in material.places:
        if not question.enough("click", place):
            continue
        rows = _on_nothing(material, place)
        if len(rows) < LEAST_CLICKS:
            continue
        cell = np.stack([material.table.x[rows] // CELL_PX, material.table.y[rows] // CELL_PX]).astype(np.int64)
        cells, group = np.unique(cell, axis=1, return_inverse=True)
        counts = np.bincount(group.reshape(-1))
        best = int(counts.argmax())
        near = (np.abs(cell - cells[:, best : best + 1]) <= 1).all(axis=0)
        yield from _cluster(question, place, rows[near])


def _on_nothing(material: Material, place: Place) -> Ints:
    """Clicks on containers that hold other elements, inside nothing that acts."""
    bare: dict[int, Bools] = {}
    clicks = material.clicks[material.place_of[material.table.snap[material.clicks]] == place.number]
    kept = np.zeros(len(clicks), bool)
    for ordinal in np.unique(material.table.snap[clicks]).tolist():
        bare[ordinal] = _bare(material.outlines[ordinal])
        here = material.table.snap[clicks] == ordinal
        kept[here] = bare[ordinal][material.table.element[clicks[here]]]
    found: Ints = clicks[kept]
    return found


def _bare(outline: Outline) -> Bools:
    found: Bools = containers(outline) & ~inside_acting(outline)
    return found


def _cluster(question: Question, place: Place, rows: Ints) -> Iterator[Insight]:
    material = question.material
    visits = material.visits_at(place)
    did = material.did(rows)
    found = share(material.visits.weight[visits], did[visits])
    few = material.people(did) < LEAST_VISITS
    if few or len(rows) < LEAST_CLICKS or found.interval[0] <= LEAST_SHARE:
        return
    clicks = float(material.table.weight[rows].sum())
    x, y = (float(np.median(values[rows])) for values in (material.table.x, material.table.y))
    control = material.controls[int(np.bincount(material.table.control[rows]).argmax())]
    snapshot = material.snapshots[int(np.bincount(material.table.snap[rows]).argmax())]
    box = (x - CELL_PX / 2, y - CELL_PX / 2, float(CELL_PX), float(CELL_PX))
    where = Where(place.page, place.viewport, place.variant, snapshot.state.id, control.selector, control.name, box)
    yield Insight(
        rule="misaligned",
        severity="info",
        where=where,
        count=found.count,
        n=found.n,
        unit="visits",
        rate=found.value,
        interval=found.interval,
        words=f"Clicks cluster at {x:.0f}, {y:.0f} px, where no element is",
        detail=f"{plural(clicks, 'click')} in {found.words} visits of {place}. People see something there that the"
        " capture does not hold, such as late content or an embedded part, or they click to close or to focus.",
        evidence={"x": round(x), "y": round(y), "clicks": round(clicks), "about": f"{x:.0f},{y:.0f}"},
        segment=(f"page={place.page}", f"viewport={place.viewport}"),
        sessions=material.examples(np.flatnonzero(did)),
        weight=found.count,
    )


def find_late_shifts(question: Question) -> Iterator[Insight]:
    """Clicks that came right after the layout had shifted, at a point where another control was before."""
    material, kept = question.material, question.material.kept
    moved, shifts = kept.rows("moved"), kept.rows("layout_shift")
    if not len(moved) or not len(shifts):
        return
    ordinal_of = {snapshot.id: at for at, snapshot in enumerate(material.snapshots)}
    times: dict[int, list[float]] = {}
    for row in shifts.tolist():
        times.setdefault(int(kept.visit[row]), []).append(float(kept.time_ms[row]))
    found: dict[tuple[int, int], list[int]] = {}
    for row in moved.tolist():
        ordinal = ordinal_of.get(int(kept.snapshot[row]))
        before = [at for at in times.get(int(kept.visit[row]), ()) if 0 <= kept.time_ms[row] - at <= SHIFT_MS]
        if ordinal is None or not before or kept.selector[row] < 0:
            continue
        place = material.places[int(material.place_of[ordinal])]
        hit = material.control(place, str(kept.selectors[kept.selector[row]]))
        meant = _acting_at(material, place, ordinal, float(kept.x[row]), float(kept.y[row]))
        if hit is not None and meant is not None and meant.number != hit.number:
            found.setdefault((meant.number, hit.number), []).append(int(kept.visit[row]))
    for (meant_number, hit_number), visits in found.items():
        yield from _late(question, material.controls[meant_number], material.controls[hit_number], visits)


def _acting_at(material: Material, place: Place, ordinal: int, x: float, y: float) -> Control | None:
    """The control whose box on a snapshot holds a point, the smallest of them."""
    outline = material.outlines[ordinal]
    there = [
        one
        for one in outline.elements
        if one.interactive and one.visible and one.box[0] <= x < one.box[0] + one.box[2]
        and one.box[1] <= y < one.box[1] + one.box[3]
    ]  # fmt: skip
    best = min(there, key=lambda one: one.box[2] * one.box[3], default=None)
    return material.control(place, best.selector) if best else None


def _late(question: Question, meant: Control, hit: Control, told: list[int]) -> Iterator[Insight]:
    material = question.material
    place = material.places[meant.place]
    if not question.enough("scroll", place):
        return
    visits = material.visits_at(place)
    did = np.zeros(len(material.visits.place), bool)
    did[material.numbers_of(np.unique(told))] = True
    found = share(material.visits.weight[visits], did[visits])
    if material.people(did) < LEAST_VISITS or found.interval[0] <= LEAST_SHARE / 2:
        return
    yield Insight(
        rule="late_shift",
        severity="warning",
        where=material.where(meant),
        count=found.count,
        n=found.n,
        unit="visits",
        rate=found.value,
        interval=found.interval,
        words=f"The page shifts, and people hit “{hit.name}” where “{meant.name}” was",
        detail=f"{found.words} visits of {place} clicked within {SHIFT_MS / 1000:.0f} s of a layout shift at a point"
        f" where “{meant.name}” is on the settled page ({percent(found.value)}). Reserve the room of what comes late.",
        evidence={"about": hit.name, "hit": hit.selector, "clicks": len(told)},
        segment=(f"page={place.page}", f"viewport={place.viewport}"),
        sessions=material.examples(np.flatnonzero(did)),
        others=(material.where(hit),),
        weight=3 * found.count,
    )
