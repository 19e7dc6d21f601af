"""Links and buttons that go to one place, compared for each visit that saw them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from heatreel.core.element import Element, Outline
from heatreel.core.insight import Insight
from heatreel.core.rates import difference
from heatreel.replay.insights.asking import Question, Tested
from heatreel.replay.insights.exposure import clicked
from heatreel.replay.insights.material import Control, Place, item_of
from heatreel.replay.insights.shares import Share, percent, share

LEAST_SEEN = 50
"""Visits that must have seen each of two links."""

LEAST_SHARE = 0.03
"""The one that is used most must be clicked in so many of the visits that saw it."""

_POSITIONS = {"banner": "header", "navigation": "navigation", "contentinfo": "footer", "complementary": "aside"}


def test_destinations(question: Question) -> Iterator[Tested]:
    """Of the links to one place, the one used most against the one used least."""
    for place in question.material.places:
        if not (question.enough("click", place) and question.enough("scroll", place)):
            continue
        for href, links in _links(question, place).items():
            rated = [(link, _per_seen(question, place, link)) for link in links]
            rated = [one for one in rated if one[1].sample.total >= LEAST_SEEN]
            rated.sort(key=lambda one: (-one[1].value, one[0].number))
            if len(rated) > 1 and rated[0][1].value >= LEAST_SHARE:
                # The two were chosen, as the furthest apart of all pairs.
                pairs = len(rated) * (len(rated) - 1) // 2
                p = min(1.0, pairs * difference(rated[-1][1].sample, rated[0][1].sample).p)
                yield Tested(p, partial(_told, question, place, href, rated))


def _links(question: Question, place: Place) -> dict[str, list[Control]]:
    """The links of a place that its default state shows, by where they lead; not lists, whose items lead on alike."""
    found: dict[str, list[Control]] = {}
    for control in question.material.controls_at[place.number]:
        element = control.element
        shown = place.ordinals[0] in control.shown
        shown = shown and not in_list(question.material.outlines[control.ordinal], element)
        if shown and element.href and not element.href.startswith("#") and element.interactive:
            found.setdefault(element.href, []).append(control)
    return {href: links for href, links in found.items() if 1 < len(links) <= 12}


def in_list(outline: Outline, element: Element) -> bool:
    """Whether an element is an item of a list, other than of a navigation."""
    return element.landmark != "navigation" and bool(item_of(outline, element))


def _per_seen(question: Question, place: Place, link: Control) -> Share:
    material = question.material
    seen = question.exposures.of(link).visits & material.watched & (material.visits.place == place.number)
    visits = np.flatnonzero(seen)
    return share(material.visits.weight[visits], clicked(material, link)[visits])


def position_of(control: Control, place: Place) -> str:
    """Where on a page an element is, in a word."""
    element = control.element
    if element.landmark in _POSITIONS:
        return _POSITIONS[element.landmark]
    if element.position in ("fixed", "sticky"):
        return "header"
    return "first window" if element.box[1] + element.box[3] <= place.window else "further down"


def _told(question: Question, place: Place, href: str, rated: list[tuple[Control, Share]]) -> Insight:
    best, worst = rated[0], rated[-1]
    told = "; ".join(f"“{link.name}” ({position_of(link, place)}) {percent(one.value)}" for link, one in rated[:5])
    return Insight(
        rule="same_destination",
        severity="info",
        where=question.material.where(worst[0]),
        count=worst[1].count,
        n=worst[1].n,
        unit="visits",
        rate=worst[1].value,
        interval=worst[1].interval,
        words=f"Of {len(rated)} links to {href}, “{best[0].name}” is used and “{worst[0].name}” is not"
        if worst[1].value < 0.2 * best[1].value
        else f"Of {len(rated)} links to {href}, “{best[0].name}” is used most",
        detail=f"Clicks of the visits that saw each: {told}. “{best[0].name}”: {best[1].words}; “{worst[0].name}”:"
        f" {worst[1].words}.",
        evidence={
            "about": href,
            "links": [
                {"selector": link.selector, "name": link.name, "position": position_of(link, place),
                 "seen": round(one.n), "rate": round(one.value, 4), "interval": [round(end, 4) for end in one.interval]}
                for link, one in rated
            ],
        },
        segment=(f"page={place.page}", f"viewport={place.viewport}"),
        others=tuple(question.material.where(link) for link, _ in rated[:-1]),
        weight=0.3 * worst[1].n,
    )  # fmt: skip
