"""Measuring in a real browser: known points clicked in every state, and dead clicks asked again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heatreel.app.capturing import capture_urls
from heatreel.app.main import app
from heatreel.capture.dead_clicks import verify_dead
from heatreel.capture.known_points import click_known_points
from heatreel.capture.options import CaptureOptions
from heatreel.core.errors import PageError
from heatreel.core.viewport import Viewport
from heatreel.core.workspace import Workspace
from serving import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEWPORTS = (Viewport("desktop", 1280, 800), Viewport("mobile", 390, 844, touch=True))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A captured page with all that moves points about, and its address, while it is served."""
    folder = tmp_path_factory.mktemp("points")
    with served(Path(__file__).parent / "pages") as address:
        options = CaptureOptions(viewports=VIEWPORTS, label="points", max_pages=1)
        capture_urls(folder, [f"{address}/points.html"], options)
        yield folder, address


def told(folder: Path, *arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["replay", "-w", str(folder), *arguments, "--json"])
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_known_points_are_placed_within_a_pixel_in_every_state(site: tuple[Path, str]) -> None:
    found = told(site[0], "--calibrate")
    measured = [one for one in found["states"] if "reason" not in one]
    assert len(measured) == len(found["states"])
    assert {one["viewport"] for one in measured} == {"desktop", "mobile"}
    assert len(measured) > 2
    assert found["placed"] == found["clicks"] > 50
    assert found["right_state"] >= 0.99 * found["clicks"]
    assert found["right_element"] == found["right_state"]
    assert found["median"] < 0.5
    assert found["p95"] < 1.5


def test_dead_clicks_are_asked_again(site: tuple[Path, str]) -> None:
    with Workspace.open(site[0]) as workspace:
        snapshots = workspace.snapshots(workspace.capture(""))
    default = next(one for one in snapshots if one.viewport.name == "desktop" and one.state.id == "default")
    where = {"page": default.page, "viewport": "desktop", "state": "default", "clicks": 3, "signal": "dead"}
    clusters = [where | {"selector": f"#{name}"} for name in ("dead", "slow", "copy", "new", "second")]
    asked = asyncio.run(verify_dead(snapshots, clusters))
    assert {one.selector: one.verdict for one in asked} == {
        "#dead": "dead",
        "#slow": "slow",
        "#copy": "answers",
        "#new": "elsewhere",
        "#second": "needs an earlier state",
    }
    slow = next(one for one in asked if one.selector == "#slow")
    assert slow.after_ms is not None
    assert 1900 < slow.after_ms < 6000


def test_a_site_that_is_down_is_said(tmp_path: Path) -> None:
    with served(Path(__file__).parent / "pages") as address:
        options = CaptureOptions(viewports=VIEWPORTS[:1], states="none", label="gone")
        capture_urls(tmp_path, [f"{address}/points.html"], options)
    with Workspace.open(tmp_path) as workspace:
        snapshots = workspace.snapshots(workspace.capture(""))
        with pytest.raises(PageError, match="cannot be opened"):
            asyncio.run(click_known_points(snapshots, workspace.outline, "key"))
