"""Tables of strangers: CSV and its relatives, row by row, each with the line it begins on."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from heatreel.core.errors import InputError
from heatreel.replay.importing.account import Account
from heatreel.replay.importing.files import Source

MOST_COLUMNS = 2000
FIELD_CHARS = 100_000
"""A longer field is none: most likely a quote that is never closed."""


@dataclass
class Table:
    """A table of a file. `columns` are the names of the header as written, `delimiter` what stands between fields."""

    source: Source
    account: Account
    delimiter: str = ","
    columns: list[str] = field(default_factory=list)

    @property
    def decimal_comma(self) -> bool:
        """Whether a comma in a number is a decimal one: where it is not between fields."""
        return self.delimiter != ","

    def rows(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Line and fields by name. What cannot be read goes to the account as a bad row."""
        reader = csv.reader(self._lines(), delimiter=self.delimiter)
        limit = csv.field_size_limit(FIELD_CHARS)
        try:
            while True:
                line = self._line + 1
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error as exc:
                    self.account.bad_row(line, exc)
                    continue
                if not any(fields):
                    continue
                if len(fields) != len(self.columns) and any(fields[len(self.columns) :]) | (
                    len(fields) < len(self.columns)
                ):
                    self.account.bad_row(line, f"{len(fields)} fields where the header has {len(self.columns)}")
                    continue
                yield line, dict(zip(self.columns, fields, strict=False))
        finally:
            csv.field_size_limit(limit)

    _line: int = 0

    def _lines(self) -> Iterator[str]:
        lines = self.source.lines()
        for number, text in lines:
            self._line = number
            if number == 1:
                continue
            if text is None:
                self.account.bad_row(number, f"is longer than a row can be, or not {self.source.encoding}")
            else:
                # A zero byte ends a C string, and so the parser's row.
                yield text.replace("\0", "")


def open_table(source: Source, account: Account) -> Table:
    """The table of a file, its delimiter told by its header. Raises `InputError` when there is no header."""
    delimiter, columns = header(source)
    return Table(source, account, delimiter, columns)


def header(source: Source) -> tuple[str, list[str]]:
    """Delimiter and names of the columns."""
    first = source.text_head.lstrip("\ufeff").split("\n", 1)[0].strip("\r")
    delimiter = max(",;\t|", key=first.count)
    try:
        columns = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    except csv.Error as exc:
        raise InputError(f"{source.path}:1: no header of a table ({exc})") from exc
    if len(columns) > MOST_COLUMNS:
        raise InputError(f"{source.path}:1: {len(columns):,} columns; no table of events has so many")
    return delimiter, columns
