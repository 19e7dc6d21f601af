"""The collector as an application: `/collect`, `/film`, `/heatreel.js`, `/heatreel-film.js`, `/healthz`, `/metrics`."""

from __future__ import annotations

import gzip
import hashlib
import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from heatreel.capture.collector.retention import Chores, Retention
from heatreel.capture.collector.sealing import Sealing
from heatreel.capture.collector.sites import ensure_site
from heatreel.capture.collector.taking import Taking
from heatreel.capture.collector.writer import GroupWriter
from heatreel.core.config import SiteConfig

logger = logging.getLogger(__name__)


class CollectorApp(Starlette):
    """Starlette's application, with the ways in taken before its routes are looked at."""

    def __init__(self, taking: Taking, routes: Sequence[BaseRoute], folder: Path, chores: Chores) -> None:
        self._ways_in = {"/collect": taking.collect, "/film": taking.film}

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            try:
                with GroupWriter.opened(folder, taking.metrics, chores) as taking.writer:
                    yield
            finally:
                taking.writer = None
                chores.close()

        super().__init__(routes=routes, lifespan=lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way_in = self._ways_in.get(scope["path"]) if scope["type"] == "http" else None
        if way_in:
            await way_in(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    folder: Path,
    *,
    site: SiteConfig | None = None,
    origins: Sequence[str] = (),
    routes: Sequence[BaseRoute] = (),
    source: str = "recorder",
) -> Starlette:
    """See `heatreel.capture.collector.create_app`."""
    site = site or SiteConfig()
    ensure_site(folder, site)
    taking = Taking(folder, site, origins, source)
    own = [
        Route("/heatreel.js", _script("recorder.js"), methods=["GET"]),
        Route("/heatreel-more.js", _script("more.js"), methods=["GET"]),
        Route("/heatreel-film.js", _script("film.js"), methods=["GET"]),
        Route("/healthz", _health(taking), methods=["GET"]),
        Route("/metrics", _metrics(taking, folder), methods=["GET"]),
    ]
    sealing = Sealing(folder, site.seal_after_h, site.sealed)
    chores = Chores(folder, Retention(site.retention_days, site.film_days), sealing)
    return CollectorApp(taking, [*own, *routes], folder, chores)


def _health(taking: Taking) -> Callable[[Request], Awaitable[Response]]:
    async def health(_request: Request) -> Response:
        """200 while batches can be taken."""
        ready = taking.writer is not None
        return JSONResponse({"version": 1, "ok": ready}, 200 if ready else 503)

    return health


def _metrics(taking: Taking, folder: Path) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(_request: Request) -> Response:
        gauges = {
            "waiting": ("Batches that wait to be made durable.", taking.writer.waiting if taking.writer else 0),
            "disk_free_bytes": ("Free space where the workspace is.", shutil.disk_usage(folder).free),
        }
        return PlainTextResponse(taking.metrics.text(gauges), media_type="text/plain; version=0.0.4")

    return metrics


def _script(name: str) -> Callable[[Request], Awaitable[Response]]:
    """The route of a bundle, which is the same for all sites: the key is in the page's snippet."""
    bundle = files("heatreel.capture").joinpath("bundles", name)

    async def script(request: Request) -> Response:
        try:
            text = bundle.read_bytes()
        except OSError:
            logger.error("%s is missing: run `npm ci && npm run build`", bundle)
            return PlainTextResponse(f"{name} was not built: run `npm ci && npm run build`", 503)
        tag = f'"{hashlib.sha256(text).hexdigest()[:16]}"'
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
            text = gzip.compress(text, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Response(text, media_type="text/javascript", headers=headers)

    return script
