"""Every screen in a browser: what it shows, by pointer and by key, in the address, accessible, and within its width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from viewer_live import Browser, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LIVE = ("pages", "map?page=/", "compare?page=/&against=touch=true", "sessions", "session?id=s003", "findings", "start")


async def violations(window: Window) -> list[str]:
    await window.page.evaluate(AXE.read_text("utf-8"))
    found = await window.page.evaluate("axe.run({ iframes: false }).then(all => all.violations)")
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (360, "light"), (390, "dark")])
def test_every_screen_is_accessible_and_fits(
    chromium: Browser, visited: str, report: Path, width: int, scheme: str
) -> None:
    async def look() -> list[str]:
        found = []
        urls = [f"{visited}#/{screen}" for screen in LIVE]
        urls += [
            (report / "index.html").as_uri() + hash for hash in ("", "#/map?page=/shop.html&width=700", "#/findings")
        ]
        for url in urls:
            # axe is put into the page from outside, which its policy would refuse.
            window = await chromium.open(url, width, bypass_csp=True, color_scheme=scheme)
            await window.page.wait_for_selector("main")
            page = window.page
            found += [f"{url}: {one}" for one in await violations(window)]
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found += [f"{url}: {wide} px too wide"] if wide > 0 else []
            found += [f"{url}: {one}" for one in window.said]
            await window.context.close()
        return found

    assert chromium.run(look()) == []


def test_pages_are_found_ordered_and_grouped(chromium: Browser, visited: str) -> None:
    async def look() -> None:
        window = await chromium.open(visited)
        page = window.page
        assert "events placed" in await window.text(".figures")
        assert await page.locator("#cards > li").count() == 2
        await page.fill("#find", "help")
        assert await page.locator("#cards > li").count() == 1
        assert await window.text("#found") == "1 of 2 pages"
        await page.click("text=Group by route")
        await page.fill("[aria-label='Patterns, one a line']", "/{any}")
        await page.wait_for_selector(".groups li:has-text('/{any}')")
        await page.fill("[aria-label='URLs to try, one a line']", "https://shop.test/help")
        await page.wait_for_selector(".tested li:has-text('/{any}')")
        await page.keyboard.press("Escape")
        await window.close(visited)

    chromium.run(look())


def test_a_segment_is_built_by_clicking_and_a_link_reproduces_it(chromium: Browser, visited: str) -> None:
    async def look() -> None:
        window = await chromium.open(f"{visited}#/map?page=/&viewport=desktop")
        page = window.page
        before = await window.text(".legend .sample")
        await page.click("text=+ Filter")
        await page.click(".key-list button:has-text('language')")
        await page.click(".values button:has-text('de')")
        await page.wait_for_function(
            "before => document.querySelector('.legend .sample').innerText !== before", arg=before
        )
        assert "where=language=de" in page.url
        assert await window.text(".chips") != ""
        await page.click("text=All dates")
        await page.click(".days button >> nth=0")
        await page.click("dialog .primary")
        await page.wait_for_function("() => decodeURIComponent(location.hash).includes('time>')")
        await page.wait_for_function("() => document.querySelector('.legend').innerText.includes('time>')")
        await page.wait_for_selector("main:not([aria-busy])")
        said = await window.text(".legend")
        second = await chromium.open(page.url)
        assert await second.text(".legend") == said
        await second.page.click(".chips button >> nth=0")
        await second.page.wait_for_function("() => !location.hash.includes('language')")
        await window.close(visited)
        await second.close(visited)

    chromium.run(look())


def test_keys_walk_kinds_states_and_elements(chromium: Browser, visited: str) -> None:
    async def look() -> None:
        window = await chromium.open(f"{visited}#/map?page=/&viewport=desktop")
        page = window.page
        for key, title in (("d", "Dead clicks"), ("s", "Scroll reach"), ("e", "Elements"), ("c", "Clicks")):
            await page.keyboard.press(key)
            await page.wait_for_function(
                "title => document.querySelector('.legend h2').innerText.startsWith(title)", arg=title
            )
        await page.keyboard.press(".")
        await page.wait_for_function("() => !location.hash.includes('state=default')")
        await page.keyboard.press(",")
        await page.wait_for_function("() => location.hash.includes('state=default')")
        await page.keyboard.press("j")
        name = await window.text(".detail h2")
        assert await window.text(".element-list button[aria-pressed=true] .name") == name
        assert "Seen by" in await window.text(".detail") and "CTR" in await window.text(".detail")
        await page.keyboard.press("/")
        await page.keyboard.type("#logo")
        assert await page.locator(".element-list button").count() == 1
        second = await chromium.open(page.url)
        assert await second.text(".detail h2") == name
        await page.click(".detail >> text=Sessions behind it")
        await page.wait_for_selector(".sessions .row")
        assert "Only sessions with a hit on one element" in await window.text(".behind")
        await window.close(visited)
        await second.close(visited)

    chromium.run(look())


def test_an_area_that_is_drawn_leads_to_its_sessions(chromium: Browser, visited: str) -> None:
    async def look() -> None:
        window = await chromium.open(f"{visited}#/map?page=/&viewport=desktop")
        page = window.page
        box = await page.locator(".stage").bounding_box()
        await page.mouse.move(box["x"] + 4, box["y"] + 4)
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] - 8, box["y"] + 500, steps=3)
        await page.mouse.up()
        await page.click(".area-go")
        await page.wait_for_selector(".sessions .row")
        assert "area=" in page.url
        await window.close(visited)

    chromium.run(look())


def test_sessions_are_filtered_and_one_is_played(chromium: Browser, visited: str) -> None:
    async def look() -> None:
        window = await chromium.open(f"{visited}#/sessions")
        page = window.page
        everybody = int(await window.text(".screen-head [role=status]"))
        await page.click("[data-signal=rage]")
        await page.wait_for_function("() => location.hash.includes('signal=rage')")
        await page.wait_for_selector("[data-signal=rage][aria-pressed=true]")
        assert 0 < int(await window.text(".screen-head [role=status]")) < everybody
        await page.click(".row .when >> nth=0")
        await page.wait_for_selector(".player")
        where = await window.text(".session-where")
        assert where.startswith("/")
        await page.click("text=click ›")
        first = await page.input_value(".time input")
        await page.click("text=click ›")
        assert float(await page.input_value(".time input")) > float(first) > 0
        assert await page.locator(".session-pointer.pressed").count() == 1
        await page.click("text=8×")
        await page.click(".play")
        await page.wait_for_function("() => document.querySelector('.play').innerText === 'Play'", timeout=20_000)
        assert await page.input_value(".time input") == await page.get_attribute(".time input", "max")
        await window.close(visited)

    chromium.run(look())


def test_sides_are_compared_on_one_scale_with_intervals(chromium: Browser, visited: str) -> None:
    async def look() -> None:
        window = await chromium.open(f"{visited}#/compare?page=/&viewport=desktop&against=language=de")
        page = window.page
        await page.wait_for_selector(".beside figure >> nth=1")
        assert " pp to " in await window.text(".changes tbody tr >> nth=0")
        await page.click("[data-mode=slider]")
        before = await page.evaluate("getComputedStyle(document.querySelector('.over')).clipPath")
        await page.focus(".one-over-other input")
        await page.keyboard.press("Home")
        assert await page.evaluate("getComputedStyle(document.querySelector('.over')).clipPath") != before
        await window.close(visited)

    chromium.run(look())


def test_a_report_says_what_takes_a_server_and_prints(chromium: Browser, report: Path) -> None:
    url = (report / "index.html").as_uri()

    async def look() -> Any:
        window = await chromium.open(url, offline=True)
        page = window.page
        assert "heatreel serve" in await window.text(".foot")
        assert "0.4 px" in await window.text(".figures")
        await page.goto(f"{url}#/sessions")
        assert await window.text("main h1") == "This takes a server"
        await page.goto(f"{url}#/map?page=/shop.html&viewport=desktop")
        await page.wait_for_selector(".unknown")
        assert "click #sort" in await window.text(".unknown")
        assert await window.text(".unknown code") == "heatreel capture --learn"
        box = await page.locator(".ledger > button").bounding_box()
        assert box["y"] + box["height"] == pytest.approx(900, abs=1)
        await page.click(".ledger > button")
        assert "unknown state" in await window.text("#ledger-panel")
        await page.emulate_media(media="print")
        await page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert await page.is_visible(".printed table") and not await page.is_visible(".toolbar")
        await window.close("file:")

    chromium.run(look())


def test_an_empty_workspace_shows_the_ways_in(chromium: Browser, tmp_path: Path) -> None:
    from viewer_live import serving

    async def look(url: str) -> None:
        window = await chromium.open(url)
        page = window.page
        assert await page.locator(".ways [data-way]").count() == 5
        assert "data-site=" in await window.text("[data-way=snippet] code")
        await window.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.click("[data-way=snippet] .copy")
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == await window.text("[data-way=snippet] code")
        assert "Waiting for the first event" in await window.text(".live-check")
        await window.context.close()

    with serving(tmp_path / "w") as url:
        chromium.run(look(url))
