"""Alleged dead elements, clicked again in a real browser: what is dead, and what only looked so in the recording."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from heatreel.capture.again import ACT_S, Again, again, find
from heatreel.core.state import Snapshot

if TYPE_CHECKING:
    from playwright.async_api import Dialog, ElementHandle, Page

Verdict = Literal["dead", "slow", "elsewhere", "needs an earlier state", "answers"]

WATCHED_S = 7.0
"""How long an answer is waited for: after this the recorders in use call a click dead (Sentry: 7 s)."""

SLOW_MS = 1000.0
"""An answer later than this is slow: beyond a second people lose the thread (Nielsen 1993)."""

# Notes when the page first answers. What goes on by itself was seen in the second before, and is not counted.
_WATCH = """async () => {
  const answers = self.__heatreelAnswers = [];
  const ticking = new Set();
  let armed = false, at = 0;
  const note = (what) => { if (armed) answers.push([what, performance.now() - at]); };
  const changed = (records) => {
    for (const { target, type } of records) {
      const node = target.nodeType === 1 ? target : target.parentNode || target;
      if (!armed) ticking.add(node);
      else if (!ticking.has(node)) note(type === "attributes" ? "attribute" : "content");
    }
  };
  const options = { subtree: true, childList: true, characterData: true, attributes: true };
  const observe = (root) => {
    new MutationObserver(changed).observe(root, options);
    for (const one of root.querySelectorAll("*")) if (one.shadowRoot) observe(one.shadowRoot);
  };
  observe(document);
  await new Promise((done) => setTimeout(done, 1000));
  addEventListener("scroll", () => note("scroll"), true);
  addEventListener("input", () => note("input"), true);
  addEventListener("toggle", () => note("content"), true);
  addEventListener("play", () => note("media"), true);
  addEventListener("copy", () => note("clipboard"), true);
  addEventListener("hashchange", () => note("address"));
  if (self.navigation) navigation.addEventListener("navigate", () => note("address"));
  if (navigator.clipboard) {
    const real = navigator.clipboard.writeText;
    navigator.clipboard.writeText = function (text) { note("clipboard"); return real.call(this, text); };
  }
  self.__heatreelArm = () => { armed = true; at = performance.now(); };
}"""


@dataclass(frozen=True)
class Asked:
    """What became of an alleged dead element. `after_ms` is when it answered, `what` how."""

    page: str
    viewport: str
    state: str
    selector: str
    clicks: int
    verdict: Verdict
    what: str = ""
    after_ms: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def verify_dead(
    snapshots: Sequence[Snapshot],
    clusters: Sequence[Mapping[str, Any]],
    browser: str | None = None,
    progress: Callable[[], None] = lambda: None,
) -> list[Asked]:
    """Clicks each element that dead clusters name again, in its state; clusters are those of a replay's details.

    Raises `PageError` when a page cannot be opened.
    """
    by_place = {(one.page, one.viewport.name, one.state.id): one for one in reversed(snapshots)}
    found: list[Asked] = []
    async with again(browser) as running:
        for cluster in clusters:
            snapshot = by_place.get((cluster["page"], cluster["viewport"], cluster["state"]))
            if snapshot is not None:
                verdict, what, after_ms = await _ask(running, snapshot, str(cluster["selector"]))
                where = (snapshot.page, snapshot.viewport.name, snapshot.state.id, str(cluster["selector"]))
                found.append(Asked(*where, int(cluster["clicks"]), verdict, what, after_ms))
            progress()
    return found


async def _ask(running: Again, snapshot: Snapshot, selector: str) -> tuple[Verdict, str, float | None]:
    async with running.at(snapshot) as page:
        if page is None:
            return "needs an earlier state", "the recipe of the state does not lead there", None
        element = await find(page, selector)
        if element is None or not await element.is_visible():
            return "needs an earlier state", "it is not there, or not shown, in this state", None
        return await _clicked(running, page, element, snapshot.viewport.touch)


async def _clicked(
    running: Again, page: Page, element: ElementHandle, touch: bool
) -> tuple[Verdict, str, float | None]:
    from playwright.async_api import Error

    elsewhere: list[str] = []
    gone: list[str] = []

    async def dismiss(dialog: Dialog) -> None:
        elsewhere.append("browser dialog")
        await dialog.dismiss()

    page.on("popup", lambda _: elsewhere.append("new window"))
    page.on("download", lambda _: elsewhere.append("download"))
    page.on("filechooser", lambda _: elsewhere.append("file chooser"))
    page.on("dialog", dismiss)
    with suppress(Error):
        await element.scroll_into_view_if_needed(timeout=ACT_S * 1000)
    await page.evaluate(_WATCH)
    page.on("framenavigated", lambda frame: gone.append(frame.url) if frame is page.main_frame else None)
    refused = len(running.guard.refused)
    with suppress(Error):
        await page.evaluate("__heatreelArm()")
    began = time.monotonic()
    try:
        await (element.tap if touch else element.click)(timeout=ACT_S * 1000, no_wait_after=True)
    except Error:
        return "needs an earlier state", "something covers it in this state", None
    while (spent := time.monotonic() - began) < WATCHED_S:
        if elsewhere:
            return "elsewhere", elsewhere[0], None
        if gone:
            return _answer("address", spent * 1000)
        with suppress(Error):
            if answers := await page.evaluate("self.__heatreelAnswers || []"):
                return _answer(*answers[0])
        if len(running.guard.refused) > refused:
            method, url = running.guard.refused[-1][1:]
            return "answers", f"sends {method} {url.split('?')[0]}, which was held back", None
        await asyncio.sleep(0.05)
    return "dead", "", None


def _answer(what: str, after_ms: float) -> tuple[Verdict, str, float]:
    return ("slow" if after_ms > SLOW_MS else "answers"), what, round(after_ms)
