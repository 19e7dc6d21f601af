"""Ranked elements of a snapshot: what was clicked, how often, by how many, and what went wrong there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Element, Outline
from heatreel.core.hits import SIGNALS, Hits

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RankedElement:
    """Clicks (and taps) on one element of a snapshot.

    `click_share` is its share of the clicks on the snapshot, `visit_share` the share of the page's visits in which it
    was clicked; both 0 to 1. The others are counts of clicks, but for `visits` and `sessions`. What was sampled counts
    for as many as it stands for.
    """

    index: int
    selector: str
    label: str
    role: str
    interactive: bool
    box: tuple[float, float, float, float]
    clicks: int
    click_share: float
    visits: int
    visit_share: float
    sessions: int
    first: int
    last: int
    dead: int
    rage: int
    error: int
    quick_back: int
    hesitation: int
    thrashing: int
    near_miss: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def rank_elements(hits: Hits, outline: Outline, visits: int, roll_up: bool = True) -> list[RankedElement]:
    """The clicked elements of a snapshot, most clicks first (ties in page order).

    `visits` is the number of visits of the page, see `count_visits`. With `roll_up` a click on a picture or a word
    inside a link counts for the link.
    """
    clicks = hits.of_type("click", "tap")
    clicks = clicks.where(clicks.element >= 0)
    element = clicks.element.astype(np.int64)
    if roll_up and len(element):
        element = acting_elements(outline)[element]
    size = len(outline.elements)
    counts = _whole(np.bincount(element, clicks.weight, size))
    of_visits = _distinct(element, clicks.visit, clicks.weight, size)
    of_sessions = _distinct(element, clicks.session, clicks.weight, size)
    signals = {name: _with(element, clicks, name, size) for name in SIGNALS}
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda index: (-int(counts[index]), index))
    total = int(counts.sum())
    return [
        RankedElement(
            index=index,
            selector=outline.elements[index].selector,
            label=label_of(outline.elements[index]),
            role=outline.elements[index].role,
            interactive=outline.elements[index].interactive,
            box=outline.elements[index].box,
            clicks=int(counts[index]),
            click_share=int(counts[index]) / total,
            visits=int(of_visits[index]),
            # The page's visits can be fewer than those seen here when hits were filtered by type.
            visit_share=int(of_visits[index]) / max(visits, int(of_visits[index])),
            sessions=int(of_sessions[index]),
            **{name: int(count[index]) for name, count in signals.items()},
        )
        for index in order
    ]


def count_visits(hits: Iterable[Hits]) -> int:
    """The visits of a page at a viewport: give the hits of all its states.

    Every visit with any hit counts. A recorder sends a `view` for each, an imported source may not.
    """
    return _count(hits, "visit")


def count_sessions(hits: Iterable[Hits]) -> int:
    """The sessions that have any of these hits."""
    return _count(hits, "session")


def _count(hits: Iterable[Hits], owner: str) -> int:
    """How many different owners there are, each counted for as many as it stands for."""
    some = list(hits)
    owners = np.concatenate([np.zeros(0, np.int32), *(getattr(one, owner) for one in some)])
    weights = np.concatenate([np.zeros(0, np.float32), *(one.weight for one in some)])
    return round(float(weights[np.unique(owners, return_index=True)[1]].sum(dtype=np.float64)))


def label_of(element: Element) -> str:
    """What a person would call an element: its name, else the best there is."""
    for text in (element.name, element.label, element.text):
        if text:
            return text
    for attribute in (element.testid, element.id, element.field, element.src):
        if attribute:
            return f"{element.tag} {attribute}"
    return element.tag + "".join(f".{token}" for token in element.classes[:2])


def acting_elements(outline: Outline) -> Ints:
    """For each element the nearest one around it (or itself) that acts; itself when none does."""
    found = np.arange(len(outline.elements), dtype=np.int64)
    acts = np.zeros(len(outline.elements), dtype=bool)
    # In document order a parent comes before its children.
    for element in outline.elements:
        above = element.parent
        if not element.interactive and above >= 0 and acts[above]:
            found[element.index] = found[above]
            acts[element.index] = True
        acts[element.index] |= element.interactive
    return found


def _whole(weights: NDArray[Any]) -> Ints:
    found: Ints = np.rint(weights).astype(np.int64)
    return found


def _distinct(element: Ints, owner: NDArray[np.int32], weight: NDArray[np.float32], size: int) -> Ints:
    """How many different owners each element has, each counted for as many as it stands for."""
    owners = int(owner.max(initial=0)) + 1
    pairs, first = np.unique(element * owners + owner, return_index=True)
    return _whole(np.bincount(pairs // owners, weight[first], size))


def _with(element: Ints, clicks: Hits, signal: str, size: int) -> Ints:
    carried = (clicks.signals & (1 << SIGNALS.index(signal))) != 0
    return _whole(np.bincount(element[carried], clicks.weight[carried], size))
