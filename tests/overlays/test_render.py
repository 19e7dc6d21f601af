"""`render`: from a workspace to files."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from heatreel.app.evidence import evidence_of
from heatreel.core.errors import InputError, WorkspaceError
from heatreel.core.workspace import Workspace
from heatreel.overlays.colour import SUGGESTED
from heatreel.overlays.kinds import KINDS
from heatreel.overlays.layers import LayerSpec
from heatreel.overlays.render import Look, form_of, render, save
from overlays_making import PHONE, make_workspace


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workspace") / "w"
    make_workspace(path)
    return path


def files(folder: Path, *names: str, where: tuple[str, ...] = (), **options: object) -> list[bytes]:
    with Workspace.open(folder) as workspace:
        capture = workspace.capture()
        evidence = evidence_of(workspace, capture, where)
        return render(workspace, capture, *names, evidence=evidence, **options)  # type: ignore[arg-type]


def pixels(data: bytes) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(Image.open(io.BytesIO(data), formats=["PNG", "WEBP"]).convert("RGB"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("viewport", ["desktop", "mobile"])
def test_every_kind_at_every_viewport(folder: Path, kind: str, viewport: str) -> None:
    (data,) = files(folder, "/shop", viewport, spec=LayerSpec(kind), look=Look(date="1 Feb 2026"))
    picture = pixels(data)
    scale = PHONE.dpr if viewport == "mobile" else 1
    image = Image.open(io.BytesIO(data))
    image.load()
    legend = int(image.info["heatreel:legend_px"])
    assert picture.shape[1] == (780 if viewport == "mobile" else 800)
    assert picture.shape[0] == 1200 * scale + legend
    assert image.info["heatreel:kind"] == kind
    assert "events placed" in image.info["heatreel:ledger"]
    assert data == files(folder, "/shop", viewport, spec=LayerSpec(kind), look=Look(date="1 Feb 2026"))[0]


def test_states_by_id_or_label_and_pages_by_url(folder: Path) -> None:
    by_id = files(folder, "/shop", "desktop", "tab-reviews-1a2b")
    assert by_id == files(folder, "http://127.0.0.1/shop", "Desktop", "tab: reviews")
    assert by_id != files(folder, "/shop", "desktop")


def test_what_is_left_out_is_the_first_there_is(folder: Path) -> None:
    assert files(folder) == files(folder, "/shop", "desktop", "default")


def test_a_segment_is_painted_and_told(folder: Path) -> None:
    every = Image.open(io.BytesIO(files(folder, look=Look(legend=False))[0]))
    (data,) = files(folder, where=("signal=rage",), look=Look(legend=False))
    rage = Image.open(io.BytesIO(data))
    every.load()
    rage.load()
    assert "signal=rage" in rage.info["heatreel:place"]
    count = int(rage.info["heatreel:sample"].split()[0])
    assert 0 < count < int(every.info["heatreel:sample"].split()[0])


def test_an_empty_segment_says_that_it_is_empty(folder: Path) -> None:
    (data,) = files(folder, where=("width<0",))
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.info["heatreel:sample"] == "No clicks here: this layer is empty"


def test_webp_without_and_with_legend(folder: Path) -> None:
    (plain,) = files(folder, form="webp", look=Look(legend=False))
    (told,) = files(folder, form="webp", look=Look(dark=True))
    assert pixels(plain).shape == (1200, 800, 3)
    assert pixels(told).shape[0] > 1200
    assert pixels(told)[0, 0].max() < 60


def test_the_overlay_alone_is_transparent(folder: Path) -> None:
    (data,) = files(folder, "/shop", "mobile", look=Look(page=False))
    image = Image.open(io.BytesIO(data))
    assert image.mode == "P"
    assert image.size == (780, 2400)
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert alpha.min() == 0
    assert alpha.max() > 150


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (("/sho",), {}, r"no page called '/sho'; there are: /shop, /help"),
        (("/shop", "watch"), {}, r"no viewport of /shop called 'watch'; there are: desktop, mobile"),
        (("/shop", "desktop", "tab"), {}, r"no state of /shop called 'tab'; there are: default, tab-reviews-1a2b"),
        (("/shop", "desktop", "", "b"), {}, r"no variant of /shop called 'b'"),
        ((), {"form": "gif"}, r"form 'gif': choose png or webp"),
        ((), {"where": ("colour=red",)}, r"no key 'colour'; there are: "),
        ((), {"where": ("red",)}, r"write KEY=VALUE"),
    ],
)
def test_unknown_names_list_what_there_is(
    folder: Path, names: tuple[str, ...], options: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        files(folder, *names, **options)  # type: ignore[arg-type]


def test_unknown_colours_list_what_there_is(folder: Path) -> None:
    with pytest.raises(InputError, match=", ".join(SUGGESTED)):
        files(folder, spec=LayerSpec(colours="no-such-map"))


@pytest.mark.parametrize("cut", [0, 100])
def test_a_damaged_picture_is_named(folder: Path, tmp_path: Path, cut: int) -> None:
    broken = tmp_path / "w"
    shutil.copytree(folder, broken)
    with Workspace.open(broken) as workspace:
        (blob,) = {one.picture for one in workspace.snapshots(workspace.capture()) if one.viewport.name == "desktop"}
        path = workspace.blobs.path(blob)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(WorkspaceError, match="capture again"):
        files(broken)


def test_files_are_named_and_numbered(tmp_path: Path) -> None:
    assert save([b"a"], tmp_path / "x.png") == [tmp_path / "x.png"]
    names = save([b"a", b"b"], tmp_path / "x.webp")
    assert [path.name for path in names] == ["x-1.webp", "x-2.webp"]
    assert [path.read_bytes() for path in names] == [b"a", b"b"]
    assert form_of(Path("a.PNG")) == "png"
    with pytest.raises(InputError, match=r"must end in \.png or \.webp"):
        form_of(Path("a.jpeg"))
