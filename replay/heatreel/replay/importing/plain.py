"""Events in a table or as JSON objects, with the names of docs/import.md: for tools that have no importer here.

What x and y mean must be said, by a column or an option: tools use four spaces, and a guess would be wrong silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from heatreel.core.errors import InputError
from heatreel.core.session import Session
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.objects import fields_of, read_rows
from heatreel.replay.importing.options import SPACES, UNITS, ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.selectors import foreign_target
from heatreel.replay.importing.tables import open_table

ALIASES = {
    "t_ms": ("time", "timestamp", "t", "time_ms", "timestamp_ms", "datetime", "ts"),
    "type": ("event", "event_type", "kind", "action"),
    "x": ("page_x", "pagex", "client_x", "clientx"),
    "y": ("page_y", "pagey", "client_y", "clienty"),
    "ex": ("element_x", "u"),
    "ey": ("element_y", "v"),
    "coord_space": ("space", "coordinate_space", "coords", "coordinates"),
    "unit": ("px", "pixels", "units"),
    "selector": ("css", "css_selector", "element", "target"),
    "text": ("element_text",),
    "url": ("page_url", "page", "href", "location"),
    "viewport_w": ("viewport_width", "vw", "viewportwidth", "window_width", "window_w"),
    "viewport_h": ("viewport_height", "vh", "viewportheight", "window_height", "window_h"),
    "scroll_x": ("scrollx", "page_x_offset", "scroll_left"),
    "scroll_y": ("scrolly", "page_y_offset", "scroll_top"),
    "dpr": ("device_pixel_ratio", "devicepixelratio", "pixel_ratio"),
    "pointer": ("pointer_type", "pointertype"),
    "session": ("session_id", "sessionid", "visit", "visit_id"),
    "variant": ("ab", "arm"),
    "trusted": ("is_trusted", "istrusted"),
    "fixed": ("target_fixed",),
    "page_height": ("page_h", "document_height", "scroll_height"),
    "language": ("lang",),
    "touch": (),
    "ms": ("dwell_ms", "duration", "duration_ms"),
}
"""The names, and what else each may be called (in small letters)."""

TYPES = {
    "click": "click", "mousedown_click": "click", "tap": "tap", "touch": "tap",
    "move": "move", "mousemove": "move", "scroll": "scroll", "view": "view", "pageview": "view", "page_view": "view",
    "focus": "focus", "hover": "hover", "gaze": "gaze", "fixation": "gaze", "double": "double", "dblclick": "double",
}  # fmt: skip

_SPACE_NAMES = {"page": "page", "document": "page", "viewport": "viewport", "client": "viewport", "element": "element"}
_UNIT_NAMES = {"css": "css", "css px": "css", "css_px": "css", "device": "device", "device px": "device"}


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """The sessions of a table or of JSON objects, whichever the file holds."""
    rows = _rows(source, account, options)
    return sessions_of(rows, account.format, options.site, names(options, account.format, source.path))


def _rows(source: Source, account: Account, options: ImportOptions) -> Iterator[Row]:
    known = {name: key for key, others in ALIASES.items() for name in (*others, key)}
    found: Iterator[tuple[int, Mapping[str, Any]]]
    if source.text_head.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        found = fields_of(source, account, frozenset({"events", "rows", "data", "results", "sessions"}))
        reader = _Reader(source, options, known, None, False)
    else:
        table = open_table(source, account)
        found = table.rows()
        reader = _Reader(source, options, known, table.columns, table.decimal_comma)
    return read_rows(found, account, reader.row)


class _Reader:
    """Reads the rows of one file. Raises `InputError` when its header lacks what no row can do without."""

    def __init__(
        self,
        source: Source,
        options: ImportOptions,
        known: Mapping[str, str],
        columns: list[str] | None,
        decimal_comma: bool,
    ) -> None:
        self.source, self.options, self.comma = source, options, decimal_comma
        self.known = known
        self.there: set[str] | None = None
        if columns is not None:
            self.there = {known[name] for column in columns if (name := _plain(column)) in known}
            self.check()

    def check(self) -> None:
        """Refuses a table whose columns cannot say where its events were."""
        there, options, path = self.there or set(), self.options, self.source.path
        if not {"x", "y"} <= there and not {"ex", "ey"} <= there:
            raise InputError(f"{path}:1: no columns x and y (or ex and ey); see docs/import.md for the names")
        if "coord_space" not in there and not options.space:
            raise InputError(
                f"{path}:1: what x and y count from is not said: add a column coord_space"
                f" or say --space {'|'.join(SPACES)}"
            )
        if "url" not in there and not options.url:
            raise InputError(f"{path}:1: no column url; add one or say --url URL")
        if "viewport_w" not in there and not options.viewport:
            raise InputError(f"{path}:1: no column viewport_w; add one or say --viewport WxH")
        if options.space == "viewport" and "scroll_y" not in there and "coord_space" not in there:
            raise InputError(
                f"{path}:1: --space viewport needs a column scroll_y (and scroll_x): how far it was scrolled"
            )
        if options.space == "element" and not {"selector", "ex", "ey"} <= there:
            raise InputError(f"{path}:1: --space element needs the columns selector, ex and ey (shares, 0 to 1)")
        if (options.unit == "device") and "dpr" not in there and not options.dpr:
            raise InputError(f"{path}:1: device px need a column dpr, or --dpr N")

    def row(self, fields: Mapping[str, Any]) -> Row | str:
        """A row as an event, or why it is not carried over. Raises `BadRow`."""
        told: dict[str, Any] = {}
        for name, value in fields.items():
            key = self.known.get(_plain(name))
            if key and (key not in told or told[key] in (None, "")):
                told[key] = value
        kind = self._kind(told)
        if kind not in TYPES.values():
            return f"of type {kind!r}"
        url, campaign = values.address(told.get("url") or self.options.url, self.options.query)
        viewport = self._viewport(told)
        place = self._scroll(told) if kind in ("scroll", "view") else self._place(told)
        touch = values.truth(told.get("touch"), "touch")
        pointer = values.words(told.get("pointer"), "pointer", 20).lower()
        if kind == "click" and pointer in ("touch", "finger"):
            kind = "tap"
        return Row(
            session=values.words(told.get("session"), "session", 500),
            time_ms=values.time_ms(told.get("t_ms"), "t_ms"),
            type=kind,
            url=url,
            viewport=viewport,
            data=self._data(told, kind, pointer),
            more={
                "dpr": self._dpr(told),
                "touch": touch if touch is not None else (True if kind == "tap" else None),
                "language": values.words(told.get("language"), "language", 40),
                "variant": values.words(told.get("variant"), "variant", 100),
                "properties": campaign | _properties(fields, self.known),
            },
            **place,
        )

    def _kind(self, told: Mapping[str, Any]) -> str:
        kind = values.words(told.get("type"), "type", 60).lower().lstrip("$") or "click"
        return TYPES.get(kind, kind)

    def _viewport(self, told: Mapping[str, Any]) -> tuple[int, int]:
        if told.get("viewport_w") in (None, ""):
            if self.options.viewport:
                return self.options.viewport
            raise BadRow("viewport_w is missing")
        return values.window(self._cut(told.get("viewport_w")), self._cut(told.get("viewport_h")))

    def _cut(self, value: Any) -> Any:
        return values.number(value, "viewport", self.comma)

    def _dpr(self, told: Mapping[str, Any]) -> float | None:
        found = values.number(told.get("dpr"), "dpr", self.comma)
        if found is not None and not 0 < found <= 100:
            raise BadRow(f"dpr is no pixel ratio: {found:g}")
        return found or self.options.dpr

    def _unit_px(self, told: Mapping[str, Any]) -> float:
        """How many of the file's px make one CSS px."""
        written = values.words(told.get("unit"), "unit", 20).lower() or self.options.unit or "css"
        if written not in _UNIT_NAMES:
            raise BadRow(f"unit is none of {', '.join(UNITS)}: {written!r}")
        if _UNIT_NAMES[written] == "css":
            return 1.0
        dpr = self._dpr(told)
        if not dpr:
            raise BadRow("device px without a dpr")
        return dpr

    def _scroll(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The new scroll offset: that is what the place of a view or scroll is."""
        unit = self._unit_px(told)
        x, y = (
            values.length_px(told.get(f"scroll_{axis}"), f"scroll_{axis}", self.comma)
            if told.get(f"scroll_{axis}") not in (None, "")
            else values.length_px(told.get(axis), axis, self.comma)
            for axis in "xy"
        )
        return {"x": (x or 0.0) / unit, "y": (y or 0.0) / unit}

    def _place(self, told: Mapping[str, Any]) -> dict[str, Any]:
        written = values.words(told.get("coord_space"), "coord_space", 20).lower() or self.options.space
        if not written:
            raise BadRow("coord_space is missing, and no --space given")
        if written not in _SPACE_NAMES:
            raise BadRow(f"coord_space is none of {', '.join(SPACES)}: {written!r}")
        selector = values.words(told.get("selector"), "selector", 4096)
        text = values.words(told.get("text"), "text", 4096)
        target = foreign_target(selector, self.options.key, text=text) if selector else None
        if _SPACE_NAMES[written] == "element":
            if not target:
                raise BadRow("shares of an element, and no selector of it")
            return {"target": target, "u": self._share(told, "ex", "x"), "v": self._share(told, "ey", "y")}
        unit = self._unit_px(told)
        x, y = (values.needed_px(told.get(axis), axis, self.comma) / unit for axis in "xy")
        if _SPACE_NAMES[written] == "viewport":
            x += (values.length_px(told.get("scroll_x"), "scroll_x", self.comma) or 0.0) / unit
            y += values.needed_px(told.get("scroll_y"), "scroll_y", self.comma) / unit
        return {"target": target, "x": x, "y": y}

    def _share(self, told: Mapping[str, Any], name: str, other: str) -> float:
        found = values.needed(told.get(name) if told.get(name) not in (None, "") else told.get(other), name, self.comma)
        if not -0.05 <= found <= 1.05:
            raise BadRow(f"{name} is no share of an element (0 to 1): {found:g}")
        return found

    def _data(self, told: Mapping[str, Any], kind: str, pointer: str) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if kind in ("click", "tap"):
            data["pointer"] = pointer or ("touch" if kind == "tap" else "mouse")
            data["trusted"] = values.truth(told.get("trusted"), "trusted") is not False
        elif kind == "view":
            data["how"] = "load"
            height = values.length_px(told.get("page_height"), "page_height", self.comma)
            data |= {"page_height": height} if height else {}
        elif kind == "gaze":
            data["pointer"] = "gaze"
        if values.truth(told.get("fixed"), "fixed"):
            data["fixed"] = True
        lasted = values.number(told.get("ms"), "ms", self.comma)
        if lasted is not None and kind in ("gaze", "hover"):
            data["dwell_ms" if kind == "hover" else "ms"] = lasted
        return data


def _plain(name: Any) -> str:
    """The name of a column as it is compared: small letters, one underscore between words."""
    return re.sub(r"[\s\-.]+", "_", str(name).strip()).lower()


def _properties(fields: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """Columns that begin with `segment.` or `segment_` are properties of the session; all else is not kept."""
    found = {}
    for name, value in fields.items():
        plain = _plain(name)
        if plain.startswith("segment_") and plain not in known and value not in (None, ""):
            found[plain.removeprefix("segment_")[:100]] = values.words(value, str(name)[:60])
    return found
