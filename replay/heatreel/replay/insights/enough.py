"""Enough data? For each place: what there is, what is needed, and whether the top ten would stand with half of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatreel.replay.insights.asking import NEEDS, Question
from heatreel.replay.insights.material import Ints, Place
from heatreel.replay.insights.shares import percent, plural

HALVES = 50
"""So many halves of the visits are drawn."""

TOP = 10
STANDS = 0.8
"""A top ten stands when, on average over the halves, so many of it stay in it."""


def enough_of(question: Question) -> dict[str, Any]:
    """The part `enough` of the document. `ok` when every place that was visited has enough clicks and depths."""
    material = question.material
    places = [_of_place(question, place) for place in material.places]
    seen = [one for one in places if one["visits"]]
    good = [one for one in seen if one["click"]["ok"] and one["scroll"]["ok"]]
    return {
        "ok": bool(seen) and len(good) == len(seen),
        "needs": dict(NEEDS),
        "words": _words(seen, good),
        "places": places,
    }


def _of_place(question: Question, place: Place) -> dict[str, Any]:
    material = question.material
    visits = len(material.visits_at(place))
    record: dict[str, Any] = {"page": place.page, "viewport": place.viewport, "variant": place.variant}
    record["visits"] = visits
    for kind, need in NEEDS.items():
        have = question.counts[kind][place.number]
        more = 0 if have >= need else -(-(need - have) * max(visits, 1) // have) if have and visits else None
        record[kind] = {"have": have, "need": need, "ok": have >= need, "visits_needed": more}
    record["top"] = top_stands(question, place)
    return record


def top_stands(question: Question, place: Place) -> dict[str, Any]:
    """How much of the elements clicked most stays so in random halves of the visits, the same each time; None
    without clicks."""
    material = question.material
    rows = material.clicks[material.place_of[material.table.snap[material.clicks]] == place.number]
    if not len(rows):
        return {"of": 0, "kept": None, "words": "no clicks"}
    controls, control = np.unique(material.table.control[rows], return_inverse=True)
    visits, visit = np.unique(material.table.visit[rows], return_inverse=True)
    weight = material.table.weight[rows]
    top = _top(np.bincount(control, weight, len(controls)))
    random = np.random.default_rng(0)
    kept = np.zeros(HALVES)
    for at in range(HALVES):
        half = np.zeros(len(visits), bool)
        half[random.permutation(len(visits))[: max(1, len(visits) // 2)]] = True
        some = _top(np.bincount(control, weight * half[visit], len(controls)))
        kept[at] = len(np.intersect1d(top, some)) / len(top)
    share = float(kept.mean())
    stands = "stands" if share >= STANDS else "does not stand yet"
    return {
        "of": len(top),
        "kept": round(share, 3),
        "words": f"with half of the visits {percent(share)} of the top {len(top)} stay: the ranking {stands}",
    }


def _top(counts: np.ndarray[Any, Any]) -> Ints:
    order = np.argsort(-counts, kind="stable")[:TOP]
    found: Ints = order[counts[order] > 0]
    return found


def _words(seen: list[dict[str, Any]], good: list[dict[str, Any]]) -> str:
    if not seen:
        return "Nobody was here yet: there is nothing to say."
    if len(good) == len(seen):
        return f"All {len(seen)} places that were visited have enough data."
    short = min(
        (one for one in seen if one not in good),
        key=lambda one: one["click"]["visits_needed"] if one["click"]["visits_needed"] is not None else 10**9,
    )
    more = max(short[kind]["visits_needed"] or 0 for kind in ("click", "scroll"))
    near = f" Nearest is {short['page']} on {short['viewport']}: about {plural(more, 'visit')} more." if more else ""
    return (
        f"Not enough data: {len(good)} of {len(seen)} places (a page at a viewport) have {NEEDS['click']} clicks and"
        f" {NEEDS['scroll']} visits whose depth is known.{near}"
    )
