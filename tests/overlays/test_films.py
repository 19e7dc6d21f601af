"""Films: heat building up, and sessions replayed on snapshots."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from heatreel.app.painting import Choice, find
from heatreel.app.playing import list_sessions, reel_of_session
from heatreel.core.errors import CannotRun, InputError
from heatreel.core.workspace import Workspace
from heatreel.overlays.film import Reel, film_form_of, fps_of, write_film
from heatreel.overlays.heat_film import heat_film
from heatreel.overlays.layers import LayerSpec
from heatreel.overlays.render import picture_of
from heatreel.overlays.scenes import scene_of
from heatreel.overlays.session_film import Beat, Set, session_film
from overlays_making import DESKTOP, PHONE, make_outline, make_picture, make_snapshot, make_workspace
from serving import served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "w"
    make_workspace(path, clicks=80)
    return path


def heat_reel(folder: Path, kind: str = "click", over: str = "session", seconds: float = 1, **choice: str) -> Reel:
    with Workspace.open(folder) as workspace:
        found = find(workspace, Choice(**choice))  # type: ignore[arg-type]
        scene = scene_of(workspace, found.evidence, found.snapshot)
        return heat_film(scene, picture_of(workspace, found.snapshot), LayerSpec(kind), over, seconds, 8)


def playing(beats: list[Beat], touch: bool = False, **given: float) -> Reel:
    snapshot = make_snapshot(400 if touch else 800, 1200, PHONE if touch else DESKTOP)
    outline = make_outline(snapshot.width, 1200)
    one = Set(snapshot, outline, lambda: make_picture(outline, snapshot.viewport.dpr))
    return session_film("s0", beats, [one], 600, 10, **given)


# Heat


@pytest.mark.parametrize("over", ["session", "calendar"])
def test_heat_only_grows_and_ends_with_all_of_it(folder: Path, over: str) -> None:
    reel = heat_reel(folder, over=over)
    page = reel.frame(0)[84:].astype(int)
    heat = [np.abs(reel.frame(number)[84:].astype(int) - page).sum() for number in range(reel.count)]
    assert heat[-1] > heat[reel.count // 3] > heat[1]
    assert (np.diff(heat) > -0.02 * heat[-1]).all()
    assert (reel.frame(reel.count - 1) == reel.frame(reel.count - 2)).all()


@pytest.mark.parametrize("kind", ["click", "confetti", "first"])
def test_any_heat_and_confetti_can_be_filmed(folder: Path, kind: str) -> None:
    reel = heat_reel(folder, kind, viewport="mobile")
    assert reel.frame(reel.count - 1).shape == (reel.height, reel.width, 3)
    assert reel.width % 2 == reel.height % 2 == 0


def test_what_cannot_be_filmed_is_said(folder: Path) -> None:
    with pytest.raises(InputError, match="a film of the kind 'element' cannot be made"):
        heat_reel(folder, "element")
    with pytest.raises(InputError, match="--over 'year': choose session or calendar"):
        heat_reel(folder, over="year")
    with pytest.raises(InputError, match="--seconds 0: a film has 1 to 600 seconds"):
        heat_reel(folder, seconds=0)
    with pytest.raises(InputError, match="no clicks on /help in this state"):
        heat_reel(folder, page="/help")


# Sessions


def test_pauses_are_cut_and_speed_is_kept() -> None:
    beats = [Beat(0, 1, "view", 0, 600), Beat(1000, 1, "click", 100, 60), Beat(90_000, 1, "click", 300, 60)]
    normal, fast = playing(beats), playing(beats, speed=2)
    assert normal.count / normal.fps == pytest.approx(0.8 + 1 + 2 + 1.5, abs=0.1)
    assert fast.count / fast.fps == pytest.approx(0.8 + 0.5 + 2 + 1.5, abs=0.1)


def test_a_click_rings_where_it_is_on_screen() -> None:
    reel = playing([Beat(0, 1, "view", 0, 600), Beat(500, 1, "scroll", 0, 1000), Beat(2000, 1, "tap", 205, 790)], True)
    scale = reel.width / 400
    ring = reel.frame(int(0.8 * 10 + 2.0 * 10) + 1)
    # Scrolled by 400 px; on its spot is the middle of the ring.
    x, y = round(205 * scale), round(390 * scale)
    assert (np.abs(ring[y, x].astype(int) - (120, 190, 255)) < 12).all()


def test_the_page_scrolls_and_the_pointer_moves() -> None:
    reel = playing([Beat(0, 1, "view", 0, 600), Beat(100, 1, "move", 90, 500), Beat(900, 1, "move", 700, 80),
                    Beat(2500, 1, "scroll", 0, 1200)])  # fmt: skip
    first, last = reel.frame(9), reel.frame(reel.count - 1)
    outline = make_outline(800, 1200)
    page = make_picture(outline)
    assert (reel.frame(0)[:560, ::7] == page[:560, ::7]).mean() > 0.99
    assert (last[100:560, :600:7] == page[700:1160, :600:7]).mean() > 0.99
    arrow = np.argwhere((first[:600].astype(int) != page[:600]).any(axis=2))
    assert arrow[:, 0].min() == pytest.approx(500, abs=90)


def test_fixed_things_stay_while_the_page_scrolls() -> None:
    from dataclasses import replace

    outline = make_outline(800, 1200)
    bar = replace(outline.elements[1], index=21, position="fixed", box=(0.0, 0.0, 800.0, 50.0))
    outline = replace(outline, elements=(*outline.elements, bar))
    picture = make_picture(outline)
    picture[:50] = (200, 30, 30)
    one = Set(make_snapshot(), outline, lambda: picture)
    reel = session_film("s", [Beat(0, 1, "view", 0, 600), Beat(100, 1, "scroll", 0, 1200)], [one], 600, 10)
    assert (reel.frame(reel.count - 1)[:49] == (200, 30, 30)).all()


def test_sessions_are_listed_and_found_by_how_they_begin(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        capture = workspace.capture()
        found = list_sessions(workspace, capture)
        assert len(found) == 20
        assert sum(one.clicks for one in found) == 4 * 80
        assert all(one.pages == 1 for one in found)
        rage = list_sessions(workspace, capture, ("signal=rage",))
        assert 0 < sum(one.clicks for one in rage) < 4 * 80
        assert reel_of_session(workspace, capture, "s17", 8, 1).count > 8
        with pytest.raises(InputError, match="no session 's99'; `heatreel sessions` lists the 20 there are"):
            reel_of_session(workspace, capture, "s99", 8, 1)
        with pytest.raises(InputError, match="session 's' begins several: s0, s1"):
            reel_of_session(workspace, capture, "s", 8, 1)


def test_a_session_without_a_place_has_no_film() -> None:
    with pytest.raises(InputError, match="session s0: nothing of it was placed"):
        playing([])
    with pytest.raises(InputError, match=r"--speed 0: choose 0\.1 to 50"):
        playing([Beat(0, 1, "view", 0, 600)], speed=0)


# Files


def test_the_same_film_has_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for ending in ("mp4", "webp"):
        once, again = tmp_path / f"1.{ending}", tmp_path / f"2.{ending}"
        for path in (once, again):
            write_film(heat_reel(folder, viewport="mobile"), path)
        assert once.read_bytes() == again.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.mp4", "1.webp", "2.mp4", "2.webp"]


def test_frames_of_a_webp_are_those_of_the_reel(folder: Path, tmp_path: Path) -> None:
    reel = playing([Beat(0, 1, "view", 0, 600), Beat(500, 1, "click", 100, 60)])
    write_film(reel, tmp_path / "film.webp")
    with Image.open(tmp_path / "film.webp") as image:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
    # Pillow joins frames that are equal.
    assert 3 < len(frames) <= reel.count
    assert np.abs(frames[-1].astype(int) - reel.frame(reel.count - 1)).mean() < 6


def test_names_and_lengths_that_cannot_be_are_said(tmp_path: Path) -> None:
    assert film_form_of(Path("a.MP4")) == "mp4"
    assert fps_of("mp4") > fps_of("webp")
    with pytest.raises(InputError, match=r"film\.gif: the name of a film must end in \.mp4 or \.webp"):
        film_form_of(Path("film.gif"))
    long = Reel(1000, 1000, 8, 1000, lambda _number: np.zeros((1000, 1000, 3), np.uint8))
    with pytest.raises(InputError, match=r"too long for a WebP; write an \.mp4"):
        write_film(long, tmp_path / "long.webp")
    (tmp_path / "file").write_text("")
    short = Reel(10, 10, 8, 2, lambda _number: np.zeros((10, 10, 3), np.uint8))
    with pytest.raises(CannotRun, match="the film cannot be written"):
        write_film(short, tmp_path / "file" / "x.webp")


@pytest.mark.browser
def test_an_mp4_plays_in_a_browser(tmp_path: Path) -> None:
    from heatreel.capture.browser import launch

    reel = playing([Beat(0, 1, "view", 0, 600), Beat(500, 1, "click", 100, 60)])
    write_film(reel, tmp_path / "film.mp4")
    (tmp_path / "index.html").write_text('<video id="v" src="film.mp4" muted></video>')

    async def play() -> list[float]:
        async with launch() as browser:
            page = await browser.new_page()
            with served(tmp_path) as base:
                await page.goto(f"{base}/index.html")
                return await page.evaluate(  # type: ignore[no-any-return]
                    """async () => {
                      const video = document.getElementById("v");
                      await video.play();
                      await new Promise((done) => video.addEventListener("ended", done, { once: true }));
                      return [video.videoWidth, video.videoHeight, video.duration, video.error ? 1 : 0];
                    }"""
                )

    width, height, seconds, error = asyncio.run(play())
    assert (width, height, error) == (reel.width, reel.height, 0)
    assert seconds == pytest.approx(reel.count / reel.fps, abs=0.15)
