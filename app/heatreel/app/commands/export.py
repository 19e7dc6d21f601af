"""`heatreel export`: tables of a capture for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Label, Where, WorkspaceFolder
from heatreel.app.talk import say


def export(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="events, sessions, pages, elements, findings or ledger.")
    ] = "events",
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="File to write: .csv, .json, .parquet; - for output.")
    ] = Path("-"),
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    label: Label = "",
    where: Where = None,
    page: Annotated[str, typer.Option("--page", metavar="PAGE", help="Of elements: route, path or URL.")] = "",
    viewport: Annotated[str, typer.Option("--viewport", metavar="NAME", help="Of elements: the viewport.")] = "",
    state: Annotated[str, typer.Option("--state", metavar="STATE", help="Of elements: id or label.")] = "",
    variant: Annotated[str, typer.Option("--variant", metavar="NAME", help="Of elements: A/B arm.")] = "",
    form: Annotated[str, typer.Option("--form", metavar="FORM", help="csv, json or parquet, whatever the name.")] = "",
) -> None:
    """Write a table of a capture as CSV, JSON or Parquet: the files of the viewer's export.

    `events` are all that were recorded, with their place or the reason why they have none; `elements` those of one
    state with all their numbers. Cells of a CSV that a spreadsheet would take for a formula begin with a '.

    heatreel export sessions --where signal=rage -o rage.csv
    """
    from heatreel.app.exporting import Wanted, export_to, form_of
    from heatreel.app.viewer.export import TABLES
    from heatreel.core.errors import InputError

    if what not in TABLES:
        raise InputError(f"no table {what!r}; there are {', '.join(TABLES)}")
    wanted = Wanted(what, label, tuple(where or ()), page, viewport, state, variant)
    count = export_to(workspace, wanted, out, form_of(out, form))
    if str(out) != "-":
        say(f"wrote {out}" + (f": {count:,} rows" if count else ""))
