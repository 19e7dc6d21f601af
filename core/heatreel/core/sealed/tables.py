"""Sessions as the five tables of a sealed part. What the tables say is exactly what the sessions said.

Columns of `events` (one row an event, sorted by `url`, `session`, `place`):

| column | holds |
|---|---|
| url, type | as in `Event` |
| session, place | row of the table `sessions`, and the event's place in it |
| document, number | row of the table `documents`, and the number in its id (-1: the id is in `id`) |
| time_ms | epoch ms |
| x, y, u, v | as in `Event` |
| width, height | viewport, CSS px |
| target, state | rows of the tables `targets` and `states` |
| hover_ms, effect_ms | of `Event.data`, where they are whole numbers |
| click | number of the event whose id, in the same document, is `Event.data["click"]` |
| data | the rest of `Event.data`, JSON |
| id | the event's id where it is not `session/document/number` |
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from heatreel.core.batches import KnownDocument
from heatreel.core.sealed.record import SealedSession
from heatreel.core.session import Event, SeenState, Session, Target

if TYPE_CHECKING:
    import pyarrow as pa

_COUNTED = ("hover_ms", "effect_ms")
"""Keys of `Event.data` that are columns of their own: no two events have the same."""
_FLOATS = ("x", "y", "u", "v")
_DICTIONARIES = ("url", "type", "x", "y", "u", "v", "width", "height", "target", "state", "data", "document")
_DELTAS = ("session", "place", "number", "click")

WRITING: Mapping[str, Any] = {
    "compression": "zstd",
    "compression_level": 6,
    "write_statistics": ["url", "session"],
    "use_dictionary": list(_DICTIONARIES),
    "dictionary_pagesize_limit": 4 << 20,
    "row_group_size": 131_072,
}
"""How events are written: a dictionary for what repeats, differences for what grows. Measured in docs/scale.md."""


class PartBuilder:
    """Gathers sessions, and gives them as tables. Of an event some 100 bytes are held."""

    def __init__(self) -> None:
        self.events = 0
        self._sessions: list[dict[str, Any]] = []
        self._documents: list[dict[str, Any]] = []
        self._targets: dict[Target, int] = {}
        self._states: dict[Hashable, int] = {}
        self._urls: dict[str, int] = {}
        self._types: dict[str, int] = {}
        self._data: dict[str, int] = {}
        self._ints = {name: array("q") for name in (*_COUNTED, *_DELTAS, "document", "width", "height", "target",
                                                    "state", "url", "type", "data")}  # fmt: skip
        self._numbers = {name: array("d") for name in (*_FLOATS, "time_ms")}
        self._ids: dict[int, str] = {}

    @property
    def sessions(self) -> int:
        return len(self._sessions)

    @property
    def received_ms(self) -> tuple[int, int]:
        """When the first and the last batch of all came, epoch ms."""
        firsts = [row["first_received_ms"] for row in self._sessions]
        return min(firsts, default=0), max((row["last_received_ms"] for row in self._sessions), default=0)

    def add(self, sealed: SealedSession) -> None:
        """Takes a whole session."""
        session, number = sealed.session, len(self._sessions)
        self._sessions.append(_session_row(sealed))
        names = dict.fromkeys([*sealed.documents, *map(attrgetter("document"), session.events)])
        documents = {name: len(self._documents) + place for place, name in enumerate(names)}
        self._documents += [self._document_row(number, name, sealed.documents.get(name)) for name in names]
        self._add_events(session.events, number, documents)

    def _add_events(self, events: Sequence[Event], session: int, documents: Mapping[str, int]) -> None:
        ints, start = self._ints, self.events
        ints["session"].extend([session] * len(events))
        ints["place"].extend(range(len(events)))
        ints["document"].extend([documents[event.document] for event in events])
        ints["width"].extend([event.viewport[0] for event in events])
        ints["height"].extend([event.viewport[1] for event in events])
        ints["url"].extend([_number(self._urls, event.url) for event in events])
        ints["type"].extend([_number(self._types, event.type) for event in events])
        ints["target"].extend(self._coded([event.target for event in events], self._target))
        ints["state"].extend(self._coded([event.state for event in events], self._state))
        for name, column in self._numbers.items():
            column.extend([np.nan if value is None else value for value in map(attrgetter(name), events)])
        for place, event in enumerate(events):
            self._add_data(event)
            number = _number_in(event, event.id)
            ints["number"].append(number)
            if number < 0:
                self._ids[start + place] = event.id
        self.events += len(events)

    def _add_data(self, event: Event) -> None:
        rest = dict(event.data)
        click = _number_in(event, rest.get("click"))
        self._ints["click"].append(click)
        if click >= 0:
            del rest["click"]
        for name in _COUNTED:
            value = rest.get(name)
            whole = type(value) is int and value >= 0
            self._ints[name].append(rest.pop(name) if whole else -1)
        text = json.dumps(rest, sort_keys=True, separators=(",", ":")) if rest else ""
        self._ints["data"].append(_number(self._data, text) if text else -1)

    def _coded(self, values: Sequence[Any], number: Any) -> list[int]:
        """Equal objects are looked at once: a session shares them."""
        known = {id(value): -1 if value is None else number(value) for value in values}
        return [known[id(value)] for value in values]

    def _target(self, target: Target) -> int:
        return self._targets.setdefault(target, len(self._targets))

    def _state(self, state: SeenState) -> int:
        return self._states.setdefault((tuple(sorted(state.settings.items())), state.sketch), len(self._states))

    def _document_row(self, session: int, name: str, known: KnownDocument | None) -> dict[str, Any]:
        known = known or KnownDocument({}, {}, 0.0)
        return {
            "session": session,
            "name": name,
            "offset_ms": known.offset_ms,
            "target_numbers": list(known.targets),
            "targets": [self._target(target) for target in known.targets.values()],
            "state_numbers": list(known.states),
            "states": [self._state(state) for state in known.states.values()],
        }

    # Tables

    def tables(self) -> dict[str, pa.Table]:
        """The five tables, by name."""
        import pyarrow as pa

        return {
            "sessions": pa.Table.from_pylist(self._sessions, schema=session_schema()),
            "documents": pa.Table.from_pylist(self._documents, schema=document_schema()),
            "targets": pa.Table.from_pylist(list(map(_target_row, self._targets)), schema=_words("target")),
            "states": pa.Table.from_pylist(list(map(_state_row, self._states)), schema=_words("state")),
            "events": self._event_table(),
        }

    def _event_table(self) -> pa.Table:
        import pyarrow as pa

        ints = {name: np.frombuffer(column, dtype=np.int64) for name, column in self._ints.items()}
        urls = list(self._urls)
        rank = np.empty(len(urls), dtype=np.int64)
        rank[np.argsort(np.array(urls, dtype=object))] = np.arange(len(urls))
        # Rows came in the order of session and place, which a stable sort keeps.
        order = np.argsort(rank[ints["url"]], kind="stable")
        ints = {name: column[order] for name, column in ints.items()}
        columns: dict[str, Any] = {
            "url": pa.DictionaryArray.from_arrays(ints["url"].astype(np.int32), pa.array(urls, pa.string())),
            "session": ints["session"].astype(np.int32),
            "place": ints["place"].astype(np.int32),
            "document": ints["document"].astype(np.int32),
            "number": ints["number"].astype(np.int32),
            "type": pa.DictionaryArray.from_arrays(ints["type"].astype(np.int32), pa.array(self._types, pa.string())),
            "time_ms": _times(np.frombuffer(self._numbers["time_ms"])[order]),
            **{name: _floats(np.frombuffer(self._numbers[name])[order]) for name in _FLOATS},
            **{name: _optional(ints[name]) for name in ("width", "height", "target", "state", *_COUNTED, "click")},
            "data": pa.DictionaryArray.from_arrays(_optional(ints["data"]), pa.array(self._data, pa.string())),
        }
        if self._ids:
            columns["id"] = pa.array([self._ids.get(int(row)) for row in order], pa.string())
        return pa.table(columns)


def writing_options(table: pa.Table) -> dict[str, Any]:
    """How to write a table of events: see `WRITING`."""
    import pyarrow as pa

    deltas = [*_DELTAS, *_COUNTED]
    if pa.types.is_integer(table.schema.field("time_ms").type):
        deltas.append("time_ms")
    return {**WRITING, "column_encoding": dict.fromkeys(deltas, "DELTA_BINARY_PACKED")}


def session_schema() -> pa.Schema:
    import pyarrow as pa

    text, whole, number = pa.string(), pa.int64(), pa.float64()
    return pa.schema({
        "id": text, "site": text, "started_ms": number, "width": whole, "height": whole, "dpr": number,
        "touch": pa.bool_(), "language": text, "variant": text, "source": text, "properties": text,
        "sampling": number, "bot": text, "synthetic": pa.bool_(), "visitor": text,
        "first_received_ms": whole, "last_received_ms": whole, "rest": text,
    })  # fmt: skip


def document_schema() -> pa.Schema:
    import pyarrow as pa

    whole = pa.int32()
    return pa.schema({
        "session": whole, "name": pa.string(), "offset_ms": pa.float64(),
        "target_numbers": pa.list_(whole), "targets": pa.list_(whole),
        "state_numbers": pa.list_(whole), "states": pa.list_(whole),
    })  # fmt: skip


def _words(name: str) -> pa.Schema:
    """Targets and states: what is asked for by column, and the whole as JSON."""
    import pyarrow as pa

    extra = {"key": pa.string(), "selector": pa.string()} if name == "target" else {}
    return pa.schema({**extra, name: pa.string()})


_SESSION_COLUMNS = frozenset({
    "id", "site", "started_ms", "viewport", "dpr", "touch", "language", "variant", "source", "properties", "sampling",
    "bot", "synthetic", "visitor", "events",
})  # fmt: skip


def _session_row(sealed: SealedSession) -> dict[str, Any]:
    session = sealed.session
    values = {name: getattr(session, name) for name in Session.__dataclass_fields__}
    # What the record has gained since these columns were named is kept all the same.
    rest = {name: value for name, value in values.items() if name not in _SESSION_COLUMNS}
    return {
        **{name: values[name] for name in _SESSION_COLUMNS - {"viewport", "events", "properties"}},
        "width": session.viewport[0],
        "height": session.viewport[1],
        "properties": json.dumps(dict(session.properties)),
        "first_received_ms": sealed.received_ms[0],
        "last_received_ms": sealed.received_ms[1],
        "rest": json.dumps(rest),
    }


def _target_row(target: Target) -> dict[str, Any]:
    text = json.dumps(asdict(target), separators=(",", ":"))
    return {"key": target.key, "selector": target.selector, "target": text}


def _state_row(state: Any) -> dict[str, Any]:
    settings, sketch = state
    return {"state": json.dumps({"settings": dict(settings), "sketch": sketch}, separators=(",", ":"))}


def _number(known: dict[str, int], value: str) -> int:
    return known.setdefault(value, len(known))


def _number_in(event: Event, name: Any) -> int:
    """The number at the end of an id of an event in the same document; -1 when it is none, or of another form."""
    start, _, last = name.rpartition("/") if isinstance(name, str) else ("", "", "")
    if start == f"{event.session}/{event.document}" and last.isdecimal() and str(int(last)) == last:
        number = int(last)
        return number if number < 2**31 else -1
    return -1


def _floats(values: Any) -> pa.Array:
    """As float32 when that holds them exactly; NaN is null."""
    import pyarrow as pa

    narrow = values.astype(np.float32)
    same = bool(((narrow == values) | np.isnan(values)).all())
    return pa.array(narrow if same else values, mask=np.isnan(values))


def _times(values: Any) -> Any:
    whole = values.astype(np.int64)
    return whole if bool((whole == values).all()) else values


def _optional(values: Any) -> pa.Array:
    import pyarrow as pa

    return pa.array(values.astype(np.int32 if abs(values).max(initial=0) < 2**31 else np.int64), mask=values < 0)
