"""The second part of the recorder: what followed a click, and what explains it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from heatreel.core.session import Event
from recorder.driving import Visit, name_of, visiting

pytestmark = pytest.mark.browser

# By then the page's clock has ticked, and its slides have moved, often enough to be known as noise.
KNOWN_MS = 4500


# The slides have just moved, and stood still for a while.
STILL = """() => new Promise(done => new MutationObserver((_, watching) => {
  watching.disconnect(); setTimeout(done, 250);
}).observe(document.getElementById("slides"), { subtree: true, attributes: true }))"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Event]]]:
    """What one visitor did on a page that changes by itself, by type."""
    with visiting(tmp_path_factory.mktemp("more"), permissions=["clipboard-read", "clipboard-write"]) as visit:
        page = visit.open("more.html", more=True)
        page.wait_for_timeout(KNOWN_MS)
        for name in ("dead", "answers"):
            click(visit, name)
        page.evaluate(STILL)
        for name in ("next", "file-label", "opens", "load", "fails", "slow", "ignored", "masked"):
            click(visit, name)
        do_things(visit)
        visit.flush()
        events = visit.events()
        assert visit.faults == []
    by_type: dict[str, list[Event]] = {}
    for event in events:
        by_type.setdefault(event.type, []).append(event)
    yield by_type


def click(visit: Visit, name: str) -> None:
    visit.click(f"#{name}")
    visit.watched()


def do_things(visit: Visit) -> None:
    page = visit.page
    visit.click("#title", click_count=2)
    visit.click("#title", button="right")
    x, y = visit.point("#pad")
    page.mouse.move(x, y)
    page.wait_for_timeout(700)
    page.mouse.down()
    page.mouse.move(x + 40, y + 20, steps=3)
    page.mouse.up()
    visit.click("#words", click_count=3)
    page.keyboard.press("Control+c")
    visit.click("#field")
    page.keyboard.type("4111111111111111")
    page.select_option("#select", "b")
    visit.click("#send")
    visit.click("#refused")
    page.set_viewport_size({"width": 900, "height": 640})
    page.wait_for_timeout(400)


def answers(seen: dict[str, list[Event]], name: str) -> list[str]:
    (found,) = [event for event in seen["click"] if name_of(event) == name and event.data["pointer"] != "script"]
    return list(found.data.get("effects", ["not watched"]))


def test_a_page_that_changes_by_itself_answers_nobody(seen: dict[str, list[Event]]) -> None:
    assert answers(seen, "dead") == []
    assert answers(seen, "answers") == ["mutation"]


def test_what_moves_by_itself_answers_when_it_is_asked(seen: dict[str, list[Event]]) -> None:
    assert "mutation" in answers(seen, "next")


def test_choosers_downloads_and_failures(seen: dict[str, list[Event]]) -> None:
    assert "chooser" in answers(seen, "file-label")
    assert "chooser" in answers(seen, "opens")
    assert "download" in answers(seen, "load")
    assert {event.data["message"] for event in seen["request"]} == {
        "404 fetch /missing/:id/thing",
        "0 img /gone.png",
    }


def test_vitals(seen: dict[str, list[Event]]) -> None:
    vitals = {event.data["name"]: event for event in seen["vital"]}
    shift, delay = vitals["layout_shift"], vitals["interaction"]
    assert 0.01 < shift.data["value"] < 1
    (slow,) = [event for event in seen["click"] if name_of(event) == "slow"]
    assert delay.data["click"] == slow.id and 340 <= delay.data["ms"] < 2000


def test_ignored_and_masked(seen: dict[str, list[Event]]) -> None:
    names = [name_of(event) for event in seen["click"]]
    assert "ignored" not in names
    (masked,) = [event for event in seen["click"] if name_of(event) == "masked"]
    assert masked.target and not masked.target.name_hash and not masked.target.text_hash


def test_what_else_is_done_with_a_pointer(seen: dict[str, list[Event]]) -> None:
    assert [name_of(event) for event in seen["double"]] == ["title", "words"]
    assert len([event for event in seen["click"] if name_of(event) == "title"]) == 2
    (secondary,) = seen["secondary"]
    assert (name_of(secondary), secondary.data["button"]) == ("title", 2)
    (drag,) = [event for event in seen["drag"] if name_of(event) == "pad"]
    assert drag.x is not None and drag.y is not None
    assert list(drag.data["to"]) == [drag.x + 40, drag.y + 20]
    assert "pad" in [name_of(event) for event in seen["hover"] if event.data["dwell_ms"] >= 600]
    assert {name_of(event) for event in seen["select"]} >= {"words"}
    assert [event.data["how"] for event in seen["clipboard"]] == ["copy"]


def test_forms_without_what_was_typed(seen: dict[str, list[Event]]) -> None:
    assert {name_of(event) for event in seen["change"]} == {"field", "select"}
    assert [name_of(event) for event in seen["submit"]] == ["form"]
    assert [name_of(event) for event in seen["invalid"]] == ["needed"]
    assert not [event for events in seen.values() for event in events if re.search("4111|Secret", repr(event))]


def test_a_resize_has_the_zoom(seen: dict[str, list[Event]]) -> None:
    (resize,) = seen["resize"]
    assert (resize.viewport, resize.data["scale"]) == ((900, 640), 1)
