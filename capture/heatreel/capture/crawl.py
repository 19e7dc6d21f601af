"""Which pages of a site to capture: the given ones, then those they link to, breadth first, up to a bound."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from heatreel.core.routes import RouteTable, origin
from heatreel.core.state import Action

_FILES = re.compile(
    r"\.(pdf|zip|gz|tgz|rar|7z|exe|dmg|msi|deb|jpe?g|png|gif|webp|avif|svg|ico|mp[34]|webm|mov|wav|ogg|css|m?js|map|"
    r"json|xml|rss|atom|txt|csv|docx?|xlsx?|pptx?|woff2?|ttf|otf|wasm|md)$",
    re.IGNORECASE,
)
# A link is followed by GET, but so are these on many sites.
_ACTS = re.compile(
    r"(^|[/_.=&-])(log-?out|sign-?out|log-?off|delete|remove|unsubscribe|destroy|deactivate|abmelden|deconnexion)([/_.?&-]|$)",
    re.IGNORECASE,
)


MEMBERS = 4
"""So many addresses of one page are remembered, to see whether they are built alike."""


@dataclass(frozen=True)
class Visit:
    """A page to capture. `via` leads there when the URL cannot be opened itself: a URL and clicks from there."""

    page: str
    url: str
    via: tuple[str, tuple[Action, ...]] | None = None
    given: bool = False


@dataclass(frozen=True)
class Link:
    """A link on a page, and how to follow it there by clicks when the page handles its links itself."""

    url: str
    via: tuple[str, tuple[Action, ...]] | None = None


class Crawl:
    """Admits pages in breadth-first order, whichever of them is read first, so that a bound cuts the same ones."""

    def __init__(
        self, urls: Iterable[str], table: RouteTable, max_pages: int, follow: bool, listed: Iterable[str] = ()
    ) -> None:
        """`urls` are given and always captured; those `listed` (by a sitemap) come next, then links."""
        self._table = table
        self._max = max_pages
        self._follow = follow
        self.visits: list[Visit] = []
        self.left_out: list[str] = []
        self.members: dict[str, list[str]] = {}
        """Addresses that were met of each page, the captured one first: a route has many."""
        self.same: list[tuple[str, str]] = []
        """URLs that were given, and are the same page as one given before: (URL, that one's URL)."""
        self._links: dict[str, list[Link]] = {}
        self._read = 0
        self._known: set[str] = set()
        self._origins: set[str] = set()
        self._changed = asyncio.Event()
        for url in urls:
            self._origins.add(origin(url))
            twin = next((visit.url for visit in self.visits if visit.page == table.page(url)), "")
            if twin and twin != url:
                self.same.append((url, twin))
            self._admit(Visit(table.page(url), url, given=True))
        for url in listed:
            self._meet(url)

    def _meet(self, url: str, via: tuple[str, tuple[Action, ...]] | None = None) -> None:
        if self.follows(url):
            self._admit(Visit(self._table.page(url), _plain(url), via))

    def _admit(self, visit: Visit) -> None:
        met = self.members.setdefault(visit.page, [])
        if len(met) < MEMBERS and not any(self._table.path(visit.url) == self._table.path(one) for one in met):
            met.append(visit.url)
        if visit.page in self._known:
            return
        if len(self.visits) >= self._max and not visit.given:
            self.left_out.append(visit.url)
            self._known.add(visit.page)
            return
        self._known.add(visit.page)
        self.visits.append(visit)

    def on_site(self, url: str) -> bool:
        return origin(url) in self._origins

    def report(self, visit: Visit, links: Iterable[Link]) -> None:
        """The links of a page that was read; none for one that failed."""
        self._links.setdefault(visit.page, list(links))
        while self._read < len(self.visits) and self.visits[self._read].page in self._links:
            for link in self._links[self.visits[self._read].page] if self._follow else ():
                self._meet(link.url, link.via)
            self._read += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def follows(self, url: str) -> bool:
        """Whether a link leads to a page of the site that is safe to open."""
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and self.on_site(url)
            and not _FILES.search(parts.path)
            and not _ACTS.search(parts.path)
            and not _ACTS.search(parts.query)
        )

    @property
    def complete(self) -> bool:
        """Whether no more pages can come."""
        return self._read >= len(self.visits)

    async def changed(self) -> None:
        """Waits until a page was read."""
        await self._changed.wait()


def _plain(url: str) -> str:
    bare, fragment = urldefrag(url)
    return url if fragment.startswith(("/", "!/")) else bare


@dataclass
class Queue:
    """Jobs of a crawl: each page in each of its lanes (viewport x variant), given out once; the first lane of a page
    reads its links. `lanes` says how many a page has, `cost` what one of them takes, as far as is known."""

    crawl: Crawl
    lanes: Callable[[Visit], int]
    cost: Callable[[Visit], float] = lambda _visit: 0.0
    _next: dict[int, int] = field(default_factory=dict)
    done: int = 0

    @property
    def total(self) -> int:
        return sum(self.lanes(visit) for visit in self.crawl.visits)

    async def take(self) -> tuple[Visit, int] | None:
        """The next page and the number of its lane; None when all are given out and no more can come.

        All pages in their first lane come first, so that links are known early. Then the longest come first, so that
        at the end no worker waits for another one's long page.
        """
        while True:
            if (first := self._first_lane()) is not None:
                return self.crawl.visits[first], 0
            if longest := self._longest():
                return longest
            if self.crawl.complete:
                return None
            await self.crawl.changed()

    def _first_lane(self) -> int | None:
        for index, visit in enumerate(self.crawl.visits):
            if not self._next.get(index) and self.lanes(visit):
                self._next[index] = 1
                return index
        return None

    def _longest(self) -> tuple[Visit, int] | None:
        left = [index for index, visit in enumerate(self.crawl.visits) if self._next.get(index, 0) < self.lanes(visit)]
        if not left:
            return None
        index = max(left, key=lambda at: self.cost(self.crawl.visits[at]))
        lane = self._next.get(index, 0)
        self._next[index] = lane + 1
        return self.crawl.visits[index], lane
