"""What a page shows when it is at rest, and what the snapshot says of the wait."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from capture_exploring import HERE, lab
from heatreel.capture.options import CaptureOptions
from heatreel.capture.tab import Settled, Tab
from heatreel.core.viewport import Viewport
from serving import served

pytestmark = pytest.mark.browser

VIEWPORT = Viewport.parse("desktop=1000x600")
OPTIONS = CaptureOptions(states="none")


def _settled(page: str, expression: str, options: CaptureOptions = OPTIONS) -> tuple[Settled, Any]:
    """How the wait ended, and the value of an expression then."""

    async def load(url: str) -> tuple[Settled, Any]:
        async with lab() as one:
            tab = Tab(one.browser, one.guard, VIEWPORT, options)  # type: ignore[arg-type]
            settled = await tab.load(url)
            try:
                return settled, await tab.call(expression)
            finally:
                await tab.close()

    with served(HERE / "layers") as base:
        return asyncio.run(load(f"{base}/{page}"))


def test_what_moves_stands() -> None:
    settled, shown = _settled(
        "moving.html",
        """({
          faded: getComputedStyle(document.querySelector('.in')).opacity,
          turned: getComputedStyle(document.querySelector('.spin')).transform,
          inside: document.querySelector('x-box').shown(),
          drawing: document.querySelector('circle').cx.animVal.value,
          films: [...document.querySelectorAll('video')].map((one) => [one.paused, one.currentTime, !!one.readyState]),
          scrolled: [scrollX, scrollY],
          lazy: [...document.querySelectorAll('.late')].map((one) => one.textContent),
        })""",
    )
    assert settled.ended == "quiet"
    assert shown == {
        "faded": "1",
        "turned": "none",
        "inside": ["1", "none"],
        "drawing": 20,
        "films": [[True, 0, True], [True, 0, True]],
        "scrolled": [0, 0],
        "lazy": ["here", "here", "here"],
    }
    assert settled.details is not None
    assert settled.details["closed_shadow_roots"] == 1


def test_what_is_missing_is_listed() -> None:
    settled, _ = _settled("missing.html", "0")
    assert [url.rsplit("/", 1)[1] for url in settled.missing] == ["gone.css", "gone.js", "gone.png", "gone.woff2"]
    assert settled.details is not None
    assert [url[:14] for url in settled.details["zero_size"]] == ["data:image/gif"]


LOOKS = """[
  matchMedia('(prefers-color-scheme: dark)').matches, matchMedia('print').matches,
  matchMedia('(forced-colors: active)').matches, new Date().toISOString().slice(0, 10) === '2020-02-02',
  typeof Date(), new Date(5).getTime(), new Date() instanceof Date, document.getElementById('dice').textContent,
]"""


def test_how_the_page_is_looked_at_is_a_choice() -> None:
    _, plain = _settled("missing.html", LOOKS)
    chosen = replace(OPTIONS, scheme="dark", media="print", forced_colors=True, clock="2020-02-02T12:00:00Z")
    _, other = _settled("missing.html", LOOKS, chosen)
    assert plain[:4] == [False, False, False, False]
    assert other[:4] == [True, True, True, True]
    assert plain[4:] == other[4:], "the other uses of Date, and chance, are the same"
    assert plain[4:7] == ["string", 5, True]
