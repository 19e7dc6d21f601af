"""Memory over many snapshots: pages of a made-up site, many states each, captured with one browser for each core."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil

from heatreel.capture.capture import capture
from heatreel.capture.options import CaptureOptions
from heatreel.core.viewport import Viewport

STATES = 10
"""The default state and one for each other tab."""

LOOK_S = 0.5

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page {number}</title><style>
body {{ font: 16px sans-serif; margin: 2rem }} [hidden] {{ display: none }} canvas {{ width: 100%; height: 300px }}
</style></head><body><h1>Page {number}</h1><div role="tablist">{tabs}</div>{panels}<canvas width="1400" height="300">
</canvas>{words}<script>
const kept = Array.from({{ length: 50000 }}, (_, at) => ({{ at, word: `word ${{at}} of {number}` }}));
for (const tab of document.querySelectorAll("[role=tab]")) tab.onclick = () => {{
  for (const panel of document.querySelectorAll("[role=tabpanel]")) panel.hidden = panel.id !== tab.dataset.for;
}};
const pen = document.querySelector("canvas").getContext("2d");
for (let at = 0; at < 400; at++) {{ pen.fillStyle = `hsl(${{at}} 60% 60%)`; pen.fillRect(at * 3.5, 0, 4, 300); }}
</script></body></html>"""


def page(number: int) -> str:
    """A page with a tab list, a drawing, words for two screens, and some memory of its own."""
    tabs = "".join(f"<button role=tab data-for=p{at}>Tab {at} of {number}</button>" for at in range(STATES))
    panels = "".join(
        f"<div role=tabpanel id=p{at}{' hidden' if at else ''}><p>What tab {at} of page {number} shows.</p></div>"
        for at in range(STATES)
    )
    words = "".join(f"<p>Paragraph {at} of page {number}, which says little. </p>" * 2 for at in range(8))
    return PAGE.format(number=number, tabs=tabs, panels=panels, words=words)


@contextmanager
def site() -> Iterator[str]:
    """The site: `/1`, `/2`, ... as many pages as are asked for."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            name = self.path.strip("/")
            body = page(int(name)).encode() if name.isdigit() else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Watch:
    """Memory as it was seen: (seconds, MB of the browsers, MB of this process, browsers that ran so far)."""

    rows: list[tuple[float, float, float, int]] = field(default_factory=list)
    browsers: set[int] = field(default_factory=set)

    def look(self, began: float) -> None:
        me = psutil.Process()
        children = me.children(recursive=True)
        browsers = [one for one in children if _is_browser(one)]
        self.browsers |= {one.pid for one in browsers if not _is_browser(one.parent())}
        taken = sum(_pss(one) for one in browsers)
        self.rows.append((time.monotonic() - began, taken, _pss(me), len(self.browsers)))


def _is_browser(process: psutil.Process | None) -> bool:
    try:
        return process is not None and ("chrom" in process.name() or "headless_shell" in process.name())
    except psutil.Error:
        return False


def _pss(process: psutil.Process) -> float:
    try:
        full = process.memory_full_info()
        return float(getattr(full, "pss", 0) or full.uss) / 1e6
    except psutil.Error:
        return 0.0


async def measure(snapshots: int, memory_mb: int) -> dict[str, Any]:
    """Peak memory of a capture of at least so many snapshots, and of its first and last tenth."""
    pages, watch, began = -(-snapshots // STATES), Watch(), time.monotonic()
    workers = min(4, os.cpu_count() or 1)
    viewport = Viewport.parse("small=600x600")
    options = CaptureOptions(
        viewports=(viewport,), routes="none", max_pages=pages, memory_mb=memory_mb, rate=1000, workers=workers
    )
    with site() as base, tempfile.TemporaryDirectory() as folder:
        running = asyncio.create_task(capture(Path(folder), [f"{base}/{at + 1}" for at in range(pages)], options))
        while not running.done():
            await asyncio.wait({running}, timeout=LOOK_S)
            await asyncio.to_thread(watch.look, began)
        result = running.result()
    rows = [row for row in watch.rows if row[1]]
    tenth = max(1, len(rows) // 10)
    return {
        "snapshots": result.snapshots,
        "pages": len(result.pages),
        "failed": len(result.failed),
        "seconds": round(time.monotonic() - began, 1),
        "bound_mb": memory_mb,
        "browsers": len(watch.browsers),
        "browser_mb_peak": round(max(row[1] for row in rows)),
        "browser_mb_first_tenth": round(max(row[1] for row in rows[:tenth])),
        "browser_mb_last_tenth": round(max(row[1] for row in rows[-tenth:])),
        "own_mb_peak": round(max(row[2] for row in rows)),
        "own_mb_first_tenth": round(max(row[2] for row in rows[:tenth])),
        "own_mb_last_tenth": round(max(row[2] for row in rows[-tenth:])),
        "workers": workers,
    }


def show(document: dict[str, Any]) -> None:
    """The figures for people."""
    print(
        f"memory over {document['snapshots']} snapshots of {document['pages']} pages in {document['seconds']:.0f} s,"
        f" {document['workers']} browsers at a time, {document['browsers']} in all,"
        f" bound for each {document['bound_mb']} MB (--memory):"
    )
    for whose, words in (("browser", "browsers with all their processes"), ("own", "the capture itself")):
        print(
            f"  {words:<34} peak {document[f'{whose}_mb_peak']:>5} MB, in the first tenth"
            f" {document[f'{whose}_mb_first_tenth']}, in the last tenth {document[f'{whose}_mb_last_tenth']}"
        )
