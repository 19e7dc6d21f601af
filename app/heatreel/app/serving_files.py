"""Serves a folder of static files on a loopback port, as a static host would, so that it can be captured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from heatreel.core.errors import InputError


class _Handler(SimpleHTTPRequestHandler):
    """Files, `index.html` of folders, `page.html` for `/page`; no listings, and nothing outside of the folder."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def translate_path(self, path: str) -> str:
        plain = Path(super().translate_path(path))
        page = plain.with_name(f"{plain.name}.html")
        return str(page if not plain.exists() and page.is_file() else plain)

    def send_head(self) -> Any:
        root = Path(self.directory).resolve()
        target = Path(self.translate_path(self.path)).resolve()
        if root != target and root not in target.parents:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002
        self.send_error(HTTPStatus.NOT_FOUND, f"no index.html in {unquote(urlsplit(self.path).path)}")

    def log_message(self, format: str, *args: object) -> None:
        """A capture says itself what it could not load."""


@contextmanager
def serve_files(folder: Path) -> Iterator[str]:
    """The URL of a folder, without a slash at its end, for the length of the block.

    Raises `InputError` when there is no folder, or no `index.html` in it.
    """
    if not (folder / "index.html").is_file():
        raise InputError(f"{folder}: has no index.html; give the folder that a host would serve")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder.resolve())))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
