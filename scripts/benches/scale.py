"""Closed days as Parquet: ingest, sealing, bytes an event, and counts beside plain DuckDB on the same files.

    scripts/bench scale [--events 10000000] [--rounds 5] [--json]

A site of 20 pages, the first of which has half of all events; 60 targets a page, sessions of 50 events on three pages,
stored as the batches that a recorder sends. Counts of a page's day by element, with a segment, are taken three ways
from the same Parquet: our reader with `np.bincount`, DuckDB's SQL on one thread, and on two. Medians of rounds that
take turns; bytes an event are those of all files that sealing leaves, the emptied rows of the log among them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import psutil

from heatreel.core.eventlog import Batch, EventLog
from heatreel.core.sealed.reading import read_columns
from heatreel.core.sealed.sealing import seal

PAGES, TARGETS, EVENTS, AT_ONCE = 20, 60, 50, 64
_DAY_MS = 1_760_000_000_000
HOT = "https://shop.example/page/0"


def target(page: int, number: int) -> dict[str, Any]:
    box = [20 + number % 6 * 230, 100 + number // 6 * 180, 210, 40 + number % 5 * 20]
    return {"selector": f"main > ul > li:nth-of-type({number}) > a", "tag": "a", "role": "link", "box": box,
            "href": f"/page/{page}/{number}", "nameHash": f"{page:06x}{number:06x}", "interactive": True}  # fmt: skip


def bodies(count: int, seed: int = 1) -> Iterator[Batch]:
    """Batches of 50 events: 40 moves, 6 clicks with what followed them, scrolls; on a page that visitors like."""
    chance = random.Random(seed)
    targets = [[target(page, number) for number in range(TARGETS)] for page in range(PAGES)]
    for number in range(count // EVENTS):
        page = 0 if chance.random() < 0.5 else chance.randrange(1, PAGES)
        used = chance.sample(range(TARGETS), 8)
        events: list[list[Any]] = [["v", 0, 0, f"https://shop.example/page/{page}", 0, 0, 5200]]
        for place in range(1, EVENTS):
            t, hit = place * 97 + chance.randrange(90), chance.randrange(8)
            x, y, width, height = targets[page][used[hit]]["box"]
            u, v = round(chance.betavariate(3, 3), 4), round(chance.betavariate(3, 3), 4)
            where = [hit, round(x + u * width), round(y + v * height), u, v]
            if place % 8 == 6:
                events.append(["c", t, 0, *where, "m", 0, chance.randrange(900)])
            elif place % 8 == 7:
                events.append(["x", t, 0, place - 1, "mf", chance.randrange(200)])
            elif place % 25 == 24:
                events.append(["s", t, 0, -1, 0, chance.randrange(5000)])
            else:
                events.append(["m", t, 0, *where])
        session, at = f"session-{number // 3:09d}", _DAY_MS + number * 7 % 80_000_000
        record = {"v": 1, "site": "key", "session": session, "doc": f"document-{number % 3}", "seq": 0, "at": at,
                  "sent": 5000, "page": [events[0][3], 1440 if number % 3 else 1280, 900, 1, 0, "en", None, None],
                  "from": [0, 0, 0], "events": events, "targets": [targets[page][one] for one in used],
                  "states": [{"settings": [], "sketch": f"state-of-{page}"}]}  # fmt: skip
        body = json.dumps(record, separators=(",", ":")).encode()
        yield Batch("shop", session, record["doc"], 0, at + 5000, EVENTS, body)


def ingest(folder: Path, events: int) -> float:
    """Stores the batches; returns the seconds that storing took, without those that making them took."""
    took = 0.0
    with EventLog.writing(folder) as log:
        some: list[Batch] = []
        for one in bodies(events):
            some.append(one)
            if len(some) == AT_ONCE:
                took += timed(lambda: log.append(some))[0]  # noqa: B023
                some = []
        took += timed(lambda: log.append(some))[0] if some else 0
    return took


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = act()
    return time.perf_counter() - start, found


class Sealed:
    """The sealed log, and what is asked of it."""

    def __init__(self, folder: Path) -> None:
        with EventLog.open(folder) as log:
            parts = log.sealed.all()
            self.store = log.sealed.store(parts[0])
        self.names = [part.name for part in parts]
        self.bytes = sum(part.bytes for part in parts)
        self.files = f"{folder}/sealed/events/*/*/*.parquet"

    def points(self) -> tuple[Any, Any]:
        found = read_columns(self.store, self.names, None, ["x", "y"])
        return found["x"], found["y"]

    def points_of_page(self) -> tuple[Any, Any]:
        found = read_columns(self.store, self.names, {HOT}, ["x", "y"])
        return found["x"], found["y"]

    def counts(self) -> int:
        """Events of the page by target, of windows 1440 px wide, a part at a time. Targets are numbered by part."""
        with ThreadPoolExecutor(2) as pool:
            return sum(int(counts.sum()) for counts in pool.map(self._counts_of, self.names))

    def _counts_of(self, part: str) -> Any:
        columns = read_columns(self.store, [part], {HOT}, ["target", "width"])
        return np.bincount(columns["target"][(columns["width"] == 1440) & (columns["target"] >= 0)].astype(np.int64))

    def counts_by_duckdb(self, threads: int) -> int:
        with duckdb.connect(config={"threads": threads}) as connection:
            rows = connection.execute(
                f"SELECT filename, target, count(*) FROM read_parquet('{self.files}', filename = true)"
                " WHERE url = ? AND width = 1440 AND target IS NOT NULL GROUP BY ALL",
                [HOT],
            ).fetchall()
        return sum(row[2] for row in rows)

    def points_by_duckdb(self) -> int:
        with duckdb.connect(config={"threads": 2}) as connection:
            found = connection.execute(f"SELECT x, y FROM read_parquet('{self.files}')").fetchnumpy()
        return len(found["x"])


def measure(events: int, rounds: int, folder: Path) -> dict[str, Any]:
    stored_s = ingest(folder, events)
    before = size(folder)
    with EventLog.writing(folder) as log:
        sealed_s, parts = timed(lambda: len(list(seal(log, folder, 1e15))))
        log.connection.execute("VACUUM")
        log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sealed = Sealed(folder)
    ways: dict[str, Callable[[], Any]] = {
        "all x, y": sealed.points,
        "all x, y by DuckDB, 2 threads": sealed.points_by_duckdb,
        "x, y of a page": sealed.points_of_page,
        "counts of a page's day in a segment": sealed.counts,
        "the same by DuckDB, 1 thread": lambda: sealed.counts_by_duckdb(1),
        "the same by DuckDB, 2 threads": lambda: sealed.counts_by_duckdb(2),
    }
    assert sealed.counts() == sealed.counts_by_duckdb(2), "both count the same"
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, act in ways.items():
            taken[name].append(timed(act)[0])
    seconds = {name: median(some) for name, some in taken.items()}
    return {
        "events": events,
        "parts": parts,
        "stored_per_s": round(events / stored_s),
        "sealed_per_s": round(events / sealed_s),
        "bytes_an_event": {
            "log before": round(before / events, 2),
            "parts": round(sealed.bytes / events, 2),
            "log after": round((size(folder) - sealed.bytes) / events, 2),
        },
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "ratio_to_duckdb": round(
            seconds["counts of a page's day in a segment"] / seconds["the same by DuckDB, 2 threads"], 2
        ),
        "peak_mb": round(psutil.Process().memory_info().rss / 1e6),
    }


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench scale", description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=lambda text: int(float(text)), default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked.events, asked.rounds, Path(folder))
    if asked.json:
        json.dump({"version": 1, **found}, sys.stdout, indent=2)
        return
    for name, value in found.items():
        if isinstance(value, dict):
            print(f"{name.replace('_', ' ')}:")
            for key, one in value.items():
                print(f"  {key:<44} {one}")
        else:
            print(f"{name.replace('_', ' '):<46} {value:,}")


if __name__ == "__main__":
    main()
