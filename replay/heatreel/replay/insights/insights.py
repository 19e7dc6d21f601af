"""All insights of a capture, ranked: every kind is asked, comparisons are corrected, and what is too small is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from heatreel.core.insight import Insight
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.replay.insights.alignment import find_late_shifts, find_misaligned
from heatreel.replay.insights.asking import Question, Tested, Wishes, corrected
from heatreel.replay.insights.between import Before, test_between
from heatreel.replay.insights.calls import find_calls
from heatreel.replay.insights.clickable import find_clickable
from heatreel.replay.insights.destinations import test_destinations
from heatreel.replay.insights.differ import test_differences
from heatreel.replay.insights.emails import find_emails
from heatreel.replay.insights.enough import enough_of
from heatreel.replay.insights.forms import find_forms
from heatreel.replay.insights.frustration import find_frustration
from heatreel.replay.insights.goals import test_goals
from heatreel.replay.insights.material import Material
from heatreel.replay.insights.navigation import find_entries, find_navigation
from heatreel.replay.insights.reading import find_reading
from heatreel.replay.insights.states import find_states, test_states
from heatreel.replay.insights.targets import find_targets
from heatreel.replay.insights.trend import find_drift, test_trend

FINDS: tuple[Callable[[Question], Iterator[Insight]], ...] = (
    find_calls,
    find_clickable,
    find_frustration,
    find_states,
    find_forms,
    find_navigation,
    find_entries,
    find_targets,
    find_misaligned,
    find_late_shifts,
    find_drift,
    find_reading,
    find_emails,
)
"""Kinds that judge one thing by an interval against a bound."""

TESTS: tuple[Callable[[Question], Iterable[Tested]], ...] = (
    test_destinations,
    test_states,
    test_differences,
    test_trend,
    test_between,
    test_goals,
)
"""Kinds that compare. The comparisons of each kind are corrected together."""

_SEVERITY = {"error": 3.0, "warning": 2.0, "info": 1.0}


@dataclass(frozen=True)
class Insights:
    """The insights of a capture, the most important first; `enough` says which places have enough data."""

    capture: str
    where: str
    sampling: dict[str, Any]
    enough: dict[str, Any]
    findings: tuple[Insight, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "version": DOCUMENT_VERSION,
            "capture": self.capture,
            "where": self.where,
            "sampling": self.sampling,
            "enough": self.enough,
            "findings": [one.as_json() for one in self.findings],
        }


def find_insights(
    material: Material, wishes: Wishes = Wishes(), capture: str = "", where: str = "", before: Before | None = None
) -> Insights:
    """Everything that the hits say for sure enough; with an older capture also what changed since."""
    question = Question(material, wishes, before)
    found = [one for find in FINDS for one in find(question)]
    for test in TESTS:
        found += corrected(test(question))
    found = merged(found)
    sampling = dict(material.details.get("sampling") or {"sessions": len(material.sessions)})
    return Insights(capture, where, sampling, enough_of(question), tuple(found))


def merged(found: Iterable[Insight]) -> list[Insight]:
    """One insight for what is said of the same thing on several pages, viewports or repeats, ranked."""
    groups: dict[tuple[str, ...], list[Insight]] = {}
    for one in sorted(found, key=_rank):
        groups.setdefault((one.rule, one.where.name, str(one.evidence.get("about", ""))), []).append(one)
    return sorted((_one_of(some) for some in groups.values()), key=_rank)


def _one_of(some: Sequence[Insight]) -> Insight:
    """The weightiest, which names the places of the others too."""
    first = some[0]
    if len(some) == 1:
        return first
    places = dict.fromkeys(where for one in some for where in (one.where, *one.others) if where != first.where)
    more = len({(one.where.page, one.where.viewport, one.where.variant, one.where.selector) for one in some}) - 1
    detail = f"{first.detail} The same in {more} other place{'s' * (more > 1)}." if more else first.detail
    sessions = tuple(dict.fromkeys(session for one in some for session in one.sessions))[:5]
    return replace(first, detail=detail, others=tuple(places), sessions=sessions)


def _rank(one: Insight) -> tuple[float, float, str]:
    return -_SEVERITY[one.severity], -one.weight, one.id
