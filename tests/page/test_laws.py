"""Laws of the page model, for every element of real pages and of pages with one browser feature each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

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

STILL = "*, ::before, ::after { animation: none !important; transition: none !important } ::-webkit-scrollbar { display: none }"

# Every element of a page, through open shadow roots and frames of the same origin.
EVERYTHING = """
  const everything = (root, found = []) => {
    for (const element of DocumentFragment.prototype.querySelectorAll.call(
        root.nodeType === 11 ? root : document.createDocumentFragment(), '*')) found.push(element);
    if (root.nodeType === 9) found.push(...Document.prototype.querySelectorAll.call(root, '*'));
    for (const element of [...found]) {
      const inner = element.shadowRoot instanceof ShadowRoot ? element.shadowRoot
        : element.localName === 'iframe' ? element.contentDocument : null;
      if (inner && element.getRootNode() === root) everything(inner, found);
    }
    return found;
  };
"""


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with browsing() as started:
        yield started


@pytest.fixture(params=[*REAL, *OWN])
def page(
    request: pytest.FixtureRequest,
    context: BrowserContext,
    serve_folder: Callable[[Path], str],
    site_package: Callable[[str], Path],
) -> Iterator[Page]:
    """A page at rest."""
    folder, path = (PAGES, request.param) if request.param in OWN else _package(request.param, site_package)
    opened = context.new_page()
    opened.goto(f"{serve_folder(folder)}/{path}", wait_until="load")
    opened.wait_for_function("getComputedStyle(document.querySelector('body')).visibility === 'visible'")
    opened.add_style_tag(content=STILL)
    yield opened
    opened.close()


def _package(path: str, site_package: Callable[[str], Path]) -> tuple[Path, str]:
    name, _, rest = path.partition("/")
    return site_package(name), rest


def test_each_selector_finds_its_element_and_no_other(page: Page) -> None:
    wrong = page.evaluate(
        "() => {"
        + EVERYTHING
        + """
          const within = (root, css) => (root.nodeType === 9 ? Document : DocumentFragment).prototype.querySelectorAll.call(root, css);
          const found = (path, root) => {
            const [first, ...rest] = path.split(' >>> ');
            const hits = within(root, first);
            if (hits.length !== 1) return `${first} finds ${hits.length}`;
            if (!rest.length) return hits[0];
            return found(rest.join(' >>> '), hits[0].shadowRoot || hits[0].contentDocument);
          };
          const all = everything(document);
          const wrong = all.map((element) => [element, __heatreel.selector(element)])
            .filter(([element, path]) => found(path, document) !== element || __heatreel.resolve(path) !== element)
            .map(([, path]) => path);
          return [all.length, new Set(all.map((element) => __heatreel.selector(element))).size, wrong];
        }"""
    )
    count, distinct, paths = wrong
    assert count > 1
    assert paths == []
    assert distinct == count


def test_css_paths_find_the_same_elements(page: Page) -> None:
    from heatreel.core.element import Outline

    outline = Outline.from_json(page.evaluate("__heatreel.outline(document)"))
    # Things that act inside a drawing are in the outline, what is between them and the drawing is not.
    pairs = [
        [element.selector, outline.path(element.index)]
        for element in outline.elements
        if "svg" not in outline.path(element.parent)
    ]
    differing = page.evaluate(
        """pairs => {
          const resolve = (path, root) => {
            const [first, ...rest] = path.split(' >>> ');
            const scoped = root.nodeType === 11 ? ':host > ' + first : first;
            const found = (root.nodeType === 9 ? Document : DocumentFragment).prototype.querySelectorAll.call(root, scoped);
            if (found.length !== 1) return found.length;
            return rest.length ? resolve(rest.join(' >>> '), found[0].shadowRoot || found[0].contentDocument) : found[0];
          };
          return pairs.filter(([selector, path]) => resolve(path, document) !== __heatreel.resolve(selector));
        }""",
        pairs,
    )
    assert differing == []


def test_a_fingerprint_says_the_same_as_the_outline(page: Page) -> None:
    """The recorder takes one element at a time, at any scroll position; the outline shares what it has computed."""
    outline = outline_of(page, key="write-key")
    page.evaluate("scrollTo(0, 1e6)")
    single = page.evaluate(
        """paths => paths.map((path) => {
          const element = __heatreel.resolve(path);
          const print = __heatreel.fingerprint(element);
          return [print, __heatreel.seal(print, 'write-key'), __heatreel.box(element), __heatreel.position(element)];
        })""",
        [element["selector"] for element in outline["elements"]],
    )
    for element, (print_, sealed, box, position) in zip(outline["elements"], single, strict=True):
        own = element["role"] if print_["role"] else ""
        assert print_ | {"role": own} == {key: element[key] for key in print_} | {"role": own}
        assert {key: sealed[key] for key in ("nameHash", "nameSketch", "textHash")} == {
            key: element[key] for key in ("nameHash", "nameSketch", "textHash")
        }
        assert not {"name", "text", "label"} & set(sealed)
        assert position == element["position"]
        if position != "sticky" and all(element["box"][2:]):
            assert box == pytest.approx(element["box"], abs=0.02)


def test_whatever_is_hit_is_painted_last(page: Page) -> None:
    """The element under a point has the highest paint order of all visible ones whose box holds the point."""
    wrong = page.evaluate(
        """() => {
          const { elements } = JSON.parse(__heatreel.outline(document));
          const byPath = new Map(elements.map((one) => [one.selector, one]));
          const nodes = elements.map((one) => __heatreel.resolve(one.selector));
          const wrong = [];
          let points = 0;
          for (let y = 7; y < innerHeight; y += 23) for (let x = 5; x < innerWidth; x += 29) {
            let hit = document.elementFromPoint(x, y);
            while (hit && hit.shadowRoot instanceof ShadowRoot && hit.shadowRoot.elementFromPoint(x, y) && hit.shadowRoot.elementFromPoint(x, y) !== hit)
              hit = hit.shadowRoot.elementFromPoint(x, y);
            const own = hit && hit.localName !== 'iframe' && byPath.get(__heatreel.selector(__heatreel.subject(hit)));
            // Listed twice: what is hit is a ::before or ::after, which has a paint order of its own.
            const under = document.elementsFromPoint(x, y);
            if (!own || under.indexOf(hit) !== under.lastIndexOf(hit)) continue;
            points++;
            const above = elements.filter((one, i) => one.order > own.order && one.visible
              && !one.selector.includes('iframe') && document.contains(nodes[i])
              && getComputedStyle(nodes[i]).pointerEvents !== 'none'
              && [...nodes[i].getClientRects()].some((r) => x > r.left && x < r.right && y > r.top && y < r.bottom)
              && under.includes(nodes[i]));
            if (above.length) wrong.push([x, y, own.selector, above[0].selector]);
          }
          return [points, wrong.slice(0, 5), wrong.length];
        }"""
    )
    points, examples, count = wrong
    assert (count, examples) == (0, [])
