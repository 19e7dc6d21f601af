"""Segments: which hits a `--where` asks for. A segment and its complement add up to the whole."""

from __future__ import annotations

import fnmatch
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.hits import SIGNALS, TYPES, Hits

_CONDITION = re.compile(r"(?P<key>[A-Za-z0-9_.-]+)\s*(?P<sign>!=|=|~|<|>)\s*(?P<value>.*)", re.DOTALL)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {"<": operator.lt, ">": operator.gt}

HIT_KEYS = ("type", "signal", "selector", "element", "confidence", "x", "y", "time", "session", "visit")
"""Keys that every workspace has; others are properties of sessions."""

SessionTable = Mapping[int, Mapping[str, Any]]
"""Properties of sessions by the number that `Hits.session` holds."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: `key` `sign` `value`, with the signs =, !=, ~ (glob), < and >."""

    key: str
    sign: str
    value: str

    def __str__(self) -> str:
        return f"{self.key}{self.sign}{self.value}"


def parse_where(texts: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions in `KEY=VALUE` texts; raises `InputError` that shows the form."""
    return tuple(_parse(text) for text in texts)


def _parse(text: str) -> Condition:
    found = _CONDITION.fullmatch(text.strip())
    if not found:
        raise InputError(f"--where {text!r}: write KEY=VALUE, or with !=, ~ (glob), < or > for =")
    return Condition(found["key"], found["sign"], found["value"].strip())


def keep(
    hits: Hits, outline: Outline, where: Sequence[Condition], sessions: SessionTable | None = None
) -> NDArray[np.bool_]:
    """Which hits fulfil all conditions, shape (n,). Raises `InputError` for a key that there is not."""
    kept = np.ones(len(hits), bool)
    for condition in where:
        kept &= _fulfils(hits, outline, condition, sessions or {})
    return kept


def _fulfils(hits: Hits, outline: Outline, condition: Condition, sessions: SessionTable) -> NDArray[np.bool_]:
    key = condition.key
    if key == "type":
        return _by_table(hits.type, TYPES, condition)
    if key == "signal":
        return _by_signal(hits, condition)
    if key == "selector":
        selectors = [element.selector for element in outline.elements]
        return _by_table(hits.element, [*selectors, ""], condition)
    if key in HIT_KEYS:
        return _by_number(getattr(hits, "time_ms" if key == "time" else key), condition)
    return _by_property(hits, condition, sessions)


def _by_table(index: NDArray[Any], names: Sequence[str], condition: Condition) -> NDArray[np.bool_]:
    """Each distinct name is looked at once. -1 is the last name."""
    verdicts = np.array([_text_fits(name, condition) for name in names])
    found: NDArray[np.bool_] = verdicts[index]
    return found


def _text_fits(text: str, condition: Condition) -> bool:
    if condition.sign == "~":
        return fnmatch.fnmatchcase(text, condition.value)
    if condition.sign in ("=", "!="):
        return (text == condition.value) == (condition.sign == "=")
    return bool(_COMPARE[condition.sign](_number(text, condition), _number(condition.value, condition)))


def _by_signal(hits: Hits, condition: Condition) -> NDArray[np.bool_]:
    if condition.value not in SIGNALS or condition.sign not in ("=", "!="):
        raise InputError(f"--where {condition}: signal is = or != one of {', '.join(SIGNALS)}")
    carries: NDArray[np.bool_] = (hits.signals & (1 << SIGNALS.index(condition.value))) != 0
    return carries if condition.sign == "=" else ~carries


def _by_number(column: NDArray[Any], condition: Condition) -> NDArray[np.bool_]:
    wanted = _number(condition.value, condition)
    if condition.sign in ("=", "!="):
        found: NDArray[np.bool_] = (column == wanted) == (condition.sign == "=")
        return found
    if condition.sign == "~":
        raise InputError(f"--where {condition}: {condition.key} is a number; use =, !=, < or >")
    return np.asarray(_COMPARE[condition.sign](column, wanted), bool)


def _by_property(hits: Hits, condition: Condition, sessions: SessionTable) -> NDArray[np.bool_]:
    known = sorted({key for properties in sessions.values() for key in properties})
    if condition.key not in known:
        raise InputError(f"--where {condition}: no key {condition.key!r}; there are {', '.join((*HIT_KEYS, *known))}")
    numbers, index = np.unique(hits.session, return_inverse=True)
    texts = [str(sessions.get(int(number), {}).get(condition.key, "")) for number in numbers]
    return _by_table(index, [*texts, ""], condition)


def _number(text: str, condition: Condition) -> float:
    """A number, or for times an ISO 8601 date (UTC when it names no zone) as epoch milliseconds."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        date = datetime.fromisoformat(text)
    except ValueError as exc:
        raise InputError(f"--where {condition}: {text!r} is not a number or a date") from exc
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000
