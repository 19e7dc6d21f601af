"""Finds what a plan points at on a snapshot: the few CSS selectors that plans use, asked of an outline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from heatreel.core.element import Element, Outline

_PART = re.compile(
    r"(?P<tag>^[a-z][\w-]*)|#(?P<id>[\w-]+)|\.(?P<cls>[\w-]+)|\[role=(?P<role>\w+)\]"
    r"|:(?P<what>[\w-]+)(?:\((?P<n>\d+)\))?"
)
_STEPS = re.compile(r"\s*(>>>|>)\s*|\s+")


@dataclass(frozen=True, slots=True)
class _Compound:
    """One step of a selector: what an element must be, and how the next one is found in it (`>`, ` `, `>>>`)."""

    text: str
    glue: str


@cache
def _steps(selector: str) -> tuple[_Compound, ...]:
    found, start = [], 0
    for glue in _STEPS.finditer(selector):
        found.append(_Compound(selector[start : glue.start()], glue[1] or " "))
        start = glue.end()
    return (*found, _Compound(selector[start:], ""))


def look_up(outline: Outline, selector: str, shown: bool = True) -> Element | None:
    """The first element of an outline (a visible one, with `shown`) that a selector fits."""
    return next(_fitting(outline, selector, shown), None)


def names(outline: Outline, element: Element, selector: str) -> bool:
    """Whether a selector fits an element."""
    steps = _steps(selector)
    return _fits(outline, element, steps, len(steps) - 1)


def _fitting(outline: Outline, selector: str, shown: bool) -> Iterator[Element]:
    steps = _steps(selector)
    for element in outline.elements:
        if (element.visible or not shown) and _fits(outline, element, steps, len(steps) - 1):
            yield element


def _fits(outline: Outline, element: Element, steps: tuple[_Compound, ...], at: int) -> bool:
    if not _is(element, steps[at].text):
        return False
    if at == 0:
        return True
    glue = steps[at - 1].glue
    return any(_fits(outline, above, steps, at - 1) for above in _above(outline, element, glue))


def _above(outline: Outline, element: Element, glue: str) -> Iterator[Element]:
    """The elements that a step's glue allows the step before to be: parent, any around it, or the host of its root."""
    crossed = bool(element.hop)
    above = element.parent
    while above >= 0:
        one = outline.elements[above]
        if glue == ">>>":
            if crossed:
                yield one
                return
        elif crossed:
            return
        else:
            yield one
            if glue == ">":
                return
        crossed = bool(one.hop)
        above = one.parent


def _is(element: Element, compound: str) -> bool:
    for part in _PART.finditer(compound):
        if part["tag"] and part["tag"] != element.tag:
            return False
        if part["id"] and part["id"] != element.id:
            return False
        if part["cls"] and part["cls"] not in element.classes:
            return False
        if part["role"] and part["role"] != element.role:
            return False
        if part["what"] == "nth-of-type" and int(part["n"]) != element.nth:
            return False
        if part["what"] == "first-child" and not _is_first(element):
            return False
    return True


def _is_first(element: Element) -> bool:
    # A parent comes right before its first child.
    return element.parent == element.index - 1
