"""Calls to action that are ignored or not seen, and why: too far down, in a state few open, covered, not chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from heatreel.core.element import Element
from heatreel.core.insight import Insight
from heatreel.replay.insights.asking import Question
from heatreel.replay.insights.exposure import clicked, reach_at
from heatreel.replay.insights.material import Control, Floats, Material, Place
from heatreel.replay.insights.shares import Share, ms, percent, plural, share, visits_to_bound
from heatreel.replay.ranking import label_of
from heatreel.replay.verify.stacking import ALWAYS, Stack, grid

IGNORED = 0.02
"""A call is ignored when surely fewer of the visits that saw it clicked."""

UNSEEN = 0.5
"""A call is unseen when surely fewer of the visits had it on screen."""

WANTED = 0.7
"""A position is suggested that so many visits would see."""

LEAST_PX = (60.0, 30.0)
"""A button that is smaller calls nobody."""

MOSTLY = 0.5
"""A call is covered when so much of it is."""

MOST = 12
"""So many calls of a place are looked at, the largest first."""

_STYLED = re.compile(r"(?i:button|btn)|(?i:(?<![a-z])cta(?![a-z]))|Cta(?![a-z])")
"""Classes of links that look like buttons; not such as `rectangle`, which has the letters of one."""

_ASIDE = ("navigation", "banner", "contentinfo")


def calls_of(question: Question, place: Place) -> list[Control]:
    """The calls to action of a place: those that `heatreel.toml` names; else buttons, and links that look like one."""
    material = question.material
    mine = material.controls_at[place.number]
    if question.wishes.calls:
        return [control for control in mine if _is_named(control, question.wishes.calls)]
    switches = [selector for number, selector in material.triggers if number == place.number]
    states = [material.snapshots[ordinal].state for ordinal in place.ordinals]
    # What closing a notice hides is part of the notice.
    hidden = {shown.selector for state in states if state.kind == "overlay" for shown in state.hides}
    found = [
        control
        for control in mine
        if control.shown and not _is_switch(control, switches) and _calls(control.element, material, control)
    ]
    found = [control for control in found if not any(f"{control.selector} ".startswith(f"{one} ") for one in hidden)]
    found.sort(key=lambda control: (-control.element.box[2] * control.element.box[3], control.number))
    return found[:MOST]


def _is_switch(control: Control, switches: list[str]) -> bool:
    """Whether a control opens a state, or is beside one that does, such as the tab that is shown at first."""
    return any(control.selector == one or are_siblings(control.selector, one) for one in switches)


def are_siblings(first: str, second: str) -> bool:
    """Whether two selectors differ in one number only."""
    if re.sub(r"\d+", "", first) != re.sub(r"\d+", "", second):
        return False
    pairs = zip(re.findall(r"\d+", first), re.findall(r"\d+", second), strict=True)
    return [one != other for one, other in pairs].count(True) == 1


def _is_named(control: Control, names: tuple[str, ...]) -> bool:
    element = control.element
    own = {control.selector, f"#{element.id}" if element.id else "", *(f".{token}" for token in element.classes)}
    return bool(own & set(names)) or element.name in names


def _calls(element: Element, material: Material, control: Control) -> bool:
    """Whether an element is a call to action by role, style and size. Links in running text and rows are none."""
    if not element.interactive or element.disabled or element.landmark in _ASIDE or not element.name:
        return False
    wide, tall = element.box[2:]
    if element.role in ("tab", "switch", "radio", "checkbox", "option", "menuitem"):
        return False
    if wide < LEAST_PX[0] or not LEAST_PX[1] <= tall <= 100 or element.position == "fixed" or element.group_size > 3:
        return False
    button = element.tag == "button" or element.role == "button" or element.type in ("submit", "button")
    styled = any(_STYLED.search(token) for token in element.classes)
    return (button or styled) and (element.bold or styled or _stands_out(element, material, control))


def _stands_out(element: Element, material: Material, control: Control) -> bool:
    """Whether it has a ground of its own, other than the text before it."""
    outline = material.outlines[control.ordinal]
    above = element.parent
    while above >= 0 and not outline.elements[above].ground:
        above = outline.elements[above].parent
    around = outline.elements[above].ground if above >= 0 else ""
    body = next((other.ground for other in outline.elements if other.tag in ("p", "h1", "h2") and other.ground), "")
    return bool(element.ground) and element.ground not in (around, body)


def find_calls(question: Question) -> Iterator[Insight]:
    """Insights on the calls to action of every place that has enough visits."""
    material = question.material
    for place in material.places:
        if not question.enough("scroll", place):
            continue
        visits = material.visits_at(place)
        visits = visits[material.watched[visits]]
        depths = reach_at(material, place)
        for control in calls_of(question, place):
            seen = question.exposures.of(control)
            of_visits = share(material.visits.weight[visits], seen.visits[visits])
            did = clicked(material, control)
            seeing = visits[seen.visits[visits]]
            of_seen = share(material.visits.weight[seeing], did[seeing])
            found = _judge(question, place, control, of_visits, of_seen, seen.seconds, depths)
            if found:
                yield found


def _judge(
    question: Question,
    place: Place,
    control: Control,
    of_visits: Share,
    of_seen: Share,
    seconds: float,
    depths: Floats,
) -> Insight | None:
    material = question.material
    evidence: dict[str, object] = {
        "seen_by": round(of_visits.value, 4),
        "seen_seconds": round(seconds, 1),
        "clicks_per_seen_visit": round(of_seen.value, 4),
        "y": round(control.element.box[1]),
    }
    default = place.ordinals[0] in control.shown
    if of_visits.interval[1] < UNSEEN:
        if default:
            return _unseen(material, place, control, of_visits, evidence, depths)
        return _hidden(material, control, of_visits, evidence)
    if of_seen.interval[1] >= IGNORED or of_seen.n < 50:
        return None
    covered = _covered(material, control)
    reason = (
        f" It lies under “{covered}”." if covered else " Nothing hides it: its words, look or offer do not ask enough."
    )
    return Insight(
        rule="covered_call" if covered else "ignored_call",
        severity="warning",
        where=material.where(control),
        count=of_seen.count,
        n=of_seen.n,
        unit="visits",
        rate=of_seen.value,
        interval=of_seen.interval,
        words=f"“{control.name}” is seen and not clicked",
        detail=f"{percent(of_visits.value)} of {plural(of_visits.n, 'visit')} had it on screen, for"
        f" {ms(1000 * seconds)} on average; {of_seen.words} of these clicked it." + reason,
        evidence=evidence | {"reason": "covered" if covered else "seen, not clicked"},
        segment=_segment(place),
        weight=of_seen.n,
    )


def _covered(material: Material, control: Control) -> str:
    """The name of what lies over most of a control whatever visitors do, on the snapshot that shows it first."""
    stacks: dict[int, Stack] = material.notes.setdefault("stacks", {})
    ordinal = control.ordinal
    if ordinal not in stacks:
        stacks[ordinal] = Stack(material.outlines[ordinal], material.snapshots[ordinal].viewport)
    cover = stacks[ordinal].cover(control.element.index, *grid(control.element))
    under = cover.how == ALWAYS
    if under.mean() < MOSTLY:
        return ""
    over, counts = np.unique(cover.by[under], return_counts=True)
    return label_of(material.outlines[ordinal].elements[int(over[counts.argmax()])])


def _unseen(
    material: Material, place: Place, control: Control, seen: Share, evidence: dict[str, object], depths: Floats
) -> Insight:
    best = best_position(depths, WANTED)
    y, tall = control.element.box[1], control.element.box[3]
    position = max(0.0, best - tall)
    would = f" At {position:,.0f} px, {percent(WANTED)} would see it." if best and position < y else ""
    return Insight(
        rule="unseen_call",
        severity="warning",
        where=material.where(control),
        count=seen.count,
        n=seen.n,
        unit="visits",
        rate=seen.value,
        interval=seen.interval,
        needed=visits_to_bound(seen.value, UNSEEN, seen.sample.total),
        words=f"“{control.name}” lies below where most stop",
        detail=f"It is at {y:,.0f} px, where {seen.words} visits came.{would}",
        evidence=evidence | {"reason": "below where most stop", "best_y": round(position), "best_share": WANTED},
        segment=_segment(place),
        weight=seen.n - seen.count,
    )


def _hidden(material: Material, control: Control, seen: Share, evidence: dict[str, object]) -> Insight:
    state = material.snapshots[control.ordinal].state
    place = material.places[control.place]
    return Insight(
        rule="hidden_call",
        severity="info",
        where=material.where(control),
        count=seen.count,
        n=seen.n,
        unit="visits",
        rate=seen.value,
        interval=seen.interval,
        words=f"“{control.name}” is in a state that few open",
        detail=f"It is shown in “{state.label}”; {seen.words} visits had it on screen.",
        evidence=evidence | {"reason": "hidden in a state few open", "state_label": state.label},
        segment=_segment(place),
        weight=0.3 * (seen.n - seen.count),
    )


def best_position(depths: Floats, wanted: float) -> float:
    """The deepest page px that at least `wanted` of the visits had on screen, from their depths in order; 0 without
    any."""
    if not len(depths):
        return 0.0
    return float(depths[int(np.floor((1 - wanted) * len(depths)))])


def _segment(place: Place) -> tuple[str, ...]:
    return (f"page={place.page}", f"viewport={place.viewport}") + (
        (f"variant={place.variant}",) if place.variant else ()
    )
