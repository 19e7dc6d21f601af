"""Goals and their value: whose clicks go with a goal. That is no cause: who means to buy clicks what buyers click."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from heatreel.core.insight import Insight
from heatreel.core.rates import Difference, difference
from heatreel.replay.insights.asking import Goal, Question, Tested
from heatreel.replay.insights.exposure import rows_of
from heatreel.replay.insights.material import Bools, Control, Material
from heatreel.replay.insights.shares import Share, percent, share

LEAST_SESSIONS = 30
"""Sessions that clicked, and sessions that did not."""

LEAST_APART = 0.05

CAUTION = "Not a cause: people who mean to do it click here, too."


def test_goals(question: Question) -> Iterator[Tested]:
    """For each goal every thing whose clickers reach it more, or less, often than the others of the page."""
    for goal in question.wishes.goals:
        reached = sessions_that_reached(question.material, goal)
        if reached.any():
            yield from _of_goal(question, goal, reached)


def sessions_that_reached(material: Material, goal: Goal) -> Bools:
    """Which sessions reached a goal, shape (sessions,)."""
    found = np.zeros(len(material.sessions), bool)
    if goal.click:
        for control in material.controls:
            if _is_goal(goal, control):
                found[material.table.session[rows_of(material, control)]] = True
        return found
    key, wanted = ("goals", goal.event) if goal.event else ("pages", goal.page)
    for number, row in enumerate(material.sessions):
        found[number] = wanted in (row.get(key) or ())
    if goal.page in material.pages:
        found[material.visits.session[material.visits_of_page(goal.page)]] = True
    return found


def _is_goal(goal: Goal, control: Control) -> bool:
    return bool(goal.click) and goal.click in (control.selector, f"#{control.element.id}", control.name)


def _of_goal(question: Question, goal: Goal, reached: Bools) -> Iterator[Tested]:
    material = question.material
    weight = np.array([row.get("weight", 1.0) for row in material.sessions], np.float64)
    for page in material.pages:
        if page == goal.page:
            continue
        of_page = np.zeros(len(reached), bool)
        of_page[material.visits.session[material.visits_of_page(page)]] = True
        for thing in material.things_of_page[page]:
            controls = material.controls_of_thing[thing]
            rows = np.concatenate([rows_of(material, control) for control in controls])
            if len(rows) < LEAST_SESSIONS or any(_is_goal(goal, one) for one in controls):
                continue
            clicked = np.zeros(len(reached), bool)
            clicked[material.table.session[rows]] = True
            with_it = share(weight[clicked], reached[clicked])
            without = share(weight[of_page & ~clicked], reached[of_page & ~clicked])
            if min(with_it.sample.total, without.sample.total) < LEAST_SESSIONS:
                continue
            apart = difference(without.sample, with_it.sample)
            clicks = float(material.table.weight[rows].sum())
            told = partial(_told, question, goal, controls[0], with_it, without, apart, clicks)
            yield Tested(apart.p if abs(apart.value) >= LEAST_APART else max(apart.p, 0.5), told)


def _told(
    question: Question,
    goal: Goal,
    control: Control,
    with_it: Share,
    without: Share,
    apart: Difference,
    clicks: float,
) -> Insight:
    value = goal.value * with_it.count / clicks if clicks else 0.0
    worth = f" A click goes with {value:,.2f} of value." if goal.value else ""
    way = "more" if apart.value > 0 else "less"
    page = question.material.things[control.thing][0]
    return Insight(
        rule="goal",
        severity="info",
        where=question.material.where(control),
        count=with_it.count,
        n=with_it.n,
        unit="sessions",
        rate=with_it.value,
        interval=with_it.interval,
        words=f"Who clicks “{control.name}” reaches “{goal.name}” {way} often",
        detail=f"{with_it.words} sessions that clicked it reached the goal, {percent(without.value)} of the others of"
        f" {page}; the difference is {percent(abs(apart.value))}"
        f" ({percent(min(abs(apart.low), abs(apart.high))).removesuffix(' %')} to"
        f" {percent(max(abs(apart.low), abs(apart.high)))}).{worth} {CAUTION}",
        evidence={
            "about": goal.name,
            "goal": goal.name,
            "without": round(without.value, 4),
            "difference": round(apart.value, 4),
            "difference_interval": [round(apart.low, 4), round(apart.high, 4)],
            "p": float(f"{apart.p:.3g}"),
            "clicks": round(clicks),
            "value_per_click": round(value, 2) if goal.value else None,
            "causal": False,
        },
        segment=(f"page={page}",),
        weight=abs(apart.value) * with_it.n,
    )
