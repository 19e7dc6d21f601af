"""The job of `heatreel capture`: errors by page, labels, resuming, routes, and what is kept of a state."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from capture_exploring import DESKTOP, PAGES
from heatreel.capture import browser
from heatreel.capture.capture import CaptureResult, capture
from heatreel.capture.options import CaptureOptions
from heatreel.capture.states import states_json
from heatreel.core.errors import BrowserError, InputError
from heatreel.core.routes import RouteTable
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace

pytestmark = pytest.mark.browser

OPTIONS = CaptureOptions(viewports=(DESKTOP,), routes="none")


def _captured(folder: Path, urls: list[str], options: CaptureOptions = OPTIONS) -> CaptureResult:
    return asyncio.run(capture(folder, urls, options))


def _document(folder: Path) -> dict[str, Any]:
    with Workspace.open(folder) as workspace:
        return states_json(workspace, workspace.capture())


def _ids(document: dict[str, Any]) -> set[str]:
    return {state["id"] for page in document["pages"] for state in page["states"]}


def test_a_page_that_fails_does_not_lose_the_others(serve_folder: Callable[[Path], str], tmp_path: Path) -> None:
    base = serve_folder(PAGES)
    urls = [f"{base}/missing.html", f"{base}/story.txt", "http://127.0.0.1:1/", f"{base}/popover.html"]
    result = _captured(tmp_path, urls)
    assert [page.page for page in result.pages] == ["/popover.html"]
    reasons = " ".join(result.failures())
    for said in (
        "missing.html: answers with HTTP 404",
        "story.txt: is text/plain, not HTML",
        "127.0.0.1:1/: cannot be opened",
    ):
        assert said in reasons
    assert {one["reason"].split(": ", 1)[0] for one in _document(tmp_path)["skipped"]} >= set(urls[:3])


@pytest.mark.parametrize("url", ["example.org", "file:///etc/passwd", "javascript:alert(1)", ""])
def test_what_is_no_url_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="http://"):
        _captured(tmp_path, [url])


def test_a_browser_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BrowserError, match="playwright install chromium"):
        _captured(tmp_path, ["http://127.0.0.1:1/"], replace(OPTIONS, browser="/no/such/browser"))


def test_a_label_is_taken_resumed_or_replaced(serve_folder: Callable[[Path], str], tmp_path: Path) -> None:
    url = f"{serve_folder(PAGES)}/popover.html"
    assert _captured(tmp_path, [url]).snapshots == 2
    first = _document(tmp_path)
    with pytest.raises(InputError, match="--resume"):
        _captured(tmp_path, [url])
    with Workspace.writing(tmp_path) as workspace:
        workspace.db.execute("DELETE FROM snapshots WHERE state = 'default'")
        workspace.db.conn.commit()
    assert _captured(tmp_path, [url], replace(OPTIONS, resume=True)).snapshots == 1
    resumed = _document(tmp_path)
    assert {state["id"] for state in resumed["pages"][0]["states"]} == {
        state["id"] for state in first["pages"][0]["states"]
    }
    assert _captured(tmp_path, [url], replace(OPTIONS, replace=True)).snapshots == 2


def test_routes_that_the_server_does_not_know_are_reached_by_clicks(
    serve_folder: Callable[[Path], str], tmp_path: Path
) -> None:
    base = serve_folder(PAGES)
    _captured(tmp_path, [f"{base}/spa.html", f"{base}/hash-spa.html"], replace(OPTIONS, routes="auto"))
    with Workspace.open(tmp_path) as workspace:
        texts = {
            snapshot.page: {element.text for element in workspace.outline(snapshot).elements if element.visible}
            for snapshot in workspace.snapshots(workspace.capture())
        }
    assert "We are many" in texts["/about"]
    assert "No jobs now" in texts["/jobs"]
    assert "The third item" in texts["/hash-spa.html#/item/3"]


def test_pages_of_one_route_are_captured_once(serve_folder: Callable[[Path], str], tmp_path: Path) -> None:
    base = serve_folder(PAGES)
    table = RouteTable(("/{name}-tabs.html",))
    result = _captured(tmp_path, [f"{base}/aria-tabs.html", f"{base}/class-tabs.html"], replace(OPTIONS, table=table))
    assert [(page.page, page.states) for page in result.pages] == [("/{name}-tabs.html", 3)]


def test_the_bound_on_states_is_kept_and_said(serve_folder: Callable[[Path], str], tmp_path: Path) -> None:
    _captured(tmp_path, [f"{serve_folder(PAGES)}/dots.html"], replace(OPTIONS, max_states=2))
    document = _document(tmp_path)
    assert len(document["pages"][0]["states"]) == 2
    assert any("--max-states" in one["reason"] for one in document["skipped"])


def test_a_snapshot_holds_picture_dom_and_elements_of_one_size(
    serve_folder: Callable[[Path], str], tmp_path: Path
) -> None:
    sharp = Viewport("sharp", 500, 400, 2.0)
    _captured(tmp_path, [f"{serve_folder(PAGES)}/lazy.html"], replace(OPTIONS, viewports=(sharp,)))
    with Workspace.open(tmp_path) as workspace:
        for snapshot in workspace.snapshots(workspace.capture()):
            outline = workspace.outline(snapshot)
            with Image.open(io.BytesIO(workspace.blobs.get(snapshot.picture)), formats=["PNG"]) as image:
                assert image.size == (snapshot.width * 2, snapshot.height * 2)
            assert (outline.width, outline.height) == (snapshot.width, snapshot.height)
            dom = workspace.dom(snapshot)
            assert json.loads(dom)["type"] == 0
            assert "http://" not in dom.replace("http://www.w3.org", "")
            assert snapshot.state.settled is not None
            assert snapshot.state.settled["ended"] == "quiet"
            assert snapshot.state.settled["stable"]


def test_what_is_masked_or_hidden_is_not_kept(serve_folder: Callable[[Path], str], tmp_path: Path) -> None:
    options = replace(OPTIONS, mask=("[role=tabpanel]",), hide=("h1",))
    _captured(tmp_path, [f"{serve_folder(PAGES)}/aria-tabs.html"], options)
    with Workspace.open(tmp_path) as workspace:
        snapshots = workspace.snapshots(workspace.capture())
        assert len(snapshots) == 3
        for snapshot in snapshots:
            kept = workspace.dom(snapshot) + json.dumps(
                [element.name for element in workspace.outline(snapshot).elements]
            )
            assert "Warm sound" not in kept
            assert "Best I ever" not in kept
            heading = next(element for element in workspace.outline(snapshot).elements if element.tag == "h1")
            assert not heading.visible


def test_a_browser_that_dies_is_replaced_and_its_page_tried_again(
    serve_folder: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = browser.process_id
    started: list[int] = []

    async def noted(running: Any) -> int:
        started.append(await look_up(running))
        return started[-1]

    def kill_once(what: str, done: int, total: int) -> None:
        if len(started) == 1:
            os.kill(started[0], signal.SIGKILL)

    monkeypatch.setattr(browser, "process_id", noted)
    base = serve_folder(PAGES)
    urls = [f"{base}/{name}" for name in ("popover.html", "dots.html", "aria-tabs.html")]
    result = asyncio.run(capture(tmp_path, urls, OPTIONS, kill_once))
    assert len(started) == 2
    states = {page.page: page.states for page in result.pages}
    assert states == {"/aria-tabs.html": 3, "/dots.html": 4, "/popover.html": 2}
