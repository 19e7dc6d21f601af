"""Insights: what the heat says, each with its numbers, its doubt, its evidence and the place to look."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from heatreel.core.finding import Severity

INSIGHT_RULES: Mapping[str, str] = MappingProxyType({
    "unseen_call": "a call to action lies below where most visits stop",
    "ignored_call": "a call to action is seen and not clicked",
    "covered_call": "a call to action lies under something else",
    "hidden_call": "a call to action is in a state that few open",
    "expected_clickable": "people click on something that does nothing",
    "rage": "people hammer on something",
    "disabled": "people click on a control that is disabled",
    "error": "clicks lead to an error",
    "quick_back": "people follow a link and come straight back",
    "hesitation": "people wait long before they click",
    "thrashing": "pointers turn back and forth",
    "same_destination": "of several links to one place, some are used and some are not",
    "navigation": "how the items of a navigation are used, and which are not",
    "entry_exit": "where visits of a page begin and end",
    "state_used": "a state that most visits open",
    "state_unused": "content that nobody, or nearly nobody, opens",
    "form_drop": "a form is left at one field",
    "form_slow": "a field takes long, or is filled in again",
    "form_label": "people click on the labels and helps of a form",
    "form_submit": "the button of a form is out of sight",
    "viewports_differ": "an element is used more on one viewport than on another",
    "variants_differ": "an element is used more in one variant than in another",
    "returning_differ": "new and returning visitors use an element differently",
    "sources_differ": "visitors of one source use an element differently from those of another",
    "simpson": "a total says the opposite of its parts",
    "small_target": "a target for fingers is too small, or too near to another",
    "near_miss": "people miss a target by a few px",
    "reading": "how a page is read: F, Z, layer cake, spotted",
    "misaligned": "clicks cluster where no element is",
    "late_shift": "people click on an element where it was a moment before",
    "trend": "an element is used more, or less, than before",
    "drift": "the page that visitors see is no longer the one that was captured",
    "goal": "an element whose clicks go with a goal more, or less, often",
    "email_link": "how the links of an e-mail were clicked",
})  # fmt: skip
"""The rules of `heatreel insights`, each with what it says."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Where:
    """The place to look: a state of a page at a viewport, and an element in it. `box` is page CSS px there."""

    page: str
    viewport: str = ""
    variant: str = ""
    state: str = ""
    selector: str = ""
    name: str = ""
    box: Box | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "page": self.page,
            "viewport": self.viewport,
            "variant": self.variant,
            "state": self.state,
            "selector": self.selector,
            "name": self.name,
            "box": [round(value, 1) for value in self.box] if self.box else None,
        }


@dataclass(frozen=True, slots=True)
class Insight:
    """One thing that the heat says.

    `count` of `n` `unit`s (visits, sessions, clicks, ...) is `rate`, with its 95 % `interval`; both None where an
    insight is no share. `needed` is how many more of the unit would settle what is in doubt, 0 when nothing is.
    `words` says it in one sentence, `detail` adds numbers and doubt. `evidence` holds what only this rule has.
    `segment` are the `--where` conditions that show its events, `sessions` some that show it, `others` the same
    element elsewhere. `weight` ranks: about how many units are concerned.
    """

    rule: str
    severity: Severity
    where: Where
    count: float
    n: float
    unit: str
    words: str
    detail: str = ""
    rate: float | None = None
    interval: tuple[float, float] | None = None
    needed: int = 0
    evidence: Mapping[str, Any] = field(default_factory=dict)
    segment: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    others: tuple[Where, ...] = ()
    weight: float = 0.0

    @property
    def id(self) -> str:
        """Stays the same for the same insight of the same element."""
        place = self.where
        about = str(self.evidence.get("about", ""))
        text = "\n".join((self.rule, place.page, place.viewport, place.variant, place.selector, about))
        return f"{self.rule}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "rule": self.rule,
            "severity": self.severity,
            **self.where.as_json(),
            "count": _number(self.count),
            "n": _number(self.n),
            "unit": self.unit,
            "rate": None if self.rate is None else round(self.rate, 4),
            "interval": [round(end, 4) for end in self.interval] if self.interval else None,
            "needed": self.needed,
            "words": self.words,
            "detail": self.detail,
            "evidence": dict(self.evidence),
            "where": list(self.segment),
            "sessions": list(self.sessions),
            "places": [place.as_json() for place in self.others],
        }


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else round(value, 2)
