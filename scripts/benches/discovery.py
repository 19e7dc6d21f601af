"""Recall and precision of the states and triggers found on real pages, against truth written by hand."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from discovery_serving import serving  # noqa: E402

from heatreel.capture.browser import launch  # noqa: E402
from heatreel.capture.explore import Explorer  # noqa: E402
from heatreel.capture.found import Exploration  # noqa: E402
from heatreel.capture.guard import NetworkGuard  # noqa: E402
from heatreel.capture.options import CaptureOptions  # noqa: E402
from heatreel.capture.running import ARGUMENTS, AS_VISITOR  # noqa: E402
from heatreel.capture.tab import Tab  # noqa: E402
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport  # noqa: E402

OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

# Elements that the truth's selectors name, against those that the recipes act on; -1 where nothing is there now.
MATCH = """([truth, found]) => {
  const resolve = (selector) => { try { return __heatreel.resolve(selector); } catch { return null; } };
  const mine = found.map(resolve);
  const up = (element) => element.parentNode || element.host;
  const holds = (a, b) => { for (let at = b; at; at = up(at)) if (at === a) return true; return false; };
  const labels = (element) => [element, ...(element.labels || []), ...(element.control ? [element.control] : [])];
  return truth.map((css) => {
    const named = [...document.querySelectorAll(css)].flatMap(labels);
    if (!named.length) return mine.map(() => -1);
    return mine.map((one) => one ? Number(named.some((other) => holds(one, other) || holds(other, one))) : -1);
  });
}"""


@dataclass(frozen=True)
class Truth:
    """A state that a person sees: what leads to it (CSS), and a text that comes, or goes (with a "-" before it).

    `optional`: good judges differ on whether it is a state; it counts neither as missed nor as wrong.
    """

    by: str
    sees: str
    at: str = "dtm"
    optional: bool = False


@dataclass(frozen=True)
class Page:
    path: str
    held_out: bool
    states: tuple[Truth, ...]


@dataclass
class Score:
    """Counts of one page in one viewport, or of many: they add up."""

    states: int = 0
    found: int = 0
    hits: int = 0
    right: int = 0
    triggers: int = 0
    acted: int = 0
    triggers_hit: int = 0
    acted_right: int = 0
    probed: int = 0
    seconds: float = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def row(self) -> str:
        """Recall and precision of states, of triggers, and seconds for each candidate tried."""

        def share(part: int, whole: int) -> str:
            return f"{part / whole:5.2f}" if whole else "    -"

        return (
            f"{self.states:5d} {share(self.hits, self.states)} {share(self.right, self.found)}"
            f" {share(self.triggers_hit, self.triggers)} {share(self.acted_right, self.acted)}"
            f" {self.seconds / max(1, self.probed):6.2f}"
        )


def read_truth(path: Path) -> list[Page]:
    """Pages of the truth file: `{page, held_out, states: [[by, sees, at?, "optional"?]]}`."""
    return [
        Page(
            one["page"],
            one.get("held_out", False),
            tuple(Truth(*[*state, "dtm"][:3], optional=len(state) > 3) for state in one["states"]),
        )
        for one in json.loads(path.read_text())
    ]


def _text(shown: Iterable[Any]) -> str:
    return " ".join(" ".join(one.text for one in shown).lower().split())


def _fits(truth: Truth, one: Any) -> bool:
    wanted = " ".join(truth.sees.lower().split())
    if wanted.startswith("-"):
        return wanted[1:] in _text(one.state.hides)
    return wanted in _text(one.state.reveals)


async def judge(explorer: Explorer, found: Exploration, page: Page) -> Score:
    """The score of what was found, by truth; loads the page once more to tell which elements were acted on."""
    tab = explorer.tab
    here = [one for one in page.states if tab.viewport.name[0] in one.at]
    states = found.states[1:]
    await tab.load(tab.entry, fresh=True)
    same = np.array(
        await tab.page.evaluate(MATCH, [[one.by for one in here], [one.state.recipe[-1].selector for one in states]]),
        int,
    ).reshape(len(here), len(states))
    text = np.array([[_fits(truth, one) for one in states] for truth in here], bool).reshape(len(here), len(states))
    fits = (same != 0) & text
    # What must be found comes before what may be.
    worth = fits * np.array([[1 if truth.optional else 100] for truth in here], int).reshape(len(here), 1)
    rows, columns = linear_sum_assignment(-worth) if fits.size else ([], [])
    pairs = [(row, column) for row, column in zip(rows, columns, strict=True) if fits[row, column]]
    score = Score(probed=found.probed, seconds=found.seconds)
    matched = {column for _, column in pairs}
    lax = {column for row, column in pairs if here[row].optional}
    sure = [row for row, truth in enumerate(here) if not truth.optional]
    score.states, score.hits = len(sure), sum(not here[row].optional for row, _ in pairs)
    score.found, score.right = len(states) - len(lax), len(matched) - len(lax)
    acts = (same == 1) | fits
    score.triggers, score.triggers_hit = len(sure), sum(bool(acts[row].any()) for row in sure)
    score.acted, score.acted_right = len(states), int(acts.any(axis=0).sum()) if acts.size else 0
    done = {row for row, _ in pairs}
    score.missed = [f"{here[row].by} -> {here[row].sees}" for row in sure if row not in done]
    score.wrong = [f"{one.state.kind} {one.state.label}" for at, one in enumerate(states) if at not in matched]
    return score


async def explore(browser: Any, guard: NetworkGuard, url: str, viewport: Viewport, page: Page, show: bool) -> Any:
    tab = Tab(browser, guard, viewport, CaptureOptions())
    try:
        await tab.load(url, fresh=True)
        explorer = Explorer(tab, page.path)
        found = await explorer.run()
        if show:
            _show(found, viewport)
        return await judge(explorer, found, page), _signature(found)
    finally:
        await tab.close()


def _signature(found: Exploration) -> list[Any]:
    return [(one.state.id, [action.as_json() for action in one.state.recipe]) for one in found.states]


def _show(found: Exploration, viewport: Viewport) -> None:
    print(f"-- {viewport.name}: {found.probed} tried in {found.seconds:.1f} s")
    for one in found.states[1:]:
        recipe = ", ".join(f"{act.action} {act.selector} {act.value}".strip() for act in one.state.recipe)
        print(f"   {one.state.kind:10} {one.state.label}  <{one.state.id}> [{recipe}]")
        print(f"      + {_text(one.state.reveals)[:100]}  - {_text(one.state.hides)[:60]}")
    for one in found.skipped:
        print(f"   skipped {one.selector}: {one.reason}")


async def run(options: argparse.Namespace, pages: list[Page]) -> dict[str, Any]:
    """Scores by (page, viewport), and those that were not the same each time."""
    viewports = [one for one in DEFAULT_VIEWPORTS if one.name[0] in options.viewports]
    scores: dict[tuple[str, str], Score] = {}
    flakes: list[str] = []
    jobs = [(page, viewport) for page in pages for viewport in viewports]
    with serving() as base:

        async def work() -> None:
            async with launch(arguments=[*ARGUMENTS, AS_VISITOR, OFFLINE]) as browser:
                guard = await NetworkGuard.start(browser)
                while jobs:
                    page, viewport = jobs.pop(0)
                    first = None
                    for _ in range(options.repeat):
                        url = page.path if "://" in page.path else f"{base}/{page.path}"
                        try:
                            score, seen = await explore(browser, guard, url, viewport, page, options.show)
                        except Exception as exc:
                            print(f"{page.path} {viewport.name}: {exc}", file=sys.stderr)
                            continue
                        scores.setdefault((page.path, viewport.name), score)
                        if first is not None and first != seen:
                            flakes.append(f"{page.path} {viewport.name}")
                        first = first or seen
                    print(f"{page.path} {viewport.name}", file=sys.stderr)

        await asyncio.gather(*(work() for _ in range(options.workers)))
    return {"scores": scores, "flakes": flakes, "runs": len(pages) * len(viewports) * (options.repeat - 1)}


def report(pages: list[Page], result: dict[str, Any], verbose: bool) -> None:
    scores = result["scores"]
    head = f"{'page':58} {'view':7} {'n':>5} {'recall':>5} {'prec.':>5} {'tr.re':>5} {'tr.pr':>5} {'s/try':>6}"
    for held_out in (False, True):
        mine = [page for page in pages if page.held_out == held_out]
        if not mine:
            continue
        print(f"\n{'held out' if held_out else 'fitted'}\n{head}")
        totals: dict[str, Score] = {}
        for page in mine:
            for viewport in DEFAULT_VIEWPORTS:
                score = scores.get((page.path, viewport.name))
                if not score:
                    continue
                totals.setdefault(viewport.name, Score()).add(score)
                totals.setdefault("all", Score()).add(score)
                print(f"{page.path[-58:]:58} {viewport.name:7} {score.row()}")
                for lead, words in (("missed", score.missed), ("wrong", score.wrong)) if verbose else ():
                    for word in words:
                        print(f"      {lead}: {word}")
        for name, total in totals.items():
            print(f"{'TOTAL':58} {name:7} {total.row()}")
    if result["runs"]:
        print(f"\nnot the same again: {len(result['flakes'])} of {result['runs']}")
        for one in result["flakes"]:
            print(f"  {one}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", default="", help="only pages whose path holds one of these words (by comma)")
    parser.add_argument("--set", choices=("fitted", "held-out", "all"), default="all")
    parser.add_argument("--viewports", default="dtm", help="first letters: d, t, m")
    parser.add_argument("--repeat", type=int, default=1, help="explore each so often, and tell which differed")
    parser.add_argument("--load", type=int, default=0, help="so many busy processes beside it")
    parser.add_argument("--workers", type=int, default=2, help="browsers at a time")
    parser.add_argument("--show", action="store_true", help="print each state that was found")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what was missed and what was wrong")
    parser.add_argument("url", nargs="*", help="explore these instead, without truth")
    options = parser.parse_args()
    if not (HERE / "discovery_sites/node_modules").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--loglevel=error"], cwd=HERE / "discovery_sites", check=True)
    if options.url:
        pages = [Page(url, False, ()) for url in options.url]
        options.show = True
    else:
        words = options.pages.split(",")
        pages = [
            page
            for page in read_truth(HERE / "discovery_truth.json")
            if any(word in page.path for word in words)
            and (options.set == "all" or page.held_out == (options.set == "held-out"))
        ]
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.load)]
    began = time.monotonic()
    try:
        result = asyncio.run(run(options, pages))
    finally:
        for process in busy:
            process.kill()
    report(pages, result, options.verbose)
    print(f"\n{time.monotonic() - began:.0f} s with {options.workers} browsers on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
