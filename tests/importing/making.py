"""Visits in the shape of each vendor's export, and what an import made of a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatreel.core.eventlog import EventLog
from heatreel.core.session import Event, Session
from heatreel.replay.importing.account import Account
from heatreel.replay.importing.job import import_files
from heatreel.replay.importing.options import ImportOptions

DATA = Path(__file__).parent / "data"
URL = "https://shop.test/faq.html"
KEY = "a-write-key"


@dataclass(frozen=True)
class Done:
    """An import of one file: its account, what was stored, and the error if there was one."""

    account: Account | None
    sessions: list[Session]
    error: str

    @property
    def events(self) -> list[Event]:
        return [event for session in self.sessions for event in session.events]

    def of(self, *types: str) -> list[Event]:
        return [event for event in self.events if event.type in types]


def stored(folder: Path) -> list[Session]:
    with EventLog.open(folder) as log:
        found = list(log.sessions())
        assert (log.reading.damaged, log.reading.missing) == (0, 0)
    return found


def run(folder: Path, file: Path, **options: Any) -> Done:
    """Imports one file. Its account must add up, whatever the file."""
    done = import_files(folder, [file], ImportOptions(**{"key": KEY, **options}))
    for account in done.files:
        assert account.read == account.events + sum(account.skipped.values()), account
        assert min(account.skipped.values(), default=0) >= 0
    account = done.files[0] if done.files else None
    return Done(account, stored(folder), str(done.refused[0]) if done.refused else "")


def write(folder: Path, name: str, content: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# What a visitor did, said by hand: type, x, y on the page (CSS px), selector of what is there.

Deed = tuple[str, float, float, str]
WINDOW = (1000, 700)
T0 = 1_700_000_000_000


def as_csv(deeds: Sequence[Deed], space: str = "page") -> str:
    scroll = 120
    lines = ["t_ms,type,x,y,coord_space,url,viewport_w,viewport_h,session,scroll_x,scroll_y,selector"]
    for number, (kind, x, y, selector) in enumerate(deeds):
        top = scroll if space == "viewport" else 0
        named = selector if number % 2 else ""
        lines.append(
            f"{T0 + number * 700},{kind},{x},{y - top},{space},{URL},{WINDOW[0]},{WINDOW[1]},s{number % 3},0,{top},"
            f'"{named}"'
        )
    return "\n".join(lines) + "\n"


def as_jsonl(deeds: Sequence[Deed]) -> str:
    rows = [
        {"t_ms": T0 + number * 700, "type": kind, "ex": 0.5, "ey": 0.25, "coord_space": "element", "selector": selector,
         "url": URL, "viewport_w": WINDOW[0], "viewport_h": WINDOW[1], "session": "s"}
        for number, (kind, _, _, selector) in enumerate(deeds)
    ]  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_heatmaps(deeds: Sequence[Deed]) -> str:
    """PostHog's events with `$heatmap_data`, five points each."""
    events = []
    kinds = {"click": "click", "move": "mousemove", "tap": "touch"}
    for place in range(0, len(deeds), 5):
        points = [
            {"x": x, "y": y, "target_fixed": False, "type": kinds[kind]} for kind, x, y, _ in deeds[place : place + 5]
        ]
        events.append(
            {"uuid": str(place), "event": "$$heatmap", "timestamp": T0 + place * 1000, "distinct_id": "v",
             "properties": {"$session_id": "s1", "$viewport_width": WINDOW[0], "$viewport_height": WINDOW[1],
                            "$current_url": URL, "$heatmap_data": {URL: points}}}
        )  # fmt: skip
    return json.dumps({"results": events})


def as_matomo(deeds: Sequence[Deed]) -> str:
    """The tables of Matomo joined."""
    codes = {"move": 1, "click": 2, "tap": 2}
    lines = [
        "idloghsr,idvisit,url,device_type,server_time,viewport_w_px,viewport_h_px,time_since_load,event_type,selector,x,y"
    ]
    for number, (kind, x, y, selector) in enumerate(deeds):
        u, v = round(x) % 2001, round(y) % 2001
        page = f"7,{number % 4},{URL},1,2023-11-14 22:13:20,{WINDOW[0]},{WINDOW[1]}"
        lines.append(f'{page},{number * 300},{codes[kind]},"{selector}",{u},{v}')
    return "\n".join(lines) + "\n"


def as_openreplay(deeds: Sequence[Deed]) -> str:
    messages: list[list[Any]] = [[0, T0], [122, URL, "", T0, "title"], [5, *WINDOW], [6, 0, 0]]
    for number, (kind, x, y, selector) in enumerate(deeds):
        messages.append([0, T0 + 1000 * number])
        messages.append([20, x, y] if kind == "move" else [68, number, 10, "a label", selector, 5000, 5000])
    return json.dumps(messages)


def as_clarity(deeds: Sequence[Deed]) -> str:
    payload: dict[str, Any] = {
        "timestamp": T0 + 9_000_000,
        "envelope": {"version": "0.8.70", "sequence": 1, "userId": "u", "sessionId": "s", "pageNum": 1, "url": URL},
        "metric": [{"time": 5, "event": 0, "data": {"0": T0, "14": WINDOW[0], "15": WINDOW[1]}}],
        "click": [],
        "pointer": [],
    }
    for number, (kind, x, y, _) in enumerate(deeds):
        if kind == "move":
            data = {"target": 3, "x": x, "y": y, "isPrimary": True}
            payload["pointer"].append({"time": 10 + number * 90, "event": 12, "data": data})
            continue
        data = {"target": 9, "x": x, "y": y, "eX": 16383, "eY": 8000, "button": 0, "reaction": 1,
                "text": "Read more", "link": None, "trust": 1, "isFullText": 1,
                "w": 40, "h": 20, "tag": "a", "class": "btn", "id": ""}  # fmt: skip
        payload["click"].append({"time": 10 + number * 90, "event": 9, "data": data})
    return json.dumps([payload])


def as_ga4(deeds: Sequence[Deed]) -> str:
    lines = []
    for number, (kind, _, _, selector) in enumerate(deeds):
        params = [("page_location", "string_value", URL + "?utm_source=x"), ("ga_session_id", "int_value", "77")]
        name = {"click": "click", "move": "page_view", "tap": "scroll"}[kind]
        if name == "click":
            params += [
                ("link_url", "string_value", f"{URL}#{number}"),
                ("link_id", "string_value", selector.strip("#")),
            ]
        event = {
            "event_date": "20231114", "event_timestamp": str(T0 * 1000 + number), "event_name": name,
            "event_params": [{"key": key, "value": {kind_of: value}} for key, kind_of, value in params],
            "user_pseudo_id": "12.34", "device": {"category": "desktop", "language": "en-us"},
            "geo": {"country": "Norway"}, "traffic_source": {"medium": "organic", "source": "google"},
        }  # fmt: skip
        lines.append(json.dumps(event))
    return "\n".join(lines) + "\n"


MAKERS = {
    "csv": (as_csv, {}),
    "csv viewport": (lambda deeds: as_csv(deeds, "viewport"), {}),
    "jsonl": (as_jsonl, {}),
    "posthog": (as_heatmaps, {}),
    "matomo": (as_matomo, {}),
    "openreplay": (as_openreplay, {}),
    "clarity": (as_clarity, {}),
    "ga4": (as_ga4, {"viewport": WINDOW}),
}
"""How each format says what was done, and the options it takes."""
