"""Files to download: tables as CSV or JSON, pictures."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, TextIO

from heatreel.app.viewer import findings as found
from heatreel.app.viewer import pages
from heatreel.app.viewer.answers import JSON, PNG, WEBP, Answer, Refused
from heatreel.app.viewer.numbers import elements_of
from heatreel.app.viewer.painting import evidence_at, kinds_of, layer_at, painting_of, rank
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.pictures import pixels_of
from heatreel.app.viewer.places import Chosen, chosen_of, slice_of
from heatreel.app.viewer.sessions import films, summary, table_of
from heatreel.app.viewer.slices import Slice
from heatreel.app.viewer.store import Store
from heatreel.core.errors import InputError
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.overlays.render import Look, compose
from heatreel.overlays.wording import words_for
from heatreel.replay.hits_json import each_hit

TABLES = ("pages", "elements", "sessions", "events", "findings", "ledger")
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$")

Row = dict[str, Any]


def export(store: Store, asked: Parameters) -> Answer:
    """`/export`."""
    what = asked.one_of("what", (*TABLES, "picture"), "elements")
    if what == "picture":
        return _picture(store, asked)
    form = asked.one_of("form", ("csv", "json"), "csv")
    if what == "elements":
        chosen = chosen_of(store, asked)
        asked.done()
        rows: Iterable[Row] = element_rows(chosen)
        label = f"elements-{chosen.snapshot.page}-{chosen.snapshot.viewport.name}-{chosen.snapshot.state.id}"
    else:
        part = slice_of(store, asked)
        asked.done()
        rows = rows_of(store, part, what)
        label = f"{what}-{part.data.capture.label}"
    body = csv_bytes(rows) if form == "csv" else json_of(what, rows)
    media = "text/csv; charset=utf-8" if form == "csv" else JSON
    return _download(body, media, f"heatreel-{label}.{form}")


def _download(body: bytes, media: str, name: str) -> Answer:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-")
    headers = {"Content-Disposition": f'attachment; filename="{plain}"', "Cache-Control": "no-store"}
    return Answer(200, body, media, headers)


def rows_of(store: Store, part: Slice, what: str) -> Iterable[Row]:
    """The rows of a table over the whole capture."""
    match what:
        case "pages":
            return _page_rows(part)
        case "sessions":
            return _session_rows(store, part)
        case "events":
            return _event_rows(store, part)
        case "findings":
            return [_flat(one) for one in found.all_findings(store, part.data, part.texts)[0]]
        case _:
            return _ledger_rows(part)


def _page_rows(part: Slice) -> list[Row]:
    left = ("card",)
    return [_flat({key: value for key, value in one.items() if key not in left}) for one in pages.page_summaries(part)]


def element_rows(chosen: Chosen) -> list[Row]:
    """The elements of a state with their numbers, the clicked ones first."""
    keys = (
        "name", "role", "selector", "acts", "clicks", "share", "visits", "visitShare", "seen", "ctr", "sessions",
        "first", "last", "dead", "rage", "error", "nearMiss", "firstMs",
    )  # fmt: skip
    snapshot = chosen.snapshot
    place = {
        "page": snapshot.page, "viewport": snapshot.viewport.name, "variant": snapshot.variant,
        "state": snapshot.state.id,
    }  # fmt: skip
    return [
        place
        | {key: record.get(key) for key in keys}
        | dict(zip(("x", "y", "width", "height"), record["box"], strict=True))
        for record in elements_of(chosen, rank(chosen))
    ]


def _session_rows(store: Store, part: Slice) -> Iterator[Row]:
    table, filmed = table_of(store, part), films(store)
    for number in range(len(part.data.attributes)):
        if table.events[number]:
            yield _flat(summary(part.data, table, number, filmed))


def _event_rows(store: Store, part: Slice) -> Iterator[Row]:
    """All events; of a segment those that are placed and in it."""
    data = part.data
    if data.replay is None:
        return
    kept = part.rows
    with store.workspace() as workspace:
        replay = workspace.replay(workspace.capture(data.capture.label))
        if (replay.id, replay.made) != (data.replay.id, data.replay.made):
            raise Refused(503, "a new replay has just ended; ask again")
        for row, record in enumerate(each_hit(workspace, replay)):
            if kept is not None and (row >= len(kept) or not kept[row]):
                continue
            yield _flat(record)


def _ledger_rows(part: Slice) -> Iterator[Row]:
    records = part.data.details.get("pages", ())
    # In each row: columns of a CSV are those of its first rows.
    reasons = dict.fromkeys((reason for one in records for reason in one.get("not_placed", {})), 0)
    for one in records:
        place = {key: one.get(key, "") for key in ("page", "viewport", "variant", "captured", "recorded", "placed")}
        counts = reasons | one.get("not_placed", {})
        yield place | {f"not_placed_{reason}": count for reason, count in counts.items()}


def _flat(record: Mapping[str, Any]) -> Row:
    """Lists and mappings as texts: a table has one value in a cell."""
    flat: Row = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{name}": inner for name, inner in value.items()}
        elif isinstance(value, list | tuple):
            flat[key] = "; ".join(
                ": ".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in value
            )
        else:
            flat[key] = value
    return flat


def json_of(what: str, rows: Iterable[Row]) -> bytes:
    document = {"version": DOCUMENT_VERSION, what: list(rows)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def csv_bytes(rows: Iterable[Row]) -> bytes:
    """CSV as RFC 4180 has it, in UTF-8 with the mark by which spreadsheets know that; see `safe_cell`."""
    buffer = io.StringIO()
    write_csv(buffer, rows)
    return buffer.getvalue().encode("utf-8-sig", "replace")


def write_csv(out: TextIO, rows: Iterable[Row]) -> int:
    """Writes rows as CSV as they come; returns how many. Columns are those of the first thousand."""
    coming = iter(rows)
    first = list(islice(coming, 1000))
    names = list(dict.fromkeys(name for row in first for name in row))
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in names])
    count = 0
    for row in chain(first, coming):
        writer.writerow([safe_cell(row.get(name)) for name in names])
        count += 1
    return count


def safe_cell(value: Any) -> Any:
    """A value as a cell that no spreadsheet takes for a formula (owasp.org, CSV Injection). Numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value


def _picture(store: Store, asked: Parameters) -> Answer:
    form = asked.one_of("form", ("png", "webp"), "png")
    chosen, kinds, painting = chosen_of(store, asked), kinds_of(asked), painting_of(asked)
    dark = asked.flag("dark")
    asked.done()
    if len(kinds) > 1:
        raise Refused(400, "an image has one kind", "kind")
    evidence = evidence_at(store, chosen)
    date = chosen.data.replay.made[:10] if chosen.data.replay else ""
    try:
        layer = layer_at(store, chosen, painting, kinds[0], rank(chosen))
        words = words_for(layer, chosen.snapshot, evidence.ledger.line(), date, evidence.where)
        pixels = pixels_of(store, chosen.snapshot)
        files = compose(layer, chosen.outline, pixels, words, form, Look(dark=dark, date=date))  # type: ignore[arg-type]
    except InputError as exc:
        raise Refused(400, str(exc)) from exc
    if len(files) > 1:
        raise Refused(400, "the page is taller than one WebP can be; ask for form=png", "form")
    name = (
        f"heatreel-{kinds[0]}-{chosen.snapshot.page}-{chosen.snapshot.viewport.name}-{chosen.snapshot.state.id}.{form}"
    )
    return _download(files[0], PNG if form == "png" else WEBP, name)
