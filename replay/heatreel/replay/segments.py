"""Segments: which sessions and events to look at, as `--where KEY=VALUE` says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from math import nan
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from heatreel.core.errors import InputError
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.core.state import Snapshot

Bools = NDArray[np.bool_]
Operator = Literal["=", "!=", "~", "<", ">"]
Kind = Literal["text", "number", "truth", "time", "list", "property"]

SNAPSHOT_KEYS: Mapping[str, Callable[[Snapshot], str]] = {
    "page": lambda snapshot: snapshot.page,
    "viewport": lambda snapshot: snapshot.viewport.name,
    "state": lambda snapshot: snapshot.state.id,
}
EVENT_KEYS: Mapping[str, tuple[str, ...]] = {"type": TYPES, "signal": SIGNALS}
SESSION_KEYS: Mapping[str, Kind] = {
    "session": "text",
    "site": "text",
    "variant": "text",
    "source": "text",
    "medium": "text",
    "campaign": "text",
    "referrer": "text",
    "country": "text",
    "language": "text",
    "visitor": "text",
    "origin": "text",
    "who": "text",
    "visited": "list",
    "goal": "list",
    "returning": "truth",
    "touch": "truth",
    "width": "number",
    "height": "number",
    "dpr": "number",
    "time": "time",
}
COLUMNS = {"time": "started_ms", "visited": "pages", "goal": "goals"}
"""Where a key of a session is called otherwise in the replay's table of sessions."""
PROPERTY = "property."
"""Prefix of the keys of a session's own properties."""

_CONDITION = re.compile(r"\s*(?P<key>[A-Za-z][\w.-]*)\s*(?P<operator>!=|=|~|<|>)(?P<value>.*)", re.DOTALL)
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_KEYS = (*SNAPSHOT_KEYS, *EVENT_KEYS, *SESSION_KEYS, f"{PROPERTY}NAME")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. `value` is a text, or what the key's kind makes of it."""

    key: str
    operator: Operator
    value: str | float | bool

    def __str__(self) -> str:
        return f"{self.key}{self.operator}{self.value}"

    def holds(self, found: Any) -> bool:
        """Whether it holds of a value; of nothing (None) only `!=` does, of a list when it does of any in it."""
        if isinstance(found, list):
            wanted = Condition(self.key, "=" if self.operator == "!=" else self.operator, self.value)
            return any(map(wanted.holds, found)) != (self.operator == "!=")
        if self.operator == "!=":
            return bool(found != self.value)
        if found is None:
            return False
        match self.operator:
            case "=":
                return bool(found == self.value)
            case "~":
                return fnmatchcase(str(found), str(self.value))
            case "<":
                return _as_number(found) < _as_number(self.value)
            case ">":
                return _as_number(found) > _as_number(self.value)


def _as_number(value: Any) -> float:
    """A number, also from the text of a property; NaN, which is neither less nor more, when it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return nan


@dataclass(frozen=True, slots=True)
class Segment:
    """Conditions that must all hold; without any, everything is in it."""

    conditions: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self.conditions))

    @property
    def people(self) -> Segment:
        """The same without what it asks of single events: whose visits to count when clicks are filtered."""
        return Segment(tuple(one for one in self.conditions if one.key not in EVENT_KEYS))

    def has_snapshot(self, snapshot: Snapshot) -> bool:
        """Whether hits on a snapshot can be in the segment at all."""
        return all(one.holds(SNAPSHOT_KEYS[one.key](snapshot)) for one in self.conditions if one.key in SNAPSHOT_KEYS)

    def sessions(self, table: Sequence[Mapping[str, Any]]) -> Bools:
        """Which sessions of a session table are in the segment, shape (sessions,)."""
        asked = [one for one in self.conditions if one.key not in SNAPSHOT_KEYS and one.key not in EVENT_KEYS]
        return np.array([all(one.holds(value_of(one.key, row)) for one in asked) for row in table], dtype=bool)

    def apply(self, hits: Hits, snapshot: Snapshot, table: Sequence[Mapping[str, Any]]) -> Hits:
        """The hits on a snapshot that are in the segment."""
        if not self.conditions:
            return hits
        keep = np.full(len(hits), self.has_snapshot(snapshot))
        of_session = self.sessions(table)
        keep &= of_session[hits.session] if len(of_session) else False
        for one in self.conditions:
            if one.key == "type":
                keep &= np.array([one.holds(name) for name in TYPES], dtype=bool)[hits.type]
            elif one.key == "signal":
                keep &= carries(hits, one)
        return hits.where(keep)


def parse_segment(texts: Iterable[str]) -> Segment:
    """The segment that `--where` options describe: `KEY=VALUE`, also `!=`, `~` (glob), `<` and `>`.

    Raises `InputError` for an unknown key, or a value or operator that does not fit it.
    """
    return Segment(tuple(_condition(text) for text in texts))


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if not found:
        raise InputError(f"--where {text!r}: write KEY=VALUE (also !=, ~ for a glob, <, >)")
    key, operator, value = found["key"], found["operator"], found["value"].strip()
    kind = _kind(key, text)
    if operator in ("<", ">") and kind not in ("number", "time", "property"):
        raise InputError(f"--where {text!r}: {key} cannot be compared with {operator}; use = or ~")
    if operator in ("<", ">") and kind == "property":
        _value("number", value, text)
    if operator == "~" and kind not in ("text", "list", "property"):
        raise InputError(f"--where {text!r}: {key} is no text; use = or !=")
    if operator in ("=", "!=") and key in EVENT_KEYS and value not in EVENT_KEYS[key]:
        raise InputError(f"--where {text!r}: no {key} {value!r}; there are: {', '.join(EVENT_KEYS[key])}")
    return Condition(key, operator, _value(kind, value, text))  # type: ignore[arg-type]


def _kind(key: str, text: str) -> Kind:
    if key.startswith(PROPERTY) and key != PROPERTY:
        return "property"
    if key in SNAPSHOT_KEYS or key in EVENT_KEYS:
        return "text"
    if key not in SESSION_KEYS:
        near = get_close_matches(key, _KEYS, 1, 0.75)
        hint = f" (do you mean {near[0]}?)" if near else ""
        raise InputError(f"--where {text!r}: no key {key!r}{hint}; there are: {', '.join(_KEYS)}")
    return SESSION_KEYS[key]


def _value(kind: Kind, value: str, text: str) -> str | float | bool:
    match kind:
        case "number":
            try:
                return float(value)
            except ValueError as exc:
                raise InputError(f"--where {text!r}: {value!r} is not a number") from exc
        case "truth":
            if value.lower() not in _TRUTHS:
                raise InputError(f"--where {text!r}: say true or false")
            return _TRUTHS[value.lower()]
        case "time":
            return _time_ms(value, text)
        case "text" | "list" | "property":
            return value


def _time_ms(value: str, text: str) -> float:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as exc:
        raise InputError(f"--where {text!r}: {value!r} is not a time; write 2026-01-31 or 2026-01-31T12:00") from exc
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000


def value_of(key: str, row: Mapping[str, Any]) -> Any:
    """What a row of the table of sessions says of a key."""
    if key.startswith(PROPERTY):
        return row["properties"].get(key.removeprefix(PROPERTY))
    # A replay by an older version kept less of a session.
    return row.get(COLUMNS.get(key, key))


def carries(hits: Hits, one: Condition) -> Bools:
    """Which hits carry a signal, shape (n,). Signals are a set: `=` and `~` ask for any that fits, `!=` for none."""
    wanted = Condition(one.key, "=" if one.operator == "!=" else one.operator, one.value)
    bits = sum(1 << code for code, name in enumerate(SIGNALS) if wanted.holds(name))
    carried: Bools = (hits.signals & bits) != 0
    return ~carried if one.operator == "!=" else carried
