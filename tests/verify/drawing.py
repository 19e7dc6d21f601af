"""Small pages drawn by hand: outlines with boxes, captures with states, hits at points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatreel.core.element import Element, Outline
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.core.state import DEFAULT, Action, Shown, Skipped, Snapshot, State
from heatreel.core.viewport import Viewport
from heatreel.replay.verify import Captured

DESKTOP = Viewport("desktop", 1000, 800)
MOBILE = Viewport("mobile", 390, 800, touch=True)

Box = tuple[float, float, float, float]


@dataclass
class Page:
    """An outline in the making. `add` takes the place of the parent and gives that of the new element."""

    height: float = 2000
    width: float = 1000
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add("body", (0, 0, self.width, self.height), parent=-1)

    def add(self, tag: str, box: Box, name: str = "", parent: int = 0, **values: Any) -> int:
        index = len(self.elements)
        nth = 1 + sum(one.parent == parent and one.tag == tag for one in self.elements)
        above = self.elements[parent].selector + " > " if parent >= 0 else ""
        acts = tag in ("a", "button", "input", "summary", "select", "textarea")
        own = f"{tag}:nth-of-type({nth})" if parent >= 0 else tag
        facts = {
            "selector": above + own,
            "text": name if tag not in ("input", "img") else "",
            "role": {"a": "link", "button": "button", "h2": "heading", "input": "textbox"}.get(tag, ""),
            "visible": box[2] * box[3] > 0,
            "interactive": acts,
            "order": index,
        }
        self.elements.append(Element(index, parent, tag, nth, name=name, box=box, **{**facts, **values}))
        return index

    def done(self) -> Outline:
        return Outline(self.width, self.height, tuple(self.elements))


def state(id: str = DEFAULT, trigger: str = "", label: str = "", shows: Sequence[str] = (), parent: str = "") -> State:
    """A state; `trigger` is the selector that is clicked for it, `shows` are the texts that it reveals."""
    kind = id.split("-")[0]
    above = () if not trigger else (Action("click", trigger),)
    recipe = above if parent in ("", DEFAULT) else (Action("click", "body"), *above)
    reveals = tuple(Shown("", text) for text in shows)
    return State(id, label or id, kind, recipe, parent or (DEFAULT if trigger else ""), reveals)


def capture(
    *sights: tuple[State, Outline],
    page: str = "/",
    viewport: Viewport = DESKTOP,
    hits: dict[str, Hits] | None = None,
    skipped: Sequence[Skipped] = (),
) -> Captured:
    """A capture of one page: each state with its outline; `hits` by the id of the state."""
    snapshots = [
        Snapshot(number, "x", page, page, "", viewport, "", one, int(outline.width), int(outline.height), "", "", "")
        for number, (one, outline) in enumerate(sights)
    ]
    outlines = [outline for _, outline in sights]
    found = None if hits is None else (lambda snapshot: hits.get(snapshot.state.id, Hits.empty()))
    return Captured(snapshots, lambda snapshot: outlines[snapshot.id], found, skipped)


def joined(*captures: Captured) -> Captured:
    """Several captures, of other pages or viewports, as one."""
    snapshots: list[Snapshot] = []
    source: dict[int, tuple[Captured, Snapshot]] = {}
    for one in captures:
        for snapshot in one.snapshots:
            values = {name: getattr(snapshot, name) for name in Snapshot.__dataclass_fields__}
            number = len(snapshots)
            snapshots.append(Snapshot(**{**values, "id": number}))
            source[number] = (one, snapshot)
    heated = any(one.hits for one in captures)

    def hits(snapshot: Snapshot) -> Hits:
        home, original = source[snapshot.id]
        return home.hits(original) if home.hits else Hits.empty()

    def outline(snapshot: Snapshot) -> Outline:
        home, original = source[snapshot.id]
        return home.outline(original)

    return Captured(snapshots, outline, hits if heated else None)


def clicks(outline: Outline, *spots: tuple[int, int], u: float = 0.5, v: float = 0.5, dead: bool = False) -> Hits:
    """For each (element, count) so many clicks at a share of its box, each in a visit of its own."""
    elements = np.repeat([index for index, _ in spots], [count for _, count in spots]).astype(np.int32)
    boxes = outline.boxes[elements]
    number = len(elements)
    return Hits(
        event=np.array([f"e{at}" for at in range(number)], dtype=np.str_),
        session=np.arange(number, dtype=np.int32),
        visit=np.arange(number, dtype=np.int32),
        type=np.full(number, TYPES.index("click"), dtype=np.uint8),
        signals=np.full(number, 1 << SIGNALS.index("dead") if dead else 0, dtype=np.uint16),
        x=(boxes[:, 0] + u * boxes[:, 2]).astype(np.float32),
        y=(boxes[:, 1] + v * boxes[:, 3]).astype(np.float32),
        element=elements,
        confidence=np.ones(number, dtype=np.float32),
        time_ms=np.arange(number, dtype=np.float64),
    )


def scrolls(*depths: float) -> Hits:
    """One visit for each depth, in page px, that it had on screen."""
    number = len(depths)
    return Hits(
        event=np.array([f"s{at}" for at in range(number)], dtype=np.str_),
        session=np.arange(number, dtype=np.int32),
        visit=np.arange(number, dtype=np.int32),
        type=np.full(number, TYPES.index("scroll"), dtype=np.uint8),
        signals=np.zeros(number, dtype=np.uint16),
        x=np.zeros(number, dtype=np.float32),
        y=np.array(depths, dtype=np.float32),
        element=np.full(number, -1, dtype=np.int32),
        confidence=np.ones(number, dtype=np.float32),
        time_ms=np.zeros(number, dtype=np.float64),
    )


def together(*some: Hits) -> Hits:
    """Hits of several kinds as one."""
    names = Hits.__dataclass_fields__
    return Hits(**{name: np.concatenate([getattr(one, name) for one in some]) for name in names})
