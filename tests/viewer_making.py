"""A captured site with visitors, replayed, for tests of the viewer's server: no browser; and its answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from heatreel.app.viewer.api import Api
from heatreel.core.batches import session_to_json
from heatreel.core.eventlog import Batch, EventLog
from heatreel.core.session import Session
from heatreel.core.workspace import Workspace
from heatreel.overlays.encode import png
from heatreel.replay.replay import replay
from overlays_making import make_outline, make_picture
from replay_making import DESKTOP, HOME, MOBILE, Visitor, outline_json, outline_of
from replay_making import snapshots as made_snapshots

TITLE = "</script><img src=x onerror=alert(1)>\u2028=cmd()"


def capture_site(folder: Path, label: str = "before", title: str = TITLE) -> None:
    """The pages of `replay_making`, with pictures."""
    with Workspace.writing(folder) as workspace:
        capture = workspace.begin_capture(label, workspace.site(), "browser", "system", {})
        for one in made_snapshots():
            outline = outline_of(one.state.id, one.viewport)
            page_id = workspace.add_page(capture, one.page, one.url, title)
            plain = make_outline(one.viewport.width, int(outline.height))
            picture = png(make_picture(plain))
            size = (one.width, one.height)
            text = outline_json(outline)
            workspace.add_snapshot(page_id, one.viewport, "", one.state, size, picture, '{"type":0}', text)
        workspace.finish_capture(capture)


def visitors(count: int = 40, seed: int = 5) -> list[Session]:
    """People of many kinds on desktop and phone, in all states, some of them in trouble."""
    rng = np.random.default_rng(seed)
    return [_visitor(number, rng) for number in range(count)]


def _visitor(number: int, rng: np.random.Generator) -> Session:
    viewport = MOBILE if number % 3 == 0 else DESKTOP
    more: dict[str, Any] = {
        "variant": ("", "a", "b")[number % 3],
        "language": ("en", "de")[number % 2],
        "properties": {"plan": ("free", "team")[number % 2], "country": ("DE", "FR", "US")[number % 3]},
    }
    visitor = Visitor(f"s{number:03}", viewport, **more)
    visitor.time_ms += 86_400_000 * (number % 5)
    visitor.view(HOME)
    visitor.add("scroll", x=0.0, y=float(rng.integers(0, 1500)))
    for selector in rng.choice(["#logo", "#tab-1", "#buy", "#sizes", "#picture", "#main"], rng.integers(1, 6)):
        share = rng.random(2)
        wait = float(rng.integers(100, 4000))
        effects = () if selector == "#picture" else ("mutation",)
        visitor.click(str(selector), u=float(share[0]), v=float(share[1]), after_ms=wait, effects=effects)
        if selector == "#picture":
            for _ in range(4):
                visitor.click("#picture", u=0.5, v=0.5, after_ms=120, effects=())
    visitor.click("#tab-2")
    if number % 2:
        visitor.click("#review", "tab-b")
    if number % 7 == 0:
        visitor.view("https://shop.test/nowhere", document="d2").add("click", x=5.0, y=5.0)
    return visitor.session()


def store(folder: Path, sessions: list[Session], received_ms: int = 1_700_000_000_000) -> None:
    """Puts sessions into the event log, as an importer does."""
    with EventLog.writing(folder) as log:
        log.append([
            Batch("default", one.id, "", 0, received_ms, len(one.events), session_to_json(one).encode(),
                  source=one.source, format="session/1")
            for one in sessions
        ])  # fmt: skip


def place(folder: Path, label: str = "before") -> None:
    """Replays all that is in the event log."""
    with Workspace.writing(folder) as workspace, EventLog.open(folder) as log:
        replay(workspace, label, log.sessions())


def make_site(folder: Path) -> Path:
    """A workspace with a capture, visitors and a replay."""
    capture_site(folder)
    store(folder, visitors())
    place(folder)
    return folder


def ask(api: Api, path: str, *pairs: tuple[str, str], status: int = 200) -> Any:
    """The document of an answer; asserts its status."""
    answer = api.answer("GET", path, urlencode(pairs), {})
    assert answer.status == status, (path, pairs, answer.status, answer.body[:500])
    return json.loads(answer.body) if answer.media == "application/json" else answer.body
