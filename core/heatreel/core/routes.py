"""Which page a URL belongs to: the same rule for recorder, capture, replay and importers.

Canonical form: what a browser makes of the URL (WHATWG: host in lower case, no default port, no dot segments,
other than ASCII percent-encoded), with percent-encoding in its one normal form (RFC 3986, 6.2.2), without user
info, without a slash at the end of the path. The query is dropped but for allow-listed keys, which are sorted; the
fragment is dropped unless it is a route (`#/...` or `#!/...`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

_HOLE = re.compile(r"\{[A-Za-z_][A-Za-z0-9_-]*(\.\.\.)?\}")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "%!$&'()*+,;=:@/[]|\\^"
"""What a browser leaves as it is in a path, besides letters, digits and `-._~`."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class RouteTable:
    """The route patterns of a site, such as `/product/{slug}`, `/docs/{path...}` or `#/item/{id}`.

    `{name}` holds one segment, `{name...}` all that are left. The first pattern that fits wins. A pattern that
    starts with `#` looks at the fragment only. `query` lists the query keys that make another page.
    """

    routes: tuple[str, ...] = ()
    query: tuple[str, ...] = ()

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(route, _pattern(route)) for route in self.routes]

    def canonical(self, url: str) -> str:
        """The URL in canonical form, with its origin. Raises `ValueError` for what is no URL."""
        return origin(url) + self.path(url)

    def path(self, url: str) -> str:
        """What is left of the URL behind its origin: path, allow-listed query, fragment route."""
        parts = urlsplit(url)
        path = _path(parts.path).rstrip("/") or "/"
        # `#/` alone is the start of a hash router, which is what the bare URL shows too.
        fragment = parts.fragment.rstrip("/") if parts.fragment.startswith(("/", "!/")) else ""
        fragment = "" if fragment == "!" else _encoded(fragment)
        query = self._query(parts.query)
        return path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")

    def _query(self, query: str) -> str:
        if not self.query or not query:
            return ""
        return urlencode(sorted(pair for pair in parse_qsl(query, True) if pair[0] in self.query))

    def page(self, url: str) -> str:
        """The page of a URL: the route pattern that fits, else the canonical path."""
        path = self.path(url)
        fragment = path[path.index("#") :] if "#" in path else ""
        for route, pattern in self._patterns:
            if pattern.fullmatch(fragment if route.startswith("#") else path):
                return route
        return path

    def representatives(self, urls: Iterable[str]) -> dict[str, str]:
        """One URL for each page, the first there is, in order."""
        found: dict[str, str] = {}
        for url in urls:
            found.setdefault(self.page(url), url)
        return found


def same_site(url: str, origins: Iterable[str]) -> bool:
    """Whether a URL is on one of the origins (scheme, host and port)."""
    return origin(url) in origins


def origin(url: str) -> str:
    """Scheme, host and port of a URL as `location.origin` says them; raises `ValueError` for a port that is none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{_host(parts)}"


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            host = quote(host)
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    return host if port is None or port == _PORTS.get(parts.scheme) else f"{host}:{port}"


def _path(path: str) -> str:
    return _without_dots(_encoded(path))


def _encoded(text: str) -> str:
    """Percent-encoding in its normal form: upper case, and none for letters, digits and `-._~`."""

    def one(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if char in _UNRESERVED else f"%{found[1].upper()}"

    return quote(_ENCODED.sub(one, text), safe=_PATH_SAFE + "#?")


def _without_dots(path: str) -> str:
    """The path without `.` and `..` segments (RFC 3986, 5.2.4); an empty segment is one, as in a browser."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
        if last and segment in (".", ".."):
            kept.append("")
    return "/" + "/".join(kept)


def _pattern(route: str) -> re.Pattern[str]:
    """A pattern's own text is brought to the same form as the URLs that it is held against."""
    route = route.rstrip("/") or "/"
    text, end = "", 0
    for hole in _HOLE.finditer(route):
        text += re.escape(_encoded(route[end : hole.start()])) + ("[^#?]*" if hole[1] else "[^/#?]+")
        end = hole.end()
    return re.compile(text + re.escape(_encoded(route[end:])))
