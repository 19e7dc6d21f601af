"""Navigation: shares of its items, those never used, what visits click first and last, and where they begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from heatreel.core.hits import SIGNALS, TYPES
from heatreel.core.insight import Insight
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.exposure import rows_of
from heatreel.replay.insights.material import Bools, Control, Ints, Material
from heatreel.replay.insights.shares import ms, percent, plural, share

NEVER = 0.01
"""An item is never used when surely fewer of the visits clicked it."""

LEAST_VISITS = 200

_HOVER = TYPES.index("hover")
_FIRST, _LAST = (1 << SIGNALS.index(name) for name in ("first", "last"))


def find_navigation(question: Question) -> Iterator[Insight]:
    """Each navigation of the site as a whole: the same items on all pages count together."""
    material = question.material
    visits = len(material.visits.place)
    if visits < LEAST_VISITS:
        return
    for items in _navigations(material):
        told = [_item(material, controls) for controls in items.values()]
        told.sort(key=lambda item: (-item["clicks"], item["name"]))
        total = sum(item["clicks"] for item in told)
        unused = [item for item in told if item["interval"][1] < NEVER]
        if len(told) < 3 or not unused:
            continue
        yield _told(material, items, told, total, unused)


def _navigations(material: Material) -> list[dict[str, list[Control]]]:
    """The items of each navigation of the site: by selector of the landmark around them, then by their own."""
    found: dict[str, dict[str, list[Control]]] = {}
    for control in material.controls:
        element = control.element
        if element.landmark != "navigation" or not element.interactive or element.tag == "input" or not control.shown:
            continue
        outline, index = material.outlines[control.ordinal], element.parent
        while index >= 0 and outline.elements[index].landmark == "navigation" and outline.elements[index].tag != "nav":
            index = outline.elements[index].parent
        around = outline.elements[index].selector if index >= 0 else ""
        found.setdefault(around, {}).setdefault(f"{element.name}\n{element.href}", []).append(control)
    return list(found.values())


def _item(material: Material, controls: list[Control]) -> dict[str, Any]:
    """An item in numbers: clicks, share of the visits that could click it, first and last clicks, hover before."""
    table = material.table
    rows = np.concatenate([rows_of(material, control) for control in controls])
    here = np.isin(material.visits.place, [control.place for control in controls])
    did = material.did(rows)
    found = share(material.visits.weight[here], did[here])
    hovers = _hovers(material, [control.number for control in controls])
    return {
        "name": controls[0].name, "selector": controls[0].selector, "clicks": round(float(table.weight[rows].sum())),
        "visits": round(found.n), "rate": round(found.value, 4),
        "interval": [round(end, 4) for end in found.interval],
        "first": int(np.count_nonzero(table.signals[rows] & _FIRST)),
        "last": int(np.count_nonzero(table.signals[rows] & _LAST)),
        "hover_ms": round(float(np.median(table.ms[hovers]))) if len(hovers) else None,
    }  # fmt: skip


def _hovers(material: Material, numbers: list[int]) -> Ints:
    if "hovers" not in material.notes:
        material.notes["hovers"] = np.flatnonzero(material.table.type == _HOVER)
    hovers: Ints = material.notes["hovers"]
    return hovers[np.isin(material.table.control[hovers], numbers)]


def _told(
    material: Material,
    items: dict[str, list[Control]],
    told: list[dict[str, Any]],
    total: int,
    unused: list[dict[str, Any]],
) -> Insight:
    most = next(iter(sorted(items.values(), key=lambda some: -sum(len(rows_of(material, one)) for one in some))))
    names = ", ".join(f"“{item['name']}”" for item in unused[:5]) + (" and others" if len(unused) > 5 else "")
    waits = [item["hover_ms"] for item in told if item["hover_ms"]]
    hover = f" The pointer rests {ms(float(np.median(waits)))} on an item first." if waits else ""
    return Insight(
        rule="navigation",
        severity="info",
        where=material.where(most[0]),
        count=len(unused),
        n=len(told),
        unit="items",
        words=f"{len(unused)} of {len(told)} items of a navigation are not used: {names}",
        detail=_detail(told, total, hover),
        evidence={"about": told[0]["name"], "items": told},
        weight=0.1 * max(item["visits"] for item in told),
    )


def _detail(told: list[dict[str, Any]], total: int, hover: str) -> str:
    """Who got the clicks, and how sure it is that the others got none."""
    visits = max(item["visits"] for item in told)
    if not total:
        return f"Nobody clicked any of them in {plural(visits, 'visit')}."
    shares = ", ".join(f"“{item['name']}” {percent(item['clicks'] / total)}" for item in told[:4] if item["clicks"])
    return (
        f"{plural(total, 'click')} in {plural(visits, 'visit')}: {shares}. The unused were clicked in surely less than"
        f" {percent(NEVER)} of the visits that had them.{hover}"
    )


def find_entries(question: Question) -> Iterator[Insight]:
    """The page that most sessions begin at, and the one that most end at, when they surely are that."""
    material = question.material
    for kind, chosen in (("begin", material.visits.begins), ("end", material.visits.ends)):
        visits = np.flatnonzero(chosen)
        if len(visits) < LEAST_VISITS or len(material.pages) < 2:
            continue
        pages = np.bincount(material.visit_pages[visits], material.visits.weight[visits], len(material.pages))
        order = np.argsort(-pages, kind="stable")
        first, second = int(order[0]), int(order[1])
        top = share(material.visits.weight[visits], material.visit_pages[visits] == first)
        next_one = share(material.visits.weight[visits], material.visit_pages[visits] == second)
        if top.interval[0] <= next_one.interval[1]:
            continue
        page = material.pages[first]
        rest = ", ".join(f"{material.pages[at]} {percent(pages[at] / pages.sum())}" for at in order[1:4].tolist())
        place = question.busiest(page)
        yield Insight(
            rule="entry_exit",
            severity="info",
            where=material.where_place(place),
            count=top.count,
            n=top.n,
            unit="sessions",
            rate=top.value,
            interval=top.interval,
            words=f"Most sessions {kind} at {page}"
            if top.interval[0] > 0.5
            else f"More sessions {kind} at {page} than at any other page",
            detail=f"{top.words} sessions; then {rest}.",
            evidence={
                "about": kind,
                "pages": {material.pages[at]: round(pages[at] / pages.sum(), 4) for at in order.tolist()},
                "rates": {name: _rate(material, name, chosen) for name in material.pages},
            },
            segment=(f"page={page}",),
            weight=0.05 * top.count,
        )


def _rate(material: Material, page: str, chosen: Bools) -> dict[str, Any]:
    """Of the visits of a page the share that begin, or end, a session."""
    visits = material.visits_of_page(page)
    found = share(material.visits.weight[visits], chosen[visits])
    return {
        "visits": round(found.n),
        "rate": round(found.value, 4),
        "interval": [round(end, 4) for end in found.interval],
    }
