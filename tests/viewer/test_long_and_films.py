"""A list of a hundred thousand sessions, and films; both with answers made up, as the server would give them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from viewer_live import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOTAL = 100_000


def row(number: int) -> dict[str, Any]:
    return {
        "session": f"s{number:06}", "started": "2026-01-01T00:00:00+00:00", "seconds": 12, "viewport": "1440x900",
        "touch": False, "origin": "recorder", "source": "", "country": "", "variant": "", "language": "en", "who": "",
        "pages": ["/"], "states": 1, "events": 3, "clicks": number % 7, "dead": 0, "rage": number % 3, "error": 0,
        "film": False,
    }  # fmt: skip


def test_a_hundred_thousand_sessions_scroll_with_few_rows_in_the_document(chromium: Browser, visited: str) -> None:
    async def answer(route: Any) -> None:
        asked = {key: value[0] for key, value in parse_qs(urlsplit(route.request.url).query).items()}
        start = int(asked["offset"])
        rows = [row(number) for number in range(start, min(start + int(asked["limit"]), TOTAL))]
        document = {"version": 1, "data": "x", "where": "", "total": TOTAL, "offset": start, "sessions": rows}
        await route.fulfill(body=json.dumps(document), content_type="application/json")

    async def look() -> None:
        window = await chromium.open(visited)
        page = window.page
        await page.route("**/api/v1/sessions?*", answer)
        await page.evaluate("location.hash = '#/sessions'")
        await page.wait_for_selector(".row .when")
        assert await window.text(".screen-head [role=status]") == "100,000"
        # In jumps to the end, as a drag of the scroll bar does: what is in sight is there, and little else.
        for share in (0.1, 0.37, 0.5, 0.82, 1):
            top = await page.evaluate(
                "share => { const list = document.querySelector('.virtual');"
                " list.scrollTop = share * (list.scrollHeight - list.clientHeight); return share * 100000 }",
                share,
            )
            await page.wait_for_function(
                """top => { const list = document.querySelector('.virtual').getBoundingClientRect();
                  const rows = [...document.querySelectorAll('.row:not(.empty)')].filter(one => {
                    const box = one.getBoundingClientRect(); return box.bottom > list.top && box.top < list.bottom; });
                  const places = rows.map(one => Number(one.getAttribute('aria-posinset')));
                  return rows.length > 4 && places.every(place => Math.abs(place - top) < 40); }""",
                arg=top,
            )
            assert await page.locator(".row").count() < 60
        assert "s099999" in await window.text(".row:last-child")
        await window.close(visited)

    chromium.run(look())


def film() -> list[dict[str, Any]]:
    """Ten seconds of a page that means no good: its DOM, and a click after eight of them."""
    text = {"type": 3, "textContent": "Recorded words", "id": 8}
    children = [
        {"type": 2, "tagName": "h1", "attributes": {"onclick": "top.broken=1"}, "childNodes": [text], "id": 7},
        {"type": 2, "tagName": "script", "attributes": {}, "childNodes":
            [{"type": 3, "textContent": "top.broken=1", "id": 10}], "id": 9},
        {"type": 2, "tagName": "img", "attributes": {"src": "data:,x", "onerror": "top.broken=1"}, "childNodes": [],
         "id": 11},
    ]  # fmt: skip
    body = {"type": 2, "tagName": "body", "attributes": {}, "childNodes": children, "id": 6}
    head = {"type": 2, "tagName": "head", "attributes": {}, "childNodes": [], "id": 5}
    html = {"type": 2, "tagName": "html", "attributes": {}, "childNodes": [head, body], "id": 4}
    doctype = {"type": 1, "name": "html", "publicId": "", "systemId": "", "id": 3}
    root = {"type": 0, "childNodes": [doctype, html], "id": 2}
    return [
        {"type": 4, "timestamp": 1000, "data": {"href": "http://h.invalid/", "width": 800, "height": 600}},
        {"type": 2, "timestamp": 1010, "data": {"node": root, "initialOffset": {"left": 0, "top": 0}}},
        {"type": 3, "timestamp": 9000, "data": {"source": 2, "type": 2, "id": 7, "x": 40, "y": 40}},
        {"type": 3, "timestamp": 11_000, "data": {"source": 3, "id": 2, "x": 0, "y": 0}},
    ]


def test_a_film_is_played_without_its_scripts(chromium: Browser, visited: str) -> None:
    async def answer(route: Any) -> None:
        document = {"version": 1, "data": "x", "session": "s1", "events": film()}
        await route.fulfill(body=json.dumps(document), content_type="application/json")

    async def look() -> None:
        window = await chromium.open(visited)
        page = window.page
        await page.route("**/api/v1/film/*", answer)
        await page.goto(f"{visited}player#session=s1")
        await page.wait_for_selector(".film-box iframe")
        assert await page.get_attribute(".film-box iframe", "sandbox") == "allow-same-origin"
        words = "document.querySelector('.film-box iframe').contentDocument.body.innerText"
        await page.wait_for_function(f"() => {words}.includes('Recorded words')")
        await page.click("text=click ›")
        assert float(await page.input_value(".time input")) == pytest.approx(8000, abs=60)
        await page.click("text=8×")
        await page.click(".play")
        await page.wait_for_function("() => document.querySelector('.play').innerText === 'Play'")
        assert await page.evaluate("window.broken") is None
        assert [url for url in window.asked if "h.invalid" in url] == []
        await window.context.close()

    chromium.run(look())
