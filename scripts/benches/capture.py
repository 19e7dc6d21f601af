"""Capture of a page with about ten states: time against the bare browser, and whether it comes out the same again.

    scripts/bench capture [--url URL] [--viewport NAME=WxH] [--repeat N] [--load N] [--json FILE]
    scripts/bench capture --snapshots 500 [--memory MB]

Ours: from the URL to the stored snapshots, finding the states included. The floors, for the same states in a warm
browser of the same kind: open the page, wait for `load`, do the recipe, take a full-page picture and a DOM snapshot;
one with Playwright's own `page.screenshot(full_page=True)`, one with the fastest PNG that the browser makes
(`Page.captureScreenshot`, `optimizeForSpeed`). Each in turn, browser start excluded. "ours / floor" is our time
through the floor's: 1.5 means that we take half as long again, less than 1 that we are faster.

The captures are then compared: states, element tables, and pictures px by px. `--load N` keeps N processes busy
beside them.

`--snapshots N` measures memory instead: a capture of N snapshots, with the proportional set size of all processes.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

import capture_memory

from heatreel.capture.browser import launch
from heatreel.capture.capture import ARGUMENTS, capture
from heatreel.capture.options import CaptureOptions
from heatreel.core.state import Snapshot
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace

FLOORS = ("playwright", "fastest")


@dataclass(frozen=True)
class Kept:
    """What a capture kept of one state, to be compared with another capture's."""

    recipe: str
    elements: str
    picture: bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="page to capture; the home page of the demo shop when left out")
    parser.add_argument("--viewport", default="desktop=1440x900")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--load", type=int, default=0, metavar="N", help="busy processes beside the captures")
    parser.add_argument("--json", type=Path, help="where to write the numbers")
    parser.add_argument("--snapshots", type=int, default=0, metavar="N", help="measure memory over so many instead")
    parser.add_argument("--memory", type=int, default=1500, metavar="MB", help="with --snapshots: the capture's bound")
    arguments = parser.parse_args()
    if arguments.snapshots:
        document = asyncio.run(capture_memory.measure(arguments.snapshots, arguments.memory))
        capture_memory.show(document)
        if arguments.json:
            arguments.json.write_text(json.dumps(document, indent=1))
        return
    with ExitStack() as stack:
        url = arguments.url or stack.enter_context(_shop())
        stack.enter_context(_busy(arguments.load))
        rows, kept = asyncio.run(_measure(url, Viewport.parse(arguments.viewport), arguments.repeat))
    document = _summary(url, rows) | {"load": arguments.load, "again": _again(kept)}
    _print(document)
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=1))


def _shop() -> Any:
    from heatreel.app.demo.serving import serve_shop

    return serve_shop()


@contextmanager
def _busy(count: int) -> Iterator[None]:
    running = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(count)]
    for process in running:
        process.start()
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.join()


def _spin() -> None:
    while True:
        pass


async def _measure(url: str, viewport: Viewport, repeat: int) -> tuple[list[dict[str, float]], list[dict[str, Kept]]]:
    rows, captures = [], []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as folder:
            options = CaptureOptions(viewports=(viewport,), routes="none")
            result = await capture(Path(folder), [url], options)
            page = result.pages[0]
            with Workspace.open(Path(folder)) as workspace:
                snapshots = workspace.snapshots(workspace.capture())
                captures.append({one.state.id: _kept(workspace, one) for one in snapshots})
        floors = {floor: await _bare(url, viewport, snapshots, floor) for floor in FLOORS}
        rows.append(
            {
                "states": len(snapshots),
                "probed": page.probed,
                "explore": page.explore_s,
                "ours": page.seconds,
                **floors,
            }
        )
    return rows, captures


def _kept(workspace: Workspace, snapshot: Snapshot) -> Kept:
    recipe = json.dumps([action.as_json() for action in snapshot.state.recipe])
    # Each workspace hashes texts with a key of its own.
    plain = {"name_hash": "", "name_sketch": "", "text_hash": "", "near_hashes": ()}
    elements = [replace(element, **plain) for element in workspace.outline(snapshot).elements]
    return Kept(recipe, str(elements), workspace.blobs.get(snapshot.picture))


# The floors


async def _bare(url: str, viewport: Viewport, snapshots: list[Snapshot], floor: str) -> float:
    """Seconds for the calls that nobody can do without."""
    async with launch(arguments=ARGUMENTS) as browser:
        context = await browser.new_context(
            viewport={"width": viewport.width, "height": viewport.height},
            device_scale_factor=viewport.dpr,
            has_touch=viewport.touch,
            reduced_motion="reduce",
        )
        await (await context.new_page()).goto(url)
        began = time.perf_counter()
        for snapshot in snapshots:
            await _one(context, url, snapshot, floor)
        return time.perf_counter() - began


async def _one(context: Any, url: str, snapshot: Snapshot, floor: str) -> None:
    page = await context.new_page()
    await page.goto(url)
    for action in snapshot.state.recipe:
        # Playwright enters open shadow roots by itself.
        target = page.locator(action.selector.replace(" >>> :host > ", " ").replace(" >>> ", " ")).first
        await (target.hover() if action.action == "hover" else target.dispatch_event("click"))
    session = await context.new_cdp_session(page)
    if floor == "playwright":
        await page.screenshot(full_page=True)
    else:
        clip = {"x": 0, "y": 0, "width": snapshot.width, "height": snapshot.height, "scale": 1}
        arguments = {"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True, "clip": clip}
        base64.b64decode((await session.send("Page.captureScreenshot", arguments))["data"])
    await session.send("DOMSnapshot.captureSnapshot", {"computedStyles": []})
    await page.close()


# The same again


def _again(captures: list[dict[str, Kept]]) -> dict[str, Any]:
    """How often a snapshot of a later capture is not that of the first."""
    first, others = captures[0], captures[1:]
    pairs = [(one, other[name]) for other in others for name, one in first.items() if name in other]
    pictures = [_differing(one.picture, other.picture) for one, other in pairs]
    return {
        "compared": len(pairs),
        "states_not_found_again": sum(len(first.keys() ^ other.keys()) for other in others),
        "other_recipe": sum(one.recipe != other.recipe for one, other in pairs),
        "other_elements": sum(one.elements != other.elements for one, other in pairs),
        "other_picture": sum(share > 0 for share in pictures),
        "most_px_differing": max(pictures, default=0.0),
    }


def _differing(one: bytes, other: bytes) -> float:
    """Share of the px of two PNGs that differ; 1 when their sizes do."""
    if one == other:
        return 0.0
    a, b = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB")) for png in (one, other))
    return float((a != b).any(axis=2).mean()) if a.shape == b.shape else 1.0


# Printing


def _summary(url: str, rows: list[dict[str, float]]) -> dict[str, Any]:
    median = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
    ratios = {f"ours_through_{floor}": median["ours"] / median[floor] for floor in FLOORS}
    return {"url": url, "repeat": len(rows), **median, **ratios, "rows": rows}


def _print(document: dict[str, Any]) -> None:
    print(f"{document['url']}: {document['states']:.0f} states, {document['probed']:.0f} candidates tried, ", end="")
    print(f"median of {document['repeat']}, {document['load']} busy processes beside")
    print(f"{'':<44}{'seconds':>9}{'a state':>9}{'ours / floor':>14}")
    for name, key in (
        ("floor with Playwright's full-page picture", "playwright"),
        ("floor with the fastest picture there is", "fastest"),
        ("ours, all of it", "ours"),
        ("of which finding states", "explore"),
    ):
        ratio = f"{document[f'ours_through_{key}']:>14.2f}" if key in FLOORS else ""
        print(f"{name:<44}{document[key]:>9.2f}{document[key] / document['states']:>9.2f}{ratio}")
    again = document["again"]
    print(f"the same again, of {again['compared']} snapshots: ", end="")
    print(", ".join(f"{value:.3g} {key.replace('_', ' ')}" for key, value in again.items() if key != "compared"))


if __name__ == "__main__":
    main()
