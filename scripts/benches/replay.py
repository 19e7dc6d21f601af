"""Placement of a million events: 200 targets, 50 snapshots, one core.

The sessions are made first and not counted; then the steps are timed apart, in CPU seconds: columns, placement
(pages, visits, states, matching, points), signals, hits. The floor is one pass of a Python loop over the events that
reads their type and target, which any placement event by event must pay.

    scripts/bench replay --events 1000000 --rounds 3 --json out.json
    scripts/bench replay --events 10000000 --stream
    scripts/bench replay --sketches .heatreel

`--sketches` prints how alike the sketches of visitors and of captured states are in a workspace that has both: what
`RESEMBLES` and `SKETCH_NOISE` of the state recognition are set by.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from heatreel.core.element import Element, Outline
from heatreel.core.eventlog import EventLog
from heatreel.core.routes import RouteTable
from heatreel.core.session import Event, SeenState, Session, Target
from heatreel.core.state import Action, Snapshot, State
from heatreel.core.viewport import DEFAULT_VIEWPORTS
from heatreel.core.workspace import Workspace
from heatreel.replay.columns import event_columns
from heatreel.replay.graphs import CapturedPages
from heatreel.replay.profiles import profile
from heatreel.replay.replay import captured_pages, hits_of_rows, place_sessions, window_areas
from heatreel.replay.rows import Placer
from heatreel.replay.signals import find_signals
from heatreel.replay.sketches import BITS, UNLIKE, read_sketch, similarities

ELEMENTS = 400
EVENTS_PER_SESSION = 200
CLICK_SHARE = 0.3


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:11]


def make_pages(targets: int, snapshots: int) -> CapturedPages:
    """Pages with five states each at the three default viewports, about `snapshots` in all."""
    states = 5
    pages = max(1, round(snapshots / (states * len(DEFAULT_VIEWPORTS))))
    each = -(-targets // pages)
    found: list[Snapshot] = []
    outlines: dict[int, Outline] = {}
    for page in range(pages):
        for viewport in DEFAULT_VIEWPORTS:
            for number in range(states):
                sketch = sketch_of(page, number)
                state = State(
                    id=f"state-{number}" if number else "default", label="", kind="tab" if number else "default",
                    recipe=(Action("click", f"#t{page}-{number}"),) if number else (),
                    parent="default" if number else "", settings={f"k{number}": "on"} if number else {}, sketch=sketch,
                )  # fmt: skip
                one = len(found) + 1
                outlines[one] = outline_of(page, number, viewport.width, each)
                found.append(
                    Snapshot(one, "bench", f"/p{page}", f"https://bench.test/p{page}", "", viewport, "", state,
                             viewport.width, 6000, "", "", "")
                )  # fmt: skip
    return CapturedPages(found, RouteTable(), lambda snapshot: outlines[snapshot.id])


def sketch_of(page: int, state: int) -> str:
    bits = np.random.default_rng(page).integers(0, 2, BITS)
    bits[20 * state : 20 * state + 10] ^= state > 0
    return base64.b64encode(np.packbits(bits).tobytes()).decode()


def outline_of(page: int, state: int, width: int, targets: int) -> Outline:
    elements = [Element(0, -1, "body", 1, selector="body", box=(0, 0, width, 6000), visible=True)]
    for index in range(1, ELEMENTS):
        own = index <= targets
        selector = f"#t{page}-{index}" if own else f"body > p:nth-of-type({index})"
        # Every fifth target is in one state only.
        shown = not own or index % 5 or (index // 5) % 5 == state
        name = digest(f"{page} {index}")
        elements.append(
            Element(index, 0, "button" if own else "p", index, selector=selector, name_hash=name, text_hash=name,
                    box=(20.0, index * 14.0, width - 40.0, 12.0), visible=bool(shown), interactive=own, order=index)
        )  # fmt: skip
    return Outline(width, 6000, tuple(elements))


def make_sessions(pages: CapturedPages, events: int, targets: int) -> Iterator[Session]:
    """Sessions of 200 events: views, clicks, moves and scrolls, with states and targets shared as a log shares them."""
    random = np.random.default_rng(7)
    names = list(pages.graphs)
    each = -(-targets // len(names))
    made = [
        [
            Target(f"{page}-{index}", f"#t{page}-{index}", "button", name_hash=digest(f"{page} {index}"),
                   text_hash=digest(f"{page} {index}"), box=(20.0, index * 14.0, 1400.0, 12.0), interactive=True)
            for index in range(1, each + 1)
        ]
        for page in range(len(names))
    ]  # fmt: skip
    seen = [
        [SeenState({f"k{number}": "on"} if number else {"k0": "off"}, sketch_of(page, number)) for number in range(5)]
        for page in range(len(names))
    ]
    for number in range(max(1, events // EVENTS_PER_SESSION)):
        page = int(random.integers(len(names)))
        viewport = DEFAULT_VIEWPORTS[int(random.integers(3))]
        yield _session(number, page, viewport, made[page], seen[page], random)


def _session(
    number: int, page: int, viewport: Any, targets: list[Target], seen: list[SeenState], random: np.random.Generator
) -> Session:
    url, size, name = f"https://bench.test/p{page}", (viewport.width, viewport.height), f"s{number}"
    picks = random.integers(len(targets), size=EVENTS_PER_SESSION).tolist()
    kinds = random.choice(["click", "move", "scroll"], EVENTS_PER_SESSION, p=[CLICK_SHARE, 0.6, 0.1]).tolist()
    shares = np.round(random.random((EVENTS_PER_SESSION, 2)), 4).tolist()
    state = seen[0]
    data = {"pointer": "mouse", "trusted": True, "effects": ["mutation"], "effect_ms": 30}
    events = []
    for at in range(EVENTS_PER_SESSION):
        if at % 40 == 0:
            state = seen[int(random.integers(len(seen)))]
        kind = "view" if at == 0 else kinds[at]
        aimed, target = kind in ("click", "move"), targets[picks[at]]
        u, v = shares[at] if aimed else (None, None)
        # Where it is on the page of that width, as `outline_of` lays it out.
        x = 20.0 + u * (viewport.width - 40.0) if u is not None else 0.0
        y = target.box[1] + 12.0 * v if v is not None else 40.0 * at
        events.append(
            Event(f"{name}/{at}", name, "d", kind, 1e12 + 400.0 * at, url, size, x=x, y=y, u=u, v=v,
                  target=target if aimed else None, state=state, data=data if kind == "click" else {})
        )  # fmt: skip
    return Session(name, "bench", 1e12, size, 1.0, viewport.touch, "en", "", "recorder", tuple(events))


def floor(sessions: list[Session]) -> float:
    began = time.process_time()
    known: dict[tuple[str, str], int] = {}
    for session in sessions:
        for event in session.events:
            if event.target is not None:
                key = (event.type, event.target.key)
                known[key] = known.get(key, 0) + 1
    return time.process_time() - began


def timed(pages: CapturedPages, sessions: list[Session]) -> dict[str, float]:
    """Seconds of each step over all sessions in one chunk, and of the whole job in chunks."""
    laps: dict[str, float] = {}
    began = time.process_time()

    def lap(name: str) -> None:
        nonlocal began
        laps[name], began = time.process_time() - began, time.process_time()

    placer = Placer(pages)
    numbers = placer.numbers
    columns = event_columns(sessions, numbers)
    lap("columns")
    rows = placer.rows(columns)
    lap("placement")
    areas = window_areas(columns, numbers)
    signals = find_signals(columns, rows, placer, areas, profile("default"))
    lap("signals")
    count = len(columns)
    hits = hits_of_rows(columns, rows, signals.bits, np.ones(count, np.float32), np.full(count, -1, np.int32))
    lap("hits")
    assert sum(map(len, hits.values())) == int(rows.placed.sum())
    whole = place_sessions(pages, sessions)
    lap("whole job, with ledger and account")
    laps["placed share"] = whole.ledger.placed / whole.ledger.recorded
    laps["floor"] = floor(sessions)
    return laps


def bench(options: argparse.Namespace) -> dict[str, Any]:
    pages = make_pages(options.targets, options.snapshots)
    sessions = list(make_sessions(pages, options.events, options.targets))
    events = sum(len(session.events) for session in sessions)
    rounds = [timed(make_pages(options.targets, options.snapshots), sessions) for _ in range(options.rounds)]
    median = {name: round(statistics.median(one[name] for one in rounds), 3) for name in rounds[0]}
    together = sum(median[name] for name in ("columns", "placement", "hits"))
    return {
        "events": events,
        "targets": options.targets,
        "snapshots": len(pages.snapshots),
        "rounds": options.rounds,
        "seconds": median,
        "sessions_to_hits_s": round(together, 3),
    }


def streamed(options: argparse.Namespace) -> dict[str, Any]:
    """The whole job over sessions that are made one after the other, and its peak of memory, MB."""
    pages = make_pages(options.targets, options.snapshots)
    started_mb = peak_mb()
    making = 0.0

    def sessions() -> Iterator[Session]:
        nonlocal making
        source = make_sessions(pages, options.events, options.targets)
        while True:
            began = time.process_time()
            session = next(source, None)
            making += time.process_time() - began
            if session is None:
                return
            yield session

    began = time.process_time()
    placed = place_sessions(pages, sessions())
    spent = time.process_time() - began - making
    hits = sum(len(some) for some in placed.hits.values())
    assert hits == placed.ledger.placed
    return {
        "events": placed.ledger.recorded,
        "hits": hits,
        "seconds": round(spent, 1),
        "peak_mb": {"before": round(started_mb), "after": round(peak_mb())},
    }


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def sketches(folder: Path) -> dict[str, Any]:
    """Percentiles of likeness: the chosen state, the same route with other content, the nearest other page."""
    found: dict[str, list[float]] = {"chosen state": [], "another URL of the route": [], "nearest other page": []}
    between: list[float] = []
    with Workspace.open(folder) as workspace, EventLog.open(folder) as log:
        pages = captured_pages(workspace, workspace.capture())
        placer = Placer(pages)
        columns = event_columns(list(log.sessions()), placer.numbers)
        rows = placer.rows(columns)
        known = rows.placed & (rows.seen >= 0)
        triples = {
            (int(rows.seen[at]), int(rows.ordinal[at]), int(rows.place[at])) for at in np.flatnonzero(known).tolist()
        }
        own = [read_sketch(snapshot.state.sketch) for snapshot in pages.snapshots]
        for seen, ordinal, place in sorted(triples):
            like = similarities(own, read_sketch(placer.numbers.seen[seen].sketch))
            here = pages.snapshots[ordinal]
            relative = placer.places[place].relative
            found["another URL of the route" if relative else "chosen state"].append(like[ordinal])
            others = [
                like[at]
                for at, one in enumerate(pages.snapshots)
                if one.page != here.page and one.viewport == here.viewport
            ]
            found["nearest other page"].append(max(others, default=UNLIKE))
        for graphs in pages.graphs.values():
            for graph in graphs:
                between.extend(similarities(graph.sketches[1:], graph.sketches[0]).tolist())
    return {name: _percentiles(values) for name, values in {**found, "states of one page": between}.items()}


def _percentiles(values: list[float]) -> dict[str, float]:
    real = [value for value in values if value > UNLIKE]
    shares = (0, 5, 25, 50, 75, 95, 100)
    return {"pairs": len(real)} | {f"p{share}": round(float(np.percentile(real, share)), 3) for share in shares if real}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--snapshots", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--stream", action="store_true", help="make sessions one by one; tells the peak of memory")
    parser.add_argument("--sketches", type=Path, metavar="WORKSPACE")
    options = parser.parse_args()
    document = sketches(options.sketches) if options.sketches else (streamed if options.stream else bench)(options)
    text = json.dumps(document, indent=2)
    if options.json:
        options.json.write_text(text + "\n")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
