"""What `heatreel export` writes: tables of a capture as CSV, JSON or Parquet."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from heatreel.app.viewer.answers import Refused
from heatreel.app.viewer.export import Row, element_rows, json_of, rows_of, write_csv
from heatreel.app.viewer.places import chosen_at
from heatreel.app.viewer.store import Store
from heatreel.core.blobs import write_atomic
from heatreel.core.errors import CannotRun, InputError

Form = Literal["csv", "json", "parquet"]
FORMS: tuple[Form, ...] = ("csv", "json", "parquet")
_AT_ONCE = 50_000


@dataclass(frozen=True)
class Wanted:
    """What is to be exported: a table, of which capture and segment; of elements also of which state."""

    what: str
    label: str = ""
    where: Sequence[str] = ()
    page: str = ""
    viewport: str = ""
    state: str = ""
    variant: str = ""


def form_of(out: Path, form: str) -> Form:
    """The form that is asked for, or that a file's ending says; CSV for standard output. Raises `InputError`."""
    ending = form or ("csv" if str(out) == "-" else out.suffix.lower().removeprefix("."))
    for known in FORMS:
        if ending == known:
            return known
    raise InputError(f"{out}: the name must end in .csv, .json or .parquet, or say --form")


def export_to(folder: Path, wanted: Wanted, out: Path, form: Form) -> int:
    """Writes a table to a file, `-` for standard output; returns the number of rows (0 when it is not counted).

    Raises `InputError` for a capture, place or condition that is not there, `CannotRun` when it cannot be written.
    """
    rows = _rows(folder, wanted)
    if form == "parquet":
        if str(out) == "-":
            raise InputError("-: Parquet is written to a file")
        return _parquet(rows, out)
    if form == "json":
        data = json_of(wanted.what, rows)
        if str(out) == "-":
            sys.stdout.buffer.write(data + b"\n")
        else:
            write_atomic(out, data)
        return 0
    return _csv(rows, out)


def _rows(folder: Path, wanted: Wanted) -> Iterable[Row]:
    store = Store(folder)
    try:
        part = store.slice(store.data(wanted.label), tuple(wanted.where))
        if wanted.what != "elements":
            return rows_of(store, part, wanted.what)
        snapshot = store.snapshot(part.data, wanted.page, wanted.viewport, wanted.state, wanted.variant)
        return element_rows(chosen_at(store, part, snapshot))
    except Refused as exc:
        raise InputError(exc.message) from exc


def _csv(rows: Iterable[Row], out: Path) -> int:
    if str(out) == "-":
        return write_csv(sys.stdout, rows)
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
            count = write_csv(file, rows)
        draft.replace(out)
    except OSError as exc:
        raise CannotRun(f"{out}: cannot be written ({exc.strerror or exc})") from exc
    finally:
        draft.unlink(missing_ok=True)
    return count


def _parquet(rows: Iterable[Row], out: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as exc:
        raise CannotRun("Parquet needs the extra `scale`: pip install 'heatreel[scale]' (pyarrow is missing)") from exc
    coming, count = iter(rows), 0
    draft = out.with_name(f".{out.name}.part")
    writer: Any = None
    try:
        while some := list(islice(coming, _AT_ONCE)):
            if writer is None:
                writer = pq.ParquetWriter(draft, _schema(pa, some))
            writer.write_table(pa.Table.from_pylist([_typed(row, writer.schema) for row in some], writer.schema))
            count += len(some)
        if writer is None:
            raise InputError("there is nothing to export")
        writer.close()
        draft.replace(out)
    except OSError as exc:
        raise CannotRun(f"{out}: cannot be written ({exc.strerror or exc})") from exc
    finally:
        draft.unlink(missing_ok=True)
    return count


def _schema(pa: Any, some: Sequence[Row]) -> Any:
    """Numbers that are whole in the first rows may have fractions in others, and what is empty there is a text."""
    kinds: dict[str, Any] = {}
    for row in some:
        for name, value in row.items():
            kind = pa.bool_() if isinstance(value, bool) else pa.float64() if isinstance(value, int | float) else None
            known = kinds.get(name)
            if value is None or value == "":
                kinds.setdefault(name, None)
            elif known is None or known != kind:
                kinds[name] = kind if known is None and kind is not None else pa.string()
    return pa.schema([(name, kind if kind is not None else pa.string()) for name, kind in kinds.items()])


def _typed(row: Row, schema: Any) -> Row:
    found: Row = {}
    for field in schema:
        value = row.get(field.name)
        if str(field.type) == "string":
            found[field.name] = None if value is None else str(value)
        else:
            found[field.name] = None if value == "" else value
    return found
