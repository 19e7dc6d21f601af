"""Rows of a batch: what happened, one array each. The code comes first, then time and state, then what is listed here.

Every row is an array: its code, `t` (ms since the document began), the number of its state (-1 when none is known),
then the fields of its class in their order. Fields with a default may be left out from the end.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

_SAFE = 2**53
Clock = Annotated[int, Meta(ge=-_SAFE, le=_SAFE)]
Millis = Annotated[int, Meta(ge=0, le=2**40)]
Number = Annotated[int, Meta(ge=0, le=2**31)]
Known = Annotated[int, Meta(ge=-1, le=2**31)]
Px = Annotated[float, Meta(ge=-10_000_000, le=10_000_000)]
Side = Annotated[int, Meta(ge=0, le=10_000_000)]
Share = Annotated[float, Meta(ge=-1000, le=1000)]
Scale = Annotated[float, Meta(gt=0, le=100)]
Text = Annotated[str, Meta(max_length=512)]
Url = Annotated[str, Meta(max_length=8192)]


class Event(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    t: Millis
    state: Known


class View(Event, frozen=True, tag="v"):
    """A page is shown: the document was loaded, came back from the browser's cache, or changed its route."""

    url: Url
    scroll_x: Px
    scroll_y: Px
    page_height: Px


class Click(Event, frozen=True, tag="c"):
    """A click or tap: by mouse, touch, pen, key or script."""

    target: Known
    x: Px
    y: Px
    u: Share
    v: Share
    pointer: Literal["m", "t", "p", "k", "s"]
    flags: Annotated[int, Meta(ge=0, le=255)]
    hover_ms: Millis | None = None
    """How long the pointer had been over the target."""


class Move(Event, frozen=True, tag="m"):
    """The pointer's place, sampled."""

    target: Known
    x: Px
    y: Px
    u: Share
    v: Share


class Focus(Event, frozen=True, tag="f"):
    """A form field got the focus; the place is its middle."""

    target: Known
    x: Px
    y: Px
    u: Share
    v: Share


class Act(Event, frozen=True, tag="a"):
    """Something else was done at a place; `p` and `q` are what `what` makes of them."""

    target: Known
    x: Px
    y: Px
    u: Share
    v: Share
    what: Literal[
        "dblclick",
        "auxclick",
        "change",
        "submit",
        "invalid",
        "copy",
        "cut",
        "paste",
        "select",
        "drag",
        "hover",
        "leave",
    ]
    p: Annotated[float, Meta(ge=-(2**40), le=2**40)] = 0
    q: Px = 0


class Scroll(Event, frozen=True, tag="s"):
    """The new offset of the page (target -1), or of an inner scroller."""

    target: Known
    x: Px
    y: Px


class Resize(Event, frozen=True, tag="r"):
    """The viewport has another size, or zoom."""

    w: Side
    h: Side
    dpr: Scale
    scale: Scale | None = None
    """Of a pinch zoom."""


class Visibility(Event, frozen=True, tag="h"):
    """The tab was hidden (0), or shown again (1)."""

    visible: Literal[0, 1]


class Error(Event, frozen=True, tag="e"):
    """An uncaught error or rejection: its kind, and path and line of the script. Not its message."""

    where: Text


class Request(Event, frozen=True, tag="q"):
    """A request that failed: status (0 when nothing was answered), what began it, and its path without a query."""

    where: Text


class Shift(Event, frozen=True, tag="l"):
    """The layout shifted by itself: the score x 10,000, and what moved most (-1 when not known)."""

    score: Number
    target: Known = -1


class Delay(Event, frozen=True, tag="n"):
    """A slow interaction: from the input to the next frame. It explains the first click at or after its time."""

    ms: Millis


class Effect(Event, frozen=True, tag="x"):
    """What followed the click of that number, and how soon; no letters when nothing did."""

    click: Number
    kinds: Annotated[str, Meta(max_length=16)]
    ms: Millis


class StateChange(Event, frozen=True, tag="z"):
    """The page is in this state from now on."""


class Exposure(Event, frozen=True, tag="o"):
    """How long a part of the page was on screen (half of it, or half a screen full) since the last such row of it."""

    target: Known
    ms: Millis


class Goal(Event, frozen=True, tag="g"):
    """The site says that the visitor did what it is there for: `heatreel.goal(name)`."""

    name: Text


class Property(Event, frozen=True, tag="p"):
    """The site's own word on the session: `heatreel.set(name, value)`."""

    name: Text
    value: Text


AnyEvent = (
    View | Click | Move | Focus | Act | Scroll | Resize | Visibility | Error | Request | Shift | Delay | Effect
    | StateChange | Exposure | Goal | Property
)  # fmt: skip
