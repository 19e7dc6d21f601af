"""What `heatreel render` paints: one layer, a set on one scale, a contact sheet, a crop, or a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from heatreel.app.evidence import evidence_of
from heatreel.app.predicting import predicted
from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.core.state import DEFAULT, Snapshot
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays.choose import choose_snapshot
from heatreel.overlays.difference import Side
from heatreel.overlays.evidence import Evidence
from heatreel.overlays.scenes import Scene, scene_of

if TYPE_CHECKING:
    from heatreel.replay.projection import Projected

SETS = ("state", "viewport", "variant", "label", "page")
"""What a set of pictures can go through."""


@dataclass(frozen=True)
class Choice:
    """Whose hits on which snapshot: as `heatreel render` was asked. What is empty is the first there is.

    `predict` is the label of the capture whose hits are carried to this one's snapshots.
    """

    label: str = ""
    page: str = ""
    viewport: str = ""
    state: str = ""
    variant: str = ""
    where: tuple[str, ...] = field(default_factory=tuple)
    predict: str = ""

    def against(self, conditions: Sequence[str]) -> Choice:
        """The other side of a comparison: the same but for `KEY=VALUE` of label, page, viewport, state and variant;
        other keys say its segment."""
        named: dict[str, Any] = {}
        where: list[str] = []
        for text in conditions:
            key, sign, value = text.partition("=")
            if sign and key.strip() in _NAMES:
                named[key.strip()] = value.strip()
            else:
                where.append(text)
        if not named and not where:
            raise InputError("--against: write KEY=VALUE, such as label=before, viewport=mobile or touch=true")
        return replace(self, **named, where=tuple(where) if where else self.where)


_NAMES = tuple(item.name for item in fields(Choice) if item.name not in ("where", "predict"))


@dataclass(frozen=True)
class Chosen:
    """A choice that was found."""

    capture: Capture
    snapshot: Snapshot
    evidence: Evidence
    date: str


def find(workspace: Workspace, choice: Choice, by: str = "signal") -> Chosen:
    """What a choice means. Raises `InputError` that lists what there is for an unknown name."""
    capture = workspace.capture(choice.label)
    snapshot = choose_snapshot(workspace.snapshots(capture), choice.page, choice.viewport, choice.state, choice.variant)
    told = workspace.capture(choice.predict) if choice.predict else capture
    evidence = evidence_of(workspace, told, choice.where, by)
    if choice.predict:
        evidence = predicted(workspace, evidence, told, capture)
    return Chosen(capture, snapshot, evidence, workspace.replay(told).made[:10])


def set_of(workspace: Workspace, choice: Choice, each: str, by: str = "signal") -> list[tuple[str, Chosen, Scene]]:
    """The scenes of a set, each with the name that tells it from the others."""
    if each not in SETS:
        raise InputError(f"--each {each!r}: choose {', '.join(SETS)}")
    found = []
    for name, one in _each(workspace, choice, each):
        chosen = find(workspace, one, by)
        found.append((name, chosen, scene_of(workspace, chosen.evidence, chosen.snapshot)))
    return found


def _each(workspace: Workspace, choice: Choice, each: str) -> list[tuple[str, Choice]]:
    """The choices of a set that have a snapshot, in the order of the capture."""
    if each == "label":
        labels = [capture.label for capture in workspace.captures()]
        return [(label, replace(choice, label=label)) for label in labels if _is_there(workspace, choice, label)]
    first = find(workspace, choice).snapshot
    values: dict[str, Snapshot] = {}
    for one in workspace.snapshots(workspace.capture(choice.label)):
        if all(_of(one, key) == _of(first, key) for key in _fixed(each)):
            values.setdefault(_of(one, each), one)
    plain = replace(choice, page=first.page, viewport=first.viewport.name, variant=first.variant)
    plain = replace(plain, state=choice.state or DEFAULT)
    return [(name, _with(plain, each, name)) for name in values]


def _with(choice: Choice, key: str, value: str) -> Choice:
    values: dict[str, Any] = {key: value}
    return replace(choice, **values)


def _fixed(each: str) -> tuple[str, ...]:
    return tuple(key for key in ("page", "viewport", "variant", "state") if key != each)


def _of(snapshot: Snapshot, key: str) -> str:
    match key:
        case "page":
            return snapshot.page
        case "viewport":
            return snapshot.viewport.name
        case "variant":
            return snapshot.variant
    return snapshot.state.id


def _is_there(workspace: Workspace, choice: Choice, label: str) -> bool:
    try:
        find(workspace, replace(choice, label=label))
    except InputError:
        return False
    return True


def sides_of(workspace: Workspace, base: Choice, head: Choice) -> tuple[Chosen, Scene, tuple[Side, Side]]:
    """The two sides of a difference, both on the snapshot of `head`."""
    after, before = find(workspace, head), find(workspace, base)
    scene = scene_of(workspace, after.evidence, after.snapshot)
    hits, lost = before.evidence.hits(before.snapshot), 0
    if before.snapshot.id != after.snapshot.id:
        projected = _projected(workspace, hits, before, after, scene)
        hits, lost = projected.hits, projected.missing + projected.hidden
    rows = before.evidence.rank(after.snapshot, scene.outline, hits)
    names = _names(base, head, before, after)
    sides = (
        Side(names[0], hits, tuple(rows), before.evidence.visits(before.snapshot), lost),
        Side(names[1], scene.hits, scene.rows, after.evidence.visits(after.snapshot)),
    )
    return after, scene, sides


def _projected(workspace: Workspace, hits: Hits, before: Chosen, after: Chosen, scene: Scene) -> Projected:
    """Hits as hits on the other snapshot. Between captures elements are matched, since a build may rename them;
    within one a selector says the same at every width."""
    from heatreel.replay.matching import match_pages
    from heatreel.replay.projection import project

    outline = workspace.outline(before.snapshot)
    if before.capture.id == after.capture.id:
        return project(hits, outline, scene.outline)
    twins = np.full(len(outline.elements), -1, np.int64)
    for match in match_pages(outline, scene.outline):
        if match.verdict == "matched":
            twins[match.before] = match.after
    return project(hits, outline, scene.outline, twins=twins)


def _names(base: Choice, head: Choice, before: Chosen, after: Chosen) -> tuple[str, str]:
    """What tells the sides apart, in words."""
    pairs = [
        (before.capture.label, after.capture.label),
        (before.snapshot.page, after.snapshot.page),
        (before.snapshot.viewport.name, after.snapshot.viewport.name),
        (before.snapshot.state.label, after.snapshot.state.label),
        (before.snapshot.variant or "no variant", after.snapshot.variant or "no variant"),
        (", ".join(base.where) or "everybody", ", ".join(head.where) or "everybody"),
    ]
    different = [pair for pair in pairs if pair[0] != pair[1]]
    if not different:
        raise InputError("--against: both sides are the same")
    return ", ".join(pair[0] for pair in different), ", ".join(pair[1] for pair in different)
