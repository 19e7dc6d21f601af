"""How often verify tells something of a build that has not changed: for `scripts/bench verify --flakes N`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from heatreel.app.asking import healer, recipes_from
from heatreel.app.capturing import capture_urls
from heatreel.app.demo.serving import serve_shop
from heatreel.capture.options import CaptureOptions
from heatreel.core.routes import RouteTable
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.replay.verify import verify
from heatreel.replay.verify.load import load_captured
from serving import served
from verify.redesign import PATHS, ROUTES

SITES: dict[str, tuple[str, ...]] = {
    "startbootstrap-modern-business": ("index.html", "faq.html"),
    "spectre.css": ("docs/components/tabs.html", "docs/elements/forms.html"),
    "owl.carousel": ("docs/demos/basic.html", "docs/demos/autoplay.html"),
    "jquery-ui": ("demos/tabs/default.html", "demos/dialog/modal-form.html"),
    "reveal.js": ("demo.html",),
}
"""Pages made by others, of packages in tests/sites."""


@dataclass
class Flakes:
    """The runs of one site: how many told something, and what. `states` is how many its first capture holds."""

    runs: int = 0
    told: int = 0
    states: int = 0
    seconds: float = 0.0
    details: list[str] = field(default_factory=list)


@contextmanager
def opened(name: str, root: Path) -> Iterator[tuple[list[str], RouteTable]]:
    """The URLs of a site's pages, served as long as the context lasts."""
    with ExitStack() as stack:
        if name == "shop":
            base = stack.enter_context(serve_shop("shop"))
            yield [base + path for path in PATHS.values()], ROUTES
        else:
            base = stack.enter_context(served(root / name))
            yield [f"{base}/{page}" for page in SITES[name]], RouteTable()


def flakes(name: str, root: Path, runs: int, viewports: Sequence[Viewport], workers: int) -> Flakes:
    """Captures a site once, then `runs` times again as `heatreel verify` does, each compared with the first."""
    done = Flakes()
    folder = Path(tempfile.mkdtemp(prefix="heatreel-flakes-"))
    try:
        with opened(name, root) as (urls, table):
            options = CaptureOptions(
                viewports=tuple(viewports), label="base", routes="none", table=table, workers=workers, replace=True
            )
            capture_urls(folder, urls, options, False)
            with Workspace.open(folder) as workspace:
                done.states = len(workspace.snapshots(workspace.capture("base")))
            again = CaptureOptions(**{**vars(options), "label": "head"}).asking(recipes_from(folder, "base"))
            for number in range(1, runs + 1):
                started = time.monotonic()
                capture_urls(folder, urls, again, False, healer(folder, "base"))
                done.seconds += time.monotonic() - started
                found = _compare(folder)
                done.runs, done.told = done.runs + 1, done.told + bool(found)
                done.details += [f"{name} run {number}: {line}" for line in found]
    finally:
        shutil.rmtree(folder)
    return done


def _compare(folder: Path) -> list[str]:
    with Workspace.open(folder) as workspace:
        sides = [load_captured(workspace, workspace.capture(label)) for label in ("base", "head")]
        return [f"{one.severity} {one.rule}: {one.detail}" for one in verify(*sides).findings]


def print_flakes(names: Sequence[str], root: Path, runs: int, viewports: Sequence[Viewport], workers: int) -> None:
    """Prints a line for each site as soon as it is done, and what was told."""
    print(f"{'site':<32}{'snapshots':>10}{'runs':>6}{'told':>6}{'s a capture':>13}")
    total = Flakes()
    for name in names or ("shop", *SITES):
        done = flakes(name, root, runs, viewports, workers)
        print(f"{name:<32}{done.states:>10}{done.runs:>6}{done.told:>6}{done.seconds / max(done.runs, 1):>13.1f}")
        for line in done.details:
            print(f"  {line}")
        sys.stdout.flush()
        total.runs, total.told = total.runs + done.runs, total.told + done.told
    print(f"flake rate: {total.told} of {total.runs} runs ({100 * total.told / max(total.runs, 1):.1f} %)")
