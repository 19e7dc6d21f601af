"""States of a page, the recipes that lead to them, and the snapshots kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatreel.core.viewport import Viewport

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a recipe.

    `action` is click, hover, press, type, select, scroll, wait (until the selector is there) or route; `value` is the
    key, the text, the option or the URL.
    """

    action: str
    selector: str
    value: str = ""

    def as_json(self) -> dict[str, str]:
        record = {"action": self.action, "selector": self.selector}
        return record | {"value": self.value} if self.value else record

    @classmethod
    def from_json(cls, record: Mapping[str, str]) -> Action:
        return cls(record["action"], record["selector"], record.get("value", ""))


@dataclass(frozen=True, slots=True)
class Shown:
    """An element that a state reveals or hides, against the state it was reached from."""

    selector: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A page with its switches set one certain way.

    `id` is stable over captures as long as what the state reveals stays the same; `default` is the id of the
    default state. `parent` is the id of the state the last action was done in. `settings` holds the switches
    by their keyed hash. `settled` names the condition that ended the wait and what was missing.
    """

    id: str
    label: str
    kind: str
    recipe: tuple[Action, ...] = ()
    parent: str = ""
    reveals: tuple[Shown, ...] = ()
    hides: tuple[Shown, ...] = ()
    settings: Mapping[str, str] | None = None
    sketch: str = ""
    settled: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was kept of one state: `picture`, `dom` and `outline` name blobs; sizes are CSS px.

    The picture has `viewport.dpr` device px for each CSS px. `page` is the route pattern, or the path of the
    URL when no route holds it.
    """

    id: int
    capture: str
    page: str
    url: str
    title: str
    viewport: Viewport
    variant: str
    state: State
    width: int
    height: int
    picture: str
    dom: str
    outline: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that the capture did not try or could not do, and why."""

    page: str
    viewport: str
    selector: str
    reason: str
