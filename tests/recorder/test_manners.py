"""The recorder is a guest: nothing before the page has loaded, no fault and no trace in the page, silent when asked."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Request, Route

from recorder.driving import BEGUN, LATER, Visit, name_of, visiting

pytestmark = pytest.mark.browser

# Notes every listener that is added, with the phase of the page's loading and who added it.
NOTES = """
window.notes = [];
const add = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (type, work, options) {
  if (new Error().stack.includes("heatreel.js"))
    window.notes.push({ type, options, state: document.readyState, target: String(this) });
  return add.call(this, type, work, options);
};
"""


def test_size() -> None:
    script = files("heatreel.capture").joinpath("bundles/recorder.js").read_bytes()
    assert len(gzip.compress(script, 9, mtime=0)) <= 6000


def test_nothing_before_the_page_has_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "index.html").write_text(
        "<!doctype html><title>Slow</title></head><button id=one>One</button><img src=slow.png>"
    )
    with visiting(tmp_path / "workspace", folder) as visit:
        page = visit.page
        page.add_init_script(NOTES)
        sent: list[str] = []
        held: list[Route] = []
        page.on("request", lambda request: sent.append(request.url))
        page.route("**/slow.png", lambda route: held.append(route))
        page.goto(f"{visit.base}/index.html", wait_until="commit")
        page.wait_for_function("typeof heatreel === 'object'")
        page.evaluate("heatreel.goal('early'); heatreel.flush()")
        page.mouse.click(20, 20)
        page.wait_for_timeout(300)
        assert [note["type"] for note in page.evaluate("notes")] == ["load"]
        assert not [url for url in sent if url.endswith("/collect")]
        held[0].fulfill(status=404)
        page.wait_for_function(BEGUN)
        page.evaluate(LATER)
        visit.click("#one")
        visit.flush()
        (session,) = visit.sessions()
        notes = page.evaluate("notes")
    assert len([event for event in session.events if event.type == "click"]) == 1
    assert [event.data["name"] for event in session.events if event.type == "goal"] == ["early"]
    assert len(notes) > 15
    first = {"capture": True, "passive": True}
    # Of the whole page alone: each element that the pointer leaves would be heard before it.
    own = {"load": [{}, first], "pointerleave": [{"passive": True}]}
    assert all((note.get("options") or {}) in own.get(note["type"], [first]) for note in notes)
    assert {note["state"] for note in notes[1:]} == {"complete"}


def test_one_global_that_cannot_be_changed(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.page
        page.add_init_script("window.before = new Set(Object.getOwnPropertyNames(window))")
        visit.open()
        found = page.evaluate("Object.getOwnPropertyNames(window).filter(name => !before.has(name))")
        own = {"before", "clicks", "faults", "choose", "panels", "$", "0"}
        assert set(found) - own == {"heatreel"}
        names = page.evaluate("Object.isFrozen(heatreel) && Object.keys(heatreel).join()")
        assert names == "set,goal,consent,flush,session"
        assert page.evaluate("() => { heatreel = 1; return typeof heatreel }") == "object"


# Each of these fails once the page has loaded; the page itself needs none of them.
FAULTS = (
    "JSON.stringify",
    "JSON.parse",
    "fetch",
    "navigator.sendBeacon",
    "crypto.getRandomValues",
    "performance.now",
    "Date.now",
    "getComputedStyle",
    "Element.prototype.getBoundingClientRect",
    "Element.prototype.matches",
    "Element.prototype.closest",
    "Element.prototype.getAttribute",
    "Element.prototype.checkVisibility",
    "Document.prototype.querySelectorAll",
    "Node.prototype.getRootNode",
    "Event.prototype.composedPath",
    "MutationObserver.prototype.observe",
    "Array.prototype.map",
    "Array.prototype.push",
    "Array.prototype.includes",
    "Map.prototype.get",
    "Set.prototype.add",
    "WeakMap.prototype.set",
    "WeakSet.prototype.has",
    "String.prototype.replace",
    "RegExp.prototype.exec",
    "Math.round",
    "Object.entries",
    "Object.defineProperty",
    "requestIdleCallback",
    "setTimeout",
    "history.pushState",
    "EventTarget.prototype.addEventListener",
    "btoa",
    "URL",
)
THROWS = """
  const path = %s.split("."), name = path.pop();
  const owner = path.reduce((object, key) => object[key], window);
  const broken = function () { throw new Error("broken " + name); };
  Object.defineProperty(owner, name, { value: broken, configurable: true, writable: true });
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fault_in_any_part_never_reaches_the_page(tmp_path: Path, when: str) -> None:
    with visiting(tmp_path) as visit:
        for fault in FAULTS:
            breaking = f"() => {{ {THROWS % json.dumps(fault)} }}"
            page = visit.context.new_page()
            visit.page.close()
            visit.page = page
            faults: list[str] = []
            page.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
            page.goto("about:blank")
            if when == "before":
                page.route("**/heatreel.js", breaking_first(breaking))
            page.goto(f"{visit.base}/next.html")
            page.wait_for_load_state("load")
            page.evaluate("document.getElementById('next').onclick = () => { window.clicked = true }")
            if when == "after":
                page.wait_for_function("typeof heatreel === 'object'")
                page.evaluate(breaking)
            page.mouse.move(60, 50)
            page.mouse.click(60, 50)
            page.keyboard.press("Enter")
            page.mouse.wheel(0, 10)
            page.evaluate(
                "typeof heatreel === 'object' && (heatreel.goal('x'), heatreel.set('a', 'b'), heatreel.flush())"
            )
            assert page.evaluate("window.clicked"), fault
            page.goto("about:blank")
            assert faults == [], fault


def breaking_first(breaking: str) -> Callable[[Route], None]:
    """Serves the recorder's script after a line that breaks something."""

    def serve(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=f"({breaking})();\n{answer.text()}")

    return serve


HOSTILE: dict[str, str] = {
    "frozen prototypes": """
      for (const one of [Object, Array, Function, Element, Node, EventTarget, Map, Set, String, Promise])
        Object.freeze(one.prototype);
      Object.freeze(JSON); Object.freeze(history); Object.freeze(navigator)""",
    "patched history": """
      for (const name of ["pushState", "replaceState"]) {
        const real = History.prototype[name];
        history[name] = function (...values) { return real.apply(this, values); };
      }
      Object.freeze(history)""",
    "prototype pollution": """
      Object.prototype.polluted = "yes"; Array.prototype.extra = function () { return "extra" };
      Object.prototype.toString = () => "polluted" """,
    "an old library's toJSON": "Array.prototype.toJSON = function () { return '[' + this.join() + ']' }",
    "a form that hides its members": """
      addEventListener("DOMContentLoaded", () => {
        const form = document.createElement("form");
        form.innerHTML = ["id", "parentNode", "getAttribute", "childNodes", "tagName", "closest", "matches"]
          .map(name => `<input name=${name}>`).join("") + "<b id=within>within</b>";
        document.body.prepend(form);
      })""",
    "no storage": """
      for (const name of ["sessionStorage", "localStorage"])
        Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError") } })""",
    "no idle callbacks": "delete window.requestIdleCallback",
}
RECORDS = {"frozen prototypes", "patched history", "prototype pollution", "no storage", "no idle callbacks",
           "a form that hides its members"}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages(tmp_path: Path, name: str) -> None:
    with visiting(tmp_path) as visit:
        page = visit.page
        page.add_init_script(HOSTILE[name])
        visit.open()
        visit.click("#tab-two")
        visit.click("#in-two")
        visit.click("#routes")
        visit.click("#title")
        page.evaluate("heatreel.flush()")
        page.wait_for_timeout(500)
        assert page.evaluate("clicks") == 4
        assert visit.faults == page.evaluate("faults") == []
        clicks = visit.clicks()
    if name in RECORDS:
        assert [name_of(event) for event in clicks] == ["tab-two", "in-two", "routes", "title"]
        assert clicks[0].state != clicks[1].state


# By the host, by a nonce alone, and by what a script with a nonce brings.
SCRIPTS = ("{collector} 'nonce-page'", "'nonce-page'", "'nonce-page' 'strict-dynamic'")
CSP = (
    "default-src 'none'; script-src %s; connect-src {collector};"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_strict_content_security_policy(tmp_path: Path, scripts: str) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    body = "<button id=one>One</button><script nonce=page>addEventListener('securitypolicyviolation',"
    body += "event => document.title = 'violated ' + event.violatedDirective)</script>"
    with visiting(tmp_path / "workspace", folder, attributes="nonce=page") as visit:
        policy = (CSP % scripts).format(collector=visit.collector)
        (folder / "index.html").write_text(
            f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{policy}"></head>{body}'
        )
        visit.open("index.html")
        visit.click("#one")
        visit.flush()
        assert visit.page.title() == ""
        assert [name_of(event) for event in visit.clicks()] == ["one"]


@pytest.mark.parametrize("wish", ["globalPrivacyControl: true", "doNotTrack: '1'"])
def test_who_asks_not_to_be_recorded_is_not(tmp_path: Path, wish: str) -> None:
    with visiting(tmp_path) as visit:
        name, value = wish.split(": ")
        visit.page.add_init_script(f"Object.defineProperty(Navigator.prototype, '{name}', {{ get: () => {value} }})")
        visit.page.add_init_script(NOTES)
        sent: list[str] = []
        visit.page.on("request", lambda request: sent.append(request.url))
        page = visit.open(more=False)
        visit.click("#tab-two")
        page.evaluate("heatreel.goal('x'); heatreel.set('a', 'b'); heatreel.flush()")
        page.goto("about:blank")
        assert not [url for url in sent if url.endswith("/collect")]
        visit.open(more=False)
        assert page.evaluate("notes") == []
        assert page.evaluate("[document.cookie, sessionStorage.length, localStorage.length].join()") == ",0,0"
        assert visit.sessions() == []


def test_no_cookies(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        visit.open()
        visit.click("#title")
        visit.flush()
        assert visit.context.cookies() == []
        assert visit.page.evaluate("Object.keys(sessionStorage).join() + localStorage.length") == "heatreel0"


# Sending


def answering(visit: Visit, answers: Callable[[int], int]) -> list[Request]:
    """Answers the first requests to the collector by status; 0 cuts the connection, 200 lets it through."""
    seen: list[Request] = []

    def answer(route: Route) -> None:
        status = answers(len(seen))
        seen.append(route.request)
        if status == 0:
            route.abort()
        elif status == 200:
            route.continue_()
        else:
            route.fulfill(status=status)

    visit.page.route("**/collect", answer)
    return seen


def test_the_same_bytes_until_they_are_stored(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        seen = answering(visit, lambda number: [0, 503, 429, 200][min(number, 3)])
        visit.click("#title")
        page.evaluate("heatreel.flush()")
        visit.click("#dead")
        page.evaluate("heatreel.flush()")
        with page.expect_response(lambda response: response.status == 204, timeout=60_000):
            pass
        visit.flush()
        bodies = [request.post_data for request in seen]
        clicks = visit.clicks()
    assert len(set(bodies[:4])) == 1
    assert [json.loads(body or "")["seq"] for body in bodies[3:5]] == [0, 1]
    assert [name_of(event) for event in clicks] == ["title", "dead"]


@pytest.mark.slow
def test_what_found_no_room_is_counted_and_said(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        visit.flush()
        visit.context.set_offline(True)
        page.evaluate("for (let i = 0; i < 41; i++) { heatreel.goal('kept'); heatreel.flush() }")
        page.evaluate("for (let i = 0; i < 130; i++) heatreel.goal('more')")
        with page.expect_response(lambda response: '"lost"' in (response.request.post_data or ""), timeout=60_000):
            visit.context.set_offline(False)
        page.goto("about:blank")
        (session,) = visit.sessions()
    stored = [event.data["name"] for event in session.events if event.type == "goal"]
    assert stored.count("kept") == 41
    lost = int(session.properties["lost"])
    assert lost >= 30 and len(stored) + lost >= 171


def test_a_refused_batch_is_dropped_and_an_unknown_site_is_left_alone(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        seen = answering(visit, lambda number: [400, 200, 403][min(number, 2)])
        for selector in ("#title", "#dead", "#box", "#area"):
            visit.click(selector)
            page.evaluate("heatreel.flush()")
            page.wait_for_timeout(200)
        assert [json.loads(request.post_data or "")["seq"] for request in seen] == [0, 1, 2]
        page.goto("about:blank")
        assert len(seen) == 3


def test_a_rest_of_half_an_hour_ends_the_session(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.page
        page.add_init_script("window.skipped = 0; const real = Date.now; Date.now = () => real() + window.skipped")
        visit.open()
        visit.click("#tab-two")
        page.evaluate("skipped = 29 * 60e3")
        visit.click("#in-two")
        page.evaluate("skipped += 31 * 60e3")
        visit.click("#title")
        visit.click("#dead")
        with page.expect_response(lambda response: '"seq":0' in (response.request.post_data or "")):
            page.evaluate("heatreel.flush()")
        page.goto("about:blank")
        page.wait_for_timeout(300)
        first, second = visit.sessions()
    assert [name_of(event) for event in first.events if event.type == "click"] == ["tab-two", "in-two"]
    assert [name_of(event) for event in second.events if event.type == "click"] == ["title", "dead"]
    assert [event.type for event in second.events].count("view") == 1
    assert all(event.state and event.target for event in second.events if event.type == "click")
