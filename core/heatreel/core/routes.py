"""Which page a URL belongs to: the same rule for recorder, capture and importers.

Canonical form: the query is dropped but for allow-listed keys, the fragment is dropped unless it is a route
(`#/...` or `#!/...`), a slash at the end of the path is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlencode, urlsplit

_HOLE = re.compile(r"\{[A-Za-z_][A-Za-z0-9_-]*(\.\.\.)?\}")


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
        """The URL in canonical form, with its origin."""
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}{self.path(url)}"

    def path(self, url: str) -> str:
        """What is left of the URL behind its origin: path, allow-listed query, fragment route."""
        parts = urlsplit(url)
        path = parts.path.rstrip("/") or "/"
        # `#/` alone is the start of a hash router, which is what the bare URL shows too.
        fragment = parts.fragment.rstrip("/") if parts.fragment.startswith(("/", "!/")) else ""
        fragment = "" if fragment == "!" else fragment
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
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _pattern(route: str) -> re.Pattern[str]:
    route = route.rstrip("/") or "/"
    text, end = "", 0
    for hole in _HOLE.finditer(route):
        text += re.escape(route[end : hole.start()]) + ("[^#?]*" if hole[1] else "[^/#?]+")
        end = hole.end()
    return re.compile(text + re.escape(route[end:]))
