"""States that are asked for by their recipe: by hand, by an earlier capture, by what visitors did."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from heatreel.capture import acting
from heatreel.capture.changes import Change
from heatreel.capture.classify import kind_of, label_of, state_id
from heatreel.capture.explore import Explorer
from heatreel.capture.found import Found
from heatreel.capture.options import Asked
from heatreel.capture.triggers import Candidate
from heatreel.core.element import Outline
from heatreel.core.errors import PageError
from heatreel.core.state import DEFAULT, Action, Shown, State

Healer = Callable[[Asked, str, Outline], str]
"""From a selector that finds nothing any more to the one that finds what it meant, on the page as it is; or ""."""

VISITORS = "visitors"
"""The `source` of what visitors did: their path holds clicks that lead nowhere, and may begin elsewhere."""


@dataclass(frozen=True)
class Redone:
    """What became of a recipe. `state` is the id of the state it led to, empty when it could not be done."""

    name: str
    source: str
    asked: str
    state: str = ""
    reason: str = ""
    healed: tuple[tuple[str, str], ...] = ()

    @property
    def done(self) -> bool:
        return bool(self.state)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"done": self.done}


async def follow_all(explorer: Explorer, asked: list[Asked], key: str, heal: Healer | None = None) -> list[Redone]:
    """Follows each recipe from the default state; the states they lead to are added to `explorer.found`.

    `key` is the site's write key, by which the settings that visitors saw are hashed.
    """
    redone = []
    for one in asked:
        if _is_found(explorer, one):
            redone.append(Redone(one.name, one.source, one.id, one.id))
            continue
        explorer.tab.earn(explorer.tab.pace_s * (1 + len(one.recipe)))
        try:
            if one.source == VISITORS:
                redone.append(await _follow_visitors(explorer, one, key))
            else:
                redone.append(await _follow(explorer, one, heal))
        except PageError as exc:
            explorer.at = None
            explorer.dirty = True
            redone.append(_not_done(one, str(exc)))
    return redone


def _is_found(explorer: Explorer, asked: Asked) -> bool:
    """Whether exploring has just come by the same recipe to what bears the same id, which holds what it reveals."""
    return bool(asked.id) and any(
        found.state.id == asked.id and found.state.recipe == asked.recipe for found in explorer.found
    )


def _not_done(asked: Asked, reason: str) -> Redone:
    return Redone(asked.name, asked.source, asked.id, reason=reason)


@dataclass
class _Walk:
    """A recipe under way. `parents` are the states on the way, the default state first."""

    recipe: tuple[Action, ...]
    parents: list[Found]
    change: Change | None = None
    trigger: Candidate | None = None


async def _follow(explorer: Explorer, asked: Asked, heal: Healer | None) -> Redone:
    healed: list[tuple[str, str]] = []
    recipe = asked.recipe
    while True:
        walk = await _walk(explorer, recipe)
        failed = len(walk.parents) - 1
        if walk.change:
            break
        action = recipe[failed]
        better = await _heal(explorer, asked, action.selector, heal) if len(healed) < len(recipe) else ""
        if not better or better == action.selector:
            return _not_done(
                asked, f"step {failed + 1} of {len(recipe)} ({action.action} {action.selector}) found nothing"
            )
        healed.append((action.selector, better))
        recipe = (*recipe[:failed], replace(action, selector=better), *recipe[failed + 1 :])
    found = await _keep(explorer, asked, walk)
    return Redone(asked.name, asked.source, asked.id, found.state.id, healed=tuple(healed))


async def _heal(explorer: Explorer, asked: Asked, selector: str, heal: Healer | None) -> str:
    if not heal or not selector:
        return ""
    return heal(asked, selector, Outline.from_json(await explorer.tab.call("__heatreel.outline(document, {})")))


async def _walk(explorer: Explorer, recipe: tuple[Action, ...]) -> _Walk:
    """Does a recipe from the default state. `change` is None when a step found nothing to act on."""
    default = explorer.found[0]
    if explorer.at is not default:
        await explorer.fresh()
    explorer.at = None
    walk = _Walk(recipe, [default])
    walk.trigger = await _trigger(explorer, recipe[0]) if len(recipe) == 1 else None
    last = None
    async for change in acting.steps(explorer.tab, recipe):
        if not change.did:
            return walk
        last = change
        walk.parents.append(explorer.by_digest.get(change.digest, walk.parents[-1]))
        if len(walk.parents) == len(recipe):
            walk.trigger = await _trigger(explorer, recipe[-1])
    explorer.dirty = explorer.dirty or last is None or last.storage != explorer.storage
    walk.change = last
    return walk


async def _trigger(explorer: Explorer, action: Action) -> Candidate:
    """The element a step acts on, as exploring would have seen it."""
    records = (await explorer.tab.ask("find", [], None))["found"]
    for record in records:
        if action.selector in (record["selector"], record["at"]):
            return Candidate.from_json(record)
    return Candidate(action.selector, action.selector, "listener")


async def _keep(explorer: Explorer, asked: Asked, walk: _Walk) -> Found:
    """The state that a recipe has led to: one that is known, or a new one."""
    change = walk.change or Change()
    known = explorer.by_digest.get(change.digest)
    if known:
        if asked.kind == "given" and known.state.id != DEFAULT and asked.source != VISITORS:
            known.state = replace(known.state, label=asked.name)
        return known
    parent = walk.parents[-2].state.id if len(walk.parents) > 1 else DEFAULT
    shown = await explorer.tab.ask("shownBetween", acting.BASE, f"step{len(walk.recipe) - 1}")
    trigger = walk.trigger or Candidate("", "", "listener")
    window = explorer.tab.viewport.width, explorer.tab.viewport.height
    kind = asked.kind if asked.kind != "given" else kind_of(trigger, change, 1, window)
    label = asked.name or label_of(kind, trigger, change)
    state = State(
        _free(explorer, asked.id or state_id(kind, label, change)),
        label,
        kind,
        walk.recipe,
        parent,
        tuple(Shown(**one) for one in shown["reveals"]),
        tuple(Shown(**one) for one in shown["hides"]),
    )
    found = Found(state, change.digest, frozenset({*change.added_texts, *change.images}), len(walk.recipe))
    explorer.found.append(found)
    explorer.by_digest[change.digest] = found
    return found


def _free(explorer: Explorer, name: str) -> str:
    taken = {found.state.id for found in explorer.found}
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


# What visitors did


async def _follow_visitors(explorer: Explorer, asked: Asked, key: str) -> Redone:
    """Follows the shortest end of the path that leads to the switches, or the sketch, that visitors saw."""
    reason = "the clicks that led visitors there lead nowhere here"
    for begin in range(len(asked.recipe) - 1, -1, -1):
        walk = await _walk_on(explorer, asked.recipe[begin:])
        if not walk.change or walk.change.digest == explorer.found[0].digest:
            continue
        outline = json.loads(await explorer.tab.call(f"__heatreel.outline(document, {json.dumps({'key': key})})"))
        if not _as_seen(asked, outline):
            reason = "the clicks that led visitors there lead to another state here"
            continue
        if explorer.by_digest.get(walk.change.digest):
            return Redone(asked.name, asked.source, asked.id, explorer.by_digest[walk.change.digest].state.id)
        found = await _keep(explorer, asked, walk)
        return Redone(found.state.label, asked.source, asked.id, found.state.id)
    return _not_done(asked, reason)


async def _walk_on(explorer: Explorer, recipe: tuple[Action, ...]) -> _Walk:
    """Does a recipe without the steps that find nothing; not without the last, which leads to the state."""
    walk = await _walk(explorer, recipe)
    while not walk.change and len(walk.parents) < len(recipe):
        failed = len(walk.parents) - 1
        recipe = (*recipe[:failed], *recipe[failed + 1 :])
        explorer.tab.earn(explorer.tab.pace_s)
        walk = await _walk(explorer, recipe)
    return walk


def _as_seen(asked: Asked, outline: dict[str, Any]) -> bool:
    """Whether the page is as visitors saw it: by its switches when they tell, else by its sketch."""
    now = {switch["key"]: switch["setting"] for switch in outline["switches"]}
    if asked.settings:
        return all(now.get(name, "") == setting for name, setting in asked.settings)
    return not asked.sketch or likeness(asked.sketch, outline["sketch"]) >= ALIKE


ALIKE = 0.8
"""Sketches at least this much alike are of one state, as when replay gathers unknown states."""


def likeness(one: str, other: str) -> float:
    """How alike two sketches are, 0 to 1, as `compareSketches` in `capture/page/src/sketch.ts` says it."""
    if not one or len(one) != len(other):
        return 0.0
    try:
        raw, more = base64.b64decode(one, validate=True), base64.b64decode(other, validate=True)
    except ValueError:
        return 0.0
    differing = (int.from_bytes(raw) ^ int.from_bytes(more)).bit_count()
    return max(0.0, 1 - 2 * differing / (8 * len(raw)))
