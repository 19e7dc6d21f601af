"""One server for pages of several packages: `/PACKAGE/path`, our own `/pages/`, and composed ones, `/composed/`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).parent
ROOTS = (HERE / "discovery_sites/node_modules", HERE.parents[1] / "tests/sites/node_modules")
PAGES = HERE / "discovery_pages"

# What a package's pages expect from its build, and where the package ships it.
MOVED = {
    "/foundation-sites/test/visual/assets/js/vendor.js": "/jquery/dist/jquery.min.js",
    "/foundation-sites/test/visual/assets/": "/foundation-sites/dist/",
    "/uikit/tests/js/test.js": "/pages/uikit.js",
}

CARBON = ("tabs/tabs", "accordion/accordion", "overflow-menu/overflow-menu", "modal/modal")
GOVUK = {
    "cookie-banner": "client-side implementation",
    "service-navigation": "with service name and navigation",
    "tabs": "default",
    "accordion": "default",
    "details": "default",
    "radios": "with conditional items",
    "password-input": "default",
}
GOVUK_START = (
    "<script type=module>import {initAll} from '/govuk-frontend/dist/govuk/govuk-frontend.min.js'; initAll();</script>"
)


def _carbon() -> str:
    """Examples of carbon-components, as the package ships them, on one page."""
    folder = ROOTS[0] / "carbon-components"
    parts = "\n<hr>\n".join((folder / "html" / f"{name}.html").read_text() for name in CARBON)
    start = "<script src=/carbon-components/scripts/carbon-components.min.js></script><script>CarbonComponents.watch()"
    return _document("/carbon-components/css/carbon-components.min.css", f"{parts}{start}</script>")


def _govuk() -> str:
    """Examples of govuk-frontend, from the fixtures that the package ships, on one page."""
    folder = ROOTS[0] / "govuk-frontend/dist/govuk/components"
    parts = []
    for name, example in GOVUK.items():
        fixtures = json.loads((folder / name / "fixtures.json").read_text())["fixtures"]
        parts.append(next(one["html"] for one in fixtures if one["name"] == example))
    body = "<script>document.body.className += ' js-enabled govuk-frontend-supported'</script>" + "<hr>".join(parts)
    return _document("/govuk-frontend/dist/govuk/govuk-frontend.min.css", body + GOVUK_START)


def _document(style: str, body: str) -> str:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Examples</title><link rel=stylesheet href={style}><body>{body}</body></html>"
    )


COMPOSED = {"/composed/carbon.html": _carbon, "/composed/govuk.html": _govuk}


def file_of(path: str) -> Path:
    """The file behind the path of a URL; a folder means its index.html."""
    for old, new in MOVED.items():
        if path.startswith(old):
            path = new + path[len(old) :]
            break
    if path.startswith("/pages/"):
        found = PAGES / path.removeprefix("/pages/")
    else:
        found = next((root / path[1:] for root in ROOTS if (root / path[1:]).exists()), ROOTS[0] / path[1:])
    return found / "index.html" if found.is_dir() else found


class _Handler(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        return str(file_of(unquote(urlsplit(path).path)))

    def do_GET(self) -> None:
        make = COMPOSED.get(urlsplit(self.path).path)
        if not make:
            super().do_GET()
            return
        data = make().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    """The server's address, as long as the context lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
