"""A static file server on a free loopback port, for tests that need a real origin."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Quiet(SimpleHTTPRequestHandler):
    """Puts `snippet` at the end of the head of each page, as a site's owner would."""

    def __init__(self, *args: Any, snippet: str = "", **more: Any) -> None:
        self.snippet = snippet.encode()
        super().__init__(*args, **more)

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not self.snippet or path.suffix != ".html" or not path.is_file():
            super().do_GET()
            return
        data = path.read_bytes().replace(b"</head>", self.snippet + b"</head>", 1)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path, snippet: str = "") -> Iterator[str]:
    """The folder under `http://127.0.0.1:PORT`, as long as the context lasts."""
    handler = partial(_Quiet, directory=str(folder), snippet=snippet)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
