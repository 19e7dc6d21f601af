"""A visitor's hand: mouse, finger and keyboard of a real browser. No script of the page is called to act."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heatreel.core.errors import HeatreelError

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

_HEADER_PX = 100
_CALM_PX = 330
"""Height in the window at which a mouse goes along, so that it crosses the header only where it is going."""
_TOP_PX, _BOTTOM_PX = 110, 60
_TRIES = 6

_SLOP_PX = 15
"""A finger moves this far before the browser takes it for scrolling."""
_DRAG_STEPS = 4


class StrayStep(HeatreelError):
    """A step of a plan cannot be done on the page as it is."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the window in CSS px."""

    x: float
    y: float


class Hand:
    """Points and scrolls on one page."""

    def __init__(self, page: Page, touch: bool, cdp: CDPSession) -> None:
        self.page = page
        self.touch = touch
        self.cdp = cdp
        self.spot = Spot(0, 0)
        size = page.viewport_size or {"width": 800, "height": 600}
        self.width, self.height = size["width"], size["height"]
        # At the side, where only the page scrolls.
        self.side = Spot(6, self.height * 0.5)

    async def reach(self, target: str, at: tuple[float, float]) -> Spot:
        """Scrolls until the point is in the window with nothing over it, and goes there with the mouse.

        Raises `StrayStep` when that cannot be done.
        """
        for attempt in range(_TRIES):
            aim = await self._aim(target, at)
            if not aim["found"]:
                await self.scroll_by(2000, over=self.side)
            elif _comfortable(aim) or (aim["free"] and attempt > 2):
                return await self._go(Spot(aim["x"], aim["y"]))
            else:
                await self._bring(aim, 0.42 if attempt % 2 == 0 else 0.25)
        raise StrayStep(f"{self.page.url}: {target} cannot be reached: {await self._aim(target, at)}")

    async def press(self, spot: Spot) -> None:
        """Clicks or taps."""
        if self.touch:
            await self.page.touchscreen.tap(spot.x, spot.y)
            return
        await self.page.mouse.down()
        await self.page.mouse.up()

    async def scroll_by(self, dy: float, dx: float = 0, *, over: Spot, room: float = 0) -> None:
        """Turns the wheel or drags with a finger, by CSS px, over a spot that is in the window.

        A finger sets down within `room` CSS px around the spot, which is the whole window when it is 0.
        """
        if self.touch:
            await self._drag_by(dy, dx, over, room or self.height)
        else:
            await self._go(over)
            await self.page.mouse.wheel(dx, dy)
        await self.page.evaluate("__eyes.settled()")

    async def scroll_to(self, share: float) -> None:
        """Scrolls to a share of what the page can scroll, in strokes, as long as it is now; it may grow meanwhile."""
        goal, at = await self.page.evaluate(
            "share => [share * (document.documentElement.scrollHeight - innerHeight), scrollY]", share
        )
        while abs(goal - at) > 2:
            stroke = min(self.height * 0.8, max(-self.height * 0.8, goal - at))
            await self.scroll_by(stroke, over=self.side)
            moved = await self.page.evaluate("scrollY")
            if abs(moved - at) < 1:
                return
            at = moved

    async def _drag_by(self, dy: float, dx: float, over: Spot, room: float) -> None:
        """Drags as often as the window is too small for one go."""
        drags = int(max(abs(dy) / self.height, abs(dx) / self.width) / 0.7) + 1
        for _ in range(drags):
            await self._drag(_with_slop(dx / drags), _with_slop(dy / drags), over, room)

    async def _drag(self, dx: float, dy: float, over: Spot, room: float) -> None:
        """One drag that ends at rest: its own clock says so, else the browser would let the page fly on."""
        moment = time.time()
        x = over.x if abs(dx) < 1 else self.width * (0.9 if dx > 0 else 0.1)
        y = over.y + max(-room * 0.42, min(room * 0.42, dy * 0.5))

        async def send(kind: str, share: float, wait_s: float) -> None:
            nonlocal moment
            moment += wait_s
            point = {"x": x - dx * share, "y": y - dy * share}
            points = [] if kind == "touchEnd" else [point]
            await self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, "timestamp": moment})

        await send("touchStart", 0, 0)
        for step in range(1, _DRAG_STEPS + 1):
            await send("touchMove", step / _DRAG_STEPS, 0.03)
        await send("touchMove", 1, 0.2)
        await send("touchEnd", 1, 0.2)

    async def _aim(self, target: str, at: tuple[float, float]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.page.evaluate("args => __eyes.aim(...args)", [target, *at]))
        return found

    async def _bring(self, aim: dict[str, Any], lift: float) -> None:
        """Scrolls a target to `lift` of the window's height; first to its scroller, then inside of that."""
        around = aim["scroller"]
        if around and not _within(aim, around):
            left, top, width, height = around
            middle = Spot(left + width / 2, top + height / 2)
            if not _TOP_PX <= middle.y <= self.height - _BOTTOM_PX:
                await self.scroll_by(middle.y - self.height * 0.45, over=self.side)
                return
            dx = aim["x"] - middle.x if not left <= aim["x"] <= left + width else 0
            dy = aim["y"] - middle.y if not top <= aim["y"] <= top + height else 0
            await self.scroll_by(dy, dx, over=middle, room=min(height, self.height))
        elif aim["position"] != "fixed":
            await self.scroll_by(aim["y"] - self.height * lift, over=self.side)

    async def _go(self, spot: Spot) -> Spot:
        """Moves the mouse along straight lines; a finger just lands."""
        if not self.touch:
            for corner in _way(self.spot, spot):
                await self.page.mouse.move(corner.x, corner.y, steps=3)
        self.spot = spot
        return spot


def _way(start: Spot, end: Spot) -> list[Spot]:
    """Corners of the way between two spots: out of the header first, along, then into it.

    Into an open menu it goes down, then along, as people learn to do.
    """
    if start == end or max(abs(start.x - end.x), abs(start.y - end.y)) < 3:
        return [end]
    if start.y > _HEADER_PX and end.y > _HEADER_PX:
        return [end]
    if start.y <= _HEADER_PX < end.y <= _CALM_PX:
        return [Spot(start.x, end.y), end]
    corners = []
    if start.y <= _HEADER_PX:
        corners.append(Spot(start.x, _CALM_PX))
    if end.y <= _HEADER_PX:
        corners.append(Spot(end.x, max(start.y, _CALM_PX)))
    return [*corners, end]


def _with_slop(length: float) -> float:
    return length + _SLOP_PX * (1 if length > 0 else -1) if abs(length) >= 1 else 0


def _comfortable(aim: dict[str, Any]) -> bool:
    """Free, and not at the window's edge, unless it is fixed there or the page cannot scroll further."""
    if not aim["free"]:
        return False
    inside = _TOP_PX <= aim["y"] <= aim["window"][1] - _BOTTOM_PX
    return bool(inside or aim["position"] or aim["scrollY"] == 0)


def _within(aim: dict[str, Any], box: list[float]) -> bool:
    left, top, width, height = box
    return bool(left <= aim["x"] < left + width and top <= aim["y"] < top + height)
