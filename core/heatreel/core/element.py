"""Elements of a snapshot: what the page model's `outline` says, as Python records."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Element:
    """One node of a snapshot, in document order through open shadow roots and same-origin frames.

    `box` is x, y, width, height in page CSS px. The keys are those of `ElementRecord` in
    `capture/page/src/types.ts`, in snake case; see there for what each means.
    """

    index: int
    parent: int
    tag: str
    nth: int
    hop: str = ""
    selector: str = ""
    id: str = ""
    testid: str = ""
    type: str = ""
    field: str = ""
    role: str = ""
    name: str = ""
    text: str = ""
    label: str = ""
    href: str = ""
    src: str = ""
    classes: tuple[str, ...] = ()
    landmark: str = ""
    group_index: int = 0
    group_size: int = 1
    near: tuple[str, ...] = ()
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    visible: bool = False
    interactive: bool = False
    disabled: bool = False
    position: str = ""
    scroller: int = -1
    order: int = 0
    through: bool = False
    nowhere: bool = False
    name_hash: str = ""
    name_sketch: str = ""
    text_hash: str = ""
    near_hashes: tuple[str, ...] = ()
    ink: str = ""
    ground: str = ""
    px: float = 0.0
    bold: bool = False


_KEYS = {
    "groupIndex": "group_index",
    "groupSize": "group_size",
    "nameHash": "name_hash",
    "nameSketch": "name_sketch",
    "textHash": "text_hash",
    "nearHashes": "near_hashes",
}
_TUPLES = frozenset({"classes", "near", "box", "near_hashes"})


def _element(record: dict[str, Any]) -> Element:
    values: dict[str, Any] = {}
    for key, value in record.items():
        name = _KEYS.get(key, key)
        values[name] = tuple(value) if name in _TUPLES else value
    return Element(**values)


@dataclass(frozen=True)
class Outline:
    """All elements of one snapshot with the size of the page, as `outline(document)` gives them."""

    width: float
    height: float
    elements: tuple[Element, ...]
    sketch: str = ""
    switches: tuple[dict[str, Any], ...] = field(default_factory=tuple)

    @classmethod
    def from_json(cls, text: str | bytes) -> Outline:
        """The outline in the JSON text of the page model; raises `ValueError` or `TypeError` on other text."""
        raw = json.loads(text)
        return cls(
            width=raw["width"],
            height=raw["height"],
            elements=tuple(_element(record) for record in raw["elements"]),
            sketch=raw.get("sketch", ""),
            switches=tuple(raw.get("switches", ())),
        )

    @cached_property
    def by_selector(self) -> dict[str, Element]:
        """Each element by its unique selector."""
        return {element.selector: element for element in self.elements}

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """Boxes as an array of shape (n, 4): x, y, width, height in page CSS px."""
        return np.array([element.box for element in self.elements], dtype=np.float64).reshape(-1, 4)

    @cached_property
    def clips(self) -> NDArray[np.float64]:
        """Where each element can show in the picture: left, top, right, bottom in page CSS px, shape (n, 4).

        What is in inner scrollers shows inside of them only, as they are at scroll 0; all else anywhere (infinite).
        """
        clips = np.tile([-np.inf, -np.inf, np.inf, np.inf], (len(self.elements), 1))
        # A scroller is around its elements, so it comes before them.
        for element in self.elements:
            if 0 <= element.scroller < element.index:
                left, top, width, height = self.elements[element.scroller].box
                around = clips[element.scroller]
                clips[element.index, :2] = np.maximum(around[:2], (left, top))
                clips[element.index, 2:] = np.minimum(around[2:], (left + width, top + height))
        return clips

    def path(self, index: int) -> str:
        """The CSS path of an element: `body > main:nth-of-type(1) > ...`, chained by ` >>> ` into roots and frames."""
        steps: list[str] = []
        while index >= 0:
            element = self.elements[index]
            plain = element.tag in ("body", "html") and not element.hop
            tag = re.sub(r"[^\w-]", r"\\\g<0>", element.tag)
            steps.append(tag if plain else f"{tag}:nth-of-type({element.nth})")
            steps.append(" >>> " if element.hop else " > ")
            index = element.parent
        return "".join(reversed(steps[:-1]))
