"""rrweb recordings, also as PostHog stores and exports them: replayed in a browser, so that each event gets the
fingerprint and the state that our own recorder would have given it.

The events of a file are put in order on disk (a temporary SQLite file: a recording may be larger than memory), by
session and window, and fed to the browser a few hundred at a time.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from heatreel.core.batches import target_from_json
from heatreel.core.rowdata import answered
from heatreel.core.session import SeenState, Session, Target
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.jsonstream import Broken, json_records
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, session_of

INSIDE = frozenset({"data", "events", "snapshots", "results", "recordings", "$snapshot_items", "$snapshot_data"})
"""Keys below which recorders and services keep the events of a session."""

UNPACKED_BYTES = 64 << 20
"""What one packed part of an event may unpack to."""

FEED_EVENTS = 300
FEED_BYTES = 4 << 20

META, FULL, INCREMENTAL = 4, 2, 3
_INTERACTIONS = (1, 2, 3, 4, 6)
_PACKED = {0: ("texts", "attributes", "removes", "adds"), 8: ("adds", "removes")}

_TABLE = "CREATE TABLE events (session TEXT, window TEXT, ms REAL, line INTEGER, body BLOB)"


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """The sessions of the recordings in a file."""
    with Recordings(source, account) as recordings:
        yield from _replayed(recordings, source, account, options)


def _replayed(recordings: Recordings, source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    # Not before a recording was found: a browser takes a second, and may not be there.
    from heatreel.capture.replaying import RecordingBrowser, RecordingError

    name_of = names(options, "rrweb", source.path)
    with RecordingBrowser(options.browser, options.online) as browser:
        for session, name, windows in recordings.sessions():
            rows: list[Row] = []
            for window in windows:
                replay = _Replay(browser, account, options, f"{name}/{window}" if window else name)
                try:
                    rows.extend(replay.rows(recordings.events(session, window)))
                except RecordingError as exc:
                    account.note(f"{account.file}: recording {name[:80]}: {exc}")
                    account.skip("could not be replayed", replay.left)
                    rows.extend(replay.kept)
            if rows:
                yield session_of(rows, name_of(name), 0, "rrweb", options.site)


@dataclass(frozen=True)
class RecordedState:
    """A state of a page that a recording went through: `kept` is its DOM as the capture's keeping script says it."""

    url: str
    viewport: tuple[int, int]
    touch: bool
    settings: dict[str, str]
    sketch: str
    kept: str


def recorded_states(browser: Any, source: Source, account: Account, options: ImportOptions) -> Iterator[RecordedState]:
    """The states that the recordings of a file went through, in order, the first of each page first.

    `browser` is a `RecordingBrowser`. Nothing is stored.
    """
    from heatreel.capture.replaying import RecordingError

    with Recordings(source, account) as recordings:
        for session, name, windows in recordings.sessions():
            for window in windows:
                replay = _Replay(browser, account, options, name, collect=True)
                try:
                    rows = replay.rows(recordings.events(session, window))
                except RecordingError as exc:
                    account.note(f"{account.file}: recording {name[:80]}: {exc}")
                    rows = replay.kept
                touch = any(row.type == "tap" for row in rows)
                for dom in replay.doms:
                    try:
                        url = values.address(dom["url"] or options.url, options.query)[0]
                    except BadRow:
                        continue
                    size = (round(dom["viewport"][0]), round(dom["viewport"][1]))
                    settings = dict(json.loads(dom["settings"]))
                    yield RecordedState(url, size, touch, settings, dom["sketch"], dom["kept"])


class Recordings:
    """The events of a file in order, by session and window, on disk. A context manager."""

    def __init__(self, source: Source, account: Account) -> None:
        self.source, self.account = source, account
        self._db = sqlite3.connect("", isolation_level=None)

    def __enter__(self) -> Recordings:
        self._db.execute(_TABLE)
        self._db.execute("BEGIN")
        for line, session, window, event in self._events():
            try:
                event = plain_event(event)
            except BadRow as exc:
                self.account.bad_row(line, exc)
                continue
            body = zlib.compress(json.dumps(event, separators=(",", ":")).encode("utf-8", "replace"), 1)
            row = (session, window, float(event["timestamp"]), line, body)
            self._db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", row)
        self._db.execute("CREATE INDEX by_session ON events (session, window, ms)")
        self._db.execute("COMMIT")
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def sessions(self) -> Iterator[tuple[str, str, list[str]]]:
        """Each session with its name and windows. One that the file does not name is called by its beginning."""
        found = self._db.execute("SELECT session, window, min(ms) FROM events GROUP BY 1, 2 ORDER BY 1, 3").fetchall()
        grouped: dict[str, list[str]] = {}
        for session, window, _ in found:
            grouped.setdefault(session, []).append(window)
        for session, windows in grouped.items():
            yield session, session or self._nameless(windows), windows

    def _nameless(self, windows: list[str]) -> str:
        """A name for the one recording of a file that names none: when and where it began."""
        first = next(self.events("", windows[0]), {})
        data = first.get("data") or {}
        return f"recording {first.get('timestamp')} {data.get('href', '') if isinstance(data, dict) else ''}"

    def events(self, session: str, window: str) -> Iterator[dict[str, Any]]:
        """Events in the order of time."""
        query = "SELECT body FROM events WHERE session = ? AND window = ? ORDER BY ms, rowid"
        for (body,) in self._db.execute(query, [session, window]):
            yield json.loads(zlib.decompress(body))

    # Where the events are

    def _events(self) -> Iterator[tuple[int, str, str, Any]]:
        """Line, session, window and event, wherever the file keeps them."""
        for record in json_records(self.source, INSIDE):
            if isinstance(record, Broken):
                self.account.bad_row(record.line, record.reason)
                continue
            session = _session_name(record.around)
            yield from self._inside(record.line, record.value, session, _window_name(record.around), 0)

    def _inside(
        self, line: int, value: Any, session: str, window: str, depth: int
    ) -> Iterator[tuple[int, str, str, Any]]:
        if isinstance(value, str) or _is_event(value):
            own = value if isinstance(value, dict) else {}
            yield line, session, window or _window_name(own), value
            return
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and _is_event(value[1]):
            # PostHog's blobs: [window, event].
            yield line, session, value[0], value[1]
            return
        if isinstance(value, list) and depth < 4:
            for one in value:
                yield from self._inside(line, one, session, window, depth + 1)
            return
        if isinstance(value, dict) and depth < 4:
            held = [value[key] for key in (*INSIDE, "properties") if isinstance(value.get(key), list | dict)]
            if held:
                session, window = _session_name(value) or session, _window_name(value) or window
                for one in held:
                    yield from self._inside(line, one, session, window, depth + 1)
                return
            if value.get("event") or "properties" in value:
                # Other events of the same export are no part of a recording.
                self.account.skip("no part of a recording")
                return
        self.account.bad_row(line, "is no rrweb event (type, data, timestamp)")


def _is_event(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("type"), int)
        and isinstance(value.get("timestamp"), int | float)
        and "data" in value
    )


def _session_name(value: dict[str, Any]) -> str:
    for key in ("session_id", "sessionId", "$session_id", "recordingId", "id"):
        if isinstance(value.get(key), str) and value[key]:
            return str(value[key])[:500]
    return ""


def _window_name(value: dict[str, Any]) -> str:
    for key in ("windowId", "window_id", "$window_id"):
        if isinstance(value.get(key), str | int):
            return str(value[key])[:200]
    return ""


def plain_event(event: Any) -> dict[str, Any]:
    """The event with all that was packed unpacked: whole events by rrweb's packer, parts of them by PostHog (`cv`)."""
    if isinstance(event, str):
        try:
            event = json.loads(_unpacked(event))
        except (ValueError, RecursionError) as exc:
            raise BadRow("is a text that does not unpack to an event") from exc
    if not _is_event(event):
        raise BadRow("is no rrweb event (type, data, timestamp)")
    values.time_ms(event["timestamp"], "timestamp")
    if event.get("cv"):
        event = {**event, "data": _unpacked_data(event["type"], event["data"])}
    if not isinstance(event["data"], dict):
        if event["type"] in (FULL, INCREMENTAL, META):
            raise BadRow("its data is no object")
        event = {**event, "data": {}}
    return {"type": event["type"], "timestamp": event["timestamp"], "data": event["data"]}


def _unpacked_data(kind: int, data: Any) -> Any:
    try:
        if isinstance(data, str):
            return json.loads(_unpacked(data))
        if isinstance(data, dict):
            packed = {
                name: json.loads(_unpacked(data[name]))
                for name in _PACKED.get(data.get("source", -1), ())
                if isinstance(data.get(name), str)
            }
            return {**data, **packed}
    except (ValueError, RecursionError) as exc:
        raise BadRow(f"a packed part of an event of type {kind} does not unpack") from exc
    return data


def _unpacked(text: str) -> bytes:
    """Bytes of a text that holds gzip or zlib data as Latin-1. Raises `ValueError`."""
    try:
        unpacker = zlib.decompressobj(47)
        found = unpacker.decompress(text.encode("latin-1"), UNPACKED_BYTES)
    except (zlib.error, UnicodeEncodeError) as exc:
        raise ValueError("is not packed") from exc
    if unpacker.unconsumed_tail:
        raise ValueError(f"unpacks to more than {UNPACKED_BYTES >> 20} MB")
    return found


class _Replay:
    """One window of a session in the browser. `left` counts the interactions that were not yet accounted for."""

    def __init__(
        self, browser: Any, account: Account, options: ImportOptions, document: str, collect: bool = False
    ) -> None:
        self.collect = collect
        self.doms: list[dict[str, Any]] = []
        self.browser, self.account, self.options = browser, account, options
        self.document = document
        self.url = ""
        self.campaign: dict[str, str] = {}
        self.targets: list[Target] = []
        self.states: list[SeenState] = []
        self.clicks: dict[tuple[float, int], Row] = {}
        self.kept: list[Row] = []
        self.left = 0
        self.origin = ""

    def rows(self, events: Iterator[dict[str, Any]]) -> list[Row]:
        """The rows of the window. Raises `RecordingError`; `kept` then holds those until there."""
        waiting: list[dict[str, Any]] = []
        size, begun, part = 0, False, 0
        for event in events:
            if event["type"] == META:
                url = str(event["data"].get("href", ""))
                origin = "/".join(url.split("/", 3)[:3])
                if not begun or origin != self.origin:
                    if begun:
                        self._feed(waiting)
                        waiting, size = [], 0
                    self._begin(url)
                    begun, self.origin, part = True, origin, part + 1
            if not begun and event["type"] == FULL:
                self._begin(self.options.url)
                begun = True
            if not begun:
                self._unseen(event)
                continue
            waiting.append(event)
            size += _size(event)
            if len(waiting) >= FEED_EVENTS or size >= FEED_BYTES:
                self._feed(waiting)
                waiting, size = [], 0
        if begun:
            self._feed(waiting)
            self._take(self.browser.finish())
        return self.kept

    def _unseen(self, event: dict[str, Any]) -> None:
        """An event before the first full snapshot: nobody knows of which page it is."""
        if event["type"] == INCREMENTAL and event["data"].get("source") in _INTERACTIONS:
            self.account.skip("before the recording's first full snapshot", _weight(event))

    def _begin(self, url: str) -> None:
        self.browser.begin(url, self.options.key, self.collect)
        self.targets, self.states, self.clicks = [], [], {}

    def _feed(self, events: list[dict[str, Any]]) -> None:
        if not events:
            return
        self.left = sum(map(_weight, events))
        self._take(self.browser.feed(events))
        self.left = 0

    def _take(self, answer: dict[str, Any]) -> None:
        self.targets += [_target(record) for record in answer["targets"]]
        self.states += [SeenState(dict(record["settings"]), record["sketch"]) for record in answer["states"]]
        self.doms += answer["doms"]
        for reason, count in answer["skipped"].items():
            self.account.skip(reason, count)
        if answer["outside"]:
            self.account.note(
                f"{self.account.file}: points outside of their element were moved to its edge: the replayed layout"
                " is not the visitor's, since fonts or pictures are missing (try --online)"
            )
        for row in answer["rows"]:
            self._row(*row)

    def _row(
        self,
        kind: str,
        ms: float,
        target: int,
        state: int,
        x: float | None,
        y: float | None,
        u: float | None,
        v: float | None,
        more: dict[str, Any],
    ) -> None:
        if kind == "effect":
            self._effect((ms, target), more)
            return
        if kind == "view":
            self._view(str(more.pop("url")))
            more["how"] = "load"
        if not self.url:
            self.account.skip("on a page without a web address")
            return
        width, height = more.pop("viewport")
        found = Row(
            session="",
            time_ms=ms,
            type=kind,
            url=self.url,
            viewport=(round(width), round(height)),
            x=x if x is None else round(x, 2),
            y=y if y is None else round(y, 2),
            u=u if u is None else round(u, 4),
            v=v if v is None else round(v, 4),
            target=self.targets[target] if target >= 0 else None,
            state=self.states[state] if state >= 0 else None,
            data=more,
            document=self.document,
            more={"touch": True if kind == "tap" else None, "properties": self.campaign},
        )
        self.kept.append(found)
        if kind in ("click", "tap"):
            self.clicks[ms, target] = found

    def _view(self, url: str) -> None:
        try:
            self.url, self.campaign = values.address(url or self.options.url, self.options.query)
        except BadRow:
            self.url, self.campaign = "", {}

    def _effect(self, click: tuple[float, int], more: dict[str, Any]) -> None:
        found = self.clicks.pop(click, None)
        if found:
            # The row is in `kept` already: its data is what is added to.
            found.data.update(answered(more, found.target))  # type: ignore[attr-defined]


def _target(record: dict[str, Any]) -> Target:
    return target_from_json({key: value for key, value in record.items() if value not in ("", [], None)})


def _weight(event: dict[str, Any]) -> int:
    """How many things that a visitor did an event tells of."""
    if event["type"] != INCREMENTAL:
        return 0
    positions = event["data"].get("positions")
    if isinstance(positions, list):
        return len(positions)
    source, kind = event["data"].get("source"), event["data"].get("type")
    return int(source in (3, 4) or (source == 2 and kind in (2, 4, 5)))


def _size(event: dict[str, Any]) -> int:
    return 2000 if event["type"] == INCREMENTAL else 200_000
