"""Labelled page pairs for measuring element matching: read in a browser, changed as each track says, kept in a cache.

Pairs come from two places. A folder of rendered pairs holds `pairs/ID/{before,after}.html` and `truth.json`. The file
`matching_packages.json` beside this one names pages in published packages, two versions of each, with labels made
by hand: equal unique names first, then equal repeated names by order, then the rest by reading both pages; what one
person could not decide was left out. No matcher was run before. `matching_unseen.json` holds pairs of other families
in the same form, which nothing is ever fitted on. Both say `before` path -> `after` path, or null.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heatreel.core.element import Outline

if TYPE_CHECKING:
    from playwright.async_api import Browser, Route

TRACKS = ("natural", "deleted", "hashed", "reworded", "both", "moved", "viewport")
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}
HERE = Path(__file__).parent
PACKAGES = HERE / "matching_packages.json"
UNSEEN = HERE / "matching_unseen.json"

# Families that share an origin are held out together: two versions of one template are not two witnesses.
ORIGINS = {"bs0": "bs", "cb6": "cb", "sba5": "sba"}

Truth = list[dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """Two files and what became of the elements of the first."""

    name: str
    origin: str
    before: Path
    after: Path
    truth: Truth


@dataclass(frozen=True)
class Case:
    """One pair on one track. `truth` maps elements of `before` to elements of `after`, -1 when gone."""

    name: str
    origin: str
    track: str
    before: Outline
    after: Outline
    truth: dict[int, int]


def folder_sources(data: Path) -> list[Source]:
    """The pairs of a folder of rendered pages."""
    return [
        Source(
            folder.name,
            ORIGINS.get(family := folder.name.split("-")[0], family),
            folder / "before.html",
            folder / "after.html",
            json.loads((folder / "truth.json").read_text())["truth"],
        )
        for folder in sorted((data / "pairs").iterdir())
    ]


def package_sources(cache: Path, listed: Path = PACKAGES) -> list[Source]:
    """The pairs of published packages, fetched with npm into the cache when they are not there."""
    return [
        Source(
            pair["id"],
            pair["origin"],
            _packaged(pair["before"], cache),
            _packaged(pair["after"], cache),
            [{"before": _path(before), "after": after and _path(after)} for before, after, _ in pair["truth"]],
        )
        for pair in json.loads(listed.read_text())
    ]


def _path(steps: str) -> str:
    """A CSS path from its short form: `main.1 h1.2` is `body > main:nth-of-type(1) > h1:nth-of-type(2)`."""
    parts = (step.rsplit(".", 1) for step in steps.split())
    return " > ".join(["body", *(f"{tag}:nth-of-type({nth})" for tag, nth in parts)])


def _packaged(page: dict[str, str], cache: Path) -> Path:
    folder = cache / f"{page['package']}-{page['version']}".replace("/", "_")
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        order = ["npm", "pack", "--silent", f"{page['package']}@{page['version']}"]
        name = subprocess.run(order, cwd=cache, check=True, capture_output=True, text=True).stdout.split()[-1]
        with tarfile.open(cache / name) as archive:
            archive.extractall(folder, filter="data")
        (cache / name).unlink()
    file = next(folder.iterdir()) / page["file"]
    return _rooted(file, next(folder.iterdir()) / page["root"]) if "root" in page else file


def _rooted(file: Path, root: Path) -> Path:
    """A copy beside the file whose addresses lead from the site's root, as a server would have it."""
    copy = file.with_name(f"rooted-{file.name}")
    way = Path(*[".."] * len(file.parent.relative_to(root).parts)).as_posix()
    copy.write_text(re.sub(r'(href|src)="/(?!/)', rf'\1="{way}/', file.read_text()))
    return copy


def load_cases(sources: list[Source], tracks: tuple[str, ...], bundle: Path, cache: Path) -> list[Case]:
    """All pairs on the given tracks, pair by pair; a browser starts only for what the cache lacks."""
    script = bundle.read_text()
    wanted = [(source, track, _kept(cache, source, track, script)) for source in sources for track in tracks]
    missing = [item for item in wanted if not item[2].exists()]
    if missing:
        cache.mkdir(parents=True, exist_ok=True)
        asyncio.run(_read_all(missing, script))
    return [_case(source, track, json.loads(path.read_text())) for source, track, path in wanted]


def _kept(cache: Path, source: Source, track: str, script: str) -> Path:
    parts = (script, (HERE / "matching_tracks.js").read_text(), str(source.before), json.dumps(source.truth), track)
    return cache / f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}.json"


async def _read_all(missing: list[tuple[Source, str, Path]], script: str) -> None:
    from heatreel.capture.browser import launch

    # Without the flag a style sheet in a file of its own could not be rewritten by the `hashed` track.
    async with launch(arguments=["--allow-file-access-from-files"]) as browser:
        for source, track, path in missing:
            path.write_text(json.dumps(await _read(browser, source, track, script)))


async def _read(browser: Browser, source: Source, track: str, script: str) -> dict[str, Any]:
    same = track == "viewport"
    wanted = [row["before" if same else "after"] for row in source.truth]
    before, _ = await _outline(browser, source.before, WIDE, script, "natural", [])
    page, size = (source.before, NARROW) if same else (source.after, WIDE)
    after, moved = await _outline(browser, page, size, script, track, wanted)
    rows = [[row["before"], path] for row, path in zip(source.truth, moved, strict=True)]
    return {"before": before, "after": after, "truth": rows}


async def _outline(
    browser: Browser, file: Path, size: Any, script: str, track: str, paths: list[str | None]
) -> tuple[str, list[str | None]]:
    page = await browser.new_page(viewport=size)
    try:
        await page.route("**/*", _files_only)
        await page.goto(file.resolve().as_uri())
        await page.evaluate((HERE / "matching_tracks.js").read_text())
        marks = await page.evaluate("([track, paths]) => prepareTrack(track, paths)", [track, paths])
        await page.evaluate(script)
        return await page.evaluate("() => __heatreel.outline(document)"), marks
    finally:
        await page.close()


async def _files_only(route: Route) -> None:
    """The page's own files, no scripts and no network: the same outline every time."""
    request = route.request
    if request.url.startswith(("file:", "data:")) and request.resource_type != "script":
        await route.continue_()
    else:
        await route.abort()


def _case(source: Source, track: str, kept: dict[str, Any]) -> Case:
    before, after = Outline.from_json(kept["before"]), Outline.from_json(kept["after"])
    old = {before.path(element.index): element.index for element in before.elements}
    new = {after.path(element.index): element.index for element in after.elements}
    truth = {}
    for path, place in kept["truth"]:
        found = new[place] if place else -1
        # At another width an element that is not rendered there is gone from view, whatever the DOM holds.
        truth[old[path]] = -1 if found >= 0 and track == "viewport" and not after.elements[found].visible else found
    return Case(source.name, source.origin, track, before, after, truth)


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
