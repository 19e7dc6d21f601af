"""Who visits: what a browser brings along to be let in, and to be shown one arm of a test.

Nothing of it reaches the workspace, and nothing another site than the one that is captured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from heatreel.capture.guard import Door
from heatreel.capture.options import Access, Arm
from heatreel.core.errors import PageError

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, WebSocketRoute

_STORE = """(([origins, local, session]) => {
  if (!origins.includes(location.origin)) return;
  try {
    for (const [name, value] of local) localStorage.setItem(name, value);
    for (const [name, value] of session[location.origin] || [])
      if (sessionStorage.getItem(name) === null) sessionStorage.setItem(name, value);
  } catch {}
})(%s)"""

_ASKED = """(() => {
  const found = Object.getOwnPropertyDescriptor(Navigator.prototype, "webdriver");
  if (!found || !found.get) return;
  Object.defineProperty(Navigator.prototype, "webdriver", { ...found, get() {
    if (globalThis.__heatreelCapture) globalThis.__heatreelCapture.askedAutomated = true;
    return found.get.call(this);
  } });
})()"""

Entry = Mapping[str, Any]
"""A storage state as Playwright writes it: cookies, and local storage by origin."""


@dataclass(frozen=True)
class Visitor:
    """A visitor of the `origins`. `entry` is the storage state to begin with: given, or left by the login."""

    origins: tuple[str, ...] = ()
    access: Access = field(default_factory=Access)
    arm: Arm = field(default_factory=Arm)
    entry: Entry | None = field(default=None, repr=False)
    session: Mapping[str, list[list[str]]] = field(default_factory=dict, repr=False)
    checked: bool = False
    """Whether every page must show the arm's `rule`."""

    def url(self, url: str) -> str:
        """The address that shows the arm."""
        if not self.arm.query:
            return url
        parts = urlsplit(url)
        added = urlencode(self.arm.query)
        return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))

    def plain(self, url: str) -> str:
        """An address without what was added to show the arm."""
        if not self.arm.query:
            return url
        parts = urlsplit(url)
        kept = [pair for pair in parse_qsl(parts.query, True) if pair not in self.arm.query]
        return urlunsplit(parts._replace(query=urlencode(kept)))

    async def check(self, page: Page) -> None:
        """Raises `PageError` when a page shows another arm than it did: arms are never mixed."""
        if self.checked and not await page.query_selector(self.arm.rule):
            raise PageError(f"{page.url}: shows another arm than {self.arm.name!r} when it is loaded again")

    def door(self) -> Door | None:
        """What the requests to the site bring along; None when nothing."""
        headers = (*self.access.headers, *self.arm.headers)
        return Door(self.origins, headers, self.access.credentials) if headers or self.access.credentials else None

    def context_options(self) -> dict[str, Any]:
        """Options of a new browser context."""
        return {"storage_state": self.entry if self.entry is not None else self.access.storage_state}

    async def enter(
        self, context: BrowserContext, at_rest: Callable[[], bool], refused: Callable[[str, str], None]
    ) -> None:
        """Puts cookies and storage into a new context, and a gate before its sockets.

        What a page says over a WebSocket while it loads is passed on; what acting on it would send, once `at_rest`,
        is not: it may write. `refused` is told kind and URL.
        """
        cookies = [*self.access.cookies, *self.arm.cookies]
        if cookies:
            await context.add_cookies(
                [{"name": name, "value": value, "url": one} for one in self.origins for name, value in cookies]
            )
        await context.add_init_script(_ASKED)
        if self.arm.local_storage or self.session:
            stored = json.dumps([self.origins, self.arm.local_storage, self.session])
            await context.add_init_script(_STORE % stored.replace("</", "<\\/"))

        def gate(socket: WebSocketRoute) -> None:
            server = socket.connect_to_server()

            def pass_on(message: str | bytes) -> None:
                if at_rest():
                    refused("WebSocket message to", socket.url)
                else:
                    server.send(message)

            socket.on_message(pass_on)

        await context.route_web_socket("**/*", gate)
