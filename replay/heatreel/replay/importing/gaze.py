"""From where somebody looked on a screen to where that is on a page; refused where it cannot be known.

An eye tracker knows the screen (or a surface, or the window), not the page: it takes where the page's viewport is on
the screen (`--window`), how large the screen is when it counts in shares (`--screen`), how many px make a CSS px
(`--dpr`), and how far the page was scrolled at that time (columns scroll_x and scroll_y, `--scroll FILE`, `--still`).
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from heatreel.core.errors import InputError
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.options import ImportOptions
from heatreel.replay.importing.rows import Row
from heatreel.replay.importing.tables import open_table

Space = Literal["screen px", "screen share", "viewport px", "page px"]

RECORDING = "#recording"
"""The name of a session that the file does not name: that of the file's content."""

NO_GAZE = "no gaze (a blink, or beside the screen)"
BESIDE = "gaze beside the page's viewport"


@dataclass(frozen=True)
class Look:
    """One sample or fixation: x and y in the space of the file, when, and how long it lasted (None: unknown)."""

    time_ms: float
    x: float
    y: float
    ms: float | None = None
    session: str = ""


class Screen:
    """Where the page was. Raises `InputError` that says what is missing to know it."""

    def __init__(
        self, source: Source, options: ImportOptions, space: Space, columns: set[str], account: Account
    ) -> None:
        self.options, self.space, self.account = options, space, account
        self.scrolled = {"scroll_x", "scroll_y"} <= columns or "scroll_y" in columns
        missing = []
        if not options.url:
            missing.append("which page it was (--url URL)")
        if not options.viewport:
            missing.append("how large its viewport was (--viewport WxH)")
        if space.startswith("screen") and not options.window:
            missing.append("where the viewport began on the screen (--window X,Y)")
        if space == "screen share" and not options.screen:
            missing.append("how large the screen was (--screen WxH)")
        if space != "page px" and not self.scrolled and not options.scroll and not options.still:
            missing.append("how far it was scrolled (columns scroll_x and scroll_y, --scroll FILE, or --still)")
        if missing:
            raise InputError(f"{source.path}: gaze on a screen is no place on a page; missing: {'; '.join(missing)}")
        if space.startswith("screen") and not options.dpr:
            account.note(f"{source.path}: px of the screen were taken for CSS px; say --dpr N if it was scaled")
        self.url = values.address(options.url, options.query)[0]
        self._scrolls = read_scrolls(options) if options.scroll and space != "page px" else None

    def row(self, look: Look, fields: Mapping[str, Any], comma: bool = False) -> Row | str:
        """The look as a row, or why there is none."""
        options, dpr = self.options, self.options.dpr or 1.0
        width, height = options.viewport or (0, 0)
        x, y = look.x, look.y
        if self.space == "screen share" and options.screen:
            x, y = x * options.screen[0], y * options.screen[1]
        if self.space.startswith("screen") and options.window:
            x, y = (x - options.window[0]) / dpr, (y - options.window[1]) / dpr
        if self.space != "page px":
            if not (0 <= x < width and 0 <= y < (height or 1e9)):
                return BESIDE
            left, top = self._scroll(look.time_ms, fields, comma)
            x, y = x + left, y + top
        elif not (abs(x) <= values.FARTHEST_PX and abs(y) <= values.FARTHEST_PX):
            raise BadRow("is farther than any page is long")
        data: dict[str, Any] = {"pointer": "gaze"}
        if look.ms is not None:
            data["ms"] = round(look.ms, 1)
        return Row(
            look.session or RECORDING,
            look.time_ms,
            "gaze",
            self.url,
            (width, height),
            x=round(x, 2),
            y=round(y, 2),
            data=data,
        )

    def _scroll(self, time_ms: float, fields: Mapping[str, Any], comma: bool) -> tuple[float, float]:
        if self.scrolled:
            left = values.length_px(fields.get("scroll_x"), "scroll_x", comma) or 0.0
            return left, values.needed_px(fields.get("scroll_y"), "scroll_y", comma)
        if self._scrolls is None:
            return 0.0, 0.0
        at = bisect.bisect_right(self._scrolls[0], time_ms) - 1
        return self._scrolls[1][at] if at >= 0 else (0.0, 0.0)


def read_scrolls(options: ImportOptions) -> tuple[list[float], list[tuple[float, float]]]:
    """Times and offsets of a log of scrolls. Raises `InputError` when it is none."""
    assert options.scroll
    source = Source(options.scroll)
    account = Account(str(options.scroll))
    table = open_table(source, account)
    names = {name.lower(): name for name in table.columns}
    time, top = names.get("t_ms") or names.get("time"), names.get("scroll_y")
    if not time or not top:
        raise InputError(f"{source.path}:1: a log of scrolls needs the columns t_ms, scroll_x and scroll_y")
    left = names.get("scroll_x")
    found: list[tuple[float, tuple[float, float]]] = []
    for line, fields in table.rows():
        try:
            at = values.time_ms(fields[time])
            x = values.length_px(fields[left], "scroll_x", table.decimal_comma) if left else 0.0
            y = values.needed_px(fields[top], "scroll_y", table.decimal_comma)
        except BadRow as exc:
            raise InputError(f"{source.path}:{line}: {exc}") from exc
        if at is not None:
            found.append((at, (x or 0.0, y)))
    if account.bad:
        raise InputError(account.bad[0])
    found.sort()
    return [at for at, _ in found], [offset for _, offset in found]
