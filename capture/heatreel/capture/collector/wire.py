"""The wire: what a recorder sends to `POST /collect`, version 1. These types are its reference.

The body is one JSON object (`Batch`), at most 256 KB as sent and 1 MB when it was compressed with gzip, of content
type `text/plain` so that no preflight is needed. Answers:

| status | means | the recorder |
|---|---|---|
| 204 | stored durably, now or before; or the visitor asked not to be recorded | forgets the batch |
| 400, 413, 415 | not a batch, too large, unknown encoding; the reason is in the body | drops the batch |
| 403 | unknown write key or origin | stops |
| 408, 429, 503 | too slow, too much at once, cannot store now | sends the same bytes again, later |

A batch is known by (session, doc, seq). The bytes of a batch never change once it was sent, so that sending it
again is harmless. Events, targets and states are numbered from 0 in a document; `from` holds the numbers of the
batch's first ones, so that a lost batch never shifts the others. Each event is an array: its code, its time, the
number of its state (-1 when none is known), then what its class below lists, in that order.

Lengths are CSS px. Places are page coordinates (see `heatreel.core.session`). Times are milliseconds since the
document began, by a clock that only goes forward; `at` is when that was by the visitor's clock, `sent` when the
batch was frozen. No text of the page or the visitor is sent: names, texts and titles are hashes keyed with the
site's write key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

MAX_WIRE_BYTES = 256 * 1024
MAX_INFLATED_BYTES = 1024 * 1024

_SAFE = 2**53
Clock = Annotated[int, Meta(ge=-_SAFE, le=_SAFE)]
Millis = Annotated[int, Meta(ge=0, le=2**40)]
Number = Annotated[int, Meta(ge=0, le=2**31)]
Known = Annotated[int, Meta(ge=-1, le=2**31)]
Px = Annotated[float, Meta(ge=-10_000_000, le=10_000_000)]
Side = Annotated[int, Meta(ge=0, le=10_000_000)]
Share = Annotated[float, Meta(ge=-1000, le=1000)]
Text = Annotated[str, Meta(max_length=512)]
Selector = Annotated[str, Meta(max_length=4096)]
Url = Annotated[str, Meta(max_length=8192)]
Hash = Annotated[str, Meta(max_length=64)]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{6,64}$")]


class Page(Struct, frozen=True, array_like=True):
    """The page as it was at the batch's first event, as an array."""

    url: Url
    """Without query, save utm_ parameters; with the fragment only when it is a route."""
    width: Side
    """Layout viewport."""
    height: Side
    dpr: Annotated[float, Meta(gt=0, le=100)]
    touch_points: Number
    language: Text | None = None
    referrer: Text | None = None
    """Host only."""
    variant: Text | None = None


class Target(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A sealed fingerprint (`SealedFingerprint` in the page model), where it was, and how it behaves."""

    selector: Selector
    tag: Text = ""
    id: Text = ""
    testid: Text = ""
    type: Text = ""
    field: Text = ""
    role: Text = ""
    href: Url = ""
    src: Text = ""
    classes: Annotated[tuple[Text, ...], Meta(max_length=64)] = ()
    landmark: Text = ""
    group_index: Number = 0
    group_size: Number = 1
    name_hash: Hash = ""
    name_sketch: Hash = ""
    text_hash: Hash = ""
    near_hashes: Annotated[tuple[Hash, ...], Meta(max_length=8)] = ()
    box: tuple[Px, Px, Px, Px] = (0.0, 0.0, 0.0, 0.0)
    position: Literal["", "fixed", "sticky"] = ""
    interactive: bool = False


class State(Struct, frozen=True):
    """Settings of the switches by keyed hash, and the sketch of what was visible."""

    settings: Annotated[tuple[tuple[Hash, Text], ...], Meta(max_length=500)]
    sketch: Annotated[str, Meta(max_length=1024)] = ""


class Event(Struct, frozen=True, array_like=True):
    t: Millis
    state: Known


class View(Event, frozen=True, tag="v"):
    """A page is shown: the document was loaded, came back from the browser's cache, or changed its route."""

    url: Url
    scroll_x: Px
    scroll_y: Px
    page_height: Px


class Click(Event, frozen=True, tag="c"):
    """Pointer: mouse, touch, pen, key, script. Flags: see `heatreel.core.batches`."""

    target: Known
    x: Px
    y: Px
    u: Share
    v: Share
    pointer: Literal["m", "t", "p", "k", "s"]
    flags: Annotated[int, Meta(ge=0, le=255)]


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


class Scroll(Event, frozen=True, tag="s"):
    """The new offset of the page (target -1), or of an inner scroller."""

    target: Known
    x: Px
    y: Px


class Resize(Event, frozen=True, tag="r"):
    w: Side
    h: Side
    dpr: Annotated[float, Meta(gt=0, le=100)]


class Visibility(Event, frozen=True, tag="h"):
    visible: Literal[0, 1]


class Error(Event, frozen=True, tag="e"):
    """An uncaught error or rejection: its kind, and path and line of the script. Not its message."""

    where: Text


class Effect(Event, frozen=True, tag="x"):
    """What followed the click of that number within the bound: letters of `heatreel.core.batches.EFFECTS`."""

    click: Number
    kinds: Annotated[str, Meta(max_length=16)]
    ms: Millis


class StateChange(Event, frozen=True, tag="z"):
    """The page is in this state from now on."""


class Goal(Event, frozen=True, tag="g"):
    name: Text


class Property(Event, frozen=True, tag="p"):
    """The site's own word on the session: `heatreel.set(name, value)`."""

    name: Text
    value: Text


AnyEvent = View | Click | Move | Focus | Scroll | Resize | Visibility | Error | Effect | StateChange | Goal | Property


class Batch(Struct, frozen=True, omit_defaults=True, rename={"first": "from", "version": "v"}):
    """What one request carries."""

    version: Literal[1]
    site: Text
    session: Id
    doc: Id
    seq: Annotated[int, Meta(ge=0, le=10_000_000)]
    at: Clock
    sent: Millis
    page: Page
    first: tuple[Number, Number, Number]
    """Numbers of the first event, target and state below."""
    events: Annotated[tuple[AnyEvent, ...], Meta(min_length=1, max_length=500)]
    targets: Annotated[tuple[Target, ...], Meta(max_length=500)] = ()
    states: Annotated[tuple[State, ...], Meta(max_length=200)] = ()


_decoder = msgspec.json.Decoder(Batch)
_encoder = msgspec.json.Encoder()


def decode(body: bytes) -> Batch:
    """The batch in a request's body; raises `ValueError` with one line that says what is wrong with it."""
    try:
        return _decoder.decode(body)
    except UnicodeDecodeError as exc:
        raise ValueError("not UTF-8") from exc
    except RecursionError as exc:
        raise ValueError("nested too deep") from exc
    except msgspec.MsgspecError as exc:
        raise ValueError(_one_line(str(exc))) from exc


def encode(batch: Batch) -> bytes:
    """The JSON that the event log keeps: only what was checked, so nothing unknown gets in."""
    return _encoder.encode(batch)


def _one_line(text: str) -> str:
    words: Iterable[str] = text.split()
    return " ".join(words)[:200]
