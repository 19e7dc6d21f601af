"""How the links of an e-mail were clicked: unique and total, by position, and of those it was delivered to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from heatreel.core.insight import Insight
from heatreel.core.mail import delivered
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.exposure import rows_of
from heatreel.replay.insights.material import Bools, Control, Floats, Material, Place
from heatreel.replay.insights.shares import percent, plural, share

SOURCE = "mail"
"""The origin of sessions that the importer of click logs makes."""

LEAST_RECIPIENTS = 100


def find_emails(question: Question) -> Iterator[Insight]:
    """The links of each e-mail, on the place that holds its clicks."""
    material = question.material
    of_mail = np.array([row.get("origin") == SOURCE for row in material.sessions], bool)
    if not of_mail.any():
        return
    for place in material.places:
        visits = material.visits_at(place)
        visits = visits[of_mail[material.visits.session[visits]]]
        if len(visits):
            found = _of_mail(material, place, of_mail)
            if found:
                yield found


def _of_mail(material: Material, place: Place, of_mail: Bools) -> Insight | None:
    reached = np.array([delivered(place.page) in (row.get("goals") or ()) for row in material.sessions], bool) & of_mail
    opened = np.zeros(len(of_mail), bool)
    opened[material.visits.session[material.visits_at(place)]] = True
    opened &= of_mail
    base, of_whom = (reached | opened, "recipients") if reached.any() else (opened, "recipients who opened it")
    weight = np.array([row.get("weight", 1.0) for row in material.sessions], np.float64)
    if base.sum() < LEAST_RECIPIENTS:
        return None
    links = [one for one in material.controls if one.place == place.number and one.element.tag == "a" and one.shown]
    links.sort(key=lambda one: one.element.index)
    told = [_link(material, link, at + 1, base, weight) for at, link in enumerate(links)]
    clicked = np.zeros(len(base), bool)
    for link in links:
        clicked[material.table.session[rows_of(material, link)]] = True
    every = share(weight[base], clicked[base])
    best = max(range(len(told)), key=lambda at: (told[at]["total"], -at), default=None)
    if best is None or not told[best]["total"]:
        return None
    total = sum(link["total"] for link in told)
    unused = [link for link in told if not link["total"]]
    never = f"; {len(unused)} of {plural(len(told), 'link')} were never clicked" if unused else ""
    opens = share(weight[base], opened[base])
    return Insight(
        rule="email_link",
        severity="info",
        where=material.where(links[best]),
        count=every.count,
        n=every.n,
        unit="recipients",
        rate=every.value,
        interval=every.interval,
        words=f"“{links[best].name}” takes {percent(told[best]['total'] / total)} of the clicks of {place.page}{never}",
        detail=f"{every.words} {of_whom} clicked; {plural(total, 'click')} in all, {percent(opens.value)} opened it."
        f" Link {best + 1} of {len(told)}: {told[best]['unique']:,.0f} recipients, {percent(told[best]['rate'])}"
        f" ({percent(told[best]['interval'][0])} to {percent(told[best]['interval'][1])}).",
        evidence={"about": place.page, "of": of_whom, "opened": round(opens.value, 4), "links": told},
        segment=(f"page={place.page}", f"origin={SOURCE}"),
        weight=every.count,
    )  # fmt: skip


def _link(material: Material, link: Control, position: int, base: Bools, weight: Floats) -> dict[str, Any]:
    rows = rows_of(material, link)
    clicked = np.zeros(len(base), bool)
    clicked[material.table.session[rows]] = True
    found = share(weight[base], clicked[base])
    return {
        "position": position, "selector": link.selector, "name": link.name, "y": round(link.element.box[1]),
        "unique": round(found.count), "total": round(float(material.table.weight[rows].sum())),
        "rate": round(found.value, 4), "interval": [round(end, 4) for end in found.interval],
    }  # fmt: skip
