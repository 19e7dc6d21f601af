"""Frustration: rage, errors with their cause, disabled controls, quick backs, waits, thrashing, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from heatreel.core.finding import Severity
from heatreel.core.insight import Insight
from heatreel.core.rates import difference
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.clickable import LEAST_VISITS, next_words
from heatreel.replay.insights.material import Bools, Control, Ints, Material
from heatreel.replay.insights.shares import Share, percent, plural, share

LEAST_SHARE = 0.01
"""It must surely happen in more of the visits of the page."""

_KINDS: dict[str, tuple[Severity, str]] = {
    "rage": ("error", "People hammer on “{}”"),
    "error": ("error", "Clicks on “{}” lead to an error"),
    "disabled": ("warning", "People click on “{}” while it is disabled"),
    "quick_back": ("warning", "People follow “{}” and come straight back"),
    "hesitation": ("info", "People wait long before they click “{}”"),
    "thrashing": ("info", "Pointers turn back and forth over “{}”"),
}


def find_frustration(question: Question) -> Iterator[Insight]:
    """What went wrong on each thing of each page, with the sessions that left over it."""
    for kind in _KINDS:
        yield from _of_kind(question, kind, _rows(question.material, kind))


def _rows(material: Material, kind: str) -> Ints:
    if kind != "disabled":
        rows = material.with_signal(kind)
        return rows[material.table.control[rows] >= 0]
    return _disabled(material)


def _disabled(material: Material) -> Ints:
    """The rows of clicks on controls that were disabled, as the recorder says."""
    kept = material.kept
    told = kept.rows("disabled")
    if not len(told):
        return told
    clicks = material.clicks
    visit = np.searchsorted(material.visit_ids, kept.visit[told])
    # A click is known by its visit and time, both as they were recorded.
    keys = set(zip(visit.tolist(), kept.time_ms[told].tolist(), strict=True))
    own = zip(material.table.visit[clicks].tolist(), material.table.time_ms[clicks].tolist(), strict=True)
    return clicks[np.fromiter((key in keys for key in own), np.bool_, len(clicks))]


def _of_kind(question: Question, kind: str, rows: Ints) -> Iterator[Insight]:
    material = question.material
    things = material.thing_of[material.table.control[rows]]
    if kind in ("quick_back", "hesitation"):
        # Of a list no item alone is the matter.
        things = material.family_of[things]
    for thing in np.unique(things).tolist():
        some = rows[things == thing]
        page = material.things[thing][0]
        if not question.enough_on("move" if kind == "thrashing" else "click", page):
            continue
        visits = material.visits_of_page(page)
        did = material.did(some)
        found = share(material.visits.weight[visits], did[visits])
        if material.people(did) >= LEAST_VISITS and found.interval[0] > LEAST_SHARE:
            yield _told(question, kind, thing, some, did, found)


def _told(question: Question, kind: str, thing: int, rows: Ints, did: Bools, found: Share) -> Insight:
    material = question.material
    control, ordinal = looked_at(material, rows)
    severity, words = _KINDS[kind]
    page = material.things[thing][0]
    cost = _cost(material, material.visits_of_page(page), did)
    clicks = float(material.table.weight[rows].sum())
    evidence: dict[str, Any] = {"clicks": round(clicks), **cost}
    detail = f"{plural(clicks, 'move' if kind == 'thrashing' else 'click')} in {found.words} visits of {page}."
    if kind == "error":
        causes = _causes(material, rows)
        evidence["errors"] = causes
        detail += f" {causes[0]['chain']}." if causes else ""
    if kind not in ("thrashing", "quick_back"):
        detail += f" Next they {next_words(material, rows)}."
    return Insight(
        rule=kind,
        severity=severity,
        where=material.where(control, ordinal),
        count=found.count,
        n=found.n,
        unit="visits",
        rate=found.value,
        interval=found.interval,
        words=words.format(control.name) + _like_it(material, rows),
        detail=f"{detail} {_cost_words(cost)}".strip(),
        evidence=evidence,
        segment=(f"page={page}",) if kind == "disabled" else (f"page={page}", f"signal={kind}"),
        sessions=material.examples(np.flatnonzero(did)),
        others=tuple(material.where(one) for one in material.controls_of_thing[thing] if one is not control),
        weight=found.count * {"error": 2.0, "warning": 1.0, "info": 0.3}[severity] + 2 * float(cost["left_more"] or 0),
    )


def _like_it(material: Material, rows: Ints) -> str:
    """That it is one of a list."""
    more = len(np.unique(material.thing_of[material.table.control[rows]])) - 1
    return f" (and {more} more of its list)" if more else ""


def looked_at(material: Material, rows: Ints) -> tuple[Control, int]:
    """The control, and its snapshot, that most of the rows are on."""
    pairs, counts = np.unique(
        np.stack([material.table.control[rows], material.table.snap[rows]]), axis=1, return_counts=True
    )
    best = int(counts.argmax())
    return material.controls[int(pairs[0, best])], int(pairs[1, best])


def _cost(material: Material, visits: Ints, did: Bools) -> dict[str, Any]:
    """Sessions that ended with the visit, of those where it happened and of the others of the page; `left_more` is how
    many more left than would have, None when that may be chance."""
    ends, weight = material.visits.ends, material.visits.weight
    hurt, other = visits[did[visits]], visits[~did[visits]]
    left = share(weight[hurt], ends[hurt])
    usual = share(weight[other], ends[other])
    apart = difference(usual.sample, left.sample)
    sure = apart.p < 0.05
    return {
        "left": round(left.value, 4),
        "left_interval": [round(end, 4) for end in left.interval],
        "left_without": round(usual.value, 4),
        "left_more": round(apart.value * left.n, 1) if sure else None,
        "left_p": round(apart.p, 5),
    }


def _cost_words(cost: dict[str, Any]) -> str:
    if cost["left_more"] is None:
        return f"{percent(cost['left'])} left then, {percent(cost['left_without'])} of the others: that may be chance."
    if cost["left_more"] < 0:
        return f"{percent(cost['left'])} left then, against {percent(cost['left_without'])} of the others."
    return (
        f"{percent(cost['left'])} left then, against {percent(cost['left_without'])} of the others: about"
        f" {plural(cost['left_more'], 'session')} more than else."
    )


def _causes(material: Material, rows: Ints) -> list[dict[str, Any]]:
    """The errors that clicks led to, commonest first, with the request that failed before, where one did."""
    texts = material.details.get("signatures", ())
    told = Counter(material.table.signature[rows].tolist())
    requests = {
        one["values"].get("message"): one["values"].get("request")
        for one in material.details.get("clusters", ())
        if one["signal"] == "error"
    }
    found = []
    for number, count in told.most_common(3):
        if not 0 <= number < len(texts):
            continue
        message, request = str(texts[number]), requests.get(texts[number])
        chain = f"click → {request} → {message}" if request else f"click → {message}"
        found.append({"message": message, "request": request, "clicks": count, "chain": chain})
    return found
