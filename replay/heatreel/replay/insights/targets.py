"""Targets for fingers that are too small or too near to others, and the taps that miss, with what they cost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from heatreel.core.insight import Insight
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.clickable import LEAST_VISITS
from heatreel.replay.insights.exposure import rows_of
from heatreel.replay.insights.material import Control, Floats, Ints, Material, Place
from heatreel.replay.insights.shares import percent, plural, share

SMALL_PX = 24.0
"""Least side of a target, or distance of its middle from the next (WCAG 2.2, 2.5.8)."""

MISSED = 0.02
"""Taps that miss are told when surely more of those meant for a target do."""

LEAST_TAPS = 30


def find_targets(question: Question) -> Iterator[Insight]:
    """Targets that are missed, by place; `small_target` where its size or its neighbours explain it."""
    material = question.material
    missed = material.with_signal("near_miss")
    for place in material.places:
        if not question.enough("click", place):
            continue
        here = missed[material.place_of[material.table.snap[missed]] == place.number]
        for control, rows in _meant(material, place, here):
            found = _of_control(question, place, control, rows)
            if found:
                yield found


def _meant(material: Material, place: Place, rows: Ints) -> Iterator[tuple[Control, Ints]]:
    """The taps that missed, by the control that was nearest."""
    nearest: dict[int, list[int]] = {}
    for ordinal in np.unique(material.table.snap[rows]).tolist():
        outline = material.outlines[ordinal]
        acting = [one for one in outline.elements if one.interactive and one.visible and min(one.box[2:]) > 0]
        if not acting:
            continue
        boxes = np.array([one.box for one in acting])
        some = rows[material.table.snap[rows] == ordinal]
        for row in some.tolist():
            apart = _distances(float(material.table.x[row]), float(material.table.y[row]), boxes)
            control = material.control(place, acting[int(apart.argmin())].selector)
            if control is not None:
                nearest.setdefault(control.number, []).append(row)
    for number, found in sorted(nearest.items()):
        yield material.controls[number], np.array(found, np.int64)


def _distances(x: float, y: float, boxes: Floats) -> Floats:
    across = np.maximum(np.maximum(boxes[:, 0] - x, x - boxes[:, 0] - boxes[:, 2]), 0)
    down = np.maximum(np.maximum(boxes[:, 1] - y, y - boxes[:, 1] - boxes[:, 3]), 0)
    return np.hypot(across, down)


def gap_px(material: Material, control: Control) -> float:
    """The distance from the edge of a control to the next one that acts, CSS px; infinite when it stands alone."""
    outline = material.outlines[control.ordinal]
    left, top, width, height = control.element.box
    others = [
        one.box
        for one in outline.elements
        if one.interactive and one.visible and one.index != control.element.index and min(one.box[2:]) > 0
    ]
    if not others:
        return float("inf")
    boxes = np.array(others)
    across = np.maximum(np.maximum(boxes[:, 0] - left - width, left - boxes[:, 0] - boxes[:, 2]), 0)
    down = np.maximum(np.maximum(boxes[:, 1] - top - height, top - boxes[:, 1] - boxes[:, 3]), 0)
    return float(np.hypot(across, down).min())


def _of_control(question: Question, place: Place, control: Control, rows: Ints) -> Insight | None:
    material = question.material
    hits = rows_of(material, control)
    meant = np.concatenate([hits, rows])
    missed = np.isin(meant, rows)
    found = share(material.table.weight[meant], missed)
    few = material.people(material.did(rows)) < LEAST_VISITS
    if few or len(meant) < LEAST_TAPS or found.interval[0] <= MISSED:
        return None
    side, gap = min(control.element.box[2:]), gap_px(material, control)
    small, near = side < SMALL_PX, gap < SMALL_PX - side / 2
    why = f"It is {control.element.box[2]:.0f} x {control.element.box[3]:.0f} px"
    why += f", {gap:.0f} px from the next one." if gap < 1000 else "."
    return Insight(
        rule="small_target" if place.touch and (small or near) else "near_miss",
        severity="warning",
        where=material.where(control),
        count=found.count,
        n=found.n,
        unit="clicks",
        rate=found.value,
        interval=found.interval,
        words=f"“{control.name}” is missed by a few px" + (": it is too small" if small else ""),
        detail=f"{plural(found.count, 'click')} of {found.n:,.0f} that were meant for it ({percent(found.value)},"
        f" {percent(found.interval[0])} to {percent(found.interval[1])}) fell beside it. {why}",
        evidence={"width": round(control.element.box[2], 1), "height": round(control.element.box[3], 1),
                  "gap": round(gap, 1) if np.isfinite(gap) else None, "least_px": SMALL_PX},
        segment=(f"page={place.page}", f"viewport={place.viewport}", "signal=near_miss"),
        sessions=material.examples(np.unique(material.table.visit[rows])),
        weight=2 * found.count,
    )  # fmt: skip
