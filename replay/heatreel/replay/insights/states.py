"""Which states are opened, in which order, how long they are seen and what is clicked in them; content nobody opens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from heatreel.core.dwell import IDLE_MS
from heatreel.core.insight import Insight, Where
from heatreel.core.rates import paired
from heatreel.core.state import DEFAULT, State
from heatreel.replay.insights.asking import Question, Tested
from heatreel.replay.insights.exposure import rows_of
from heatreel.replay.insights.material import Bools, Material, Place, is_inside
from heatreel.replay.insights.shares import Share, ms, percent, plural, share

UNUSED = 0.1
"""Content is not opened when surely fewer of the visits that could open it did."""

USED = 0.05
"""The state used most of a group is told when surely more of the visits open it, and more than any other."""

KINDS = ("tab", "accordion", "details", "carousel", "dialog", "menu", "popover", "disclosure", "select", "filter")


@dataclass(frozen=True)
class Opened:
    """How a state of a page was opened, over all its places: `visits`, shape (v,); `could` those of the places that
    have it. `order` is the mean turn among the states that a visit opened, from 1."""

    page: str
    state: State
    group: str
    ordinals: tuple[int, ...]
    could: Bools
    visits: Bools
    rate: Share
    seconds: float
    order: float
    inside: int


def opened_states(material: Material, page: str) -> list[Opened]:
    """The states of a page that something opens, those alone that a click or two lead to."""
    found: dict[str, list[int]] = {}
    for ordinal, snapshot in enumerate(material.snapshots):
        state = snapshot.state
        if snapshot.page == page and state.id != DEFAULT and state.recipe and state.kind in KINDS:
            found.setdefault(f"{state.kind}\n{state.label}", []).append(ordinal)
    first = {key: _first_opened(material, ordinals) for key, ordinals in found.items()}
    turns = _turns(first)
    groups = _groups(material, [ordinals[0] for ordinals in found.values()])
    return [
        _opened(material, page, ordinals, first[key], turns[key], groups[ordinals[0]])
        for key, ordinals in found.items()
    ]


def _first_opened(material: Material, ordinals: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """When each visit opened a state first, infinite where it did not: by a click on what opens it, or a hit in it."""
    table = material.table
    first = np.full(len(material.visits.place), np.inf)
    rows = [np.flatnonzero(np.isin(table.snap, ordinals))]
    for ordinal in ordinals:
        place = material.places[int(material.place_of[ordinal])]
        opener = material.control(place, material.snapshots[ordinal].state.recipe[-1].selector)
        if opener is not None:
            rows.append(rows_of(material, opener))
    every = np.concatenate(rows)
    np.minimum.at(first, table.visit[every], table.time_ms[every])
    return first


def _turns(first: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]) -> dict[str, float]:
    if not first:
        return {}
    times = np.stack(list(first.values()))
    rank = np.argsort(np.argsort(times, axis=0, kind="stable"), axis=0) + 1
    return {
        key: float(rank[at][np.isfinite(times[at])].mean()) if np.isfinite(times[at]).any() else 0.0
        for at, key in enumerate(first)
    }


def _opened(
    material: Material,
    page: str,
    ordinals: list[int],
    first: np.ndarray[tuple[int], np.dtype[np.float64]],
    turn: float,
    group: str,
) -> Opened:
    table, state = material.table, material.snapshots[ordinals[0]].state
    visits = np.isfinite(first)
    could = np.isin(material.visits.place, material.place_of[ordinals])
    rows = np.flatnonzero(np.isin(table.snap, ordinals))
    after = np.minimum(rows + 1, len(table.visit) - 1)
    stays = np.where(table.visit[after] == table.visit[rows], table.time_ms[after] - table.time_ms[rows], 0)
    seconds = float(np.clip(stays, 0, IDLE_MS).sum()) / 1000 / max(1, len(np.unique(table.visit[rows])))
    revealed = {shown.selector for shown in state.reveals}
    inside = sum(
        1
        for number in table.control[rows[material.is_click[rows]]].tolist()
        if number >= 0 and any(is_inside(material.controls[number].selector, one) for one in revealed)
    )
    here = np.flatnonzero(could)
    rate = share(material.visits.weight[here], visits[here])
    return Opened(page, state, group, tuple(ordinals), could, visits & could, rate, seconds, turn, inside)


def _groups(material: Material, ordinals: Sequence[int]) -> dict[int, str]:
    """The group that the opener of each snapshot belongs to: the nearest element that holds another opener too."""
    chains = {ordinal: _chain(material, ordinal) for ordinal in ordinals}
    holds: dict[tuple[str, str], set[str]] = {}
    for ordinal, chain in chains.items():
        state = material.snapshots[ordinal].state
        for above in chain:
            holds.setdefault((state.kind, above), set()).add(state.label)
    found = {}
    for ordinal, chain in chains.items():
        kind = material.snapshots[ordinal].state.kind
        nearest = next((above for above in chain if len(holds[kind, above]) > 1), f"alone {ordinal}")
        found[ordinal] = f"{kind}\n{nearest}"
    return found


def _chain(material: Material, ordinal: int) -> list[str]:
    """Selectors of the elements around what opens a snapshot, the nearest first, up to five."""
    place = material.places[int(material.place_of[ordinal])]
    opener = material.control(place, material.snapshots[ordinal].state.recipe[-1].selector)
    if opener is None:
        return []
    outline, index = material.outlines[opener.ordinal], opener.element.parent
    found: list[str] = []
    while index >= 0 and len(found) < 5:
        found.append(outline.elements[index].selector)
        index = outline.elements[index].parent
    return found


def find_states(question: Question) -> Iterator[Insight]:
    """Content that (nearly) nobody opens."""
    for page in question.material.pages:
        if not question.enough_on("click", page):
            continue
        for one in opened_states(question.material, page):
            if one.rate.interval[1] < UNUSED and one.rate.sample.total >= 30:
                yield _unused(question, one)


def test_states(question: Question) -> Iterator[Tested]:
    """Of each group of states, such as the tabs of a list, the one opened most against the next."""
    for page in question.material.pages:
        if not question.enough_on("click", page):
            continue
        groups: dict[str, list[Opened]] = {}
        for one in opened_states(question.material, page):
            groups.setdefault(one.group, []).append(one)
        for some in groups.values():
            some.sort(key=lambda one: -one.rate.value)
            if len(some) > 1 and some[0].rate.interval[0] > USED:
                yield Tested(_lead(question.material, some[0], some[1]), partial(_used, question, some))


def _lead(material: Material, first: Opened, second: Opened) -> float:
    """The probability that the lead of a state over another is chance: the same visits could open both."""
    both = first.could & second.could
    weight = material.visits.weight[both]
    if not len(weight):
        return 1.0
    # Sampled at different rates, visits count as the effective sample (Kish 1965).
    scale = weight.sum() / (weight**2).sum()
    ahead, behind = (first.visits & ~second.visits)[both], (second.visits & ~first.visits)[both]
    return paired(round(float(weight[ahead].sum() * scale)), round(float(weight[behind].sum() * scale)))


def _place_to_look(question: Question, one: Opened) -> Where:
    material = question.material
    counts = [int(np.count_nonzero(material.table.snap == ordinal)) for ordinal in one.ordinals]
    ordinal = one.ordinals[int(np.argmax(counts))]
    place: Place = material.places[int(material.place_of[ordinal])]
    opener = material.control(place, one.state.recipe[-1].selector)
    parent = next((at for at in place.ordinals if material.snapshots[at].state.id == (one.state.parent or DEFAULT)), 0)
    return material.where(opener, parent) if opener else material.where_place(place)


def _insight(question: Question, one: Opened, rule: str, words: str, detail: str, weight: float) -> Insight:
    return Insight(
        rule=rule,
        severity="info",
        where=_place_to_look(question, one),
        count=one.rate.count,
        n=one.rate.n,
        unit="visits",
        rate=one.rate.value,
        interval=one.rate.interval,
        words=words,
        detail=detail,
        evidence={
            "about": one.state.label,
            "state": one.state.id,
            "kind": one.state.kind,
            "seconds": round(one.seconds, 1),
            "turn": round(one.order, 1),
            "clicks_inside": one.inside,
        },
        segment=(f"page={one.page}", f"state={one.state.id}"),
        sessions=question.material.examples(np.flatnonzero(one.visits)),
        weight=weight,
    )


def _unused(question: Question, one: Opened) -> Insight:
    nobody = "Nobody" if not one.rate.count else "Nearly nobody"
    return _insight(
        question, one, "state_unused", f"{nobody} opens “{one.state.label}”",
        f"{one.rate.words} visits of {one.page} opened it. Does it need to be there, or be easier to find?",
        0.1 * one.rate.n,
    )  # fmt: skip


def _used(question: Question, some: list[Opened]) -> Insight:
    one, second = some[0], some[1]
    rest = ", ".join(f"“{other.state.label}” {percent(other.rate.value)}" for other in some[1:4])
    seen = f"Seen for {ms(1000 * one.seconds)} a visit, " if one.seconds >= 0.1 else ""
    inside = f"{plural(one.inside, 'click')} inside" if one.inside else "nothing clicked inside"
    told = (seen + inside)[:1].upper() + (seen + inside)[1:]
    return _insight(
        question, one, "state_used", f"“{one.state.label}” is what people open",
        f"{one.rate.words} visits of {one.page}; then {rest}. {told}."
        f" Its lead over “{second.state.label}” is no chance.",
        0.3 * one.rate.count,
    )  # fmt: skip
