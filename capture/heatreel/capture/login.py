"""A login by form, done once before the capture in a browser of its own; its cookies and storage go to every page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heatreel.capture.options import CaptureOptions, Login
from heatreel.capture.running import started
from heatreel.capture.visitor import Visitor
from heatreel.core.errors import PageError
from heatreel.core.routes import origin
from heatreel.core.state import Action
from heatreel.core.strict import filled

if TYPE_CHECKING:
    from playwright.async_api import Page

STEP_S = 15
"""What a step of a login may take, in seconds."""


@dataclass(frozen=True)
class Entered:
    """What a login leaves: Playwright's storage state, and session storage by origin. Never written to disk."""

    state: dict[str, Any] | None = field(default=None, repr=False)
    session: Mapping[str, list[list[str]]] = field(default_factory=dict, repr=False)


async def log_in(options: CaptureOptions, visitor: Visitor, more: tuple[str, ...] = ()) -> Entered:
    """Does the login of the options. Raises `PageError` that names the step; no message holds what was typed."""
    from playwright.async_api import Error

    login = options.access.login
    if not login:
        return Entered()
    door = visitor.door()
    async with started(options, None, door, more, writes=True) as running:
        context = await running.browser.new_context(
            viewport={"width": 1440, "height": 900},
            locale="en-US",
            timezone_id="UTC",
            storage_state=options.access.storage_state,
        )
        await visitor.enter(context, lambda: False, lambda *_: None)
        page = await context.new_page()
        page.set_default_timeout(STEP_S * 1000)
        try:
            await page.goto(login.url, wait_until="domcontentloaded")
        except Error as exc:
            raise PageError(f"{login.url}: the login page cannot be opened") from exc
        await _steps(page, login)
        # What the server has set is complete when the page it leads to has loaded.
        await page.wait_for_load_state("load")
        session = await page.evaluate("Object.entries(sessionStorage)")
        state = dict(await context.storage_state(indexed_db=True))
        return Entered(state, {origin(page.url): session} if session else {})


async def _steps(page: Page, login: Login) -> None:
    from playwright.async_api import Error

    for number, action in enumerate(login.steps, 1):
        try:
            await _step(page, action, f"{login.url}: login step {number}")
        except Error:
            # Without its cause: Playwright's log of the call holds what was typed.
            raise PageError(
                f"{login.url}: login step {number} ({action.action} {action.selector}) found nothing to act on"
                f" within {STEP_S} s"
            ) from None
    try:
        await page.locator(login.until).first.wait_for(state="attached")
    except Error as exc:
        raise PageError(
            f"{login.url}: the login did not work: {login.until} did not appear within {STEP_S} s (at {page.url})"
        ) from exc


async def _step(page: Page, action: Action, where: str) -> None:
    value = filled(action.value, where)
    if action.action == "press":
        await page.keyboard.press(value) if not action.selector else await page.press(action.selector, value)
        return
    if action.action == "route":
        await page.goto(value)
        return
    element = page.locator(action.selector).first
    doings: dict[str, Callable[[], Awaitable[object]]] = {
        "click": element.click,
        "hover": element.hover,
        "wait": element.wait_for,
        "scroll": element.scroll_into_view_if_needed,
        "type": lambda: element.fill(value),
        "select": lambda: element.select_option(value),
    }
    await doings[action.action]()
