"""What must not leave the browser: requests that write, and navigations away from the page that is explored."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Only these kinds can write or navigate; pictures, styles and scripts need not wait for an answer from here.
_KINDS = ("Document", "XHR", "Fetch", "Ping", "Other")


class NetworkGuard:
    """Refuses writing requests of every page, frame, worker and window of one browser, whatever sends them.

    It listens at the browser, not at a page: `context.route` would see neither workers nor redirects, and it
    switches the HTTP cache off.
    """

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._tasks: set[asyncio.Task[None]] = set()
        self.locked: set[str] = set()
        """Ids of main frames that must stay on their document."""
        self.refused: list[tuple[str, str, str]] = []
        """(frame id, method, URL) of each request refused."""

    @classmethod
    async def start(cls, browser: Browser) -> NetworkGuard:
        session = await browser.new_browser_cdp_session()
        guard = cls(session)
        session.on("Fetch.requestPaused", guard._paused)
        await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "resourceType": kind} for kind in _KINDS]})
        return guard

    def take_refused(self, frame: str) -> list[tuple[str, str]]:
        """The (method, URL) of the requests of a main frame that were refused since the last call."""
        mine = [(method, url) for owner, method, url in self.refused if owner == frame]
        self.refused = [one for one in self.refused if one[0] != frame]
        return mine

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._answer(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, event: dict[str, Any]) -> None:
        method, url = event["request"]["method"], event["request"]["url"]
        frame = event.get("frameId", "")
        leaves = event.get("resourceType") == "Document" and frame in self.locked
        # The request may be gone by now: its page was closed.
        with suppress(Exception):
            if method in SAFE_METHODS and not leaves:
                await self._session.send("Fetch.continueRequest", {"requestId": event["requestId"]})
                return
            self.refused.append((frame, method, url[:500]))
            # Aborted leaves the document where it is; other reasons would put an error page in its place.
            reason = "Aborted" if event.get("resourceType") == "Document" else "BlockedByClient"
            await self._session.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": reason})
