"""PostHog: `$$heatmap` events and the heatmaps table (points without elements), `$autocapture` (elements without
points), `$pageview`.

A click on a button is in both: as an element at its own time, and as a point when the heatmap was next sent. Where as
many of the one as of the other lie before a sending, they are the same clicks in the same order, and are made one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from heatreel.core.batches import with_key
from heatreel.core.session import Session, Target
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.objects import objects_of
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.selectors import clean_address, foreign_target, stable
from heatreel.replay.importing.tables import open_table

SCALE = 16
"""The heatmaps table keeps coordinates divided by its `scale_factor`, which has always been this."""

FLUSH_MS = 5000
"""A heatmap is sent this often, and when the page goes."""

SENT_MS = 8000
"""A click is in a sending that is at most this much later."""

_POINTS = {"click": "click", "mousemove": "move", "touch": "tap"}
_TWICE = {"rageclick": "a click that is there as a click too", "deadclick": "a click that is there as a click too"}
_CHAIN = re.compile(r'((?:[^;"\\]|\\.|"(?:[^"\\]|\\.)*")+)(?:;|$)')
_ATTRIBUTE = re.compile(r'([\w:$@.-]+)="((?:[^"\\]|\\.)*)"')
_DEVICES = frozenset({"mobile", "tablet"})


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """The sessions of an export of events, or of the heatmaps table."""
    rows = _rows(source, account, options)
    name_of = names(options, "posthog", source.path)
    return sessions_of(rows, "posthog", options.site, name_of, lambda some: _one_of_both(some, account))


def _rows(source: Source, account: Account, options: ImportOptions) -> Iterator[Row]:
    for line, record in _records(source, account):
        try:
            rows = list(_of_record(record, account, options))
        except BadRow as exc:
            account.bad_row(line, exc)
            continue
        yield from rows


def _records(source: Source, account: Account) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if source.text_head.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        yield from open_table(source, account).rows()
        return
    for record in objects_of(source, account, frozenset({"results", "data", "batch", "events"}), "event of PostHog"):
        yield record.line, record.value


def _of_record(record: Mapping[str, Any], account: Account, options: ImportOptions) -> Iterator[Row]:
    if "pointer_target_fixed" in record:
        row = _of_table(record, options)
        if isinstance(row, str):
            account.skip(row)
        else:
            yield row
        return
    properties = record.get("properties")
    if isinstance(properties, str):
        try:
            properties = json.loads(properties)
        except (ValueError, RecursionError) as exc:
            raise BadRow("properties are no JSON") from exc
    name = record.get("event")
    if not isinstance(name, str) or not isinstance(properties, dict):
        raise BadRow("is no event of PostHog (event, properties)")
    event = _Event(name, properties, record, options)
    found = False
    if isinstance(properties.get("$heatmap_data"), dict):
        found = True
        yield from event.points(account)
    if name == "$autocapture":
        yield event.element()
    elif name in ("$pageview", "$screen"):
        yield event.view()
    elif not found:
        account.skip(f"of type {name[:60]!r}")


class _Event:
    """One event with what all events say. Raises `BadRow` where that cannot be."""

    def __init__(
        self, name: str, properties: dict[str, Any], record: Mapping[str, Any], options: ImportOptions
    ) -> None:
        self.name, self.properties, self.record, self.options = name, properties, record, options
        self.time_ms = values.time_ms(
            record.get("timestamp") or properties.get("$time") or properties.get("timestamp"), "timestamp"
        )
        session = properties.get("$session_id") or record.get("$session_id") or ""
        visitor = record.get("distinct_id") or properties.get("distinct_id") or ""
        self.session = values.words(session or visitor, "$session_id", 500)
        self.touch = str(properties.get("$device_type", "")).lower() in _DEVICES

    @property
    def viewport(self) -> tuple[int, int]:
        width, height = self.properties.get("$viewport_width"), self.properties.get("$viewport_height")
        if width is None and self.options.viewport:
            return self.options.viewport
        return values.window(width, height)

    def row(self, kind: str, url: Any, **more: Any) -> Row:
        properties = self.properties
        address, campaign = values.address(url or self.options.url, self.options.query)
        told = {
            "country": properties.get("$geoip_country_code"),
            "browser": properties.get("$browser"),
            "device": properties.get("$device_type"),
            "referrer": properties.get("$referring_domain"),
        }
        kept = {name: str(value)[:200] for name, value in told.items() if isinstance(value, str) and value}
        flags = {
            name.removeprefix("$feature/"): value
            for name, value in properties.items()
            if name.startswith("$feature/") and isinstance(value, str)
        }
        return Row(
            session=self.session,
            time_ms=self.time_ms,
            type=kind,
            url=address,
            viewport=self.viewport,
            document=str(properties.get("$window_id", ""))[:200],
            more={
                "touch": self.touch or None,
                "language": values.words(properties.get("$browser_language"), "$browser_language", 40),
                "variant": next(iter(flags.values()), "")[:100],
                "properties": campaign | kept,
            },
            **more,
        )

    def points(self, account: Account) -> Iterator[Row]:
        """The points of `$heatmap_data`: addresses with lists of points each.

        Points have no times of their own: those that were sent together are dealt out over the time since the last
        sending, in their order.
        """
        for url, points in self.properties["$heatmap_data"].items():
            if not isinstance(points, list):
                raise BadRow("$heatmap_data holds no list of points")
            for place_in_list, point in enumerate(points, 1):
                if not isinstance(point, dict):
                    raise BadRow("$heatmap_data holds no points")
                kind = str(point.get("type", ""))[:40]
                if kind not in _POINTS:
                    account.skip(_TWICE.get(kind, f"of type {kind!r}"))
                    continue
                place = {axis: values.needed_px(point.get(axis), axis) for axis in "xy"}
                data: dict[str, Any] = {"heatmap": self.time_ms or 0.0}
                if point.get("target_fixed"):
                    data["fixed"] = True
                row = self.row(_POINTS[kind], url, data=data | _pointer(_POINTS[kind]), **place)
                early = FLUSH_MS * (1 - place_in_list / len(points))
                yield row._replace(time_ms=None if row.time_ms is None else row.time_ms - early)

    def view(self) -> Row:
        return self.row("view", self.properties.get("$current_url"), x=0.0, y=0.0, data={"how": "load"})

    def element(self) -> Row:
        """The element of `$autocapture`. Raises `BadRow` when none is said."""
        kind = str(self.properties.get("$event_type", "click"))
        types = {"click": "click", "touch": "tap", "change": "change", "submit": "submit"}
        if kind not in types:
            raise BadRow(f"$event_type is not known: {kind[:40]!r}")
        url = self.properties.get("$current_url")
        chain = self.record.get("elements_chain") or self.properties.get("$elements_chain")
        listed = self.record.get("elements") or self.properties.get("$elements")
        if isinstance(chain, str) and chain:
            elements = list(elements_of_chain(chain))
        elif isinstance(listed, list) and listed:
            elements = [_of_list(one) for one in listed if isinstance(one, dict)]
        else:
            raise BadRow("$autocapture without elements")
        text = values.words(self.properties.get("$el_text"), "$el_text", 4096)
        target = chain_target(elements, self.options.key, str(url or ""), text)
        return self.row(types[kind], url, target=target, u=0.5, v=0.5, data={"point": "middle"} | _pointer(types[kind]))


def _pointer(kind: str) -> dict[str, Any]:
    return {"pointer": "touch" if kind == "tap" else "mouse", "trusted": True} if kind in ("click", "tap") else {}


def _of_table(record: Mapping[str, Any], options: ImportOptions) -> Row | str:
    """A row of the heatmaps table: coordinates and viewport divided by its scale."""
    kind = values.words(record.get("type"), "type", 40)
    if kind == "scrolldepth":
        return "scroll depths of the heatmaps table"
    if kind not in _POINTS:
        return _TWICE.get(kind, f"of type {kind!r}")
    scale = values.number(record.get("scale_factor"), "scale_factor") or SCALE
    x, y = (values.needed_px(record.get(axis), axis) * scale for axis in "xy")
    size = (values.number(record.get(f"viewport_{side}"), "viewport") for side in ("width", "height"))
    viewport = values.window(*((one or 0) * scale for one in size))
    url, campaign = values.address(record.get("current_url") or options.url, options.query)
    fixed = values.truth(record.get("pointer_target_fixed"), "pointer_target_fixed")
    return Row(
        session=values.words(record.get("session_id"), "session_id", 500),
        time_ms=values.time_ms(record.get("timestamp"), "timestamp"),
        type=_POINTS[kind],
        url=url,
        viewport=viewport,
        # A cell of 16 px: its middle.
        x=x + scale / 2,
        y=y + scale / 2,
        data={"cell_px": scale} | ({"fixed": True} if fixed else {}) | _pointer(_POINTS[kind]),
        more={"properties": campaign},
    )


def _one_of_both(rows: list[Row], account: Account) -> list[Row]:
    """Clicks that are there as element and as point, once."""
    if not any("heatmap" in row.data for row in rows):
        return rows
    rows = sorted(rows, key=lambda row: row.time_ms or 0.0)
    elements = [place for place, row in enumerate(rows) if row.target and row.type in ("click", "tap")]
    sent: dict[tuple[float, str], list[int]] = {}
    for place, row in enumerate(rows):
        if "heatmap" in row.data and row.type in ("click", "tap"):
            sent.setdefault((row.data["heatmap"], row.url), []).append(place)
    gone: set[int] = set()
    for (moment, url), points in sent.items():
        mine = [
            place
            for place in elements
            if place not in gone
            and rows[place].url == url
            and moment - SENT_MS <= (rows[place].time_ms or 0.0) <= moment
        ]
        if not mine:
            continue
        gone.update(mine)
        account.skip("a click that is in $heatmap_data too", len(mine))
        if len(mine) != len(points):
            continue
        for point, element in zip(points, mine, strict=True):
            rows[point] = rows[point]._replace(target=rows[element].target, time_ms=rows[element].time_ms)
    return [
        row._replace(data={name: value for name, value in row.data.items() if name != "heatmap"})
        for place, row in enumerate(rows)
        if place not in gone
    ]


# Elements


def elements_of_chain(chain: str) -> Iterator[dict[str, str]]:
    """The elements of an `elements_chain`, the innermost first: `tag.class:name="value"...;` for each."""
    for part in _CHAIN.finditer(chain[:200_000]):
        head, _, rest = _split(part[1])
        tag, *classes = re.split(r"\.(?![^\[]*\])", head)
        found = {name: re.sub(r"\\(.)", r"\1", value) for name, value in _ATTRIBUTE.findall(rest)}
        yield {"tag": tag.strip().lower(), "class": " ".join(classes)} | found


def _split(text: str) -> tuple[str, str, str]:
    """Head and attributes of one element: the colon is the first before an attribute (classes may hold colons)."""
    found = re.search(r':(?=[\w:$@.-]+="|$)', text)
    return (text[: found.start()], ":", text[found.end() :]) if found else (text, "", "")


def _of_list(element: dict[str, Any]) -> dict[str, str]:
    """An element of `$elements`, as those of a chain are."""
    found = {name: str(value) for name, value in element.items() if isinstance(value, str | int)}
    classes = element.get("classes") or element.get("attr_class")
    return found | {
        "tag": str(element.get("tag_name", "")).lower(),
        "class": " ".join(map(str, classes)) if isinstance(classes, list) else "",
        "text": str(element.get("$el_text") or element.get("text") or ""),
        "nth-of-type": str(element.get("nth_of_type", "")),
    }


def chain_target(elements: list[dict[str, str]], key: str, url: str, text: str = "") -> Target:
    """The target of a chain: its path when it goes up to the body, and what the innermost element says of itself."""
    own = elements[0]

    def attribute(name: str) -> str:
        return own.get(f"attr__{name}", "") or own.get(name, "")

    told = {
        "tag": own["tag"][:60],
        "id": stable(own.get("attr_id", "") or attribute("id")),
        "testid": next(
            (name for one in ("data-testid", "data-test", "data-cy", "data-qa") if (name := stable(attribute(one)))), ""
        ),
        "type": attribute("type")[:60],
        "field": stable(attribute("name")),
        "role": attribute("role")[:60],
        "href": clean_address(attribute("href"), url)[:512],
        "src": clean_address(attribute("src"), url).rsplit("/", 1)[-1][:512],
    }
    selector = _path(elements)
    # The text of an element with others inside is a part of its name.
    label = attribute("aria-label") or own.get("text", "") or text
    found = foreign_target(selector, key, label[:4096], **told)
    classes = tuple(dict.fromkeys(name for name in own.get("class", "").split() if stable(name)))[:8]
    return with_key(replace(found, classes=classes))


def _path(elements: list[dict[str, str]]) -> str:
    """CSS path from the body (as `Outline.path` writes it) or, when the chain is cut off, from where it begins."""
    steps = []
    for element in reversed(elements):
        tag = re.sub(r"[^\w-]", r"\\\g<0>", element["tag"])
        if tag == "html":
            continue
        nth = element.get("nth-of-type", "")
        steps.append(tag if tag == "body" or not nth.isdigit() else f"{tag}:nth-of-type({int(nth)})")
    return " > ".join(steps)[:4096]
