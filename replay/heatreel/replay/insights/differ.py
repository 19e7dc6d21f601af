"""Phone against desktop, variant against variant, new against returning, source against source: by element.

Each comparison is of the share of visits that clicked; all of them are corrected together, and where a total says the
opposite of its parts (Simpson's paradox) the parts are believed and the total is warned of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from heatreel.core.insight import Insight
from heatreel.core.rates import Difference, difference
from heatreel.replay.insights.asking import LEVEL, Question, Tested
from heatreel.replay.insights.exposure import rows_of
from heatreel.replay.insights.material import Bools, Control, Floats, Ints, Material
from heatreel.replay.insights.shares import Share, percent, share_of_sums

LEAST_VISITS = 50
"""Visits of each side."""

LEAST_IN_PART = 20
"""Visits of each side in a part, when parts are held against the total."""

LEAST_CLICKED = 10
"""Visits of both sides that clicked."""

LEAST_APART = 0.03
"""Smaller differences of two shares are not worth a sentence, however sure."""


@dataclass(frozen=True)
class Side:
    """Some visits: `here`, shape (v,), and what they are called."""

    name: str
    here: Bools


@dataclass(frozen=True)
class Split:
    """Two sides that are compared, and the strata in which they are compared again: shape (v,), -1 in none."""

    rule: str
    page: str
    sides: tuple[Side, Side]
    strata: Ints
    by: str


def test_differences(question: Question) -> Iterator[Tested]:
    """Every comparison of every thing that has enough visits on both sides."""
    material = question.material
    for page in material.pages:
        tables = [_Table(material, split) for split in splits_of(question, page)]
        for thing in material.things_of_page[page] if tables else []:
            yield from _of_thing(question, thing, tables)


def splits_of(question: Question, page: str) -> Iterator[Split]:
    """The comparisons that a page has enough visits for."""
    material = question.material
    of_page = material.visit_pages == material.pages.index(page)
    if of_page.sum() < 2 * LEAST_VISITS:
        return
    for rule, (names, codes), strata, by in _kinds(material):
        for sides in _pairs(rule, names, codes, of_page):
            yield Split(rule, page, sides, strata, by)


_Kind = tuple[str, tuple[list[str], Ints], Ints, str]


def _kinds(material: Material) -> list[_Kind]:
    """Each rule with the side of every visit, and the strata with what they are of; the same for all pages."""
    found: list[_Kind] | None = material.notes.get("splits")
    if found is None:
        viewport = _codes([material.places[number].viewport for number in material.visits.place.tolist()])
        variant, source, returning = (_of_session(material, key) for key in ("variant", "source", "returning"))
        found = material.notes["splits"] = [
            ("viewports_differ", viewport, variant[1], "variant"),
            ("variants_differ", variant, viewport[1], "viewport"),
            ("returning_differ", returning, viewport[1], "viewport"),
            ("sources_differ", source, viewport[1], "viewport"),
        ]
    return found


def _codes(values: Sequence[str]) -> tuple[list[str], Ints]:
    names = sorted({value for value in values if value})
    number = {name: at for at, name in enumerate(names)}
    return names, np.array([number.get(value, -1) for value in values], np.int64)


def _of_session(material: Material, key: str) -> tuple[list[str], Ints]:
    def word(row: object) -> str:
        if row is None or row == "":
            return ""
        return {True: "returning", False: "new"}[row] if isinstance(row, bool) else str(row)

    names, codes = _codes([word(row.get(key)) for row in material.sessions] or [""])
    return names, codes[np.minimum(material.visits.session, len(codes) - 1)]


def _pairs(rule: str, names: list[str], codes: Ints, of_page: Bools) -> Iterator[tuple[Side, Side]]:
    """Each two of few values; of many, each of the commonest against all others."""
    sides = [Side(name, of_page & (codes == at)) for at, name in enumerate(names)]
    sides = [side for side in sides if side.here.sum() >= LEAST_VISITS]
    if rule == "sources_differ" and len(sides) > 2:
        sides.sort(key=lambda side: -int(side.here.sum()))
        for side in sides[:5]:
            yield side, Side("other sources", of_page & ~side.here & (codes >= 0))
        return
    sides = sorted(sides, key=lambda side: -int(side.here.sum()))[:4]
    sides.sort(key=lambda side: side.name)
    for at, first in enumerate(sides):
        for second in sides[at + 1 :]:
            yield first, second


class _Table:
    """The visits of a split, counted by side, stratum and place, so that a thing needs to count its clicks only."""

    def __init__(self, material: Material, split: Split) -> None:
        self.split = split
        self.places = len(material.places)
        self.strata = int(split.strata.max(initial=-1)) + 2
        side = np.full(len(material.visits.place), -1, np.int64)
        for at, one in enumerate(split.sides):
            side[one.here] = at
        # Stratum 0 holds the visits that are in none.
        self.key = np.where(side < 0, -1, (side * self.strata + split.strata + 1) * self.places + material.visits.place)
        here = self.key >= 0
        weight = material.visits.weight
        self.n = self._counted(self.key[here], None)
        self.weight = self._counted(self.key[here], weight[here])
        self.squared = self._counted(self.key[here], weight[here] ** 2)
        self.weighted = bool((weight != 1).any())
        self._all: dict[tuple[int, ...], tuple[Floats, ...]] = {}

    def _counted(self, keys: Ints, weight: Floats | None) -> Floats:
        counts = np.bincount(keys, weight, 2 * self.strata * self.places).astype(np.float64)
        return counts.reshape(2, self.strata, self.places)

    def counted(self, material: Material, clicking: Ints, places: tuple[int, ...]) -> _Counts:
        """The visits that clicked, and all at some places, by side and stratum."""
        keys = self.key[clicking]
        known = keys >= 0
        does = self._counted(keys[known], None)[:, :, places].sum(axis=2)
        told = does
        if self.weighted:
            told = self._counted(keys[known], material.visits.weight[clicking[known]])[:, :, places].sum(axis=2)
        if places not in self._all:
            self._all[places] = tuple(one[:, :, places].sum(axis=2) for one in (self.n, self.weight, self.squared))
        return _Counts((does, told, *self._all[places]))


@dataclass(frozen=True)
class _Counts:
    """Sums by side and stratum, each of shape (2, strata): visits that clicked and their weight; all visits, their
    weight, and this squared."""

    sums: tuple[Floats, ...]

    def total(self, side: int) -> Share:
        return _share(one[side].sum() for one in self.sums)

    def parts(self) -> list[tuple[Share, Share]]:
        """The shares of both sides in each stratum where both have enough visits."""
        n = self.sums[2]
        enough = [at for at in range(1, n.shape[1]) if n[:, at].min() >= LEAST_IN_PART]
        return [(_share(one[0, at] for one in self.sums), _share(one[1, at] for one in self.sums)) for at in enough]


def _share(sums: Iterable[float]) -> Share:
    does, told, n, weight, squared = sums
    return share_of_sums(round(does), float(told), round(n), float(weight), float(squared))


def _of_thing(question: Question, thing: int, tables: Sequence[_Table]) -> Iterator[Tested]:
    material = question.material
    controls = material.controls_of_thing[thing]
    rows = np.concatenate([rows_of(material, control) for control in controls])
    if len(rows) < LEAST_CLICKED:
        return
    clicking = np.unique(material.table.visit[rows])
    places = tuple(sorted({control.place for control in controls if control.shown}))
    if len(clicking) < LEAST_CLICKED or not places:
        return
    for table in tables:
        counts = table.counted(material, clicking, places)
        rates = (counts.total(0), counts.total(1))
        if min(one.sample.total for one in rates) < LEAST_VISITS:
            continue
        apart = difference(rates[0].sample, rates[1].sample)
        told = partial(_told, question, thing, table.split, rates, apart)
        if abs(apart.value) < LEAST_APART or apart.p > LEVEL:
            # It counts among the comparisons that were made, though it would not be told.
            yield Tested(max(apart.p, 0.5), told)
        elif _is_opposite(apart, strata := counts.parts()):
            yield Tested(apart.p, partial(_simpson, question, thing, table.split, rates, apart, strata))
        else:
            yield Tested(apart.p, told)


def _is_opposite(apart: Difference, strata: Sequence[tuple[Share, Share]]) -> bool:
    """Whether every part says the opposite of the total, and they together surely do (stratified by size)."""
    if len(strata) < 2:
        return False
    values = [second.value - first.value for first, second in strata]
    if not all(value * apart.value < 0 for value in values):
        return False
    sizes = np.array([min(first.n, second.n) for first, second in strata])
    spread = [
        first.value * (1 - first.value) / first.sample.total + second.value * (1 - second.value) / second.sample.total
        for first, second in strata
    ]
    weight = sizes / sizes.sum()
    together = float(np.dot(weight, values))
    return abs(together) > 1.96 * float(np.sqrt(np.dot(weight**2, spread)))


def _told(question: Question, thing: int, split: Split, rates: tuple[Share, Share], apart: Difference) -> Insight:
    high, low = (1, 0) if apart.value > 0 else (0, 1)
    sides, material = split.sides, question.material
    control = max(material.controls_of_thing[thing], key=lambda one: _visits_at(material, one.place, sides[high].here))
    least, most = sorted((abs(apart.low), abs(apart.high)))
    times = rates[high].value / rates[low].value if rates[low].value else 0
    factor = f", {times:.1f} times as often" if 1.2 < times < 20 else ""
    return Insight(
        rule=split.rule,
        severity="info",
        where=material.where(control),
        count=rates[high].count,
        n=rates[high].n,
        unit="visits",
        rate=rates[high].value,
        interval=rates[high].interval,
        words=f"“{control.name}” is used more by {_who(split, high)} than by {_who(split, low)}{factor}",
        detail=f"{sides[high].name}: {rates[high].words} visits; {sides[low].name}: {rates[low].words}."
        f" The difference is {percent(abs(apart.value))} ({percent(least).removesuffix(' %')} to {percent(most)}),"
        " corrected for the number of comparisons." + _by_hover(material, split, control),
        evidence=_evidence(split, rates, apart),
        segment=(f"page={split.page}",),
        others=tuple(material.where(one) for one in material.controls_of_thing[thing] if one is not control),
        weight=abs(apart.value) * min(rates[0].n, rates[1].n),
    )


def _by_hover(material: Material, split: Split, control: Control) -> str:
    """The doubt about what opens something: with a mouse it may open without a click."""
    if split.rule != "viewports_differ" or (control.place, control.selector) not in material.triggers:
        return ""
    return " It opens a state: where a mouse opens it by hover, clicks are not all."


def _visits_at(material: Material, place: int, here: Bools) -> int:
    return int(np.count_nonzero(here & (material.visits.place == place)))


def _who(split: Split, at: int) -> str:
    name = split.sides[at].name
    if split.rule == "variants_differ":
        return f"variant {name}"
    if split.rule == "returning_differ":
        return f"{name} visitors"
    if split.rule == "sources_differ":
        return f"visitors from {name}"
    return f"visitors on {name}"


def _evidence(split: Split, rates: tuple[Share, Share], apart: Difference) -> dict[str, object]:
    return {
        "about": split.sides[1 if apart.value > 0 else 0].name,
        "sides": [
            {"name": side.name, "n": round(one.n), "rate": round(one.value, 4),
             "interval": [round(end, 4) for end in one.interval]}
            for side, one in zip(split.sides, rates, strict=True)
        ],
        "difference": round(apart.value, 4),
        "difference_interval": [round(apart.low, 4), round(apart.high, 4)],
        "p": float(f"{apart.p:.3g}"),
        "correction": "Holm, 5 %",
    }  # fmt: skip


def _simpson(
    question: Question,
    thing: int,
    split: Split,
    rates: tuple[Share, Share],
    apart: Difference,
    strata: Sequence[tuple[Share, Share]],
) -> Insight:
    told = _told(question, thing, split, rates, apart)
    parts = "; ".join(f"{percent(first.value)} against {percent(second.value)}" for first, second in strata)
    names = " against ".join(side.name for side in split.sides)
    return Insight(
        rule="simpson",
        severity="warning",
        where=told.where,
        count=told.count,
        n=told.n,
        unit="visits",
        rate=told.rate,
        interval=told.interval,
        words=f"Beware: for “{told.where.name}” the total of {names} says the opposite of its parts",
        detail=f"In total {percent(rates[0].value)} against {percent(rates[1].value)}; by {split.by} {parts}."
        f" The sides are mixed of different {split.by}s: believe the parts.",
        evidence=_evidence(split, rates, apart)
        | {"by": split.by, "parts": [[round(one.value, 4) for one in pair] for pair in strata]},
        segment=told.segment,
        others=told.others,
        weight=told.weight,
    )
