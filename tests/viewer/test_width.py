"""Any width: a stored page laid out anew is as a browser captures it at that width, and its heat goes along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from heatreel.core.workspace import Workspace
from viewer_live import Browser, Window, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_BOXES = """names => {
  const doc = document.querySelector('.device iframe').contentDocument;
  const find = (path, root) => {
    const [first, ...rest] = path.split(' >>> ');
    const found = first.startsWith(':host > ') ? root.querySelector(first.slice(8)) : root.querySelector(first);
    return rest.length && found ? find(rest.join(' >>> '), found.shadowRoot || found.contentDocument) : found;
  };
  return names.map(name => {
    const found = find(name, doc);
    if (!found) return null;
    const box = found.getBoundingClientRect();
    const frame = found.ownerDocument === doc ? null : found.ownerDocument.defaultView.frameElement;
    const outer = frame ? frame.getBoundingClientRect() : { x: 0, y: 0 };
    const border = frame ? [frame.clientLeft, frame.clientTop] : [0, 0];
    return [box.x + outer.x + border[0], box.y + outer.y + border[1], box.width, box.height];
  });
}"""


def expected(folder: Path, viewport: str, page: str = "/shop.html") -> dict[str, tuple[float, ...]]:
    """The boxes of what the capture shows at a viewport, of what scrolls with the page."""
    with Workspace.open(folder) as workspace:
        capture = workspace.capture()
        snapshot = next(
            one for one in workspace.snapshots(capture)
            if one.page == page and one.viewport.name == viewport
        )  # fmt: skip
        outline = workspace.outline(snapshot)
    return {
        one.selector: one.box for one in outline.elements if one.visible and one.position != "fixed" and one.box[3] > 0
    }


async def ready(window: Window) -> None:
    await window.page.wait_for_function(
        "() => document.querySelector('.any-width:not([aria-busy]) .width-note')?.textContent.includes(' px')"
    )


def address(base: str, **words: Any) -> str:
    return f"{base}#/map?" + "&".join(f"{key}={value}" for key, value in words.items())


@pytest.mark.parametrize(("captured_at", "width", "as_at"), [("desktop", 390, "mobile"), ("mobile", 1200, "desktop")])
@pytest.mark.parametrize("home", ["live", "report"])
def test_a_page_laid_out_at_another_width_is_as_captured_there(
    request: pytest.FixtureRequest,
    captured: Path,
    chromium: Browser,
    home: str,
    captured_at: str,
    width: int,
    as_at: str,
) -> None:
    base = request.getfixturevalue(home)
    url = base if home == "live" else (base / "index.html").as_uri()
    want = expected(captured, as_at)
    assert len(want) > 12 and any(">>>" in name for name in want)

    async def look() -> list[list[float] | None]:
        window = await chromium.open(
            address(url, page="/shop.html", viewport=captured_at, width=width), offline=home == "report"
        )
        await ready(window)
        found: list[list[float] | None] = await window.page.evaluate(_BOXES, list(want))
        await window.close(url.removesuffix("index.html"))
        return found

    for (name, box), at in zip(want.items(), chromium.run(look()), strict=True):
        assert at is not None, name
        assert at == pytest.approx(box, abs=1.5), name


def test_so_is_a_page_that_nobody_here_wrote(of_others: Path, chromium: Browser) -> None:
    async def look(url: str, captured_at: str, width: int, names: list[str]) -> list[list[float] | None]:
        window = await chromium.open(address(url, page="/index.html", viewport=captured_at, width=width))
        await ready(window)
        found: list[list[float] | None] = await window.page.evaluate(_BOXES, names)
        await window.close(url)
        return found

    with serving(of_others) as url:
        for captured_at, width, as_at in (("desktop", 390, "mobile"), ("mobile", 1200, "desktop")):
            want = expected(of_others, as_at, "/index.html")
            assert len(want) > 80
            found = chromium.run(look(url, captured_at, width, list(want)))
            for (name, box), at in zip(want.items(), found, strict=True):
                assert at is not None, name
                assert at == pytest.approx(box, abs=2), name


def test_heat_goes_where_its_element_goes(captured: Path, chromium: Browser, live: str) -> None:
    """At every width there is heat on the middle of each clicked element, and its colour is that of the legend."""
    at_middle = """() => {
      const canvas = document.querySelector('.heat-canvas');
      const doc = document.querySelector('.device iframe').contentDocument;
      const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
      const pen = copy.getContext('2d', { willReadFrequently: true });
      pen.drawImage(canvas, 0, 0);
      const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data;
      const level = (x, y) => pixels[4 * (Math.floor(y / 4) * canvas.width + Math.floor(x / 4)) + 3];
      const middle = name => {
        const b = doc.querySelector(name).getBoundingClientRect();
        return level(b.x + b.width / 2, b.y + b.height / 2);
      };
      return { buy: middle('#buy'), card: middle('.cards a'), chat: middle('#chat'), title: middle('h1'),
               note: document.querySelector('.width-note').textContent };
    }"""

    async def look() -> list[dict[str, Any]]:
        # Tall enough that all of it is in sight.
        window = await chromium.open(address(live, page="/shop.html", viewport="desktop", width=1200), height=1800)
        await ready(window)
        found = [await window.page.evaluate(at_middle)]
        for width in (700, 360):
            await window.page.fill(".ruler .px", str(width))
            await window.page.press(".ruler .px", "Enter")
            await window.page.wait_for_function(
                f"() => document.querySelector('.width-note').textContent.includes('{width} px')"
            )
            found.append(await window.page.evaluate(at_middle))
        await window.close(live)
        return found

    wide, middle, narrow = chromium.run(look())
    for found in (wide, middle, narrow):
        assert min(found["buy"], found["card"], found["chat"]) > 60
        assert found["title"] < min(found["buy"], found["card"])
    assert "does not show" not in wide["note"]
    # The two links of the navigation, the button below the cards: three clicks on each.
    assert "9 on elements that it does not show at this width" in narrow["note"]


def test_width_is_dragged_walked_and_linked(chromium: Browser, live: str) -> None:
    async def look() -> None:
        window = await chromium.open(address(live, page="/shop.html", viewport="desktop"))
        page = window.page
        await page.keyboard.press("w")
        await ready(window)
        assert "width=1200" in page.url
        await page.focus(".grip")
        await page.keyboard.press("ArrowLeft")
        await page.wait_for_function("() => location.hash.includes('width=1190')")
        box = await page.locator(".grip").bounding_box()
        await page.mouse.move(box["x"] + 7, box["y"] + 200)
        await page.mouse.down()
        await page.mouse.move(box["x"] - 143, box["y"] + 200, steps=4)
        await page.mouse.up()
        await page.wait_for_function("() => !location.hash.includes('width=1190')")
        dragged = int(page.url.partition("width=")[2].partition("&")[0])
        assert 600 < dragged < 1000
        second = await chromium.open(page.url)
        await ready(second)
        assert await second.page.input_value(".ruler .px") == str(dragged)
        # What is under the pointer, pinned by a click, and in the link.
        spot = await second.page.evaluate(
            """() => { const frame = document.querySelector('.device iframe');
              const outer = frame.getBoundingClientRect(); const scale = outer.width / frame.offsetWidth;
              const box = frame.contentDocument.querySelector('#buy').getBoundingClientRect();
              return [outer.x + (box.x + box.width / 2) * scale, outer.y + (box.y + box.height / 2) * scale]; }"""
        )
        await second.page.mouse.move(*spot)
        assert "Buy one" in await second.text(".device .tip")
        await second.page.mouse.click(*spot)
        assert "Buy one" in await second.text(".detail h2")
        assert "element=" in second.page.url
        await window.close(live)
        await second.close(live)

    chromium.run(look())
