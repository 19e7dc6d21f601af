"""Parameters of a question: only those that are known, each within its bounds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from urllib.parse import parse_qsl

from heatreel.app.viewer.answers import Refused

LONGEST_QUERY = 16_384
"""Characters of a query."""

MOST_PARAMETERS = 200
_LONGEST_VALUE = 4096


class Parameters:
    """The parameters of one question. Reading one names it; `done` refuses those that nobody named."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)
        # `v` is in addresses so that they change with the data; it asks for nothing.
        self._known: set[str] = {"v"}

    @classmethod
    def of_query(cls, query: str) -> Parameters:
        """Raises `Refused` for a query that is too long or is none."""
        if len(query) > LONGEST_QUERY:
            raise Refused(414, f"the query is longer than {LONGEST_QUERY:,} characters")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        except (ValueError, UnicodeError) as exc:
            raise Refused(400, "the query cannot be read: write NAME=VALUE&NAME=VALUE, percent-encoded") from exc
        for name, value in pairs:
            if len(value) > _LONGEST_VALUE:
                raise Refused(400, f"is longer than {_LONGEST_VALUE:,} characters", name[:64])
            if "\0" in value:
                raise Refused(400, "holds a character that no value has", name[:64])
        return cls(pairs)

    def all(self, name: str) -> tuple[str, ...]:
        self._known.add(name)
        return tuple(self._values.get(name, ()))

    def text(self, name: str, plain: str = "") -> str:
        values = self.all(name)
        if len(values) > 1:
            raise Refused(400, "is given more than once", name)
        return values[0] if values else plain

    def one_of(self, name: str, known: Sequence[str], plain: str) -> str:
        value = self.text(name, plain)
        if value not in known:
            raise Refused(400, f"{value!r} is none of {', '.join(known)}", name)
        return value

    def whole(self, name: str, plain: int, least: int, most: int) -> int:
        text = self.text(name)
        if not text:
            return plain
        # int() would also take underscores, signs and digits of other scripts.
        if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20):
            raise Refused(400, f"{text[:40]!r} is not a whole number", name)
        value = int(text)
        if not least <= value <= most:
            raise Refused(400, f"{value} is not between {least} and {most}", name)
        return value

    def number(self, name: str, plain: float | None, least: float, most: float) -> float | None:
        text = self.text(name)
        if not text:
            return plain
        try:
            value = float(text)
        except ValueError as exc:
            raise Refused(400, f"{text[:40]!r} is not a number", name) from exc
        if not (math.isfinite(value) and least <= value <= most):
            raise Refused(400, f"{text[:40]} is not between {least:g} and {most:g}", name)
        return value

    def flag(self, name: str) -> bool:
        return self.one_of(name, ("1", "0"), "0") == "1"

    def done(self) -> None:
        """Raises `Refused` for a parameter that nothing asked for."""
        for name in self._values:
            if name not in self._known:
                near = get_close_matches(name, self._known, 1)
                hint = f"; do you mean {near[0]}?" if near else ""
                known = ", ".join(sorted(self._known - {"v"})) or "none"
                raise Refused(400, f"no such parameter here{hint} There are: {known}", name[:64])
