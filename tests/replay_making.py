"""A small captured page with states, and visitors to it, made by hand: no browser, no disk."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import numpy as np

from heatreel.core.element import _KEYS as KEYS
from heatreel.core.element import Element, Outline
from heatreel.core.routes import RouteTable
from heatreel.core.session import Event, SeenState, Session, Target
from heatreel.core.state import Action, Shown, Snapshot, State
from heatreel.core.viewport import Viewport
from heatreel.replay.graphs import CapturedPages
from heatreel.replay.sketches import BITS

DESKTOP = Viewport("desktop", 1440, 900)
MOBILE = Viewport("mobile", 390, 844, touch=True)
HOME = "https://shop.test/"
HELP = "https://shop.test/help"

TABS = {"default": ["tab-1", "panel-1", "buy"], "tab-b": ["tab-1", "panel-2", "review"]}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:11] if text else ""


def sketch_of(names: Iterable[str]) -> str:
    """A 1-bit MinHash of some names, as the page model's sketches are, by another hash."""
    seeds = [int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) for name in names]
    if not seeds:
        return ""
    table = np.array([np.random.default_rng(seed).integers(0, 2**32, BITS) for seed in seeds])
    return base64.b64encode(np.packbits(table.min(axis=0) & 1).tobytes()).decode()


_HIDDEN = {"interactive": True, "hidden": True}

# What the page is made of: selector, parent, tag, name, box on the desktop, more.
_DESKTOP: list[tuple[str, str, str, str, tuple[float, float, float, float], dict[str, Any]]] = [
    ("body", "", "body", "", (0, 0, 1440, 2400), {}),
    ("#top", "body", "header", "", (0, 0, 1440, 64), {"position": "sticky", "landmark": "banner"}),
    ("#logo", "#top", "a", "Shop", (24, 12, 120, 40), {"interactive": True, "href": "/"}),
    ("#help", "#top", "a", "Help", (1300, 12, 80, 40), {"interactive": True, "href": "/help"}),
    ("#main", "body", "main", "", (120, 64, 1200, 2200), {"landmark": "main"}),
    ("#tab-1", "#main", "button", "Details", (120, 400, 120, 40), {"interactive": True, "role": "tab"}),
    ("#tab-2", "#main", "button", "Reviews", (240, 400, 120, 40), {"interactive": True, "role": "tab"}),
    ("#panel-1", "#main", "section", "", (120, 440, 1200, 300), {}),
    ("#buy", "#panel-1", "button", "Buy", (140, 600, 160, 48), {"interactive": True}),
    ("#panel-2", "#main", "section", "", (120, 440, 1200, 300), {"hidden": True}),
    ("#review", "#panel-2", "button", "Write a review", (140, 640, 200, 48), _HIDDEN),
    ("#faq", "#main", "button", "Can I return it?", (120, 900, 1200, 48), {"interactive": True}),
    ("#answer", "#main", "div", "", (120, 948, 1200, 120), {"hidden": True}),
    (
        "#policy",
        "#answer",
        "a",
        "Policy",
        (140, 1000, 90, 24),
        {"interactive": True, "href": "/policy", "hidden": True},
    ),
    ("#sizes", "#main", "button", "Size guide", (900, 600, 140, 40), {"interactive": True}),
    ("#dialog", "body", "div", "", (420, 150, 600, 600), {"hidden": True, "position": "fixed"}),
    ("#close", "#dialog", "button", "Close", (960, 170, 40, 40), _HIDDEN),
    ("#list", "#main", "ul", "", (120, 1200, 400, 300), {}),
    ("#item", "#list", "li", "Ninth item", (120, 1700, 400, 40), {"scroller": "#list"}),
    ("#picture", "#main", "img", "Tent", (600, 1200, 500, 500), {}),
]
_SHOWN = {
    "default": (),
    "tab-b": ("#panel-2", "#review"),
    "faq-c": ("#answer", "#policy"),
    "dialog-d": ("#dialog", "#close"),
}
_GONE = {"tab-b": ("#panel-1", "#buy")}
_TRIGGERS = {"tab-b": "#tab-2", "faq-c": "#faq", "dialog-d": "#sizes"}
_KINDS = {"default": "default", "tab-b": "tab", "faq-c": "accordion", "dialog-d": "dialog"}
SETTINGS: dict[str, dict[str, str]] = {
    "default": {"k-tab-1": "on"},
    "tab-b": {"k-tab-2": "on"},
    "faq-c": {"k-tab-1": "on", "k-faq": "on"},
    "dialog-d": {"k-tab-1": "on", "k-dialog": "on"},
}


@cache
def outline_of(state: str, viewport: Viewport = DESKTOP) -> Outline:
    """The elements of the home page in a state. On the phone all is in one column."""
    shown, gone = _SHOWN[state], _GONE.get(state, ())
    places = {row[0]: index for index, row in enumerate(_DESKTOP)}
    elements = []
    for index, (selector, parent, tag, name, box, more) in enumerate(_DESKTOP):
        extra = dict(more)
        hidden = (extra.pop("hidden", False) and selector not in shown) or selector in gone
        scroller = places[extra.pop("scroller")] if "scroller" in extra else -1
        elements.append(
            Element(
                index=index, parent=places.get(parent, -1), tag=tag, nth=1, selector=selector, id=selector.lstrip("#"),
                name=name, name_hash=digest(name), text_hash=digest(name), box=_fitted(box, viewport, index),
                visible=not hidden, scroller=scroller, order=index, **extra,
            )
        )  # fmt: skip
    visible = {element.selector for element in elements if element.visible}
    height = 2400 if viewport is DESKTOP else 6000
    return Outline(viewport.width, height, tuple(elements), sketch_of(visible))


def outline_json(outline: Outline) -> str:
    """The outline as the page model writes it."""
    names = {value: key for key, value in KEYS.items()}
    elements = [{names.get(key, key): value for key, value in asdict(one).items()} for one in outline.elements]
    page = {"width": outline.width, "height": outline.height, "sketch": outline.sketch, "switches": []}
    return json.dumps(page | {"elements": elements})


def _fitted(
    box: tuple[float, float, float, float], viewport: Viewport, index: int
) -> tuple[float, float, float, float]:
    if viewport is DESKTOP:
        return box
    x, y, width, height = box
    scale = viewport.width / 1440
    return (round(x * scale, 2), y * 2 + index, round(width * scale, 2), height if height < 2000 else height * 2.4)


def snapshots() -> list[Snapshot]:
    """All states of the home page on desktop and phone; the help page on the desktop by default only."""
    found: list[Snapshot] = []
    for viewport in (DESKTOP, MOBILE):
        for state in _SHOWN:
            found.append(_snapshot(len(found) + 1, "/", HOME, viewport, state))
    found.append(_snapshot(len(found) + 1, "/help", HELP, DESKTOP, "default"))
    return found


def _snapshot(number: int, page: str, url: str, viewport: Viewport, name: str) -> Snapshot:
    outline = outline_of(name, viewport)
    trigger = _TRIGGERS.get(name)
    state = State(
        id=name,
        label=name,
        kind=_KINDS[name],
        recipe=(Action("click", trigger),) if trigger else (),
        parent="default" if trigger else "",
        reveals=tuple(Shown(selector) for selector in _SHOWN[name]),
        settings=SETTINGS[name],
        sketch=outline.sketch,
    )
    return Snapshot(
        number, "before", page, url, page, viewport, "", state, int(outline.width), int(outline.height), "", "", ""
    )


def captured(found: list[Snapshot] | None = None) -> CapturedPages:
    return CapturedPages(
        found or snapshots(), RouteTable(), lambda snapshot: outline_of(snapshot.state.id, snapshot.viewport)
    )


# Visitors


def target_of(selector: str, state: str = "default", viewport: Viewport = DESKTOP, **more: Any) -> Target:
    """What a recorder says of an element of the home page."""
    element = outline_of(state, viewport).by_selector[selector]
    names = ("tag", "id", "role", "href", "landmark", "name_hash", "text_hash", "position", "interactive", "box")
    values = {name: getattr(element, name) for name in names}
    return replace(Target(key=selector, selector=selector, **values), **more)


def seen(state: str, settings: Mapping[str, str] | None = None) -> SeenState:
    return SeenState(SETTINGS[state] if settings is None else settings, outline_of(state).sketch)


_DONE = ("mutation",)


class Visitor:
    """Makes the events of one session, a second apart unless told otherwise."""

    def __init__(self, name: str = "s1", viewport: Viewport = DESKTOP, **more: Any) -> None:
        self.name, self.viewport, self.more = name, viewport, more
        self.events: list[Event] = []
        self.time_ms = 1_000_000.0
        self.state: SeenState | None = None
        self.url = HOME
        self.document = "d1"

    def add(self, kind: str, *, after_ms: float = 1000, **more: Any) -> Visitor:
        self.time_ms += after_ms
        values: dict[str, Any] = {"state": self.state, "url": self.url, "document": self.document} | more
        size = values.pop("viewport", (self.viewport.width, self.viewport.height))
        self.events.append(
            Event(
                id=f"{self.name}/{len(self.events)}", session=self.name, type=kind, time_ms=self.time_ms,
                viewport=size, **values,
            )
        )  # fmt: skip
        return self

    def view(self, url: str = HOME, **more: Any) -> Visitor:
        self.url = url
        return self.add("view", x=0.0, y=0.0, **more)

    def click(
        self,
        selector: str,
        state: str = "default",
        u: float = 0.5,
        v: float = 0.5,
        effects: Any = ("mutation",),
        **more: Any,
    ) -> Visitor:
        target = target_of(selector, state, self.viewport)
        x, y, width, height = target.box
        data = {"pointer": "mouse", "trusted": True, "effects": list(effects), "effect_ms": 20 if effects else None}
        values = {"target": target, "x": x + u * width, "y": y + v * height, "u": u, "v": v, "data": data} | more
        return self.add("tap" if self.viewport.touch else "click", **values)

    def session(self) -> Session:
        values = {"variant": "", "source": "recorder", "language": "en"} | self.more
        return Session(
            id=self.name, site="default", started_ms=1_000_000.0, viewport=(self.viewport.width, self.viewport.height),
            dpr=1, touch=self.viewport.touch, events=tuple(self.events), **values,
        )  # fmt: skip
