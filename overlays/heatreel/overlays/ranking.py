"""Elements of a snapshot by what people did to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.hits import SIGNALS, Hits


@dataclass(frozen=True, slots=True)
class Row:
    """One element's numbers on one snapshot.

    `share` is its part of the snapshot's clicks, `visit_share` the part of the visits that clicked it at
    least once, both 0 to 1. Clicks are clicks and taps.
    """

    element: int
    clicks: int
    share: float
    visits: int
    visit_share: float
    sessions: int
    dead: int
    rage: int
    error: int
    first: int
    last: int


def rank(hits: Hits, outline: Outline) -> list[Row]:
    """A row for each clicked element, most clicks first; equal ones in document order.

    The clicks of all rows add up to the clicks on elements; `visit_share` is of all visits with any hit on the
    snapshot.
    """
    acts = hits.of_type("click", "tap")
    acts = acts.where((acts.element >= 0) & (acts.element < len(outline.elements)))
    count = len(outline.elements)
    clicks = np.bincount(acts.element, minlength=count)
    signals = {name: _with(acts, name, count) for name in SIGNALS}
    visits = _distinct(acts.element, acts.visit, count)
    sessions = _distinct(acts.element, acts.session, count)
    all_visits = max(len(np.unique(hits.visit)), 1)
    hot = np.flatnonzero(clicks)
    return [
        Row(
            element=int(index),
            clicks=int(clicks[index]),
            share=float(clicks[index] / len(acts)),
            visits=int(visits[index]),
            visit_share=float(visits[index] / all_visits),
            sessions=int(sessions[index]),
            **{name: int(values[index]) for name, values in signals.items()},
        )
        for index in hot[np.argsort(-clicks[hot], kind="stable")]
    ]


def _with(acts: Hits, signal: str, count: int) -> NDArray[np.int64]:
    return np.bincount(acts.with_signal(signal).element, minlength=count)


def _distinct(elements: NDArray[np.int32], who: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """How many different `who` each element has."""
    pairs = np.unique(who.astype(np.int64) * count + elements)
    return np.bincount(pairs % max(count, 1), minlength=count)


def name_of(element: Element, outline: Outline) -> str:
    """What a person would call an element: its role and name, not its markup."""
    word = _WORDS.get(element.role) or _WORDS.get(element.tag) or element.role or element.tag
    label = element.name or element.label or element.text or element.field or element.testid or element.id
    if not label and element.src:
        label = element.src
    if not label:
        label = _borrowed(element, outline.elements)
    return f"{word} “{label}”" if label else f"{word} {element.selector}"


def _borrowed(element: Element, elements: Sequence[Element]) -> str:
    """The name of the nearest named thing around an element that has none itself."""
    parent = element.parent
    while parent >= 0:
        if elements[parent].name:
            return f"in {elements[parent].name}"
        parent = elements[parent].parent
    return element.near[0] if element.near else ""


_WORDS = {
    "a": "Link", "link": "Link", "button": "Button", "summary": "Summary", "tab": "Tab", "img": "Picture",
    "image": "Picture", "svg": "Icon", "input": "Field", "textbox": "Field", "searchbox": "Search field",
    "checkbox": "Checkbox", "radio": "Option", "combobox": "List", "select": "List", "menuitem": "Menu item",
    "heading": "Heading", "h1": "Heading", "h2": "Heading", "h3": "Heading", "h4": "Heading", "p": "Text",
    "span": "Text", "li": "List item", "listitem": "List item", "label": "Label", "navigation": "Navigation",
    "banner": "Header", "main": "Main area", "contentinfo": "Footer", "dialog": "Dialog", "form": "Form",
    "div": "Area", "section": "Section", "article": "Article", "body": "Page", "html": "Page", "td": "Cell",
    "footer": "Footer", "header": "Header", "nav": "Navigation", "switch": "Switch", "slider": "Slider",
    "iframe": "Frame", "video": "Video", "canvas": "Canvas", "figure": "Figure", "strong": "Text", "em": "Text",
}  # fmt: skip
