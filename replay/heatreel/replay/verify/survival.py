"""Click survival: what would become of each click of BASE on HEAD."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatreel.core.finding import Place
from heatreel.core.hits import Hits
from heatreel.replay.verify.changes import LOST, StateCheck
from heatreel.replay.verify.heat import clicks_of
from heatreel.replay.verify.order import MOVED
from heatreel.replay.verify.predict import carried
from heatreel.replay.verify.stacking import ALWAYS
from heatreel.replay.verify.subjects import called

FATES = (*LOST, "below_fold", "renamed", "target_size", "shrank", "contrast", "moved", "same")
"""What can become of a click, the worst first. Those of `LOST` do not survive."""


@dataclass(frozen=True)
class Fates:
    """How many clicks, or elements when there are no clicks, met each fate."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def kept(self) -> int:
        return self.total - sum(self.counts[fate] for fate in LOST)

    @property
    def share(self) -> float | None:
        """The share that survives; None when there is nothing to count."""
        return self.kept / self.total if self.total else None

    def as_json(self) -> dict[str, Any]:
        share = self.share
        fates = {fate: self.counts[fate] for fate in FATES if self.counts[fate]}
        return {
            "total": self.total,
            "kept": self.kept,
            "share": None if share is None else round(share, 4),
            "fates": fates,
        }


@dataclass(frozen=True)
class ElementFates:
    """The clicks on one element of a state, and what became of them."""

    selector: str
    name: str
    fates: Fates


@dataclass(frozen=True)
class StateSurvival:
    """The survival of one state: of its `clicks` on what acts, of its `elements` that act (each counted once in a
    view, in the first state that shows it), and the number of clicks on what does not act (`idle`)."""

    place: Place
    clicks: Fates
    elements: Fates
    idle: int
    by_element: tuple[ElementFates, ...]

    def as_json(self) -> dict[str, Any]:
        rows = [{"selector": row.selector, "name": row.name, **row.fates.as_json()} for row in self.by_element]
        return {
            **self.place.as_json(),
            "clicks": self.clicks.as_json(),
            "elements": self.elements.as_json(),
            "idle_clicks": self.idle,
            "by_element": rows,
        }


def state_survival(check: StateCheck, first_seen: list[int]) -> StateSurvival:
    """The survival of one state; `first_seen` are the elements that act and were in no state before."""
    clicks: Counter[str] = Counter()
    rows: list[ElementFates] = []
    idle = 0
    for index, fates in _click_fates(check):
        if index < 0:
            idle += sum(fates.values())
            continue
        clicks.update(fates)
        element = check.pair.before.outline.elements[index]
        rows.append(ElementFates(element.selector, called(element), Fates(fates)))
    rows.sort(key=lambda row: -row.fates.total)
    elements = Counter(element_fate(check, index) for index in first_seen)
    return StateSurvival(check.place, Fates(clicks), Fates(elements), idle, tuple(rows))


def element_fate(check: StateCheck, index: int) -> str:
    """What becomes of a click in the middle of an element."""
    changes = check.changes(index)
    if changes:
        return "same" if changes[0].rule == "covered" and not changes[0].values["always"] else changes[0].rule
    return "moved" if _moved(check, index) else "same"


def _moved(check: StateCheck, index: int) -> bool:
    """Whether an element lies more than a tenth of the page's width from where it was."""
    pairs = check.pair.elements
    old, new = pairs.before.elements[index].box, pairs.after.elements[pairs.seen(index)].box
    shift = max(abs(new[axis] + new[axis + 2] / 2 - old[axis] - old[axis + 2] / 2) for axis in (0, 1))
    return shift >= MOVED * max(pairs.before.width, 1.0)


def _click_fates(check: StateCheck) -> Iterator[tuple[int, Counter[str]]]:
    """For each element that acts and was clicked, the fates of its clicks; those on nothing that acts under -1."""
    hits = clicks_of(check.pair.before)
    found: dict[int, Counter[str]] = {}
    for index in np.unique(hits.element).tolist():
        owner = check.subject(index)
        mine = hits.where(hits.element == index)
        fates = _fates_on(check, owner, index, mine) if owner >= 0 else Counter({"idle": len(mine)})
        found.setdefault(owner, Counter()).update(fates)
    yield from found.items()


def _fates_on(check: StateCheck, owner: int, index: int, hits: Hits) -> Counter[str]:
    """Fates of clicks on one element, inside of the one that acts."""
    fate = element_fate(check, owner)
    # Of an element that lost a part, or lies partly under another, each click is asked for itself.
    if fate in LOST and fate not in ("covered", "not_interactive"):
        return Counter({fate: len(hits)})
    if strayed := check.strayed(owner, index):
        return Counter({strayed: len(hits)})
    whole = check.changes(owner)[0].values.get("part") is None if fate == "not_interactive" else False
    if whole:
        return Counter({fate: len(hits)})
    if fate in ("covered", "not_interactive"):
        fate = "moved" if _moved(check, owner) else "same"
    covered = _covered_clicks(check, owner, index, hits)
    return +Counter({"covered": covered, fate: len(hits) - covered})


def _covered_clicks(check: StateCheck, owner: int, index: int, hits: Hits) -> int:
    """How many clicks on an element would hit what lies over it on HEAD, and by the same test did not on BASE."""
    inner = index if check.pair.elements.seen(index) >= 0 else owner
    seen = check.pair.elements.seen(inner)
    x, y = carried(hits, check.pair.before.outline, inner, check.pair.after.outline, seen)
    now = check.cover_after(check.pair.elements.seen(owner), x, y).how == ALWAYS
    if not now.any():
        return 0
    was = check.stack_before.cover(owner, hits.x.astype(np.float64), hits.y.astype(np.float64)).how == ALWAYS
    return int((now & ~was).sum())
