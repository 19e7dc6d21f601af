"""The whole job on the bundled shop: capture, visitors, replay, measuring against the truth, report."""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatreel.app.capturing import capture_urls, default_workers
from heatreel.app.demo.claims import Claims, score_claims
from heatreel.app.demo.driver import FLAGS, Account, drive, write_truth
from heatreel.app.demo.score import Score, projected, score, verdicts
from heatreel.app.demo.serving import serve_shop, snippet
from heatreel.app.demo.truth import Truth
from heatreel.app.demo.visitors import Visitor, invite
from heatreel.app.progress import bars
from heatreel.app.reporting import report_to
from heatreel.capture.browser import launch
from heatreel.capture.capture import CaptureResult
from heatreel.capture.collector import running
from heatreel.capture.options import Arm, CaptureOptions
from heatreel.core.element import Outline
from heatreel.core.errors import CannotRun, InputError
from heatreel.core.eventlog import EventLog
from heatreel.core.hits import Hits, Ledger
from heatreel.core.routes import RouteTable
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport
from heatreel.core.workspace import Workspace
from heatreel.replay.measure import keep_error
from heatreel.replay.projection import project
from heatreel.replay.replay import replay as place

TRUTH = "truth.jsonl"
LABEL = "before"
ROUTES = RouteTable(("/product/{slug}",))
PAGES = ("/", "/shop", "/product/ridgeline-38", "/cart", "/help", "/checkout", "/thanks")


@dataclass(frozen=True)
class DemoOptions:
    """How big the demo is. `at_once` is the number of visitors in the shop at a time."""

    visitors: int = 36
    seed: int = 1
    viewports: tuple[Viewport, ...] = DEFAULT_VIEWPORTS
    workers: int = 0
    at_once: int = 10
    browser: str | None = None


@dataclass(frozen=True)
class DemoResult:
    """What the demo came to. `seconds` by step; `surprises` are steps where the shop was not as the driver thought."""

    report: Path
    snapshots: int
    sessions: int
    ledger: Ledger
    score: Score
    claims: Claims
    surprises: tuple[str, ...]
    seconds: dict[str, float]

    def lines(self) -> list[str]:
        """The last lines for people: what there is, the ledger, the placement error, the report."""
        took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.seconds.items())
        return [
            f"{self.snapshots} snapshots, {self.sessions} sessions ({took})",
            self.ledger.line(),
            *self.score.lines(),
            *self.claims.lines(),
            f"report: {self.report}",
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "report": str(self.report),
            "snapshots": self.snapshots,
            "sessions": self.sessions,
            "ledger": self.ledger.as_json(),
            "truth": self.score.as_json(),
            "insights": self.claims.as_json(),
            "surprises": list(self.surprises),
            "seconds": {name: round(seconds, 2) for name, seconds in self.seconds.items()},
        }


def run_demo(folder: Path, out: Path, options: DemoOptions = DemoOptions(), *, progress: bool = True) -> DemoResult:
    """Does the whole job in a workspace of its own at `folder` and writes the report to `out`.

    A workspace that an earlier demo left is replaced; raises `InputError` when the folder holds anything else.
    """
    _clear(folder)
    clock = _Clock()
    captured = _capture(folder, options, progress)
    clock.lap("capture")
    accounts = _visit(folder, options, progress)
    clock.lap("visitors")
    ledger = _replay(folder, progress)
    clock.lap("replay")
    result = _measure(folder)
    clock.lap("measuring")
    claims = _claim(folder, options)
    clock.lap("insights")
    with Workspace.open(folder) as workspace:
        report = report_to(workspace, out, LABEL, title="Tarnway, the demo shop", progress=progress)
    clock.lap("report")
    surprises = [line for one in accounts for line in (*one.surprises, one.stray) if line]
    return DemoResult(report, captured, len(accounts), ledger, result, claims, tuple(surprises), clock.laps)


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self.started = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = now - self.started
        self.started = now


def _clear(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / TRUTH).exists():
        raise InputError(f"{folder}: holds something that no demo made; choose another folder with -w")
    shutil.rmtree(folder)


def _capture(folder: Path, options: DemoOptions, progress: bool) -> int:
    """All pages of the shop, the home page in both arms of its test; the number of snapshots."""
    # Written first: a demo that is stopped half-way leaves a folder that the next one may clear.
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TRUTH).touch()
    with serve_shop() as base:
        result = capture_urls(folder, [base + path for path in PAGES], _capture_options(options), progress)
    _check(result)
    return result.snapshots


def _capture_options(options: DemoOptions) -> CaptureOptions:
    return CaptureOptions(
        viewports=options.viewports,
        label=LABEL,
        arms=(Arm(), Arm("b", pages=("/",), query=(("variant", "b"),))),
        routes="none",
        table=ROUTES,
        workers=options.workers or default_workers(),
        browser=options.browser,
    )


def _check(result: CaptureResult) -> None:
    if result.failed:
        raise InputError("; ".join(result.failures()))


def _visit(folder: Path, options: DemoOptions, progress: bool) -> list[Account]:
    """Lets the visitors in, with the recorder in every page and a collector that receives; writes the truth."""
    visitors, chances = invite(options.viewports, options.visitors, options.seed)
    with Workspace.open(folder) as workspace:
        site = workspace.find_site()
    if site is None:
        raise InputError(f"{folder}: has no site to record for")
    with (
        running(folder) as collector,
        serve_shop(snippet=snippet(collector, site.key)) as base,
        bars(progress) as shown,
    ):
        step = shown.add_task("visitors in the shop", total=len(visitors))
        accounts = asyncio.run(_drive(visitors, base, options, lambda _account: shown.advance(step)))
    write_truth(folder / TRUTH, accounts, chances.as_json())
    with EventLog.open(folder) as log:
        if not log.count()[1]:
            raise CannotRun(f"{folder}: visitors were in the shop, but the recorder sent nothing; is its bundle built?")
    return accounts


async def _drive(visitors: list[Visitor], base: str, options: DemoOptions, done: Any) -> list[Account]:
    async with launch(options.browser, arguments=FLAGS) as browser:
        return await drive(browser, visitors, base, at_once=options.at_once, done=done)


def _replay(folder: Path, progress: bool) -> Ledger:
    with Workspace.writing(folder) as workspace, EventLog.open(folder) as log, bars(progress) as shown:
        step = shown.add_task("placing events", total=log.count()[1])
        result = place(workspace, LABEL, log.sessions(), progress=lambda events: shown.advance(step, events))
    return result.ledger


def _measure(folder: Path) -> Score:
    """The score against the truth, kept with the replay so that the report prints it."""
    truth = Truth.load(folder / TRUTH)
    with Workspace.writing(folder) as workspace, EventLog.open(folder) as log:
        capture = workspace.capture(LABEL)
        replay = workspace.replay(capture)
        judged, extra, pages = verdicts(workspace, capture, replay, truth, list(log.sessions()))
        over = projected(judged, pages, _project, lambda snapshot: workspace.hits(replay, snapshot))
        found = score(judged, extra, over)
        keep_error(workspace, replay, found.error_px())
    return found


def _claim(folder: Path, options: DemoOptions) -> Claims:
    """What insights say of a crowd with the same habits, on the captured shop, held against the habits."""
    with Workspace.open(folder) as workspace:
        return score_claims(workspace, workspace.capture(LABEL), ROUTES, options.viewports, options.seed)


def _project(hits: Hits, source: Outline, goal: Outline) -> Hits:
    return project(hits, source, goal).hits
