"""Standing at a state: the default state after a load, other states by their recipes, and the ways back."""

from __future__ import annotations

from heatreel.capture import acting
from heatreel.capture.acting import BASE
from heatreel.capture.changes import Change
from heatreel.capture.classify import largest
from heatreel.capture.found import Found, Volatile
from heatreel.capture.tab import Tab
from heatreel.capture.triggers import Candidate
from heatreel.core.state import DEFAULT, State

RESTARTS = 2


class Restart(Exception):
    """The default state turned out to differ from load to load: what was found so far does not compare."""


class Standing:
    """Which state a page shows (`at`), and how to make it show another.

    `found[0]` is the default state. `dirty`: something was stored, so that the next load starts with empty storage.
    """

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.options = tab.options
        self.volatile = Volatile()
        self.found: list[Found] = []
        self.at: Found | None = None
        self.dirty = False
        self.storage = ""
        self.exploring = False
        self.restarts = 0
        self.base_keys: dict[str, int] = {}

    async def first_look(self) -> None:
        """Learns the default state of the page that was just loaded, and what of it moves by itself."""
        tab = self.tab
        await tab.page.mouse.move(*acting.PARK)
        await tab.ask("look", "first")
        tab.noise = await tab.ask("listenToNoise", 300)
        await tab.ask("look", "second")
        self.volatile.selectors = await tab.ask("markVolatile", "first", "second")
        digest = await self.baseline()
        self.base_keys = dict(await tab.ask("keysOf", BASE))
        self.storage = await tab.ask("storage")
        self.at = Found(State(DEFAULT, "Default", "default", settled=tab.settled.as_json()), digest)
        self.found.append(self.at)

    async def baseline(self) -> str:
        """Keeps the sight of the default state in a page just loaded, and returns its digest."""
        await self.tab.page.mouse.move(*acting.PARK)
        await self.tab.ask("setVolatile", self.volatile.selectors, self.volatile.keys)
        digest: str = (await self.tab.ask("look", BASE))["digest"]
        return digest

    def sight(self, parent: Found) -> str:
        """Name of the sight, in the page, of a state that the page stands at."""
        return f"step{len(parent.state.recipe) - 1}" if parent.state.recipe else BASE

    async def stand_at(self, parent: Found) -> bool:
        """Makes the page show the parent state; true when it does."""
        if self.at is parent:
            return True
        waits = bool(parent.state.recipe) and parent.state.recipe[0].action == "wait"
        # What came late once does not come again before the next load.
        if self.at is not self.found[0] or waits:
            await self.fresh()
        self.at = None
        if parent.state.recipe:
            change = await acting.reach(self.tab, parent.state.recipe)
            self.dirty = self.dirty or change is None or change.storage != self.storage
            if change is None or not parent.shows(change):
                return False
        self.at = parent
        return True

    async def fresh(self) -> None:
        """Loads the page again and makes sure that it shows the default state."""
        for empty in (self.dirty, True):
            await self.tab.load(self.tab.entry, fresh=empty)
            self.dirty = False
            self.at = self.found[0]
            if await self.baseline() == self.found[0].digest:
                return
        await self._learn_difference()

    async def _learn_difference(self) -> None:
        """Leaves that differ from load to load are nobody's doing: from now on they do not count."""
        now = dict(await self.tab.ask("keysOf", BASE))
        differing = [key for key in {*now, *self.base_keys} if now.get(key) != self.base_keys.get(key)]
        self.volatile.keys = sorted({*self.volatile.keys, *differing})
        for key in differing:
            self.base_keys.pop(key, None)
        self.found[0].digest = await self.baseline()
        if self.exploring and self.restarts < RESTARTS:
            raise Restart

    async def go_back(
        self, parent: Found, candidate: Candidate, change: Change, kept: Found | None, home: str = ""
    ) -> None:
        """Undoes a probe by the reverse action when the page then shows the parent state again; else the next
        probe starts from a fresh load. `home`: the one of alike triggers that leads to the parent state."""
        if change.digest == parent.digest and not change.moved_on:
            return
        if change.digest == self.found[0].digest and not self.dirty and not change.moved_on:
            self.at = self.found[0]
            return
        self.at = None
        for how, selector in ways_back(candidate, change, home):
            if await acting.undo(self.tab, how, selector, self.sight(parent)):
                self.at = parent
                if kept:
                    kept.undo = (how, selector)
                return


def ways_back(candidate: Candidate, change: Change, home: str) -> list[tuple[str, str]]:
    """The reverse actions that are worth a try: how, and the selector of what to act on."""
    if candidate.hovers:
        return [("leave", candidate.at)]
    if change.moved_on:
        return [("back", "")]
    root = largest(change.roots)
    if root and (root.is_dialog or root.overlay == "top"):
        return [("escape", ""), ("click", candidate.at)]
    if home and home != candidate.at:
        return [("click", home)]
    if candidate.role == "tab" or candidate.type == "radio" or not change.added:
        return [("click", candidate.at)] if not change.added else []
    return [("click", candidate.at)]
