"""The demo shop against its redesign: which of the listed changes verify finds, and what it finds beside them.

The list (`changes.json` of the redesign) was written by who made the redesign. Its selectors are those of the live
pages; they are asked of a browser here, and owe nothing to verify.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatreel.app.demo.serving import FOLDER, serve_shop
from heatreel.capture.browser import launch
from heatreel.capture.capture import capture
from heatreel.capture.guard import NetworkGuard
from heatreel.capture.options import CaptureOptions
from heatreel.capture.tab import Tab
from heatreel.core.element import Outline
from heatreel.core.finding import Finding
from heatreel.core.routes import RouteTable
from heatreel.core.state import DEFAULT
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.replay.verify import Captured, Verification, verify
from heatreel.replay.verify.load import load_captured

PATHS = {
    "/": "/",
    "/shop": "/shop",
    "/product/{slug}": "/product/ridgeline-38",
    "/cart": "/cart",
    "/help": "/help",
    "/checkout": "/checkout",
}
ROUTES = RouteTable(("/product/{slug}",))
RULES: dict[str, frozenset[str]] = {
    "removed": frozenset({"gone"}),
    "moved into a state": frozenset({"hidden"}),
    "moved": frozenset({"moved", "below_fold"}),
    "renamed": frozenset({"renamed"}),
    "destination swapped": frozenset({"destination"}),
    "below the fold": frozenset({"below_fold"}),
    "smaller target": frozenset({"shrank", "target_size"}),
    "no longer interactive": frozenset({"not_interactive"}),
    "state broken": frozenset({"state_lost"}),
    "covered": frozenset({"covered"}),
    "disabled": frozenset({"disabled"}),
}
"""The rules that tell each kind of change."""

PUSHED = frozenset({"below_fold", "covered"})
"""What a change that moves all below it may do to the rest of its page."""


@dataclass(frozen=True)
class Change:
    """One entry of the list, with the selectors of its elements by (page, viewport)."""

    id: str
    kind: str
    noticed: bool
    shifts: bool
    selectors: dict[tuple[str, str], frozenset[str]]
    names: frozenset[str]


@dataclass(frozen=True)
class Scored:
    """How the findings compare with the list. `missed` holds (change, page, viewport), `unexplained` the rest."""

    changes: int
    found: int
    spots: int
    spots_found: int
    missed: tuple[tuple[str, str, str], ...]
    unexplained: tuple[Finding, ...]
    findings: int

    @property
    def recall(self) -> float:
        return self.found / self.changes

    @property
    def precision(self) -> float:
        return 1 - len(self.unexplained) / self.findings if self.findings else 1.0


async def capture_both(folder: Path, viewports: tuple[Viewport, ...], states: str = "auto", workers: int = 1) -> None:
    """Captures both builds into a workspace, as `before` and `after`."""
    for build, label in (("shop", "before"), ("redesign", "after")):
        with serve_shop(build) as base:
            options = CaptureOptions(
                viewports=viewports, label=label, table=ROUTES, routes="none", states=states, workers=workers
            )
            await capture(folder, [base + path for path in PATHS.values()], options)


def compare(folder: Path) -> tuple[Verification, Captured, Captured]:
    with Workspace.open(folder) as workspace:
        sides = [load_captured(workspace, workspace.capture(label)) for label in ("before", "after")]
        return verify(*sides), sides[0], sides[1]


async def read_changes(viewports: Sequence[Viewport]) -> list[Change]:
    """The list of changes, with its selectors turned into those of the page model in a live shop."""
    raw = json.loads((FOLDER / "redesign" / "changes.json").read_text("utf-8"))["changes"]
    found: dict[str, dict[tuple[str, str], list[list[str]]]] = {record["id"]: {} for record in raw}
    with serve_shop("shop") as base:
        async with launch() as browser:
            guard = await NetworkGuard.start(browser)
            for viewport in viewports:
                tab = Tab(browser, guard, viewport, CaptureOptions(viewports=(viewport,)))
                for page, path in PATHS.items():
                    await tab.load(base + path, fresh=True)
                    for record in raw:
                        if record["page"] in ("*", page) and viewport.name in record["viewports"]:
                            found[record["id"]][page, viewport.name] = await _ask(tab, record["before"])
                await tab.close()
    return [_change(record, found[record["id"]]) for record in raw]


_NAME = "el.innerText || (el.labels && el.labels[0] && el.labels[0].innerText) || ''"


async def _ask(tab: Tab, css: str) -> list[list[str]]:
    script = "(css) => [...document.querySelectorAll(css)].map((el) => [__heatreel.selector(el), " + _NAME + "])"
    answer: list[list[str]] = await tab.page.evaluate(script, css)
    return answer


def _change(record: dict[str, Any], found: dict[tuple[str, str], list[list[str]]]) -> Change:
    selectors = {key: frozenset(selector for selector, _ in some) for key, some in found.items() if some}
    words = frozenset(text.split("\n")[0].strip() for some in found.values() for _, text in some if text.strip())
    return Change(record["id"], record["kind"], record["noticed"], record.get("shifts", False), selectors, words)


def score(found: Verification, before: Captured, changes: Sequence[Change]) -> Scored:
    """Each change at each page and viewport that has it must be told; each finding must be told by a change."""
    outlines = {
        (snapshot.page, snapshot.viewport.name): before.outline(snapshot)
        for snapshot in before.snapshots
        if snapshot.state.id == DEFAULT
    }
    noticed = [change for change in changes if change.noticed]
    spots = [(change, key) for change in noticed for key in change.selectors if key in outlines]
    told = {
        (change.id, key)
        for change, key in spots
        if any(_tells(finding, change, key, outlines[key]) for finding in found.findings)
    }
    missed = tuple((change.id, *key) for change, key in spots if (change.id, key) not in told)
    unexplained = [finding for finding in found.findings if not _explained(finding, noticed, outlines)]
    reachable = {change.id for change, _ in spots}
    return Scored(
        changes=len(reachable),
        found=len({change for change, _ in told}),
        spots=len(spots),
        spots_found=len(told),
        missed=missed,
        unexplained=tuple(unexplained),
        findings=len(found.findings),
    )


def _explained(finding: Finding, changes: Sequence[Change], outlines: dict[tuple[str, str], Outline]) -> bool:
    for change in changes:
        for key, outline in outlines.items():
            if key in change.selectors and _tells(finding, change, key, outline):
                return True
            pushed = change.shifts and finding.rule in PUSHED and key in change.selectors
            if pushed and key in {(place.page, place.viewport) for place in finding.places}:
                return True
    return False


def _tells(finding: Finding, change: Change, key: tuple[str, str], outline: Outline) -> bool:
    """Whether a finding tells a change at a page and viewport: by its element, or by name as what was passed."""
    if key not in {(place.page, place.viewport) for place in finding.places}:
        return False
    if finding.rule not in RULES.get(change.kind, ()):
        return False
    named = {*finding.elements, *([finding.before.selector] if finding.before else [])}
    lines = [_line(outline, selector) for selector in named]
    wanted = [_line(outline, selector) for selector in change.selectors[key]]
    related = any(one and other and (one[0] in other or other[0] in one) for one in lines for other in wanted)
    return related or (change.kind == "moved" and any(name and f'"{name}' in finding.detail for name in change.names))


def _line(outline: Outline, selector: str) -> list[int]:
    """An element and all that is around it."""
    element = outline.by_selector.get(selector)
    line: list[int] = []
    index = element.index if element else -1
    while index >= 0:
        line.append(index)
        index = outline.elements[index].parent
    return line


def lines(scored: Scored) -> list[str]:
    """The score for people."""
    text = [
        f"changes found: {scored.found} of {scored.changes} ({100 * scored.recall:.1f} %),"
        f" at {scored.spots_found} of {scored.spots} pages and viewports",
        f"findings told by the list: {scored.findings - len(scored.unexplained)} of {scored.findings}"
        f" ({100 * scored.precision:.1f} %)",
    ]
    text += [f"  missed: {change} on {page} at {viewport}" for change, page, viewport in scored.missed]
    for one in scored.unexplained:
        where = f"{one.place.page} {one.place.viewport} {one.place.state}"
        text.append(f"  not in the list: {one.severity} {one.rule} {where}: {one.detail}")
    return text


if __name__ == "__main__":
    import sys
    import tempfile

    shown = [Viewport.parse(text) for text in sys.argv[1:]] or [Viewport("desktop", 1440, 900)]
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(capture_both(Path(home), tuple(shown)))
        result, old, _ = compare(Path(home))
        print("\n".join(lines(score(result, old, asyncio.run(read_changes(shown))))))
