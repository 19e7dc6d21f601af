"""What `heatreel replay` measures in a browser: the error of placement, and whether dead clicks are dead."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import typer

from heatreel.app.progress import bars
from heatreel.app.talk import print_json, say
from heatreel.core.errors import InputError
from heatreel.core.version import DOCUMENT_VERSION
from heatreel.core.workspace import Capture, Replay, Workspace

MOST_DEAD = 40
"""So many alleged dead elements are clicked again, those with the most clicks: each may take eight seconds."""


def measure_error(folder: Path, label: str, browser: str | None, json: bool) -> None:
    """Clicks known points in every state; the error goes to the capture's replay, when it has one."""
    from heatreel.capture.known_points import Clicked, click_known_points
    from heatreel.replay.calibrate import StateError, judge, summary
    from heatreel.replay.measure import keep_error
    from heatreel.replay.replay import captured_pages

    with Workspace.writing(folder) as opened, bars(not json) as shown:
        capture = opened.capture(label)
        pages = captured_pages(opened, capture)
        step = shown.add_task("clicking known points", total=len(pages.snapshots))
        made = click_known_points(
            pages.snapshots, opened.outline, _key(opened, capture), browser, progress=lambda: shown.advance(step)
        )

        def judged(ordinal: int, clicked: Clicked) -> StateError:
            if clicked.session is None:
                return StateError(clicked.snapshot, reason=clicked.reason or "the recorder sent nothing")
            return judge(pages, ordinal, [(aim.element, aim.x, aim.y) for aim in clicked.aims], clicked.session)

        errors = [judged(ordinal, clicked) for ordinal, clicked in enumerate(asyncio.run(made))]
        total = summary(errors)
        if replay := _replay(opened, capture):
            keep_error(opened, replay, total | {"measured_by": "calibrate"})
    if json:
        states = [error.as_json() for error in errors]
        print_json({"version": DOCUMENT_VERSION, "capture": capture.label, **total, "states": states})
        return
    for error in errors:
        told = error.as_json()
        where = f"{told['page']}  {told['viewport']}  {told['state']}"
        if error.reason:
            say(f"{where}: not measured: {error.reason}", "yellow")
        else:
            typer.echo(f"{where}: {_line(told)}")
    typer.echo(f"all: {_line(total)}")


def _line(told: dict[str, object]) -> str:
    counts = (
        f"{told['clicks']} clicks, {told['right_state']} in the right state, {told['right_element']} on the element"
    )
    if told["median"] is None:
        return counts
    px = f"error {told['median']} px (median), {told['p95']} (95 %), {told['worst']} (worst, {told['worst_element']})"
    return f"{counts}, {px}"


def verify_dead_clicks(folder: Path, label: str, browser: str | None, json: bool) -> None:
    """Clicks the alleged dead elements of a replay again; the verdicts go to the replay's details."""
    from heatreel.capture.dead_clicks import verify_dead
    from heatreel.replay.measure import keep_details

    with Workspace.writing(folder) as opened, bars(not json) as shown:
        capture = opened.capture(label)
        replay = opened.replay(capture)
        dead = [one for one in replay.details.get("clusters", []) if one["signal"] == "dead" and one["state"]]
        dead = [one for one in dead if one["selector"]]
        step = shown.add_task("clicking again", total=len(dead[:MOST_DEAD]))
        snapshots = opened.snapshots(capture)
        asked = asyncio.run(verify_dead(snapshots, dead[:MOST_DEAD], browser, lambda: shown.advance(step)))
        checked = [one.as_json() for one in asked]
        keep_details(opened, replay, dead_checked=checked)
    if json:
        left = len(dead) - len(dead[:MOST_DEAD])
        print_json({"version": DOCUMENT_VERSION, "capture": capture.label, "elements": checked, "not_asked": left})
        return
    for one in asked:
        how = f" ({one.what}{f', after {one.after_ms:.0f} ms' if one.after_ms is not None else ''})" if one.what else ""
        typer.echo(f"{one.verdict}{how}: {one.page}  {one.viewport}  {one.state}  {one.selector}  {one.clicks} clicks")
    counts = Counter(one.verdict for one in asked)
    typer.echo(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()) or "no dead clicks to ask")


def _replay(opened: Workspace, capture: Capture) -> Replay | None:
    try:
        return opened.replay(capture)
    except InputError:
        return None


def _key(opened: Workspace, capture: Capture) -> str:
    """The write key of the capture's site, by which its texts are hashed."""
    row = opened.db.execute("SELECT key FROM sites WHERE id = ?", [capture.site_id]).fetchone()
    return str(row[0])
