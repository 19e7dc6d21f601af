"""What must not leave the browser: requests that write, and navigations away from the page that is explored.

It also is where the capture's own headers and HTTP credentials are added, to requests of the captured site only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from heatreel.capture.rate import Rate
from heatreel.core.routes import origin

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Only these kinds can write or navigate; pictures, styles and scripts need not wait for an answer from here.
_KINDS = ("Document", "XHR", "Fetch", "Ping", "CSPViolationReport", "Other")


class Door:
    """Headers and HTTP credentials that open the captured site; requests to other origins get none of them."""

    def __init__(
        self,
        origins: Iterable[str],
        headers: Iterable[tuple[str, str]] = (),
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.origins = frozenset(origins)
        self.headers = tuple(headers)
        self.credentials = credentials

    def leads_in(self, url: str) -> bool:
        with suppress(ValueError):
            return origin(url) in self.origins
        return False

    def dress(self, url: str, headers: dict[str, str]) -> list[dict[str, str]] | None:
        """The headers of a request with our own in place of theirs; None when it gets none of ours."""
        if not self.headers or not self.leads_in(url):
            return None
        ours = {name.lower() for name, _ in self.headers}
        kept = [(name, value) for name, value in headers.items() if name.lower() not in ours]
        return [{"name": name, "value": value} for name, value in (*kept, *self.headers)]


class NetworkGuard:
    """Refuses writing requests of every page, frame, worker and window of one browser, whatever sends them.

    It listens at the browser, not at a page: `context.route` would see neither workers nor redirects, and it
    switches the HTTP cache off. Page loads wait for their turn at `rate`. With `writes`, requests that write may
    leave: a login does. `door` may be changed from page to page, if it was there from the start.
    """

    def __init__(
        self, session: CDPSession, rate: Rate | None = None, door: Door | None = None, writes: bool = False
    ) -> None:
        self._session = session
        self._rate = rate
        self._writes = writes
        self._tasks: set[asyncio.Task[None]] = set()
        self._answered: set[str] = set()
        self.door = door
        self.locked: set[str] = set()
        """Ids of main frames that must stay on their document."""
        self.refused: list[tuple[str, str, str]] = []
        """(frame id, method, URL) of each request refused."""

    @classmethod
    async def start(
        cls, browser: Browser, rate: Rate | None = None, door: Door | None = None, writes: bool = False
    ) -> NetworkGuard:
        session = await browser.new_browser_cdp_session()
        guard = cls(session, rate, door, writes)
        session.on("Fetch.requestPaused", guard._paused)
        session.on("Fetch.authRequired", guard._asked)
        patterns = [{"urlPattern": "*", "resourceType": kind} for kind in _KINDS]
        if door:
            # Pictures, styles and scripts of the site are behind the same door.
            patterns += [{"urlPattern": f"{one}/*"} for one in sorted(door.origins)]
        await session.send("Fetch.enable", {"patterns": patterns, "handleAuthRequests": door is not None})
        return guard

    def take_refused(self, frame: str) -> list[tuple[str, str]]:
        """The (method, URL) of the requests of a main frame that were refused since the last call."""
        mine = [(method, url) for owner, method, url in self.refused if owner == frame]
        self.refused = [one for one in self.refused if one[0] != frame]
        return mine

    def _paused(self, event: dict[str, Any]) -> None:
        self._soon(self._answer(event))

    def _asked(self, event: dict[str, Any]) -> None:
        self._soon(self._identify(event))

    def _soon(self, answer: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(answer)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, event: dict[str, Any]) -> None:
        request = event["request"]
        method, url, frame = request["method"], request["url"], event.get("frameId", "")
        page = event.get("resourceType") == "Document"
        leaves = page and frame in self.locked
        # The request may be gone by now: its page was closed.
        with suppress(Exception):
            if (method in SAFE_METHODS or self._writes) and not leaves:
                if page and self._rate:
                    await self._rate.turn(url)
                answer: dict[str, Any] = {"requestId": event["requestId"]}
                # What is set here holds for this hop only: a redirect to another site comes by here again.
                if self.door and (headers := self.door.dress(url, request["headers"])):
                    answer["headers"] = headers
                await self._session.send("Fetch.continueRequest", answer)
                return
            self.refused.append((frame, method, url[:500]))
            # Aborted leaves the document where it is; other reasons would put an error page in its place.
            reason = "Aborted" if page else "BlockedByClient"
            await self._session.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": reason})

    async def _identify(self, event: dict[str, Any]) -> None:
        """Gives the credentials to the captured site, once for each request: asked again, they were wrong."""
        answer: dict[str, str] = {"response": "CancelAuth"}
        credentials = self.door.credentials if self.door else None
        asks = event.get("authChallenge", {})
        ours = self.door is not None and self.door.leads_in(event["request"]["url"]) and asks.get("source") != "Proxy"
        if credentials and ours and event["requestId"] not in self._answered:
            self._answered.add(event["requestId"])
            answer = {"response": "ProvideCredentials", "username": credentials[0], "password": credentials[1]}
        with suppress(Exception):
            await self._session.send(
                "Fetch.continueWithAuth", {"requestId": event["requestId"], "authChallengeResponse": answer}
            )
