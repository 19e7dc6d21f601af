"""States that are asked for: by hand, by an earlier capture's recipes, by what visitors did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from capture_exploring import DESKTOP, MOBILE, PAGES
from heatreel.app.asking import healer, lesson, recipes_from
from heatreel.capture.capture import capture
from heatreel.capture.options import Asked, CaptureOptions
from heatreel.capture.recipes import VISITORS, Healer, likeness
from heatreel.capture.results import CaptureResult
from heatreel.core.hits import Ledger
from heatreel.core.state import Action, Snapshot
from heatreel.core.workspace import Workspace

pytestmark = pytest.mark.browser

OPTIONS = CaptureOptions(viewports=(DESKTOP,), label="one", routes="none")

OLD = """<!doctype html><title>Old</title><h1>Shop</h1>
<button id="size" onclick="guide.hidden = !guide.hidden">Size guide</button>
<p id="guide" hidden>Small, medium, large</p>
<button id="gone" onclick="offer.hidden = !offer.hidden">Offers</button>
<p id="offer" hidden>Two for one, this week only</p>
<form onsubmit="return false"><label>Search <input id="search" oninput="hits.textContent = this.value ?
 'Found: ' + this.value + ' and more of the kind' : ''"></label>
<select id="kind" aria-label="Kind" onchange="chosen.textContent = 'You chose ' + this.value + ' in the list'">
<option value="">All</option><option value="hats">Hats</option><option value="gloves">Gloves</option></select></form>
<p id="hits"></p><p id="chosen"></p><script>const { guide, offer, hits, chosen } = globalThis;</script>"""
NEW = """<!doctype html><title>New</title><h1>Shop</h1>
<div class="bar"><button id="size-guide" class="wide" onclick="guide.hidden = !guide.hidden">Size guide</button></div>
<p id="guide" hidden>Small, medium, large and larger</p>"""


def _captured(
    folder: Path, urls: list[str], options: CaptureOptions = OPTIONS, heal: Healer | None = None
) -> CaptureResult:
    return asyncio.run(capture(folder, urls, options, None, heal))


def _snapshots(folder: Path, label: str = "one") -> dict[str, Snapshot]:
    with Workspace.open(folder) as workspace:
        return {one.state.label: one for one in workspace.snapshots(workspace.capture(label))}


def _write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def test_states_by_hand(serve_folder: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path / "site", "shop.html", OLD)
    base = serve_folder(tmp_path / "site")
    monkeypatch.setenv("SEARCHED", "woollen hats")
    search = (Action("type", "#search", "${SEARCHED}"), Action("wait", "#hits:not(:empty)"))
    asked = (
        Asked("/shop.html", "Search results", search, "heatreel.toml"),
        Asked("/shop.html", "Gloves", (Action("select", "#kind", "gloves"),), "heatreel.toml"),
        Asked("/shop.html", "The guide", (Action("click", "#size"),), "heatreel.toml", viewports=("desktop",)),
        Asked("/shop.html", "Nowhere", (Action("click", "#no-such"),), "heatreel.toml", viewports=("desktop",)),
    )
    options = replace(OPTIONS, asked=asked, viewports=(DESKTOP, MOBILE), states="none")
    result = _captured(tmp_path / "ws", [f"{base}/shop.html"], options)
    assert [(viewport, one.name) for _, viewport, one in result.not_redone] == [("desktop", "Nowhere")]
    assert "click #no-such" in result.notes()[0]
    with Workspace.open(tmp_path / "ws") as workspace:
        found = workspace.snapshots(workspace.capture("one"))
        labels = {(one.viewport.name, one.state.label) for one in found} - {
            ("desktop", "Default"),
            ("mobile", "Default"),
        }
        assert labels == {
            ("desktop", "Search results"), ("mobile", "Search results"), ("desktop", "Gloves"), ("mobile", "Gloves"),
            ("desktop", "The guide"),
        }  # fmt: skip
        shown = next(one for one in found if one.state.label == "Search results")
        assert "Found: woollen hats" in workspace.dom(shown)
        assert shown.state.recipe == search


def test_a_state_by_hand_that_was_found_anyway_takes_its_name(
    serve_folder: Callable[[Path], str], tmp_path: Path
) -> None:
    asked = (Asked("/popover.html", "The menu", (Action("click", "button"),), "heatreel.toml"),)
    plain = _captured(tmp_path / "plain", [f"{serve_folder(PAGES)}/popover.html"])
    named = _captured(tmp_path / "named", [f"{serve_folder(PAGES)}/popover.html"], replace(OPTIONS, asked=asked))
    assert named.snapshots == plain.snapshots
    before, after = _snapshots(tmp_path / "plain"), _snapshots(tmp_path / "named")
    assert "The menu" in after
    assert {one.state.id for one in before.values()} == {one.state.id for one in after.values()}


def test_recipes_of_an_earlier_capture_are_done_again_healed_or_said_to_be_lost(
    serve_folder: Callable[[Path], str], tmp_path: Path
) -> None:
    _write(tmp_path / "old", "shop.html", OLD)
    _write(tmp_path / "new", "shop.html", NEW)
    folder = tmp_path / "ws"
    _captured(folder, [f"{serve_folder(tmp_path / 'old')}/shop.html"])
    asked = recipes_from(folder, "one")
    assert {one.name for one in asked} >= {"Open: Size guide", "Open: Offers"}
    options = replace(OPTIONS, label="two", asked=asked, states="none")
    result = _captured(folder, [f"{serve_folder(tmp_path / 'new')}/shop.html"], options, healer(folder, "one"))
    assert "Open: Offers" in {one.name for _, _, one in result.not_redone}
    after = _snapshots(folder, "two")["Open: Size guide"]
    before = _snapshots(folder, "one")["Open: Size guide"]
    assert after.state.id == before.state.id
    assert after.state.recipe == (Action("click", "#size-guide"),)
    with Workspace.open(folder) as workspace:
        record = workspace.visits(workspace.capture("two"))[("/shop.html", "desktop", "")]
    told = {one["name"]: one for one in record["recipes"]}
    assert told["Open: Size guide"]["healed"] == [["#size", "#size-guide"]]
    assert told["Open: Size guide"]["done"]
    assert not told["Open: Offers"]["done"]


def test_what_visitors_saw_is_learned(serve_folder: Callable[[Path], str], tmp_path: Path) -> None:
    base = serve_folder(PAGES)
    folder = tmp_path / "ws"
    _captured(tmp_path / "whole", [f"{base}/aria-tabs.html"])
    whole = _snapshots(tmp_path / "whole")
    _captured(folder, [f"{base}/aria-tabs.html"], replace(OPTIONS, states="none"))
    wanted = [one for one in whole.values() if one.state.recipe]
    paths = [("h1", "#no", one.state.recipe[-1].selector) for one in wanted]
    unknown = [
        {
            "page": "/aria-tabs.html", "viewport": "desktop", "variant": "", "url": f"{base}/aria-tabs.html?x=1",
            "events": 5, "sessions": 2, "settings": {}, "sketch": one.state.sketch,
            # Visitors click on what does nothing, too, and on what is not there any more.
            "path": [{"action": "click", "selector": selector} for selector in path],
        }
        for one, path in zip(wanted, paths, strict=True)
    ]  # fmt: skip
    with Workspace.writing(folder) as workspace:
        ledger = Ledger(recorded=0, placed=0, not_placed={}, context={})
        workspace.save_replay(workspace.capture("one"), ledger, {"unknown_states": unknown}, {})
    what = lesson(folder, "")
    assert {one.source for one in what.asked} == {VISITORS}
    result = _captured(folder, list(what.urls), what.applied(OPTIONS))
    assert result.not_redone == ()
    learned = _snapshots(folder)
    assert {one.state.id for one in learned.values()} == {one.state.id for one in whole.values()}
    assert {one.state.label for one in learned.values()} == {one.state.label for one in whole.values()}


def test_likeness_is_that_of_the_page_model() -> None:
    zeros, ones, half = ("AAAA", "////", "AAD/")
    assert likeness(zeros, zeros) == 1
    assert likeness(zeros, ones) == 0
    assert 0 < likeness(zeros, half) < 1
    assert likeness(zeros, "") == likeness("", "") == likeness("?", "!") == 0
