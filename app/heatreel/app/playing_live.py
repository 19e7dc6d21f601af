"""One session gone again in a browser: what `heatreel play --live` does."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from heatreel.app.playing import session_number
from heatreel.app.serving_files import serve_files
from heatreel.core.errors import InputError
from heatreel.core.workspace import Capture, Workspace
from heatreel.replay.hits_json import session_table
from heatreel.replay.journeys.drive import Walked, walk_journeys
from heatreel.replay.journeys.paths import session_journey
from heatreel.replay.verify.load import load_captured


def walk_session(workspace: Workspace, capture: Capture, name: str, url: str, browser: str | None = None) -> Walked:
    """Goes one session's clicks again on the build at `url`, which may be a folder of static files.

    Raises `InputError` when no session, or several, are called that, or when it has no click that can be gone again.
    """
    table = session_table(workspace, workspace.replay(capture))
    number = session_number(name, [row["session"] for row in table])
    captured = load_captured(workspace, capture)
    journey = session_journey(captured, number)
    if journey is None:
        raise InputError(f"session {name!r} has no click before it typed something; there is nothing to go again")
    with ExitStack() as stack:
        host = url
        if urlsplit(host).scheme not in ("http", "https"):
            host = stack.enter_context(serve_files(Path(host)))
        return asyncio.run(walk_journeys([journey], host, captured.outline, capture.routes, browser))[0]


def step_lines(walked: Walked) -> list[str]:
    """The steps for people, one a line, up to the one that broke."""
    last = len(walked.journey.steps) - 1
    shown = walked.journey.steps[: (walked.broken if walked.step else last) + 1]
    lines = [f"{walked.journey.viewport.name}  {walked.journey.url}"]
    for at, step in enumerate(shown):
        broken = at == walked.broken
        lines.append(f"{'BROKEN' if broken else 'ok':<8}{step.snapshot.page}  {step.words}")
    if walked.step:
        lines.append(f"        it {walked.detail}")
    left = len(walked.journey.steps) - len(shown)
    if left:
        lines.append(f"        {left} more step{'s' * (left != 1)} not tried")
    if walked.healed:
        lines.append(f"{walked.healed} found under another selector")
    return ["".join(char if char.isprintable() else "\ufffd" for char in line) for line in lines]
