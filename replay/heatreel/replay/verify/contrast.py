"""Contrast of text to what lies behind it, after WCAG 2.2 (1.4.3, minimum contrast)."""

from __future__ import annotations

from heatreel.core.element import Element, Outline

ENOUGH, ENOUGH_LARGE = 4.5, 3.0
LARGE_PX, LARGE_BOLD_PX = 24.0, 18.66
"""Text is large from 18 pt on, or from 14 pt when it is bold; 1 pt is 4/3 CSS px."""


LESS = 0.8
"""A ratio that is still this share of what it was is a shade of the same."""


def contrast(element: Element) -> float | None:
    """The ratio of an element's own text to its ground, 1 to 21; None where either colour is not known."""
    if not (element.ink and element.ground):
        return None
    light, dark = sorted((_luminance(element.ink), _luminance(element.ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def enough(element: Element) -> float:
    """The ratio that the text of an element needs by its size."""
    large = element.px >= LARGE_PX or (element.bold and element.px >= LARGE_BOLD_PX)
    return ENOUGH_LARGE if large else ENOUGH


def worst(outline: Outline, start: int, end: int) -> tuple[float, float] | None:
    """The ratio of the text, of those of the elements from `start` to `end`, that comes shortest of what it needs, with
    that; None when no colours are known."""
    known = [
        (ratio, enough(element))
        for element in outline.elements[start:end]
        if element.visible and (ratio := contrast(element)) is not None
    ]
    return min(known, key=lambda one: one[0] / one[1], default=None)


def fainter(was: tuple[float, float] | None, now: tuple[float, float] | None) -> bool:
    """Whether text had enough contrast and has not any more, by more than an eye passes over."""
    if was is None or now is None:
        return False
    return now[0] < now[1] and was[0] >= was[1] and now[0] <= LESS * was[0]


def _luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, definition)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
