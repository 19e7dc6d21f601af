"""Films: chunks of a session's DOM recording, `POST /film?site=KEY&session=ID&doc=ID&seq=N`.

The body is a JSON array of rrweb events, best sent as gzip (known by its first two bytes, so that it needs no header
and no preflight): at most 2 MB as sent, 16 MB inflated, 10,000 events. What masks them is the recorder.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from heatreel.capture.collector.body import Refused, content
from heatreel.capture.collector.rows import Text
from heatreel.capture.collector.wire import MAX_FILM_INFLATED_BYTES, Id, Sequence_


class Named(Struct, frozen=True):
    """Which chunk it is: the query of the request."""

    site: Text
    session: Id
    doc: Id
    seq: Sequence_


class FilmEvent(Struct, frozen=True):
    """An event of rrweb. What it holds is read by rrweb's own player, in a frame without scripts."""

    type: Annotated[int, Meta(ge=0, le=20)]
    timestamp: Annotated[float, Meta(ge=-(2**53), le=2**53)]
    data: msgspec.Raw = msgspec.Raw(b"null")


_decoder = msgspec.json.Decoder(Annotated[tuple[FilmEvent, ...], Meta(min_length=1, max_length=10_000)])


def named(query: Mapping[bytes, Sequence[bytes]]) -> Named:
    """The chunk that a query names; raises `ValueError` that says what is wrong with it."""
    try:
        words = {key.decode(): values[-1].decode() for key, values in query.items()}
        return msgspec.convert(words, Named, strict=False)
    except ValueError as exc:
        raise ValueError(f"query: {' '.join(str(exc).split())[:200]}") from exc


def checked(packed: bytes, headers: Mapping[bytes, bytes]) -> tuple[int, bytes]:
    """The number of events of a chunk, and its JSON as gzip. Raises `Refused` (400, 413)."""
    text = content(packed, headers, MAX_FILM_INFLATED_BYTES)
    try:
        events = len(_decoder.decode(text))
    except (ValueError, RecursionError) as exc:
        raise Refused(400, " ".join(str(exc).split())[:200]) from exc
    return events, gzip.compress(text, compresslevel=6, mtime=0)
