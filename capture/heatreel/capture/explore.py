"""From a page at rest to its states: try each candidate from the default state, keep what a person sees change."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace

from heatreel.capture import acting
from heatreel.capture.acting import BASE
from heatreel.capture.changes import Change
from heatreel.capture.classify import calendar, kind_of, label_of, largest, state_id
from heatreel.capture.tab import Tab
from heatreel.capture.triggers import Candidate, plan
from heatreel.core.errors import PageError
from heatreel.core.routes import origin
from heatreel.core.state import DEFAULT, Action, Shown, Skipped, State

MAX_SLIDES = 12
DIALOG_DEPTH = 1
"""Inside a dialog one level more is explored."""

LINK_TRIES = 6
"""So many plain links are clicked to see whether the page handles its links itself."""

FRUITLESS = 5
FRUITLESS_SURE = 15
"""After so many alike that changed nothing, the others are left out; more for those that say that they are switches."""

RESTARTS = 2
HANGS = 2

KEEPING_S = 4.0
"""So much of a page's time is left for keeping what was found."""


class _Restart(Exception):
    """The default state turned out to differ from load to load: what was found so far does not compare."""


@dataclass(frozen=True)
class Route:
    """A page that an action in another page leads to without a new document."""

    url: str
    recipe: tuple[Action, ...]


@dataclass
class Found:
    """A state that was found: how to tell it (`digest`), how to leave it, and the candidates it brought."""

    state: State
    digest: str
    shown: frozenset[str] = frozenset()
    level: int = 0
    undo: tuple[str, str] | None = None
    candidates: list[Candidate] = field(default_factory=list)


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


@dataclass
class Volatile:
    """What changes while nobody acts: parts of the page by selector, and leaves that differ from load to load."""

    selectors: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


async def baseline(tab: Tab, volatile: Volatile) -> str:
    """Keeps the sight of the default state in a page just loaded, and returns its digest."""
    await tab.page.mouse.move(*acting.PARK)
    await tab.ask("setVolatile", volatile.selectors, volatile.keys)
    digest: str = (await tab.ask("look", BASE))["digest"]
    return digest


def _shows(found: Found, change: Change) -> bool:
    """Whether a recipe led again to what it led to when the state was found.

    By digest; else, for pages that are never quite the same, by the texts that came.
    """
    if change.digest == found.digest:
        return True
    now = {*change.added_texts, *change.images}
    return bool(found.shown) and len(now & found.shown) >= 0.9 * len(now | found.shown)


class Explorer:
    """Explores one page in one viewport. `run` does it all."""

    def __init__(self, tab: Tab, page: str) -> None:
        self.tab = tab
        self.page = page
        self.options = tab.options
        self.volatile = Volatile()
        self.found: list[Found] = []
        self.by_digest: dict[str, Found] = {}
        self.skipped: list[Skipped] = []
        self.exploring = False
        self.restarts = 0
        self.hangs = 0
        self.link_tries = 0
        self.slides: dict[str, set[int]] = {}
        self.routes: list[Route] = []
        self.links: list[tuple[str, str]] = []
        self.known: set[str] = set()
        self.homes: dict[str, str] = {}
        self.at: Found | None = None
        self.dirty = False
        self.storage = ""
        self.base_keys: dict[str, int] = {}
        self.siblings: Counter[str] = Counter()
        self.fruitless: Counter[tuple[str, str]] = Counter()
        self.probed = 0
        self.started = time.monotonic()

    async def run(self) -> Exploration:
        """Explores the page that was just loaded."""
        await self._first_look()
        self.links = [(url, selector) for url, selector in await self.tab.ask("links")]
        while self.options.states == "auto":
            try:
                self.exploring = True
                await self._levels()
                break
            except _Restart:
                await self._begin_again()
        self.exploring = False
        return Exploration(
            self.found,
            self.skipped,
            self.routes,
            self.links,
            self.volatile,
            self.probed,
            time.monotonic() - self.started,
        )

    # The default state

    async def _first_look(self) -> None:
        tab = self.tab
        await tab.page.mouse.move(*acting.PARK)
        await tab.ask("look", "first")
        tab.noise = await tab.ask("listenToNoise", 300)
        await tab.ask("look", "second")
        self.volatile.selectors = await tab.ask("markVolatile", "first", "second")
        digest = await baseline(tab, self.volatile)
        self.base_keys = dict(await tab.ask("keysOf", BASE))
        self.storage = await tab.ask("storage")
        state = State(DEFAULT, "Default", "default", settled=tab.settled.as_json())
        default = Found(state, digest)
        self.found.append(default)
        self.by_digest[digest] = default
        self.at = default

    async def _begin_again(self) -> None:
        self.restarts += 1
        default = self.found[0]
        self.found, self.by_digest = [default], {default.digest: default}
        self.skipped, self.routes, self.known, self.homes = [], [], set(), {}
        self.siblings.clear()
        self.fruitless.clear()
        self.slides.clear()
        self.link_tries = 0

    async def _levels(self) -> None:
        default = self.found[0]
        default.candidates = await self._candidates(None)
        at = 0
        while at < len(self.found):
            parent = self.found[at]
            deepest = self.options.depth + (DIALOG_DEPTH if parent.state.kind == "dialog" else 0)
            if parent.level < deepest and parent.candidates:
                await self._probe_all(parent)
            at += 1

    async def _candidates(self, scopes: list[str] | None) -> list[Candidate]:
        answer = await self.tab.ask("find", sorted(self.known), scopes)
        hovers = (
            [] if self.tab.viewport.touch else (await self.tab.ask("findHover", sorted(self.known), scopes))["found"]
        )
        records = [Candidate.from_json(record) for record in [*answer["found"], *hovers]]
        self.known.update(f"hover {one.selector}" if one.hovers else one.selector for one in records)
        self.siblings.update(f"{candidate.reason}:{candidate.group}" for candidate in records)
        made = plan(records, self.tab.url, bool(answer["delegates"]), self.tab.viewport.touch)
        for candidate, reason in made.left_out:
            self._skip(candidate.selector, f"{candidate.name or candidate.tag}: {reason}")
        return list(made.chosen)

    def _skip(self, selector: str, reason: str) -> None:
        self.skipped.append(Skipped(self.page, self.tab.viewport.name, selector, " ".join(reason.split())[:300]))

    # Probing

    async def _probe_all(self, parent: Found) -> None:
        for index, candidate in enumerate(parent.candidates):
            if reason := self._over():
                for left in parent.candidates[index:]:
                    self._skip(left.selector, f"{left.name or left.tag}: {reason}")
                return
            if self._pointless(parent, candidate):
                continue
            try:
                if await self.stand_at(parent):
                    await self._probe(parent, candidate)
                else:
                    self._skip(
                        candidate.selector, f"{candidate.name or candidate.tag}: the state it is in did not come again"
                    )
            except PageError as exc:
                self.at = None
                self.dirty = True
                self.hangs += 1
                self._skip(candidate.selector, f"{candidate.name or candidate.tag}: {exc}")

    def _pointless(self, parent: Found, candidate: Candidate) -> bool:
        """Whether enough is known to leave a candidate out without a word."""
        if candidate.reason == "link":
            return bool(self.routes) or parent.level > 0 or self.link_tries >= LINK_TRIES
        return self.fruitless[candidate.reason, candidate.group] >= (FRUITLESS_SURE if candidate.says else FRUITLESS)

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

    async def stand_at(self, parent: Found) -> bool:
        """Makes the page show the parent state; true when it does."""
        if self.at is parent:
            return True
        if self.at is not self.found[0]:
            await self.fresh()
        self.at = None
        if parent.state.recipe:
            change = await acting.reach(self.tab, parent.state.recipe)
            self.dirty = self.dirty or change is None or change.storage != self.storage
            if change is None or not _shows(parent, change):
                return False
        self.at = parent
        return True

    async def fresh(self) -> None:
        """Loads the page again and makes sure that it shows the default state."""
        for empty in (self.dirty, True):
            await self.tab.load(self.tab.entry, fresh=empty)
            self.dirty = False
            self.at = self.found[0]
            if await baseline(self.tab, self.volatile) == self.found[0].digest:
                return
        await self._learn_difference()

    async def _learn_difference(self) -> None:
        """Leaves that differ from load to load are nobody's doing: from now on they do not count."""
        now = dict(await self.tab.ask("keysOf", BASE))
        differing = [key for key in {*now, *self.base_keys} if now.get(key) != self.base_keys.get(key)]
        self.volatile.keys = sorted({*self.volatile.keys, *differing})
        for key in differing:
            self.base_keys.pop(key, None)
        self.found[0].digest = await baseline(self.tab, self.volatile)
        if self.exploring and self.restarts < RESTARTS:
            raise _Restart

    def sight(self, parent: Found) -> str:
        """Name of the sight, in the page, of a state that the page stands at."""
        return f"step{len(parent.state.recipe) - 1}" if parent.state.recipe else BASE

    async def _probe(self, parent: Found, candidate: Candidate) -> None:
        self.probed += 1
        self.tab.earn(self.tab.pace_s)
        self.link_tries += candidate.reason == "link"
        action = Action("hover" if candidate.hovers else "click", candidate.at)
        sight = self.sight(parent)
        actions: tuple[Action, ...] = (action,)
        change = await acting.do(self.tab, action, sight, f"step{len(parent.state.recipe)}")
        self._note(candidate, change)
        if not change.did:
            return
        if self._wants_view(candidate, change):
            actions = (Action("scroll", candidate.at), action)
            await acting.scroll(self.tab, candidate.at)
            change = await acting.do(self.tab, action, sight, f"step{len(parent.state.recipe) + 1}", stay=True)
        if change.storage != self.storage:
            self.dirty = True
        alike = (candidate.reason, candidate.group)
        self.fruitless[alike] = 0 if change.visible else self.fruitless[alike] + 1
        if change.visible and change.ended != "quiet":
            change = await self._calm(candidate, sight, f"step{len(parent.state.recipe) + len(actions) - 1}", change)
        routed = self._is_route(change)
        if routed:
            self.routes.append(Route(change.url, (*parent.state.recipe, *actions)))
        kept = None if routed or not change.visible else await self._accept(parent, candidate, actions, change)
        if kept and kept.state.kind == "carousel" and not self._indicates(candidate):
            change = await self._turn(candidate, action, kept, change)
        if change.same and not change.moved_on:
            self._home(candidate)
            if candidate.hovers:
                await acting.leave(self.tab, candidate.at)
            return
        await self._go_back(parent, candidate, change, kept)

    def _wants_view(self, candidate: Candidate, change: Change) -> bool:
        """Whether a switch below the first screenful did nothing: some open only where they can be seen."""
        below = candidate.y + candidate.h > self.tab.viewport.height
        done = change.visible or change.moved_on or candidate.selected == "true" or candidate.checked or change.notes
        return below and candidate.says and not candidate.hovers and not done

    async def _calm(self, candidate: Candidate, sight: str, step: str, change: Change) -> Change:
        """The change once more for a page that did not come to rest: what passes by is no state."""
        again = await acting.look_again(self.tab, candidate.at, sight, step)
        if again.digest == change.digest:
            return change
        self._skip(candidate.selector, f"{candidate.name or candidate.tag}: what it does never came to rest")
        return replace(again, solid=0, both=0, reordered=0)

    def _indicates(self, candidate: Candidate) -> bool:
        """Whether a trigger of a carousel leads to one slide, not to the next one."""
        return self.siblings[f"{candidate.reason}:{candidate.group}"] > 2 or candidate.role == "tab"

    async def _turn(self, candidate: Candidate, action: Action, kept: Found, change: Change) -> Change:
        """Goes on turning a carousel until it shows what is known; returns the last change."""
        at = kept
        for _ in range(MAX_SLIDES - 2):
            if self._over():
                break
            step = len(at.state.recipe)
            change = await acting.do(self.tab, action, f"step{step - 1}", f"step{step}")
            turned = await self._accept(at, candidate, (action,), change) if change.visible else None
            if not turned:
                break
            at = turned
        return change

    def _note(self, candidate: Candidate, change: Change) -> None:
        name = candidate.name or candidate.tag
        says = {
            "form": "sends a form, which was not sent",
            "window": "opens a window, which was not opened",
            "download": "downloads a file, which was not fetched",
            "dialog": "shows a dialog box of the browser, which was dismissed",
            "print": "prints, which was not done",
        }
        for what, reason in says.items():
            if change.noted(what):
                self._skip(candidate.selector, f"{name}: {reason}")
        if url := change.noted("navigation"):
            self.links.append((url, ""))
            if origin(url) != origin(self.tab.url):
                self._skip(candidate.selector, f"{name}: leads off the site")
        for method, url in self.tab.refused():
            self._skip(candidate.selector, f"{name}: {method} {url} was not sent")

    def _is_route(self, change: Change) -> bool:
        table = self.options.table
        return change.moved_on and table.path(change.url) != table.path(change.from_url)

    def _home(self, candidate: Candidate) -> None:
        """Remembers the one of alike triggers that changes nothing: it is the one that is set already."""
        self.homes.setdefault(candidate.tablist or candidate.group, candidate.at)

    # Keeping

    async def _accept(
        self, parent: Found, candidate: Candidate, actions: tuple[Action, ...], change: Change
    ) -> Found | None:
        recipe = (*parent.state.recipe, *actions)
        known = self.by_digest.get(change.digest)
        if known:
            if len(recipe) < len(known.state.recipe):
                reveals, hides = await self._shown(parent, recipe)
                known.state = replace(known.state, recipe=recipe, parent=parent.state.id, reveals=reveals, hides=hides)
                known.undo = None
            return None
        kind = kind_of(
            candidate,
            change,
            self.siblings[f"{candidate.reason}:{candidate.group}"],
            (self.tab.viewport.width, self.tab.viewport.height),
        )
        label = label_of(kind, candidate, change, self._slide(change) if kind == "carousel" else 0)
        label = self._unlike(label, candidate)
        reveals, hides = await self._shown(parent, recipe)
        state = State(
            self._free(state_id(kind, label, change)),
            label,
            kind,
            recipe,
            parent.state.id,
            reveals,
            hides,
        )
        found = Found(state, change.digest, frozenset({*change.added_texts, *change.images}), parent.level + 1)
        self.found.append(found)
        self.by_digest[change.digest] = found
        if found.level < self.options.depth + (DIALOG_DEPTH if kind == "dialog" else 0) and not calendar(change):
            scopes = None if kind == "overlay" else [root.selector for root in change.roots if root.selector]
            found.candidates = await self._candidates(scopes) if scopes is None or scopes else []
        return found

    async def _shown(self, parent: Found, recipe: tuple[Action, ...]) -> tuple[tuple[Shown, ...], tuple[Shown, ...]]:
        """What is seen now and was not in the parent, and the other way round."""
        shown = await self.tab.ask("shownBetween", self.sight(parent), f"step{len(recipe) - 1}")
        return tuple(Shown(**one) for one in shown["reveals"]), tuple(Shown(**one) for one in shown["hides"])

    def _slide(self, change: Change) -> int:
        """Number of the slide that came, from 1; one that cannot be told takes the next free one."""
        turned = next((root for root in change.roots if root.slide), None)
        taken = self.slides.setdefault(turned.carousel if turned else "", {1})
        number = int(turned.slide) if turned and turned.slide.isdigit() else 0
        if not number or number in taken:
            number = max(taken) + 1
        taken.add(number)
        return number

    def _unlike(self, label: str, candidate: Candidate) -> str:
        """The label, with its trigger's name when another state is called the same."""
        taken = {found.state.label for found in self.found}
        if label in taken and candidate.name and candidate.name not in label and not label.startswith("Slide "):
            label = f"{label} ({candidate.name[:40]})"
        return label

    def _free(self, name: str) -> str:
        taken = {found.state.id for found in self.found}
        number, free = 2, name
        while free in taken:
            free, number = f"{name}-{number}", number + 1
        return free

    # Going back

    async def _go_back(self, parent: Found, candidate: Candidate, change: Change, kept: Found | None) -> None:
        """Undoes a probe by the reverse action when the page then shows the parent state again; else the next
        probe starts from a fresh load."""
        if change.digest == parent.digest and not change.moved_on:
            return
        if change.digest == self.found[0].digest and not self.dirty and not change.moved_on:
            self.at = self.found[0]
            return
        self.at = None
        sight = self.sight(parent)
        for how, selector in self._ways(candidate, change):
            if await acting.undo(self.tab, how, selector, sight):
                self.at = parent
                if kept:
                    kept.undo = (how, selector)
                return

    def _ways(self, candidate: Candidate, change: Change) -> list[tuple[str, str]]:
        home = self.homes.get(candidate.tablist or candidate.group, "")
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
