"""What importers of JSON objects and of tables do alike: take what is an object, read it as a row, count the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.jsonstream import Broken, Record, json_records
from heatreel.replay.importing.rows import Row

Fields = Mapping[str, Any]


def objects_of(
    source: Source, account: Account, inside: frozenset[str] = frozenset(), what: str = "JSON object"
) -> Iterator[Record]:
    """The records of a file that are objects; others are counted as bad rows, which are "no" `what`."""
    for record in json_records(source, inside):
        if isinstance(record, Broken):
            account.bad_row(record.line, record.reason)
        elif not isinstance(record.value, dict):
            account.bad_row(record.line, f"is no {what}")
        else:
            yield record


def fields_of(source: Source, account: Account, inside: frozenset[str]) -> Iterator[tuple[int, Fields]]:
    """Line and fields of each object of a file, those of what is around it among them."""
    return ((record.line, {**record.around, **record.value}) for record in objects_of(source, account, inside))


def read_rows(
    found: Iterable[tuple[int, Fields]], account: Account, read: Callable[[Fields], Row | str]
) -> Iterator[Row]:
    """Each line's fields as a row. Where `read` says why a row is left out, or raises `BadRow`, it is counted."""
    for line, fields in found:
        try:
            row = read(fields)
        except BadRow as exc:
            account.bad_row(line, exc)
            continue
        if isinstance(row, str):
            account.skip(row)
        else:
            yield row
