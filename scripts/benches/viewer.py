"""How long the viewer's server takes: first data of 1,000 snapshots, changed filters on 1,000,000 events, sessions.

Makes a workspace of its own: 1,000 snapshots (50 pages, 4 viewports, 5 states), 1,000,000 hits, three in ten of them
on one snapshot, of 100,000 sessions with all that segments can ask. Each figure is of questions that were not asked
before, so nothing is told from a cache; through the process that `heatreel serve` starts, as a browser would have it.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from heatreel.app.viewer.backend import Beside
from heatreel.core.config import Config
from heatreel.core.hits import SIGNALS, TYPES, Hits, Ledger
from heatreel.core.state import Action, State
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from heatreel.overlays.encode import png

VIEWPORTS = (
    Viewport("desktop", 1440, 900), Viewport("tablet", 820, 1180, touch=True),
    Viewport("mobile", 390, 844, touch=True), Viewport("wide", 1920, 1080),
)  # fmt: skip
STATES = 5
HEIGHT = 3000
ELEMENTS = 600
# What people do, in the shares of a recorded site: mostly moves.
KINDS = {"move": 0.62, "scroll": 0.16, "click": 0.13, "view": 0.09}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=float, default=1e6)
    parser.add_argument("--sessions", type=float, default=1e5)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--workspace", type=Path, help="Use this workspace, made by --keep, instead of a new one.")
    parser.add_argument("--keep", type=Path, help="Make the workspace here and leave it.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.workspace or options.keep or Path(folder)
        if not options.workspace:
            began = time.perf_counter()
            make(path, options.pages, int(options.events), int(options.sessions))
            print(f"made in {time.perf_counter() - began:.0f} s")
        asyncio.run(measure(path))


def make(folder: Path, pages: int, events: int, sessions: int) -> None:
    rng = np.random.default_rng(11)
    with Workspace.writing(folder) as workspace:
        capture = workspace.begin_capture("before", workspace.site(), "made", "made", {})
        for page in range(pages):
            page_id = workspace.add_page(capture, f"/page-{page}", f"http://site.test/page-{page}", f"Page {page}")
            for viewport in VIEWPORTS:
                _states(workspace, page_id, viewport, rng)
        workspace.finish_capture(capture)
        snapshots = workspace.snapshots(capture)
        counts = rng.multinomial(events - int(0.3 * events), rng.dirichlet(np.full(len(snapshots), 0.4)))
        counts[0] += int(0.3 * events)
        hits = {
            one.id: _hits(rng, int(n), one.width, sessions, place)
            for place, (one, n) in enumerate(zip(snapshots, counts, strict=True))
        }
        blob = workspace.blobs.put(gzip.compress(json.dumps(list(_sessions(sessions))).encode(), 1, mtime=0))
        _number_visits(hits)
        workspace.save_replay(capture, Ledger(events, events, {}, {}), {"sessions_blob": blob}, hits)


def _number_visits(hits: dict[int, Hits]) -> None:
    """Visits are numbered without gaps, as a replay does it."""
    _numbers, dense = np.unique(np.concatenate([one.visit for one in hits.values()]), return_inverse=True)
    edges = np.cumsum([len(one) for one in hits.values()])[:-1]
    for key, visit in zip(list(hits), np.split(dense.astype(np.int32), edges), strict=True):
        hits[key] = replace(hits[key], visit=visit)


def _states(workspace: Workspace, page_id: int, viewport: Viewport, rng: np.random.Generator) -> None:
    """The states of a page at a viewport share a picture: how they look does not matter here."""
    picture = rng.integers(0, 255, (HEIGHT // 20, viewport.width // 20, 3), np.uint8).repeat(20, 0).repeat(20, 1)
    data, outline = png(np.ascontiguousarray(picture)), _outline(viewport.width)
    for number in range(STATES):
        state = State("default", "Default", "default")
        if number:
            recipe = (Action("click", f"#e{number}"),)
            state = replace(
                state, id=f"tab-{number}", label=f"Tab {number}", kind="tab", recipe=recipe, parent="default"
            )
        workspace.add_snapshot(page_id, viewport, "", state, (viewport.width, HEIGHT), data, "{}", outline)


def _outline(width: int) -> str:
    elements: list[dict[str, Any]] = [{"index": 0, "parent": -1, "tag": "body", "nth": 1, "selector": "body",
                                       "box": [0, 0, width, HEIGHT], "visible": True}]  # fmt: skip
    for index in range(1, ELEMENTS):
        row, column = divmod(index - 1, 6)
        box = [column * width / 6 + 4, row * HEIGHT / 100 + 4, width / 6 - 8, HEIGHT / 100 - 8]
        elements.append({"index": index, "parent": 0, "tag": "a", "nth": index, "selector": f"#e{index}",
                         "name": f"Link {index}", "role": "link", "box": box, "visible": True,
                         "interactive": True})  # fmt: skip
    return json.dumps({"width": width, "height": HEIGHT, "elements": elements})


def _hits(rng: np.random.Generator, count: int, width: int, sessions: int, place: int) -> Hits:
    session = rng.integers(0, sessions, count).astype(np.int32)
    kind = rng.choice([TYPES.index(name) for name in KINDS], count, p=list(KINDS.values())).astype(np.uint8)
    x, y = rng.uniform(0, width - 1, count), np.minimum(rng.gamma(2, 500, count), HEIGHT - 1)
    acts = kind == TYPES.index("click")
    element = 1 + (y // (HEIGHT / 100)).astype(np.int32) * 6 + (x // (width / 6)).astype(np.int32)
    signals = np.where(
        acts & (rng.random(count) < 0.1), rng.choice([1 << bit for bit in range(len(SIGNALS))], count), 0
    )
    return Hits(
        event=np.full(count, "", "U1"), session=session, visit=session + np.int32(place // STATES * sessions),
        type=kind, signals=signals.astype(np.uint16), x=x.astype(np.float32), y=y.astype(np.float32),
        element=np.where(kind == TYPES.index("scroll"), -1, np.minimum(element, ELEMENTS - 1)).astype(np.int32),
        confidence=np.ones(count, np.float32), time_ms=1.7e12 + session * 1000.0 + rng.uniform(0, 60_000, count),
    )  # fmt: skip


def _sessions(count: int) -> Iterator[dict[str, Any]]:
    countries, sources = ("DE", "FR", "US", "JP", ""), ("search", "mail", "", "news")
    for number in range(count):
        yield {
            "session": f"s{number}", "site": "default", "started_ms": 1.7e12 + number * 1000.0,
            "width": (1440, 390, 820)[number % 3], "height": 900, "dpr": 1.0, "touch": number % 3 > 0,
            "language": ("en", "de")[number % 2], "variant": ("", "a", "b")[number % 3], "origin": "recorder",
            "source": sources[number % 4], "medium": "", "campaign": "", "referrer": "",
            "country": countries[number % 5], "visitor": "", "returning": None, "who": "person", "weight": 1.0,
            "pages": [f"/page-{number % 50}", "/page-1"], "goals": ["buy"] if number % 7 == 0 else [],
            "properties": {"plan": ("free", "team")[number % 2], "age": str(number % 80)},
        }  # fmt: skip


async def measure(folder: Path) -> None:
    began = time.perf_counter()
    backend = Beside(folder, Config(), "http://127.0.0.1:8765", replays=False)

    async def ask(path: str, *pairs: tuple[str, str]) -> float:
        start = time.perf_counter()
        answer = await backend.ask("GET", path, urlencode(pairs), {})
        assert answer.status == 200, (path, answer.status, answer.body[:300])
        asked.append(len(answer.body))
        return 1000 * (time.perf_counter() - start)

    asked: list[int] = []
    try:
        await ask("workspace")
        print(f"process started and workspace told: {time.perf_counter() - began:.2f} s")
        for name, path, pairs in (
            ("pages", "pages", []), ("page", "page", [("page", "/page-0")]), ("segments", "segments", []),
            ("state with clicks", "state", [("page", "/page-0")]), ("picture", "picture/1", []),
        ):  # fmt: skip
            if path == "picture/1":
                document = json.loads((await backend.ask("GET", "page", "page=/page-0", {})).body)
                path = document["places"][0]["states"][0]["picture"][0][2].removeprefix("api/v1/")
            print(f"first {name}: {await ask(path, *pairs):.0f} ms")
        print(f"all of these since the start: {time.perf_counter() - began:.2f} s")
        for name, asks in _filters().items():
            times = [await _changed(ask, where) for where in asks]
            told("filter change, " + name, times)
        told(
            "kind change",
            [
                await ask("state", ("page", "/page-0"), ("kind", kind), ("where", "country=DE"))
                for kind in ("move", "scroll", "attention", "dead", "element", "confetti")
            ],
        )
        told(
            "sessions, sorted",
            [
                await ask("sessions", ("sort", sort), ("offset", "50000"))
                for sort in ("-clicks", "seconds", "-rage", "started")
            ],
        )
        told("sessions, windows", [await ask("sessions", ("offset", str(n))) for n in range(0, 90_000, 9_000)])
        told(
            "sessions, filtered",
            [
                await ask("sessions", ("signal", name), ("at_least", "1"), ("page", "/page-1"))
                for name in ("rage", "dead", "error")
            ],
        )
        told(
            "sessions behind an element",
            [await ask("sessions", ("snapshot", "1"), ("element", str(n))) for n in (5, 60, 300)],
        )
        told("one session", [await ask(f"session/s{n}") for n in (5, 600, 3000)])
        told("hits for any width", [await ask("hits/1", ("where", f"country={name}")) for name in ("DE", "FR")])
        told(
            "compare",
            [await ask("compare", ("page", "/page-0"), ("against", f"country={name}")) for name in ("DE", "US")],
        )
        told(
            "page list, searched", [await ask("pages", ("search", f"page {n}"), ("sort", "clicks")) for n in (1, 2, 3)]
        )
    finally:
        backend.close()


def _filters() -> dict[str, Sequence[tuple[str, ...]]]:
    return {
        "one condition": [("touch=true",), ("language=de",), ("variant=a",), ("width>500",), ("goal=buy",)],
        "three conditions": [("country=FR", "touch=true", "language=en"),
                             ("source=mail", "visited=/page-1", "width<900"),
                             ("property.plan=team", "property.age>40", "country!=US")],
        "by signal": [("signal=rage",), ("signal=dead", "country=DE"), ("type=click", "signal!=dead")],
        "by date": [("time>2023-11-15",), ("time>2023-11-14", "time<2023-11-15T12:00"), ("time<2023-11-15",)],
    }  # fmt: skip


async def _changed(ask: Any, where: tuple[str, ...]) -> float:
    """All that a viewer asks when a filter changes: the counts of the page's states, and the state that is shown."""
    conditions = [("where", text) for text in where]
    return await ask("page", ("page", "/page-0"), *conditions) + await ask("state", ("page", "/page-0"), *conditions)


def told(name: str, times: Sequence[float]) -> None:
    print(f"{name}: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms ({len(times)} asked)")


if __name__ == "__main__":
    main()
