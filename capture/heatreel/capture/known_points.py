"""Known points, clicked in every captured state through the recorder, in a real browser: the truth for calibration.

The page is kept from answering: what a click does must not change the state in which the next one is made. The
recorder listens before, so it hears each click as a visitor's. Where a click went is told by the browser's own hit
test, which neither the recorder nor the page model has a part in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heatreel.capture.again import Again, again, find
from heatreel.capture.inpage import more_script, recorder_script
from heatreel.core.batches import StoredBatch, session_from_batches
from heatreel.core.element import Element, Outline
from heatreel.core.errors import PageError
from heatreel.core.session import Session
from heatreel.core.state import Snapshot

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

POINTS = 36
"""So many elements of a state are clicked, most of them such as act; spread over the page."""

SHARES = ((0.5, 0.5), (0.2, 0.3), (0.8, 0.7), (0.5, 0.2), (0.35, 0.8))
"""Where in their boxes, in turn: shares of width and height."""

HOST = "https://heatreel.invalid/"

# What the recorder would send is kept; and while `__heatreelHold` is set, the page hears of no click and no pointer.
_GUEST = """(() => {
  self.__heatreelSent = [];
  const ours = (url) => String(url).startsWith("HOST");
  const real = self.fetch;
  self.fetch = (url, init) => ours(url)
    ? (self.__heatreelSent.push(String(init.body)), Promise.resolve(new Response(null, { status: 204 })))
    : real.call(self, url, init);
  const hold = (event) => {
    let held = false;
    try { held = top.__heatreelHold; } catch { /* a frame of another origin */ }
    if (!held) return;
    event.stopImmediatePropagation();
    if (!/^(touch|pointer)/.test(event.type)) event.preventDefault();
  };
  const types = "click dblclick auxclick mousedown mouseup pointerdown pointerup touchstart touchend touchcancel "
    + "mouseover mouseout mousemove pointerover pointerout pointermove submit contextmenu dragstart";
  addEventListener("DOMContentLoaded", () => {
    for (const type of types.split(" ")) document.documentElement.addEventListener(type, hold, true);
  });
})()""".replace("HOST", HOST)

_START = """(site) => {
  self.__heatreelHold = true;
  self.heatreel = { src: "HOSTheatreel.js", dataset: { site } };
}""".replace("HOST", HOST)

# The second part was fetched; it is run before the next task.
_COMPLETE = "performance.getEntriesByType('resource').some((one) => one.name.endsWith('/heatreel-more.js'))"

# The point of an element's box in the window, when what is topmost there is the element, or inside of it.
_AIM = """async (element, [u, v]) => {
  const view = element.ownerDocument.defaultView;
  let box = element.getBoundingClientRect();
  if (box.bottom > innerHeight || box.top < 0 || box.right > innerWidth || box.left < 0 || view !== self) {
    element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 200); });
    box = element.getBoundingClientRect();
  }
  const x = box.left + u * box.width, y = box.top + v * box.height;
  let hit = element.ownerDocument.elementFromPoint(x, y);
  while (hit && hit.shadowRoot && hit.shadowRoot.elementFromPoint(x, y)) {
    const inner = hit.shadowRoot.elementFromPoint(x, y);
    if (inner === hit) break;
    hit = inner;
  }
  for (let at = hit; at !== element; at = at.assignedSlot || at.parentNode || at.host) if (!at) return null;
  let left = 0, top = 0;
  for (let frame = view; frame !== self && frame.frameElement; frame = frame.parent) {
    const around = frame.frameElement.getBoundingClientRect();
    left += around.left + frame.frameElement.clientLeft; top += around.top + frame.frameElement.clientTop;
  }
  const inside = x + left >= 0 && y + top >= 0 && x + left < innerWidth && y + top < innerHeight;
  return inside ? [x + left, y + top] : null;
}"""


@dataclass(frozen=True)
class Aim:
    """One known click: on which element of the snapshot, where on it in page CSS px."""

    element: int
    x: float
    y: float


@dataclass
class Clicked:
    """The known clicks of one state, and the session that the collector would have of them; `reason` why none."""

    snapshot: Snapshot
    aims: list[Aim] = field(default_factory=list)
    session: Session | None = None
    reason: str = ""


async def click_known_points(
    snapshots: Sequence[Snapshot],
    outline: Callable[[Snapshot], Outline],
    key: str,
    browser: str | None = None,
    points: int = POINTS,
    progress: Callable[[], None] = lambda: None,
) -> list[Clicked]:
    """Clicks known points in every state; `key` is the site's write key, by which texts are hashed.

    A state that cannot be stood in again is told with its reason. Raises `PageError` when no page can be opened.
    """
    found: list[Clicked] = []
    async with again(browser, (_GUEST,), unbound=True) as running:
        for snapshot in snapshots:
            found.append(await _click(running, snapshot, outline(snapshot), key, points))
            progress()
    if found and all(clicked.reason.startswith(clicked.snapshot.url) for clicked in found):
        raise PageError(found[0].reason)
    return found


async def _click(running: Again, snapshot: Snapshot, outline: Outline, key: str, points: int) -> Clicked:
    clicked = Clicked(snapshot)
    try:
        async with running.at(snapshot) as page:
            if page is None:
                clicked.reason = "its recipe does not lead to it again"
            else:
                clicked.session = await _clicked(page, clicked, outline, key, points)
    except PageError as exc:
        clicked.reason = str(exc)
    return clicked


async def _clicked(page: Page, clicked: Clicked, outline: Outline, key: str, points: int) -> Session | None:
    """The session in which the points were clicked, as the collector would have it."""
    await page.route(f"{HOST}heatreel-more.js", _give_more)
    await page.evaluate(_START, key)
    # By the debugger's door: a script element, and `eval`, would be refused by the policies of many pages.
    await page.evaluate(recorder_script())
    await page.wait_for_function("typeof heatreel.flush === 'function'")
    await page.wait_for_function(_COMPLETE)
    await page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    touch = clicked.snapshot.viewport.touch
    turn = 0
    for element in chosen(outline, points):
        handle = await find(page, element.selector)
        for _ in SHARES:
            u, v = SHARES[turn % len(SHARES)]
            turn += 1
            spot = await handle.evaluate(_AIM, [u, v]) if handle else None
            if spot:
                await (page.touchscreen.tap(*spot) if touch else page.mouse.click(*spot))
                x, y, width, height = element.box
                clicked.aims.append(Aim(element.index, x + u * width, y + v * height))
                break
    await page.evaluate("heatreel.flush()")
    bodies = await page.evaluate("__heatreelSent")
    return _session([json.loads(body) for body in bodies])


async def _give_more(route: Route) -> None:
    headers = {"access-control-allow-origin": "*"}
    await route.fulfill(body=more_script(), content_type="text/javascript", headers=headers)


def _session(bodies: list[dict[str, Any]]) -> Session | None:
    batches = [
        StoredBatch(
            site="default",
            session=body["session"],
            doc=body["doc"],
            seq=body["seq"],
            received_ms=int(body["at"] + body["sent"]),
            source="calibrate",
            format="wire/1",
            body=body,
        )
        for body in bodies
    ]
    return session_from_batches(batches) if batches else None


def chosen(outline: Outline, most: int) -> list[Element]:
    """Elements to click: two in three act, the others are text and pictures; spread over the page."""
    shown = [element for element in outline.elements if element.visible and min(element.box[2:]) >= 4]
    acting = [element for element in shown if element.interactive]
    others = [element for element in shown if not element.interactive and (element.text or element.tag == "img")]
    picked = [*_spread(acting, -(-2 * most // 3)), *_spread(others, most // 3)]
    return sorted(picked, key=lambda element: element.index)


def _spread(elements: list[Element], most: int) -> list[Element]:
    if len(elements) <= most:
        return elements
    return [elements[place * len(elements) // most] for place in range(most)]
