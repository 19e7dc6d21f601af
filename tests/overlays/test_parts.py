"""Pages without what is fixed above them, and inner scrollers with all of their content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.state import Snapshot
from heatreel.core.workspace import Workspace
from heatreel.overlays.encode import png
from heatreel.overlays.fading import faded_parts, fades_of, paint_faded
from heatreel.overlays.layers import LayerSpec
from heatreel.overlays.parts import cleared_picture, fixed_indices, parts_of
from heatreel.overlays.scenes import Scene, scene_in_scroller, scene_without_fixed
from overlays_making import make_hits, make_outline, make_picture, make_snapshot, make_workspace

BANNER, LIST = "#banner", "#list"


@pytest.fixture
def page(tmp_path: Path) -> tuple[Path, Snapshot, Outline]:
    """A banner over the foot of the window, and a list of 100 px that holds 300 px, scrolled by 40."""
    make_workspace(tmp_path, clicks=8)
    outline = make_outline(800, 1200)
    first = outline.elements[1]
    banner = replace(first, index=21, selector=BANNER, position="fixed", box=(0.0, 500.0, 800.0, 100.0), order=99)
    box = replace(first, index=22, selector=LIST, parent=0, box=(50.0, 700.0, 200.0, 100.0))
    rows = [
        replace(first, index=23 + row, parent=22, selector=f"#row{row}", scroller=22,
                box=(50.0, 660.0 + 60 * row, 200.0, 50.0))
        for row in range(5)
    ]  # fmt: skip
    outline = replace(outline, elements=(*outline.elements, banner, box, *rows))
    with Workspace.writing(tmp_path) as workspace:
        below = workspace.blobs.put(png(np.full((100, 800, 3), 77, np.uint8)))
        content = workspace.blobs.put(png(np.full((300, 200, 3), 200, np.uint8)))
    parts = [
        {"kind": "fixed", "selector": BANNER, "index": 21, "box": [0, 500, 800, 100], "picture": below},
        {"kind": "scroller", "selector": LIST, "index": 22, "box": [50, 700, 200, 100], "picture": content,
         "scroll": [0, 40], "content": [200, 300]},
    ]  # fmt: skip
    snapshot = make_snapshot()
    snapshot = replace(snapshot, state=replace(snapshot.state, settled={"parts": parts}))
    return tmp_path, snapshot, outline


def test_what_is_below_a_banner_is_painted_without_it(page: tuple[Path, Snapshot, Outline]) -> None:
    folder, snapshot, outline = page
    # Button 9 is at 510 to 570 px: below the banner.
    hits = make_hits(40, x=[150] * 20 + [500] * 20, y=[540] * 40, element=[9] * 20 + [21] * 20)
    scene = Scene(snapshot, outline, hits)
    with_it, without = scene.draw(LayerSpec()), scene_without_fixed(scene, fixed_indices(snapshot)).draw(LayerSpec())
    assert (with_it.sample.events, with_it.sample.covered) == (40, 20)
    assert (without.sample.events, without.sample.covered) == (20, 0)
    assert with_it.levels_at(530, 550, 800)[:, 150].max() == 0 < with_it.levels_at(530, 550, 800)[:, 500].max()
    assert without.levels_at(530, 550, 800)[:, 500].max() == 0 < without.levels_at(530, 550, 800)[:, 150].max()
    picture = make_picture(outline)
    with Workspace.open(folder) as workspace:
        cleared = cleared_picture(workspace, snapshot, picture, fixed_indices(snapshot))
    assert (cleared[500:600] == 77).all()
    assert (cleared[:500] == picture[:500]).all()
    assert (cleared[600:] == picture[600:]).all()


def test_an_inner_scroller_is_a_page_of_its_own(page: tuple[Path, Snapshot, Outline]) -> None:
    _, snapshot, outline = page
    # Row 4 is at 900 to 950 px of the page, far below the window of its list; in the content at 240 to 290.
    hits = make_hits(30, x=[100] * 30, y=[910] * 20 + [200] * 10, element=[27] * 20 + [3] * 10)
    scene = Scene(snapshot, outline, hits)
    assert scene.draw(LayerSpec()).sample.covered == 20
    inner = scene_in_scroller(scene, LIST)
    assert (inner.snapshot.width, inner.snapshot.height) == (200, 300)
    layer = inner.draw(LayerSpec())
    assert (layer.sample.events, layer.sample.covered, layer.sample.cut) == (20, 0, 0)
    y, x = np.unravel_index(layer.levels_at(0, 300, 200).argmax(), (300, 200))
    assert abs(int(y) - 250) <= 3
    assert abs(int(x) - 50) <= 3
    assert inner.outline.elements[27].box == (0.0, 240.0, 200.0, 50.0)


def test_what_was_not_kept_is_said(page: tuple[Path, Snapshot, Outline]) -> None:
    _, snapshot, outline = page
    with pytest.raises(InputError, match=r"--scroller '#lis': no such scroller .* there are: #list"):
        scene_in_scroller(Scene(snapshot, outline, make_hits(1)), "#lis")
    plain = replace(snapshot, state=replace(snapshot.state, settled=None))
    assert parts_of(plain.state, "fixed") == ()
    with pytest.raises(InputError, match="nothing fixed on it has a picture of what is below; capture again"):
        fixed_indices(plain)


def test_heat_of_a_sticky_bar_stays_on_it_and_that_of_the_page_off_it() -> None:
    outline = make_outline(800, 1200)
    bar = replace(outline.elements[1], index=21, position="sticky", box=(0.0, 100.0, 800.0, 40.0), order=50)
    menu = replace(bar, index=22, parent=21, position="", box=(300.0, 140.0, 200.0, 200.0), order=51)
    outline = replace(outline, elements=(*outline.elements, bar, menu))
    hits = make_hits(60, x=[100] * 20 + [600] * 20 + [400] * 20, y=[130] * 20 + [150] * 20 + [230] * 20,
                     element=[21] * 20 + [2] * 20 + [22] * 20)  # fmt: skip
    layer = Scene(make_snapshot(), outline, hits).draw(LayerSpec())
    levels = layer.levels_at(0, 1200, 800)
    assert layer.sample.events == 60
    assert layer.sample.covered == 0
    assert levels[100:140, 60:140].max() > 100
    assert levels[141:180, 60:140].max() == 0
    assert levels[141:180, 560:640].max() > 100
    assert levels[100:140, 560:640].max() == 0
    # A menu that hangs out of the bar is not cut off at its edge.
    assert levels[200:260, 360:440].max() > 100


@pytest.mark.parametrize("kind", ["click", "confetti", "element"])
def test_a_faded_banner_lets_what_is_below_through_with_its_heat(
    page: tuple[Path, Snapshot, Outline], kind: str
) -> None:
    folder, snapshot, outline = page
    hits = make_hits(60, x=[150] * 40 + [500] * 20, y=[540] * 20 + [1000] * 20 + [540] * 20,
                     element=[9] * 20 + [1] * 20 + [21] * 20)  # fmt: skip
    scene, spec = Scene(snapshot, outline, hits), LayerSpec(kind)
    with Workspace.open(folder) as workspace:
        shown = {
            share: paint_faded(workspace, scene, spec, {BANNER: share}, make_picture(outline))
            for share in (0.0, 0.4, 0.9999)
        }
    gone, half, there = (shown[share].picture.astype(np.int16) for share in (0.0, 0.4, 0.9999))
    assert np.abs(half[500:600] - (0.4 * there + 0.6 * gone)[500:600]).max() <= 1
    # Away from the banner it is the page with what was done below it, at any opacity.
    assert (half[700:] == gone[700:]).all()
    if kind != "element":
        assert np.ptp(gone[540, 100:200], axis=0).max() > 20
        assert np.ptp(there[540, 450:550], axis=0).max() > 20
        assert np.ptp(gone[540, 450:550], axis=0).max() == 0
        sample = shown[0.4].layer.sample
        assert (sample.events, sample.covered) == (60, 0)
    assert shown[0.4].words == (f"{BANNER} at 40 %",)


def test_each_fixed_thing_has_an_opacity_of_its_own(page: tuple[Path, Snapshot, Outline]) -> None:
    _, snapshot, _ = page
    assert fades_of(["0.3", '[data-x="1"]=0.5']) == {"": 0.3, '[data-x="1"]': 0.5}
    assert list(faded_parts(snapshot, {"": 0.3}).values()) == [0.3]
    assert list(faded_parts(snapshot, {"": 0.3, BANNER: 0.8}).values()) == [0.8]
    assert faded_parts(snapshot, {BANNER: 1.0}) == {}
    for text in ("1.5", "x", "#banner=", "#banner=nan"):
        with pytest.raises(InputError, match="--fade"):
            fades_of([text])
    with pytest.raises(InputError, match=r"--fade '#x': no such fixed thing .* there are: #banner"):
        faded_parts(snapshot, {"#x": 0.5})
