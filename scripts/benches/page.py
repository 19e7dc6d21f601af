"""Cost of the page model in the browser: outline, sketch and settings of a large page, and one sealed fingerprint.

    scripts/bench page [--elements 5000]

Prints processor time of the page's process in milliseconds a call (other work on the machine does not count, as far as
caches allow) and the compressed size of the bundles as JSON. The page is a shop list of rows of nine elements, every
other row with an id, and a tab list on top.
"""

from __future__ import annotations

import argparse
import gzip
import json
from importlib.resources import files

from playwright.sync_api import CDPSession, sync_playwright

from heatreel.capture.browser import browser_arguments, find_browser
from heatreel.capture.inpage import page_model

ROW = """<li {id} class="card wide"><article><h3>Product {word} of the north</h3><p>A jacket for <b>rain</b> and {word}
in words</p><img alt="Jacket {word}"><span class="price">{n},99</span><a href="/product/{n}">Look at it</a><button
class="add">Add to cart</button></article></li>"""
HEAD = """<!doctype html><title>Bench</title><style>.card {{ overflow: hidden }} article {{ padding: 8px }}</style>
<div role=tablist><button role=tab aria-selected=true>One</button>
<button role=tab aria-selected=false>Two</button></div>
<main><ul>{rows}</ul></main>"""

CALLS = {
    "outline_ms": (1, "() => __heatreel.outline(document, { key: 'key' })"),
    "sketch_ms": (1, "() => __heatreel.sketch(document)"),
    "settings_ms": (20, "() => __heatreel.settings(document, 'key')"),
    "fingerprint_and_seal_ms": (
        200,
        "(i) => __heatreel.seal(__heatreel.fingerprint(all[(i * 997) % all.length]), 'key')",
    ),
}
TIMES = "times => { const all = [...document.querySelectorAll('main *')]; for (let i = 0; i < times; i++) (%s)(i); }"


def processor_ms(session: CDPSession) -> float:
    """Processor time that all pages have taken so far."""
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return 1000 * sum(process["cpuTime"] for process in processes if process["type"] == "renderer")


def word_of(number: int) -> str:
    """A word for a number: digits do not count as differences."""
    return "".join(chr(97 + int(digit) + 10 * (place % 2)) for place, digit in enumerate(f"{number:05}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--elements", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    words = (word_of(n) for n in range(arguments.elements // 9))
    rows = (ROW.format(n=n, word=word, id=f"id=row-{word}" * (n % 2)) for n, word in enumerate(words))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=browser_arguments())
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(page_model())
        page.goto("about:blank")
        page.set_content(HEAD.format(rows="".join(rows)))
        page.evaluate(page_model())
        session = browser.new_browser_cdp_session()
        result: dict[str, float] = {"elements": page.evaluate("document.querySelectorAll('*').length")}
        for name, (calls, call) in CALLS.items():
            page.evaluate(TIMES % call, calls)
            before = processor_ms(session)
            page.evaluate(TIMES % call, calls * arguments.rounds)
            result[name] = round((processor_ms(session) - before) / calls / arguments.rounds, 3)
        browser.close()
    bundles = {name: (files("heatreel.capture") / "bundles" / name).read_bytes() for name in ("page.js", "recorder.js")}
    sizes = {name: len(gzip.compress(script, 9)) for name, script in bundles.items()}
    print(json.dumps({**result, "gzip_bytes": sizes}, indent=2))


if __name__ == "__main__":
    main()
