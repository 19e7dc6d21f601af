"""WebGazer: a table of its predictions (x, y, and a time), which are px of the window: scroll makes them page px."""

from __future__ import annotations

from collections.abc import Iterator

from heatreel.core.errors import InputError
from heatreel.core.session import Session
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.gaze import NO_GAZE, Look, Screen
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.tables import Table, open_table

_TIMES = ("t_ms", "time", "timestamp", "t", "elapsed", "elapsedtime", "clock", "time_ms")
_PEOPLE = ("session", "participant", "user", "subject")


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """One session for each session or participant that the table names."""
    table = open_table(source, account)
    there = {name.lower().strip(): name for name in table.columns}
    time = next((name for name in _TIMES if name in there), "")
    if not {"x", "y"} <= there.keys() or not time:
        raise InputError(f"{source.path}:1: predictions of WebGazer need the columns x, y and t_ms")
    screen = Screen(source, options, "viewport px", set(there), account)
    rows = _rows(table, there, time, screen, account)
    return sessions_of(rows, "webgazer", options.site, names(options, "webgazer", source.path))


def _rows(table: Table, there: dict[str, str], time: str, screen: Screen, account: Account) -> Iterator[Row]:
    people = next((name for name in _PEOPLE if name in there), "")
    for line, raw in table.rows():
        fields = {name: raw[own] for name, own in there.items()}
        try:
            x, y = (values.number(fields[axis], axis, table.decimal_comma) for axis in "xy")
            if x is None or y is None:
                account.skip(NO_GAZE)
                continue
            at = values.time_ms(fields[time], time)
            if at is None:
                raise BadRow(f"{time} is missing")
            session = values.words(fields[people], people, 200) if people else ""
            row = screen.row(Look(at, x, y, None, session), fields, table.decimal_comma)
        except BadRow as exc:
            account.bad_row(line, exc)
            continue
        if isinstance(row, Row):
            yield row
        else:
            account.skip(row)
