"""Verify: what the redesign does to the people of BASE. Pure: two captures in, pairs, survival and findings out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from heatreel.core.config import VerifyConfig
from heatreel.core.errors import InputError
from heatreel.core.finding import SEVERITIES, Finding, Place
from heatreel.core.state import DEFAULT
from heatreel.replay.verify.changes import IN_REACH, LOST, Change, StateCheck
from heatreel.replay.verify.elements import ElementMemory
from heatreel.replay.verify.elsewhere import Elsewhere
from heatreel.replay.verify.findings import DEFAULT_SEVERITY, ViewKey, finding_of, spot
from heatreel.replay.verify.groups import group_changes
from heatreel.replay.verify.heat import Heat, read_heat
from heatreel.replay.verify.order import moves
from heatreel.replay.verify.release import Compared, RateChange, compare_rates, rate_findings
from heatreel.replay.verify.sentences import counted
from heatreel.replay.verify.shift import shift_findings
from heatreel.replay.verify.states import StatePair, ViewPair, pair_states, trigger_of
from heatreel.replay.verify.survival import StateSurvival, state_survival
from heatreel.replay.verify.views import Captured, View, views

Progress = Callable[[str], None]


@dataclass(frozen=True)
class ElementPair:
    """An element that acts and what it is on HEAD, None when it is not shown there."""

    place: Place
    pair: StatePair
    before: int
    after: int
    confidence: float


@dataclass(frozen=True)
class Verification:
    """What verify found. `views` are the pairs of pages at a viewport, `pairs` the elements that act, each once in a
    view; `heated` tells whether there was a replay of BASE. `rates` compares what sessions did, where both builds
    have a replay."""

    views: tuple[ViewPair, ...]
    pairs: tuple[ElementPair, ...]
    survival: tuple[StateSurvival, ...]
    findings: tuple[Finding, ...]
    heated: bool
    rates: tuple[RateChange, ...] = ()


def verify(
    before: Captured, after: Captured, rules: VerifyConfig = VerifyConfig(), progress: Progress = lambda _page: None
) -> Verification:
    """Compares two captures. Raises `InputError` when they have no page or not the same viewports in common."""
    work = _Work(rules)
    for pair in paired_views(before, after):
        progress(f"{pair.before.page} {pair.before.viewport.name}")
        work.compare(pair)
    new = views(after)
    lost = [view for view in views(before) if _counterpart(view, new) is None]
    groups = group_changes(work.checks, work.changes)
    found = [finding for group in groups if (finding := finding_of(group, work.heats, rules))]
    found += _lost_pages(lost, rules)
    found += _survival_findings(work, rules)
    found += shift_findings(work.views, rules)
    rates = compare_rates(work.compared) if before.hits and after.hits else ()
    found += rate_findings(rates, rules)
    return Verification(
        views=tuple(work.views),
        pairs=tuple(work.pairs),
        survival=tuple(work.survival),
        findings=tuple(sorted(found, key=_rank)),
        heated=any(heat is not None for heat in work.heats.values()),
        rates=rates,
    )


def paired_views(before: Captured, after: Captured) -> Iterator[ViewPair]:
    """The pages of two captures that are the same page at the same viewport, with their states paired. Raises
    `InputError` as `verify` does."""
    old, new = views(before), views(after)
    _check_comparable(old, new)
    memories: dict[tuple[str, str], ElementMemory] = {}
    for view in old:
        other = _counterpart(view, new)
        if other is not None:
            yield pair_states(view, other, memories.setdefault((view.page, view.variant), ElementMemory()))


def _rank(finding: Finding) -> tuple[int, int]:
    """The worst first, the most clicked of those first; `sorted` keeps the order of the pages otherwise."""
    return SEVERITIES.index(finding.severity), -(finding.clicks or 0)


def _check_comparable(old: Sequence[View], new: Sequence[View]) -> None:
    viewports = [
        {(view.viewport.name, view.viewport.width, view.viewport.height) for view in side} for side in (old, new)
    ]
    for number, word in ((0, "BASE"), (1, "HEAD")):
        only = sorted(viewports[number] - viewports[1 - number])
        if only:
            names = ", ".join(f"{name}={width}x{height}" for name, width, height in only)
            raise InputError(f"only {word} was captured at {names}; capture both at the same viewports")
    if not {view.page for view in old} & {view.page for view in new}:
        pages = ", ".join(sorted({view.page for view in old})[:5])
        others = ", ".join(sorted({view.page for view in new})[:5])
        raise InputError(f"no page in common: BASE has {pages or 'none'}; HEAD has {others or 'none'}")


def _counterpart(view: View, new: Sequence[View]) -> View | None:
    """The view of HEAD of the same page, viewport and variant; of any variant when HEAD shows one arm only."""
    same = [other for other in new if (other.page, other.viewport.name) == (view.page, view.viewport.name)]
    exact = [other for other in same if other.variant == view.variant]
    found = exact or (same if len(same) == 1 else [])
    return found[0] if found else None


# What is told so is not told to have moved, too.
_NOT_MOVED = frozenset({"below_fold", *LOST}) - IN_REACH


class _Work:
    """What is gathered view by view."""

    def __init__(self, rules: VerifyConfig) -> None:
        self.rules = rules
        self.heats: dict[ViewKey, Heat | None] = {}
        self.views: list[ViewPair] = []
        self.checks: list[StateCheck] = []
        self.changes: list[Change] = []
        self.pairs: list[ElementPair] = []
        self.survival: list[StateSurvival] = []
        self.compared: list[tuple[ViewPair, list[Compared]]] = []

    def compare(self, pair: ViewPair) -> None:
        before, after = pair.before, pair.after
        heat = read_heat(before)
        self.views.append(pair)
        self.heats[before.page, before.viewport.name, before.variant] = heat
        elsewhere = Elsewhere(after, pair.memory)
        used = heat.used if heat else frozenset()
        checks = [StateCheck(pair, state, elsewhere, self.rules.target_px, used) for state in pair.states]
        claimed: set[str] = set()
        changes: list[Change] = []
        first = len(self.pairs)
        for check in checks:
            mine = [] if check.pair.lost else _unclaimed(check, claimed)
            changes += _changes(check, mine, heat)
            self.pairs += _pairs(check, mine)
            self.survival.append(state_survival(check, mine))
        self.checks += checks
        self.changes += _with_lost_states(pair, checks, changes)
        self.compared.append((pair, [_compared(one) for one in self.pairs[first:] if one.after >= 0]))


def _compared(one: ElementPair) -> Compared:
    before, after = spot(one.pair.before.outline, one.before), spot(one.pair.after.outline, one.after)
    return Compared(before, after, one.place)


def _unclaimed(check: StateCheck, claimed: set[str]) -> list[int]:
    """The elements that act and were in no state before this."""
    elements = check.pair.before.outline.elements
    mine = [index for index in check.subjects if elements[index].selector not in claimed]
    claimed.update(elements[index].selector for index in mine)
    return mine


def _changes(check: StateCheck, mine: Sequence[int], heat: Heat | None) -> Iterator[Change]:
    # Only in the default state: what lies in a block that moved would move again in each state.
    away = moves(check.pair.elements, check.before) if check.pair.before.id == DEFAULT else {}
    for index in mine:
        found = check.changes(index)
        for change in found:
            if change.rule == "below_fold" and heat is not None:
                seen = heat.seen(change.values["middle"])
                change = replace(change, values={**change.values, "seen": seen})
            yield change
        if index in away and not any(change.rule in _NOT_MOVED for change in found):
            yield check.moved(index, away[index])


def _pairs(check: StateCheck, mine: Sequence[int]) -> Iterator[ElementPair]:
    elements = check.pair.elements
    for index in mine:
        yield ElementPair(check.place, check.pair, index, elements.seen(index), float(elements.confidence[index]))


def _with_lost_states(pair: ViewPair, checks: Sequence[StateCheck], changes: list[Change]) -> list[Change]:
    """Adds a change for each lost state, or tells it to the change that explains it: that of what led there."""
    done = list(changes)
    for check in checks:
        if not check.pair.lost:
            continue
        state = check.pair.before.snapshot.state
        parent = next((other for other in checks if other.pair.before.id == state.parent), checks[0])
        revealed = _revealed(check, parent)
        if parent.pair.lost:
            _blame(done, parent.pair.before.id, state.id, revealed)
            continue
        trigger = trigger_of(check.pair.before.snapshot, parent.pair.before)
        at = _explains(done, parent, trigger)
        if at is not None:
            done[at] = _with_state(done[at], state.id, revealed)
        elif revealed:
            done.append(_state_lost(pair, check, parent, trigger, revealed))
    return done


def _revealed(check: StateCheck, parent: StateCheck) -> frozenset[str]:
    """Selectors of all that a state shows and the state before it does not."""
    seen = {element.selector for element in parent.pair.before.outline.elements if element.visible}
    return frozenset(
        element.selector
        for element in check.pair.before.outline.elements
        if element.visible and element.selector not in seen
    )


def _explains(changes: list[Change], parent: StateCheck, trigger: int) -> int | None:
    """The change that took away what leads to a state: of the element itself, or of what acts around it."""
    if trigger < 0:
        return None
    selector = parent.pair.before.outline.elements[trigger].selector
    owner = parent.before.owner(trigger)
    selectors = {selector, parent.pair.before.outline.elements[owner].selector if owner >= 0 else selector}
    for at, change in enumerate(changes):
        if change.rule in LOST and change.element.selector in selectors:
            return at
    return None


def _with_state(change: Change, state: str, revealed: frozenset[str]) -> Change:
    values = dict(change.values)
    values["states"] = (*values.get("states", ()), state)
    values["revealed"] = {**values.get("revealed", {}), state: revealed}
    return replace(change, values=values)


def _blame(changes: list[Change], parent: str, state: str, revealed: frozenset[str]) -> None:
    """Tells a state that was lost with its parent to the change that has the parent."""
    for at, change in enumerate(changes):
        if parent in change.values.get("states", ()):
            changes[at] = _with_state(change, state, revealed)
            return


def _state_lost(
    pair: ViewPair, check: StateCheck, parent: StateCheck, trigger: int, revealed: frozenset[str]
) -> Change:
    state = check.pair.before.snapshot.state
    image = int(parent.pair.elements.image[trigger]) if trigger >= 0 else -1
    severity, why = "error", "it is there, but shows nothing of it"
    skipped = ""
    if image >= 0:
        skipped = pair.after.skip_reason(parent.pair.after.outline.elements[image].selector)
    if skipped and "nothing" not in skipped:
        severity, why = "info", f"HEAD's capture did not try it, since it {skipped}"
    elif reason := pair.after.captured.undone.get((pair.after.page, pair.after.viewport.name, state.id)):
        why = f"its recipe cannot be done again ({reason})"
    elif trigger < 0:
        severity, why = "warning", "no state of HEAD is like it"
    elif state.kind in ("hover", "other"):
        severity = "warning"
    values = {
        "state": state.label, "states": (state.id,), "revealed": {state.id: revealed}, "severity": severity, "why": why,
    }  # fmt: skip
    place = replace(check.place, state=state.id)
    return Change("state_lost", place, parent.pair, max(trigger, 0), image, values, check.pair.confidence)


def _lost_pages(lost: Sequence[View], rules: VerifyConfig) -> Iterator[Finding]:
    """One finding for each page of BASE that HEAD lacks, at whatever viewports."""
    severity = rules.severity.get("page_lost", DEFAULT_SEVERITY["page_lost"])
    if severity == "off":
        return
    for page in dict.fromkeys(view.page for view in lost):
        mine = [view for view in lost if view.page == page]
        places = tuple(Place(page, view.viewport.name, "", view.variant) for view in mine)
        heats = [heat for view in mine if (heat := read_heat(view)) is not None]
        clicks = sum(heat.total for heat in heats) if heats else None
        where = ", ".join(dict.fromkeys(place.viewport for place in places))
        visits = "" if clicks is None else f"; it had {counted(clicks, 'click')} on BASE"
        digest = hashlib.sha256(repr([page, sorted(map(repr, places))]).encode()).hexdigest()[:10]
        share = None if clicks is None else 1.0
        yield Finding(
            f"page-lost-{digest}", "page_lost", severity, places[0], None, None, clicks, share,
            f"The page {page} of BASE is not in HEAD's capture at {where}{visits}.", 1.0, (), places,
        )  # fmt: skip


def _survival_findings(work: _Work, rules: VerifyConfig) -> Iterator[Finding]:
    """One finding for each page on which too few clicks survive at some viewport."""
    severity = rules.severity.get("survival", DEFAULT_SEVERITY["survival"])
    if severity == "off":
        return
    poor: dict[str, list[tuple[float, Place, int, int]]] = {}
    for pair in work.views:
        view = pair.before
        place = Place(view.page, view.viewport.name, "", view.variant)
        rows = [row for row in work.survival if (row.place.page, row.place.viewport, row.place.variant) ==
                (place.page, place.viewport, place.variant)]  # fmt: skip
        total, kept = sum(row.clicks.total for row in rows), sum(row.clicks.kept for row in rows)
        if total >= rules.min_clicks and 100 * kept < rules.survival * total:
            poor.setdefault(view.page, []).append((kept / total, place, kept, total))
    for page, some in poor.items():
        share, place, kept, total = min(some, key=lambda item: item[0])
        places = tuple(item[1] for item in some)
        others = f"; also below at {', '.join(item.viewport for item in places if item != place)}" if some[1:] else ""
        digest = hashlib.sha256(repr([page, sorted(map(repr, places))]).encode()).hexdigest()[:10]
        yield Finding(
            f"survival-{digest}", "survival", severity, place, None, None, total - kept, (total - kept) / total,
            f"Of {counted(total, 'click')} on {page} at {place.viewport}, {kept:,} ({100 * share:.1f} %) survive;"
            f" the rule asks for {rules.survival:g} %{others}.", 1.0, (), places,
        )  # fmt: skip
