"""A server with the odd answers that a capture meets: errors, other types, redirects."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><title>Small</title><h1>Small page</h1>
<details><summary>More about it</summary><p>There is more to say about it than fits above.</p></details>
<a href="/missing">A link that leads nowhere</a></html>"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, kind, body = {
            "/": (200, "text/html; charset=utf-8", PAGE),
            "/picture": (200, "image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
            "/broken": (500, "text/html", "<h1>broken</h1>"),
        }.get(self.path, (404, "text/html", "<h1>not here</h1>"))
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def odd_server() -> Iterator[str]:
    """The server's URL without a slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
