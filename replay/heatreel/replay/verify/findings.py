"""From changes to findings: who is touched, how much it weighs, and what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Literal

from heatreel.core.config import VerifyConfig
from heatreel.core.element import Outline
from heatreel.core.finding import SEVERITIES, Finding, Place, Severity, Spot
from heatreel.replay.verify.changes import Change
from heatreel.replay.verify.groups import Group
from heatreel.replay.verify.heat import Heat
from heatreel.replay.verify.links import leads_to
from heatreel.replay.verify.sentences import sentence
from heatreel.replay.verify.subjects import is_primary, kind_word, plain_name, title

ViewKey = tuple[str, str, str]

DEFAULT_SEVERITY: Mapping[str, Severity] = {
    "page_lost": "error",
    "state_lost": "error",
    "gone": "error",
    "hidden": "warning",
    "disabled": "error",
    "not_interactive": "error",
    "covered": "error",
    "destination": "error",
    "below_fold": "error",
    "renamed": "warning",
    "shrank": "warning",
    "target_size": "warning",
    "contrast": "warning",
    "moved": "info",
    "layout_shift": "warning",
    "survival": "error",
    "journey": "error",
    "look": "error",
    "rate": "warning",
}


def view_key(place: Place) -> ViewKey:
    return place.page, place.viewport, place.variant


def finding_of(group: Group, heats: Mapping[ViewKey, Heat | None], rules: VerifyConfig) -> Finding | None:
    """The finding of a group; None where its rule is off."""
    severity = _severity(group, heats, rules)
    if severity == "off":
        return None
    first = group.first
    clicks, share = _clicks(group, heats)
    places = tuple(dict.fromkeys(change.place for change in group.changes))
    index = group.block if group.block >= 0 else first.before
    before = spot(first.pair.before.outline, index)
    after = spot(first.pair.after.outline, first.after) if first.after >= 0 and group.block < 0 else None
    return Finding(
        id=finding_id(first, before, places),
        rule=first.rule,
        severity=severity,
        place=first.place,
        before=before,
        after=after,
        clicks=clicks,
        share=share,
        detail=sentence(group, clicks, share),
        confidence=min(change.confidence for change in group.changes),
        elements=tuple(dict.fromkeys(change.element.selector for change in group.changes)),
        places=places,
    )


def spot(outline: Outline, index: int) -> Spot:
    element = outline.elements[index]
    return Spot(element.selector, outline.path(index), title(outline, index), kind_word(element))


def finding_id(first: Change, before: Spot, places: Sequence[Place]) -> str:
    """The same for the same change of the same element at the same viewports, whatever else changed since.

    A rename to another name, or a link to yet another place, is another finding, and so is one that has spread.
    """
    other = first.element_after
    what = {
        "renamed": [plain_name(other) if other else ""],
        "destination": [leads_to(other) if other else ""],
        "state_lost": [first.values.get("state")],
    }.get(first.rule, [])
    key = [
        first.rule, first.place.page, before.selector, before.name, what,
        sorted({(place.page, place.viewport, place.variant) for place in places}),
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(key, ensure_ascii=True).encode()).hexdigest()[:10]
    return f"{first.rule.replace('_', '-')}-{digest}"


def _clicks(group: Group, heats: Mapping[ViewKey, Heat | None]) -> tuple[int | None, float | None]:
    """Clicks on all that changed, and their share of the clicks of those views."""
    keys = dict.fromkeys(view_key(change.place) for change in group.changes)
    known = {key: heat for key in keys if (heat := heats.get(key)) is not None}
    if not known:
        return None, None
    clicks = sum(_clicks_in(group, key, heat) for key, heat in known.items())
    total = sum(heat.total for heat in known.values())
    return clicks, clicks / total if total else 0.0


def _clicks_in(group: Group, key: ViewKey, heat: Heat) -> int:
    mine = [change for change in group.changes if view_key(change.place) == key]
    states = dict.fromkeys(state for change in mine for state in change.values.get("states", ()))
    lost = sum(_clicks_of_state(heat, state, mine) for state in states)
    elements = dict.fromkeys(change.element.selector for change in mine if change.rule != "state_lost")
    return lost + sum(heat.of(selector) for selector in elements)


def _clicks_of_state(heat: Heat, state: str, changes: Sequence[Change]) -> int:
    """Clicks in a lost state on what it alone reveals."""
    revealed = {selector for change in changes for selector in change.values.get("revealed", {}).get(state, ())}
    return sum(count for selector, count in heat.by_state.get(state, {}).items() if selector in revealed)


def _severity(group: Group, heats: Mapping[ViewKey, Heat | None], rules: VerifyConfig) -> Severity | Literal["off"]:
    rule = group.first.rule
    if rule in rules.severity:
        return rules.severity[rule]
    if rule == "contrast" and not _is_hot_group(group, heats, rules):
        # Colours change with every brand; whether what people use can be read is what matters.
        return "off"
    severity = _by_kind(group, heats, rules)
    if not any(change.sure for change in group.changes):
        severity = _lowered(severity)
    return _by_heat(severity, group, heats, rules)


def _by_kind(group: Group, heats: Mapping[ViewKey, Heat | None], rules: VerifyConfig) -> Severity:
    """How much a change weighs before anybody's clicks are asked."""
    first = group.first
    severity = DEFAULT_SEVERITY[first.rule]
    if first.rule == "covered" and not any(change.values["always"] for change in group.changes):
        return "warning"
    if first.rule == "renamed":
        if any(not change.values["new"] for change in group.changes):
            return "error"
        return "info" if all(change.values["silent"] for change in group.changes) else severity
    if first.rule == "state_lost":
        return min((change.values["severity"] for change in group.changes), key=SEVERITIES.index)
    if first.rule == "below_fold":
        return _fold_severity(group, heats, rules)
    return severity


def _fold_severity(group: Group, heats: Mapping[ViewKey, Heat | None], rules: VerifyConfig) -> Severity:
    """Below the fold is no harm where visitors scroll that far; primary actions weigh more where they do not."""
    worst: Severity = "info"
    for change in group.changes:
        heat = heats.get(view_key(change.place))
        seen = change.values.get("seen")
        if seen is not None and 100 * seen >= rules.seen:
            continue
        hot = heat is not None and heat.total >= rules.min_clicks and _is_hot(heat, change.element.selector, rules)
        found: Severity = "error" if hot or is_primary(change.element) else "warning"
        worst = min(worst, found, key=SEVERITIES.index)
    return worst


def _by_heat(severity: Severity, group: Group, heats: Mapping[ViewKey, Heat | None], rules: VerifyConfig) -> Severity:
    """What is not hot weighs one step less, what nobody clicked is worth a note; where there are clicks enough."""
    known = {
        key: heat
        for key in dict.fromkeys(view_key(change.place) for change in group.changes)
        if (heat := heats.get(key))
    }
    if not known or any(heat.total < rules.min_clicks for heat in known.values()):
        return severity
    counts = {key: _clicks_in(group, key, heat) for key, heat in known.items()}
    if any(100 * count >= rules.hot * known[key].total for key, count in counts.items() if count):
        return severity
    return _lowered(severity) if sum(counts.values()) else "info"


def _is_hot_group(group: Group, heats: Mapping[ViewKey, Heat | None], rules: VerifyConfig) -> bool:
    """Whether anything that changed is hot, where there are clicks enough to tell."""
    for change in group.changes:
        heat = heats.get(view_key(change.place))
        if heat and heat.total >= rules.min_clicks and _is_hot(heat, change.element.selector, rules):
            return True
    return False


def _is_hot(heat: Heat, selector: str, rules: VerifyConfig) -> bool:
    return heat.total > 0 and heat.of(selector) > 0 and 100 * heat.of(selector) >= rules.hot * heat.total


def _lowered(severity: Severity) -> Severity:
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]
