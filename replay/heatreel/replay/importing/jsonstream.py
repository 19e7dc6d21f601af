"""JSON of any size as a stream of records: lines, one long array, or an array somewhere inside one object.

`json.JSONDecoder.raw_decode` does the reading, so that a record costs what the C parser costs; around it is only what
it cannot do: read on when a record is longer than what was read so far, and go on behind a record that is broken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from heatreel.core.errors import InputError
from heatreel.replay.importing.account import BadRow
from heatreel.replay.importing.files import Source

RECORD_CHARS = 64 << 20
"""A longer record is not read. The longest known are full snapshots of pages with all their style sheets."""

MOST_KEYS = 10_000

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_MARKS = re.compile(r'"|[{}\[\]]')
_ENDS = re.compile(r'"|[{}\[\],]')
_IN_STRING = re.compile(r'["\\]')


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its value, the line it begins on, and what the objects around it say beside it (`around`)."""

    line: int
    value: Any
    around: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that is none."""

    line: int
    reason: str


def json_records(source: Source, inside: frozenset[str] = frozenset()) -> Iterator[Record | Broken]:
    """All records of a file. `inside` names the keys below which arrays of records are looked for.

    Raises `InputError` when the file cannot be read at all.
    """
    stream = _Stream(source, inside)
    for record in stream.records():
        yield from stream.take_damage()
        yield record
    yield from stream.take_damage()


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _is_record(line: str) -> bool:
    try:
        return line[:1] in ("{", "[") and json.loads(line) is not None
    except (ValueError, RecursionError):
        return False


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


class _Stream:
    """A place in the text of a file. `at` is the place in what is held of it, `counted` how far lines were counted."""

    def __init__(self, source: Source, inside: frozenset[str]) -> None:
        self.path = source.path
        self.chunks = source.chunks()
        self.inside = inside
        self.damage: list[Broken] = []
        self.text = ""
        self.at = self.counted = 0
        self.line = 1
        self.ended = False

    def records(self) -> Iterator[Record | Broken]:
        first = True
        while self.peek():
            by_line = not first or self.is_line()
            first = False
            if by_line:
                yield self.record({}, by_line=True)
            elif self.text[self.at] == "[":
                yield from self.array({})
            elif self.text[self.at] == "{":
                yield from self.object({}, 0)
            else:
                yield self.record({}, by_line=True)

    def take_damage(self) -> list[Broken]:
        """What was not text in what was read since the last call."""
        found, self.damage = self.damage, []
        return found

    # The text

    def more(self) -> bool:
        """Reads on, and forgets what is behind. False at the end."""
        if self.ended:
            return False
        self.here()
        rest = self.text[self.at :]
        pieces, length = [rest], 0
        # As much again as there is, so that a long record is tried a few times only.
        while length <= len(rest) and not self.ended:
            piece, clean = next(self.chunks, ("", True))
            self.ended = not piece
            if not clean:
                self.damage.append(Broken(self.line, "bytes near here are not UTF-8"))
            pieces.append(piece)
            length += len(piece)
        self.text, self.at, self.counted = "".join(pieces), 0, 0
        return length > 0

    def here(self) -> int:
        """The number of the line of the present place."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def peek(self) -> str:
        """The next character that is no white space, "" at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def is_line(self) -> bool:
        """Whether the file has a record on each line, as the first ones tell."""
        while self.text.count("\n", self.at) < 3 and len(self.text) < RECORD_CHARS and self.more():
            pass
        lines = [line.strip() for line in self.text[self.at : self.at + RECORD_CHARS].split("\n", 3)[:3]]
        return len(lines) > 1 and lines[0] not in ("[", "{") and any(map(_is_record, lines[:2])) and bool(lines[1])

    # What is in it

    def value(self) -> Any:
        """The value that begins here. Raises `BadRow`; then the place is still where it began."""
        while True:
            try:
                found, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as exc:
                cut_off = exc.msg.startswith("Unterminated string") or exc.pos >= len(self.text) - 16
                if not cut_off or not self.more():
                    raise BadRow(f"is no JSON: {exc.msg}") from exc
            except (ValueError, RecursionError) as exc:
                deep = isinstance(exc, RecursionError)
                raise BadRow("is nested too deeply" if deep else f"is no JSON: {exc}") from exc
            else:
                # A number at the end of what was read may go on.
                if end < len(self.text) or self.text[end - 1] in '}]"' or not self.more():
                    self.at = end
                    return found
            if len(self.text) - self.at > RECORD_CHARS:
                raise BadRow(f"is longer than {RECORD_CHARS >> 20} MB")

    def record(self, around: dict[str, Any], by_line: bool) -> Record | Broken:
        """The record that begins here; the place is then behind it, also when it is broken."""
        line = self.here()
        try:
            found = self.value()
            if by_line and not self.at_line_end():
                raise BadRow("has something behind it on its line")
        except BadRow as exc:
            if by_line:
                self.skip_line()
            else:
                self.skip_value()
            return Broken(line, str(exc))
        return Record(line, found, around)

    def at_line_end(self) -> bool:
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r,":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at] in "\n{["
            if not self.more():
                return True

    def array(self, around: dict[str, Any]) -> Iterator[Record | Broken]:
        """The items of the array that begins here."""
        self.at += 1
        while (mark := self.peek()) and mark != "]":
            if mark in ",}":
                self.at += 1
                continue
            yield self.record(around, by_line=False)
        if not mark:
            yield Broken(self.here(), "the file ends in the middle of a list")
        self.at += 1

    def object(self, around: dict[str, Any], depth: int) -> Iterator[Record | Broken]:
        """The records in the arrays of an object; an object without any is a record itself."""
        line, own, found = self.here(), dict(around), False
        self.at += 1
        while (mark := self.peek()) and mark != "}":
            if mark in ",]":
                self.at += 1
                continue
            try:
                key = self.key()
                if key in self.inside and depth < 3 and self.peek() in "[{" and self.peek():
                    found = True
                    listed = self.text[self.at] == "["
                    yield from self.array(own) if listed else self.object(own, depth + 1)
                    continue
                own[key] = self.value()
                if len(own) > MOST_KEYS:
                    raise InputError(f"{self.path}:{line}: an object of more than {MOST_KEYS:,} keys is no record")
            except BadRow as exc:
                yield Broken(self.here(), str(exc))
                self.skip_value()
        self.at += 1
        if not mark:
            yield Broken(self.here(), "the file ends in the middle of an object")
        elif not found:
            yield Record(line, own, around)

    def key(self) -> str:
        found = self.value()
        if not isinstance(found, str) or self.peek() != ":":
            raise BadRow("is no JSON: a key and ':' expected")
        self.at += 1
        self.peek()
        return found

    # Behind what is broken

    def skip_line(self) -> None:
        while (end := self.text.find("\n", self.at)) < 0:
            self.at = len(self.text)
            if not self.more():
                return
        self.at = end + 1

    def skip_value(self) -> None:
        """To behind the value that begins here, by its brackets and quotes alone."""
        depth = 0
        while True:
            found = _MARKS.search(self.text, self.at) if depth else _ENDS.search(self.text, self.at)
            if not found:
                self.at = len(self.text)
                if not self.more():
                    return
                continue
            mark = found[0]
            if not depth and mark in ",]}":
                self.at = found.start() + (mark == ",")
                return
            self.at = found.end()
            if mark == '"':
                self.skip_string()
            else:
                depth += 1 if mark in "{[" else -1
            if not depth and mark != '"':
                return

    def skip_string(self) -> None:
        while True:
            found = _IN_STRING.search(self.text, self.at)
            if found and found[0] == '"':
                self.at = found.end()
                return
            self.at = found.start() if found else len(self.text)
            if len(self.text) - self.at > 1:
                self.at += 2
            elif not self.more():
                self.at = len(self.text)
                return
