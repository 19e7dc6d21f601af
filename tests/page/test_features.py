"""What the page model says of pages that have one browser feature each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from page.driving import PAGES, browsing, outline_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with browsing() as started:
        yield started


@pytest.fixture
def visit(context: BrowserContext, serve_folder: Callable[[Path], str]) -> Iterator[Callable[[str], Page]]:
    """A function that opens one of the test's own pages."""
    origin = serve_folder(PAGES)
    opened: list[Page] = []

    def open_page(name: str) -> Page:
        opened.append(context.new_page())
        opened[-1].goto(f"{origin}/{name}")
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()


def element(outline: dict[str, Any], end: str) -> dict[str, Any]:
    """The one element whose selector ends so."""
    (found,) = [one for one in outline["elements"] if one["selector"].endswith(end)]
    return dict(found)


def test_visible_is_what_a_person_can_see_or_scroll_to(visit: Callable[[str], Page]) -> None:
    page = visit("visible.html")
    for scroll in (0, 1000):
        page.evaluate("y => scrollTo(0, y)", scroll)
        outline = outline_of(page)
        expected = page.evaluate(
            """[...document.querySelectorAll('[data-seen]')]
              .map((e) => [__heatreel.selector(e), e.dataset.seen, e.textContent])"""
        )
        seen = {one["selector"]: one["visible"] for one in outline["elements"]}
        wrong = [text for selector, said, text in expected if seen[selector] != (said == "yes")]
        assert len(expected) > 20
        assert wrong == []


def test_boxes_are_in_page_coordinates_through_frames_and_scrolling(visit: Callable[[str], Page]) -> None:
    page = visit("trees.html")
    page.evaluate("document.body.style.height = '5000px'; scrollTo(0, 120)")
    outline = outline_of(page)
    frame = element(outline, "body > iframe:nth-of-type(1)")
    assert frame["box"] == [100, 200, 324, 174]
    assert element(outline, "body > iframe:nth-of-type(1) >>> #inner")["box"] == [100 + 12 + 20, 200 + 12 + 30, 80, 24]
    scaled = element(outline, "#turned >>> #inner")["box"]
    assert scaled == [500 + (12 + 20) / 2, 200 + (12 + 30) / 2, 40, 12]
    button = element(outline, "#card >>> #go")
    box = page.locator("#card").locator("#go").bounding_box()
    assert box is not None
    assert button["box"][:2] == [round(box["x"], 2), round(box["y"] + 120, 2)]


def test_trees_hang_together_and_closed_ones_are_opaque(visit: Callable[[str], Page]) -> None:
    outline = outline_of(visit("trees.html"))
    elements = outline["elements"]
    hops = {one["selector"]: one["hop"] for one in elements if one["hop"]}
    assert {selector.rsplit(" >>> ", 1)[1]: hop for selector, hop in hops.items()} == {
        ":host > div:nth-of-type(1)": "shadow",
        ":host > div:nth-of-type(2)": "shadow",
        ":host > a:nth-of-type(1)": "shadow",
        "body": "frame",
    }
    assert [elements[index]["tag"] for index in outline["opaque"]] == ["sealed-card", "iframe"]
    assert elements[outline["opaque"][1]]["name"] == "Elsewhere"
    for one in elements[1:]:
        assert one["parent"] < one["index"]
        if not one["hop"]:
            assert " >>> " not in one["selector"][len(elements[one["parent"]]["selector"].rpartition(" >>> ")[0]) + 5 :]


def test_fixed_things_stay_where_they_are_at_scroll_0(visit: Callable[[str], Page]) -> None:
    page = visit("stack.html")
    before = element(outline_of(page), "nav:nth-of-type(1)")
    page.evaluate("document.querySelector('dialog').close(); scrollTo(0, 300)")
    after = element(outline_of(page), "nav:nth-of-type(1)")
    assert before["position"] == after["position"] == "fixed"
    assert before["box"] == after["box"] == [0, 740, 1280, 60]
    assert element(outline_of(page), "aside:nth-of-type(1)")["position"] == "sticky"


def test_a_hostile_page_is_outlined_and_what_was_typed_is_not_in_it(visit: Callable[[str], Page]) -> None:
    page = visit("hostile.html")
    outline = outline_of(page, key="k")
    text = str(outline)
    assert "secret" not in text and "hunter2" not in text
    form = element(outline, "#clobbered")
    assert (form["tag"], form["name"], form["landmark"]) == ("form", "Search the shop", "form")
    names = {one["name"] for one in outline["elements"]}
    assert {"Find", "Broken link", "Odd id", "Not the body", "Code", "Card"} <= names
    assert outline["width"] == 1280


def settings(page: Page) -> dict[str, str]:
    """How each switch is set, by the end of its selector."""
    return {one["selector"].rpartition(" > ")[2]: one["setting"] for one in outline_of(page)["switches"]}


def test_switches_say_how_they_are_set(visit: Callable[[str], Page]) -> None:
    page = visit("switches.html")
    first = settings(page)
    assert first == {
        "#t1": "on", "#t2": "off", "#acc": "off", "#menu": "off", "#press": "off", "#sw": "off", "#det": "off",
        "#dlg": "off", "#roledialog": "off", "#pop": "off", "#r1": "on", "#r2": "off",
        "div:nth-of-type(1)": "0", "html": "dark",
    }  # fmt: skip
    kinds = {one["selector"].rpartition(" > ")[2]: one["kind"] for one in outline_of(page)["switches"]}
    assert kinds == {
        "#t1": "tab", "#t2": "tab", "#acc": "accordion", "#menu": "menu", "#press": "pressed", "#sw": "checked",
        "#det": "details", "#dlg": "dialog", "#roledialog": "dialog", "#pop": "popover", "#r1": "checked",
        "#r2": "checked", "div:nth-of-type(1)": "carousel", "html": "theme",
    }  # fmt: skip
    page.evaluate(
        """() => {
          t1.ariaSelected = 'false'; t2.ariaSelected = 'true';
          for (const id of ['acc', 'menu']) document.getElementById(id).ariaExpanded = 'true';
          press.ariaPressed = 'true'; sw.ariaChecked = 'true'; det.open = true; dlg.show(); pop.showPopover();
          roledialog.style.display = 'block'; r2.checked = true; location.hash = '#aim';
          document.querySelector('.track').scrollLeft = 600; document.documentElement.dataset.theme = 'light';
        }"""
    )
    assert settings(page) == {
        "#t1": "off", "#t2": "on", "#acc": "on", "#menu": "on", "#press": "on", "#sw": "on", "#det": "on",
        "#dlg": "on", "#roledialog": "on", "#pop": "on", "#r1": "off", "#r2": "on", "#aim": "on",
        "div:nth-of-type(1)": "2", "html": "light",
    }  # fmt: skip


def test_a_form_is_no_switch(visit: Callable[[str], Page]) -> None:
    """What people tick in a form, or in an ordinary box, is theirs."""
    page = visit("switches.html")
    page.check("#ordinary")
    page.evaluate("document.getElementById('private').checked = true")
    assert not {"#private", "#ordinary"} & set(settings(page))
    assert "pregnant" not in str(page.evaluate("__heatreel.settings(document, 'key')"))
    age = element(outline_of(page), "#age")
    assert (age["name"], age["text"]) == ("Age", "")


def test_keys_of_settings_are_those_of_switches(visit: Callable[[str], Page]) -> None:
    page = visit("switches.html")
    sent = page.evaluate("__heatreel.settings(document, 'key')")
    assert sent == [[one["key"], one["setting"]] for one in outline_of(page, key="key")["switches"]]
    assert page.evaluate("__heatreel.settings(document, 'other')")[0][0] != sent[0][0]


def likeness(page: Page, one: str, other: str) -> float:
    return float(page.evaluate("([a, b]) => __heatreel.compareSketches(a, b)", [one, other]))


def test_a_sketch_tells_states_apart_without_aria(visit: Callable[[str], Page]) -> None:
    page = visit("switches.html")
    sketch = "__heatreel.sketch(document)"
    first = page.evaluate(sketch)
    page.evaluate("r2.checked = true")
    second = page.evaluate(sketch)
    assert likeness(page, first, first) == 1
    assert likeness(page, first, second) < 0.95
    page.evaluate("r1.checked = true; document.getElementById('age').value = 'typed'")
    assert page.evaluate(sketch) == first


def test_a_sketch_does_not_mind_scrolling_and_pictures_that_arrive(
    context: BrowserContext, site_package: Callable[[str], Path], serve_folder: Callable[[Path], str]
) -> None:
    page = context.new_page()
    page.goto(f"{serve_folder(site_package('startbootstrap-modern-business'))}/index.html")
    first = page.evaluate("__heatreel.sketch(document)")
    page.evaluate("scrollTo(0, 900)")
    page.evaluate("for (const image of document.images) { image.src = 'data:,'; image.style.height = '300px' }")
    assert page.evaluate("__heatreel.sketch(document)") == first
    page.close()


def test_a_real_accordion_changes_switches_and_sketch(
    context: BrowserContext, site_package: Callable[[str], Path], serve_folder: Callable[[Path], str]
) -> None:
    page = context.new_page()
    page.goto(f"{serve_folder(site_package('startbootstrap-modern-business'))}/faq.html")
    before = outline_of(page)
    page.locator("#accordion [data-toggle=collapse]").nth(1).click()
    page.wait_for_selector("#collapseTwo.show")
    page.wait_for_function("!document.querySelector('.collapsing')")
    after = outline_of(page)
    changed = [
        (one["name"], one["setting"], other["setting"])
        for one, other in zip(before["switches"], after["switches"], strict=True)
        if one["setting"] != other["setting"]
    ]
    assert ("Collapsible Group Item #2", "off", "on") in changed
    assert likeness(page, before["sketch"], after["sketch"]) < 0.98
    page.close()
