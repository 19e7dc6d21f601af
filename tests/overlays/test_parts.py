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
from heatreel.overlays.layers import LayerSpec
from heatreel.overlays.parts import cleared_picture, parts_of
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
    with_it, without = scene.draw(LayerSpec()), scene_without_fixed(scene).draw(LayerSpec())
    assert (with_it.sample.events, with_it.sample.covered) == (40, 20)
    assert (without.sample.events, without.sample.covered) == (20, 0)
    assert with_it.levels_at(530, 550, 800)[:, 150].max() == 0 < with_it.levels_at(530, 550, 800)[:, 500].max()
    assert without.levels_at(530, 550, 800)[:, 500].max() == 0 < without.levels_at(530, 550, 800)[:, 150].max()
    picture = make_picture(outline)
    with Workspace.open(folder) as workspace:
        cleared = cleared_picture(workspace, snapshot, picture)
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
        scene_without_fixed(Scene(plain, outline, make_hits(1)))


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
