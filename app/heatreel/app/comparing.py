"""All that a verify compares: elements, and as asked for pictures, journeys, and what changes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from heatreel.app.serving_files import serve_files
from heatreel.core.config import VerifyConfig
from heatreel.core.errors import InputError
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Capture, Workspace
from heatreel.overlays.picture import decode_png
from heatreel.replay.journeys.drive import Walked, walk_journeys
from heatreel.replay.journeys.findings import journey_findings
from heatreel.replay.journeys.paths import common_journeys
from heatreel.replay.verify import Captured, Verification, verify
from heatreel.replay.verify.load import check_whole, load_captured
from heatreel.replay.verify.look import Picture
from heatreel.replay.verify.looks import look_findings, looks_of
from heatreel.replay.verify.noise import Noise

Progress = Callable[[str], None]


@dataclass(frozen=True)
class More:
    """What to compare besides elements.

    `noise` is the label of another capture of BASE's build: what differs between the two is left out. `journeys` is
    the URL, or the folder of static files, of the running HEAD on which BASE's commonest journeys are gone again;
    requests that write leave the browser only with `writes`.
    """

    noise: str = ""
    journeys: str = ""
    writes: bool = False
    browser: str | None = None


@dataclass(frozen=True)
class Compared:
    """The verification, the journeys as they went, and what is to be said of both."""

    found: Verification
    walked: tuple[Walked, ...]
    notes: tuple[str, ...]


def compare(
    workspace: Workspace, before: Capture, after: Capture, rules: VerifyConfig, progress: Progress, more: More
) -> Compared:
    """Compares two captures. Raises `InputError` as `verify` does, and for journeys that cannot be."""

    def picture(snapshot: Snapshot) -> Picture:
        return decode_png(workspace.blobs.get(snapshot.picture), f"{snapshot.capture}: {snapshot.page}")

    for capture in (before, after):
        check_whole(workspace, capture)
    base = load_captured(workspace, before)
    found = verify(base, load_captured(workspace, after), rules, progress)
    quiet, still = Noise(), None
    if more.noise:
        twin = verify(base, load_captured(workspace, workspace.capture(more.noise)), rules, progress)
        quiet = Noise.of(twin.findings)
        still = looks_of(twin, picture) if rules.look is not None else None
    findings, left_out = quiet.without(found.findings)
    notes = [f"{left_out} left out: {more.noise!r} differs from {before.label!r} in the same"] if left_out else []
    if rules.look is not None:
        findings += look_findings(found, looks_of(found, picture, still), rules)
    walked = _walk(base, before, more, progress) if more.journeys else ()
    findings += journey_findings(walked, base, rules)
    if more.journeys:
        notes.append(
            f"{len(walked)} journeys gone on {more.journeys}, {sum(not one.step for one in walked)} to the end"
        )
    return Compared(replace(found, findings=tuple(findings)), walked, tuple(notes))


def _walk(base: Captured, before: Capture, more: More, progress: Progress) -> tuple[Walked, ...]:
    journeys = common_journeys(base)
    if base.hits is None:
        raise InputError(f"capture {before.label!r} has no replay, so no journeys; run `heatreel replay` first")
    with ExitStack() as stack:
        host = more.journeys
        if urlsplit(host).scheme not in ("http", "https"):
            host = stack.enter_context(serve_files(Path(host)))
        walking = walk_journeys(
            journeys,
            host,
            base.outline,
            before.routes,
            more.browser,
            more.writes,
            lambda done, _all: progress(str(done)),
        )
        return tuple(asyncio.run(walking))
