"""The report of a verify: each finding with crops that show what it names, in a folder that opens from disk."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from heatreel.app.main import app
from heatreel.capture.browser import launch
from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.hits import Ledger
from heatreel.core.state import State
from heatreel.core.workspace import Workspace
from heatreel.overlays.crops import crop, window_around
from heatreel.overlays.encode import png
from verify.drawing import DESKTOP, Page, clicks
from verify.test_commands import as_json

HOSTILE = "</title></script><img src=x onerror=window.broken=1>"
RED, BLUE, INK = (200, 30, 30), (30, 30, 200), (138, 13, 165)


def page(buy: float, help_: str = "Help") -> Outline:
    made = Page(1600)
    made.add("h2", (0, 20, 400, 40), "A pack")
    made.add("button", (10, buy, 200, 50), "Buy now")
    if help_:
        made.add("a", (300, 300, 80, 24), help_, href="/help")
    return made.done()


def painted(outline: Outline) -> bytes:
    """A picture in which the button is red and the link blue."""
    picture = np.full((int(outline.height), int(outline.width), 3), 240, np.uint8)
    for element in outline.elements:
        colour = {"button": RED, "a": BLUE}.get(element.tag)
        if colour:
            left, top, width, height = (int(value) for value in element.box)
            picture[top : top + height, left : left + width] = colour
    return png(picture)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    with Workspace.writing(folder / "w") as workspace:
        for label, outline in (("old", page(200, HOSTILE)), ("new", page(1200, ""))):
            capture = workspace.begin_capture(label, workspace.site(), "Chromium 1", "Linux", {})
            number = workspace.add_page(capture, "/", "http://127.0.0.1/", HOSTILE)
            size = int(outline.width), int(outline.height)
            state = State("default", "Default", "default")
            workspace.add_snapshot(number, DESKTOP, "", state, size, painted(outline), "{}", as_json(outline))
            workspace.finish_capture(capture)
        base = workspace.capture("old")
        hits = clicks(page(200, HOSTILE), (2, 12), (3, 8))
        snapshot = workspace.snapshots(base)[0]
        workspace.save_replay(base, Ledger(20, 20, {}, {}), {}, {snapshot.id: hits})
    done = CliRunner().invoke(app, ["verify", "old", "new", "-w", str(folder / "w"), "--report", str(folder / "out")])
    assert done.exit_code == 1, done.output
    return folder / "out"


def images(report: Path) -> list[tuple[str, np.ndarray[Any, Any]]]:
    from PIL import Image

    return [(path.name, np.asarray(Image.open(path).convert("RGB"))) for path in sorted(report.glob("pictures/*.webp"))]


def near(picture: np.ndarray[Any, Any], colour: tuple[int, int, int]) -> int:
    return int((np.abs(picture.astype(int) - colour).max(axis=2) < 40).sum())


def test_crops_show_and_mark_what_a_finding_names(report: Path) -> None:
    html = (report / "index.html").read_text("utf-8")
    order = re.findall(r'class="card finding \w+" id="([a-z_-]+)-[0-9a-f]+"', html)
    assert sorted(order) == ["below-fold", "gone"]
    found = dict(images(report))
    for number, rule in enumerate(order):
        before, after = (found[f"finding-{number}-{side}.webp"] for side in ("before", "after"))
        colour = RED if rule == "below-fold" else BLUE
        # What was there is marked; what HEAD lacks is not.
        assert near(before, colour) > 1000 and near(before, INK) > 200
        assert (near(after, INK) > 200) == (rule == "below-fold")
    assert near(found["page-0-before.webp"], BLUE) and not near(found["page-0-after.webp"], BLUE)


def test_the_heat_of_base_lies_where_it_is_predicted(report: Path) -> None:
    """Over the button on both builds, over the link that HEAD lacks on BASE only; and it says how much is left."""
    from PIL import Image

    before, after = (
        np.asarray(Image.open(report / f"pictures/page-0-{side}-heat.png").convert("RGBA"))[..., 3] > 0
        for side in ("before", "after")
    )
    cell = page(200).width / before.shape[1]

    def warm(heat: np.ndarray[Any, Any], x: float, y: float) -> bool:
        return bool(heat[int(y / cell), int(x / cell)])

    assert warm(before, 110, 225) and warm(before, 340, 312)
    assert warm(after, 110, 1225) and not warm(after, 110, 225) and not warm(after, 340, 312)
    html = (report / "index.html").read_text("utf-8")
    assert "20 clicks on old; 8 of them have no place on new." in html and "predicted heat" in html


def test_texts_of_pages_stay_texts(report: Path) -> None:
    html = (report / "index.html").read_text("utf-8")
    assert HOSTILE not in html and "onerror=window.broken" not in html.replace("&gt;", ">").split("&lt;img")[0]
    assert "&lt;/title&gt;" in html


@pytest.mark.browser
def test_it_opens_from_disk_and_its_controls_work(report: Path) -> None:
    async def look() -> tuple[list[str], dict[str, Any]]:
        problems: list[str] = []
        async with launch() as browser:
            tab = await (await browser.new_context(offline=True)).new_page()
            tab.on("console", lambda message: problems.append(message.text))
            tab.on("pageerror", lambda error: problems.append(str(error)))
            await tab.goto((report / "index.html").as_uri())
            await tab.select_option("#rule", "gone")
            left = await tab.locator("#findings > li:visible").count()
            said = await tab.inner_text("#shown")
            await tab.locator(".slider input").first.focus()
            await tab.keyboard.press("Home")
            at = await tab.locator(".slider").first.evaluate("el => el.style.getPropertyValue('--at')")
            warm = tab.locator(".slider img.predicted").first
            cold = [await warm.is_visible()]
            await tab.uncheck("#heat")
            cold.append(await warm.is_visible())
            loaded = await tab.evaluate("[...document.images].every(i => i.loading == 'lazy' || i.complete)")
            broken = await tab.evaluate("window.broken === undefined")
        return problems, {"left": left, "said": said, "at": at, "loaded": loaded, "whole": broken, "heat": cold}

    problems, found = asyncio.run(look())
    assert problems == []
    assert found == {"left": 1, "said": "1 of 2", "at": "0%", "loaded": True, "whole": True, "heat": [True, False]}


def test_a_folder_of_something_else_is_refused(report: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    words = ["verify", "old", "new", "-w", str(report.parent / "w"), "--report", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, InputError) and "holds other things" in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


sides = st.tuples(st.floats(1, 4000), st.floats(1, 20000))


@given(sides, st.tuples(*[st.floats(0, 1)] * 4))
def test_a_crop_lies_in_the_page_and_holds_the_corner_of_its_element(
    size: tuple[float, float], shares: tuple[float, float, float, float]
) -> None:
    box = (shares[0] * size[0], shares[1] * size[1], shares[2] * size[0] / 2 + 1, shares[3] * size[1] / 2 + 1)
    window = window_around(box, *size)
    assert 0 <= window.left < window.right <= size[0] + 1e-6
    assert 0 <= window.top < window.bottom <= size[1] + 1e-6
    assert window.left <= box[0] <= window.right and window.top <= box[1] <= window.bottom


def test_a_crop_of_a_page_at_twice_the_pixels_is_the_same_part() -> None:
    random = np.random.default_rng(5)
    small = random.integers(0, 255, (400, 300, 3)).astype(np.uint8)
    large = small.repeat(2, axis=0).repeat(2, axis=1)
    window = window_around((100, 150, 40, 20), 300, 400)
    assert np.array_equal(crop(small, 1, window), crop(large, 2, window)[::2, ::2])
