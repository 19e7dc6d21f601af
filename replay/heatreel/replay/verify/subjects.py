"""Which elements verify looks at: what a person may expect to act, and what they did act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.replay.matching.words import clean_name, fold_digits
from heatreel.replay.verify.views import ancestors, subtree_ends

Bools = NDArray[np.bool_]

_TAGS = frozenset({"a", "button", "input", "select", "textarea", "summary", "label", "area", "option"})
_ROLES = re.compile(r"^(button|link|tab|menuitem.*|radio|switch|option|treeitem|.*box|slider|spinbutton)$")
FIELDS = frozenset({"input", "select", "textarea"})
_BUTTONS = frozenset({"submit", "button", "image", "reset"})
_KINDS = {
    "a": "link",
    "summary": "disclosure",
    "img": "picture",
    "textbox": "field",
    "searchbox": "field",
    "combobox": "list",
    "select": "list",
    "textarea": "field",
    "p": "text",
    "listitem": "list item",
    "contentinfo": "footer",
    "banner": "header",
    "complementary": "aside",
}
# What holds this share of the first window's area, or others that act, is a surface, not a thing to hit.
SURFACE_SHARE = 0.25


@dataclass(frozen=True)
class Subjects:
    """The elements of an outline that a person may act on.

    `acting` marks what is seen, acts, and is no mere surface around other such things.
    """

    outline: Outline
    window: tuple[int, int]

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        return subtree_ends(self.outline)

    @cached_property
    def acting(self) -> Bools:
        elements = self.outline.elements
        found = np.array([element.visible and element.interactive for element in elements], dtype=bool)
        for index in np.flatnonzero(found).tolist():
            surface = not told_to_act(elements[index]) and self._is_surface(index, found)
            if surface or (elements[index].tag not in _TAGS and self._is_shell(index)):
                found[index] = False
        return found

    def _is_shell(self, index: int) -> bool:
        """Whether an element is there around a link or button of its own name, as the header of an accordion is."""
        inside = self.outline.elements[index + 1 : int(self.ends[index])]
        name = plain_name(self.outline.elements[index])
        return any(one.visible and one.tag in _TAGS and name and plain_name(one) == name for one in inside)

    def _is_surface(self, index: int, acting: Bools) -> bool:
        _, _, width, height = self.outline.elements[index].box
        large = width * height >= SURFACE_SHARE * self.window[0] * self.window[1]
        return large or bool(acting[index + 1 : self.ends[index]].any())

    def owner(self, index: int) -> int:
        """What acts when an element is hit: itself or the nearest around it that acts, -1 when none does."""
        for place in (index, *ancestors(self.outline, index)):
            if self.acting[place]:
                return place
        return -1


def told_to_act(element: Element) -> bool:
    """Whether an element acts by its tag or role, not only by a listener or the cursor."""
    return element.tag in _TAGS or bool(_ROLES.match(element.role))


def is_primary(element: Element) -> bool:
    """Whether an element looks like what its page is for: a button, or a link dressed as one, in the main part."""
    button = element.tag == "button" or element.type in _BUTTONS or element.role == "button"
    dressed = any("btn" in token or "button" in token or "cta" in token for token in element.classes)
    return (button or dressed) and element.landmark not in ("contentinfo", "navigation", "banner")


def called(element: Element) -> str:
    """What a person calls an element."""
    return element.name or element.label or element.text


def plain_name(element: Element) -> str:
    """The name for comparison: without case, ornaments and numbers."""
    return fold_digits(clean_name(element.name) or clean_name(element.label) or clean_name(element.text))


def is_label_of(outline: Outline, index: int, field: Element) -> bool:
    """Whether an element is the label of a field, or in it: a click on it goes to the field."""
    if field.tag not in FIELDS:
        return False
    names = {plain_name(field), fold_digits(clean_name(field.label))} - {""}
    around = (outline.elements[place] for place in (index, *ancestors(outline, index)))
    return any(one.tag == "label" and plain_name(one) in names for one in around)


def kind_word(element: Element) -> str:
    """What a person would say an element is."""
    if element.tag == "input" and not element.role:
        return "button" if element.type in _BUTTONS else "field"
    word = element.role or element.tag
    return _KINDS.get(word, word)


def title(outline: Outline, index: int) -> str:
    """What a person calls an element, or the first thing named inside it."""
    own = called(outline.elements[index])
    if own:
        return own
    inside = list(_inside(outline, index))
    heading = next((element.name for element in inside if element.role == "heading" and element.name), "")
    return heading or next((called(element) for element in inside if called(element) and element.visible), "")


def _inside(outline: Outline, index: int) -> Iterator[Element]:
    """The descendants of an element: in document order they follow it, up to the first whose parent lies before."""
    for element in outline.elements[index + 1 :]:
        if element.parent < index:
            return
        yield element
