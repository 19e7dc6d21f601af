"""From a page at rest to its states: try each candidate from the default state, keep what a person sees change."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

from heatreel.capture import acting
from heatreel.capture.changes import Change
from heatreel.capture.found import Exploration, Found, Route
from heatreel.capture.further import KEYS, again, along, by_keys, come_late, scroll_on, with_focus
from heatreel.capture.keeping import Keeping
from heatreel.capture.listening import look_up
from heatreel.capture.standing import Restart
from heatreel.capture.tab import Tab
from heatreel.capture.triggers import Candidate
from heatreel.core.errors import PageError
from heatreel.core.routes import origin
from heatreel.core.state import Action

LINK_TRIES = 6
"""So many plain links are clicked to see whether the page handles its links itself."""

FRUITLESS = 5
FRUITLESS_SURE = 15
"""After so many alike that changed nothing, the others are left out; more for those that say that they are switches."""

HANGS = 2

KEEPING_S = 4.0
"""So much of a page's time is left for keeping what was found."""

NOTES = {
    "form": "sends a form, which was not sent",
    "window": "opens a window, which was not opened",
    "download": "downloads a file, which was not fetched",
    "dialog": "shows a dialog box of the browser, which was dismissed",
    "print": "prints, which was not done",
}
"""What the page was kept from, in words for the record."""


class Explorer(Keeping):
    """Explores one page in one viewport. `run` does it all."""

    def __init__(self, tab: Tab, page: str) -> None:
        super().__init__(tab, page)
        self.hangs = 0
        self.link_tries = 0
        self.routes: list[Route] = []
        self.links: list[tuple[str, str]] = []
        self.homes: dict[str, str] = {}
        self.answering: set[str] = set()
        self.silent: list[Candidate] = []
        self.fruitless: Counter[str] = Counter()
        self.probed = 0
        self.started = time.monotonic()

    async def run(self) -> Exploration:
        """Explores the page that was just loaded."""
        await self.first_look()
        self.by_digest[self.found[0].digest] = self.found[0]
        self.links = [(url, selector) for url, selector in await self.tab.ask("links")]
        while self.options.states == "auto":
            try:
                self.exploring = True
                await self._levels()
                break
            except Restart:
                self._begin_again()
        self.exploring = False
        seconds = time.monotonic() - self.started
        return Exploration(self.found, self.skipped, self.routes, self.links, self.volatile, self.probed, seconds)

    def _begin_again(self) -> None:
        self.restarts += 1
        default = self.found[0]
        self.found, self.by_digest = [default], {default.digest: default}
        self.skipped, self.routes, self.known, self.homes = [], [], set(), {}
        self.siblings.clear()
        self.fruitless.clear()
        self.slides.clear()
        self.indicated.clear()
        self.answering.clear()
        self.silent.clear()
        self.link_tries = 0

    async def _levels(self) -> None:
        default = self.found[0]
        await look_up(self.tab)
        default.candidates = await self.candidates(None)
        await come_late(self)
        at = 0
        while at < len(self.found):
            parent = self.found[at]
            if parent.level < self.deepest(parent) and parent.candidates:
                await self._probe_all(parent)
            at += 1
        if not self._over():
            await scroll_on(self)

    # Probing

    async def _probe_all(self, parent: Found) -> None:
        for index, candidate in enumerate(parent.candidates):
            if reason := self._over():
                for left in parent.candidates[index:]:
                    self.skip(left, reason)
                return
            if self._pointless(parent, candidate):
                continue
            try:
                if await self.stand_at(parent):
                    await self._probe(parent, candidate)
                else:
                    self.skip(candidate, "the state it is in did not come again")
            except PageError as exc:
                self.at = None
                self.dirty = True
                self.hangs += 1
                self.skip(candidate, str(exc))
        await self._probe_by_keys(parent)

    async def _probe_by_keys(self, parent: Found) -> None:
        """Tries keys at the widgets of which no part has answered to a click."""
        waiting, self.silent = self.silent, []
        for candidate in waiting:
            if candidate.widget in self.answering or self._over() or not await self.stand_at(parent):
                continue
            self.probed += 1
            change, actions = await by_keys(self, parent, candidate)
            self._note(candidate, change)
            self.at = parent if change.same and not change.moved_on else None
            if change.storage != self.storage:
                self.dirty = True
            if candidate.role == "tab":
                candidate = await with_focus(self, candidate)
            kept = await self._judge(parent, candidate, actions, change)
            if kept and candidate.role == "tab":
                self.answering.add(candidate.widget)
                self.at = None
                await along(self, kept, candidate)

    def _pointless(self, parent: Found, candidate: Candidate) -> bool:
        """Whether enough is known to leave a candidate out."""
        if candidate.reason == "link":
            return bool(self.routes) or parent.level > 0 or self.link_tries >= LINK_TRIES
        limit = FRUITLESS_SURE if candidate.says else FRUITLESS
        if self.fruitless[candidate.alike] < limit:
            return False
        self.skip(candidate, f"not tried, {limit} others like it changed nothing")
        return True

    def _over(self) -> str:
        if len(self.found) >= self.options.max_states:
            return f"not tried, there are {self.options.max_states} states already (--max-states)"
        if time.monotonic() - self.started > self.options.bounds.explore_s:
            return f"not tried, exploring took longer than {self.options.bounds.explore_s:g} s"
        if time.monotonic() > self.tab.deadline - KEEPING_S:
            return "not tried, the page's time was over (--page-time)"
        if self.hangs > HANGS:
            return "not tried, the page broke down several times"
        if self.probed >= self.options.bounds.candidates:
            return f"not tried, {self.probed} candidates were tried already"
        return ""

    async def _probe(self, parent: Found, candidate: Candidate) -> None:
        self.probed += 1
        self.tab.earn(self.tab.pace_s)
        self.link_tries += candidate.reason == "link"
        change, actions = await self._act(parent, candidate)
        if not change.did:
            return
        if change.storage != self.storage:
            self.dirty = True
        self.fruitless[candidate.alike] = 0 if change.visible else self.fruitless[candidate.alike] + 1
        if change.visible and change.ended != "quiet":
            change = await self._calm(parent, candidate, len(actions), change)
        kept = await self._judge(parent, candidate, actions, change)
        if kept and self._goes_on(candidate, kept, change):
            await self._again(parent, candidate, kept, change)
            return
        if change.same and not change.moved_on:
            self.homes.setdefault(candidate.widget, candidate.at)
            if candidate.hovers:
                await acting.leave(self.tab, candidate.at)
            return
        await self.go_back(parent, candidate, change, kept, self._home(candidate))

    async def _act(self, parent: Found, candidate: Candidate) -> tuple[Change, tuple[Action, ...]]:
        """Tries a candidate: a click or the pointer; where that does nothing, nearer to it."""
        action = Action("hover" if candidate.hovers else "click", candidate.at)
        actions: tuple[Action, ...] = (action,)
        sight = self.sight(parent)
        change = await acting.do(self.tab, action, sight, f"step{len(parent.state.recipe)}")
        self._note(candidate, change)
        if not change.did:
            return change, actions
        if self._wants_view(candidate, change):
            actions = (Action("scroll", candidate.at), action)
            await acting.scroll(self.tab, candidate.at)
            change = await acting.do(self.tab, action, sight, f"step{len(parent.state.recipe) + 1}", stay=True)
        if change.visible or change.moved_on or change.notes:
            self.answering.add(candidate.widget)
        elif candidate.keys and not candidate.hovers and (candidate.says or candidate.role in KEYS):
            self.silent.append(candidate)
        return change, actions

    async def _judge(
        self, parent: Found, candidate: Candidate, actions: tuple[Action, ...], change: Change
    ) -> Found | None:
        """Keeps what was found: a state, or a route that leads elsewhere."""
        if self._is_route(change):
            self.routes.append(Route(change.url, (*parent.state.recipe, *actions)))
            return None
        if not change.visible or (candidate.hovers and not change.added) or self._turned_already(candidate, change):
            return None
        if _only_its_name(candidate, change) or _only_closes(parent, change):
            self.skip(candidate, "only a name is shown then: a choice, no state")
            return None
        return await self.accept(parent, candidate, actions, change)

    def _turned_already(self, candidate: Candidate, change: Change) -> bool:
        """Whether this turns a carousel whose slides are known by its dots: what else its arrows show lies between."""
        carousels = {root.carousel for root in change.roots if root.slide and root.carousel}
        if self._indicates(candidate):
            self.indicated |= carousels
            return False
        return bool(carousels) and carousels <= self.indicated

    def _goes_on(self, candidate: Candidate, kept: Found, change: Change) -> bool:
        """Whether using the trigger once more may show more: a next step, a next slide, more of a list."""
        if change.moved_on or not change.added or kept.state.kind in ("dialog", "overlay") or candidate.chooses:
            return False
        return not (kept.state.kind == "carousel" and self._indicates(candidate))

    def _indicates(self, candidate: Candidate) -> bool:
        """Whether a trigger of a carousel leads to one slide, not to the next one."""
        return self.siblings[candidate.alike] > 2 or candidate.role == "tab"

    async def _again(self, parent: Found, candidate: Candidate, kept: Found, change: Change) -> None:
        self.at = None
        latest = await again(self, parent, candidate, kept, change)
        if latest.storage != self.storage:
            self.dirty = True
        if self.at is None and latest is change:
            await self.go_back(parent, candidate, change, kept, self._home(candidate))
        elif self.at is None and latest.digest == self.found[0].digest and not self.dirty:
            self.at = self.found[0]

    def _wants_view(self, candidate: Candidate, change: Change) -> bool:
        """Whether a switch below the first screenful did nothing: some open only where they can be seen."""
        below = candidate.y + candidate.h > self.tab.viewport.height
        done = change.visible or change.moved_on or candidate.selected == "true" or candidate.checked or change.notes
        return below and candidate.says and not candidate.hovers and not done

    async def _calm(self, parent: Found, candidate: Candidate, actions: int, change: Change) -> Change:
        """The change once more for a page that did not come to rest: what passes by is no state."""
        step = f"step{len(parent.state.recipe) + actions - 1}"
        latest = await acting.look_again(self.tab, candidate.at, self.sight(parent), step)
        if latest.digest == change.digest:
            return change
        self.skip(candidate, "what it does never came to rest")
        return replace(latest, solid=0, both=0, reordered=0)

    def _note(self, candidate: Candidate, change: Change) -> None:
        for what, reason in NOTES.items():
            if change.noted(what):
                self.skip(candidate, reason)
        if url := change.noted("navigation"):
            self.links.append((url, ""))
            if origin(url) != origin(self.tab.url):
                self.skip(candidate, "leads off the site")
        for method, url in self.tab.refused():
            self.skip(candidate, f"{method} {url} was not sent")

    def _is_route(self, change: Change) -> bool:
        table = self.options.table
        return change.moved_on and table.path(change.url) != table.path(change.from_url)

    def _home(self, candidate: Candidate) -> str:
        """The one of alike triggers that changes nothing, if it is known: it is the one that is set already."""
        return self.homes.get(candidate.widget, "")


def _only_its_name(candidate: Candidate, change: Change) -> bool:
    """Whether all that came is what the trigger is called: a list box that shows what was chosen, a crumb."""
    chooses = candidate.tag == "a" or candidate.role in _CHOICES
    if not chooses or candidate.tablist or change.images or change.repainted or change.rearranged:
        return False
    came = {text.casefold() for text in change.added_texts}
    return bool(change.removed) and 0 < change.added <= len(change.added_texts) and came == {candidate.name.casefold()}


def _only_closes(parent: Found, change: Change) -> bool:
    """Whether what was opened is closed again, and its trigger, which has the focus now, says what it is called."""
    came = {text.casefold() for text in change.added_texts}
    return bool(parent.trigger and change.removed and not change.images) and came == {parent.trigger.casefold()}


_CHOICES = frozenset({"option", "menuitem", "menuitemradio", "treeitem", "radio"})
