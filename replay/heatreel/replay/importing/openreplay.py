"""OpenReplay: messages of its tracker, as lists (`[68, id, hesitation, label, selector, x, y]`) or as objects (`tp`).

A click names its element by a selector that may fit many, and by the number of its node: where the messages build the
page too, the node tells its path. Its place is a share of the document, whose height no message tells: so it is placed
in the middle of its element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from heatreel.core.batches import with_key
from heatreel.core.session import Session
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.jsonstream import Broken, json_records
from heatreel.replay.importing.openreplay_dom import Dom
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.selectors import foreign_target

MESSAGES: dict[int, tuple[str, tuple[str, ...]]] = {
    0: ("timestamp", ("timestamp",)),
    4: ("location", ("url", "referrer", "navigation_start")),
    5: ("viewport", ("width", "height")),
    6: ("scroll", ("x", "y")),
    20: ("move", ("x", "y")),
    55: ("visibility", ("hidden",)),
    68: ("click", ("id", "hesitation_time", "label", "selector", "normalized_x", "normalized_y")),
    69: ("click", ("id", "hesitation_time", "label", "selector")),
    122: ("location", ("url", "referrer", "navigation_start", "document_title")),
}
"""The messages that are read: number, what it is here, its fields in order (tracker/src/common/messages.gen.ts)."""

_NAMES = {
    "timestamp": 0, "setpagelocation": 122, "setviewportsize": 5, "setviewportscroll": 6, "mousemove": 20,
    "setpagevisibility": 55, "mouseclick": 68, "mouseclickdeprecated": 69,
}  # fmt: skip


@dataclass
class _Tab:
    """What the messages have said so far."""

    time_ms: float | None = None
    url: str = ""
    viewport: tuple[int, int] | None = None
    scroll: tuple[float, float] = (0.0, 0.0)
    viewed: bool = True
    dom: Dom = field(default_factory=Dom)


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """The sessions of a stream of messages: one for each file, or for each `sessionId` that it names."""
    return sessions_of(
        _rows(source, account, options), "openreplay", options.site, names(options, "openreplay", source.path)
    )


def _rows(source: Source, account: Account, options: ImportOptions) -> Iterator[Row]:
    tabs: dict[str, _Tab] = {}
    campaigns: dict[str, dict[str, str]] = {}
    begun = ""
    for line, session, message in _messages(source, account):
        try:
            number, fields = _read(message)
            tab = tabs.setdefault(session, _Tab(url=options.url, viewport=options.viewport))
            tab.dom.hear(message)
            if number not in MESSAGES:
                continue
            kind = MESSAGES[number][0]
            if kind == "timestamp" and not session and not begun:
                begun = f"messages of {fields.get('timestamp')}"
            row = _row(kind, fields, tab, options, campaigns.setdefault(session, {}))
        except BadRow as exc:
            account.bad_row(line, exc)
            continue
        if isinstance(row, Row):
            yield row._replace(session=session or begun)
        elif row:
            account.skip(row)


def _messages(source: Source, account: Account) -> Iterator[tuple[int, str, Any]]:
    for record in json_records(source, frozenset({"messages", "data", "events"})):
        if isinstance(record, Broken):
            account.bad_row(record.line, record.reason)
            continue
        value = record.value
        session = str(record.around.get("sessionId") or record.around.get("session_id") or "")[:500]
        if isinstance(value, dict) and isinstance(value.get("messages"), list):
            session = str(value.get("sessionId") or value.get("session_id") or session)[:500]
            yield from ((record.line, session, one) for one in value["messages"])
        elif isinstance(value, list) and value and isinstance(value[0], list | dict):
            yield from ((record.line, session, one) for one in value)
        else:
            yield record.line, session, value


def _read(message: Any) -> tuple[int, dict[str, Any]]:
    """Number and fields of a message. Raises `BadRow` for what is none."""
    if isinstance(message, list) and message and isinstance(message[0], int):
        number = message[0]
        return number, dict(zip(MESSAGES.get(number, ("", ()))[1], message[1:], strict=False))
    if isinstance(message, dict):
        tag = message.get("tp", message.get("_id", message.get("type")))
        number = tag if isinstance(tag, int) else _NAMES.get(re.sub(r"[^a-z]", "", str(tag).lower()), -1)
        if tag is None:
            raise BadRow("is no message of OpenReplay (tp)")
        fields = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): value for name, value in message.items()}
        return number, fields
    raise BadRow("is no message of OpenReplay")


def _row(kind: str, fields: dict[str, Any], tab: _Tab, options: ImportOptions, campaign: dict[str, str]) -> Row | str:
    own_ms = fields.get("timestamp", fields.get("time"))
    if own_ms is not None:
        tab.time_ms = values.time_ms(own_ms, "timestamp")
    if kind == "timestamp":
        return ""
    if kind == "viewport":
        tab.viewport = values.window(fields.get("width"), fields.get("height"))
        return _view(tab, campaign)
    if kind == "location":
        tab.url, found = values.address(fields.get("url"), options.query)
        for name, value in found.items():
            campaign.setdefault(name, value)
        tab.scroll, tab.viewed = (0.0, 0.0), False
        return _view(tab, campaign)
    if kind == "visibility":
        hidden = values.truth(fields.get("hidden"), "hidden")
        return _made("visibility", tab, campaign, data={"visible": not hidden})
    if kind in ("scroll", "move"):
        x, y = (values.needed_px(fields.get(axis), axis) for axis in "xy")
        if kind == "scroll":
            tab.scroll = (x, y)
            return _made("scroll", tab, campaign, x=x, y=y)
        return _made("move", tab, campaign, x=x + tab.scroll[0], y=y + tab.scroll[1])
    return _click(fields, tab, options, campaign)


def _view(tab: _Tab, campaign: dict[str, str]) -> Row | str:
    """The view of a page, once the viewport is known too."""
    if tab.viewed or not tab.viewport or not tab.url:
        return ""
    tab.viewed = True
    return _made("view", tab, campaign, x=0.0, y=0.0, data={"how": "load"})


def _click(fields: dict[str, Any], tab: _Tab, options: ImportOptions, campaign: dict[str, str]) -> Row | str:
    selector = values.words(fields.get("selector"), "selector", 4096)
    if not selector:
        return "clicks without a selector"
    # The whole path, as outlines write it.
    path = selector.removeprefix("html > ")
    label = values.words(fields.get("label"), "label", 4096)
    # Without words of its own the label is the selector again, and hidden words are stars.
    text = "" if label in (selector, path) or not label.strip("*") else label
    data: dict[str, Any] = {"pointer": "mouse", "trusted": True, "point": "middle"}
    hesitation = values.number(fields.get("hesitation_time"), "hesitation time")
    if hesitation is not None and 0 < hesitation < 3_600_000:
        data["hover_ms"] = hesitation
    target = foreign_target(path, options.key, text)
    if stood := tab.dom.path(fields.get("id")):
        target = with_key(replace(target, selector=stood))
    return _made("click", tab, campaign, target=target, u=0.5, v=0.5, data=data)


def _made(kind: str, tab: _Tab, campaign: dict[str, str], **more: Any) -> Row:
    if not tab.url:
        raise BadRow("no message before it says which page it is")
    if not tab.viewport:
        raise BadRow("no message before it says how large the viewport was")
    return Row(
        session="", time_ms=tab.time_ms, type=kind, url=tab.url, viewport=tab.viewport,
        more={"properties": dict(campaign)}, **more,
    )  # fmt: skip
