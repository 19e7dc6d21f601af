"""What changed of an element that was found again."""

from __future__ import annotations

from dataclasses import dataclass

from heatreel.core.element import Element, Outline
from heatreel.replay.matching.sides import family_of
from heatreel.replay.matching.words import clean_name

# A move of less than this share of the page's width, in either direction, is no move to a visitor.
MOVED = 0.1
# Area left of the old area below which an element shrank.
SHRANK = 0.7
# Smallest comfortable side of something to hit, in CSS px (WCAG 2.2, 2.5.8).
TARGET_PX = 24.0


@dataclass(frozen=True, slots=True)
class Changes:
    """Old to new: `across` of the centre and `down` of the upper edge in page widths, since a container that only
    grew has not moved; `order` in places among all matches, `area` as a ratio.

    `words` names what a person would notice: moved, shrank, too small, below the fold, renamed, retargeted, kind.
    """

    across: float
    down: float
    order: int
    area: float
    words: tuple[str, ...]


def changes(
    before: Outline, after: Outline, one: Element, two: Element, order: int = 0, fold: float | None = None
) -> Changes:
    """What is different in `two`. `fold` is the height of the viewport in CSS px; without it no fold is judged."""
    spot, other = _spot(one, before), _spot(two, after)
    across, down = other[0] - spot[0], other[1] - spot[1]
    area = _ratio(two.box[2] * two.box[3], one.box[2] * one.box[3])
    found = {
        "moved": max(abs(across), abs(down)) >= MOVED,
        "shrank": area < SHRANK,
        "too small": two.interactive and min(two.box[2:]) < TARGET_PX <= min(one.box[2:]),
        "below the fold": fold is not None and one.box[1] < fold <= two.box[1],
        "renamed": _name(one) != _name(two),
        "retargeted": bool(one.href) and one.href != two.href,
        "kind changed": _kind(one) != _kind(two),
    }
    return Changes(across, down, order, area, tuple(word for word, true in found.items() if true))


def _spot(element: Element, outline: Outline) -> tuple[float, float]:
    """Middle of the upper edge in page widths of its own page."""
    x, y, width, _ = element.box
    unit = max(outline.width, 1.0)
    return (x + width / 2) / unit, y / unit


def _ratio(new: float, old: float) -> float:
    return new / old if old > 0 else 1.0


def _name(element: Element) -> str:
    return clean_name(element.name) or clean_name(element.label) or clean_name(element.text)


def _kind(element: Element) -> tuple[str, str]:
    family = family_of(element)
    tag = element.tag if family in ("act", "field") else ""
    return family, tag
