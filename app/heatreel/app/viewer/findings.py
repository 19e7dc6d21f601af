"""Findings for the viewer: what the heat says (insights), and what a redesign would do (verify)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from heatreel.app.viewer.answers import Answer, json_bytes, tagged
from heatreel.app.viewer.data import Data
from heatreel.app.viewer.pages import iso
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.places import address, data_of, where_of
from heatreel.app.viewer.store import Store
from heatreel.core.errors import HeatreelError
from heatreel.core.finding import SEVERITIES
from heatreel.core.version import DOCUMENT_VERSION

logger = logging.getLogger(__name__)

VERIFY = "verify.json"
"""File in the workspace with the document of the last verify, see `heatreel.app.verifying`."""


def findings(store: Store, asked: Parameters) -> Answer:
    """`/findings`."""
    data, where = data_of(store, asked), where_of(asked)
    source = asked.one_of("source", ("", "insights", "verify"), "")
    severity = asked.one_of("severity", ("", *SEVERITIES), "")
    rule, page = asked.text("rule"), asked.text("page")
    offset, limit = asked.whole("offset", 0, 0, 10**9), asked.whole("limit", 200, 1, 1000)
    asked.done()
    store.slice(data, where)
    everything, sources = all_findings(store, data, where)
    wanted = {"source": source, "severity": severity, "rule": rule, "page": page}
    found = [one for one in everything if all(not value or one[key] == value for key, value in wanted.items())]
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token,
        "total": len(found),
        "findings": found[offset : offset + limit],
        "sources": sources,
    }
    return tagged(json_bytes(document))


def count_by_severity(store: Store, data: Data) -> dict[str, int]:
    """How many findings of each severity are known without working them out."""
    counts: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    known = store.made.peek(("insights", data.token, ()))
    for one in [*(known["findings"] if known else ()), *_verify(store).get("findings", ())]:
        if one.get("severity") in counts:
            counts[one["severity"]] += 1
    return counts


def all_findings(store: Store, data: Data, where: tuple[str, ...]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All findings, the worst first as their makers order them, and where they come from."""
    told, why = insights_document(store, data, where)
    verified = _verify(store)
    from_insights = [_of_insight(data, where, one) for one in told.get("findings", ())]
    from_verify = [_of_verify(verified, one) for one in verified.get("findings", ())]
    sources = [
        {
            "source": "insights", "made": data.replay.made if data.replay else "", "about": why,
            "command": "heatreel insights", "count": len(from_insights),
        },
        {
            "source": "verify", "made": _made(store), "about": _pair(verified),
            "command": "heatreel verify BASE HEAD", "count": len(from_verify),
        },
    ]  # fmt: skip
    return [*from_insights, *from_verify], sources


def insights_document(store: Store, data: Data, where: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """The document of `heatreel insights` on a capture; empty, with the reason, when there is none."""
    if not data.replay:
        return {}, "Insights need a replay: run `heatreel replay`"

    def make() -> dict[str, Any]:
        from heatreel.app.insighting import insights_of

        with store.workspace() as workspace:
            capture = workspace.capture(data.capture.label)
            found: dict[str, Any] = insights_of(workspace, capture, where, store.config).as_json()
            return found

    try:
        document = store.made.get(("insights", data.token, where), make)
    except HeatreelError as exc:
        return {}, str(exc)
    enough = document.get("enough") or {}
    return document, "" if enough.get("ok", True) else str(enough.get("words", ""))


def _of_insight(data: Data, where: tuple[str, ...], one: Mapping[str, Any]) -> dict[str, Any]:
    title, detail = str(one.get("words", "")), str(one.get("detail", ""))
    conditions = [*where, *map(str, one.get("where") or ())]
    place = [("capture", data.capture.label)]
    place += [(key, str(one[key])) for key in ("page", "viewport", "variant", "state") if one.get(key)]
    numbers = _insight_numbers(one)
    found = {
        "id": str(one.get("id") or "-".join(str(one.get(key, "")) for key in ("rule", "page", "viewport", "selector"))),
        "source": "insights",
        "rule": str(one.get("rule", "")),
        "severity": one.get("severity", "info"),
        "title": title,
        "detail": detail,
        "capture": data.capture.label,
        **{key: str(one.get(key) or "") for key in ("page", "viewport", "variant", "state", "selector", "name")},
        "where": conditions,
        "numbers": numbers,
        "confidence": one.get("confidence"),
        "crop": address("crop", [*place, ("selector", one["selector"])], data.token) if one.get("selector") else "",
        "sessions": _sessions_query(data, one, conditions),
    }
    return found | {"ticket": ticket(found)}


def _sessions_query(data: Data, one: Mapping[str, Any], conditions: list[str]) -> str:
    """What lists the sessions behind a finding: those of its conditions, on its element where it is about clicks."""
    words = [("capture", data.capture.label), *(("where", text) for text in conditions)]
    if any(text.startswith("signal") for text in conditions) and one.get("selector"):
        return urlencode([*words, ("on", str(one["selector"]))])
    if conditions:
        return urlencode(words)
    named = one.get("sessions")
    if isinstance(named, list) and named:
        return urlencode([*words, *(("session", str(name)) for name in named[:50])])
    return urlencode([*words, ("page", str(one["page"]))]) if one.get("page") else ""


def _insight_numbers(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    numbers: list[tuple[str, str]] = []
    if one.get("count") is not None and one.get("n"):
        numbers.append((str(one.get("unit") or "of"), f"{one['count']:,} of {one['n']:,}"))
    if isinstance(one.get("rate"), int | float):
        numbers.append(("share", f"{100 * one['rate']:.1f} %"))
    interval = one.get("interval")
    if isinstance(interval, list | tuple) and len(interval) == 2:
        numbers.append(("95 % interval", f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f} %"))
    return numbers


def _verify(store: Store) -> dict[str, Any]:
    """The document of the last verify; empty when there is none that can be read."""
    path = store.folder / VERIFY
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return {}

    def make() -> dict[str, Any]:
        try:
            document = json.loads(path.read_bytes())
        except (OSError, ValueError):
            logger.warning("%s: cannot be read; run `heatreel verify` again", path)
            return {}
        return document if isinstance(document, dict) else {}

    found: dict[str, Any] = store.made.get(("verify", stamp), make)
    return found


def _made(store: Store) -> str:
    path = store.folder / VERIFY
    return iso(1000 * path.stat().st_mtime) if path.exists() else ""


def _pair(document: Mapping[str, Any]) -> str:
    if not document:
        return "No verify was run here yet"
    base, head = (document.get(key) for key in ("base", "head"))
    names = [one.get("label", "") if isinstance(one, dict) else str(one or "") for one in (base, head)]
    return f"{names[0]} → {names[1]}: {document.get('verdict', '')}"


def _of_verify(document: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    spot = one.get("after") or one.get("before") or {}
    side = document.get("head" if one.get("after") else "base")
    label = side.get("label", "") if isinstance(side, dict) else str(side or "")
    numbers = []
    if one.get("clicks") is not None:
        numbers.append(("clicks before", f"{one['clicks']:,}"))
    if one.get("share") is not None:
        numbers.append(("of the clicks there", f"{100 * one['share']:.1f} %"))
    name = str(spot.get("name") or spot.get("selector") or "")
    place = [("capture", label)]
    place += [(key, str(one[key])) for key in ("page", "viewport", "variant", "state") if one.get(key)]
    found = {
        "id": one["id"],
        "source": "verify",
        "rule": one["rule"],
        "severity": one["severity"],
        "title": f"{one['rule'].replace('_', ' ').capitalize()}: {name}" if name else str(one["detail"]),
        "detail": one["detail"],
        "capture": label,
        **{key: str(one.get(key) or "") for key in ("page", "viewport", "variant", "state")},
        "selector": str(spot.get("selector") or ""),
        "name": name,
        "where": [],
        "numbers": numbers,
        "confidence": one.get("confidence"),
        "crop": address("crop", [*place, ("selector", spot["selector"])]) if spot.get("selector") and label else "",
        "sessions": "",
    }
    return found | {"ticket": ticket(found)}


def ticket(found: Mapping[str, Any]) -> str:
    """Text of a ticket, Markdown. What pages say stands in code, so that nothing of it is markup."""
    place = ", ".join(
        f"{words} {_code(found[key])}"
        for key, words in (("page", "page"), ("viewport", "viewport"), ("variant", "variant"), ("state", "state"))
        if found[key]
    )
    lines = [f"**{_plain(found['title'])}**", "", _plain(found["detail"]), ""]
    lines += [f"- Where: {place}"] if place else []
    lines += [f"- Element: {_code(found['selector'])}"] if found["selector"] else []
    lines += [f"- {words.capitalize()}: {value}" for words, value in found["numbers"]]
    lines += [f"- Rule: {_code(found['rule'])} ({found['source']}, {found['severity']})"]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    ticks = "`"
    while ticks in text:
        ticks += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{' '.join(text.split())}{pad}{ticks}"


def _plain(text: str) -> str:
    for character in "\\`*_{}[]<>#|":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
