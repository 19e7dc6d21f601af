"""`POST /collect` and `POST /film` as plain ASGI: checked, handed to the writer, answered once it is durable.

Plain because routing, a request and a response object cost as much as all the rest of a batch's way to the disk.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs

from starlette.types import Message, Receive, Scope, Send

from heatreel.capture.collector import films, wire
from heatreel.capture.collector.agents import bot_of
from heatreel.capture.collector.body import Bodies, CutOff, Refused, content
from heatreel.capture.collector.clock import Clock
from heatreel.capture.collector.limits import Limits
from heatreel.capture.collector.metrics import Metrics
from heatreel.capture.collector.sites import Sites
from heatreel.capture.collector.writer import GroupWriter, Piece, QueueFull
from heatreel.core.config import SiteConfig
from heatreel.core.errors import CannotRun, WorkspaceError
from heatreel.core.eventlog import Batch, FilmChunk

_LONGEST_PREFLIGHT_S = 7200
_NOT_WANTED = "not_wanted"

logger = logging.getLogger(__name__)

Headers = Mapping[bytes, bytes]


class Taking:
    """What the ways in to one workspace share."""

    def __init__(self, folder: Path, site: SiteConfig, origins: Sequence[str], source: str) -> None:
        self.origins = frozenset(origin.rstrip("/").lower().encode() for origin in (*site.origins, *origins))
        self.source = source
        self.sites = Sites(folder)
        self.limits = Limits(site.rate_per_address, site.rate_per_key, site.proxies)
        self.metrics = Metrics()
        self.writer: GroupWriter | None = None
        self._bodies = Bodies()
        self._clock = Clock()
        self._films = asyncio.Semaphore(1)

    async def collect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`POST /collect`: one batch."""
        await self._answer(scope, receive, send, self._take_batch, self.metrics.batches)

    async def film(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`POST /film`: one chunk of a session's film."""
        await self._answer(scope, receive, send, self._take_film, self.metrics.films)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        take: Callable[[Scope, Headers, Receive], Awaitable[str]],
        counts: Counter[str],
    ) -> None:
        headers: Headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        if scope["method"] != "POST":
            await self._answer_other(scope["method"], origin, send)
            return
        try:
            self._check_sender(scope, headers, origin)
            outcome = await take(scope, headers, receive)
            status, reason, extra = 204, b"", []
        except Refused as refused:
            outcome = f"refused_{refused.status}"
            status, reason, extra = refused.status, refused.reason.encode(), _about(refused)
        except CutOff:
            outcome, status, reason, extra = "cut_off", 400, b"", []
        counts[outcome] += 1
        await send({"type": "http.response.start", "status": status, "headers": [*self._allowed(origin), *extra]})
        await send({"type": "http.response.body", "body": reason})

    def _check_sender(self, scope: Scope, headers: Headers, origin: bytes) -> None:
        if self.origins and origin.lower() not in self.origins:
            raise Refused(403, "events of this origin are not accepted here")
        client = scope.get("client")
        wait_s = self.limits.wait_s(client[0] if client else "", headers.get(b"x-forwarded-for", b""))
        if wait_s:
            raise Refused(429, "too many batches from this address", wait_s)

    async def _take_batch(self, _scope: Scope, headers: Headers, receive: Receive) -> str:
        body = await self._bodies.read(headers, receive, wire.MAX_WIRE_BYTES)
        self.metrics.totals["body_bytes"] += len(body)
        if _refuses_recording(headers):
            return _NOT_WANTED
        try:
            batch, body = wire.decode(content(body, headers, wire.MAX_INFLATED_BYTES))
        except ValueError as exc:
            raise Refused(400, str(exc)) from exc
        bot = bot_of(headers.get(b"user-agent", b""))
        piece = Batch(
            site=self._site(batch.site),
            session=batch.session,
            doc=batch.doc,
            seq=batch.seq,
            received_ms=self._clock.now_ms(),
            events=len(batch.events),
            body=body,
            source=self.source,
            bot=bot,
        )
        outcome = await self._store(piece)
        if outcome == "stored":
            self.metrics.totals["events"] += piece.events
            self.metrics.totals["bots"] += bool(bot)
        return outcome

    async def _take_film(self, scope: Scope, headers: Headers, receive: Receive) -> str:
        packed = await self._bodies.read(headers, receive, wire.MAX_FILM_WIRE_BYTES)
        self.metrics.totals["body_bytes"] += len(packed)
        if _refuses_recording(headers):
            return _NOT_WANTED
        try:
            named = films.named(parse_qs(scope["query_string"], max_num_fields=20))
        except ValueError as exc:
            raise Refused(400, str(exc)) from exc
        site = self._site(named.site)
        # One at a time, beside the loop: a film is inflated and read through, which takes memory and a while.
        async with self._films:
            events, body = await asyncio.to_thread(films.checked, packed, headers)
        return await self._store(
            FilmChunk(site, named.session, named.doc, named.seq, self._clock.now_ms(), events, body)
        )

    def _site(self, key: str) -> str:
        try:
            site = self.sites.name(key)
        except WorkspaceError as exc:
            logger.error("%s", exc)
            raise Refused(503, "the workspace cannot be read") from exc
        if site is None:
            raise Refused(403, "unknown site: data-site must be the write key of a site of this workspace")
        wait_s = self.limits.key_wait_s(key)
        if wait_s:
            raise Refused(429, "too many batches of this site", wait_s)
        return site

    async def _store(self, piece: Piece) -> str:
        if self.writer is None:
            raise Refused(503, "not started")
        try:
            outcome = await self.writer.store(piece)
        except QueueFull as exc:
            raise Refused(429, "too much waits to be stored") from exc
        except CannotRun as exc:
            raise Refused(503, "events cannot be stored now", wait_s=5) from exc
        if outcome.startswith("refused"):
            raise Refused(400, "the batch cannot be stored")
        return outcome

    async def _answer_other(self, method: str, origin: bytes, send: Send) -> None:
        status, headers = (
            (204, _PREFLIGHT)
            if method == "OPTIONS"
            else (405, [(b"allow", b"POST, OPTIONS"), (b"content-length", b"0")])
        )
        start: Message = {"type": "http.response.start", "status": status}
        await send({**start, "headers": [*self._allowed(origin), *headers]})
        await send({"type": "http.response.body", "body": b""})

    def _allowed(self, origin: bytes) -> list[tuple[bytes, bytes]]:
        """Lets pages of accepted origins read the status; never with credentials."""
        if not self.origins:
            return _ANYBODY
        if origin.lower() in self.origins:
            return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]
        return [(b"vary", b"Origin")]


_ANYBODY = [(b"access-control-allow-origin", b"*")]
_PREFLIGHT = [
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type, content-encoding"),
    (b"access-control-max-age", str(_LONGEST_PREFLIGHT_S).encode()),
]


def _about(refused: Refused) -> list[tuple[bytes, bytes]]:
    length = str(len(refused.reason.encode())).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", length)]
    if refused.status in (408, 413):
        # What is left of the body is not read; the connection cannot be used again.
        headers.append((b"connection", b"close"))
    if refused.status in (429, 503):
        headers.append((b"retry-after", str(math.ceil(refused.wait_s)).encode()))
        headers.append((b"access-control-expose-headers", b"retry-after"))
    return headers


def _refuses_recording(headers: Headers) -> bool:
    return headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1"
