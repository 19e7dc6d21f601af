"""Serves a build of the demo shop on a loopback port, as a host with history fallback would."""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from heatreel.core.errors import Busy, InputError

FOLDER = Path(__file__).parent
BUILDS = ("shop", "redesign")
_TYPES = {".js": "text/javascript", ".webp": "image/webp", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


def snippet(collector: str, key: str) -> str:
    """The one line that a site's owner puts into the page; `collector` is the URL of `heatreel serve`."""
    return f'<script async src="{escape(collector)}/heatreel.js" data-site="{escape(key)}"></script>'


def _find(build: str, path: str) -> Path | None:
    """The file of a request path: an asset of the build or a shared one, `index.html` for a route, or none."""
    parts = [part for part in path.split("/") if part]
    if any(part in (".", "..") for part in parts):
        return None
    file = FOLDER.joinpath(*parts) if parts[:1] == ["shared"] else FOLDER.joinpath(build, *parts)
    if file.is_file():
        return file
    is_route = not parts or ("." not in parts[-1] and not file.exists() and parts[0] != "shared")
    return FOLDER / build / "index.html" if is_route else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it, the 40 ms delay of an acknowledged segment is added to most answers.
    disable_nagle_algorithm = True
    build = BUILDS[0]
    injected = ""

    def do_GET(self) -> None:
        file = _find(self.build, unquote(urlsplit(self.path).path))
        if file is None:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found\n")
            return
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        data = file.read_bytes()
        if file.name == "index.html" and self.injected:
            data = data.replace(b"</head>", f"{self.injected}\n</head>".encode(), 1)
        text = kind.startswith("text/")
        self._answer(HTTPStatus.OK, f"{kind}; charset=utf-8" if text else kind, data)

    do_HEAD = do_GET

    def _answer(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-cache" if "html" in kind else "max-age=600")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        # A browser that closes a tab in the middle of an answer is no fault of the shop.
        pass


@contextmanager
def serve_shop(build: str = "shop", snippet: str = "", port: int = 0) -> Iterator[str]:
    """The URL, without a slash at its end, of a build for as long as the context lasts.

    `snippet` is put at the end of the page's head. Port 0 takes a free one. Raises `InputError` for an unknown
    build and `Busy` when the port is taken.
    """
    if build not in BUILDS:
        raise InputError(f"no build {build!r} of the demo shop; there are: {', '.join(BUILDS)}")
    handler = type("Handler", (_Handler,), {"build": build, "injected": snippet})
    try:
        server = _Server(("127.0.0.1", port), handler)
    except OSError as exc:
        raise Busy(f"port {port} is in use; choose another") from exc
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
