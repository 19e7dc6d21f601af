"""A site with members, arms and many products, for tests of how a capture gets in, goes around and goes on."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PASSWORD = "open sesame 7531"
BASIC = "basic secret 2468"

_PAGE = """<!doctype html><html><head><title>{title}</title><link rel="icon" href="data:,"></head>
<body><header><a href="/">Club</a> <a href="/about">About</a></header><main>{body}</main></body></html>"""

_DETAILS = "<details><summary>{0}</summary><p>All about {0} in one paragraph of text.</p></details>"


@dataclass
class Club:
    """What the site has seen. `products` and `broken` may be changed while it is up."""

    url: str = ""
    other: str = ""
    requests: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    products: int = 4
    texts: dict[str, str] = field(default_factory=dict)

    def asked(self, path: str) -> list[dict[str, str]]:
        """The headers of each request for a path."""
        return [headers for _, found, headers, _ in self.requests if found.partition("?")[0] == path]

    def count(self, path: str) -> int:
        return len(self.asked(path))


class _Handler(BaseHTTPRequestHandler):
    club: Club

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _note(self, body: str = "") -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.club.requests.append((self.command, self.path, headers, body))

    def do_GET(self) -> None:
        self._note()
        parts = urlsplit(self.path)
        page = getattr(self, f"_{parts.path.strip('/').split('/')[0].split('.')[0] or 'home'}", None)
        if page is None:
            self._send(404, _PAGE.format(title="Nothing", body="Nothing here"))
        else:
            page(parts.path, parse_qs(parts.query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._note(body)
        if self.path == "/login" and parse_qs(body).get("password") == [PASSWORD]:
            self._send(303, "", {"Location": "/member", "Set-Cookie": "member=yes; HttpOnly; Path=/"})
        else:
            self._send(303, "", {"Location": "/login?wrong=1"})

    def _send(self, status: int, body: str, more: dict[str, str] | None = None, kind: str = "text/html") -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _page(self, title: str, body: str, more: dict[str, str] | None = None) -> None:
        self._send(200, _PAGE.format(title=title, body=f"<h1>{title}</h1>{body}"), more)

    def _home(self, path: str, query: dict[str, list[str]]) -> None:
        links = "".join(f'<a href="/product/item-{number}">Item {number}</a> ' for number in range(self.club.products))
        self._page("Home", f"{_DETAILS.format('opening hours')}<nav>{links}</nav>")

    def _about(self, path: str, query: dict[str, list[str]]) -> None:
        text = self.club.texts.get("about", "We are a club.")
        self._page("About", f"<p>{text}</p><section><ul><li>One</li></ul></section>{_DETAILS.format('our history')}")

    def _product(self, path: str, query: dict[str, list[str]]) -> None:
        if path.endswith("item-gift"):
            self._page("Gift card", "<form><fieldset><legend>Amount</legend><input name=a></fieldset></form>")
            return
        name = path.rpartition("/")[2]
        self._page(
            name,
            f"<article class=product><h2>{name}</h2><ul class=facts><li>Warm</li></ul>"
            f"{_DETAILS.format('size of ' + name)}</article>",
        )

    def _login(self, path: str, query: dict[str, list[str]]) -> None:
        self._page(
            "Log in",
            '<form method=post action="/login"><input id=user name=user><input id=password type=password name=password>'
            "<button>Enter</button></form>",
        )

    def _member(self, path: str, query: dict[str, list[str]]) -> None:
        if "member=yes" not in self.headers.get("Cookie", ""):
            self._send(302, "", {"Location": "/login"})
            return
        self._page("Members", f'<p class=account>Hello</p>{_DETAILS.format("secret plans")}<a href="/member/two">2</a>')

    def _basic(self, path: str, query: dict[str, list[str]]) -> None:
        wanted = "Basic " + base64.b64encode(f"me:{BASIC}".encode()).decode()
        if self.headers.get("Authorization") != wanted:
            self._send(401, "no", {"WWW-Authenticate": 'Basic realm="club"'})
        elif path.endswith(".css"):
            self._send(200, "h1 { color: rgb(1, 2, 3) }", kind="text/css")
        else:
            self._page(
                "Inner",
                f'<link rel=stylesheet href="/basic/look.css"><img src="{self.club.other}/pixel">'
                f'<a href="/leave">away</a>',
            )

    def _preview(self, path: str, query: dict[str, list[str]]) -> None:
        if self.headers.get("X-Preview") != "yes":
            self._send(403, "no")
        else:
            self._page("Preview", f'<iframe src="{self.club.other}/framed"></iframe>')

    def _framed(self, path: str, query: dict[str, list[str]]) -> None:
        self._page("Framed", "of another site")

    def _pixel(self, path: str, query: dict[str, list[str]]) -> None:
        self._send(200, "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", kind="image/svg+xml")

    def _arms(self, path: str, query: dict[str, list[str]]) -> None:
        cookies = self.headers.get("Cookie", "")
        if "arm=" in cookies:
            arm = "b" if "arm=b" in cookies else "a"
        elif "arm" in query:
            arm = query["arm"][0]
        elif self.headers.get("X-Arm"):
            arm = self.headers["X-Arm"]
        else:
            arm = "ab"[self.club.count("/arms") % 2]
        more = {"Set-Cookie": f"arm={arm}; Path=/"}
        self._page("Arms", f'<p class="arm-{arm}">This is arm {arm}</p>{_DETAILS.format("arm " + arm)}', more)

    def _robots(self, path: str, query: dict[str, list[str]]) -> None:
        self._send(200, f"User-agent: *\nSitemap: {self.club.url}/maps.xml\n", kind="text/plain")

    def _maps(self, path: str, query: dict[str, list[str]]) -> None:
        maps = f"<sitemap><loc>{self.club.url}/pages.xml</loc></sitemap>"
        self._send(200, f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>',
                   kind="application/xml")  # fmt: skip

    def _pages(self, path: str, query: dict[str, list[str]]) -> None:
        urls = "".join(
            f"<url><loc>{self.club.url}{one}</loc></url>" for one in ("/about", "/product/item-9", "/file.pdf")
        )
        self._send(200, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>',
                   kind="application/xml")  # fmt: skip


@contextmanager
def club() -> Iterator[Club]:
    """The site, at `Club.url`; `Club.other` is another origin of the same server."""
    seen = Club()
    handler = type("Handler", (_Handler,), {"club": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    port = server.server_address[1]
    seen.url, seen.other = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
