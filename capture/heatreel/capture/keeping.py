"""Keeping a state that was found: its kind, name, id, what it reveals and hides, and where it can lead."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from heatreel.capture.changes import Change
from heatreel.capture.classify import Named, calendar, largest, name_of, state_id
from heatreel.capture.found import Found
from heatreel.capture.standing import Standing
from heatreel.capture.tab import Tab
from heatreel.capture.triggers import Candidate, plan
from heatreel.core.state import Action, Shown, Skipped, State

DIALOG_DEPTH = 1
"""Inside a dialog one level more is explored."""


class Keeping(Standing):
    """The states found so far, each once, and the candidates they bring."""

    def __init__(self, tab: Tab, page: str) -> None:
        super().__init__(tab)
        self.page = page
        self.by_digest: dict[str, Found] = {}
        self.skipped: list[Skipped] = []
        self.known: set[str] = set()
        self.siblings: Counter[str] = Counter()
        self.slides: dict[str, set[int]] = {}
        self.indicated: set[str] = set()

    def skip(self, candidate: Candidate, reason: str) -> None:
        """Records that something was not tried or could not be done, and why."""
        text = " ".join(f"{candidate.name or candidate.tag}: {reason}".split())[:300]
        self.skipped.append(Skipped(self.page, self.tab.viewport.name, candidate.selector, text))

    def deepest(self, found: Found) -> int:
        """Down to which level the candidates of a state are tried."""
        return self.options.depth + (DIALOG_DEPTH if found.state.kind == "dialog" else 0)

    async def candidates(self, scopes: list[str] | None) -> list[Candidate]:
        """What is worth a try now, inside `scopes` (selectors) if given, and was not known yet."""
        answer = await self.tab.ask("find", sorted(self.known), scopes)
        touch = self.tab.viewport.touch
        hovers = [] if touch else (await self.tab.ask("findHover", sorted(self.known), scopes))["found"]
        records = [Candidate.from_json(record) for record in [*answer["found"], *hovers]]
        self.known.update(f"hover {one.selector}" if one.hovers else one.selector for one in records)
        self.siblings.update(one.alike for one in records)
        made = plan(records, self.tab.url, bool(answer["delegates"]), touch)
        for candidate, reason in made.left_out:
            self.skip(candidate, reason)
        return list(made.chosen)

    async def accept(
        self,
        parent: Found,
        candidate: Candidate,
        actions: tuple[Action, ...],
        change: Change,
        level: int = 0,
    ) -> Found | None:
        """The state that the page shows now, when it is a new one. `level`: its own, else one below its parent."""
        recipe = (*parent.state.recipe, *actions)
        known = self.by_digest.get(change.digest)
        if known:
            await self._shorten(known, parent, recipe)
            return None
        named = self.describe(candidate, change)
        twin = next((one for one in self.found if one.is_twin(named.kind, change)), None)
        if twin:
            self.by_digest[change.digest] = twin
            return None
        label = self._unlike(named.label, candidate, change)
        reveals, hides = await self.shown(parent, recipe)
        if not reveals and not hides and change.added + change.removed and not change.rearranged:
            return None
        name = self._free(state_id(named.kind, label, change))
        state = State(name, label, named.kind, recipe, parent.state.id, reveals, hides)
        texts = frozenset({*change.added_texts, *change.images})
        roots = frozenset(root.selector for root in change.roots if root.selector)
        gone = frozenset(change.removed_texts)
        found = Found(
            state, change.digest, texts, level or parent.level + 1, roots=roots, gone=gone, trigger=candidate.name
        )
        self.found.append(found)
        self.by_digest[change.digest] = found
        if found.level < self.deepest(found) and not calendar(change):
            scopes = None if named.kind == "overlay" else [root.selector for root in change.roots if root.selector]
            found.candidates = await self.candidates(scopes) if scopes is None or scopes else []
        return found

    async def _shorten(self, known: Found, parent: Found, recipe: tuple[Action, ...]) -> None:
        """A shorter way to a state takes the place of the known one."""
        if known.state.recipe and len(recipe) < len(known.state.recipe):
            reveals, hides = await self.shown(parent, recipe)
            known.state = replace(known.state, recipe=recipe, parent=parent.state.id, reveals=reveals, hides=hides)
            known.undo = None

    async def shown(self, parent: Found, recipe: tuple[Action, ...]) -> tuple[tuple[Shown, ...], tuple[Shown, ...]]:
        """What is seen now and was not in the parent, and the other way round."""
        shown = await self.tab.ask("shownBetween", self.sight(parent), f"step{len(recipe) - 1}")
        return tuple(Shown(**one) for one in shown["reveals"]), tuple(Shown(**one) for one in shown["hides"])

    def describe(self, candidate: Candidate, change: Change) -> Named:
        """Kind and name of what a candidate led to."""
        window = self.tab.viewport.width, self.tab.viewport.height
        named = name_of(candidate, change, self.siblings[candidate.alike], window)
        if named.kind != "carousel":
            return named
        return replace(named, label=f"Slide {self._slide(change)}")

    def _slide(self, change: Change) -> int:
        """Number of the slide that came, from 1; one that cannot be told takes the next free one."""
        turned = next((root for root in change.roots if root.slide), None)
        taken = self.slides.setdefault(turned.carousel if turned else "", {1})
        number = int(turned.slide) if turned and turned.slide.isdigit() else 0
        if not number or number in taken:
            number = max(taken) + 1
        taken.add(number)
        return number

    def _unlike(self, label: str, candidate: Candidate, change: Change) -> str:
        """The label; when another state is called the same, with its trigger's name, with what came, or a number."""
        taken = {found.state.label for found in self.found}
        if label not in taken:
            return label
        if candidate.name and candidate.name not in label and not label.startswith("Slide "):
            label = f"{label} ({candidate.name[:40]})"
        root = largest(change.roots)
        if label in taken and root and root.line and root.line not in label and len(root.line) <= 40:
            label = f"{label} ({root.line})"
        number, free = 2, label
        while free in taken:
            free, number = f"{label} ({number})", number + 1
        return free

    def _free(self, name: str) -> str:
        taken = {found.state.id for found in self.found}
        number, free = 2, name
        while free in taken:
            free, number = f"{name}-{number}", number + 1
        return free
