"""Layout shift: what moves by itself while a page loads, so that people hit what they did not mean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from heatreel.core.config import VerifyConfig
from heatreel.core.finding import Finding, Place
from heatreel.core.state import Snapshot
from heatreel.replay.verify.findings import DEFAULT_SEVERITY, spot
from heatreel.replay.verify.sentences import thing
from heatreel.replay.verify.states import StatePair, ViewPair


def shift_findings(views: Sequence[ViewPair], rules: VerifyConfig) -> Iterator[Finding]:
    """One finding for each page that moves more than `rules.shift` while it loads, and by as much more than BASE.

    Scores are cumulative layout shifts of one load each, up to where the page is at rest (web.dev/cls: up to 0.1 is
    good, over 0.25 is poor). A capture that did not measure them tells nothing.
    """
    severity = rules.severity.get("layout_shift", DEFAULT_SEVERITY["layout_shift"])
    if severity == "off":
        return
    worse: dict[str, list[tuple[float, float, StatePair, Place]]] = {}
    for view in views:
        pair = view.states[0]
        was, now = (_score(side.snapshot) for side in (pair.before, pair.after))
        if was is not None and now is not None and now > rules.shift and now - was > rules.shift:
            place = Place(view.before.page, view.before.viewport.name, pair.before.id, view.before.variant)
            worse.setdefault(place.page, []).append((now, was, pair, place))
    for page, some in worse.items():
        now, was, pair, first = max(some, key=lambda one: one[0])
        places = tuple(sorted((one[3] for one in some), key=lambda place: place != first))
        index = _moved(pair)
        what = f", {thing(pair.after.outline, index)} most" if index >= 0 else ""
        others = f"; also at {', '.join(place.viewport for place in places[1:])}" if places[1:] else ""
        digest = hashlib.sha256(repr([page, sorted(map(repr, places))]).encode()).hexdigest()[:10]
        yield Finding(
            f"layout-shift-{digest}", "layout_shift", severity, first, None,
            spot(pair.after.outline, index) if index >= 0 else None, None, None,
            f"While {page} loads, what is shown moves by itself{what}: its layout shift is {now:.2f} and was {was:.2f};"
            f" up to {rules.shift:g} is hardly felt{others}.", 1.0, (), places,
        )  # fmt: skip


def _record(snapshot: Snapshot) -> dict[str, Any]:
    found = (snapshot.state.settled or {}).get("layout_shift")
    return found if isinstance(found, dict) else {}


def _score(snapshot: Snapshot) -> float | None:
    score = _record(snapshot).get("score")
    return float(score) if isinstance(score, int | float) else None


def _moved(pair: StatePair) -> int:
    """What moved most on HEAD, -1 when it is not there any more."""
    element = pair.after.outline.by_selector.get(str(_record(pair.after.snapshot).get("selector", "")))
    return element.index if element else -1
