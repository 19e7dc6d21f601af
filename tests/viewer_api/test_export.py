"""`heatreel export`: three forms of each table say the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from heatreel.app.exporting import Wanted, export_to, form_of
from heatreel.app.viewer.export import TABLES
from heatreel.core.errors import InputError


@pytest.mark.parametrize("what", [one for one in TABLES if one != "findings"])
def test_three_forms_say_the_same(site: Path, tmp_path: Path, what: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for form in ("csv", "json", "parquet"):
        export_to(site, Wanted(what), tmp_path / f"x.{form}", form_of(tmp_path / f"x.{form}", ""))
    document = json.loads((tmp_path / "x.json").read_bytes())[what]
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    table = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    assert len(rows) == len(document) == len(table) > 0
    for record, row, typed in zip(document, rows, table, strict=True):
        for key, value in record.items():
            if isinstance(value, bool):
                assert row[key] == ("yes" if value else "no")
            elif isinstance(value, int | float):
                assert float(row[key]) == value == float(typed[key])
            elif value:
                assert row[key].removeprefix("'") == str(value) == typed[key]
    assert {path.name for path in tmp_path.iterdir()} == {"x.csv", "x.json", "x.parquet"}


def test_what_cannot_be_exported_is_said(site: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.csv, \.json or \.parquet"):
        form_of(tmp_path / "x.doc", "")
    with pytest.raises(InputError, match="no page"):
        export_to(site, Wanted("elements", page="/none"), tmp_path / "x.csv", "csv")
    with pytest.raises(InputError, match="nothing to export"):
        export_to(site, Wanted("sessions", where=("source=nobody",)), tmp_path / "x.parquet", "parquet")
