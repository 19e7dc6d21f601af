"""The habits of the demo's visitors: planted on purpose, so that what Heatreel says of them can be checked."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

FILE = Path(__file__).with_name("habits.json")


@dataclass(frozen=True, slots=True)
class Expected:
    """What insights should find of a habit: a rule, on a page, about what a selector of the plan names."""

    habit: str
    rule: str
    page: str
    target: str


@cache
def habits() -> dict[str, dict[str, Any]]:
    """Each habit by its name: what it is, where, and its planted share by viewport or variant."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["habits"]
    return found


@cache
def expected() -> tuple[Expected, ...]:
    """All that insights should find of the habits, and of what nobody does."""
    document = json.loads(FILE.read_text("utf-8"))
    named = [*document["habits"].items(), *(("never", one) for one in document["never"])]
    return tuple(
        Expected(name, rule, one["page"], target) for name, one in named for rule, target in one.get("finds", ())
    )


def share(habit: str, who: str) -> float:
    """The planted share of a habit for a viewport or variant, from 0 to 1."""
    shares = habits()[habit]["share"]
    return float(shares.get(who, shares.get("all", 0.0)))


@dataclass
class Chances:
    """Deals chances so that shares come out exactly, not on average: of ten at 0.7, seven, whoever the seed picks.

    `asked` and `taken` count by habit and viewport or variant.
    """

    random: Random
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    _starts: dict[tuple[str, str], float] = field(default_factory=dict)

    def take(self, habit: str, who: str) -> bool:
        """Whether this one does it."""
        key = (habit, who)
        start = self._starts.setdefault(key, self.random.random())
        rate, count = share(habit, who), self.asked[key]
        self.asked[key] += 1
        does = int(start + rate * (count + 1)) > int(start + rate * count)
        self.taken[key] += does
        return does

    def as_json(self) -> list[dict[str, Any]]:
        """What was really done, for the truth."""
        return [
            {"habit": habit, "who": who, "of": count, "did": self.taken[habit, who]}
            for (habit, who), count in sorted(self.asked.items())
        ]


DECK = 20
"""Shares are planted in twentieths."""


@dataclass
class Luck(Chances):
    """Chances dealt from shuffled decks: shares come out exactly, and what one visitor does says nothing of the next.

    For a crowd, where dealing in turn would show as habits that nobody planted: every second visitor has variant b.
    """

    _decks: dict[tuple[str, str], list[bool]] = field(default_factory=dict)

    def take(self, habit: str, who: str) -> bool:
        deck = self._decks.setdefault((habit, who), [])
        if not deck:
            does = round(share(habit, who) * DECK)
            deck.extend(at < does for at in range(DECK))
            self.random.shuffle(deck)
        drawn = deck.pop()
        self.asked[habit, who] += 1
        self.taken[habit, who] += drawn
        return drawn
