"""Layout shift: told when HEAD moves while it loads and BASE did not; measured by the capture in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heatreel.capture.capture import capture as take
from heatreel.capture.options import CaptureOptions
from heatreel.core.config import VerifyConfig
from heatreel.core.finding import Finding
from heatreel.core.workspace import Workspace
from heatreel.replay.verify import verify
from heatreel.replay.verify.load import load_captured
from heatreel.replay.verify.noise import Noise
from verify.drawing import DESKTOP, MOBILE, Page, capture, joined, state

STILL = "<!doctype html><title>Shop</title><main><h1>Packs</h1><button>Buy</button><p>For long walks</p></main>"
LATE = """<script>setTimeout(() => {
  const banner = document.createElement("div");
  banner.style.height = "300px";
  banner.textContent = "We have news for you";
  document.body.prepend(banner);
}, 400)</script>"""


def found(old: dict[str, Any] | None, new: dict[str, Any] | None, **rules: Any) -> tuple[Finding, ...]:
    page = Page()
    page.add("button", (20, 300, 140, 48), "Buy now")
    outline = page.done()
    sides = []
    for record in (old, new):
        settled = None if record is None else {"layout_shift": record}
        sides.append(capture((replace(state(), settled=settled), outline)))
    return verify(*sides, VerifyConfig(**rules)).findings


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"score": 0}, {"score": 0.3}, True),
        ({"score": 0}, {"score": 0.09}, False),
        ({"score": 0.3}, {"score": 0.35}, False),
        ({"score": 0.3}, {"score": 0}, False),
        (None, {"score": 0.3}, False),
        ({"score": 0}, None, False),
        ({"score": 0}, {"score": "broken"}, False),
    ],
)
def test_only_a_load_that_got_worse_is_told(old: Any, new: Any, told: bool) -> None:
    assert [one.rule for one in found(old, new)] == ["layout_shift"] * told


def test_it_says_what_moved_and_can_be_set() -> None:
    record = {"score": 0.3, "selector": "body > button:nth-of-type(1)"}
    (one,) = found({"score": 0.05}, record)
    assert one.severity == "warning" and one.after is not None and one.after.name == "Buy now"
    assert 'button "Buy now" most: its layout shift is 0.30 and was 0.05' in one.detail
    assert found({"score": 0.05}, record, shift=0.4) == ()
    assert found({"score": 0.05}, record, severity={"layout_shift": "off"}) == ()
    assert Noise.of([one]).explains(one)


def test_viewports_make_one_finding() -> None:
    page = Page().done()
    sides = []
    for score in (0.0, 0.3):
        shown = replace(state(), settled={"layout_shift": {"score": score}})
        sides.append(joined(*(capture((shown, page), viewport=viewport) for viewport in (DESKTOP, MOBILE))))
    (one,) = verify(*sides).findings
    assert {place.viewport for place in one.places} == {"desktop", "mobile"} and "also at mobile" in one.detail


@pytest.mark.browser
def test_the_capture_measures_it(serve_folder: Callable[..., str], tmp_path: Path) -> None:
    """The same build twice tells nothing; one that puts a banner in late is told, and the heading or so has moved."""
    for label, html in (("old", STILL), ("same", STILL), ("new", STILL + LATE)):
        site = tmp_path / label
        site.mkdir()
        (site / "index.html").write_text(html)
        url = serve_folder(site) + "/"
        options = CaptureOptions(viewports=(DESKTOP,), label=label, routes="none", states="none")
        asyncio.run(take(tmp_path / "ws", [url], options))
    with Workspace.open(tmp_path / "ws") as workspace:
        old, same, new = (load_captured(workspace, workspace.capture(label)) for label in ("old", "same", "new"))
        assert verify(old, same).findings == ()
        assert workspace.capture("old").options["fonts"]["serif"]
        (told,) = [one for one in verify(old, new).findings if one.rule == "layout_shift"]
    assert told.after is not None
