"""A page that tries to break out stays inert, in the viewer and in a report, as a picture and laid out anew."""

from __future__ import annotations

from typing import Any

import pytest

from viewer_live import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_STATE = """() => {
  const frames = [...document.querySelectorAll('iframe')];
  const all = frames.flatMap(function inside(frame) {
    const doc = frame.contentDocument;
    return doc ? [doc, ...[...doc.querySelectorAll('iframe')].flatMap(inside)] : [];
  });
  return {
    broken: [window, top, ...all.map(doc => doc.defaultView)].map(one => one.broken).filter(Boolean).length,
    sandboxes: frames.map(frame => frame.getAttribute('sandbox')),
    inner: all.flatMap(doc => [...doc.querySelectorAll('iframe')].map(one => one.getAttribute('sandbox'))),
    bad: all.map(doc => doc.querySelectorAll('script, base, object, embed, meta[http-equiv=refresh], [srcdoc],' +
      '[action], [formaction], [ping]').length),
    handlers: all.flatMap(doc => [...doc.querySelectorAll('*')]).flatMap(one => one.getAttributeNames())
      .filter(name => name.startsWith('on')),
    links: all.flatMap(doc => [...doc.querySelectorAll('a')]).map(one => one.getAttribute('href')),
    words: all.map(doc => doc.body ? doc.body.textContent : '').join(' '),
    marks: document.querySelectorAll('#app img[src=x], #app script').length,
  };
}"""


@pytest.mark.parametrize("home", ["live", "report"])
def test_a_hostile_page_stays_inert(request: pytest.FixtureRequest, chromium: Browser, home: str) -> None:
    base = request.getfixturevalue(home)
    url = base if home == "live" else (base / "index.html").as_uri()

    async def look() -> dict[str, Any]:
        window = await chromium.open(f"{url}#/map?page=/hostile.html&viewport=desktop", offline=home == "report")
        page = window.page
        for kind in await page.query_selector_all("[data-kind]"):
            await kind.click()
        await page.keyboard.press("j")
        await page.click("text=Table")
        assert "img src x onerror" in await window.text("dialog table")
        await page.keyboard.press("Escape")
        await page.keyboard.press("w")
        note = ".any-width:not([aria-busy]) .width-note"
        await page.wait_for_function("note => document.querySelector(note)?.textContent.includes(' px')", arg=note)
        # All over the page: nothing in it takes a press or the focus.
        box = await page.locator(".device .scroller").bounding_box()
        for step in range(12):
            await page.mouse.click(box["x"] + 40 + step * 30, box["y"] + 30 + step * 40)
        for _ in range(30):
            await page.keyboard.press("Tab")
        found: dict[str, Any] = await page.evaluate(_STATE)
        assert page.url.startswith(url)
        await window.close(url.removesuffix("index.html"))
        return found

    found = chromium.run(look())
    assert found["broken"] == 0
    assert found["sandboxes"] == ["allow-same-origin"]
    assert set(found["inner"]) <= {"allow-same-origin"}
    assert not any(found["bad"])
    assert found["handlers"] == []
    assert set(found["links"]) <= {"#", None}
    assert found["marks"] == 0
    assert "Nothing here may run" in found["words"]


def test_nothing_of_it_runs_in_the_list_of_pages(chromium: Browser, live: str, report: Any) -> None:
    async def look(url: str, offline: bool) -> None:
        window = await chromium.open(url, offline=offline)
        assert "</title></script><script>window.broken=1</script>" in await window.text("#cards")
        assert await window.page.evaluate("window.broken") is None
        await window.close(url.removesuffix("index.html"))

    chromium.run(look(live, False))
    chromium.run(look((report / "index.html").as_uri(), True))
