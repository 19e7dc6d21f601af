"""The recorder beside the published ones of rrweb and Clarity, on the same session of the same page.

    scripts/bench recorder [--elements 5000] [--clicks 20] [--rounds 3]

Prints as JSON, for each: bytes of the script (gzip), bytes on the wire (raw, and gzip per upload), time on the main
thread by the browser's own profiler (samples whose stack holds the script): in total, for each click with all that
comes of it, and the longest stretch without a break; and the ratios of the others to ours. `npm ci` in the root brings
rrweb's, `npm ci --prefix scripts/benches/peers` Clarity's. A ratio above 1 means that ours costs less.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Page, sync_playwright

from heatreel.capture.browser import browser_arguments, find_browser
from page import HEAD, ROW, word_of

ROOT = Path(__file__).resolve().parents[2]
BUNDLES = files("heatreel.capture") / "bundles"
SOURCES = {
    "heatreel": [(BUNDLES / "recorder.js", "heatreel.js"), (BUNDLES / "more.js", "heatreel-more.js")],
    "rrweb": [(ROOT / "node_modules/@rrweb/record/dist/record.umd.min.cjs", "rrweb.js")],
    "clarity": [(ROOT / "scripts/benches/peers/node_modules/clarity-js/build/clarity.min.js", "clarity.js")],
}
SNIPPETS = {
    "heatreel": '<script async src="/heatreel.js" data-site="bench"></script>',
    "rrweb": "<script>var exports = {}, module = { exports }, sent = []; function begin() { let events = [];"
    " const send = () => { if (events.length) sent.push(JSON.stringify(events)); events = []; };"
    " (module.exports.record || rrweb.record)({ emit: event => events.push(event), maskAllInputs: true });"
    " setInterval(send, 5000); window.finish = send; }"
    '</script><script async src="/rrweb.js" onload="begin()"></script>',
    "clarity": "<script>var sent = []; function begin() { clarity('start', { projectId: 'bench', content: true,"
    " track: true,"
    " upload: text => sent.push(text) }); window.finish = () => clarity('stop'); }"
    '</script><script async src="/clarity.js" onload="begin()"></script>',
}
# Every second row answers a click with a change of its own.
ANSWERS = """<script>document.addEventListener("click", ({ target }) => {
  const row = target.closest("li");
  if (row) row.append(Object.assign(document.createElement("em"), { textContent: " chosen" }));
})</script>"""


class Sink(SimpleHTTPRequestHandler):
    """Serves a folder; takes every upload, and keeps it."""

    uploads: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.uploads.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_values: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Sink, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def make_page(folder: Path, name: str, elements: int) -> None:
    words = (word_of(n) for n in range(elements // 9))
    rows = "".join(ROW.format(n=n, word=word, id=f"id=row-{word}" * (n % 2)) for n, word in enumerate(words))
    page = HEAD.format(rows=rows).replace("<title>", f"{SNIPPETS[name]}<title>")
    (folder / f"{name}.html").write_text(page + ANSWERS)
    for source, served_as in SOURCES[name]:
        (folder / served_as).write_bytes(source.read_bytes())


def drive(page: Page, clicks: int) -> None:
    """What the visitor does: moves, scrolls, and clicks on buttons that answer."""
    for number in range(clicks):
        page.mouse.move(200 + 20 * number, 300 + 7 * number, steps=5)
        page.mouse.wheel(0, 240)
        page.wait_for_timeout(300)
        page.mouse.click(60, 300)
        page.wait_for_timeout(200)


def stretches(profile: dict[str, Any], files_of: list[str]) -> list[float]:
    """Milliseconds of each unbroken stretch of samples that have one of these scripts on the stack."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    parents = {child: node["id"] for node in profile["nodes"] for child in node.get("children", ())}
    ours: dict[int, bool] = {}

    def is_ours(node: int) -> bool:
        if node not in ours:
            url = nodes[node]["callFrame"]["url"]
            ours[node] = url.endswith(tuple(f"/{name}" for name in files_of)) or (
                node in parents and is_ours(parents[node])
            )
        return ours[node]

    found: list[float] = [0.0]
    for node, delta in zip(profile["samples"], [*profile["timeDeltas"][1:], 0], strict=True):
        if is_ours(node):
            found[-1] += delta / 1000
        elif found[-1]:
            found.append(0.0)
    return found


def measure(browser: Any, base: str, name: str, clicks: int) -> dict[str, float]:
    """One session, with what it cost."""
    Sink.uploads.clear()
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Profiler.enable")
    session.send("Profiler.setSamplingInterval", {"interval": 100})
    session.send("Profiler.start")
    page.goto(f"{base}/{name}.html")
    page.wait_for_timeout(1500)
    begin = stretches(session.send("Profiler.stop")["profile"], [served for _, served in SOURCES[name]])
    session.send("Profiler.start")
    drive(page, clicks)
    if name == "heatreel":
        page.evaluate("heatreel.flush()")
        page.wait_for_timeout(3000)
        page.evaluate("heatreel.flush()")
    else:
        page.evaluate("finish()")
    page.wait_for_timeout(500)
    during = stretches(session.send("Profiler.stop")["profile"], [served for _, served in SOURCES[name]])
    uploads = list(Sink.uploads) or [text.encode() for text in page.evaluate("self.sent || []")]
    page.close()
    return {
        "wire_bytes": sum(map(len, uploads)),
        "wire_gzip_bytes": sum(len(gzip.compress(one, 6)) for one in uploads),
        "begin_ms": sum(begin),
        "session_ms": sum(during),
        "ms_a_click": sum(during) / clicks,
        "longest_ms": max(begin + during),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--elements", type=int, default=5000)
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as base, sync_playwright() as playwright:
        for peer in SOURCES:
            make_page(Path(name), peer, arguments.elements)
        browser = playwright.chromium.launch(executable_path=find_browser(), args=browser_arguments())
        rounds: dict[str, list[dict[str, float]]] = {peer: [] for peer in SOURCES}
        for _ in range(arguments.rounds):
            for peer, found in rounds.items():
                found.append(measure(browser, base, peer, arguments.clicks))
        browser.close()
    for peer, found in rounds.items():
        size = sum(len(gzip.compress(source.read_bytes(), 9)) for source, _ in SOURCES[peer])
        medians = {key: round(statistics.median(one[key] for one in found), 2) for key in found[0]}
        results[peer] = {"script_gzip_bytes": size, **medians}
    ours = results["heatreel"]
    ratios = {
        peer: {key: round(value / ours[key], 2) for key, value in found.items() if ours[key]}
        for peer, found in results.items()
        if peer != "heatreel"
    }
    print(
        json.dumps({"elements": arguments.elements, "clicks": arguments.clicks, **results, "ratios": ratios}, indent=2)
    )


if __name__ == "__main__":
    main()
