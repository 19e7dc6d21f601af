"""Links are followed breadth first, and a bound cuts the same pages whichever is read first."""

from __future__ import annotations

import asyncio
import random

from hypothesis import given
from hypothesis import strategies as st

from heatreel.capture.crawl import Crawl, Link, Queue
from heatreel.core.routes import RouteTable


def _site(page: str) -> list[Link]:
    """A site in which each page links to three more."""
    number = int(page.strip("/") or 0)
    return [Link(f"http://h/{number * 3 + at}") for at in (1, 2, 3)]


async def _crawl(seed: int, max_pages: int) -> list[str]:
    """Pages in the order in which they were admitted; reading takes a random number of turns."""
    chance = random.Random(seed)
    crawl = Crawl(["http://h/"], RouteTable(), max_pages, follow=True)
    queue = Queue(crawl, lambda _visit: 2)

    async def work() -> None:
        while job := await queue.take():
            for _ in range(chance.randrange(5)):
                await asyncio.sleep(0)
            if job[1] == 0:
                crawl.report(job[0], _site(job[0].page))

    await asyncio.wait_for(asyncio.gather(work(), work(), work()), 20)
    return [visit.page for visit in crawl.visits]


@given(seed=st.integers(0, 10_000), max_pages=st.integers(1, 30))
def test_the_same_pages_in_the_same_order(seed: int, max_pages: int) -> None:
    assert asyncio.run(_crawl(seed, max_pages)) == ["/", *(f"/{number}" for number in range(1, max_pages))]


def test_what_is_not_followed() -> None:
    crawl = Crawl(["http://h/"], RouteTable(), 9, follow=True)
    for url in ("http://other/", "http://h/a.pdf", "http://h/logout", "http://h/cart?do=remove", "mailto:a@b.test"):
        assert not crawl.follows(url), url
    for url in ("http://h/shop", "http://h/product/remover-pro-x", "http://h/a?page=2"):
        assert crawl.follows(url), url
