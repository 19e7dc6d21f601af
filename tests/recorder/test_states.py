"""The recorder looks only at what has changed; what it says of a state is what a look at the whole page says."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from heatreel.capture.inpage import page_model
from heatreel.core.session import SeenState
from recorder.driving import Visit, visiting

pytestmark = pytest.mark.browser

# One kind of change each, there and back; `id` is the element of that id.
CHANGES = (
    "root.dataset.open = 'true'",
    "root.dataset.open = 'false'",
    "menu.setAttribute('aria-expanded', 'true')",
    "menu.setAttribute('aria-expanded', 'false')",
    "document.body.classList.add('menu')",
    "document.body.classList.remove('menu')",
    "mark.className = 'later'",
    "mark.className = ''",
    "tick.className = 'ticked'",
    "tick.className = ''",
    "fold.className = 'fold open'",
    "fold.className = 'fold'",
    "wrapper.className = 'wrapper on'",
    "wrapper.className = 'wrapper'",
    "track.style.transform = 'translateX(-200px)'",
    "track.style.transform = 'translateX(-400px)'",
    "details.open = true",
    "details.open = false",
    "dialog.showModal()",
    "dialog.close()",
    "popover.showPopover()",
    "popover.hidePopover()",
    "text.firstChild.data = 'Other words'",
    "text.textContent = ''",
    "text.innerHTML = '<b>Bold</b> words <img alt=Picture width=20 height=20>'",
    "contents.className = 'contents on'",
    "list.prepend(list.lastElementChild)",
    "list.firstElementChild.remove()",
    "list.insertAdjacentHTML('beforeend', '<li id=fourth>Fourth <a href=/b>link</a></li>')",
    "list.className = 'gone'",
    "list.className = ''",
    "names.id = 'renamed'",
    "late.attachShadow({ mode: 'open' }).innerHTML = '<p>In a shadow</p>'",
    "late.shadowRoot.innerHTML += '<p>More in it</p>'",
    "late.remove()",
    "frame.contentDocument.body.insertAdjacentHTML('beforeend', '<p>Added in the frame</p>')",
    "frame.remove()",
    "root.remove()",
    "document.documentElement.dataset.theme = 'dark'",
    "document.body.replaceChildren(title)",
)
NAMES = [
    "root", "menu", "mark", "tick", "fold", "wrapper", "track", "details", "dialog", "popover", "text", "contents",
    "list", "names", "late", "frame", "title",
]  # fmt: skip
ACT = """change => {
  const [%s] = self.elements = self.elements || %s.map(name => document.getElementById(name));
  eval(change);
  // In the next frame, because a style may need one.
  return new Promise(done => requestAnimationFrame(() => setTimeout(done)));
}"""
TRUTH = "key => [__heatreel.sketch(document), Object.fromEntries(__heatreel.settings(document, key))]"


def state_now(visit: Visit, key: str, number: int) -> list[Any]:
    """What the page model says of the whole page, after the recorder has said what it knows."""
    visit.page.evaluate(f"heatreel.flush(); heatreel.goal('{number}')")
    truth: list[Any] = visit.page.evaluate(TRUTH, key)
    return truth


@pytest.mark.slow
def test_what_changed_is_all_that_changed(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        visit.page.add_init_script(page_model())
        page = visit.open("changing.html")
        key = page.evaluate("document.querySelector('[data-site]').dataset.site")
        truths = [state_now(visit, key, -1)]
        for number, change in enumerate(CHANGES):
            page.evaluate(ACT % (", ".join(NAMES), NAMES), change)
            truths.append(state_now(visit, key, number))
        visit.flush()
        assert visit.faults == []
        goals: dict[str, SeenState | None] = {}
        end = time.monotonic() + 20
        # An answer may be to a batch before the last.
        while str(len(CHANGES) - 1) not in goals and time.monotonic() < end:
            page.wait_for_timeout(50)
            goals = {event.data["name"]: event.state for event in visit.events("goal")}
    said = [goals.get(str(number)) for number in range(-1, len(CHANGES))]
    wrong = [
        change
        for change, state, (sketch, settings) in zip(("at first", *CHANGES), said, truths, strict=True)
        if state != SeenState(settings, sketch)
    ]
    assert wrong == []
    assert len({sketch for sketch, _ in truths}) > 20


def test_what_was_on_screen_and_how_long(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "index.html").write_text(
        "<!doctype html><title>Long</title></head><h1 id=top>Top</h1>"
        "<section id=tall style='height: 3000px'>Tall</section>"
        "<h2 id=end>End</h2><div data-heatreel-ignore><h2 id=ignored>Ignored</h2></div>"
    )
    with visiting(tmp_path / "workspace", folder) as visit:
        page = visit.open("index.html")
        page.wait_for_timeout(1500)
        page.evaluate("scrollTo(0, 1e6)")
        page.wait_for_timeout(1200)
        page.goto("about:blank")
        page.wait_for_timeout(300)
        shown = {event.target.selector: event.data["ms"] for event in visit.events("exposure") if event.target}
    assert set(shown) == {"#top", "#tall", "#end"}
    assert 500 <= shown["#end"] < shown["#tall"] and shown["#top"] >= 500
