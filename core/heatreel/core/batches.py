"""Batches as sessions: what was stored on the wire's terms, as `Session` records in the order of time.

Time. A recorder counts milliseconds from the start of its document (`t`), says when that was by the visitor's clock
(`at`), and when it first sent the batch (`sent`, from the same start). The server knows when the batch came
(`received`). So each batch gives an offset `received - (at + sent)` = error of the visitor's clock + time on the
way, and the smallest one of a document is the nearest to the error alone. All documents of a session were timed by
one clock, so the smallest of the session holds for all, as long as a document's own is at most `JUMP_MS` above it (it
was slow on the way); beyond that the visitor's clock was set anew, and the document keeps its own. An event's time is
`at + t + offset`, and never later than its batch was received. The order within a document is that of `t`.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from heatreel.core.rowdata import TYPES, act, answered, click, effects_of, said
from heatreel.core.session import Event, SeenState, Session, Target

JUMP_MS = 60_000
"""A document whose clock offset is further than this from its session's was timed by another setting of the clock."""

INTERACTION_MS = 50
"""An interaction that was slow explains the first click that comes before its next frame, and this much later."""

_NOT_IDENTITY = ("key", "box", "position", "interactive")


class Page(NamedTuple):
    """The page at the first event of a batch, as the recorder sends it."""

    url: str
    width: int
    height: int
    dpr: float
    touch_points: int
    language: str | None = None
    referrer: str | None = None
    variant: str | None = None
    rate: float | None = None
    synthetic: int | None = None
    visitor: str | None = None


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch as the log holds it; `body` is the parsed JSON."""

    site: str
    session: str
    doc: str
    seq: int
    received_ms: int
    source: str
    format: str
    body: dict[str, Any]
    bot: str = ""

    def check(self) -> None:
        """Raises `ValueError` or `KeyError` when the body is not of a form that is read here."""
        if self.format == "session/1":
            return
        if self.format != "wire/1":
            raise ValueError(f"unknown format {self.format!r}")
        if (self.session, self.doc, self.seq) != (self.body["session"], self.body["doc"], self.body["seq"]):
            raise ValueError("row and body are of different batches")
        numbers = (self.body["at"], self.body["sent"], *self.body["from"])
        if not all(isinstance(number, int | float) for number in numbers):
            raise ValueError("numbers expected")
        if not isinstance(self.body["page"], list):
            raise ValueError("page expected")
        for event in self.body["events"]:
            if event[0] not in TYPES or not isinstance(event[1], int | float):
                raise ValueError("unknown event")

    @property
    def page(self) -> Page:
        return Page(*self.body["page"])

    @property
    def offset_ms(self) -> float:
        """Error of the visitor's clock, plus the time that this batch was on its way."""
        return float(self.received_ms - (self.body["at"] + self.body["sent"]))


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """What the earlier batches of a document said, which later ones refer to by number; `offset_ms` of its clock."""

    targets: Mapping[int, Target]
    states: Mapping[int, SeenState]
    offset_ms: float


@dataclass
class _Document:
    """One load of a document, gathered from its batches."""

    name: str
    batches: list[StoredBatch]
    targets: dict[int, Target] = field(default_factory=dict)
    states: dict[int, SeenState] = field(default_factory=dict)
    effects: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    clicks: list[tuple[float, int]] = field(default_factory=list)

    def gather(self) -> None:
        self.batches.sort(key=lambda batch: batch.seq)
        for batch in self.batches:
            _first_event, first_target, first_state = batch.body["from"]
            for number, record in enumerate(batch.body.get("targets", ()), first_target):
                self.targets[number] = target_from_json(record)
            for number, record in enumerate(batch.body.get("states", ()), first_state):
                self.states[number] = SeenState(dict(record["settings"]), record["sketch"])
        for number, event, _batch in self.raw_events():
            if event[0] == "x":
                self.effects[event[3]] = effects_of(event)
            elif event[0] == "c":
                self.clicks.append((event[1], number))
        self.clicks.sort()

    def click_of(self, t: float, ms: float) -> int | None:
        """The number of the first click from `t` on, until `ms` later (and a little)."""
        at = bisect_left(self.clicks, (t, 0))
        if at == len(self.clicks) or self.clicks[at][0] > t + ms + INTERACTION_MS:
            return None
        return self.clicks[at][1]

    def raw_events(self) -> Iterator[tuple[int, list[Any], StoredBatch]]:
        """Number in the document, event as sent, its batch."""
        for batch in self.batches:
            for number, event in enumerate(batch.body["events"], batch.body["from"][0]):
                yield number, event, batch


def session_from_batches(batches: Sequence[StoredBatch], known: Mapping[str, KnownDocument] = {}) -> Session:
    """The session that these batches of one session make. They may come in any order; at least one is needed.

    `known` are documents of which earlier batches are kept elsewhere, by name.
    """
    return session_with_documents(batches, known)[0]


def session_with_documents(
    batches: Sequence[StoredBatch], known: Mapping[str, KnownDocument] = {}
) -> tuple[Session, dict[str, KnownDocument]]:
    """The session, and what later batches of its documents may refer to, by name of the document."""
    documents = _gathered(batches, known)
    offsets = document_offsets(batches) | {name: one.offset_ms for name, one in known.items()}
    events: list[Event] = []
    properties: dict[str, str] = {}
    ordered = sorted(documents.values(), key=lambda doc: doc.batches[0].body["at"] + offsets[doc.name])
    for document in ordered:
        events.extend(_events(document, offsets[document.name], properties))
    events.sort(key=lambda event: event.time_ms)
    first = ordered[0].batches[0]
    page = first.page
    session = Session(
        id=first.session,
        site=first.site,
        started_ms=events[0].time_ms if events else float(first.received_ms),
        viewport=(page.width, page.height),
        dpr=page.dpr,
        touch=page.touch_points > 0,
        language=page.language or "",
        variant=properties.pop("variant", "") or _variant(ordered),
        source=first.source,
        events=tuple(events),
        properties=properties,
        sampling=page.rate or 1.0,
        bot=first.bot,
        synthetic=bool(page.synthetic),
        visitor=page.visitor or "",
    )
    told = {name: KnownDocument(one.targets, one.states, offsets[name]) for name, one in documents.items()}
    return session, told


def _gathered(batches: Sequence[StoredBatch], known: Mapping[str, KnownDocument]) -> dict[str, _Document]:
    documents: dict[str, _Document] = {}
    for batch in batches:
        if batch.doc not in documents:
            told = known.get(batch.doc)
            documents[batch.doc] = _Document(
                batch.doc, [], dict(told.targets) if told else {}, dict(told.states) if told else {}
            )
        documents[batch.doc].batches.append(batch)
    for document in documents.values():
        document.gather()
    return documents


def clock_offsets(own: Mapping[str, float]) -> dict[str, float]:
    """The offset to use for each document, from the smallest that its own batches show (both in ms)."""
    least = min(own.values())
    return {name: least if offset - least <= JUMP_MS else offset for name, offset in own.items()}


def document_offsets(batches: Iterable[StoredBatch]) -> dict[str, float]:
    """What to add to the visitor's clock in each document of a session, in ms."""
    own: dict[str, float] = {}
    for batch in batches:
        own[batch.doc] = min(batch.offset_ms, own.get(batch.doc, batch.offset_ms))
    return clock_offsets(own) if own else {}


def _variant(documents: Iterable[_Document]) -> str:
    found = (batch.page.variant for document in documents for batch in document.batches)
    return next((variant for variant in found if variant), "")


def _events(document: _Document, offset_ms: float, properties: dict[str, str]) -> Iterator[Event]:
    """The events of a document; what they and the URLs say of the session goes to `properties`."""
    viewport, url, shown, current = (0, 0), "", "", None
    for number, raw, batch in document.raw_events():
        if batch is not current:
            current, page = batch, batch.page
            viewport, url = (page.width, page.height), _without_campaign(page.url, properties)
        details = _particulars(document, number, raw, batch)
        if raw[0] == "r":
            viewport = (raw[3], raw[4])
        elif raw[0] == "v":
            url = _without_campaign(raw[3], properties)
            details["data"] |= {"how": _how(url, shown), "referrer": "" if shown else page.referrer or ""}
            shown = url
        elif raw[0] == "p":
            properties[raw[3]] = raw[4]
        yield Event(
            id=f"{batch.session}/{document.name}/{number}",
            session=batch.session,
            document=document.name,
            time_ms=min(batch.body["at"] + raw[1] + offset_ms, float(batch.received_ms)),
            url=url,
            viewport=viewport,
            state=document.states.get(raw[2]),
            **details,
        )


def _how(url: str, before: str) -> str:
    """How a page came into view: "load", "route", or "back" (from the browser's cache)."""
    if not before:
        return "load"
    return "back" if url == before else "route"


def _particulars(document: _Document, number: int, raw: list[Any], batch: StoredBatch) -> dict[str, Any]:
    """Type, place, target and data of an event, by its code."""
    code = raw[0]
    kind = TYPES[code]
    if code in "cmfa":
        _, _, _, number_of_target, x, y, u, v, *rest = raw
        target = document.targets.get(number_of_target)
        data: dict[str, Any] = {}
        if code == "c":
            kind, data = click(rest)
            data |= answered(document.effects.get(number, {}), target)
        elif code == "a":
            kind, data = act(*rest)
        return {"type": kind, "x": x, "y": y, "u": u, "v": v, "target": target, "data": data}
    if code == "s":
        inner = {"inner": True} if raw[3] >= 0 else {}
        return {"type": kind, "x": raw[4], "y": raw[5], "target": document.targets.get(raw[3]), "data": inner}
    if code == "v":
        return {"type": kind, "x": raw[4], "y": raw[5], "data": {"page_height": raw[6]}}
    if code == "o":
        return {"type": kind, "target": document.targets.get(raw[3]), "data": {"ms": raw[4]}}
    if code == "l":
        target = document.targets.get(raw[4]) if len(raw) > 4 else None
        return {"type": kind, "target": target, "data": {"name": "layout_shift", "value": raw[3] / 10_000}}
    return {"type": kind, "data": _context(document, raw, batch)}


def _context(document: _Document, raw: list[Any], batch: StoredBatch) -> dict[str, Any]:
    match raw[0]:
        case "r":
            return {"dpr": raw[5], **({"scale": raw[6]} if len(raw) > 6 and raw[6] else {})}
        case "h":
            return {"visible": bool(raw[3])}
        case "e":
            return said(raw[3])
        case "q":
            status = raw[3].split(" ", 1)[0]
            return {**said(raw[3]), "status": int(status) if status.isdigit() and len(status) <= 3 else 0}
        case "n":
            number = document.click_of(raw[1], raw[3])
            named = {} if number is None else {"click": f"{batch.session}/{document.name}/{number}"}
            return {"name": "interaction", "ms": raw[3], **named}
        case "x":
            return {"click": f"{batch.session}/{document.name}/{raw[3]}", **effects_of(raw)}
        case "g":
            return {"name": raw[3]}
        case "p":
            return {"name": raw[3], "value": raw[4]}
    return {}


def _without_campaign(url: str, properties: dict[str, str]) -> str:
    """The URL without its query; the first utm_ parameters of a session become properties of it."""
    found = re.findall(r"[?&](utm_\w+)=([^?&#]*)", url)
    for name, value in found:
        properties.setdefault(name, unquote_plus(value))
    return re.sub(r"[?&]utm_[^?&#]*", "", url) if found else url


# Targets

_WIRE_NAMES = {
    "groupIndex": "group_index",
    "groupSize": "group_size",
    "nameHash": "name_hash",
    "nameSketch": "name_sketch",
    "textHash": "text_hash",
    "nearHashes": "near_hashes",
}
_TUPLES = frozenset({"classes", "near_hashes", "box"})
_NAMES = frozenset(item.name for item in fields(Target)) - {"key"}


def target_from_json(record: Mapping[str, Any]) -> Target:
    """A target from what the recorder sent (keys in camel case, those with the plain default left out)."""
    values: dict[str, Any] = {}
    for key, value in record.items():
        name = _WIRE_NAMES.get(key, key)
        if name in _NAMES:
            values[name] = tuple(value) if name in _TUPLES else value
    return with_key(Target(key="", **values))


def with_key(target: Target) -> Target:
    """The target with its `key`: the hash of what identifies it (all but where it was and how it behaved)."""
    values = _shallow(target)
    for name in _NOT_IDENTITY:
        del values[name]
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    key = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    return Target(**{**_shallow(target), "key": key})


def _shallow(record: Any) -> dict[str, Any]:
    return {item.name: getattr(record, item.name) for item in fields(record)}


# Whole sessions, as importers store them


def session_to_json(session: Session) -> str:
    """A session as JSON; targets and states that several events share are written once."""
    targets: dict[Target, int] = {}
    states: dict[str, int] = {}
    events = []
    for event in session.events:
        record = {key: value for key, value in _shallow(event).items() if value is not None}
        if event.target:
            record["target"] = targets.setdefault(event.target, len(targets))
        if event.state:
            text = json.dumps({"settings": dict(event.state.settings), "sketch": event.state.sketch})
            record["state"] = states.setdefault(text, len(states))
        events.append({**record, "data": dict(event.data)})
    whole = {
        **_shallow(session),
        "properties": dict(session.properties),
        "events": events,
        "targets": [_shallow(target) for target in targets],
        "states": [json.loads(text) for text in states],
    }
    return json.dumps(whole, separators=(",", ":"))


def session_from_json(whole: dict[str, Any]) -> Session:
    """The session that `session_to_json` wrote, parsed."""
    targets = [target_from_record(record) for record in whole.pop("targets")]
    states = [SeenState(**record) for record in whole.pop("states")]
    events = []
    for record in whole.pop("events"):
        record["viewport"] = tuple(record["viewport"])
        if "target" in record:
            record["target"] = targets[record["target"]]
        if "state" in record:
            record["state"] = states[record["state"]]
        events.append(Event(**record))
    return Session(**{**whole, "viewport": tuple(whole["viewport"]), "events": tuple(events)})


def target_from_record(record: Mapping[str, Any]) -> Target:
    """A target from its fields as JSON has them."""
    values: dict[str, Any] = {name: tuple(value) if name in _TUPLES else value for name, value in record.items()}
    return Target(**values)
