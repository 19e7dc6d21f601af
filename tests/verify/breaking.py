"""Pages made by others, captured in all states: one tab, menu, accordion or dialog broken, or changed in ways that
nobody notices; and what verify says of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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


@dataclass(frozen=True)
class Twice:
    """A page captured as `base`, to be captured again as it is served with something put into its head."""

    folder: Path
    root: Path
    page: str
    options: CaptureOptions

    def take(self, label: str, snippet: str = "") -> None:
        package, _, path = self.page.partition("/")
        options = replace(self.options, label=label)
        if label != "base":
            options = options.asking(recipes_from(self.folder, "base"))
        with served(self.root / package, snippet) as url:
            capture_urls(self.folder, [f"{url}/{path}"], options, False, healer(self.folder, "base"))

    def states(self) -> list[State]:
        with Workspace.open(self.folder) as workspace:
            return [one.state for one in workspace.snapshots(workspace.capture("base"))]

    def findings(self, snippet: str) -> tuple[Finding, ...]:
        self.take("head", snippet)
        with Workspace.open(self.folder) as workspace:
            sides = [load_captured(workspace, workspace.capture(label)) for label in ("base", "head")]
            return verify(*sides).findings


@contextmanager
def twice(root: Path, page: str, viewport: Viewport) -> Iterator[Twice]:
    with tempfile.TemporaryDirectory() as home:
        options = CaptureOptions(viewports=(viewport,), label="base", routes="none", replace=True)
        one = Twice(Path(home), root, page, options)
        one.take("base")
        yield one


def broken(root: Path, page: str, viewport: Viewport, most: int) -> Iterator[Broken]:
    """A page captured as it is, again as it is, and again with each of its first states broken."""
    with twice(root, page, viewport) as one:
        single = [
            state for state in one.states() if state.id != DEFAULT and [act.action for act in state.recipe] == ["click"]
        ]
        for state in (None, *single[:most]):
            snippet = _DEAF % json.dumps(state.recipe[0].selector) if state else ""
            yield Broken(page, viewport, state, one.findings(snippet))


UNNOTICED = ("wrap", "recolour", "restyle", "reflow", "scripts")
"""Kinds of `mutations.js` that leave scripts and hidden parts of a page as they are."""


def unnoticed(root: Path, page: str, viewport: Viewport) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """What verify says of a page in all states after each change that nobody notices, made as soon as it is read."""
    script = (Path(__file__).parent / "mutations.js").read_text()
    with twice(root, page, viewport) as one:
        for kind in UNNOTICED:
            change = (
                f'addEventListener("DOMContentLoaded", () => __mutations.mutate("{kind}", [], 7), {{ once: true }})'
            )
            yield kind, one.findings(f"<script>{script}\n{change}</script>")


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
            print("  ".join(_unnoticed_lines(root, page, viewport)), flush=True)


def _unnoticed_lines(root: Path, page: str, viewport: Viewport) -> Iterator[str]:
    yield "  not noticed:"
    for kind, findings in unnoticed(root, page, viewport):
        yield f"{kind} {len(findings)}" + "".join(f"\n    {one.severity} {one.detail}" for one in findings)
