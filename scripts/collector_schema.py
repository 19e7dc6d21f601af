"""Writes docs/collector.schema.json: the JSON Schema of what `POST /collect` takes, from the collector's own types.

.venv/bin/python scripts/collector_schema.py
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from heatreel.capture.collector.wire import Batch

FILE = Path(__file__).parents[1] / "docs" / "collector.schema.json"


def schema() -> str:
    """The schema as text."""
    (batch,), parts = msgspec.json.schema_components([Batch], ref_template="#/$defs/{name}")
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Heatreel's wire, version 1"}
    return json.dumps(whole | batch | {"$defs": parts}, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema(), "utf-8")
