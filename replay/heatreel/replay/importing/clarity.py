"""Microsoft Clarity: payloads that were decoded by `clarity-decode`, as objects with `envelope` and lists of events.

Clarity tells where on the page and where in the element a click was, and what the element says of itself; the selector
itself is hashed. A payload's own `timestamp` is when it was decoded: the visitor's clock is metric 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from heatreel.core.batches import with_key
from heatreel.core.session import Session, Target
from heatreel.replay.importing import values
from heatreel.replay.importing.account import Account, BadRow
from heatreel.replay.importing.clarity_dom import Dom
from heatreel.replay.importing.files import Source
from heatreel.replay.importing.jsonstream import Broken, json_records
from heatreel.replay.importing.options import ImportOptions, names
from heatreel.replay.importing.rows import Row, sessions_of
from heatreel.replay.importing.selectors import clean_address, foreign_target, stable

ACCURACY = 32767
"""`eX` and `eY` count to this from one end of the element to the other."""

TOUCHED_MS = 700
"""A click this soon after a touch is a tap."""

_MASKS = frozenset("•▪▫*")
"""What masked letters and digits are replaced by."""

MOST_PAGES = 200
"""So many pages are remembered between their payloads: those that were heard of last."""

MOVE, TOUCH_START, TOUCH_END = 12, 17, 18
_LISTS = ("click", "pointer", "scroll", "resize", "visibility", "script")


@dataclass
class _Page:
    """What was said so far of one page of a session."""

    base_ms: float | None = None
    viewport: tuple[int, int] | None = None
    dom: Dom = field(default_factory=Dom)
    touched_ms: float = -1e9
    viewed: bool = False


def sessions(source: Source, account: Account, options: ImportOptions) -> Iterator[Session]:
    """The sessions of decoded payloads."""
    return sessions_of(_rows(source, account, options), "clarity", options.site, names(options, "clarity", source.path))


def _rows(source: Source, account: Account, options: ImportOptions) -> Iterator[Row]:
    pages: dict[tuple[str, int], _Page] = {}
    for record in json_records(source, frozenset({"payloads", "data", "decoded"})):
        if isinstance(record, Broken):
            account.bad_row(record.line, record.reason)
            continue
        try:
            payload = _Payload(record.value, pages, account, options)
        except BadRow as exc:
            account.bad_row(record.line, exc)
            continue
        for name, event in payload.events():
            try:
                found = payload.row(name, event)
            except BadRow as exc:
                account.bad_row(record.line, exc)
                continue
            if isinstance(found, Row):
                yield found
            elif found:
                account.skip(found)


class _Payload:
    def __init__(
        self, value: Any, pages: dict[tuple[str, int], _Page], account: Account, options: ImportOptions
    ) -> None:
        envelope = value.get("envelope") if isinstance(value, dict) else None
        if not isinstance(envelope, dict):
            raise BadRow("is no decoded payload (no envelope); decode it with clarity-decode first")
        self.value, self.options, self.account = value, options, account
        self.session = values.words(f"{envelope.get('userId', '')}/{envelope.get('sessionId', '')}", "sessionId", 500)
        number = envelope.get("pageNum")
        self.number = number if isinstance(number, int) else 0
        self.url, self.campaign = values.address(envelope.get("url") or options.url, options.query)
        key = (self.session, self.number)
        self.page = pages.pop(key) if key in pages else _Page()
        pages[key] = self.page
        if len(pages) > MOST_PAGES:
            del pages[next(iter(pages))]
        self._learn()

    def _learn(self) -> None:
        page = self.page
        for metric in self._list("metric"):
            told = metric["data"]
            if page.base_ms is None and isinstance(told.get("0"), int | float):
                page.base_ms = values.time_ms(told["0"], "metric 0")
            if page.viewport is None and told.get("14"):
                page.viewport = values.window(told["14"], told.get("15"))
        for baseline in self._list("baseline"):
            if page.viewport is None and baseline["data"].get("screenWidth"):
                page.viewport = values.window(baseline["data"]["screenWidth"], baseline["data"].get("screenHeight"))
        changes = self.value.get("dom")
        for change in changes if isinstance(changes, list) else ():
            page.dom.add(change.get("data") if isinstance(change, dict) else None)

    def _list(self, name: str) -> Iterator[dict[str, Any]]:
        listed = self.value.get(name)
        for event in listed if isinstance(listed, list) else ():
            if isinstance(event, dict) and isinstance(event.get("data"), dict):
                yield event

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What a visitor did, in order of time, the view of the page first."""
        found = [(name, event) for name in _LISTS for event in self._list(name)]
        found.sort(key=lambda one: one[1]["time"] if isinstance(one[1].get("time"), int | float) else 0)
        if not self.page.viewed:
            self.page.viewed = True
            heights = [event["data"].get("height") for event in self._list("doc")]
            yield "view", {"time": 0, "data": {"height": next(iter(heights), None)}}
        yield from found

    def row(self, name: str, event: dict[str, Any]) -> Row | str:
        """The row of an event, or why there is none ("" when it only tells of others)."""
        data, page = event["data"], self.page
        since = values.needed(event.get("time"), "time")
        time_ms = (page.base_ms or 0.0) + since
        if name == "resize":
            page.viewport = values.window(data.get("width"), data.get("height"))
            return self._row("resize", time_ms)
        if name == "visibility":
            return self._row("visibility", time_ms, data={"visible": data.get("visible") in (1, "visible", True)})
        if name == "script":
            return self._row(
                "error", time_ms, data={"signature": values.words(data.get("hash"), "hash", 40), "message": ""}
            )
        if name == "view":
            height = values.length_px(data.get("height"), "height")
            told = {"page_height": height} if height else {}
            return self._row("view", time_ms, x=0.0, y=0.0, data={"how": "load", **told})
        if name == "scroll":
            if not page.dom.is_page(data.get("target")):
                return "scrolls inside of an element that nothing names"
            return self._row("scroll", time_ms, **_point(data))
        if name == "pointer":
            return self._pointer(event.get("event"), data, time_ms)
        return self._click(data, time_ms)

    def _pointer(self, code: Any, data: dict[str, Any], time_ms: float) -> Row | str:
        if code in (TOUCH_START, TOUCH_END):
            self.page.touched_ms = time_ms
            return "presses and touches (their clicks are there)"
        if code != MOVE:
            return "presses and touches (their clicks are there)"
        return self._row("move", time_ms, **_point(data))

    def _click(self, data: dict[str, Any], time_ms: float) -> Row:
        kind = "tap" if time_ms - self.page.touched_ms <= TOUCHED_MS else "click"
        place = _point(data)
        u, v = (values.number(data.get(name), name) for name in ("eX", "eY"))
        target = self._target(data)
        told = {"pointer": "touch" if kind == "tap" else "mouse", "trusted": data.get("trust", 1) == 1}
        if target is None or u is None or v is None:
            return self._row(kind, time_ms, **place, target=target, data=told)
        u, v = u / ACCURACY, v / ACCURACY
        width, height = (values.length_px(data.get(side), side) or 0.0 for side in ("w", "h"))
        if width and height:
            box = (round(place["x"] - u * width, 1), round(place["y"] - v * height, 1), width, height)
            target = replace(target, box=box)
        return self._row(kind, time_ms, **place, u=round(u, 4), v=round(v, 4), target=target, data=told)

    def _target(self, data: dict[str, Any]) -> Target | None:
        tag = values.words(data.get("tag"), "tag", 100).lower()
        if not tag:
            return None
        # A click says id and class in small letters; the DOM says them as they are.
        node = self.page.dom.node(data.get("target"))
        own = node.attributes if node and node.tag == tag else {}
        name, classes = own.get("id", ""), own.get("class", "") or values.words(data.get("class"), "class", 2000)
        selector = self.page.dom.path(data.get("target")) if own or node else ""
        if not selector:
            selector = tag + "".join(f".{token}" for token in classes.split())
        # A text that was cut off, or masked in part (words with digits are), is no name to compare.
        whole = data.get("isFullText") in (1, True) and not _MASKS & set(str(data.get("text")))
        text = values.words(data.get("text"), "text", 4096) if whole else ""
        link = clean_address(values.words(data.get("link"), "link", 8192), self.url)
        found = foreign_target(selector, self.options.key, text, href=link, id=stable(name))
        return with_key(replace(found, classes=tuple(dict.fromkeys(filter(None, map(stable, classes.split()))))[:8]))

    def _row(self, kind: str, time_ms: float, **more: Any) -> Row:
        viewport = self.page.viewport or self.options.viewport
        if not viewport:
            raise BadRow("no payload before it says how large the viewport was")
        return Row(
            session=self.session,
            time_ms=time_ms,
            type=kind,
            url=self.url,
            viewport=viewport,
            document=f"{self.session}/{self.number}",
            more={"touch": True if kind == "tap" else None, "properties": self.campaign},
            **more,
        )


def _point(data: dict[str, Any]) -> dict[str, float]:
    return {axis: values.needed_px(data.get(axis), axis) for axis in "xy"}
