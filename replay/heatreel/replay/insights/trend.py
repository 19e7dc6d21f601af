"""Trends between weeks, and the alarm when the page that visitors see is no longer the one that was captured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from heatreel.core.hits import REASONS
from heatreel.core.insight import Insight, Where
from heatreel.core.rates import Difference, difference
from heatreel.replay.insights.asking import Question, Tested
from heatreel.replay.insights.differ import LEAST_APART, LEAST_CLICKED, LEAST_VISITS
from heatreel.replay.insights.exposure import rows_of
from heatreel.replay.insights.material import Bools, Control, Floats
from heatreel.replay.insights.shares import Share, percent, plural, share

WEEK_MS = 7 * 24 * 3600 * 1000.0

DRIFTED = 0.1
"""Drift is told when surely more of the last week's events of a page have no place there any more."""

LEAST_EVENTS = 100

_GONE = tuple(REASONS.index(name) for name in ("missing", "hidden", "unknown_state", "ambiguous"))


def test_trend(question: Question) -> Iterator[Tested]:
    """Every thing in the last week against the weeks before."""
    material = question.material
    if not len(material.visits.start_ms):
        return
    newest = float(material.visits.start_ms.max())
    late = material.visits.start_ms > newest - WEEK_MS
    if not late.any() or late.all():
        return
    since = datetime.fromtimestamp((newest - WEEK_MS) / 1000, UTC).date().isoformat()
    for page in material.pages:
        of_page = np.zeros(len(late), bool)
        of_page[material.visits_of_page(page)] = True
        if min((of_page & late).sum(), (of_page & ~late).sum()) < LEAST_VISITS:
            continue
        for thing in material.things_of_page[page]:
            yield from _of_thing(question, thing, of_page, late, since)


def _of_thing(question: Question, thing: int, of_page: Bools, late: Bools, since: str) -> Iterator[Tested]:
    material = question.material
    controls = material.controls_of_thing[thing]
    rows = np.concatenate([rows_of(material, control) for control in controls])
    if len(rows) < LEAST_CLICKED:
        return
    did = material.did(rows)
    # Another viewport or variant may not have it; and who comes there changes too.
    of_page = of_page & np.isin(material.visits.place, [control.place for control in controls if control.shown])
    if did[of_page].sum() < LEAST_CLICKED or min((of_page & late).sum(), (of_page & ~late).sum()) < LEAST_VISITS:
        return
    before, after = (share(material.visits.weight[some], did[some]) for some in (of_page & ~late, of_page & late))
    apart = difference(before.sample, after.sample)
    told = partial(_told, question, controls[0], before, after, apart, since)
    yield Tested(apart.p if abs(apart.value) >= LEAST_APART else max(apart.p, 0.5), told)


def _told(question: Question, control: Control, before: Share, after: Share, apart: Difference, since: str) -> Insight:
    way = "more" if apart.value > 0 else "less"
    return Insight(
        rule="trend",
        severity="info",
        where=question.material.where(control),
        count=after.count,
        n=after.n,
        unit="visits",
        rate=after.value,
        interval=after.interval,
        words=f"“{control.name}” is used {way} since {since}",
        detail=f"{after.words} visits since then, {percent(before.value)} before; the difference is"
        f" {percent(abs(apart.value))}, corrected for the number of comparisons. A week is not a season: look again.",
        evidence={"about": way, "since": since, "before": round(before.value, 4), "difference": round(apart.value, 4),
                  "difference_interval": [round(apart.low, 4), round(apart.high, 4)], "p": float(f"{apart.p:.3g}")},
        segment=(f"page={question.material.things[control.thing][0]}", f"time>{since}"),
        weight=abs(apart.value) * after.n,
    )  # fmt: skip


def find_drift(question: Question) -> Iterator[Insight]:
    """Pages of which many events of the last week have no place any more, as the captured page lacks what was hit."""
    material = question.material
    rest = material.not_placed
    if rest is None or not len(rest):
        return
    newest = max(float(rest.time_ms.max()), float(material.table.time_ms.max(initial=0)))
    page = rest.pages[rest.page]
    lost = np.isin(rest.reason, _GONE)
    for name in material.pages:
        visits = material.visits_of_page(name)
        here = np.isin(material.table.visit, visits)
        placed = material.table.time_ms[here]
        gone = rest.time_ms[lost & (page == name)]
        late = _share(placed[placed > newest - WEEK_MS], gone[gone > newest - WEEK_MS])
        before = _share(placed[placed <= newest - WEEK_MS], gone[gone <= newest - WEEK_MS])
        if late.sample.total >= LEAST_EVENTS and late.interval[0] > DRIFTED:
            yield _drift(name, late, before, _reasons(rest, lost & (page == name)))


def _share(placed: Floats, gone: Floats) -> Share:
    some = np.concatenate([np.zeros(len(placed), bool), np.ones(len(gone), bool)])
    return share(np.ones(len(some)), some)


def _reasons(rest: Any, rows: Bools) -> dict[str, int]:
    codes, counts = np.unique(rest.reason[rows], return_counts=True)
    return {REASONS[code]: count for code, count in zip(codes.tolist(), counts.tolist(), strict=True)}


def _drift(page: str, late: Share, before: Share, reasons: dict[str, int]) -> Insight:
    told = ", ".join(f"{plural(count, 'event')} {reason.replace('_', ' ')}" for reason, count in reasons.items())
    was = f" Before that week it was {percent(before.value)}." if before.n >= LEAST_EVENTS else ""
    return Insight(
        rule="drift",
        severity="warning",
        where=Where(page),
        count=late.count,
        n=late.n,
        unit="events",
        rate=late.value,
        interval=late.interval,
        words=f"Visitors of {page} see another page than the one that was captured",
        detail=f"{late.words} events of the last week have no place on it ({told}).{was}"
        " Capture it again, then replay.",
        evidence={"reasons": reasons, "before": round(before.value, 4) if before.n else None},
        segment=(f"page={page}",),
        weight=late.count,
    )
