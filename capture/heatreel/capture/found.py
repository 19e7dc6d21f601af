"""What exploring finds: states with the way back from them, routes, and what is nobody's doing."""

from __future__ import annotations

from dataclasses import dataclass, field

from heatreel.capture.changes import Change
from heatreel.capture.triggers import Candidate
from heatreel.core.state import Action, Skipped, State

OVERLAYS = ("dialog", "popover", "menu")
"""Kinds of states that lie over the page."""


@dataclass(frozen=True)
class Route:
    """A page that an action in another page leads to without a new document."""

    url: str
    recipe: tuple[Action, ...]


@dataclass
class Found:
    """A state that was found: how to tell it (`digest`), how to leave it, and the candidates it brought.

    `trigger` is what the element is called that leads to it.
    """

    state: State
    digest: str
    shown: frozenset[str] = frozenset()
    level: int = 0
    undo: tuple[str, str] | None = None
    candidates: list[Candidate] = field(default_factory=list)
    roots: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    trigger: str = ""

    def shows(self, change: Change) -> bool:
        """Whether a recipe led again to what it led to when the state was found.

        By digest; else, for pages that are never quite the same, by the texts that came.
        """
        if change.digest == self.digest:
            return True
        now = {*change.added_texts, *change.images}
        return bool(self.shown) and len(now & self.shown) >= 0.9 * len(now | self.shown)

    def is_twin(self, kind: str, change: Change) -> bool:
        """Whether the same elements with the same words came and went as in this state, whatever led there.

        What lies over the page is the same on whatever it lies, with a hint more or less in it.
        """
        now = {*change.added_texts, *change.images}
        here = {root.selector for root in change.roots}
        if now and self.shown == now and self.roots == here and self.gone == {*change.removed_texts}:
            return kind == self.state.kind
        if kind not in OVERLAYS or kind != self.state.kind or not now or not self.roots:
            return False
        alike = len(now & self.shown) >= 0.9 * len(now | self.shown) and (now <= self.shown or self.shown <= now)
        return alike and bool(self.roots & here)


@dataclass
class Volatile:
    """What changes while nobody acts: parts of the page by selector, and leaves that differ from load to load."""

    selectors: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Exploration:
    """All that was found on one page in one viewport; `states[0]` is the default state."""

    states: list[Found]
    skipped: list[Skipped]
    routes: list[Route]
    links: list[tuple[str, str]]
    volatile: Volatile
    probed: int
    seconds: float
