"""Drives visitors through the shop in a real browser, and writes down what each did: the truth.

The truth is told by `eyes.js` just before each press, and by the driver's own bookkeeping of what is open; neither
shares code with the page model or the recorder.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heatreel.app.demo.hand import Hand, StrayStep
from heatreel.app.demo.panels import CLOSED, Bookkeeping, page_name, panels_of
from heatreel.app.demo.visitors import Step, Visitor
from heatreel.core.blobs import write_atomic

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

SESSION_PLACE = "heatreel"
"""Where the recorder keeps the session's id in sessionStorage; it comes first in the text."""
_SESSION = re.compile(r"[0-9A-Za-z_-]{12,}")

ELSEWHERE = "/shared/pictures/mark.svg"
FLUSH_S = 5.0
FLAGS = ("--disable-smooth-scrolling",)
"""Flags of the browser that visitors use: a wheel's notch scrolls at once."""


@dataclass
class Account:
    """What one visitor did: lines of the truth, and what went otherwise than planned."""

    visitor: Visitor
    session: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    pages: dict[str, dict[str, str]] = field(default_factory=dict)
    views: int = 0
    errors: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    stray: str = ""

    def lines(self) -> list[dict[str, Any]]:
        head = {
            "line": "session",
            "tag": self.visitor.tag,
            "session": self.session,
            "kind": self.visitor.kind,
            "viewport": self.visitor.viewport.name,
            "variant": self.visitor.variant,
            "clicks": len(self.events),
            "views": self.views,
            "errors": self.errors,
            "surprises": self.surprises,
            "stray": self.stray,
        }
        panels = [{"line": "panels", "tag": self.visitor.tag, "page": page, "paths": paths}
                  for page, paths in self.pages.items()]  # fmt: skip
        return [head, *panels, *self.events]


class _Stay:
    """One visitor's stay in one browser context."""

    def __init__(self, visitor: Visitor, page: Page, hand: Hand, base: str) -> None:
        self.visitor = visitor
        self.page = page
        self.hand = hand
        self.base = base
        self.book = Bookkeeping(visitor.viewport.width < 700)
        self.account = Account(visitor)
        self.name = ""
        page.on("pageerror", lambda error: self.account.errors.append(error.message))

    async def run(self) -> Account:
        try:
            for step in self.visitor.plan:
                await self._do(step)
                await self.page.wait_for_timeout(step.wait_ms)
        except StrayStep as exc:
            self.account.stray = str(exc)
        return self.account

    async def leave(self) -> None:
        """Leaves the shop as a visitor does, for a page of the same origin that has no recorder.

        The recorder sends what it has; its request is waited for, and the session's id is read where it left it.
        """
        under_way: set[Any] = set()
        quiet = asyncio.Event()

        def gone(request: Any) -> None:
            under_way.discard(request)
            quiet.set()

        # A plain function: Playwright writes an attribute to what it calls, which a bound method refuses.
        self.page.context.on("request", lambda request: under_way.add(request))
        self.page.context.on("requestfinished", gone)
        self.page.context.on("requestfailed", gone)
        await self.page.goto(self.base + ELSEWHERE)
        async with asyncio.timeout(FLUSH_S):
            await self.page.wait_for_timeout(60)
            while under_way:
                quiet.clear()
                await quiet.wait()
        stored = await self.page.evaluate(f"sessionStorage.getItem('{SESSION_PLACE}') ?? ''")
        found = _SESSION.search(str(stored))
        self.account.session = found[0] if found else ""

    async def _do(self, step: Step) -> None:
        deed = getattr(self, f"_{step.do}")
        await deed(step)
        if step.turns:
            await self._arrive(step.turns)
        for slot, value in step.sets:
            self.book.put(slot, value)

    async def _arrive(self, path: str) -> None:
        """The page has changed: bookkeeping starts anew, and the paths of its panels are kept."""
        await self.page.wait_for_function(
            "path => location.pathname === path && document.readyState === 'complete'", arg=path, timeout=10_000
        )
        await self.page.evaluate("__eyes.settled()")
        self.account.views += 1
        self.book.turn_page()
        self.name = page_name(path)
        if self.name not in self.account.pages:
            panels = panels_of(self.name, self.book.mobile)
            self.account.pages[self.name] = json.loads(
                await self.page.evaluate("panels => __eyes.paths(panels)", panels)
            )

    async def _open(self, step: Step) -> None:
        await self.page.goto(self.base + step.value, wait_until="load")

    async def _back(self, _step: Step) -> None:
        await self.page.go_back()

    async def _wait(self, _step: Step) -> None:
        pass

    async def _scroll(self, step: Step) -> None:
        await self.hand.scroll_to(float(step.value))

    async def _rest(self, step: Step) -> None:
        self._leave_menus(step.target)
        await self.hand.reach(step.target, step.at)

    async def _type(self, step: Step) -> None:
        await self.page.keyboard.type(step.value)

    async def _press(self, step: Step) -> None:
        await self.page.keyboard.press(step.value)

    async def _point(self, step: Step) -> None:
        self._leave_menus(step.target)
        spot = await self.hand.reach(step.target, step.at)
        panels = panels_of(self.name, self.book.mobile)
        seen = json.loads(await self.page.evaluate("args => __eyes.look(...args)", [spot.x, spot.y, panels]))
        await self.hand.press(spot)
        self._note(step, seen | {"until": round(time.time() * 1000)})

    def _leave_menus(self, target: str) -> None:
        """A menu that a mouse has opened closes when the mouse goes elsewhere."""
        if not self.hand.touch and not target.startswith((".menu-item", "#menu-", ".mega")):
            self.book.put("menu", CLOSED)

    def _note(self, step: Step, seen: dict[str, Any]) -> None:
        expected = self.book.shown(self.name)
        if expected != set(seen["shown"]):
            differ = sorted(expected.symmetric_difference(seen["shown"]))
            self.account.surprises.append(f"{seen['url']} {step.target}: {', '.join(differ)}")
        self.account.events.append(
            {
                "line": "event",
                "tag": self.visitor.tag,
                "n": len(self.account.events),
                "type": "tap" if self.hand.touch else "click",
                "viewport": self.visitor.viewport.name,
                "variant": self.visitor.variant,
                "page": self.name,
                "target": step.target,
                "open": self.book.as_json(self.name),
                "signal": step.signal,
                **seen,
            }
        )


async def visit(browser: Browser, visitor: Visitor, base: str, scheme: str = "light") -> Account:
    """One visitor's stay, from a fresh browser context to the last batch of the recorder."""
    viewport = visitor.viewport
    context = await browser.new_context(
        viewport={"width": viewport.width, "height": viewport.height},
        device_scale_factor=viewport.dpr,
        has_touch=viewport.touch,
        locale="en-GB",
        color_scheme="dark" if scheme == "dark" else "light",
    )
    try:
        await context.add_init_script((files(__package__) / "eyes.js").read_text("utf-8"))
        page = await context.new_page()
        cdp = await context.new_cdp_session(page)
        stay = _Stay(visitor, page, Hand(page, viewport.touch, cdp), base)
        account = await stay.run()
        await stay.leave()
        return account
    finally:
        await context.close()


async def drive(
    browser: Browser,
    visitors: Sequence[Visitor],
    base: str,
    *,
    at_once: int = 6,
    done: Callable[[Account], None] = lambda _account: None,
) -> list[Account]:
    """All visitors, `at_once` at a time; `done` is called with each account as it ends."""
    gate = asyncio.Semaphore(at_once)

    async def one(visitor: Visitor) -> Account:
        async with gate:
            account = await visit(browser, visitor, base)
        done(account)
        return account

    return list(await asyncio.gather(*(one(visitor) for visitor in visitors)))


def write_truth(path: Path, accounts: Sequence[Account], habits: list[dict[str, Any]]) -> None:
    """The truth as JSON lines: for each visitor a session line, then panels, then events; last, habits as dealt."""
    lines = [line for account in accounts for line in account.lines()]
    lines.append({"line": "habits", "dealt": habits})
    write_atomic(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
