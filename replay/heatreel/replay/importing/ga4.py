"""GA4's export to BigQuery, as JSONL: pages viewed, links clicked (as counts of elements), and one mark of reach.

GA4 keeps no coordinates, no viewport, no selector. What is imported says so: clicks are in the middle of their element
(`data.point`), `scroll` means that 90 % of the page were seen (`data.reach`), and the window is the usual one of the
device's category.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heatreel.core.session import Session, Target
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.jsonstream import Broken, json_records
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.selectors import clean_address, foreign_target

USUAL = {"desktop": (1440, 900), "tablet": (820, 1180), "mobile": (390, 844)}
"""The default viewports of a capture."""

REACH = 90.0
"""Enhanced measurement sends `scroll` once, when this share of the page, in %, was seen."""

_CLICKS = frozenset({"click", "file_download", "select_content"})


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """The sessions of an export."""
    return sessions_of(_rows(source, account, options), "ga4", options.site, names(options, "ga4", source.path))


def _rows(source: Source, account: Account, options: ImportOptions) -> Iterator[Row]:
    for record in json_records(source, frozenset({"rows", "data"})):
        if isinstance(record, Broken):
            account.bad_row(record.line, record.reason)
            continue
        try:
            row = _row(record.value, options)
        except BadRow as exc:
            account.bad_row(record.line, exc)
            continue
        if isinstance(row, str):
            account.skip(row)
            continue
        account.note(
            f"{account.file}: GA4 keeps neither points nor viewports: clicks count for elements only, windows are"
            " assumed by the category of the device, and reach is one mark at 90 %"
        )
        yield row


def _row(value: Any, options: ImportOptions) -> Row | str:
    if not isinstance(value, dict) or not isinstance(value.get("event_name"), str):
        raise BadRow("is no event of GA4 (event_name)")
    told = _parameters(value.get("event_params"))
    name = value["event_name"]
    if name not in _CLICKS and name not in ("page_view", "scroll"):
        return f"of type {name[:60]!r}"
    url, campaign = values.address(told.get("page_location") or options.url, options.query)
    told_device = value.get("device")
    device: dict[str, Any] = told_device if isinstance(told_device, dict) else {}
    category = str(device.get("category", "desktop")).lower()
    row = Row(
        session=values.words(f"{value.get('user_pseudo_id', '')}/{told.get('ga_session_id', '')}", "session", 500),
        time_ms=values.time_ms(value.get("event_timestamp"), "event_timestamp"),
        type={"page_view": "view", "scroll": "scroll"}.get(name, "click"),
        url=url,
        viewport=options.viewport or USUAL.get(category, USUAL["desktop"]),
        more={
            "touch": category in ("mobile", "tablet") or None,
            "language": values.words(device.get("language"), "language", 40),
            "properties": campaign | _about(value, category),
        },
    )
    if name == "page_view":
        return row._replace(x=0.0, y=0.0, data={"how": "load"})
    if name == "scroll":
        share = values.number(told.get("percent_scrolled"), "percent_scrolled") or REACH
        if not 0 <= share <= 100:
            raise BadRow(f"percent_scrolled is no share: {share:g}")
        return row._replace(data={"reach": share / 100})
    target = _target(told, url, options.key)
    if target is None:
        return "clicks that name no link and no id"
    pointer = "touch" if category in ("mobile", "tablet") else "mouse"
    data = {"pointer": pointer, "trusted": True, "point": "middle"}
    kind = "tap" if pointer == "touch" else "click"
    return row._replace(type=kind, target=target, u=0.5, v=0.5, data=data)


def _parameters(listed: Any) -> dict[str, Any]:
    """`event_params` as a dictionary."""
    if not isinstance(listed, list):
        raise BadRow("event_params are no list")
    found: dict[str, Any] = {}
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str):
            raise BadRow("event_params hold no keys")
        value = one.get("value")
        if isinstance(value, dict):
            value = next((held for held in value.values() if held is not None), None)
        found[one["key"]] = value
    return found


def _target(told: dict[str, Any], url: str, key: str) -> Target | None:
    link, name = (values.words(told.get(part), part, 8192) for part in ("link_url", "link_id"))
    if not link and not name:
        return None
    classes = values.words(told.get("link_classes"), "link_classes", 2000).split()
    selector = "a" + (f"#{name}" if name and " " not in name else "") + "".join(f".{token}" for token in classes)
    text = values.words(told.get("link_text"), "link_text", 4096)
    return foreign_target(selector[:4096], key, text, href=clean_address(link, url)[:512])


def _about(value: dict[str, Any], category: str) -> dict[str, str]:
    """What segments may ask for."""
    traffic, place = value.get("traffic_source"), value.get("geo")
    found: dict[str, Any] = {"device": category}
    if isinstance(traffic, dict):
        found |= {"source": traffic.get("source"), "medium": traffic.get("medium"), "campaign": traffic.get("name")}
    if isinstance(place, dict):
        found["country"] = place.get("country")
    return {name: text[:200] for name, text in found.items() if isinstance(text, str) and text}
