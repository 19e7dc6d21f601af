"""On pages of others, at three viewports: every press and click that the driver made is stored, on its element."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from heatreel.capture.inpage import page_model
from recorder.driving import visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SITES = (
    ("startbootstrap-modern-business", "faq.html"),
    ("spectre.css", "docs/components/tabs.html"),
    ("jquery-ui", "demos/tabs/default.html"),
    ("accessible-autocomplete", "examples/form.html"),
)
VIEWPORTS: tuple[tuple[int, int, bool], ...] = ((1440, 900, False), (820, 1180, True), (390, 844, True))
# What was clicked, by the page's own ears: one for each press, where that was. Nothing leads away; the rest acts.
EARS = """() => {
  let down;
  window.truth = [];
  addEventListener("pointerdown", event => { down = [event.pageX, event.pageY]; }, true);
  addEventListener("click", event => {
    const target = event.composedPath()[0];
    const link = target.closest("a[href]:not([href^='#'])");
    if (link) event.preventDefault();
    if (!event.isTrusted || !down) return;
    truth.push([__heatreel.selector(__heatreel.subject(target)), ...down]);
    down = undefined;
  }, true);
}"""


@pytest.mark.parametrize(("package", "path"), SITES)
def test_all_that_was_done_is_stored(
    tmp_path: Path, site_package: Callable[[str], Path], package: str, path: str
) -> None:
    for width, height, touch in VIEWPORTS:
        options = {"viewport": {"width": width, "height": height}, "has_touch": touch, "is_mobile": touch}
        with visiting(tmp_path / str(width), site_package(package), **options) as visit:
            page = visit.open(path)
            page.evaluate(page_model())
            page.evaluate(EARS)
            for number in range(12):
                x, y = 20 + (number * 0.083 * (width - 60)) % (width - 40), 60 + (number * 131) % (height - 120)
                if number % 4 == 3:
                    page.evaluate("scrollBy(0, 200)")
                    page.wait_for_timeout(250)
                if touch:
                    page.touchscreen.tap(x, y)
                else:
                    page.mouse.click(x, y)
                page.wait_for_timeout(60)
            done = page.evaluate("truth")
            visit.flush()
            page.goto("about:blank")
            page.wait_for_timeout(300)
            clicks = [event for event in visit.clicks() if event.data["trusted"]]
        assert len(done) >= 6
        assert [event.target.selector for event in clicks if event.target] == [selector for selector, *_ in done]
        assert all(event.state for event in clicks)
