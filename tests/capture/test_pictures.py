"""Pictures of pages with fixed things and inner scrollers, of large pages, and at other pixel ratios."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from capture_exploring import HERE, HOSTILE, lab
from heatreel.capture.options import CaptureOptions
from heatreel.capture.picture import MOST_PIXELS, pixels, shown_size
from heatreel.capture.resources import Resources
from heatreel.capture.snapshot import Taken, take_all
from heatreel.core.element import Outline
from heatreel.core.viewport import Viewport
from serving import served

pytestmark = pytest.mark.browser

VIEWPORT = Viewport.parse("desktop=1000x700")
TWICE = Viewport.parse("desktop=1000x700@2")


def _taken(page: Path, viewport: Viewport = VIEWPORT) -> Taken:
    """The snapshot of a page's default state."""

    async def take(url: str) -> Taken:
        options = CaptureOptions(states="none")
        async with lab() as one, one.explorer(url, viewport, options) as explorer:
            found = await explorer.run()
            [taken] = [item async for item in take_all(explorer, found.states, "key", Resources())]
            assert isinstance(taken, Taken)
            return taken

    with served(page.parent) as base:
        return asyncio.run(take(f"{base}/{page.name}"))


def _shown(taken: Taken, selector: str) -> list[float]:
    """The box of an element."""
    return next(list(one.box) for one in Outline.from_json(taken.outline).elements if one.selector == selector)


def _cut(picture: NDArray[np.uint8], box: list[float], ratio: int = 1) -> NDArray[np.uint8]:
    x, y, width, height = (round(value * ratio) for value in box)
    return picture[y : y + height, x : x + width]


@pytest.fixture(scope="module")
def shell() -> Taken:
    return _taken(HERE / "layers" / "shell.html", TWICE)


def test_what_lies_below_a_fixed_thing_has_a_picture(shell: Taken) -> None:
    page = pixels(shell.picture)
    [banner] = [part for part in shell.parts if part.record["kind"] == "fixed"]
    assert banner.record["selector"] == "#cookies"
    assert banner.record["box"] == _shown(shell, "#cookies")
    below = pixels(banner.picture)
    assert below.shape == _cut(page, banner.record["box"], 2).shape
    assert below.mean() > _cut(page, banner.record["box"], 2).mean() + 50, "the dark banner is not on it"


def test_an_inner_scroller_has_a_picture_of_all_it_holds(shell: Taken) -> None:
    page = pixels(shell.picture)
    elements = Outline.from_json(shell.outline).elements
    scrollers = [part for part in shell.parts if part.record["kind"] == "scroller"]
    assert [part.record["content"] for part in scrollers] == [[220, 1740], [1500, 2296]]
    for part in scrollers:
        record, picture = part.record, pixels(part.picture)
        width, height = record["content"]
        assert picture.shape == (2 * height, 2 * width, 3)
        assert "cut_at" not in record
        x, y, seen_w, seen_h = record["box"]
        # Its first window is what the page shows there, above the fixed banner.
        top = _cut(picture, [0, 0, seen_w, seen_h - 200], 2)
        assert np.array_equal(top, _cut(page, [x, y, seen_w, seen_h - 200], 2))
        assert record["scroll"] == [0, 0]
        assert elements[record["index"]].selector == record["selector"]
    deep = next(one for one in elements if one.text == "Deep")
    main = scrollers[1]
    x, y = deep.box[0] - main.record["box"][0], deep.box[1] - main.record["box"][1]
    button = _cut(pixels(main.picture), [x, y, deep.box[2], deep.box[3]], 2)
    assert button.min() < 60, "its words"
    assert np.median(button) > 230, "a button, grey on blue"


def test_what_sticks_in_a_scroller_is_seen_once(shell: Taken) -> None:
    main = pixels(shell.parts[-1].picture)
    heading = np.array([0xFF, 0xDD, 0x88], np.uint8)
    rows = (main[:, 2 * 700] == heading).all(axis=1)
    starts = np.flatnonzero(rows[1:] & ~rows[:-1])
    assert len(starts) == 3, "each of three headings at its own place"


def test_nothing_is_blown_up_or_seen_twice() -> None:
    taken = _taken(HERE / "layers" / "page.html")
    page = pixels(taken.picture)
    assert page.shape[:2] == (taken.size[1], taken.size[0])
    assert _shown(taken, "body > div:nth-of-type(1)")[3] == 700, "a hero of 100vh is one window high"
    header = (page[:, 500] == np.array([0x22, 0x44, 0x66], np.uint8)).all(axis=1)
    assert 40 < header.sum() < 80, "the sticky header once"
    assert [part.record["kind"] for part in taken.parts] == ["fixed", "fixed", "scroller"]
    row = taken.parts[-1].record
    assert row["content"][0] > 2400
    assert "cut_at" not in row


def test_a_picture_in_bands_has_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _taken(HERE / "layers" / "page.html")
    monkeypatch.setattr("heatreel.capture.picture.BAND_PIXELS", 700_000)
    banded = _taken(HERE / "layers" / "page.html")
    assert np.array_equal(pixels(whole.picture), pixels(banded.picture))
    assert len(banded.picture) < whole.size[0] * whole.size[1] * 3


@pytest.mark.slow
def test_a_very_tall_page_is_drawn_to_the_bound_of_its_picture() -> None:
    taken = _taken(HOSTILE / "tall.html", Viewport.parse("desktop=1440x900"))
    with Image.open(io.BytesIO(taken.picture)) as image:
        assert image.size == (1440, 50_000)
        column = np.asarray(image.crop((700, 0, 701, 50_000)).convert("RGB"))[:, 0]
    assert taken.state.settled is not None
    assert taken.state.settled["cut_at"] == 50_000
    # A gradient from red to blue over 200,000 px: no row is blank, none repeats an earlier part.
    expected = 255 * np.arange(50_000) / 200_000
    assert np.abs(column[:, 2] - expected).max() < 2


def test_the_bounds_of_a_picture() -> None:
    assert shown_size(1440, 5000, 3, 50_000) == (1440, 5000)
    assert shown_size(1440, 90_000, 1, 50_000) == (1440, 50_000)
    width, height = shown_size(1440, 50_000, 3, 50_000)
    assert width == 1440
    assert MOST_PIXELS - 1440 * 9 < width * height * 9 <= MOST_PIXELS
    assert shown_size(200_000, 300, 1, 50_000) == (16_384, 300)
