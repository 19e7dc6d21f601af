"""What a workspace holds, how fresh it is, and the ways to the first events."""

from __future__ import annotations

import shlex
import time
from datetime import datetime
from typing import Any

from heatreel.app.snippet import snippet
from heatreel.app.viewer.answers import Answer, Refused, json_bytes, tagged
from heatreel.app.viewer.arrivals import Arrivals
from heatreel.app.viewer.data import Data
from heatreel.app.viewer.findings import count_by_severity
from heatreel.app.viewer.pages import iso, ledger_json
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.places import where_of
from heatreel.app.viewer.replays import Replays
from heatreel.app.viewer.store import Store, replay_row
from heatreel.core.errors import InputError
from heatreel.core.version import DOCUMENT_VERSION, tool_version
from heatreel.core.workspace import Workspace
from heatreel.overlays.colour import DEFAULT_COLOURS, palette
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.report_data import bar_stops, measured_words

PALETTES = ("plasma", "inferno", "viridis", "magma", "cividis", "turbo")
"""The palettes that are offered; `palette` takes any that `--colours` takes."""


def workspace(store: Store, arrivals: Arrivals, replays: Replays, asked: Parameters, base: str = "") -> Answer:
    """`/workspace`. `base` is the address by which it was asked, which the snippet then has too."""
    label, where = asked.text("capture"), where_of(asked)
    colours = asked.text("palette") or DEFAULT_COLOURS
    asked.done()
    try:
        palette(colours)
    except InputError as exc:
        raise Refused(400, str(exc), "palette") from exc
    with store.workspace() as opened:
        site = opened.find_site(store.config.site.name)
        captures = _captures(opened)
    data = store.data(label) if captures else None
    if label and data is None:
        raise Refused(404, f"no capture {label!r}; nothing is captured yet", "capture")
    key = site.key if site else ""
    line = snippet(base or store.base, key, store.config.site.query) if key else ""
    fresh = freshness(data, arrivals, replays)
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token if data else "",
        "tool": tool_version(),
        "name": store.folder.resolve().name,
        "capture": data.capture.label if data else "",
        "where": store.slice(data, where).where if data else "",
        "site": {"name": store.config.site.name, "key": key, "snippet": line},
        "captures": captures,
        "freshness": fresh,
        "ledger": ledger_json(data) if data else None,
        "measured": measured_words(data.details.get("error_px")) if data else [],
        "kinds": _kinds(data),
        "bars": {
            "density": bar_stops(palette(colours, 1, "fade")),
            "reach": bar_stops(palette(colours, 0.8, "fog")),
            "attention": bar_stops(palette(colours, 0.8, "fog")),
            "boxes": bar_stops(palette(colours, 1, "flat")),
            "dots": [],
        },
        "palettes": [_palette(name) for name in dict.fromkeys((colours, *PALETTES))],
        "ways": _ways(store, line, captures, fresh),
        "findings": count_by_severity(store, data) if data else {"error": 0, "warning": 0, "info": 0},
        "replays": replays.by_itself,
    }
    return tagged(json_bytes(document))


def _palette(name: str) -> dict[str, Any]:
    return {"name": name, "title": name.capitalize(), "stops": bar_stops(palette(name, 1, "flat"))}


def _captures(opened: Workspace) -> list[dict[str, Any]]:
    found = []
    for capture in opened.captures():
        pages, snapshots = opened.db.execute(
            "SELECT count(DISTINCT pages.id), count(snapshots.id) FROM pages"
            " LEFT JOIN snapshots ON snapshots.page_id = pages.id WHERE capture_id = ?",
            [capture.id],
        ).fetchone()
        row = replay_row(opened, capture)
        replay = opened.replay(capture) if row else None
        found.append({
            "label": capture.label, "started": capture.started, "finished": capture.finished,
            "browser": capture.browser, "pages": pages, "snapshots": snapshots,
            "replayed": replay.made if replay else "",
            "placed": replay.ledger.placed if replay else 0, "recorded": replay.ledger.recorded if replay else 0,
        })  # fmt: skip
    return found


def freshness(data: Data | None, arrivals: Arrivals, replays: Replays) -> dict[str, Any]:
    """How the replay that is shown stands to what has arrived."""
    seen = arrivals.look()
    replayed = data.replay.made if data and data.replay else ""
    newer = arrivals.after(_read_ms(replayed, replays)) if replayed else seen.batches
    found = {
        "captured": data.capture.finished or data.capture.started if data else "",
        "replayed": replayed,
        "arrived": iso(seen.last_ms),
        "batches": seen.batches,
        "events": seen.events,
        "newer": newer,
        "replaying": replays.running,
        "failed": replays.failed,
    }
    return found | {"line": _line(found)}


def _read_ms(replayed: str, replays: Replays) -> float:
    """The time up to which a replay has read, epoch ms: it was kept in this second, and may have begun long before."""
    kept_ms = datetime.fromisoformat(replayed).timestamp() * 1000
    began_ms, ended_ms = replays.span_ms
    return began_ms if began_ms - 1000 <= kept_ms <= ended_ms else kept_ms + 1000


def _line(found: dict[str, Any]) -> str:
    if not found["batches"]:
        return "No events have arrived yet"
    if found["replaying"]:
        return "New events are being placed"
    if not found["replayed"]:
        return f"{found['events']:,} events have arrived and are not placed yet: run `heatreel replay`"
    if found["newer"]:
        return f"{found['newer']:,} batches arrived since the replay of {_short(found['replayed'])}"
    return f"Up to date: all that arrived is placed, {_short(found['replayed'])}"


def _short(time_text: str) -> str:
    return f"{time_text[:10]} {time_text[11:16]} UTC"


def _kinds(data: Data | None) -> list[dict[str, Any]]:
    """All kinds; `any` says whether the replay's account has events of their types."""
    there: set[str] = set()
    for place in data.details.get("pages", ()) if data else ():
        for one in place.get("states", ()):
            there.update(one.get("types", ()))
    told = bool(there) or not (data and data.replay)
    return [
        {
            "name": kind.name, "title": kind.title, "short": kind.short, "noun": kind.noun, "about": kind.about,
            "drawing": kind.drawing, "enough": kind.enough,
            "any": not told or any(name in there for name in kind.types),
        }
        for kind in KINDS.values()
    ]  # fmt: skip


def _ways(store: Store, line: str, captures: list[dict[str, Any]], fresh: dict[str, Any]) -> list[dict[str, Any]]:
    """The ways in, with texts to copy."""
    folder = f" -w {shlex.quote(str(store.folder))}"
    site = "https://your.site/"
    return [
        {
            "id": "capture", "title": "Capture your pages",
            "about": "Every page in every state it can be in, at three viewports.",
            "copy": [f"heatreel capture {site}{folder}"], "done": bool(captures),
        },
        {
            "id": "snippet", "title": "Put the recorder on your pages",
            "about": "One line before </body> or into <head>; no cookies, no typed text. Events show up here at once.",
            "copy": [line], "done": bool(fresh["batches"]),
        },
        {
            "id": "record", "title": "Or record a test by hand",
            "about": "Opens a browser with the recorder already in it: for testers, and for sites you cannot edit.",
            "copy": [f"heatreel record {site}{folder}"], "done": bool(fresh["batches"]),
        },
        {
            "id": "import", "title": "Or bring sessions from another tool",
            "about": "PostHog, rrweb, Matomo, Clarity and others; the format is found out by itself.",
            "copy": [f"heatreel import FILE...{folder}"], "done": bool(fresh["batches"]),
        },
        {
            "id": "replay", "title": "Place the events",
            "about": "Each on the element it hit, in the state it happened in.",
            "copy": [f"heatreel replay{folder}"], "done": bool(fresh["replayed"]),
        },
    ]  # fmt: skip


def live(store: Store, arrivals: Arrivals, replays: Replays, asked: Parameters) -> Answer:
    """`/live`."""
    now_ms = round(time.time() * 1000)
    since = asked.whole("since", now_ms, 0, 10**14)
    asked.done()
    try:
        data: Data | None = store.data()
    except Refused:
        data = None
    new_batches, new_events = arrivals.since(since)
    fresh = freshness(data, arrivals, replays)
    document = {
        "version": DOCUMENT_VERSION,
        "batches": fresh["batches"],
        "events": fresh["events"],
        "new_batches": new_batches,
        "new_events": new_events,
        "now_ms": now_ms,
        "arrived": fresh["arrived"],
        "sessions": arrivals.sessions_since(now_ms - 300_000),
        "pages": arrivals.pages(since),
        "freshness": fresh,
    }
    return Answer(200, json_bytes(document), headers={"Cache-Control": "no-store"})
