"""Laws on real pages in a real browser: same is same, each seeded change is found, what nobody sees is no finding."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from heatreel.core.viewport import Viewport
from heatreel.replay.verify import verify
from heatreel.replay.verify.stacking import ALWAYS, AT_FIRST, FREE, Stack
from heatreel.replay.verify.subjects import Subjects
from verify.mutating import EXPECTED, NEUTRAL, Mutated, captured, mutated, opened, outline_of

DESKTOP = Viewport("desktop", 1440, 900)
MOBILE = Viewport("mobile", 390, 844, touch=True)
PAGES = {
    "startbootstrap-modern-business": ("faq.html", "contact.html"),
    "spectre.css": ("docs/components/cards.html",),
}
TOPMOST = (Path(__file__).parent / "topmost.js").read_text()

pytestmark = pytest.mark.browser
Serve = Callable[..., str]
Package = Callable[[str], Path]


def urls(serve_folder: Serve, site_package: Package) -> list[tuple[str, str]]:
    return [
        (f"{package}/{page}", f"{base}/{page}")
        for package, pages in PAGES.items()
        for base in [serve_folder(site_package(package))]
        for page in pages
    ]


def changed(pages: list[tuple[str, str]], viewport: Viewport, kinds: tuple[str, ...]) -> list[Mutated]:
    async def all_of_them() -> list[Mutated]:
        return [one async for one in mutated(pages, viewport, kinds, each=1)]

    return asyncio.run(all_of_them())


@pytest.mark.slow
@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=lambda viewport: viewport.name)
def test_what_nobody_sees_is_no_finding(serve_folder: Serve, site_package: Package, viewport: Viewport) -> None:
    """Among them the same page loaded twice."""
    some = changed(urls(serve_folder, site_package), viewport, NEUTRAL)
    assert {one.kind for one in some} >= set(NEUTRAL) - {"unwrap"}
    for one in some:
        assert [finding.detail for finding in one.findings()] == [], f"{one.page} {one.kind}"


@pytest.mark.slow
def test_every_seeded_change_is_found(serve_folder: Serve, site_package: Package) -> None:
    some = changed(urls(serve_folder, site_package), DESKTOP, tuple(EXPECTED))
    assert {one.kind for one in some} == set(EXPECTED)
    missed = [
        (one.page, one.kind, [target.selector for target in one.targets])
        for one in some
        if not any(one.is_hit(finding) for finding in one.findings())
    ]
    assert len(missed) <= 0.05 * len(some), missed


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=lambda viewport: viewport.name)
def test_the_hit_test_agrees_with_the_browser(serve_folder: Serve, site_package: Package, viewport: Viewport) -> None:
    """Of what can be brought into the window at all: what scrolls sideways cannot, here."""
    asked = wrong = 0
    for page, index, mine, truth in asyncio.run(_topmost(urls(serve_folder, site_package), viewport)):
        asked += 1
        wrong += mine != truth
        if mine != truth:
            print(f"{page} element {index}: {mine}, the browser says {truth}")
    assert asked > 30
    assert wrong <= 0.02 * asked


async def _topmost(pages: list[tuple[str, str]], viewport: Viewport) -> list[tuple[str, int, int, int]]:
    found: list[tuple[str, int, int, int]] = []
    async with opened(viewport) as tab:
        for name, url in pages:
            outline = await outline_of(tab, url)
            stack = Stack(outline, viewport)
            acting = np.flatnonzero(Subjects(outline, (viewport.width, viewport.height)).acting).tolist()
            seen = await tab.page.evaluate(TOPMOST, [outline.elements[index].selector for index in acting])
            for index, answer in zip(acting, seen, strict=True):
                truth = _truth(answer)
                if truth is not None:
                    x, y, width, height = outline.elements[index].box
                    cover = stack.cover(index, np.array([x + width / 2]), np.array([y + height / 2]))
                    found.append((name, index, int(cover.how[0]), truth))
    return found


def _truth(answer: dict[str, object]) -> int | None:
    """How the browser finds the middle of an element; None when it never came into the window."""
    reached = set(answer["found"]) - {"outside"}  # type: ignore[call-overload]
    if not reached:
        return None
    if not reached & {"own", "around"}:
        return ALWAYS
    return FREE if answer["first"] in ("own", "around", "outside") else AT_FIRST


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=lambda viewport: viewport.name)
def test_a_page_verified_against_itself_has_no_findings(
    serve_folder: Serve, site_package: Package, viewport: Viewport
) -> None:
    """Also with clicks on everything there is."""
    base = serve_folder(site_package("spectre.css"))

    async def look() -> None:
        async with opened(viewport) as tab:
            for page in ("docs/components/menu.html", "docs/elements/forms.html"):
                outline = await outline_of(tab, f"{base}/{page}")
                one = captured(outline, page, viewport)
                found = verify(one, one)
                assert found.findings == ()
                assert all(pair.before == pair.after and pair.confidence == 1 for pair in found.pairs)
                assert found.survival[0].elements.share == 1.0

    asyncio.run(look())
