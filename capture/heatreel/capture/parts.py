"""Pictures beside the picture of the page: what lies below fixed things, and all that inner scrollers hold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from heatreel.capture.picture import clip, encode, pixels
from heatreel.capture.tab import Tab
from heatreel.core.errors import PageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 6
"""So many fixed things, and so many scrollers, of one state."""

MOST_TILES = 24
"""A scroller is followed for so many of its windows; what is further down is cut off, and the record says so."""

TIME_S = 6.0
"""Bound for all parts of one state."""


@dataclass(frozen=True)
class Part:
    """One picture beside the picture of the page, a PNG at the viewport's pixel ratio. `record` says of what:

    - kind "fixed": a fixed thing, or one that sticks to the window's lower edge. `picture` shows what the page has
      at `box` without it and without all other such things.
    - kind "scroller": `picture` shows all its content, `content` CSS px wide and high; `box` is its window on that in
      the picture of the page, where it stands at `scroll`. `cut_at`: the picture ends there (x, y).

    `selector` is that of the element in the outline, `index` its number there; lengths are CSS px.
    """

    record: dict[str, Any]
    picture: bytes


@cache
def parts_script() -> str:
    """The script that `parts` needs in the page."""
    return (files("heatreel.capture") / "inpage" / "parts.js").read_text("utf-8")


async def parts(tab: Tab, elements: list[dict[str, Any]], known: dict[str, Part]) -> tuple[Part, ...]:
    """The parts of the state that the page shows; `elements` are those of its outline. `parts_script` must be there.

    `known` holds the scrollers of the page's other states: one that shows the same is not scrolled again. Afterwards
    the page is as it was, as far as it does not answer to being scrolled inside.
    """
    found = await tab.ask("parts", MOST)
    if not found:
        return ()
    places = {element["selector"]: element["index"] for element in elements}
    for record in found:
        record["index"] = places.get(record["selector"], -1)
    fixed = [record for record in found if record["kind"] == "fixed"]
    scrollers = [record for record in found if record["kind"] == "scroller"]
    taken: list[Part] = []
    scrolled: list[tuple[int, int, int]] = []
    until = time.monotonic() + TIME_S
    # A page may take a part away while it is looked at; the picture of the page stands.
    with suppress(PageError):
        taken += await _below(tab, fixed)
        for number, record in enumerate(scrollers):
            name = f"{record.pop('looks')} {record['box'][2:]} {record['content']} {record['scroll']}"
            if name not in known and time.monotonic() < until:
                scrolled.append((number, *record["scroll"]))
                known[name] = await _content(tab, number, record, until)
            if name in known:
                taken.append(replace(known[name], record=known[name].record | record))
    if scrolled:
        with suppress(PageError):
            await tab.ask("leaveParts", scrolled)
    return tuple(taken)


async def _below(tab: Tab, fixed: list[dict[str, Any]]) -> list[Part]:
    if not fixed:
        return []
    await tab.ask("veilFixed", True)
    try:
        return [Part(record, await clip(tab, *record["box"])) for record in fixed]
    finally:
        await tab.ask("veilFixed", False)


async def _content(tab: Tab, number: int, record: dict[str, Any], until: float) -> Part:
    """The content of a scroller, window by window."""
    import numpy as np

    x, y, width, height = record["box"]
    whole_w, whole_h = record["content"]
    ratio = tab.viewport.dpr
    canvas: NDArray[np.uint8] | None = None
    seen_w = seen_h = 0
    for count, (left, top) in enumerate(_windows(width, height, whole_w, whole_h)):
        if count >= MOST_TILES or time.monotonic() > until:
            break
        left, top = await tab.ask("scrollPart", number, left, top)
        tile = pixels(await clip(tab, x, y, width, height))
        if canvas is None:
            canvas = np.full((round(whole_h * ratio), round(whole_w * ratio), 3), 255, np.uint8)
        _paste(canvas, tile, round(left * ratio), round(top * ratio))
        seen_w, seen_h = max(seen_w, left + width), max(seen_h, top + height)
    if canvas is None:
        raise PageError(f"{tab.url}: no time for a picture of {record['selector']}")
    if (seen_w, seen_h) != (whole_w, whole_h):
        record["cut_at"] = [min(seen_w, whole_w), min(seen_h, whole_h)]
        canvas = canvas[: round(seen_h * ratio), : round(seen_w * ratio)]
    return Part(record, await asyncio.to_thread(encode, canvas))


def _windows(width: int, height: int, whole_w: int, whole_h: int) -> Iterator[tuple[int, int]]:
    """Scroll positions that show all of the content, row by row."""
    for top in range(0, max(1, whole_h), max(1, height)):
        for left in range(0, max(1, whole_w), max(1, width)):
            yield left, top


def _paste(canvas: NDArray[np.uint8], tile: NDArray[np.uint8], left: int, top: int) -> None:
    rows, columns = canvas[top : top + tile.shape[0], left : left + tile.shape[1]].shape[:2]
    canvas[top : top + rows, left : left + columns] = tile[:rows, :columns]
