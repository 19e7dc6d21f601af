"""All insights of a million hits: 15 places, 60 snapshots of 400 elements, with and without gathering the hits.

The hits are made first and not counted. `gather` is the one table by visit and time, `insights` everything that is read
from it; both in CPU seconds and in seconds of the clock, the median of the rounds. By kind: what each costs.

    scripts/bench insights --events 1000000 --rounds 3 --json out.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from heatreel.core.element import Element, Outline
from heatreel.core.hits import SIGNALS, TYPES, Hits
from heatreel.core.state import Action, Shown, Snapshot, State
from heatreel.core.viewport import DEFAULT_VIEWPORTS
from heatreel.replay.insights.asking import Goal, Question, Wishes
from heatreel.replay.insights.enough import enough_of
from heatreel.replay.insights.insights import FINDS, TESTS, find_insights
from heatreel.replay.insights.kept import nothing_kept
from heatreel.replay.insights.material import Material

ELEMENTS, PAGES, STATES = 400, 5, 4
EVENTS_PER_VISIT = 40
WISHES = Wishes(goals=(Goal("order", page="/p4", value=40.0),))


def snapshots() -> list[Snapshot]:
    found = []
    for page in range(PAGES):
        for viewport in DEFAULT_VIEWPORTS:
            for number in range(STATES):
                state = State(
                    id=f"tab-{number}" if number else "default", label=f"Tab: {number}" if number else "Default",
                    kind="tab" if number else "default", parent="default" if number else "",
                    recipe=(Action("click", f"#e{number}"),) if number else (),
                    reveals=(Shown(f"#e{10 + number}"),) if number else (),
                )  # fmt: skip
                found.append(
                    Snapshot(len(found) + 1, "bench", f"/p{page}", f"https://bench.test/p{page}", "", viewport, "",
                             state, viewport.width, 6000, "", "", "")
                )  # fmt: skip
    return found


def outline_of(snapshot: Snapshot) -> Outline:
    """A page of links, buttons, a form and text, from top to bottom."""
    state = int(snapshot.state.id.rsplit("-", 1)[-1]) if snapshot.state.recipe else 0
    made = [Element(0, -1, "body", 1, selector="body", box=(0, 0, snapshot.width, 6000), visible=True)]
    made.append(Element(1, 0, "form", 1, selector="form", box=(0, 0, snapshot.width, 6000), visible=True))
    for index in range(2, ELEMENTS):
        kind = ("a", "button", "p", "input", "img")[index % 5]
        made.append(
            Element(
                index, 1, kind, index, selector=f"#e{index}", name=f"Thing {index}", landmark="main",
                bold=kind == "button",
                href=f"/p{index % 40}" * (kind == "a"), type="text" if kind == "input" else "", order=index,
                interactive=kind in ("a", "button", "input"), box=(20.0, index * 14.0, 200.0, 40.0),
                visible=not 10 < index < 10 + STATES or index == 10 + state,
            )
        )  # fmt: skip
    return Outline(snapshot.width, 6000, tuple(made))


def make_hits(shots: list[Snapshot], events: int) -> tuple[list[Hits], list[dict[str, Any]]]:
    """Visits of 40 events: a view, scrolls, clicks and moves, over the states of a place; two visits a session."""
    random = np.random.default_rng(5)
    visits = events // EVENTS_PER_VISIT
    place = random.integers(PAGES * len(DEFAULT_VIEWPORTS), size=visits)
    visit = np.repeat(np.arange(visits), EVENTS_PER_VISIT)
    turn = np.tile(np.arange(EVENTS_PER_VISIT), visits)
    kinds = np.array([TYPES.index(name) for name in ("click", "move", "scroll")])
    kind = np.where(turn == 0, TYPES.index("view"), kinds[random.choice(3, len(visit), p=[0.3, 0.55, 0.15])])
    snap = place[visit] * STATES + np.where(turn < 20, 0, random.integers(STATES, size=visits)[visit])
    deep = (kind == TYPES.index("view")) | (kind == TYPES.index("scroll"))
    reach = random.exponential(1500, visits)
    element = np.where(deep, -1, np.minimum(random.geometric(0.01, len(visit)), ELEMENTS - 1))
    y = np.where(deep, np.minimum(900 + turn / EVENTS_PER_VISIT * reach[visit], 6000), element * 14.0 + 10)
    signals = np.where(random.random(len(visit)) < 0.02, 1 << random.integers(len(SIGNALS), size=len(visit)), 0)
    columns = {
        "event": np.zeros(len(visit), "U1"), "session": (visit // 2).astype(np.int32), "visit": visit.astype(np.int32),
        "type": kind.astype(np.uint8), "signals": np.where(deep, 0, signals).astype(np.uint16),
        "x": np.full(len(visit), 100, np.float32), "y": y.astype(np.float32), "element": element.astype(np.int32),
        "confidence": np.ones(len(visit), np.float32), "time_ms": 1e12 + visit * 60_000.0 + turn * 700.0,
    }  # fmt: skip
    whole = Hits(**columns)
    sessions = [
        {"session": f"s{number}", "height": 0, "variant": "ab"[number % 2], "source": ("", "ads", "mail")[number % 3],
         "returning": number % 4 == 0, "goals": [], "pages": [], "started_ms": 1e12 + number * 120_000.0}
        for number in range(-(-visits // 2))
    ]  # fmt: skip
    return [whole.where(snap == ordinal) for ordinal in range(len(shots))], sessions


def bench(options: argparse.Namespace) -> dict[str, Any]:
    shots = snapshots()
    outlines = [outline_of(one) for one in shots]
    hits, sessions = make_hits(shots, options.events)
    rounds: list[dict[str, float]] = []
    found = 0
    for _ in range(options.rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        material = Material(shots, outlines, hits, sessions, nothing_kept())
        gathered = time.process_time() - cpu
        found = len(find_insights(material, WISHES).findings)
        rounds.append({
            "gather": gathered,
            "all": time.process_time() - cpu,
            "all by the clock": time.perf_counter() - wall,
        })  # fmt: skip
    return {
        "events": sum(map(len, hits)),
        "snapshots": len(shots),
        "rounds": options.rounds,
        "findings": found,
        "seconds": {name: round(statistics.median(one[name] for one in rounds), 2) for name in rounds[0]},
        "by_kind": by_kind(Material(shots, outlines, hits, sessions, nothing_kept())),
    }


def by_kind(material: Material) -> dict[str, float]:
    """CPU seconds of each kind, one after the other over one question, so that what they share counts for the first."""
    question = Question(material, WISHES)
    spent = {}
    for ask in (enough_of, *FINDS, *TESTS):
        began = time.process_time()
        some = ask(question)
        if not isinstance(some, dict):
            list(some)
        spent[ask.__name__] = round(time.process_time() - began, 2)
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers here")
    options = parser.parse_args()
    result = bench(options)
    text = json.dumps(result, indent=2)
    if options.json:
        options.json.write_text(text + "\n")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
