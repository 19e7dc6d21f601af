"""Things that people expect to be clickable: dead clicks on what does nothing, and what was done next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from heatreel.core.element import Element
from heatreel.core.insight import Insight
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.material import Ints, Material
from heatreel.replay.insights.shares import joined, percent, plural, share

LEAST_SHARE = 0.01
"""It must surely happen in more of the visits of the page."""

LEAST_VISITS = 5
"""Of so many sessions."""


def find_clickable(question: Question) -> Iterator[Insight]:
    """Dead clicks on things that do not act, by page, the most visits first."""
    material = question.material
    dead = _on_idle(material, material.with_signal("dead"))
    things = material.thing_of[material.table.control[dead]]
    for thing in np.unique(things).tolist():
        rows = dead[things == thing]
        page = material.things[thing][0]
        if not question.enough_on("click", page):
            continue
        visits = material.visits_of_page(page)
        did = material.did(rows)
        found = share(material.visits.weight[visits], did[visits])
        if material.people(did) < LEAST_VISITS or found.interval[0] <= LEAST_SHARE:
            continue
        control = material.controls[_most(material.table.control[rows])]
        ordinal = _most(material.table.snap[rows[material.table.control[rows] == control.number]])
        kind = kind_of(control.element)
        clicks = float(material.table.weight[rows].sum())
        yield Insight(
            rule="expected_clickable",
            severity="warning",
            where=material.where(control, ordinal),
            count=found.count,
            n=found.n,
            unit="visits",
            rate=found.value,
            interval=found.interval,
            words=f"People click on {kind} “{control.name}”, which does nothing",
            detail=f"{plural(clicks, 'click')} in {found.words} visits of {page}."
            f" Next they {next_words(material, rows)}.",
            evidence={
                "kind": kind.split(" ", 1)[-1],
                "clicks": round(clicks),
                "next": dict(next_of(material, rows)[:3]),
            },
            segment=(f"page={page}", "signal=dead"),
            sessions=material.examples(np.flatnonzero(did)),
            others=tuple(material.where(one) for one in material.controls_of_thing[thing] if one is not control),
            weight=found.count,
        )


def _on_idle(material: Material, rows: Ints) -> Ints:
    """The rows whose control does not act."""
    idle = np.array([*(not control.element.interactive for control in material.controls), False])
    found: Ints = rows[idle[material.table.control[rows]]]
    return found


def _most(values: Ints) -> int:
    numbers, counts = np.unique(values, return_counts=True)
    return int(numbers[counts.argmax()])


def kind_of(element: Element) -> str:
    """What something looks like, for a sentence."""
    if element.tag in ("img", "picture", "svg", "canvas", "video"):
        return "the image"
    if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return "the heading"
    if element.tag in ("label", "legend", "dt", "th"):
        return "the label"
    if element.tag in ("p", "span", "strong", "em", "small", "li", "td", "dd", "b", "i"):
        return "the text"
    return "the part"


def next_of(material: Material, rows: Ints) -> list[tuple[str, int]]:
    """What came after clicks, commonest first: the name of what was clicked next, `leave`, or `go on`. Clicks on one
    thing, one after another, count once."""
    stretch, first = _stretches(material)
    found: Counter[str] = Counter()
    at = np.unique(stretch[rows])
    for number in at[at >= 0].tolist():
        after = int(first[number + 1]) if number + 1 < len(first) else -1
        if after < 0 or material.table.session[after] != material.table.session[first[number]]:
            found["leave"] += 1
        elif material.table.control[after] < 0:
            found["go on"] += 1
        else:
            found[material.controls[int(material.table.control[after])].name] += 1
    return found.most_common()


def _stretches(material: Material) -> tuple[Ints, Ints]:
    """Clicks of a session on one thing in a row: the stretch of each row of the table, -1 for what is no click, and
    the first row of each stretch."""
    if "stretches" not in material.notes:
        table, clicks = material.table, np.flatnonzero(material.is_click)
        order = clicks[np.lexsort((table.time_ms[clicks], table.session[clicks]))]
        new = np.diff(table.session[order], prepend=-1) != 0
        new |= np.diff(table.control[order], prepend=-2) != 0
        stretch = np.full(len(table.visit), -1, np.int64)
        stretch[order] = np.cumsum(new) - 1
        material.notes["stretches"] = (stretch, order[new])
    found: tuple[Ints, Ints] = material.notes["stretches"]
    return found


def next_words(material: Material, rows: Ints) -> str:
    """The commonest things done next, as the end of a sentence."""
    some = next_of(material, rows)
    total = max(1, sum(count for _, count in some))
    told = [f"{_deed(name)} ({percent(count / total)})" for name, count in some[:2]]
    return joined(told)


def _deed(name: str) -> str:
    return {"leave": "left", "go on": "did something else"}.get(name, f"clicked “{name}”")
