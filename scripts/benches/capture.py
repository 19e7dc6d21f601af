"""Capture of a page with about ten states, against the bare Playwright calls that any tool must make for the same.

    scripts/bench capture [--url URL] [--viewport NAME=WxH] [--repeat N] [--json FILE]

Bare: for each state that the capture found, in one warm browser: open the page, wait for `load`, do the recipe, take a
full-page picture and a DOM snapshot. Ours: everything from the URL to the stored snapshots, finding the states
included. Both in turn, browser start excluded. Prints the table; the last column is ours through bare.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from heatreel.capture.browser import launch
from heatreel.capture.capture import ARGUMENTS, capture
from heatreel.capture.options import CaptureOptions
from heatreel.core.state import Snapshot
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="page to capture; the home page of the demo shop when left out")
    parser.add_argument("--viewport", default="desktop=1440x900")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where to write the numbers")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        url = arguments.url or stack.enter_context(_shop())
        rows = asyncio.run(_measure(url, Viewport.parse(arguments.viewport), arguments.repeat))
    document = _summary(url, rows)
    _print(document)
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=1))


def _shop() -> Any:
    from heatreel.app.demo.serving import serve_shop

    return serve_shop()


async def _measure(url: str, viewport: Viewport, repeat: int) -> list[dict[str, float]]:
    rows = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as folder:
            options = CaptureOptions(viewports=(viewport,), routes="none")
            result = await capture(Path(folder), [url], options)
            page = result.pages[0]
            with Workspace.open(Path(folder)) as workspace:
                snapshots = workspace.snapshots(workspace.capture())
        bare = await _bare(url, viewport, snapshots)
        rows.append(
            {
                "states": len(snapshots),
                "probed": page.probed,
                "explore": page.explore_s,
                "ours": page.seconds,
                "bare": bare,
            }
        )
    return rows


async def _bare(url: str, viewport: Viewport, snapshots: list[Snapshot]) -> float:
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
            await _one(context, url, snapshot)
        return time.perf_counter() - began


async def _one(context: Any, url: str, snapshot: Snapshot) -> None:
    page = await context.new_page()
    await page.goto(url)
    for action in snapshot.state.recipe:
        # Playwright enters open shadow roots by itself.
        target = page.locator(action.selector.replace(" >>> :host > ", " ").replace(" >>> ", " ")).first
        await (target.hover() if action.action == "hover" else target.dispatch_event("click"))
    await page.screenshot(full_page=True)
    session = await context.new_cdp_session(page)
    await session.send("DOMSnapshot.captureSnapshot", {"computedStyles": []})
    await page.close()


def _summary(url: str, rows: list[dict[str, float]]) -> dict[str, Any]:
    median = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
    return {"url": url, "repeat": len(rows), **median, "ratio": median["ours"] / median["bare"], "rows": rows}


def _print(document: dict[str, Any]) -> None:
    print(f"{document['url']}: {document['states']:.0f} states, {document['probed']:.0f} candidates tried, ", end="")
    print(f"median of {document['repeat']}")
    print(f"{'':<24}{'seconds':>9}{'a state':>9}")
    for name, key in (
        ("bare Playwright calls", "bare"),
        ("capture, all of it", "ours"),
        ("of which finding states", "explore"),
    ):
        print(f"{name:<24}{document[key]:>9.2f}{document[key] / document['states']:>9.2f}")
    print(f"ratio {document['ratio']:.2f}")


if __name__ == "__main__":
    main()
