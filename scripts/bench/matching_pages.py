"""Labelled page pairs for measuring element matching: read in a browser, changed as each track says, kept in a cache.

A folder of pairs holds `pairs/ID/{before,after}.html` and `truth.json` (`before` path -> `after` path or null).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heatreel.core.element import Outline

if TYPE_CHECKING:
    from playwright.async_api import Browser

TRACKS = ("natural", "deleted", "hashed", "reworded", "both", "viewport")
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}
HERE = Path(__file__).parent

# Families that share an origin are held out together: two versions of one template are not two witnesses.
ORIGINS = {"bs0": "bs", "cb6": "cb", "sba5": "sba"}


@dataclass(frozen=True)
class Case:
    """One pair on one track. `truth` maps elements of `before` to elements of `after`, -1 when gone."""

    name: str
    origin: str
    track: str
    before: Outline
    after: Outline
    truth: dict[int, int]
    strata: dict[int, str]


def load_cases(data: Path, tracks: tuple[str, ...], bundle: Path, cache: Path) -> list[Case]:
    """All pairs of a data folder on the given tracks, pair by pair; a browser starts only when the cache lacks some."""
    wanted = [(folder, track) for folder in sorted((data / "pairs").iterdir()) for track in tracks]
    script = bundle.read_text()
    missing = [
        (folder, track, path) for folder, track in wanted if not (path := _kept(cache, folder, track, script)).exists()
    ]
    if missing:
        cache.mkdir(parents=True, exist_ok=True)
        asyncio.run(_read_all(missing, script))
    return [
        _case(folder, track, json.loads(_kept(cache, folder, track, script).read_text())) for folder, track in wanted
    ]


def _kept(cache: Path, folder: Path, track: str, script: str) -> Path:
    parts = (script, (HERE / "matching_tracks.js").read_text(), str(folder), track)
    return cache / f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}.json"


async def _read_all(missing: list[tuple[Path, str, Path]], script: str) -> None:
    from heatreel.capture.browser import launch

    async with launch() as browser:
        for folder, track, path in missing:
            path.write_text(json.dumps(await _read(browser, folder, track, script)))


async def _read(browser: Browser, folder: Path, track: str, script: str) -> dict[str, Any]:
    truth = json.loads((folder / "truth.json").read_text())["truth"]
    same = track == "viewport"
    after_paths = [row["before" if same else "after"] for row in truth]
    before, _ = await _outline(browser, folder / "before.html", WIDE, script, "natural", [])
    page, size = (folder / "before.html", NARROW) if same else (folder / "after.html", WIDE)
    after, moved = await _outline(browser, page, size, script, track, after_paths)
    rows = [[row["before"], path, row["stratum"]] for row, path in zip(truth, moved, strict=True)]
    return {"before": before, "after": after, "truth": rows}


async def _outline(
    browser: Browser, file: Path, size: Any, script: str, track: str, paths: list[str | None]
) -> tuple[str, list[str | None]]:
    page = await browser.new_page(viewport=size)
    try:
        await page.goto(file.resolve().as_uri())
        await page.evaluate((HERE / "matching_tracks.js").read_text())
        marks = await page.evaluate("([track, paths]) => prepareTrack(track, paths)", [track, paths])
        await page.evaluate(script)
        return await page.evaluate("() => __heatreel.outline(document)"), marks
    finally:
        await page.close()


def _case(folder: Path, track: str, kept: dict[str, Any]) -> Case:
    before, after = Outline.from_json(kept["before"]), Outline.from_json(kept["after"])
    old = {before.path(element.index): element.index for element in before.elements}
    new = {after.path(element.index): element.index for element in after.elements}
    family = folder.name.split("-")[0]
    truth, strata = {}, {}
    for path, place, stratum in kept["truth"]:
        found = new[place] if place else -1
        # At another width an element that is not rendered there is gone from view, whatever the DOM holds.
        truth[old[path]] = -1 if found >= 0 and track == "viewport" and not after.elements[found].visible else found
        strata[old[path]] = stratum
    return Case(folder.name, ORIGINS.get(family, family), track, before, after, truth, strata)


def same_spot(outline: Outline, found: int, wanted: int) -> bool:
    """Whether two elements are one to a visitor: equal, or one inside the other over at least half of its area."""
    if found == wanted:
        return True
    if found < 0 or wanted < 0:
        return False
    nested = wanted in ancestors(outline, found) or found in ancestors(outline, wanted)
    return nested and _overlap(outline.elements[found].box, outline.elements[wanted].box) >= 0.5


def ancestors(outline: Outline, index: int) -> Iterator[int]:
    """Indices of the ancestors of an element, nearest first."""
    index = outline.elements[index].parent
    while index >= 0:
        yield index
        index = outline.elements[index].parent


def _overlap(one: tuple[float, ...], two: tuple[float, ...]) -> float:
    """Intersection over union of two boxes."""
    width = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    height = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    shared = max(width, 0) * max(height, 0)
    total = one[2] * one[3] + two[2] * two[3] - shared
    return shared / total if total > 0 else 0.0
