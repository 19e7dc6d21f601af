"""Doing the actions of a recipe on a page, and being sure of what they led to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from heatreel.capture.changes import Change
from heatreel.capture.tab import Tab
from heatreel.core.errors import PageError
from heatreel.core.state import Action
from heatreel.core.strict import filled

BASE = "base"
"""Name of the sight of the default state in the page."""

PARK = (-20, -20)
"""Where the pointer rests: off the page, for at 0, 0 something may lie."""


async def do(tab: Tab, action: Action, before: str, after: str, stay: bool = False) -> Change:
    """Does one action, waits, and compares the sight named `before` with what is seen now, kept as `after`.

    `Change.did` is false when there is no such element. `stay` leaves the window where it was scrolled to.
    """
    probe = {
        "selector": action.selector,
        "action": "click" if action.action == "click" else "none",
        "touch": tab.viewport.touch,
        "from": before,
        "to": after,
        "bound": tab.options.bounds.act_s * 1000,
        "stay": stay,
    }
    if action.action != "click" and not await _by_hand(tab, action):
        return Change()
    return Change.from_json(await tab.ask("probe", probe))


async def look_again(tab: Tab, selector: str, before: str, after: str) -> Change:
    """Compares the sight named `before` with what is seen a moment later, kept as `after`."""
    probe = {"selector": selector, "action": "none", "from": before, "to": after, "bound": 800}
    return Change.from_json(await tab.ask("probe", probe))


async def _by_hand(tab: Tab, action: Action) -> bool:
    """The actions that need the browser itself: the pointer, keys, a URL."""
    if action.action == "hover":
        return await _hover(tab, action.selector)
    if action.action == "press":
        return await _press(tab, action)
    if action.action == "scroll" and action.value:
        return bool(await tab.ask("scrollOn", action.selector))
    if action.action == "scroll":
        return await scroll(tab, action.selector)
    if action.action in ("type", "select", "wait") and action.selector:
        return await _fill(tab, action)
    if action.action == "wait":
        return bool(await tab.ask("pass", float(action.value or 0)))
    if action.action == "route":
        return bool(await tab.ask("route", action.value))
    raise PageError(f"{tab.url}: a recipe has no action {action.action!r}")


async def _fill(tab: Tab, action: Action) -> bool:
    """Types a text, chooses an option, or waits until something is there; false when it is not in time.

    What a recipe takes from the environment (`${NAME}`) is put in here, so that the recipe never holds it.
    """
    from playwright.async_api import Error

    value = filled(action.value, f"{tab.url}: {action.action} {action.selector}")
    element = tab.page.locator(action.selector).first
    bounds = tab.options.bounds
    bound = (bounds.call_s if action.action == "wait" else bounds.act_s) * 1000
    try:
        await element.wait_for(state="visible", timeout=bound)
        if action.action == "type":
            await element.fill(value, timeout=bound)
        elif action.action == "select":
            await element.select_option(value, timeout=bound)
    except Error:
        return False
    return True


async def _press(tab: Tab, action: Action) -> bool:
    from playwright.async_api import Error

    if not await tab.ask("focus", action.selector):
        return False
    try:
        await tab.page.keyboard.press(action.value or "Enter")
    except Error as exc:
        raise PageError(f"{tab.url}: no key {action.value!r}") from exc
    return True


async def _hover(tab: Tab, selector: str) -> bool:
    """Rests the pointer on an element. One below the first screenful is hovered without scrolling to it, by the
    browser's own pseudo-class and the events that scripts listen for: the picture is taken at scroll 0."""
    spot = await tab.ask("spot", selector)
    if not spot:
        return False
    if spot["on_screen"]:
        await tab.page.mouse.move(spot["x"], spot["y"])
        return True
    await _force_hover(tab, selector)
    return bool(await tab.ask("enter", selector))


async def _force_hover(tab: Tab, selector: str, classes: tuple[str, ...] = ("hover",)) -> None:
    cdp = tab.cdp
    with suppress(Exception):
        await cdp.send("DOM.enable")
        await cdp.send("CSS.enable")
        await cdp.send("DOM.getDocument", {"depth": 0})
        count = await tab.ask("markChain", selector)
        for index in range(count):
            found = await cdp.send("Runtime.evaluate", {"expression": f"__heatreelCapture.chain[{index}]"})
            node = await cdp.send("DOM.requestNode", {"objectId": found["result"]["objectId"]})
            await cdp.send("CSS.forcePseudoState", {"nodeId": node["nodeId"], "forcedPseudoClasses": list(classes)})


async def leave(tab: Tab, selector: str) -> None:
    """Takes the pointer away from an element."""
    spot = await tab.ask("spot", selector)
    await tab.page.mouse.move(*PARK)
    if spot and not spot["on_screen"]:
        await tab.ask("leave", selector)
        await _force_hover(tab, selector, ())


async def undo(tab: Tab, how: str, selector: str, sight: str) -> bool:
    """Tries to go back to the sight of that name; true when the page shows it again."""
    if how == "leave":
        await leave(tab, selector)
    elif how == "escape":
        await tab.page.keyboard.press("Escape")
    elif how == "back" and not await tab.ask("back"):
        return False
    arguments: dict[str, Any] = {
        "selector": selector,
        "action": "click" if how == "click" else "none",
        "touch": tab.viewport.touch,
        "to": sight,
        "bound": tab.options.bounds.act_s * 1000,
    }
    return bool(await tab.ask("undo", arguments))


async def reach(tab: Tab, recipe: tuple[Action, ...]) -> Change | None:
    """Does a recipe from the default state, whose sight must be there; None when a step finds nothing to act on.

    Each step is compared with the one before, as when the state was found, so that the digests compare. The
    sight of the last is named `step` and its number.
    """
    last = None
    async for change in steps(tab, recipe):
        if not change.did:
            return None
        last = change
    return last


async def steps(tab: Tab, recipe: tuple[Action, ...]) -> AsyncIterator[Change]:
    """What each step of a recipe changed, against the step before; scrolling changes nothing.

    Ends behind the first step that finds nothing to act on.
    """
    before, stay = BASE, False
    for index, action in enumerate(recipe):
        scrolls = action.action == "scroll" and not action.value
        if scrolls and index < len(recipe) - 1:
            stay = await scroll(tab, action.selector)
            change = Change(did=stay)
        else:
            change = await do(tab, action, before, f"step{index}", stay or scrolls)
            before = f"step{index}"
        yield change
        if not change.did:
            return


async def scroll(tab: Tab, selector: str) -> bool:
    """Brings an element to the middle of the window, and waits; false when there is none."""
    if not await tab.ask("scrollTo", selector):
        return False
    await tab.ask("quiet", 800, 300)
    return True
