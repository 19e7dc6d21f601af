"""Pupil Labs: gaze and fixations mapped to a surface (Marker Mapper, Reference Image Mapper, Pupil Core's surfaces).

Plain gaze is in px of the camera on the head: no option can say where that was on a page, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from heatreel.core.errors import InputError
from heatreel.core.session import Session
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.gaze import NO_GAZE, Look, Screen, Space
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.tables import Table, open_table

LEAST_CONFIDENCE = 0.6
"""Pupil Core's own threshold for useful data."""


@dataclass(frozen=True)
class Columns:
    """Names of columns. `upward`: y counts from the bottom, as in Pupil Core. `to_ms` is the unit of the times."""

    x: str
    y: str
    space: Space
    time: str
    to_ms: float
    on: str
    duration: str = ""
    upward: bool = False


_KNOWN = (
    Columns("gaze position on surface x [normalized]", "gaze position on surface y [normalized]", "screen share",
            "timestamp [ns]", 1e-6, "gaze detected on surface"),
    Columns("fixation x [normalized]", "fixation y [normalized]", "screen share", "start timestamp [ns]", 1e-6,
            "fixation detected on surface", "duration [ms]"),
    Columns("gaze position in reference image x [px]", "gaze position in reference image y [px]", "screen px",
            "timestamp [ns]", 1e-6, "gaze detected in reference image"),
    Columns("fixation x in reference image [px]", "fixation y in reference image [px]", "screen px",
            "start timestamp [ns]", 1e-6, "fixation detected in reference image", "duration [ms]"),
    Columns("x_norm", "y_norm", "screen share", "gaze_timestamp", 1e3, "on_surf", "", True),
    Columns("norm_pos_x", "norm_pos_y", "screen share", "start_timestamp", 1e3, "on_surf", "duration", True),
)  # fmt: skip


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """One session for each recording."""
    table = open_table(source, account)
    there = {name.lower().strip(): name for name in table.columns}
    columns = next((one for one in _KNOWN if {one.x, one.y, one.time} <= there.keys()), None)
    if columns is None:
        if "gaze x [px]" in there or "fixation x [px]" in there:
            raise InputError(
                f"{source.path}:1: px of the scene camera, which moves with the head: they say nothing of a page. Map"
                " them to the screen with the Marker Mapper (or Reference Image Mapper) and import that gaze.csv"
            )
        raise InputError(f"{source.path}:1: no columns of gaze on a surface that are known; see docs/import.md")
    screen = Screen(source, options, columns.space, set(there), account)
    rows = _rows(table, columns, there, screen, account)
    return sessions_of(rows, "pupil", options.site, names(options, "pupil", source.path))


def _rows(table: Table, columns: Columns, there: Mapping[str, str], screen: Screen, account: Account) -> Iterator[Row]:
    for line, raw in table.rows():
        fields = {name: raw[own] for name, own in there.items()}
        try:
            look = _look(fields, columns, table.decimal_comma)
            row = look if isinstance(look, str) else screen.row(look, fields, table.decimal_comma)
        except BadRow as exc:
            account.bad_row(line, exc)
            continue
        if isinstance(row, Row):
            yield row
        else:
            account.skip(row)


def _look(fields: Mapping[str, str], columns: Columns, comma: bool) -> Look | str:
    if columns.on in fields and values.truth(fields[columns.on], columns.on) is False:
        return "gaze beside the surface"
    confidence = values.number(fields.get("confidence"), "confidence", comma)
    if confidence is not None and confidence < LEAST_CONFIDENCE:
        return f"confidence below {LEAST_CONFIDENCE:g}"
    x, y = (values.number(fields[name], name, comma) for name in (columns.x, columns.y))
    if x is None or y is None:
        return NO_GAZE
    time_ms = values.needed(fields[columns.time], columns.time, comma) * columns.to_ms
    lasted = values.number(fields[columns.duration], columns.duration, comma) if columns.duration in fields else None
    session = values.words(fields.get("recording id"), "recording id", 200)
    return Look(time_ms, x, 1 - y if columns.upward else y, lasted, session)
