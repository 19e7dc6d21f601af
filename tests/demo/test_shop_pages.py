"""Every page of both builds, at every viewport: no error, nothing from elsewhere, nothing sticks out sideways."""

from __future__ import annotations

import asyncio
import json
from importlib.resources import files
from typing import Any

import pytest

from heatreel.app.demo.serving import serve_shop
from heatreel.capture.browser import launch
from heatreel.core.viewport import DEFAULT_VIEWPORTS, Viewport

PAGES = [
    *("/", "/?variant=b", "/shop", "/cart", "/help", "/checkout", "/thanks"),
    *("/product/ridgeline-38", "/product/nightjar-lamp"),
]
CHANGES = json.loads((files("heatreel.app.demo") / "redesign" / "changes.json").read_text("utf-8"))["changes"]
EXAMPLES = {"*": "/", "/product/{slug}": "/product/ridgeline-38"}


async def faults_of(build: str, viewport: Viewport) -> list[str]:
    """What is wrong with the pages of a build at a viewport."""
    found: list[str] = []
    with serve_shop(build) as base:
        async with launch() as browser:
            context = await browser.new_context(
                viewport={"width": viewport.width, "height": viewport.height}, has_touch=viewport.touch
            )
            page = await context.new_page()
            page.on("console", lambda message: found.append(f"{page.url}: {message.type} {message.text}"))
            page.on("pageerror", lambda error: found.append(f"{page.url}: {error.message}"))

            def requested(request: Any) -> None:
                if not request.url.startswith((base, "data:")):
                    found.append(f"{page.url}: asks {request.url}")

            def answered(response: Any) -> None:
                if response.status >= 400:
                    found.append(f"{response.url}: {response.status}")

            page.on("request", requested)
            page.on("response", answered)
            for path in PAGES:
                await page.goto(base + path)
                await page.wait_for_selector("h1")
                width = await page.evaluate("document.documentElement.scrollWidth")
                if width > viewport.width:
                    found.append(f"{path}: {width} px wide")
                broken = await page.evaluate(
                    "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
                )
                found.extend(f"{path}: broken picture {src}" for src in broken)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("build", ["shop", "redesign"])
@pytest.mark.parametrize("viewport", DEFAULT_VIEWPORTS, ids=lambda viewport: viewport.name)
def test_pages_have_no_faults(build: str, viewport: Viewport) -> None:
    assert asyncio.run(faults_of(build, viewport)) == []


async def missing_selectors(build: str, key: str) -> list[str]:
    """The changes whose selector does not find an element in a build."""
    missing = []
    with serve_shop(build) as base:
        async with launch() as browser:
            page = await browser.new_page()
            for change in CHANGES:
                if change[key] is None:
                    continue
                await page.goto(base + EXAMPLES.get(change["page"], change["page"]))
                await page.wait_for_selector("h1")
                if change["page"] == "*" and not await page.query_selector(change[key]):
                    await page.goto(base + "/product/scree-mid")
                if not await page.query_selector(change[key]):
                    missing.append(f"{change['id']}: {change[key]}")
    return missing


@pytest.mark.browser
@pytest.mark.parametrize(("build", "key"), [("shop", "before"), ("redesign", "after")])
def test_the_list_of_changes_agrees_with_the_builds(build: str, key: str) -> None:
    assert asyncio.run(missing_selectors(build, key)) == []


@pytest.mark.browser
def test_what_was_removed_is_gone() -> None:
    removed = [change for change in CHANGES if change["after"] is None]

    async def still_there() -> list[str]:
        found = []
        with serve_shop("redesign") as base:
            async with launch() as browser:
                page = await browser.new_page()
                for change in removed:
                    await page.goto(base + EXAMPLES.get(change["page"], change["page"]))
                    await page.wait_for_selector("h1")
                    if await page.query_selector(change["before"]):
                        found.append(change["id"])
        return found

    assert removed
    assert asyncio.run(still_there()) == []


def test_changes_are_well_formed() -> None:
    kinds = {
        "removed", "moved", "moved into a state", "renamed", "ids and classes", "restyled", "destination swapped",
        "below the fold", "restructured", "smaller target", "no longer interactive", "state broken", "covered",
        "disabled",
    }  # fmt: skip
    assert {change["kind"] for change in CHANGES} == kinds
    assert len({change["id"] for change in CHANGES}) == len(CHANGES)
    for change in CHANGES:
        assert (change["after"] is None) == (change["kind"] == "removed"), change["id"]
        assert set(change["viewports"]) <= {viewport.name for viewport in DEFAULT_VIEWPORTS}
        assert change["noticed"] == (change["kind"] not in {"restructured", "restyled", "ids and classes"})
