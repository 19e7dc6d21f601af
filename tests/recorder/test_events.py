"""Everything a visitor does on a page is in the store, on its element, at its place, in its state."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from recorder.driving import Visit, name_of, visiting

pytestmark = pytest.mark.browser

# How the page is set, in words of its own: what the recorder's states are measured against.
STATE = """() => JSON.stringify([
  ...["tab-one", "tab-two"].map(id => document.getElementById(id).getAttribute("aria-selected")),
  document.getElementById("menu-button").getAttribute("aria-expanded"),
  ...[...document.querySelectorAll(".plain-panel")].map(panel => panel.classList.contains("on")),
  document.getElementById("choice-two").checked, document.getElementById("details").open,
])"""


def test_clicks_are_on_their_element_in_the_state_before_them(tmp_path: Path) -> None:
    done: list[tuple[str, str, float, float]] = []
    with visiting(tmp_path) as visit:
        page = visit.open()

        def click(name: str, selector: str = "") -> None:
            x, y = visit.point(selector or f"#{name}")
            done.append((name, page.evaluate(STATE), x, y))
            page.mouse.click(x, y)

        for name in (
            *("title", "tab-two", "in-two", "plain-b", "in-beta", "in-two", "tab-one", "in-one", "choice-label-two"),
            *("choice-panel-two", "summary", "in-details", "menu-button", "menu-item", "title", "menu-button", "title"),
            *("plain-a", "choice-label-one", "summary", "title"),
        ):
            click(name)
        click("in-shadow")
        click("icon")
        click("in-disabled")
        visit.flush()
        clicks = visit.clicks()
        assert visit.faults == []

    assert [name_of(event) for event in clicks] == [name for name, *_ in done]
    for event, (name, _, x, y) in zip(clicks, done, strict=True):
        assert event.data["pointer"] == "mouse" and event.data["trusted"], name
        assert (event.x, event.y) == (pytest.approx(x, abs=1), pytest.approx(y, abs=1)), name
        assert event.target
        left, top, width, height = event.target.box
        assert event.u is not None and event.v is not None
        assert (left + event.u * width, top + event.v * height) == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))
    check_states([state for _, state, *_ in done], clicks)
    assert clicks[-1].data["disabled"]


def check_states(truth: list[str], clicks: list[Any]) -> None:
    """Clicks were made in the same state exactly when the recorder says the same state."""
    seen = [(tuple(sorted(event.state.settings.items())), event.state.sketch) for event in clicks]
    for i, one in enumerate(clicks):
        for j in range(i):
            assert (seen[i] == seen[j]) == (truth[i] == truth[j]), (one.id, clicks[j].id)


def test_a_press_that_changes_the_page_belongs_to_the_state_before(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        visit.click("#title")
        x, y = visit.point("#menu-button")
        page.mouse.move(x, y)
        page.mouse.down()
        page.wait_for_timeout(600)  # the recorder has seen the menu open by now
        page.mouse.up()
        visit.click("#menu-item")
        visit.flush()
        before, press, after = visit.clicks()
    assert before.state == press.state != after.state


def test_keyboard_script_and_label(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        page.focus("#dead")
        page.keyboard.press("Enter")
        page.focus("#tab-two")
        page.keyboard.press("Space")
        page.evaluate("document.getElementById('dead').click()")
        visit.click("#label")
        visit.click("#box")
        visit.click("#dead", click_count=2)
        page.keyboard.down("Control")
        visit.click("#dead")
        page.keyboard.up("Control")
        visit.flush()
        clicks = visit.clicks()
    assert [(name_of(event), event.data["pointer"], event.data["trusted"]) for event in clicks] == [
        ("dead", "key", True),
        ("tab-two", "key", True),
        ("dead", "script", False),
        ("label", "mouse", True),
        ("box", "mouse", True),
        ("dead", "mouse", True),
        ("dead", "mouse", True),
        ("dead", "mouse", True),
    ]
    assert all((event.u, event.v) == (0.5, 0.5) for event in clicks[:3])
    assert [bool(event.data.get("modified")) for event in clicks] == [False] * 7 + [True]


def test_taps(tmp_path: Path) -> None:
    options = {
        "has_touch": True,
        "is_mobile": True,
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
    }
    with visiting(tmp_path, **options) as visit:
        page = visit.open()
        page.tap("#tab-two")
        page.tap("#in-two")
        visit.flush()
        (session,) = visit.sessions()
    taps = [event for event in session.events if event.type == "tap"]
    assert [name_of(event) for event in taps] == ["tab-two", "in-two"]
    assert taps[0].state != taps[1].state
    assert (session.touch, session.dpr) == (True, 2)
    assert not [event for event in session.events if event.type in ("click", "move")]


def test_scrolled_fixed_framed_and_inside_a_scroller(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        page.mouse.move(500, 300)
        page.mouse.wheel(0, 400)
        page.wait_for_function("scrollY === 400")
        for selector in ("#in-bar", "#frame", "#scroller"):
            page.locator(selector).hover()
        frame = page.frame_locator("#frame")
        box = frame.locator("#in-frame").bounding_box()
        assert box
        points = [visit.point("#in-bar"), (box["x"] + 20, box["y"] + 7)]
        page.evaluate("document.getElementById('scroller').scrollTop = 90")
        page.wait_for_timeout(400)
        points.append(visit.point("#in-scroller"))
        for x, y in points:
            page.mouse.click(x, y)
        visit.flush()
        clicks, scrolls = visit.clicks(), visit.events("scroll")
        offset = page.evaluate("scrollY")
    assert [name_of(event) for event in clicks] == ["in-bar", "in-frame", "in-scroller"]
    assert clicks[1].target and clicks[1].target.selector == "#frame >>> #in-frame"
    for event, (x, y), moved in zip(clicks, points, (0, offset, offset), strict=True):
        assert event.x == pytest.approx(x, abs=1)
        assert event.y == pytest.approx(y + moved, abs=1)
    (whole,) = [event for event in scrolls if not event.target]
    assert (whole.x, whole.y) == (0, 400)
    (inner,) = [event for event in scrolls if event.target]
    assert (name_of(inner), inner.y, inner.data) == ("scroller", 90, {"inner": True})


def test_scrolls_in_a_shadow_root_and_in_a_frame(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        visit.flush()  # with it, the recorder has looked at the whole page
        page.evaluate("document.getElementById('host').shadowRoot.getElementById('roller').scrollTop = 70")
        page.evaluate("document.getElementById('frame').contentWindow.scrollTo(0, 60)")
        page.wait_for_timeout(400)
        visit.flush()
        scrolls = visit.events("scroll")
    assert {(event.target.selector.split(" >>> ")[0], event.y) for event in scrolls if event.target} == {
        ("#host", 70),
        ("#frame", 60),
    }


def test_moves_are_sampled_and_end_where_the_pointer_rests(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        for step in range(200):
            page.mouse.move(100 + step * 3, 200 + step)
        x, y = visit.point("#dead")
        page.mouse.move(x, y)
        page.wait_for_timeout(250)
        page.mouse.move(x + 2, y + 2)
        page.wait_for_timeout(250)
        visit.flush()
        moves = visit.events("move")
    assert 2 <= len(moves) < 60
    last = moves[-1]
    assert (name_of(last), last.x, last.y) == ("dead", pytest.approx(x, abs=1), pytest.approx(y, abs=1))
    times = [event.time_ms for event in moves]
    assert all(after - before >= 90 for before, after in pairwise(times))


def test_routes(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open("everything.html?utm_source=mail&token=4111111111111111#part")
        visit.click("#title")
        visit.click("#routes")
        visit.click("#title")
        page.evaluate("history.replaceState({}, '', '/routed/two#!/inner?x=4111111111111111')")
        visit.click("#title")
        page.evaluate("history.back()")
        page.wait_for_url("**/everything.html**")
        visit.click("#title")
        page.evaluate("location.hash = '#/cart'")
        visit.click("#title")
        page.evaluate("location.hash = '#place'")
        visit.click("#title")
        visit.flush()
        (session,) = visit.sessions()
    paths = [event.url.removeprefix(visit.base) for event in session.events if event.type == "view"]
    home, cart = "/everything.html", "/everything.html#/cart"
    assert paths == [home, "/routed/one", "/routed/two#!/inner", home, cart, home]
    clicked = [event.url.removeprefix(visit.base) for event in session.events if event.type == "click"]
    assert clicked == [home, home, "/routed/one", "/routed/two#!/inner", home, cart, home]
    assert session.properties == {"utm_source": "mail"}
    assert all(event.state for event in session.events if event.type == "view")


def test_nothing_is_lost_when_the_page_goes(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        visit.click("#dead")
        visit.click("#away")
        page.wait_for_url("**/next.html")
        page.wait_for_function("typeof heatreel === 'object'")
        visit.click("#next")
        visit.click("#back")
        page.wait_for_url("**/everything.html")
        page.wait_for_function("typeof heatreel === 'object'")
        visit.click("#title")
        page.goto("about:blank")
        page.wait_for_timeout(300)
        (session,) = visit.sessions()
    clicks = [event for event in session.events if event.type == "click"]
    assert [name_of(event) for event in clicks] == ["dead", "away", "next", "back", "title"]
    assert len({event.document for event in clicks}) == 3
    assert "navigation" in clicks[1].data["effects"] and "navigation" in clicks[3].data["effects"]
    times = [event.time_ms for event in session.events]
    assert times == sorted(times)
    assert [event.data["visible"] for event in session.events if event.type == "visibility"] == [False] * 3


def one_click(visit: Visit, selector: str, **options: Any) -> dict[str, Any]:
    """The data of a click after which nothing else is done, on a fresh page."""
    before = len(visit.clicks())
    visit.open()
    visit.click(selector, **options)
    visit.watched()
    visit.flush()
    return dict(visit.clicks()[before].data)


def test_effects(tmp_path: Path) -> None:
    expected: dict[str, set[str]] = {
        "#dead": set(),
        "#in-one": set(),
        "#tab-two": {"mutation"},
        "#early": {"mutation"},
        "#scrolls": {"scroll"},
        "#focuses": {"focus"},
        "#routes": {"navigation"},
        "#box": {"input"},
        "#field": {"focus"},
        "#submit": set(),
        "#blank": {"window"},
    }
    with visiting(tmp_path) as visit:
        found = {selector: one_click(visit, selector) for selector in expected}
        words = one_click(visit, "#words", click_count=2)
        away = one_click(visit, "#away", no_wait_after=True)
    for selector, kinds in expected.items():
        # That a pressed button or box has the focus itself is no part of this.
        assert set(found[selector]["effects"]) - ({"focus"} - kinds) == kinds, selector
        assert (found[selector]["effect_ms"] is None) == (not found[selector]["effects"])
    assert found["#dead"]["effects"] == []
    assert "selection" in words["effects"]
    assert "navigation" in away["effects"]


def test_errors_are_noted_without_their_words(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        visit.open()
        visit.click("#throws")
        visit.click("#rejects")
        visit.click("#throws")
        visit.flush()
        one, two, three = visit.events("error")
    line = one.data["message"].rsplit(" ", 1)[1]
    assert one.data["message"] == f"TypeError /everything.html {line}"
    assert two.data["message"].startswith("RangeError /everything.html ")
    assert one.data["signature"] == three.data["signature"] != two.data["signature"]


def test_focus_resize_goals_and_properties(tmp_path: Path) -> None:
    with visiting(tmp_path, attributes='data-variant="B"') as visit:
        page = visit.open()
        visit.click("#field")
        page.keyboard.type("4111 1111 1111 1111")
        page.keyboard.press("Tab")
        page.keyboard.type("4111 1111 1111 1111")
        page.evaluate("heatreel.goal('bought'); heatreel.set('plan', {toString: () => 'pro'}); heatreel.set('n', 5)")
        page.evaluate("heatreel.set('bad', {toString() { throw 1 }}); heatreel.goal('x'.repeat(999))")
        page.set_viewport_size({"width": 600, "height": 500})
        page.wait_for_timeout(400)
        visit.click("#title")
        visit.flush()
        (session,) = visit.sessions()
        assert visit.faults == []
    focus = [event for event in session.events if event.type == "focus"]
    assert [name_of(event) for event in focus] == ["field", "area"]
    assert [event.data["name"] for event in session.events if event.type == "goal"] == ["bought", "x" * 200]
    assert session.properties == {"plan": "pro", "n": "5"}
    assert session.variant == "B"
    assert session.viewport == (1000, 700)
    (resize,) = [event for event in session.events if event.type == "resize"]
    assert resize.viewport == session.events[-1].viewport == (600, 500)


def test_what_is_typed_is_nowhere(tmp_path: Path) -> None:
    secret = "4111 1111 1111 1111"
    with visiting(tmp_path) as visit:
        page = visit.open(f"everything.html?card={secret}#card={secret}")
        for selector in ("#field", "#area"):
            visit.click(selector)
            page.keyboard.type(secret)
        visit.click("#throws")
        visit.click("#rejects")
        visit.click("#routes")
        page.evaluate(
            "secret => { document.title = secret; document.getElementById('title').textContent = secret }", secret
        )
        visit.click("#title")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or ""))
        visit.flush()
        assert len(visit.clicks()) == 6
    assert sent and not [body for body in sent if secret in body or secret.replace(" ", "") in body]


def test_a_menu_that_opens_under_the_pointer_is_open_when_it_is_clicked(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        page = visit.open()
        visit.click("#title")
        page.locator("#hoverable").hover()
        visit.click("#in-hover")
        visit.click("#title")
        visit.flush()
        before, inside, after = visit.clicks()
    assert before.state == after.state != inside.state
