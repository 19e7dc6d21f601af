"""Tobii: tables of Pro Lab and Studio (TSV), and of its SDK in BIDS names. Fixations where there are any, else samples.

Names of columns differ between versions in blanks, brackets and units: `GazePointX (ADCSpx)`, `Gaze point X [DACS px]`,
`Gaze point X`. DACS/ADCS count on the display, MCS on the stimulus; only the person who ran the study knows whether
that is the whole page (`--space page`).
"""

from __future__ import annotations

import re
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

LONGEST_SAMPLE_MS = 100.0
"""Between samples that are further apart the eyes were lost."""

_TO_MS = {"ms": 1.0, "us": 1e-3, "μs": 1e-3, "µs": 1e-3, "ns": 1e-6, "s": 1e3}


@dataclass(frozen=True)
class Columns:
    """The columns of a table that are read, by what they say; "" where there is none."""

    x: str
    y: str
    space: Space
    time: str
    to_ms: float
    kind: str
    index: str
    duration: str
    people: tuple[str, ...]
    fixations: bool


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """One session for each participant and recording."""
    table = open_table(source, account)
    columns = find_columns(source, table.columns, options)
    plain = {name.lower().strip() for name in table.columns}
    screen = Screen(source, options, columns.space, plain, account)
    rows = _rows(table, columns, screen, account)
    return sessions_of(rows, "tobii", options.site, names(options, "tobii", source.path))


def _bare(name: str) -> tuple[str, str]:
    """The name of a column in small letters without blanks, and what stands in brackets behind it."""
    found = re.match(r"([^\[(]*)[\[(]?([^\])]*)", name)
    assert found
    return re.sub(r"[\s_]", "", found[1]).lower(), re.sub(r"\s", "", found[2]).lower()


def find_columns(source: Source, columns: list[str], options: ImportOptions) -> Columns:
    """Which columns to read. Raises `InputError` when there are none that say where somebody looked."""
    known: dict[str, list[tuple[str, str]]] = {}
    for name in columns:
        bare, unit = _bare(name)
        known.setdefault(bare, []).append((unit, name))
    wanted = ("mcs",) if options.space == "page" else ("dacs", "adcs", "")
    for fixations, base in ((True, "fixationpoint"), (False, "gazepoint")):
        for system in wanted:
            pair = _pair(known, base, system)
            if pair:
                return _columns(pair, fixations, known, options)
    if "leftgazepointondisplayareax" in known:
        pair = (known["leftgazepointondisplayareax"][0][1], known["leftgazepointondisplayareay"][0][1], True)
        return _columns(pair, False, known, options)
    if any("mcs" in unit for listed in known.values() for unit, _ in listed):
        raise InputError(
            f"{source.path}:1: only coordinates on the stimulus (MCS); say --space page if the stimulus was the whole"
            " page, or export those on the display (DACS)"
        )
    raise InputError(f"{source.path}:1: no columns that say where somebody looked (Gaze point X, Fixation point X)")


def _pair(known: dict[str, list[tuple[str, str]]], base: str, system: str) -> tuple[str, str, bool] | None:
    """The columns of x and y in a coordinate system, and whether they count in shares."""
    for unit, name in known.get(f"{base}x", ()):
        if (not system and unit in ("", "px")) or (system and unit.startswith(system) and not unit.endswith("mm")):
            other = next((other for its, other in known.get(f"{base}y", ()) if its == unit), "")
            if other:
                return name, other, unit.endswith("norm")
    return None


def _columns(
    pair: tuple[str, str, bool], fixations: bool, known: dict[str, list[tuple[str, str]]], options: ImportOptions
) -> Columns:
    def first(*bare: str) -> tuple[str, str]:
        return next((known[name][0] for name in bare if name in known), ("", ""))

    unit, time = first("recordingtimestamp", "systemtimestamp", "devicetimestamp", "timestamp")
    people = tuple(name for bare in ("participantname", "recordingname") for _, name in known.get(bare, ()))
    sdk = not any(name in known for name in ("recordingtimestamp",))
    return Columns(
        x=pair[0],
        y=pair[1],
        space="page px" if options.space == "page" else "screen share" if pair[2] else "screen px",
        time=time,
        to_ms=_TO_MS.get(unit, 1e-3 if sdk else 1.0),
        kind=first("eyemovementtype", "gazeeventtype")[1],
        index=first("eyemovementtypeindex", "fixationindex")[1],
        duration=first("gazeeventduration")[1],
        people=people,
        fixations=fixations,
    )


def _rows(table: Table, columns: Columns, screen: Screen, account: Account) -> Iterator[Row]:
    seen: dict[str, str] = {}
    last: dict[str, float] = {}
    for line, fields in table.rows():
        try:
            look = _look(fields, columns, table.decimal_comma, seen, last)
            row = look if isinstance(look, str) else screen.row(look, fields, table.decimal_comma)
        except BadRow as exc:
            account.bad_row(line, exc)
            continue
        if isinstance(row, Row):
            yield row
        elif row:
            account.skip(row)


def _look(
    fields: Mapping[str, str], columns: Columns, comma: bool, seen: dict[str, str], last: dict[str, float]
) -> Look | str:
    session = "/".join(values.words(fields[name], name, 200) for name in columns.people)
    x, y = (values.number(fields[name], name, comma) for name in (columns.x, columns.y))
    if x is None or y is None:
        return NO_GAZE
    time_ms = values.needed(fields.get(columns.time), columns.time or "timestamp", comma) * columns.to_ms
    if columns.fixations:
        if columns.kind and fields[columns.kind].strip().lower() != "fixation":
            return "between fixations"
        index = fields[columns.index] if columns.index else f"{x}/{y}"
        if seen.get(session) == index:
            return "samples of a fixation that is counted"
        seen[session] = index
        lasted = values.number(fields[columns.duration], columns.duration, comma) if columns.duration else None
        return Look(time_ms, x, y, lasted, session)
    lasted = time_ms - last[session] if session in last else None
    last[session] = time_ms
    return Look(time_ms, x, y, lasted if lasted is not None and 0 < lasted <= LONGEST_SAMPLE_MS else None, session)
