"""What is written about the wire is what the collector takes."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_schema_is_that_of_the_types() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "collector_schema.py"))
    assert made["FILE"].read_text("utf-8") == made["schema"](), "run scripts/collector_schema.py"


def test_the_table_of_rows_is_that_of_the_types() -> None:
    done = subprocess.run([sys.executable, "-m", "cogapp", "--check", "-P", str(ROOT / "docs" / "collector.md")])
    assert done.returncode == 0, "run cog -r -P docs/collector.md"
