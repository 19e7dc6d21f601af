"""Snapshots: what is kept of a state. Elements and DOM first, the picture last: taking one moves the page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from heatreel.capture import acting
from heatreel.capture.explore import Explorer
from heatreel.capture.found import Found
from heatreel.capture.inpage import keeping_script
from heatreel.capture.parts import Part, parts, parts_script
from heatreel.capture.picture import picture, shown_size
from heatreel.capture.resources import Resources
from heatreel.capture.tab import Tab
from heatreel.core.errors import PageError
from heatreel.core.state import DEFAULT, State

OUTLINE_S = 30.0
"""Bound for the outline of a page, in seconds."""


@dataclass(frozen=True)
class Taken:
    """A snapshot before it is stored. `size` is page width and height in CSS px, `picture` a PNG."""

    state: State
    size: tuple[int, int]
    picture: bytes
    dom: str
    outline: str
    parts: tuple[Part, ...] = ()

    def stored(self, put: Callable[[bytes], str]) -> State:
        """The state with its parts under `settled["parts"]`; `put` keeps a picture and returns its name."""
        if not self.parts:
            return self.state
        kept = [part.record | {"picture": put(part.picture)} for part in self.parts]
        return replace(self.state, settled={**(self.state.settled or {}), "parts": kept})


@dataclass(frozen=True)
class Failed:
    """A state that was found, but could not be kept."""

    state: State
    reason: str


async def take_all(
    explorer: Explorer, found: list[Found], key: str, resources: Resources, kept: Collection[str] = ()
) -> AsyncIterator[Taken | Failed]:
    """Snapshots of the states, one after the other; those whose ids are in `kept` are left out.

    `key` is the site's write key, with which the texts in the outlines are hashed.
    """
    for one in found:
        if one.state.id in kept:
            continue
        yield await _take_again(explorer, one, key, resources)


async def _take_again(explorer: Explorer, one: Found, key: str, resources: Resources) -> Taken | Failed:
    """One snapshot; a second try, from empty storage, when the first does not lead to the state."""
    reason = ""
    for _ in range(2):
        try:
            if await explorer.stand_at(one):
                return await _take(explorer, one, key, resources)
            reason = "its recipe did not lead to it again"
        except PageError as exc:
            reason = str(exc)
        explorer.at = None
        explorer.dirty = True
    return Failed(one.state, reason)


async def _take(explorer: Explorer, one: Found, key: str, resources: Resources) -> Taken:
    tab = explorer.tab
    sight = explorer.sight(one)
    if tab.options.mask:
        await tab.ask("mask", list(tab.options.mask))
    outline = await tab.call(f"__heatreel.outline(document, {json.dumps({'key': key})})", OUTLINE_S)
    dom, missing, cut = await _dom(tab, resources)
    page = json.loads(outline)
    width, height = int(page["width"]), int(page["height"])
    shown = shown_size(width, height, tab.viewport.dpr, tab.options.bounds.picture_px)
    image = await picture(tab, *shown)
    beside = await parts(tab, page["elements"], tab.parts)
    stable = bool(tab.options.mask) or await tab.ask("sameAs", sight)
    settled: dict[str, Any] = tab.settled.as_json() | {"stable": stable}
    if missing:
        settled["not_kept"] = missing
    if cut:
        settled["dom_cut"] = cut
    if shown[1] < height:
        settled["cut_at"] = shown[1]
    if shown[0] < width:
        settled["cut_at_x"] = shown[0]
    state = replace(
        one.state,
        settings={switch["key"]: switch["setting"] for switch in page["switches"]},
        sketch=page["sketch"],
        settled=settled,
    )
    await _leave(explorer, one, stable)
    return Taken(state, (width, height), image, dom, outline, beside)


async def _dom(tab: Tab, resources: Resources) -> tuple[str, list[str], int]:
    """The DOM with its resources, the URLs of those that are missing, and how many nodes were too deep to be kept."""
    if not await tab.call("typeof __heatreelKeep === 'function'"):
        await tab.call(keeping_script())
        await tab.call(parts_script())
    kept = json.loads(await tab.call("__heatreelKeep(document)"))
    return *await resources.inline(tab, kept), kept["cut"]


async def _leave(explorer: Explorer, one: Found, stable: bool) -> None:
    """Goes back to the default state where the way back is known to work, else the next snapshot loads afresh."""
    explorer.at = None
    if not stable or explorer.tab.options.mask:
        return
    if one.state.id == DEFAULT:
        explorer.at = one
    elif one.undo and len(one.state.recipe) == 1 and await acting.undo(explorer.tab, *one.undo, acting.BASE):
        explorer.at = explorer.found[0]
