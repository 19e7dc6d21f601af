"""Which tool a file comes from, told by its first bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from heatreel.core.errors import InputError
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.tables import header

FORMATS = {
    "rrweb": "rrweb events (JSON or JSONL), also PostHog recordings",
    "csv": "a table with the columns of docs/import.md",
    "jsonl": "JSON objects with the keys of docs/import.md",
    "posthog": "PostHog events ($$heatmap, $autocapture, $pageview) or its heatmaps table",
    "clarity": "Clarity payloads decoded by clarity-decode",
    "openreplay": "OpenReplay messages",
    "matomo": "Matomo Heatmap & Session Recording",
    "ga4": "GA4 export to BigQuery, as JSONL",
    "tobii": "Tobii Pro Lab or Studio (TSV)",
    "pupil": "Pupil Labs gaze mapped to a surface (CSV)",
    "webgazer": "WebGazer predictions (CSV)",
    "mail": "a click log of an e-mail (recipient, link)",
}
"""Names of the formats, and what each is."""

_KEYS = re.compile(r'"((?:[^"\\]|\\.){1,60})"\s*:')


def guess(source: Source) -> str:
    """The format of a file. Raises `InputError` that lists the formats when it cannot be told."""
    text = source.text_head.lstrip("\ufeff \t\r\n")
    found = _of_json(text) if text[:1] in ("{", "[") else _of_table(set(header(source)[1]))
    if not found:
        known = ", ".join(FORMATS)
        raise InputError(f"{source.path}: cannot tell what wrote this; say it with --format ({known})")
    return found


def _of_json(text: str) -> str:
    keys = set(_KEYS.findall(text))
    if {"snapshots", "$snapshot_items", "$snapshot_data"} & keys and "timestamp" in keys:
        return "rrweb"
    if {"envelope"} & keys and {"sessionId", "pageNum"} & keys:
        return "clarity"
    if {"event_params", "event_timestamp"} <= keys or {"event_name", "event_params"} <= keys:
        return "ga4"
    if {"properties", "event"} <= keys or "pointer_target_fixed" in keys:
        return "posthog"
    if {"type", "data", "timestamp"} <= keys and _has_events(text):
        return "rrweb"
    if {"idloghsr", "idselector", "offset_x", "offset_y"} & keys:
        return "matomo"
    if {"tp", "_id", "_tp"} & keys or _has_messages(text):
        return "openreplay"
    if {"x", "ex"} & keys and {"y", "ey"} & keys:
        return "jsonl"
    return ""


def _has_events(text: str) -> bool:
    """Whether rrweb's numbers are there: the type of an event is one."""
    return re.search(r'"type"\s*:\s*[0-7]\b', text) is not None


def _has_messages(text: str) -> bool:
    """Whether it begins with messages of OpenReplay's tracker: lists whose first item is a small number."""
    return next(_first_lists(text), None) is not None


def _first_lists(text: str) -> Iterator[Any]:
    found = re.match(r"\s*\[?\s*(\[\s*\d{1,3}\s*,[^\[\]]*\])", text)
    if found:
        try:
            yield json.loads(found[1])
        except ValueError:
            return


def _of_table(columns: set[str]) -> str:
    low = {column.lower() for column in columns}
    if any(re.match(r"(gaze ?point|fixation ?point|mapped fixation) ?x", column) for column in low) or any(
        column.startswith("left_gaze_point_on_display_area") for column in low
    ):
        return "tobii"
    if any(re.match(r"(gaze|fixation) (position )?(on surface )?(detected )?x", column) for column in low) or (
        {"gaze x [px]", "gaze x [normalized]", "x_norm"} & low
    ):
        return "pupil"
    if "pointer_target_fixed" in low or {"event", "properties"} <= low:
        return "posthog"
    if {"idloghsr", "offset_x", "heatmaptype", "reach"} & low and (
        {"selector", "idselector", "event_type", "reach"} & low
    ):
        return "matomo"
    if {"x", "y"} <= low or {"ex", "ey"} <= low:
        return "csv"
    if {"recipient", "subscriber", "email", "contact"} & low and {"link", "url", "href", "position", "event"} & low:
        return "mail"
    return ""
