"""Matomo Heatmap & Session Recording: answers of `getRecordedHeatmap`, and its tables joined (JSON, CSV or TSV).

Both say where an event was as selector and share of the element, counted to 2000. An answer of the API is an aggregate:
points with counts, of no session and no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heatreel.core.errors import InputError
from heatreel.core.session import Session
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.objects import objects_of
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.selectors import foreign_target
from heatreel.replay.importing.tables import open_table

ACCURACY = 2000
REACH = 1000
MOST = 100_000
"""No point of a heat map was hit more often than this."""

MOVE, CLICK, SCROLL = 1, 2, 3
_TYPES = {MOVE: "move", CLICK: "click", SCROLL: "scroll"}


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """The sessions of the tables; for an aggregate, sessions of nobody in particular."""
    return sessions_of(_rows(source, account, options), "matomo", options.site, names(options, "matomo", source.path))


def _rows(source: Source, account: Account, options: ImportOptions) -> Iterator[Row]:
    for line, record in _records(source, account):
        try:
            if "idloghsr" in record or "event_type" in record:
                row, times = _of_tables(record, options), 1
            else:
                row, times = _of_answer(record, options, account, source)
        except BadRow as exc:
            account.bad_row(line, exc)
            continue
        if isinstance(row, str):
            account.skip(row)
            continue
        for _ in range(times):
            yield row


def _records(source: Source, account: Account) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if source.text_head.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        yield from open_table(source, account).rows()
        return
    for record in objects_of(source, account, frozenset({"rows", "data", "value"}), "row of Matomo"):
        yield record.line, record.value


def _of_answer(
    record: Mapping[str, Any], options: ImportOptions, account: Account, source: Source
) -> tuple[Row | str, int]:
    """A point of an aggregate with its count. Raises `InputError` without page and viewport: the answer has neither."""
    if not options.url or not options.viewport:
        raise InputError(
            f"{source.path}: an answer of getRecordedHeatmap does not say its page and viewport;"
            " say --url URL and --viewport WxH"
        )
    if "selector" not in record:
        return "rows of a scroll map", 1
    times = values.needed(record.get("value", 1), "value")
    if not 1 <= times <= MOST or times != int(times):
        raise BadRow(f"value is no count: {times:g}")
    account.note(
        f"{source.path}: an aggregate: its points are taken for clicks of nobody in particular; it has no times, so"
        " nothing is known of rage, order and visitors"
    )
    address, _ = values.address(options.url, options.query)
    return _row("click", address, options.viewport, record, "offset_x", "offset_y", options), int(times)


def _of_tables(record: Mapping[str, Any], options: ImportOptions) -> Row | str:
    """A row of `log_hsr_event` joined with `log_hsr` (page, viewport, time) and `log_action` (selector)."""
    code = values.needed(record.get("event_type"), "event_type")
    if code not in _TYPES:
        return f"of event type {code:g}"
    address, _ = values.address(record.get("url") or record.get("page_url") or options.url, options.query)
    if record.get("viewport_w_px") not in (None, ""):
        viewport = values.window(record.get("viewport_w_px"), record.get("viewport_h_px"))
    elif options.viewport:
        viewport = options.viewport
    else:
        raise BadRow("viewport_w_px is missing (join log_hsr, or say --viewport WxH)")
    if code == SCROLL:
        reach = values.needed(record.get("y"), "y") / REACH
        if not 0 <= reach <= 1:
            raise BadRow(f"y is no scroll position (0 to {REACH}): {reach * REACH:g}")
        row = Row("", None, "scroll", address, viewport, data={"reach": reach})
    else:
        row = _row(_TYPES[int(code)], address, viewport, record, "x", "y", options)
    began = values.time_ms(record.get("server_time"), "server_time")
    since = values.number(record.get("time_since_load"), "time_since_load") or 0.0
    device = values.number(record.get("device_type"), "device_type")
    visit = record.get("idvisit") or record.get("idloghsr")
    return row._replace(
        session=values.words(visit, "idvisit", 100),
        time_ms=None if began is None else began + since,
        document=values.words(record.get("idloghsr"), "idloghsr", 100),
        more={"touch": device in (2, 3) or None},
    )


def _row(
    kind: str, url: str, viewport: tuple[int, int], record: Mapping[str, Any], x: str, y: str, options: ImportOptions
) -> Row:
    selector = values.words(record.get("selector") or record.get("name"), "selector", 4096)
    if not selector:
        raise BadRow("selector is missing")
    u, v = (values.needed(record.get(name), name) / ACCURACY for name in (x, y))
    if not (-0.01 <= u <= 1.01 and -0.01 <= v <= 1.01):
        raise BadRow(f"{x}, {y} are no shares of an element (0 to {ACCURACY})")
    data = {"pointer": "mouse", "trusted": True} if kind == "click" else {}
    return Row("", None, kind, url, viewport, u=u, v=v, target=foreign_target(selector, options.key), data=data)
