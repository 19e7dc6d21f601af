"""Reading a table of which some pages are damaged: every row that can be read, and a word on what cannot."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

_LAST = 2**62


def readable_rows(
    connection: sqlite3.Connection, table: str, columns: str, tell: Callable[[str], None]
) -> Iterator[tuple[Any, ...]]:
    """`id` and these columns of each row that can be read, in order of `id`.

    The table is walked without its indexes, which may be damaged on their own. Where it cannot be read, the walk goes
    on at the next row that can; `tell` gets one line for each such gap.
    """
    query = f"SELECT id, {columns} FROM {table} NOT INDEXED WHERE id > ? ORDER BY id"
    last = 0
    while last < _LAST:
        try:
            for row in connection.execute(query, [last]):
                last = row[0]
                yield row
            return
        except sqlite3.DatabaseError as exc:
            following = _first_readable(connection, table, columns, last)
            until = f"before {following}" if following < _LAST else "to the end"
            tell(f"{table} after {last} {until} ({exc})")
            last = following - 1 if following < _LAST else _LAST


def _first_readable(connection: sqlite3.Connection, table: str, columns: str, last: int) -> int:
    """The least number above `last` from which the table can be read again; `_LAST` when there is none."""
    query = f"SELECT id, {columns} FROM {table} NOT INDEXED WHERE id >= ? ORDER BY id LIMIT 1"

    def readable(number: int) -> bool:
        try:
            connection.execute(query, [number]).fetchone()
        except sqlite3.DatabaseError:
            return False
        return True

    low, step = last + 1, 1
    while not readable(low + step):
        step *= 2
        if low + step >= _LAST:
            return _LAST
    high = low + step
    low += step // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if readable(middle) else (middle, high)
    return high
