"""After release: what people do on HEAD against what they did on BASE, where there are sessions of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from heatreel.core.config import VerifyConfig
from heatreel.core.finding import Finding, Place, Severity, Spot
from heatreel.core.hits import SIGNALS
from heatreel.core.rates import Difference, Rate, difference, discoveries, rate, visits_needed
from heatreel.replay.verify.findings import DEFAULT_SEVERITY
from heatreel.replay.verify.heat import clicks_of
from heatreel.replay.verify.sentences import counted
from heatreel.replay.verify.states import ViewPair
from heatreel.replay.verify.subjects import Subjects
from heatreel.replay.verify.views import View

FRUSTRATION = ("dead", "rage", "error")
LEAST_SESSIONS = 30
"""With fewer sessions of a page on either side nothing is said."""

LEAST_SHARE = 0.02
"""What needs to be told from chance at the least: an element that this share of sessions clicks, by half."""

Verdict = Literal["up", "down", "same", "too few"]


@dataclass(frozen=True)
class RateChange:
    """One share of sessions on both builds: of those that saw the page, how many clicked an element (`what` "click"),
    or made a dead, rage or error click on the page (`before` and `after` are None then).

    `needed` is the number of sessions on each side that would show a change by half. `verdict` is up or down only
    where chance is ruled out after correction for all comparisons of the verification.
    """

    what: str
    place: Place
    before: Spot | None
    after: Spot | None
    old: Rate
    new: Rate
    change: Difference
    needed: int
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            **self.place.as_json(),
            "before": self.before.as_json() if self.before else None,
            "after": self.after.as_json() if self.after else None,
            "base": _rate_json(self.old),
            "head": _rate_json(self.new),
            "difference": [round(value, 4) for value in (self.change.value, self.change.low, self.change.high)],
            "p": float(f"{self.change.p:.3g}"),
            "needed": self.needed,
            "verdict": self.verdict,
        }


def _rate_json(one: Rate) -> dict[str, Any]:
    return {"sessions": one.total, "did": one.count, "share": round(one.share, 4),
            "low": round(one.low, 4), "high": round(one.high, 4)}  # fmt: skip


@dataclass(frozen=True)
class Doings:
    """What the sessions of one view did: all that saw it, who clicked what by selector, who met which frustration."""

    sessions: frozenset[int]
    clicked: dict[str, set[int]]
    frustrated: dict[str, set[int]]


def doings(view: View) -> Doings:
    """What sessions did on a page at a viewport, over all its states."""
    sessions: set[int] = set()
    clicked: dict[str, set[int]] = {}
    frustrated: dict[str, set[int]] = {name: set() for name in FRUSTRATION}
    for snapshot in view.snapshots:
        state = view.state(snapshot)
        if state.hits is None or not len(state.hits):
            continue
        sessions.update(np.unique(state.hits.session).tolist())
        subjects = Subjects(state.outline, (view.viewport.width, view.viewport.height))
        hits = clicks_of(state)
        for index in np.unique(hits.element).tolist():
            owner = subjects.owner(index)
            selector = state.outline.elements[owner if owner >= 0 else index].selector
            clicked.setdefault(selector, set()).update(hits.session[hits.element == index].tolist())
        for name in FRUSTRATION:
            bit = 1 << SIGNALS.index(name)
            frustrated[name].update(hits.session[(hits.signals & bit) != 0].tolist())
    return Doings(frozenset(sessions), clicked, frustrated)


@dataclass(frozen=True)
class Compared:
    """An element that acts, found on both builds, as `compare_rates` takes it."""

    before: Spot
    after: Spot
    place: Place


def compare_rates(pairs: Sequence[tuple[ViewPair, Sequence[Compared]]]) -> tuple[RateChange, ...]:
    """All shares that can be compared, the surest changes first. Empty when either side has no sessions."""
    found: list[RateChange] = []
    for views, elements in pairs:
        old, new = doings(views.before), doings(views.after)
        if old.sessions and new.sessions:
            found += _compare(views, elements, old, new)
    told = [index for index, row in enumerate(found) if min(row.old.total, row.new.total) >= LEAST_SESSIONS]
    real = discoveries([found[index].change.p for index in told])
    for index, sure in zip(told, real, strict=True):
        found[index] = replace(found[index], verdict=_verdict(found[index], sure))
    return tuple(sorted(found, key=lambda row: (row.verdict in ("same", "too few"), row.change.p)))


def _verdict(row: RateChange, sure: bool) -> Verdict:
    if sure:
        return "up" if row.change.value > 0 else "down"
    return "same" if min(row.old.total, row.new.total) >= row.needed else "too few"


def _compare(views: ViewPair, elements: Sequence[Compared], old: Doings, new: Doings) -> list[RateChange]:
    rows = []
    for one in elements:
        counts = len(old.clicked.get(one.before.selector, ())), len(new.clicked.get(one.after.selector, ()))
        if any(counts):
            rows.append(_row("click", one.place, (one.before, one.after), counts, old, new))
    first = views.states[0]
    place = Place(views.before.page, views.before.viewport.name, first.before.id, views.before.variant)
    for name in FRUSTRATION:
        counts = len(old.frustrated[name]), len(new.frustrated[name])
        if any(counts):
            rows.append(_row(name, place, (None, None), counts, old, new))
    return rows


def _row(
    what: str, place: Place, spots: tuple[Spot | None, Spot | None], counts: tuple[int, int], old: Doings, new: Doings
) -> RateChange:
    before, after = rate(counts[0], len(old.sessions)), rate(counts[1], len(new.sessions))
    needed = visits_needed(min(max(before.share, LEAST_SHARE), 0.99))
    return RateChange(what, place, *spots, before, after, difference(before, after), needed, "too few")


def rate_findings(rows: Sequence[RateChange], rules: VerifyConfig) -> Iterator[Finding]:
    """A finding for each share that chance does not explain; worse for people weighs more than better."""
    severity = rules.severity.get("rate", DEFAULT_SEVERITY["rate"])
    for row in rows:
        if severity == "off" or row.verdict not in ("up", "down"):
            continue
        worse = row.verdict == ("down" if row.what == "click" else "up")
        weight: Severity = severity if worse or "rate" in rules.severity else "info"
        key = repr([row.what, row.verdict, row.place, row.before.selector if row.before else ""])
        yield Finding(
            f"rate-{hashlib.sha256(key.encode()).hexdigest()[:10]}", "rate", weight, row.place, row.before, row.after,
            None, None, _sentence(row), 1 - row.change.p, (row.before.selector,) if row.before else (), (row.place,),
        )  # fmt: skip


def _sentence(row: RateChange) -> str:
    shares = (
        f"{_percent(row.old)} of {counted(row.old.total, 'session')} on BASE, {_percent(row.new)} of"
        f" {counted(row.new.total, 'session')} on HEAD"
        f" ({100 * row.change.value:+.1f} points, {100 * row.change.low:+.1f} to {100 * row.change.high:+.1f})"
    )
    if row.before:
        word = row.before.role[:1].upper() + row.before.role[1:]
        name = f' "{row.before.name}"' if row.before.name else ""
        return f"{word}{name} is clicked {'more' if row.verdict == 'up' else 'less'}: {shares}."
    return f"{'More' if row.verdict == 'up' else 'Fewer'} sessions make {row.what} clicks here: {shares}."


def _percent(one: Rate) -> str:
    return f"{100 * one.share:.1f} %"
