"""Selectors of other tools, asked of an outline, select what a browser selects on the page."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from heatreel.core.element import Outline
from heatreel.core.session import Target
from heatreel.replay.importing.selectors import foreign_target
from heatreel.replay.matching import TargetMatch, match_target
from heatreel.replay.matching.selecting import Selecting, read_selector

PAGE = """<!doctype html><title>shop</title><body>
<nav><ul class="menu"><li><a href="/a">Home</a></li><li class="current"><a href="/b">News</a></li></ul></nav>
<main id="list">
  <article class="card"><h2>Lamp</h2><p>Gives light</p><button class="buy wide" type="button">Buy</button></article>
  <article class="card"><h2>Chair</h2><p>To sit on</p><button class="buy" type="button">Buy</button></article>
  <article class="card sale"><h2>Table</h2><p>To eat at</p><button class="buy" name="go" data-testid="buy-table"
   type="button">Buy</button></article>
  <div style="display:none"><button class="buy">Buy</button></div>
</main><form><label>Mail <input name="mail" type="email"></label><input type="submit" value="Send"></form></body>"""

SELECTORS = (
    "a", ".menu a", "li:nth-child(2) > a", ".card", ".card.sale button", "#list > article:nth-of-type(2) .buy",
    "button", "article + article h2", "h2 ~ button", "[name=mail]", "input[type='submit']",
    "[data-testid=\"buy-table\"]", "main > :last-child", "article:first-child p", "html > body > main button",
    "article:nth-last-of-type(1) button",
    "nav li:last-child a", ".card:not(.sale) h2 + p", ".gone", "main >", "p, h2",
)  # fmt: skip


@dataclass(frozen=True)
class Read:
    """The outline of the page and what the browser selects on it, by path."""

    outline: Outline
    selected: dict[str, list[str]]


@pytest.fixture(scope="module")
def page() -> Read:
    return asyncio.run(_read())


async def _read() -> Read:
    from importlib.resources import files

    from heatreel.capture.browser import launch

    script = (files("heatreel.capture") / "bundles" / "page.js").read_text()
    async with launch() as browser:
        tab = await browser.new_page()
        await tab.set_content(PAGE)
        await tab.evaluate(script)
        outline = Outline.from_json(await tab.evaluate("() => __heatreel.outline(document)"))
        paths = [outline.path(index) for index in range(len(outline.elements))]
        selected = await tab.evaluate(SELECT, [list(SELECTORS), paths])
    return Read(outline, selected)


SELECT = """([selectors, paths]) => {
  const places = paths.map((path) => document.querySelector(path));
  return Object.fromEntries(selectors.map((selector) => {
    try { return [selector, [...document.querySelectorAll(selector)].map((one) => paths[places.indexOf(one)])]; }
    catch { return [selector, []]; }
  }));
}"""


@pytest.mark.browser
def test_an_outline_selects_what_the_browser_selects(page: Read) -> None:
    selecting = Selecting(page.outline)
    understood = [one for one in SELECTORS if ":not" not in one and "," not in one]
    for selector in understood:
        assert [page.outline.path(place) for place in selecting.select(selector)] == page.selected[selector], selector
    assert sum(bool(page.selected[selector]) for selector in understood) > 15


@pytest.mark.browser
def test_what_an_outline_cannot_know_does_not_speak_against_an_element(page: Read) -> None:
    found = {page.outline.path(place) for place in Selecting(page.outline).select(".card:not(.sale) h2 + p")}
    assert found > set(page.selected[".card:not(.sale) h2 + p"])
    assert Selecting(page.outline).select(".card.css-1x2y3z:hover h2") == Selecting(page.outline).select(".card h2")


@pytest.mark.browser
def test_a_foreign_selector_finds_its_element(page: Read) -> None:
    def match(selector: str, text: str = "") -> TargetMatch:
        return match_target(foreign_target(selector, "key", text), page.outline)

    table = match("article:nth-child(3) > .buy")
    assert table.status == "matched"
    assert page.outline.elements[table.index].testid == "buy-table"
    # Four buttons, one of them hidden: the selector does not say which of three.
    assert match("button.buy").status == "ambiguous"
    assert match("li a").status == "ambiguous"
    assert match("body a, h2").status == "missing"
    assert match("#list > div > .buy").status == "hidden"
    assert match(".nothing > .like").status == "missing"


def test_what_is_no_selector_selects_nothing() -> None:
    for text in ("", "  ", ">>", "a >", "p, h2", "a[", "((", "a:nth-child(", '"'):
        steps = read_selector(text)
        assert not steps or all(step.tag or step.fields or step.classes or step.places for step in steps), text
    assert match_target(Target("k", selector="p, h2"), Outline(0, 0, ())).status == "missing"
