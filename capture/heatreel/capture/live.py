"""A page used as a visitor uses it: real clicks and taps, and links lead where they lead."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from heatreel.capture.tab import Tab
from heatreel.core.element import Outline
from heatreel.core.errors import PageError

Outcome = Literal["did", "nothing", "missing", "out of sight", "covered"]

_POINT = """
(() => {
  const el = __heatreel.resolve(%s);
  if (!el) return null;
  el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const box = el.getBoundingClientRect();
  let dx = 0, dy = 0;
  for (let w = el.ownerDocument.defaultView; w && w.frameElement; w = w.parent) {
    const outer = w.frameElement.getBoundingClientRect();
    dx += outer.left; dy += outer.top;
  }
  const at = (x, y) => {
    let hit = el.ownerDocument.elementFromPoint(x, y);
    while (hit && hit.shadowRoot && hit.shadowRoot.elementFromPoint(x, y) &&
           hit.shadowRoot.elementFromPoint(x, y) !== hit) hit = hit.shadowRoot.elementFromPoint(x, y);
    return hit;
  };
  const inside = (hit) => {
    for (let one = hit; one; one = one.assignedSlot || one.parentNode || one.host) if (one === el) return true;
    const label = hit && hit.closest && hit.closest("label");
    return Boolean(label && label.control === el);
  };
  let cover = null;
  for (const [u, v] of [[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.5, 0.75], [0.1, 0.5]]) {
    const x = box.left + u * box.width, y = box.top + v * box.height;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
    const hit = at(x, y);
    if (inside(hit)) return { x: x + dx, y: y + dy };
    cover = cover || hit;
  }
  if (!cover) return { away: true };
  const text = (cover.getAttribute("aria-label") || cover.innerText || "").trim();
  return { cover: cover.tagName.toLowerCase() + (text ? ' "' + text.split("\\n")[0].slice(0, 60) + '"' : "") };
})()
"""


@dataclass(frozen=True, slots=True)
class Used:
    """What came of using an element. `detail` names what lies over it. `url` is where the page is now."""

    outcome: Outcome
    url: str
    detail: str = ""


class Live:
    """A page that is driven. Requests that write are kept from leaving by the tab's guard, unless it lets them."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    async def open(self, url: str) -> None:
        """Opens a URL as a first visit does. Raises `PageError` when that does not work."""
        await self.tab.load(url, fresh=True)

    async def outline(self) -> Outline:
        """All elements of the page as it is now."""
        return Outline.from_json(await self.tab.call(f"__heatreel.outline(document, {json.dumps({})})"))

    async def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return await self.tab.page.screenshot(type="png", animations="disabled", caret="hide", timeout=10_000)

    async def use(self, selector: str) -> Used:
        """Clicks an element where nothing lies over it, or taps it on a touch viewport, and waits until all is at rest.

        Raises `PageError` when the page it leads to cannot be shown.
        """
        tab = self.tab
        point = await tab.call(_POINT % json.dumps(selector))
        if point is None:
            return Used("missing", tab.url)
        if "x" not in point:
            cover = point.get("cover")
            return Used("covered", tab.url, cover) if cover else Used("out of sight", tab.url)
        await tab.ask("look", "live")
        before = await self._sight()
        notes = len(tab.notes)
        tab.refused()
        await self._hit(point["x"], point["y"])
        after = await self._sight()
        did = after != before or len(tab.notes) > notes or bool(tab.refused())
        return Used("did" if did else "nothing", tab.url)

    async def _hit(self, x: float, y: float) -> None:
        tab = self.tab
        tab._guard.locked.discard(tab.frame)
        loaded = asyncio.Event()

        def note(_frame: object) -> None:
            loaded.set()

        tab.page.on("framenavigated", note)
        try:
            if tab.viewport.touch:
                await tab.page.touchscreen.tap(x, y)
            else:
                await tab.page.mouse.move(x, y)
                await tab.page.mouse.click(x, y)
            # A click answers at once or leads to a page that takes its time; that it was clicked is known by then.
            with suppress(TimeoutError):
                await asyncio.wait_for(loaded.wait(), 0.4)
            await tab._arrive()
        finally:
            tab.page.remove_listener("framenavigated", note)
        if tab.page.url.startswith("chrome-error:"):
            raise PageError(f"{tab.url}: the page it leads to cannot be opened")

    async def _sight(self) -> tuple[str, str, str]:
        """What is seen, where the page is, and what has the focus."""
        seen = await self.tab.ask("look", "live")
        focus = await self.tab.call(
            "(() => { const el = document.activeElement; return el ? __heatreel.selector(el) : ''; })()"
        )
        return seen["digest"], self.tab.page.url, focus
