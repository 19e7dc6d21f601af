"""Pages made by others on which one tab, menu, accordion or dialog is broken, and what verify says of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from heatreel.app.asking import healer, recipes_from
from heatreel.app.capturing import capture_urls
from heatreel.capture.options import CaptureOptions
from heatreel.core.finding import Finding
from heatreel.core.state import DEFAULT, State
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.replay.verify import verify
from heatreel.replay.verify.load import load_captured
from serving import served

PAGES = (
    "jquery-ui/demos/tabs/default.html",
    "jquery-ui/demos/accordion/default.html",
    "jquery-ui/demos/dialog/modal-form.html",
    "startbootstrap-modern-business/faq.html",
    "spectre.css/docs/components/modals.html",
)
"""Pages with switches, in packages of tests/sites."""

# Nothing on the page hears of a press on the element, and its own action does not happen.
_DEAF = """<script>for (const type of ["click", "mousedown", "pointerdown", "touchstart", "keydown", "focus"])
  addEventListener(type, (event) => {
    const at = event.target.nodeType === 1 && event.target.closest(%s);
    if (at) { event.stopImmediatePropagation(); event.preventDefault(); }
  }, { capture: true, passive: false });</script>"""


@dataclass(frozen=True)
class Broken:
    """One state that HEAD does not lead to any more, and the findings. `state` is None where nothing was broken."""

    page: str
    viewport: Viewport
    state: State | None
    findings: tuple[Finding, ...]

    def tells(self, finding: Finding) -> bool:
        """Whether a finding is of the state, or of what led there."""
        if self.state is None or finding.rule not in ("state_lost", "not_interactive", "hidden", "gone"):
            return False
        trigger = self.state.recipe[-1].selector
        named = {*finding.elements, *([finding.before.selector] if finding.before else [])}
        return trigger in named or self.state.id in {place.state for place in finding.places}


def broken(root: Path, page: str, viewport: Viewport, most: int) -> Iterator[Broken]:
    """A page captured as it is, again as it is, and again with each of its first states broken."""
    package, _, path = page.partition("/")
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        base = CaptureOptions(viewports=(viewport,), label="base", routes="none", replace=True)
        with served(root / package) as url:
            capture_urls(folder, [f"{url}/{path}"], base, False)
        with Workspace.open(folder) as workspace:
            states = [one.state for one in workspace.snapshots(workspace.capture("base"))]
        single = [one for one in states if one.id != DEFAULT and [act.action for act in one.recipe] == ["click"]]
        for state in (None, *single[:most]):
            snippet = _DEAF % json.dumps(state.recipe[0].selector) if state else ""
            head = replace(base, label="head").asking(recipes_from(folder, "base"))
            with served(root / package, snippet) as url:
                capture_urls(folder, [f"{url}/{path}"], head, False, healer(folder, "base"))
            with Workspace.open(folder) as workspace:
                sides = [load_captured(workspace, workspace.capture(label)) for label in ("base", "head")]
                yield Broken(page, viewport, state, verify(*sides).findings)


def print_broken(root: Path, viewports: tuple[Viewport, ...], most: int) -> None:
    """For each page: states broken, how many were found, and findings of nothing that was broken."""
    print(f"{'page':<46}{'viewport':<10}{'broken':>7}{'found':>7}{'not told':>10}")
    for viewport in viewports:
        for page in PAGES:
            tried = found = wrong = 0
            lines = []
            for one in broken(root, page, viewport, most):
                told = [finding for finding in one.findings if one.tells(finding)]
                tried, found = tried + (one.state is not None), found + bool(told)
                others = [finding for finding in one.findings if finding not in told]
                wrong += len(others)
                lines += [f"  {one.state.label if one.state else 'as it is'}: {finding.detail}" for finding in others]
                lines += [f"  missed: {one.state.label}"] if one.state and not told else []
            print("\n".join([f"{page:<46}{viewport.name:<10}{tried:>7}{found:>7}{wrong:>10}", *lines]), flush=True)
