"""The report of a verify, with crops of both builds: what `heatreel verify --report` writes."""

from __future__ import annotations

from pathlib import Path

from heatreel.app.predicted_sides import predicted_heats
from heatreel.app.progress import bars
from heatreel.app.verifying import Verified
from heatreel.core.element import Outline
from heatreel.core.finding import Finding
from heatreel.core.state import DEFAULT
from heatreel.core.workspace import Workspace
from heatreel.overlays.crops import Box
from heatreel.overlays.verify_report import (
    ShownFinding,
    Sides,
    Sight,
    Status,
    SurvivalRow,
    VerifyDocument,
    write_verify_report,
)
from heatreel.replay.verify.document import by_view
from heatreel.replay.verify.markdown import listed
from heatreel.replay.verify.states import StatePair


def report_verify(
    workspace: Workspace, done: Verified, labels: tuple[str, str], out: Path, date: str, progress: bool
) -> Path:
    """Writes the report of a verify to a folder and returns its `index.html`."""
    document = _document(done, labels, date)
    with bars(progress) as shown:
        step = shown.add_task("cutting pictures", total=None)
        return write_verify_report(
            document,
            out,
            lambda snapshot: workspace.blobs.get(snapshot.picture),
            lambda count, total: shown.update(step, completed=count, total=total),
        )


def _document(done: Verified, labels: tuple[str, str], date: str) -> VerifyDocument:
    pairs = {_key(pair): pair for view in done.found.views for pair in view.states}
    heated = done.found.heated
    survival = [
        SurvivalRow(page, viewport, fates.kept, fates.total, listed(fates))
        for page, viewport, clicks, elements in by_view(done.found.survival)
        for fates in (clicks if heated else elements,)
    ]
    judged = done.judged
    statuses: list[tuple[Finding, Status, str]] = [
        *((finding, "fails", "") for finding in judged.failing),
        *((finding, "noted", "") for finding in judged.noted),
        *((finding, "accepted", approval.reason) for finding, approval in judged.approved),
    ]
    windows = {(one.step.selector, one.step.snapshot.page): one.picture for one in done.walked if one.step}
    shown = [_shown(*one, pairs, windows) for one in statuses]
    heats = predicted_heats(done.found) if heated else {}
    failing = {(place.page, place.viewport, place.state) for one in judged.failing for place in one.places}
    sides = [
        Sides(pair.before.snapshot, pair.after.snapshot, pair.lost, heats.get(pair.before.snapshot.id))
        for key, pair in pairs.items()
        if pair.before.id == DEFAULT or key[:3] in failing
    ]
    unit = "clicks" if heated else "elements that act"
    return VerifyDocument(*labels, judged.word, unit, done.notes, survival, shown, sides, date)


_Key = tuple[str, str, str, str]


def _key(pair: StatePair) -> _Key:
    one = pair.before.snapshot
    return one.page, one.viewport.name, one.state.id, one.variant


def _shown(
    finding: Finding,
    status: Status,
    reason: str,
    pairs: dict[_Key, StatePair],
    windows: dict[tuple[str, str], bytes],
) -> ShownFinding:
    place = finding.place
    pair = pairs.get((place.page, place.viewport, place.state, place.variant))
    before, after = _sights(finding, pair) if pair else (None, None)
    if finding.rule == "journey" and finding.before:
        return ShownFinding(
            finding, status, reason, before, None, windows.get((finding.before.selector, place.page), b"")
        )
    return ShownFinding(finding, status, reason, before, after)


def _sights(finding: Finding, pair: StatePair) -> tuple[Sight | None, Sight | None]:
    """Where a finding is seen on BASE and on HEAD; what HEAD lacks is shown as the same place without a mark."""
    before = _box(pair.before.outline, finding.before.selector if finding.before else "")
    if finding.rule == "state_lost":
        before = _revealed(pair) or before
    if before is None:
        return None, None
    after = _box(pair.after.outline, finding.after.selector) if finding.after else None
    there = after is not None
    return (
        Sight(pair.before.snapshot, before),
        Sight(pair.after.snapshot, after or _same_place(before, pair.after.outline), there),
    )


def _box(outline: Outline, selector: str) -> Box | None:
    element = outline.by_selector.get(selector)
    return element.box if element and element.box[2] * element.box[3] > 0 else None


def _revealed(pair: StatePair) -> Box | None:
    """The box of the first thing that a state reveals."""
    boxes = (_box(pair.before.outline, shown.selector) for shown in pair.before.snapshot.state.reveals)
    return next((box for box in boxes if box), None)


def _same_place(box: Box, outline: Outline) -> Box:
    left, top, width, height = box
    return min(left, max(outline.width - 1, 0)), min(top, max(outline.height - 1, 0)), width, height
