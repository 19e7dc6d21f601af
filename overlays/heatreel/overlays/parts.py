"""The pictures that a capture has beside that of the page: what is below fixed things, and all that scrollers hold.

With them a page can be painted without what is fixed above it, hits below included, and an inner scroller with all of
its content, hits that were scrolled into its window included. `settled["parts"]` of a state lists them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.errors import InputError
from heatreel.core.hits import Hits
from heatreel.core.state import Snapshot, State
from heatreel.core.workspace import Workspace
from heatreel.overlays.picture import decode_png

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Part:
    """One such picture: `kind` fixed or scroller, `index` of its element, `box` in the page's picture (CSS px).

    Of a scroller `scroll` is where its content stands in the page's picture, `content` how large it is; both CSS px.
    """

    kind: str
    selector: str
    index: int
    box: Box
    picture: str
    scroll: tuple[float, float] = (0.0, 0.0)
    content: tuple[float, float] = (0.0, 0.0)


def parts_of(state: State, kind: str) -> tuple[Part, ...]:
    """The parts of a kind that were kept of a state."""
    found = (state.settled or {}).get("parts") or ()
    return tuple(_part(record) for record in found if record.get("kind") == kind and record.get("index", -1) >= 0)


def fixed_indices(snapshot: Snapshot) -> set[int]:
    """The elements of the fixed things of which it is known what is below. Raises `InputError` when there are none."""
    found = {part.index for part in parts_of(snapshot.state, "fixed")}
    if not found:
        raise InputError(f"{snapshot.page}: nothing fixed on it has a picture of what is below; capture again")
    return found


def cleared_picture(
    workspace: Workspace, snapshot: Snapshot, picture: NDArray[np.uint8], gone: Collection[int]
) -> NDArray[np.uint8]:
    """A copy of a page's picture, shape (h, w, 3) RGB, with what is below the fixed things that are `gone`."""
    cleared = picture.copy()
    dpr = snapshot.viewport.dpr
    for part in parts_of(snapshot.state, "fixed"):
        if part.index not in gone:
            continue
        below = decode_png(workspace.blobs.get(part.picture), f"{workspace.folder}: below {part.selector}")
        left, top = max(round(part.box[0] * dpr), 0), max(round(part.box[1] * dpr), 0)
        spot = cleared[top : top + len(below), left : left + below.shape[1]]
        spot[:] = below[: len(spot), : spot.shape[1]]
    return cleared


def without(outline: Outline, hits: Hits, roots: Collection[int]) -> tuple[Outline, Hits]:
    """Outline and hits of a page without some elements and all in them: these are not visible, and what was done on
    them is not there."""
    gone = _inside(outline, roots)
    elements = tuple(
        replace(element, visible=False, position="") if gone[element.index] else element for element in outline.elements
    )
    return replace(outline, elements=elements), hits.where(~gone[hits.element])


def within(outline: Outline, hits: Hits, roots: Collection[int]) -> Hits:
    """What was done on some elements and all in them."""
    return hits.where(_inside(outline, roots)[hits.element])


def inside_scroller(snapshot: Snapshot, outline: Outline, hits: Hits, selector: str) -> tuple[Snapshot, Outline, Hits]:
    """An inner scroller as a page of its own: its picture, elements and hits with places in its content.

    Raises `InputError` that lists the scrollers there are.
    """
    known = parts_of(snapshot.state, "scroller")
    part = next((one for one in known if one.selector == selector), None)
    if part is None:
        names = ", ".join(one.selector for one in known) or "none"
        raise InputError(f"--scroller {selector!r}: no such scroller was kept of this state; there are: {names}")
    inside = _inside(outline, {part.index})
    shift = (part.scroll[0] - part.box[0], part.scroll[1] - part.box[1])
    elements = tuple(_moved(element, shift, bool(inside[element.index]), part.index) for element in outline.elements)
    width, height = (max(round(length), 1) for length in part.content)
    mine = hits.where(inside[hits.element])
    moved = replace(mine, x=mine.x + np.float32(shift[0]), y=mine.y + np.float32(shift[1]))
    page = replace(snapshot, width=width, height=height, picture=part.picture)
    return page, replace(outline, width=width, height=height, elements=elements), moved


def _moved(element: Element, shift: tuple[float, float], inside: bool, scroller: int) -> Element:
    if not inside:
        return replace(element, visible=False, box=(0.0, 0.0, 0.0, 0.0), position="", scroller=-1)
    x, y, width, height = element.box
    own = -1 if element.scroller == scroller else element.scroller
    return replace(element, box=(x + shift[0], y + shift[1], width, height), scroller=own)


def _inside(outline: Outline, roots: Collection[int]) -> NDArray[np.bool_]:
    """Which elements are in some others, shape (elements + 1,); the last entry is for hits without an element."""
    inside = np.zeros(len(outline.elements) + 1, bool)
    for element in outline.elements:
        inside[element.index] = element.index in roots or (element.parent >= 0 and bool(inside[element.parent]))
    return inside


def _part(record: Mapping[str, object]) -> Part:
    return Part(
        kind=str(record["kind"]),
        selector=str(record.get("selector", "")),
        index=int(str(record["index"])),
        box=_four(record["box"]),
        picture=str(record["picture"]),
        scroll=_two(record.get("scroll")),
        content=_two(record.get("content")),
    )


def _four(value: object) -> Box:
    x, y, width, height = (float(side) for side in _numbers(value))
    return x, y, width, height


def _two(value: object) -> tuple[float, float]:
    first, second = (float(side) for side in _numbers(value)) if value else (0.0, 0.0)
    return first, second


def _numbers(value: object) -> Sequence[float]:
    return value if isinstance(value, list | tuple) else ()
