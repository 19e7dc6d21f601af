"""Real pages changed by script in a real browser, one kind of change at a time, and what verify says of each.

The expectation is written down here, apart from verify: which rules tell a change, and of which element.
"""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from heatreel.capture.browser import launch
from heatreel.capture.guard import NetworkGuard
from heatreel.capture.options import CaptureOptions
from heatreel.capture.tab import Tab
from heatreel.core.element import Element, Outline
from heatreel.core.finding import Finding
from heatreel.core.state import DEFAULT, Snapshot, State
from heatreel.core.viewport import Viewport
from heatreel.replay.verify import Captured, verify

SCRIPT = (Path(__file__).parent / "mutations.js").read_text()

EXPECTED: dict[str, frozenset[str]] = {
    "remove": frozenset({"gone"}),
    "block": frozenset({"gone"}),
    "rename": frozenset({"renamed"}),
    "below_fold": frozenset({"below_fold"}),
    # What is pushed out of a box that cuts it off is not below the fold, it is out of sight.
    "push": frozenset({"below_fold", "gone"}),
    "cover": frozenset({"covered"}),
    "overlap": frozenset({"covered"}),
    "disable": frozenset({"disabled"}),
    "destination": frozenset({"destination"}),
    "shrink": frozenset({"shrank", "target_size"}),
    "squeeze": frozenset({"shrank", "target_size"}),
    "dead": frozenset({"not_interactive", "gone"}),
    "hide": frozenset({"gone"}),
    "swap": frozenset({"moved", "below_fold"}),
}
"""The rules of which one must name the element that was changed."""

CONSEQUENCES: dict[str, frozenset[str]] = {
    "below_fold": frozenset({"moved", "shrank", "target_size", "covered"}),
    "hide": frozenset({"shrank", "target_size"}),
    "remove": frozenset({"shrank", "target_size"}),
    "swap": frozenset({"shrank", "target_size", "covered", "renamed"}),
}
"""Rules that may be broken by the same change of the same element, beside the one it must break."""

NEUTRAL = ("nothing", "churn", "wrap", "retag", "unwrap", "recolour", "restyle", "reflow", "numbers", "scripts")
"""Changes that no visitor would notice, or that harm nobody."""

# So many targets are tried for one change that takes hold: a style may not apply, an element may not move.
TRIES = 3
_FIELDS = frozenset({"input", "select", "textarea"})


@dataclass(frozen=True)
class Mutated:
    """One change made to one page. `targets` are elements of `before`."""

    page: str
    kind: str
    viewport: Viewport
    before: Outline
    after: Outline
    targets: tuple[Element, ...]

    def findings(self) -> tuple[Finding, ...]:
        sides = [captured(outline, self.page, self.viewport) for outline in (self.before, self.after)]
        return verify(*sides).findings

    def is_hit(self, finding: Finding) -> bool:
        """Whether a finding tells this change, of one of its targets or of what holds or is held by it."""
        return finding.rule in EXPECTED.get(self.kind, ()) and self._names_target(finding)

    def is_consequence(self, finding: Finding) -> bool:
        """Whether a finding tells what else the change did to its targets."""
        if self.kind == "push" and finding.rule == "below_fold":
            return True
        return finding.rule in CONSEQUENCES.get(self.kind, ()) and self._names_target(finding)

    def _names_target(self, finding: Finding) -> bool:
        named = {self.before.by_selector[selector].index for selector in finding.elements}
        if finding.before:
            named.add(self.before.by_selector[finding.before.selector].index)
        related = any(self._related(target.index, index) for target in self.targets for index in named)
        # A bar may lie over something that lay over its target before: a label that floats in its field.
        over = self.kind in ("cover", "overlap") and any(
            _overlap(target.box, self.before.elements[index].box) for target in self.targets for index in named
        )
        # Of "Buy", "Buy" and "Buy" side by side nobody can tell which one went.
        twins = self.kind in ("remove", "hide", "block") and any(
            _is_twin(target, self.before.elements[index]) for target in self.targets for index in named
        )
        return related or over or twins

    def _related(self, one: int, two: int) -> bool:
        return one in self._line(two) or two in self._line(one)

    def _line(self, index: int) -> list[int]:
        line = []
        while index >= 0:
            line.append(index)
            index = self.before.elements[index].parent
        return line


def _is_twin(one: Element, two: Element) -> bool:
    return (one.parent, one.tag, one.name, one.href) == (two.parent, two.tag, two.name, two.href)


def _overlap(one: Sequence[float], two: Sequence[float]) -> bool:
    return all(one[axis] < two[axis] + two[axis + 2] and two[axis] < one[axis] + one[axis + 2] for axis in (0, 1))


def captured(outline: Outline, page: str, viewport: Viewport) -> Captured:
    """An outline as a capture of one page with its default state only."""
    state = State(DEFAULT, "Default", DEFAULT)
    snapshot = Snapshot(
        1, "x", page, page, page, viewport, "", state, int(outline.width), int(outline.height), "", "", ""
    )
    return Captured([snapshot], lambda _: outline)


async def mutated(
    urls: Sequence[tuple[str, str]], viewport: Viewport, kinds: Sequence[str], each: int, seed: int = 1
) -> AsyncIterator[Mutated]:
    """Each page (name and URL) with `each` changes of every kind that it has targets for."""
    async with opened(viewport) as tab:
        for name, url in urls:
            before = await outline_of(tab, url)
            for kind in kinds:
                chance = random.Random(f"{seed} {name} {kind}")
                done = 0
                for targets in _targets(kind, before, viewport, chance, TRIES * each):
                    after = await _mutated(tab, url, kind, targets, chance.randrange(2**31)) if done < each else None
                    if after is not None:
                        done += 1
                        yield Mutated(name, kind, viewport, before, after, tuple(targets))


@asynccontextmanager
async def opened(viewport: Viewport) -> AsyncIterator[Tab]:
    """A window of a browser that reaches this machine only: pages ask for fonts and advertisements elsewhere, and a
    name that does not resolve may take long to fail."""
    async with launch(arguments=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]) as browser:
        tab = Tab(browser, await NetworkGuard.start(browser), viewport, CaptureOptions(viewports=(viewport,)))
        try:
            yield tab
        finally:
            await tab.close()


async def outline_of(tab: Tab, url: str) -> Outline:
    await tab.load(url, fresh=True)
    return Outline.from_json(await tab.call("__heatreel.outline(document, {key: ''})"))


async def _mutated(tab: Tab, url: str, kind: str, targets: Sequence[Element], seed: int) -> Outline | None:
    await tab.load(url, fresh=True)
    await tab.page.evaluate(SCRIPT)
    selectors = json.dumps([target.selector for target in targets])
    did = await tab.page.evaluate(
        f"__mutations.mutate({json.dumps(kind)}, {selectors}.map((css) => document.querySelector(css)), {seed})"
    )
    if not did:
        return None
    await tab.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return Outline.from_json(await tab.call("__heatreel.outline(document, {key: ''})"))


def _targets(
    kind: str, outline: Outline, viewport: Viewport, chance: random.Random, each: int
) -> list[tuple[Element, ...]]:
    """Up to `each` choices of what to change; one empty choice for the kinds that change the whole page."""
    if kind in NEUTRAL:
        return [()]
    fitting = [element for element in outline.elements if _fits(kind, element, outline, viewport)]
    if kind in ("destination", "swap"):
        return _two_of(kind, fitting, chance, each)
    chance.shuffle(fitting)
    return [(element,) for element in fitting[:each]]


def _two_of(kind: str, fitting: list[Element], chance: random.Random, each: int) -> list[tuple[Element, ...]]:
    found: list[tuple[Element, ...]] = []
    for one in chance.sample(fitting, len(fitting)):
        others = [two for two in fitting if _differ(kind, one, two)]
        if others and len(found) < each:
            found.append((one, chance.choice(others)))
    return found


def _differ(kind: str, one: Element, two: Element) -> bool:
    if kind == "destination":
        return one.href != two.href
    far = abs(one.box[0] - two.box[0]) > 300 or abs(one.box[1] - two.box[1]) > 300
    nested = one.selector in two.selector or two.selector in one.selector
    return far and not nested and one.name != two.name


def _fits(kind: str, element: Element, outline: Outline, viewport: Viewport) -> bool:
    """Whether a change of this kind to this element is one that a visitor would notice."""
    if not (element.visible and element.interactive) or ">>>" in element.selector or element.tag in ("body", "main"):
        return False
    real = element.tag in ("a", "button", "input", "select", "textarea", "summary") or element.role == "button"
    if not real or min(element.box[2:]) < 8 or element.disabled:
        return False
    if element.box[0] < 0 or element.box[0] + element.box[2] > viewport.width:
        return False
    above = element.box[1] + element.box[3] <= viewport.height
    match kind:
        case "rename":
            return bool(element.name) and element.tag not in _FIELDS and any(char.isalpha() for char in element.name)
        case "below_fold" | "push":
            return above and not element.position
        case "cover":
            return above
        case "disable":
            return element.tag in ("button", "input", "select", "textarea")
        case "destination":
            return element.tag == "a" and element.href not in ("", "#")
        case "shrink" | "squeeze":
            return min(element.box[2:]) >= 20 and bool(element.name) and element.tag not in _FIELDS
        case "dead":
            return element.tag in ("a", "button") and bool(element.name)
        case "swap":
            return element.tag in ("a", "button") and bool(element.name)
        case "block":
            return element.parent > 0 and outline.elements[element.parent].tag not in ("body", "main")
    return True
