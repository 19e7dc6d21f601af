"""Arms of a test: shown by cookie, header, query or rule; never mixed. Sitemaps and routes of the same site."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from capture_exploring import DESKTOP
from club import Club, club
from heatreel.capture.capture import capture
from heatreel.capture.grouping import likeness, proposals
from heatreel.capture.options import Arm, CaptureOptions
from heatreel.capture.results import CaptureResult
from heatreel.capture.sitemap import parse
from heatreel.core.errors import InputError
from heatreel.core.routes import RouteTable
from heatreel.core.workspace import Workspace

OPTIONS = CaptureOptions(viewports=(DESKTOP,), label="one", routes="none")


@pytest.fixture
def site() -> Iterator[Club]:
    with club() as up:
        yield up


def _captured(folder: Path, urls: list[str], options: CaptureOptions = OPTIONS) -> CaptureResult:
    return asyncio.run(capture(folder, urls, options))


def _texts(folder: Path) -> dict[tuple[str, str], str]:
    """All that is seen on a page in a variant, in all states."""
    texts: dict[tuple[str, str], str] = {}
    with Workspace.open(folder) as workspace:
        for one in workspace.snapshots(workspace.capture()):
            seen = " ".join(element.text for element in workspace.outline(one).elements if element.visible)
            texts[one.page, one.variant] = texts.get((one.page, one.variant), "") + seen
    return texts


@pytest.mark.browser
def test_each_arm_is_captured_as_it_is_told_and_other_pages_once(site: Club, tmp_path: Path) -> None:
    arms = (
        Arm("a", pages=("/arms",), query=(("arm", "a"),)),
        Arm("b", pages=("/arms",), headers=(("X-Arm", "b"),)),
        Arm("cookie", pages=("/arms",), cookies=(("arm", "b"),)),
        # Only the page itself tells: the server gives each new visitor an arm of its choice.
        Arm("rule", pages=("/arms",), rule=".arm-a"),
    )
    result = _captured(tmp_path, [f"{site.url}/arms", f"{site.url}/about"], replace(OPTIONS, arms=arms, workers=2))
    assert result.failures() == []
    texts = _texts(tmp_path)
    assert texts.keys() == {("/arms", "a"), ("/arms", "b"), ("/arms", "cookie"), ("/arms", "rule"), ("/about", "")}
    for name, shown, other in (("a", "arm a", "arm b"), ("b", "arm b", "arm a"), ("cookie", "arm b", "arm a"),
                               ("rule", "arm a", "arm b")):  # fmt: skip
        assert shown in texts["/arms", name]
        assert other not in texts["/arms", name]
    with Workspace.open(tmp_path) as workspace:
        assert {one.url for one in workspace.snapshots(workspace.capture()) if one.page == "/arms"} == {
            f"{site.url}/arms"
        }


@pytest.mark.browser
def test_a_page_that_asks_whether_it_is_seen_by_a_program_is_told_and_said(
    serve_folder: Callable[[Path], str], tmp_path: Path
) -> None:
    pages = tmp_path / "site"
    pages.mkdir()
    (pages / "index.html").write_text(
        "<!doctype html><title>Shy</title><p id=text></p><script>text.textContent ="
        " navigator.webdriver ? 'Hello, program' : 'Hello, visitor'</script>"
    )
    url = f"{serve_folder(pages)}/index.html"
    for as_visitor, seen in ((False, "Hello, program"), (True, "Hello, visitor")):
        _captured(tmp_path / "ws", [url], replace(OPTIONS, label=seen, as_visitor=as_visitor, states="none"))
        with Workspace.open(tmp_path / "ws") as workspace:
            record = workspace.capture(seen)
            said = [one.reason for one in workspace.skipped(record)]
            assert seen in workspace.dom(workspace.snapshots(record)[0])
        assert any("--as-visitor" in line for line in said) != as_visitor


@pytest.mark.browser
def test_an_arm_that_never_shows_is_said(site: Club, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heatreel.capture.onepage.ARM_TRIES", 2)
    result = _captured(tmp_path, [f"{site.url}/arms"], replace(OPTIONS, arms=(Arm("c", rule=".arm-c"),)))
    assert "never shows .arm-c" in result.failures()[0]


@pytest.mark.browser
def test_a_sitemap_is_found_and_a_route_with_a_page_of_another_kind_is_warned_of(site: Club, tmp_path: Path) -> None:
    # The sitemap names /product/item-9; links of the home page lead to item-0 and the rest.
    options = replace(OPTIONS, sitemap="auto", routes="auto", states="none", table=RouteTable(("/product/{slug}",)))
    site.products = 2
    result = _captured(tmp_path, [f"{site.url}/", f"{site.url}/product/item-gift"], options)
    assert [page.page for page in result.pages] == ["/", "/about", "/product/{slug}"]
    assert any("/product/{slug}" in line and "is built otherwise" in line for line in result.warnings)
    assert result.proposals == ()


@pytest.mark.browser
def test_pages_that_are_built_alike_are_proposed_as_a_route(site: Club, tmp_path: Path) -> None:
    result = _captured(tmp_path, [f"{site.url}/"], replace(OPTIONS, routes="auto", states="none", workers=2))
    assert [one.route for one in result.proposals] == ["/product/{slug}"]
    assert len(result.proposals[0].pages) == 4
    assert '"/product/{slug}"' in " ".join(result.notes())


def test_proposals_need_pages_that_are_alike() -> None:
    one, two = tuple(range(100)), tuple(range(50, 150))
    assert likeness(one, one) == 1
    assert likeness(one, two) == pytest.approx(1 / 3)
    table = RouteTable()

    def proposed(shapes: dict[str, tuple[int, ...]]) -> list[str]:
        return [found.route for found in proposals({f"http://h{path}": shape for path, shape in shapes.items()}, table)]

    assert proposed({"/p/a": one, "/p/b": one, "/p/c": one}) == ["/p/{slug}"]
    assert proposed({"/p/1": one, "/p/2": one, "/p/3": one}) == ["/p/{id}"]
    assert proposed({"/p/a.html": one, "/p/b.html": one, "/p/c.html": one}) == ["/p/{slug}.html"]
    assert proposed({"/p/a/x": one, "/p/b/x": one, "/p/c/x": one}) == ["/p/{slug}/x"]
    assert proposed({"/#/p/1": one, "/#/p/2": one, "/#/p/3": one}) == ["/#/p/{id}"]
    assert proposed({"/p/a": one, "/p/b": one, "/p/c": two}) == []
    assert proposed({"/a": one, "/b": one, "/c": one}) == []
    assert proposed({"/p/a": one, "/p/b": one}) == []


def test_sitemaps_are_read_in_every_form_and_others_refused() -> None:
    pages = b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    pages += b"<url><loc> http://h/a </loc></url><url><loc>/b</loc></url><url><loc>mailto:x</loc></url></urlset>"
    for data in (pages, b"\xef\xbb\xbf\n" + pages, gzip.compress(pages)):
        assert parse(data, "http://h/s.xml") == (["http://h/a", "http://h/b"], [])
    assert parse(b"http://h/a\nnonsense\nhttp://h/b\n", "http://h/s.txt") == (["http://h/a", "http://h/b"], [])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'
    for data in (b"<html></html>", b"<urlset>", bomb, gzip.compress(pages)[:30] + b"xxxx"):
        with pytest.raises(InputError, match="http://h/s"):
            parse(data, "http://h/s")
