"""Listeners that the page's own calls do not tell of: looked up through the browser's debugging protocol.

The script that runs before the page's own notes each `addEventListener` (`inpage/watch.js`). What it cannot see are
calls through the prototype of another window, and what was there before a document was opened by script. One call tells
of all listeners below the document; only elements that are not known yet are handed to the page.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from contextlib import suppress
from typing import Any

from heatreel.capture.tab import Tab

TYPES = frozenset(
    {
        "click", "mousedown", "mouseup", "pointerdown", "pointerup", "touchstart", "touchend", "keydown", "keyup",
        "mouseenter", "mouseover", "pointerenter", "pointerover", "focus", "focusin", "change", "input",
    }
)  # fmt: skip
"""Events by which people set switches."""

MOST = 200
"""So many elements are told of; each costs a call to the browser."""

BOUND_S = 2.0

NOTE = """function (all) {
  const hr = globalThis.__heatreelCapture, types = JSON.parse(all);
  let more = 0;
  for (let at = 0; at < types.length; at++) {
    const element = arguments[at + 1], known = hr.listeners.get(element) || new Map();
    for (const type of types[at]) if (!known.has(type)) { known.set(type, new Set()); more++; }
    hr.listeners.set(element, known);
  }
  return more;
}"""


async def look_up(tab: Tab) -> int:
    """Tells the page of listeners that it was not known to have; returns how many. A look-up that fails finds none."""
    with suppress(Exception):
        return await asyncio.wait_for(_look_up(tab), BOUND_S)
    return 0


async def _look_up(tab: Tab) -> int:
    send = tab.cdp.send
    document = (await send("Runtime.evaluate", {"expression": "document"}))["result"]["objectId"]
    arguments = {"objectId": document, "depth": -1, "pierce": True}
    listeners = (await send("DOMDebugger.getEventListeners", arguments))["listeners"]
    heard: defaultdict[int, set[str]] = defaultdict(set)
    for one in listeners:
        if one["type"] in TYPES and "backendNodeId" in one:
            heard[one["backendNodeId"]].add(one["type"])
    nodes = list(heard)[:MOST]
    found = await asyncio.gather(*(_object(tab, node) for node in nodes), return_exceptions=True)
    here: list[tuple[str, list[str]]] = [
        (one, sorted(heard[node])) for node, one in zip(nodes, found, strict=True) if isinstance(one, str)
    ]
    return await _tell(tab, document, here) if here else 0


async def _object(tab: Tab, node: int) -> str:
    answer: dict[str, Any] = await tab.cdp.send("DOM.resolveNode", {"backendNodeId": node})
    return str(answer["object"]["objectId"])


async def _tell(tab: Tab, document: str, heard: list[tuple[str, list[str]]]) -> int:
    told = {"value": json.dumps([types for _, types in heard])}
    arguments = {
        "objectId": document,
        "functionDeclaration": NOTE,
        "arguments": [told, *({"objectId": one} for one, _ in heard)],
        "returnByValue": True,
    }
    return int((await tab.cdp.send("Runtime.callFunctionOn", arguments))["result"]["value"])
