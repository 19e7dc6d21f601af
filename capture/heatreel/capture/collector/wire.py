"""The wire: what a recorder sends to `POST /collect`, version 1. These types, and those of `rows`, are its reference.

The body is one JSON object (`Batch`), at most 256 KB as sent and 1 MB when it was compressed with gzip, of content
type `text/plain` so that no preflight is needed; gzip is known by its first two bytes, so that it needs no header
either. Answers:

| status | means | the recorder |
|---|---|---|
| 204 | stored durably, now or before; or the visitor asked not to be recorded | forgets the batch |
| 400, 413, 415 | not a batch, too large, unknown encoding; the reason is in the body | drops the batch |
| 403 | unknown write key or origin | stops |
| 408, 429, 503 | too slow, too much at once, cannot store now; `Retry-After` says when | sends the same bytes again |

A batch is known by (session, doc, seq). The bytes of a batch never change once it was sent, so that sending it
again is harmless. Events, targets and states are numbered from 0 in a document; `from` holds the numbers of the
batch's first ones, so that a lost batch never shifts the others.

Lengths are CSS px. Places are page coordinates (see `heatreel.core.session`). Times are milliseconds since the
document began, by a clock that only goes forward; `at` is when that was by the visitor's clock, `sent` when the
batch was frozen. No text of the page or the visitor is sent: names, texts and titles are hashes keyed with the
site's write key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from heatreel.capture.collector.rows import AnyEvent, Clock, Millis, Number, Px, Scale, Side, Text, Url

MAX_WIRE_BYTES = 256 * 1024
MAX_INFLATED_BYTES = 1024 * 1024
MAX_FILM_WIRE_BYTES = 2 * 1024 * 1024
MAX_FILM_INFLATED_BYTES = 16 * 1024 * 1024

Selector = Annotated[str, Meta(max_length=4096)]
Hash = Annotated[str, Meta(max_length=64)]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{6,64}$")]
Sequence_ = Annotated[int, Meta(ge=0, le=10_000_000)]


class Page(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The page as it was at the batch's first event, and what holds for the whole session, as an array."""

    url: Url
    """Without query, save utm_ parameters; with the fragment only when it is a route."""
    width: Side
    """Layout viewport."""
    height: Side
    dpr: Scale
    touch_points: Number
    language: Text | None = None
    referrer: Text | None = None
    """Host only."""
    variant: Text | None = None
    rate: Annotated[float, Meta(gt=0, le=1)] | None = None
    """Share of the sessions that are recorded; each stands for 1/rate."""
    synthetic: Literal[0, 1] | None = None
    """1 when a program drives the browser (`navigator.webdriver`)."""
    visitor: Text | None = None
    """The same for several sessions of one visitor, where the site chose to have that."""


class Target(Struct, frozen=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True):
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


class State(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the switches by keyed hash, and the sketch of what was visible."""

    settings: Annotated[tuple[tuple[Hash, Text], ...], Meta(max_length=500)]
    sketch: Annotated[str, Meta(max_length=1024)] = ""


class Batch(
    Struct, frozen=True, omit_defaults=True, rename={"first": "from", "version": "v"}, forbid_unknown_fields=True
):
    """What one request carries."""

    version: Literal[1]
    site: Text
    session: Id
    doc: Id
    seq: Sequence_
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


def decode(body: bytes) -> tuple[Batch, bytes]:
    """The batch in a request's body, and its JSON as the event log keeps it: nothing in it but what was checked.

    That is the body as it came, unless it has fields that are not known here, which are left out. Raises
    `ValueError` with one line that says what is wrong with it.
    """
    try:
        return _decoder.decode(body), body
    except (ValueError, RecursionError) as exc:
        # msgspec's own errors are `ValueError`s too, and so is bad UTF-8.
        known = _known_only(body, exc)
    try:
        return _decoder.decode(known), known
    except (ValueError, RecursionError) as exc:
        raise ValueError(_why(exc)) from exc


def _known_only(body: bytes, refusal: Exception) -> bytes:
    """The body without unknown fields; raises `ValueError` when it was refused for something else."""
    if not isinstance(refusal, msgspec.ValidationError):
        raise ValueError(_why(refusal)) from refusal
    try:
        return _encoder.encode(_pruned(msgspec.json.decode(body)))
    except (ValueError, RecursionError) as exc:
        raise ValueError(_why(exc)) from exc


def _pruned(batch: Any) -> Any:
    """A decoded batch without what goes beyond the fields of its structs; what is of another form stays."""
    kept = _known_keys(batch, Batch)
    if isinstance(kept, dict):
        for name, kind in (("targets", Target), ("states", State)):
            if isinstance(kept.get(name), list):
                kept[name] = [_known_keys(one, kind) for one in kept[name]]
        if isinstance(kept.get("page"), list):
            kept["page"] = kept["page"][: len(Page.__struct_fields__)]
        if isinstance(kept.get("events"), list):
            kept["events"] = [_known_items(row) for row in kept["events"]]
    return kept


def _known_keys(record: Any, kind: type[Struct]) -> Any:
    if not isinstance(record, dict):
        return record
    return {name: record[name] for name in kind.__struct_encode_fields__ if name in record}


def _known_items(row: Any) -> Any:
    known = _LENGTHS.get(row[0]) if isinstance(row, list) and row and isinstance(row[0], str) else None
    return row[:known] if known else row


_LENGTHS = {kind.__struct_config__.tag: 1 + len(kind.__struct_fields__) for kind in get_args(AnyEvent)}


def _why(exc: Exception) -> str:
    if isinstance(exc, RecursionError):
        return "nested too deep"
    if isinstance(exc, UnicodeDecodeError):
        return "not UTF-8"
    return " ".join(str(exc).split())[:200]
