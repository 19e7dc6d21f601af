"""Click logs of e-mails: who clicked which link of an e-mail that was captured, as a table or as JSON objects.

Columns: recipient, link (the URL as the e-mail has it, also one of a redirect) or position (of the link, from 1), and
if there are any, time and event (click, open or delivered). Recipients are hashed with the site's key and not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from heatreel.core.errors import InputError
from heatreel.core.mail import delivered, link_selector
from heatreel.core.session import Session
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.objects import fields_of, read_rows
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.selectors import foreign_target
from heatreel.replay.importing.tables import open_table

ALIASES = {
    "recipient": ("email", "e-mail", "subscriber", "contact", "recipient_id", "subscriber_id", "contact_id", "to"),
    "link": ("url", "href", "link_url", "target_url", "clicked_url"),
    "position": ("link_position", "link_index", "position_in_mail"),
    "event": ("type", "action", "event_type"),
    "time": ("timestamp", "date", "datetime", "clicked_at", "created_at"),
}
"""The names of columns, and what else each may be called (in small letters)."""

EVENTS = {
    "click": "click", "clicked": "click", "clicks": "click", "": "click",
    "open": "view", "opened": "view", "opens": "view",
    "delivered": "goal", "delivery": "goal", "sent": "goal", "send": "goal", "processed": "goal",
}  # fmt: skip

CLIENT = (600, 800)
"""The reading pane that is taken where a log does not say: CSS px."""


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """A session for each recipient. Raises `InputError` unless `--url` says which e-mail it is."""
    if not options.url:
        raise InputError(f"{source.path}: say which e-mail it is of with --url, such as --url http://mail/NAME")
    rows = _rows(source, account, options)
    return sessions_of(rows, account.format, options.site, names(options, account.format, source.path), _opened)


def _opened(rows: list[Row]) -> list[Row]:
    """The rows of a recipient; who clicked had opened the e-mail, whether the log says so or not."""
    if any(row.type == "click" for row in rows) and not any(row.type == "view" for row in rows):
        first = next(row for row in rows if row.type == "click")
        time_ms = None if first.time_ms is None else first.time_ms - 1000
        return [first._replace(type="view", time_ms=time_ms, y=0.0, u=None, v=None, target=None, data={}), *rows]
    return rows


def _rows(source: Source, account: Account, options: ImportOptions) -> Iterator[Row]:
    known = {name: key for key, others in ALIASES.items() for name in (*others, key)}
    found: Iterator[tuple[int, Mapping[str, Any]]]
    if source.text_head.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        found = fields_of(source, account, frozenset({"events", "rows", "data", "clicks"}))
    else:
        table = open_table(source, account)
        columns = {known[name.lower()] for name in table.columns if name.lower() in known}
        if "recipient" not in columns or not {"link", "position", "event"} & columns:
            raise InputError(f"{source.path}: a click log needs the columns recipient, and link or position")
        found = table.rows()
    return read_rows(found, account, lambda fields: _row(_told(fields, known), options))


def _told(fields: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    return {known[str(name).lower()]: value for name, value in fields.items() if str(name).lower() in known}


def _row(told: Mapping[str, Any], options: ImportOptions) -> Row | str:
    """A row, or why it is left out. Raises `BadRow` for what cannot be read."""
    recipient = str(told.get("recipient") or "").strip().lower()
    if not recipient:
        raise BadRow("has no recipient")
    word = str(told.get("event") or "").strip().lower()
    kind = EVENTS.get(word)
    if kind is None:
        return f"event {word[:40]}"
    time_ms = values.time_ms(told["time"]) if told.get("time") not in (None, "") else None
    viewport = options.viewport or CLIENT
    if kind == "goal":
        page = urlsplit(options.url).path.rstrip("/") or "/"
        return Row(recipient, time_ms, "goal", options.url, viewport, data={"name": delivered(page)})
    if kind == "view":
        return Row(recipient, time_ms, "view", options.url, viewport, y=0.0)
    selector = link_selector(str(told.get("link") or "").strip(), _position(told.get("position")))
    if not selector:
        raise BadRow("has neither link nor position")
    target = foreign_target(selector, options.key)
    data = {"pointer": "mouse", "trusted": True}
    return Row(recipient, time_ms, "click", options.url, viewport, u=0.5, v=0.5, target=target, data=data)


def _position(value: Any) -> int | None:
    if value in (None, ""):
        return None
    try:
        number = int(value)
    except (TypeError, ValueError) as exc:
        raise BadRow(f"position {value!r} is no number") from exc
    if not 1 <= number <= 10_000:
        raise BadRow(f"position {number} is none")
    return number
