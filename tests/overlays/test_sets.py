"""`heatreel render` beyond one picture: sets on one scale, contact sheets, crops, differences."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from heatreel.app.painting import Choice, find, sides_of
from heatreel.app.rendering import Wanted, paint
from heatreel.core.errors import InputError
from heatreel.core.hits import Ledger
from heatreel.core.state import State
from heatreel.core.workspace import Workspace
from heatreel.overlays.encode import png
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.layers import LayerSpec
from heatreel.overlays.render import Look
from overlays_making import (
    DESKTOP,
    PHONE,
    make_outline,
    make_picture,
    make_workspace,
    outline_json,
    random_hits,
    session_row,
)

DEFAULT_STATE = State("default", "Default", "default")
TAB = "tab-reviews-1a2b"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "w"
    make_workspace(path)
    return path


def painted(
    folder: Path, choice: Choice = Choice(), kind: str = "click", form: str = "png", **asked: object
) -> dict[str, list[bytes]]:
    look = asked.pop("look", Look())
    wanted = Wanted(choice, LayerSpec(kind), look, form, **asked)  # type: ignore[arg-type]
    with Workspace.open(folder) as workspace:
        return dict(paint(workspace, wanted))


def notes(data: bytes) -> dict[str, str]:
    image = Image.open(io.BytesIO(data))
    image.load()
    return {str(key): str(value) for key, value in image.info.items()}


def size(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


def scale_of(data: bytes) -> str:
    return " ".join(notes(data)["heatreel:scale"].split()[:3])


@pytest.mark.parametrize(("each", "names"), [("viewport", ["desktop", "mobile"]), ("state", ["default", TAB])])
def test_a_set_has_one_scale(folder: Path, each: str, names: list[str]) -> None:
    files = painted(folder, each=each)
    assert list(files) == names
    scales = {scale_of(data) for (data,) in files.values()}
    assert len(scales) == 1
    unit = notes(files[names[0]][0])["heatreel:scale"].split("unit=")[1]
    assert unit == ("per_1000_visits" if each == "viewport" else "events")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_on_a_contact_sheet(folder: Path, kind: str) -> None:
    ((data,),) = painted(folder, kind=kind, sheet=True, look=Look(dark=kind == "move")).values()
    width, height = size(data)
    assert width == 2 * 384 + 24
    assert height > 500
    assert [[data]] == list(painted(folder, kind=kind, sheet=True, look=Look(dark=kind == "move")).values())


def test_a_crop_is_the_element_with_what_is_around_it(folder: Path) -> None:
    ((data,),) = painted(folder, Choice(viewport="mobile"), crop="#b3").values()
    # Second row of buttons at 150 px, 60 px high; 48 px around; cut at the page's edge.
    assert size(data) == (round((390 / 2 - 40 + 2 * 20 + 28) * PHONE.dpr), round((60 + 96) * PHONE.dpr))
    with pytest.raises(InputError, match=r"--crop '#none': no such element is shown here; clicked most: "):
        painted(folder, crop="#none")


@pytest.mark.parametrize("against", ["viewport=mobile", f"state={TAB}", "session~s1*"])
def test_differences_of_viewports_states_and_segments(folder: Path, against: str) -> None:
    ((data,),) = painted(folder, against=(against,)).values()
    told = notes(data)
    assert told["Title"] == "Change in clicks on /shop"
    assert "→" in told["heatreel:sample"]


def test_captures_are_compared_by_elements_that_match(tmp_path: Path) -> None:
    """On the new build all ids differ, and the buttons are in one column instead of two."""
    make_workspace(tmp_path, clicks=1200)
    old, new = make_outline(800, 1200), make_outline(800, 2400, columns=1)
    renamed = tuple(
        replace(one, id=f"x{one.index}", selector=f"#x{one.index}" if one.index else "body") for one in new.elements
    )
    new = replace(new, elements=renamed)
    with Workspace.writing(tmp_path) as workspace:
        capture = workspace.begin_capture("after", workspace.site(), "browser", "system", {})
        page = workspace.add_page(capture, "/shop", "http://127.0.0.1/shop", "Shop")
        picture = png(make_picture(new))
        workspace.add_snapshot(page, DESKTOP, "", DEFAULT_STATE, (800, 2400), picture, "{}", outline_json(new))
        workspace.finish_capture(capture)
        (snapshot,) = workspace.snapshots(capture)
        hits = random_hits(200, 800, 2400, 3)
        rows = [session_row(number) for number in range(50)]
        blob = workspace.blobs.put(gzip.compress(json.dumps(rows).encode(), mtime=0))
        workspace.save_replay(capture, Ledger(200, 200, {}, {}), {"sessions_blob": blob}, {snapshot.id: hits})
    with Workspace.open(tmp_path) as workspace:
        choice = Choice(page="/shop")
        _, scene, (before, after) = sides_of(workspace, choice.against(["label=before"]), choice)
    assert (before.name, after.name) == ("before", "after")
    assert len(scene.outline.elements) == len(old.elements)
    # The button that the old hits were on has the same name and number, and another selector and place.
    assert before.lost == 0
    assert len(before.hits) > 300
    with Workspace.open(tmp_path) as workspace:
        old_hits = find(workspace, Choice("before", "/shop")).evidence
        recorded = old_hits.hits(workspace.snapshots(workspace.capture("before"))[0])
    on_buttons = [np.bincount(hits.element[hits.element > 0], minlength=8)[:8] for hits in (recorded, before.hits)]
    assert (on_buttons[0] == on_buttons[1]).all()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"each": "colour"}, "--each 'colour': choose state, viewport, variant, label, page"),
        ({"each": "state", "crop": "#b1"}, "--each and --crop do not go together"),
        ({"against": ("viewport",)}, r"write KEY=VALUE"),
        ({"against": ("viewport=desktop",)}, "--against: both sides are the same"),
        ({"against": ("label=after",)}, "no capture 'after'; there are: before"),
        ({"against": ("width<0",)}, "width<0: has no visits, so there is nothing to compare"),
        ({"by": "colour", "kind": "confetti"}, "--by 'colour': no such key"),
        ({"scroller": "#b1"}, "--scroller '#b1': no such scroller was kept of this state; there are: none"),
        ({"fixed": False}, "nothing fixed on it has a picture of what is below"),
        ({"fade": {"": 0.5}}, "nothing fixed on it has a picture of what is below"),
        ({"fade": {"": 0.5}, "crop": "#b1"}, "--crop and --fade do not go together"),
        ({"crop": "#b1", "look": Look(page=False)}, "--alone paints no page: nothing to crop"),
    ],
)
def test_what_does_not_go_is_one_line(folder: Path, asked: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        painted(folder, **asked)  # type: ignore[arg-type]


def test_the_layer_alone(folder: Path) -> None:
    ((data,),) = painted(folder, look=Look(page=False)).values()
    assert size(data) == (800, 1200)
    image = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
    assert image[..., 3].min() == 0
    ((change,),) = painted(folder, look=Look(page=False), against=("viewport=mobile",)).values()
    assert size(change) == (800, 1200)
    assert np.asarray(Image.open(io.BytesIO(change)).convert("RGBA"))[..., 3].min() == 0
    with pytest.raises(InputError, match="the element layer is drawn on its page"):
        painted(folder, kind="element", look=Look(page=False))


def test_sampled_hits_count_for_what_they_stand_for(tmp_path: Path) -> None:
    from heatreel.overlays.layers import draw_layer
    from heatreel.overlays.wording import words_for
    from overlays_making import make_hits, make_outline, make_snapshot

    outline, snapshot = make_outline(800, 1200), make_snapshot()
    one = make_hits(50, x=[300] * 50, y=[300] * 50)
    four = make_hits(50, x=[300] * 50, y=[300] * 50, weight=[4.0] * 50)
    layers = [draw_layer(snapshot, outline, hits, LayerSpec()) for hits in (one, four)]
    assert [layer.sample.events for layer in layers] == [50, 200]
    assert layers[1].scale.top == pytest.approx(4 * layers[0].scale.top, rel=1e-3)
    assert "Sampled: 50 recorded clicks stand for 200" in words_for(layers[1], snapshot).notes
    assert layers[1].small_sample


def test_errors_are_told_by_their_signatures() -> None:
    from heatreel.overlays.context import Context
    from heatreel.overlays.layers import draw_layer
    from heatreel.overlays.wording import words_for
    from overlays_making import make_hits, make_outline, make_snapshot, signal_bits

    hits = make_hits(
        6, x=[100] * 6, y=[100] * 6, signals=[signal_bits("error")] * 5 + [0], signature=[1, 1, 1, 0, -1, 1]
    )
    texts = ("TypeError: a is undefined", "RangeError: too deep")
    layer = draw_layer(
        make_snapshot(), make_outline(800, 1200), hits, LayerSpec("error"), context=Context(signatures=texts)
    )
    assert layer.signatures == ((texts[1], 3), (texts[0], 1))
    assert words_for(layer, make_snapshot()).details == (f"{texts[1]} · 3", f"{texts[0]} · 1")


def test_dwell_of_hovers_weighs_by_time() -> None:
    from heatreel.overlays.layers import draw_layer
    from overlays_making import make_hits, make_outline, make_snapshot, type_of

    hits = make_hits(2, x=[200, 600], y=[300, 300], type=type_of("hover"), ms=[9000.0, 1000.0])
    layer = draw_layer(make_snapshot(), make_outline(800, 1200), hits, LayerSpec("hover", tone="linear"))
    levels = layer.levels_at(0, 1200, 800)
    assert layer.sample.seconds == pytest.approx(10)
    assert levels[300, 200] == pytest.approx(255, abs=3)
    assert levels[300, 600] == pytest.approx(255 / 9, abs=4)
