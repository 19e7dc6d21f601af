"""Trends between captures: the same element on an older capture and on this one, each with its own sessions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from heatreel.core.insight import Insight
from heatreel.core.rates import Difference, difference
from heatreel.replay.insights.asking import Question, Tested
from heatreel.replay.insights.differ import LEAST_APART, LEAST_CLICKED, LEAST_VISITS
from heatreel.replay.insights.exposure import clicked
from heatreel.replay.insights.material import Control, Material, Place
from heatreel.replay.insights.shares import Share, percent, share
from heatreel.replay.matching import match_pages


@dataclass(frozen=True)
class Before:
    """An older capture with its replay."""

    label: str
    material: Material


def test_between(question: Question) -> Iterator[Tested]:
    """Every element that both captures have, by place: the share of visits that clicked it then and now."""
    if question.before is None:
        return
    old = question.before
    places = {(one.page, one.viewport, one.variant): one for one in old.material.places}
    for place in question.material.places:
        earlier = places.get((place.page, place.viewport, place.variant))
        if earlier is not None:
            yield from _of_place(question, old, place, earlier)


def _of_place(question: Question, old: Before, place: Place, earlier: Place) -> Iterator[Tested]:
    material = question.material
    if min(len(material.visits_at(place)), len(old.material.visits_at(earlier))) < LEAST_VISITS:
        return
    before, after = old.material.outlines[earlier.ordinals[0]], material.outlines[place.ordinals[0]]
    for match in match_pages(before, after):
        if match.verdict != "matched":
            continue
        was = old.material.control(earlier, before.elements[match.before].selector)
        now = material.control(place, after.elements[match.after].selector)
        if was is None or now is None:
            continue
        rates = _share(old.material, earlier, was), _share(material, place, now)
        if rates[0].sample.count + rates[1].sample.count < LEAST_CLICKED:
            continue
        apart = difference(rates[0].sample, rates[1].sample)
        told = partial(_told, question, old.label, place, now, rates, apart)
        yield Tested(apart.p if abs(apart.value) >= LEAST_APART else max(apart.p, 0.5), told)


def _share(material: Material, place: Place, control: Control) -> Share:
    visits = material.visits_at(place)
    return share(material.visits.weight[visits], clicked(material, control)[visits])


def _told(
    question: Question, label: str, place: Place, control: Control, rates: tuple[Share, Share], apart: Difference
) -> Insight:
    way = "more" if apart.value > 0 else "less"
    low, high = sorted((abs(apart.low), abs(apart.high)))
    return Insight(
        rule="trend",
        severity="info",
        where=question.material.where(control),
        count=rates[1].count,
        n=rates[1].n,
        unit="visits",
        rate=rates[1].value,
        interval=rates[1].interval,
        words=f"“{control.name}” is used {way} than on “{label}”",
        detail=f"{rates[1].words} visits now, {rates[0].words} then; the difference is {percent(abs(apart.value))}"
        f" ({percent(low).removesuffix(' %')} to {percent(high)}), corrected for the number of comparisons."
        " Who came may have changed with the page.",
        evidence={"about": f"{label} {way}", "against": label, "before": round(rates[0].value, 4),
                  "difference": round(apart.value, 4),
                  "difference_interval": [round(apart.low, 4), round(apart.high, 4)], "p": float(f"{apart.p:.3g}")},
        segment=(f"page={place.page}", f"viewport={place.viewport}"),
        sessions=question.material.examples(np.flatnonzero(clicked(question.material, control))),
        weight=abs(apart.value) * rates[1].n,
    )  # fmt: skip
