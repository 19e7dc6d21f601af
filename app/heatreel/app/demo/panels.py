"""What can be open in the shop, by name: the driver's own list, which owes nothing to the page model.

A slot is something that a visitor can set; a panel is what one of its values shows. Selectors are those of the
first build and pierce shadow roots and frames with ` >>> `.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CLOSED = ""
"""The value of a slot that shows nothing."""


@dataclass(frozen=True, slots=True)
class Slot:
    """`panels` maps each value to the selector of what it shows; `default` is how a fresh visit finds it."""

    name: str
    panels: Mapping[str, str]
    default: str = CLOSED
    needs: tuple[str, str] | None = None
    """Slot and value without which nothing of this one is shown, as with tabs inside a dialog."""


def _many(name: str, count: int, selector: str) -> list[Slot]:
    """Slots for things of which any number may be open; `{}` in the selector is their number, from 1."""
    return [Slot(f"{name} {at}", {"open": selector.format(at)}) for at in range(1, count + 1)]


EVERYWHERE = [
    Slot("menu", {"gear": "#menu-gear", "care": "#menu-care"}),
    Slot("consent", {"open": ".consent"}, "open"),
    Slot("letter", {"done": ".letter-done"}),
]

MOBILE = [Slot("navigation", {"open": "#navigation"})]
"""In small windows the navigation is folded away behind a button."""

_STORE = "store-finder >>> section:nth-of-type({})"
_FRAME = ".delivery iframe >>> p:nth-of-type({})"

BY_PAGE: dict[str, list[Slot]] = {
    "home": [
        Slot("slide", {str(at): f".slides .slide:nth-of-type({at})" for at in (1, 2, 3)}, "1"),
        Slot("season", {name: f".season-{name}" for name in ("spring", "autumn", "winter")}, "autumn"),
        Slot("store", {str(at): _STORE.format(at) for at in (1, 2, 3)}, "1"),
    ],
    "shop": [],
    "product": [
        Slot("tab", {name: f"#panel-{name}" for name in ("details", "specs", "reviews", "care")}, "details"),
        Slot("guide", {"open": ".guide"}),
        Slot("guide tab", {name: f"#guide-{name}" for name in ("body", "boots", "packs")}, "body", ("guide", "open")),
        Slot("added", {"open": ".added"}),
    ],
    "cart": [],
    "help": [
        Slot("topic", {str(at): f".topics > div:nth-of-type({at})" for at in (1, 2, 3)}, "1"),
        *_many("order", 5, "#returns details:nth-of-type({}) > p"),
        *_many("care", 4, "#care [role=region]:nth-of-type({})"),
        Slot("delivery", {str(at): _FRAME.format(at) for at in (1, 2, 3)}, "1"),
    ],
    "checkout": [Slot("note", {"open": ".note > p"}), Slot("problem", {"open": ".problem"})],
    "thanks": [],
    "missing": [],
}

# Slots that survive a change of page: they live outside the part that the router draws.
LASTING = frozenset({"consent", "letter"})


def slot_of(panel: str) -> str:
    """The slot of a panel's name."""
    return panel.split(":")[0]


def page_name(path: str) -> str:
    """The kind of page that a path of the shop shows."""
    first = path.strip("/").split("/")[0].split("?")[0].split("#")[0]
    if not first:
        return "home"
    return first if first in BY_PAGE else "missing"


def slots_of(page: str, mobile: bool) -> list[Slot]:
    return [*EVERYWHERE, *(MOBILE if mobile else []), *BY_PAGE[page]]


def panels_of(page: str, mobile: bool) -> dict[str, str]:
    """Selector of each panel by its name, `slot: value`."""
    return {
        f"{slot.name}: {value}": selector for slot in slots_of(page, mobile) for value, selector in slot.panels.items()
    }


def usual_panels(page: str, mobile: bool) -> frozenset[str]:
    """Names of the panels that a fresh visit shows."""
    return Bookkeeping(mobile).shown(page)


@dataclass
class Bookkeeping:
    """How a visitor has left the slots, kept from what was done, without looking at the page."""

    mobile: bool
    values: dict[str, str] = field(default_factory=dict)

    def turn_page(self) -> None:
        """Another page is shown: all but the lasting slots are as usual again."""
        self.values = {name: value for name, value in self.values.items() if name in LASTING}

    def put(self, slot: str, value: str) -> None:
        self.values[slot] = value

    def value(self, slot: Slot) -> str:
        return self.values.get(slot.name, slot.default)

    def shown(self, page: str) -> frozenset[str]:
        """Names of the panels that must be on the page now."""
        slots = {slot.name: slot for slot in slots_of(page, self.mobile)}
        names = set()
        for slot in slots.values():
            value = self.value(slot)
            if slot.needs and self.value(slots[slot.needs[0]]) != slot.needs[1]:
                continue
            if value != CLOSED:
                names.add(f"{slot.name}: {value}")
        # A folded navigation hides the menus inside it.
        if self.mobile and "navigation: open" not in names:
            names = {name for name in names if not name.startswith("menu: ")}
        return frozenset(names)

    def as_json(self, page: str) -> dict[str, Any]:
        """The slots that are not as usual, by name."""
        return {slot.name: self.value(slot) for slot in slots_of(page, self.mobile) if self.value(slot) != slot.default}
