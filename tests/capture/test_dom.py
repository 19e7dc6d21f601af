"""What a snapshot keeps of the DOM and of the elements, kind by kind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from capture_exploring import HERE, lab
from heatreel.capture.options import CaptureOptions
from heatreel.capture.resources import Resources
from heatreel.capture.snapshot import Taken, take_all
from heatreel.core.element import Outline
from serving import served

pytestmark = pytest.mark.browser


def _taken(page: str) -> Taken:
    async def take(url: str) -> Taken:
        async with lab() as one, one.explorer(url, options=CaptureOptions(states="none")) as explorer:
            found = await explorer.run()
            [item] = [item async for item in take_all(explorer, found.states, "key", Resources())]
            assert isinstance(item, Taken)
            return item

    with served(HERE / "layers") as base:
        return asyncio.run(take(f"{base}/{page}"))


@pytest.fixture(scope="module")
def taken() -> Taken:
    return _taken("kinds.html")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("childNodes", ()):
        yield from _nodes(child)


def test_what_stands_in_fields_is_not_kept(taken: Taken) -> None:
    for secret in ("typed", "given by the server", "hidden-token", "written before"):
        assert secret not in taken.dom
        assert secret not in taken.outline
    assert "Send it" in taken.dom, "the words of a button are the page's"


def test_sheets_that_scripts_made_are_kept(taken: Taken) -> None:
    nodes = list(_nodes(json.loads(taken.dom)))
    sheets = [node for node in nodes if node.get("tagName") == "style"]
    texts = {child["textContent"]: node.get("isShadow", False) for node in sheets for child in node["childNodes"]}
    assert texts[".of-document { color: rgb(4, 5, 6); }"] is False
    assert texts["button { color: rgb(7, 8, 9); }"] is True
    assert len({node["id"] for node in nodes}) == len(nodes)


def test_frames_drawings_and_canvases_are_kept(taken: Taken) -> None:
    nodes = list(_nodes(json.loads(taken.dom)))
    by_id = {node["attributes"].get("id"): node for node in nodes if "attributes" in node}
    assert by_id["canvas"]["attributes"]["rr_dataURL"].startswith("data:image/")
    assert [child["tagName"] for child in by_id["drawing"]["childNodes"]] == ["circle"]
    assert "inside" in by_id
    assert by_id["inside"]["childNodes"][0]["textContent"] == "Inside a frame"
    assert by_id["other"]["childNodes"] == []
    assert by_id["top"]["attributes"].get("rr_open_mode") == "modal"


def test_each_kind_is_an_element(taken: Taken) -> None:
    outline = Outline.from_json(taken.outline)
    by_selector = {one.selector: one for one in outline.elements}
    for selector in ("#drawing", "#canvas", "#film", "#inner", "#other", "#top"):
        assert by_selector[selector].visible, selector
    assert by_selector["#inner >>> #inside"].text == "Inside a frame"
    assert "In an open root" in {one.text for one in outline.elements}
    assert "In a closed root" not in taken.outline
    opaque = {outline.elements[index].selector for index in json.loads(taken.outline)["opaque"]}
    assert opaque == {"#other", "body > x-closed:nth-of-type(1)"}
    assert taken.state.settled is not None
    assert taken.state.settled["closed_shadow_roots"] == 1
    top = by_selector["#top"].order
    assert all(one.order < top for one in outline.elements if not one.selector.startswith("#top"))


def test_text_says_how_it_looks() -> None:
    outline = Outline.from_json(_taken("ink.html").outline)
    looks = {one.id: (one.ink, one.ground) for one in outline.elements if one.id}
    assert looks == {
        "plain": ("#000000", "#ffffff"),
        "white": ("#ffffff", "#003366"),
        "veiled": ("#000000", "#8099b3"),
        "half": ("#8099b3", "#003366"),
        "striped": ("#000000", ""),
        "over": ("#000000", ""),
        "beside": ("#000000", "#ffffff"),
        "wide": ("#000000", "#ff0000"),
    }
    veiled = next(one for one in outline.elements if one.id == "veiled")
    assert (veiled.px, veiled.bold) == (16, True)
