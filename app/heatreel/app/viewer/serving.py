"""The viewer over HTTP: its pages and bundles, and the read API, as routes beside the collector's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from heatreel.app.viewer.answers import Answer
from heatreel.app.viewer.api import BASE, PREFIX
from heatreel.app.viewer.backend import Backend, Beside
from heatreel.app.viewer.guard import Door, Guard
from heatreel.core.config import Config
from heatreel.overlays.html import live_shell

_BUNDLE = re.compile(r"[a-z][a-z0-9-]*\.(js|css|woff2|svg|png)")
_MEDIA = {
    "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "woff2": "font/woff2",
    "svg": "image/svg+xml", "png": "image/png",
}  # fmt: skip

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src {0}; img-src 'self' data: blob:; font-src 'self' data:;"
    " media-src data: blob:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors {1}"
)
VIEWER_POLICY = _PAGE.format("'self'", "'none'")
# rrweb's player makes a frame of its own, which inherits the policy of this page, and films have inline styles.
PLAYER_POLICY = _PAGE.format("'self' 'unsafe-inline'", "'self'")
# A page that was captured is rebuilt in here: no script, whatever it holds, and nothing from any network.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline' data: blob:; img-src data: blob:; font-src data: blob:;"
    " media-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
_FRAME = '<html><head><meta charset="utf-8"></head><body></body></html>'


def viewer_routes(backend: Backend, door: Door) -> list[BaseRoute]:
    """The routes of the viewer. They take every path, so they come last."""

    async def api(request: Request) -> Response:
        path = request.path_params["path"]
        headers = {key: value for key, value in request.headers.items() if key in _HEADERS}
        headers[BASE] = str(request.base_url).rstrip("/")
        answer = await backend.ask(request.method, path, request.url.query, headers)
        return _response(answer, request.method)

    def shell(policy: str) -> Response:
        return Response(
            live_shell(),
            media_type="text/html",
            headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"},
        )

    async def index(_request: Request) -> Response:
        return shell(VIEWER_POLICY)

    async def player(_request: Request) -> Response:
        return shell(PLAYER_POLICY)

    async def frame(request: Request) -> Response:
        text = _FRAME if request.query_params.get("quirks") == "1" else f"<!doctype html>{_FRAME}"
        return Response(text, media_type="text/html", headers={"Content-Security-Policy": FRAME_POLICY})

    return [
        Mount(
            "/",
            routes=[
                Route(f"{PREFIX}{{path:path}}", api, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
                Route("/", index),
                Route("/player", player),
                Route("/frame", frame),
                Route("/{name}", bundle),
            ],
            middleware=[Middleware(Guard, door=door)],
        )
    ]


_HEADERS = frozenset({"if-none-match", "accept-encoding", "x-heatreel"})


def _response(answer: Answer, method: str) -> Response:
    headers = {**answer.headers, "Vary": "Accept-Encoding"}
    if method == "HEAD":
        headers["Content-Length"] = str(len(answer.body))
    return Response(b"" if method == "HEAD" else answer.body, answer.status, headers, answer.media)


async def bundle(request: Request) -> Response:
    """A built file of the viewer."""
    name = request.path_params["name"]
    found = _BUNDLE.fullmatch(name)
    path = files("heatreel.overlays") / "bundles" / name if found else None
    if not found or path is None or not path.is_file():
        return PlainTextResponse("no such file\n", 404)
    data = path.read_bytes()
    tag = f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=_MEDIA[found[1]], headers=headers)


@contextmanager
def viewer(folder: Path, config: Config, base: str, door: Door, replays: bool) -> Iterator[list[BaseRoute]]:
    """The viewer's routes over a process that answers, as long as the context lasts."""
    backend = Beside(folder, config, base, replays)
    try:
        yield viewer_routes(backend, door)
    finally:
        backend.close()
