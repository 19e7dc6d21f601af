"""What an action changed in what is seen, and whether that is a state."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Root:
    """The outermost element of something that appeared or went. Lengths are page CSS px.

    `top`, `left`: where what is seen of it begins. `line`: its first line. `held`: the trigger lies in it.
    `days`: how many days of a month it shows.
    """

    selector: str
    text: str
    tag: str = ""
    role: str = ""
    heading: str = ""
    dialog: str = ""
    is_dialog: bool = False
    overlay: str = ""
    classes: str = ""
    id: str = ""
    links: int = 0
    slide: str = ""
    carousel: str = ""
    label: str = ""
    line: str = ""
    held: bool = False
    days: int = 0
    left: int = 0
    top: int = 0
    x: int = 0
    y: int = 0
    w: int = 0
    h: int = 0


def _root(record: dict[str, Any]) -> Root:
    content = record.pop("content")
    return Root(**record, left=content["x"], top=content["y"])


@dataclass(frozen=True, slots=True)
class Change:
    """The answer of a probe; the keys are those of `compare` in `inpage/compare.js`."""

    did: bool = False
    ended: str = ""
    from_url: str = ""
    url: str = ""
    storage: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    added: int = 0
    removed: int = 0
    own: int = 0
    solid: int = 0
    added_texts: tuple[str, ...] = ()
    removed_texts: tuple[str, ...] = ()
    new_texts: tuple[str, ...] = ()
    added_area: int = 0
    removed_area: int = 0
    roots: tuple[Root, ...] = ()
    left: tuple[Root, ...] = ()
    reordered: int = 0
    both: int = 0
    moved: int = 0
    recolored: int = 0
    scaled: int = 0
    backdrop: bool = False
    leaves: int = 0
    height: int = 0
    digest: str = ""
    same: bool = True
    trigger_expanded: str = ""
    images: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Change:
        known = {item.name for item in fields(cls)}
        values = {key: value for key, value in record.items() if key in known}
        for key in ("roots", "left"):
            values[key] = tuple(_root(root) for root in values.get(key, ()))
        values["notes"] = tuple((what, detail) for what, detail in values.get("notes", ()))
        for key in ("added_texts", "removed_texts", "new_texts", "images"):
            values[key] = tuple(values.get(key, ()))
        return cls(**values)

    @property
    def moved_on(self) -> bool:
        """Whether the URL is another one; an empty fragment is none."""
        return self.url.rstrip("#") != self.from_url.rstrip("#")

    @property
    def repainted(self) -> bool:
        """Whether the page took other colours: most of its leaves, or what it is painted on with some of them."""
        return self.both >= 5 and (self.recolored >= 0.5 * self.both or (self.backdrop and self.recolored >= 3))

    @property
    def rearranged(self) -> bool:
        """Whether a good part of the page lies elsewhere across, in another order, or is set in another size."""
        scaled = self.scaled >= max(3, 0.25 * self.both)
        return scaled or self.moved >= max(4, 0.2 * self.both) or self.reordered >= 2

    @property
    def visible(self) -> bool:
        """Whether a person sees another page than before."""
        return self.solid > 0 or self.repainted or self.rearranged

    def noted(self, what: str) -> str:
        """The detail of the first note of that kind, or ""."""
        return next((detail or what for kind, detail in self.notes if kind == what), "")
