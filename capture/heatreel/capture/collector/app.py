"""The collector's routes: `POST /collect`, `GET /heatreel.js`, `GET /healthz`, `GET /metrics`."""

from __future__ import annotations

import gzip
import hashlib
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from heatreel.capture.collector import wire
from heatreel.capture.collector.body import Refused, read_body
from heatreel.capture.collector.writer import GroupWriter, QueueFull
from heatreel.core.errors import CannotRun, WorkspaceError
from heatreel.core.eventlog import Batch
from heatreel.core.workspace import Workspace

_KEYS_AGE_S = 2.0
_LONGEST_PREFLIGHT_S = 7200

logger = logging.getLogger(__name__)


class Sites:
    """Names of the sites by their write key, read again from the catalogue when a key is unknown."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._names: dict[str, str] = {}
        self._read_at = float("-inf")

    def name(self, key: str) -> str | None:
        """The site of a key, or None. The catalogue is asked at most every two seconds."""
        if key not in self._names and self._clock() - self._read_at > _KEYS_AGE_S:
            self._read_at = self._clock()
            self._names = self._read()
        return self._names.get(key)

    def _read(self) -> dict[str, str]:
        with Workspace.open(self._folder) as workspace:
            return {key: name for name, key in workspace.db.execute("SELECT name, key FROM sites")}


class Collector:
    """What the routes of one workspace share."""

    def __init__(self, folder: Path, origins: Sequence[str], source: str) -> None:
        self.folder = folder
        self.origins = frozenset(origins)
        self.source = source
        self.sites = Sites(folder)
        self.writer: GroupWriter | None = None
        self.counts: Counter[str] = Counter()

    async def collect(self, request: Request) -> Response:
        """Stores a batch; 204 only once it is durable."""
        try:
            answer = await self._collect(request)
        except Refused as refused:
            self.counts[f"refused_{refused.status}"] += 1
            answer = PlainTextResponse(refused.reason, refused.status)
            if refused.status in (408, 413):
                # What is left of the body is not read; the connection cannot be used again.
                answer.headers["Connection"] = "close"
            if refused.status in (429, 503):
                answer.headers["Retry-After"] = "2"
        except ClientDisconnect:
            self.counts["refused_cut_off"] += 1
            answer = Response(status_code=400)
        return answer

    async def _collect(self, request: Request) -> Response:
        self._check_origin(request.headers)
        body = await read_body(request.headers, request.stream())
        if "1" in (request.headers.get("sec-gpc"), request.headers.get("dnt")):
            self.counts["not_wanted"] += 1
            return Response(status_code=204)
        try:
            batch, body = wire.decode(body)
        except ValueError as exc:
            raise Refused(400, str(exc)) from exc
        outcome = await self._store(_to_store(batch, body, self._site(batch.site), self.source))
        if outcome.startswith("refused"):
            raise Refused(400, "the batch cannot be stored")
        self.counts[outcome] += 1
        self.counts["events"] += len(batch.events) if outcome == "stored" else 0
        return Response(status_code=204)

    def _site(self, key: str) -> str:
        try:
            site = self.sites.name(key)
        except WorkspaceError as exc:
            logger.error("%s", exc)
            raise Refused(503, "the workspace cannot be read") from exc
        if site is None:
            raise Refused(403, "unknown site: data-site must be the write key of a site of this workspace")
        return site

    async def _store(self, batch: Batch) -> str:
        if self.writer is None:
            raise Refused(503, "not started")
        try:
            return await self.writer.store(batch)
        except QueueFull as exc:
            raise Refused(503, "too many batches wait") from exc
        except CannotRun as exc:
            raise Refused(503, "events cannot be stored now") from exc

    def _check_origin(self, headers: Mapping[str, str]) -> None:
        if self.origins and headers.get("origin") not in self.origins:
            raise Refused(403, "events of this origin are not accepted here")

    async def health(self, _request: Request) -> Response:
        """200 while batches can be taken."""
        ready = self.writer is not None
        return JSONResponse({"version": 1, "ok": ready}, 200 if ready else 503)

    async def metrics(self, _request: Request) -> Response:
        """Counts since the start, in the text form of Prometheus."""
        outcomes = sorted(set(self.counts) - {"events"})
        lines = [
            "# TYPE heatreel_events_total counter",
            f"heatreel_events_total {self.counts['events']}",
            "# TYPE heatreel_batches_total counter",
            *(f'heatreel_batches_total{{outcome="{name}"}} {self.counts[name]}' for name in outcomes),
        ]
        return PlainTextResponse("\n".join(lines) + "\n")

    def allow(self, response: Response, origin: str | None) -> Response:
        """Lets pages of accepted origins read the status; never with credentials."""
        if not self.origins:
            response.headers["Access-Control-Allow-Origin"] = "*"
        elif origin in self.origins:
            response.headers["Access-Control-Allow-Origin"] = origin or ""
            response.headers["Vary"] = "Origin"
        return response


def create_app(
    folder: Path, *, origins: Sequence[str] = (), routes: Sequence[BaseRoute] = (), source: str = "recorder"
) -> Starlette:
    """See `heatreel.capture.collector.create_app`."""
    _ensure_site(folder)
    collector = Collector(folder, origins, source)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with GroupWriter.opened(folder) as collector.writer:
            yield
        collector.writer = None

    async def collect(request: Request) -> Response:
        if request.method == "OPTIONS":
            return collector.allow(_preflight(), request.headers.get("origin"))
        return collector.allow(await collector.collect(request), request.headers.get("origin"))

    own = [
        Route("/collect", collect, methods=["POST", "OPTIONS"]),
        Route("/heatreel.js", _recorder(), methods=["GET"]),
        Route("/healthz", collector.health, methods=["GET"]),
        Route("/metrics", collector.metrics, methods=["GET"]),
    ]
    return Starlette(routes=[*own, *routes], lifespan=lifespan)


def _to_store(batch: wire.Batch, body: bytes, site: str, source: str) -> Batch:
    return Batch(
        site=site,
        session=batch.session,
        doc=batch.doc,
        seq=batch.seq,
        received_ms=time.time_ns() // 1_000_000,
        events=len(batch.events),
        body=body,
        source=source,
    )


def _ensure_site(folder: Path) -> None:
    """Makes the workspace with a default site, without the writer's lock when it is there already."""
    try:
        with Workspace.open(folder) as workspace:
            if workspace.db.execute("SELECT count(*) FROM sites").fetchone()[0]:
                return
    except WorkspaceError:
        if (folder / "heatreel.db").exists():
            raise
    with Workspace.writing(folder) as workspace:
        workspace.site()


def _preflight() -> Response:
    headers = {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type, content-encoding",
        "Access-Control-Max-Age": str(_LONGEST_PREFLIGHT_S),
    }
    return Response(status_code=204, headers=headers)


def _recorder() -> Callable[[Request], Awaitable[Response]]:
    """The route that serves the recorder, which is the same for all sites: the key is in the page's snippet."""
    bundle = files("heatreel.capture").joinpath("bundles/recorder.js")

    async def recorder(request: Request) -> Response:
        try:
            script = bundle.read_bytes()
        except OSError:
            logger.error("%s is missing: run `npm ci && npm run build`", bundle)
            return PlainTextResponse("the recorder was not built: run `npm ci && npm run build`", 503)
        tag = f'"{hashlib.sha256(script).hexdigest()[:16]}"'
        headers = {
            "ETag": tag,
            "Cache-Control": "public, max-age=600",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            script = gzip.compress(script, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Response(script, media_type="text/javascript", headers=headers)

    return recorder
