"""Laws of the page model, for every element of real pages and of pages with one browser feature each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from heatreel.core.element import Outline
from page.driving import PAGES, browsing, outline_of

pytestmark = pytest.mark.browser

REAL = (
    "accessible-autocomplete/examples/index.html",
    "html5-boilerplate/dist/index.html",
    "impress.js/index.html",
    "jquery-ui/demos/accordion/default.html",
    "jquery-ui/demos/dialog/modal-form.html",
    "jquery-ui/demos/index.html",
    "jquery-ui/demos/tabs/vertical.html",
    "mithril/examples/todomvc/index.html",
    "owl.carousel/docs/demos/basic.html",
    "reveal.js/demo.html",
    "spectre.css/docs/components/modals.html",
    "spectre.css/docs/elements/forms.html",
    "spectre.css/docs/experimentals/carousels.html",
    "startbootstrap-modern-business/faq.html",
    "startbootstrap-modern-business/index.html",
)
OWN = tuple(path.name for path in sorted(PAGES.glob("*.html")))
LAWS = (Path(__file__).parent / "laws.js").read_text("utf-8")
STILL = """
*, ::before, ::after { animation: none !important; transition: none !important }
::-webkit-scrollbar { display: none }
"""


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with browsing() as started:
        started.add_init_script(LAWS)
        yield started


@pytest.fixture(params=[*REAL, *OWN])
def page(
    request: pytest.FixtureRequest,
    context: BrowserContext,
    serve_folder: Callable[[Path], str],
    site_package: Callable[[str], Path],
) -> Iterator[Page]:
    """A page at rest."""
    folder, path = PAGES, request.param
    if path not in OWN:
        name, _, path = path.partition("/")
        folder = site_package(name)
    opened = context.new_page()
    opened.goto(f"{serve_folder(folder)}/{path}", wait_until="load")
    opened.wait_for_function("getComputedStyle(document.querySelector('body')).visibility === 'visible'")
    opened.add_style_tag(content=STILL)
    yield opened
    opened.close()


def test_each_selector_finds_its_element_and_no_other(page: Page) -> None:
    count, distinct, wrong = page.evaluate("laws.selectors()")
    assert count > 1
    assert wrong == []
    assert distinct == count


def test_css_paths_find_the_same_elements(page: Page) -> None:
    outline = Outline.from_json(page.evaluate("__heatreel.outline(document)"))
    pairs = [[element.selector, outline.path(element.index)] for element in outline.elements]
    # What acts inside a drawing is in the outline; what is between it and the drawing is not.
    assert page.evaluate("laws.paths", [pair for pair in pairs if "svg" not in pair[1].rpartition(" > ")[0]]) == []


def test_a_fingerprint_says_the_same_as_the_outline(page: Page) -> None:
    """The recorder takes one element at a time, at any scroll position; the outline shares what it has computed."""
    outline = outline_of(page, key="write-key")
    page.evaluate("scrollTo(0, 1e6)")
    single = page.evaluate("laws.prints", [element["selector"] for element in outline["elements"]])
    for element, (open_print, sealed, box, position) in zip(outline["elements"], single, strict=True):
        if not open_print["role"]:
            open_print["role"] = sealed["role"] = element["role"]
        assert open_print == {key: element[key] for key in open_print}
        assert sealed == {key: element[key] for key in sealed}
        assert not {"name", "text", "label"} & set(sealed)
        assert position == element["position"]
        if position != "sticky" and all(element["box"][2:]):
            assert box == pytest.approx(element["box"], abs=0.02)


def test_what_is_hit_is_painted_last(page: Page) -> None:
    """The element under a point has the highest paint order of all visible ones whose box holds the point."""
    _points, wrong = page.evaluate("laws.paint()")
    assert wrong == []


def test_what_is_hit_is_visible(page: Page) -> None:
    """What is under a point is in the outline and visible, unless it takes clicks while it is transparent."""
    assert page.evaluate("laws.hidden()") == []
