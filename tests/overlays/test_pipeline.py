"""Laws of the pipeline counts -> density -> tone -> colour -> composite -> encode."""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import spearmanr

from heatreel.core.errors import InputError, WorkspaceError
from heatreel.overlays import deflate, encode
from heatreel.overlays.colour import FIRST_LEVEL, SUGGESTED, palette
from heatreel.overlays.composite import blend
from heatreel.overlays.counts import SHARE_BELOW, Counts, aggregate, cell_for, merge
from heatreel.overlays.density import density, spot_cells
from heatreel.overlays.enlarge import enlarge
from heatreel.overlays.picture import decode_png, size_of_png
from heatreel.overlays.tone import Scale, fit, levels

WIDTH, HEIGHT = 720, 1500
SIGMA = 15.0


def clusters(count: int, seed: int = 3) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Integer px in 120 Zipf-weighted tight clusters, and 15 % background that thins out with depth."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, 121)
    near = rng.choice(120, round(count * 0.85), p=weights / weights.sum())
    far = count - len(near)
    x = rng.uniform(60, WIDTH - 60, 120)[near] + rng.uniform(3, 40, 120)[near] * rng.standard_normal(len(near))
    y = rng.uniform(30, HEIGHT - 30, 120)[near] + rng.uniform(3, 14, 120)[near] * rng.standard_normal(len(near))
    x = np.concatenate([x, rng.uniform(0, WIDTH, far)])
    y = np.concatenate([y, np.minimum(rng.exponential(500, far), HEIGHT - 1)])
    return np.floor(np.clip(x, 0, WIDTH - 1)).astype("f4"), np.floor(np.clip(y, 0, HEIGHT - 1)).astype("f4")


def counted(x: NDArray[np.float32], y: NDArray[np.float32], cell: int = 4) -> Counts:
    return aggregate(x, y, WIDTH, HEIGHT, cell, shared=len(x) < SHARE_BELOW)


# Counts


@given(
    points=arrays.arrays(np.float32, st.tuples(st.integers(0, 60), st.just(2)), elements=st.floats(-50, 250, width=32)),
    cut=st.integers(0, 60),
    cell=st.sampled_from([1, 2, 4, 8, 16]),
    shared=st.booleans(),
)  # fmt: skip
@settings(deadline=None)
def test_shards_merge_to_the_whole_and_every_event_is_counted(
    points: NDArray[np.float32], cut: int, cell: int, shared: bool
) -> None:
    x, y = points[:, 0], points[:, 1]
    whole = aggregate(x, y, 200, 130, cell, shared)
    shards = [aggregate(x[part], y[part], 200, 130, cell, shared) for part in (slice(cut), slice(cut, None))]
    joined = merge(*shards)
    assert (whole.cells == joined.cells).all()
    assert whole.cut == joined.cut
    assert whole.total + whole.cut == len(points)
    inside = (x >= 0) & (x < 200) & (y >= 0) & (y < 130)
    assert whole.total == inside.sum()


def test_points_off_the_page_never_wrap_into_another_row() -> None:
    for shared in (False, True):
        counts = aggregate([-1, 200, np.nan, 10, 10], [50, 50, 50, -1, 130], 200, 130, 4, shared)
        assert counts.total == 0
        assert counts.cut == 5


def test_a_shared_event_keeps_its_middle() -> None:
    for x in range(16, 48):
        counts = aggregate([x], [21], 64, 40, 8, shared=True)
        columns, rows = (counts.cells.sum(axis=axis) / counts.grains for axis in (0, 1))
        assert (columns * (np.arange(8) * 8 + 4)).sum() == x + 0.5
        assert (rows * (np.arange(5) * 8 + 4)).sum() == 21.5


def test_counts_do_not_depend_on_chunks() -> None:
    x, y = clusters(600_000)
    reference = np.histogram2d(y, x, bins=(HEIGHT // 4, WIDTH // 4), range=((0, HEIGHT), (0, WIDTH)))[0]
    counts = counted(x, y)
    assert (counts.cells == reference * counts.grains).all()


def test_counts_of_different_grids_do_not_merge() -> None:
    with pytest.raises(ValueError, match="different grids"):
        merge(aggregate([], [], 10, 10, 1), aggregate([], [], 10, 10, 2))


@pytest.mark.parametrize(("sigma", "cell"), [(1, 1), (6.9, 1), (7, 2), (15, 4), (28, 8), (40, 8), (10_000, 64)])
def test_cell_rule(sigma: float, cell: int) -> None:
    assert cell_for(sigma) == cell


@pytest.mark.parametrize("sigma", [0, -1, float("nan")])
def test_radius_that_is_none(sigma: float) -> None:
    with pytest.raises(InputError, match="more than zero"):
        cell_for(sigma)
    with pytest.raises(InputError, match="more than zero"):
        density(aggregate([1], [1], 10, 10, 1), sigma)


# Density


@given(st.integers(0, 400), st.sampled_from([3.0, 8.0, 15.0, 33.0, 120.0]), st.booleans())
@settings(max_examples=30, deadline=None)
def test_mass_is_conserved(count: int, sigma: float, shared: bool) -> None:
    rng = np.random.default_rng(count)
    cell = cell_for(sigma)
    counts = aggregate(rng.uniform(0, 333, count), rng.uniform(0, 250, count), 333, 250, cell, shared)
    heat = density(counts, sigma).astype(np.float64)
    assert heat.sum() == pytest.approx(counts.total * spot_cells(sigma, cell), rel=1e-4)


def test_one_event_peaks_at_one_at_any_radius() -> None:
    for sigma in (4.0, 9.0, 15.0, 40.0):
        cell = cell_for(sigma)
        heat = density(aggregate([301], [702], WIDTH, HEIGHT, cell, shared=True), sigma)
        grown = enlarge_float(heat, cell)
        assert grown.max() == pytest.approx(1, abs=0.01)
        y, x = np.unravel_index(grown.argmax(), grown.shape)
        assert max(abs(int(y) - 702), abs(int(x) - 301)) <= 2


def test_a_shift_of_the_events_shifts_the_picture() -> None:
    x, y = clusters(5000)
    middle = (x > 150) & (x < 550) & (y > 150) & (y < 1200)
    x, y = x[middle], y[middle]
    here = density(counted(x, y), SIGMA)
    there = density(counted(x + 40, y + 120), SIGMA)
    assert np.allclose(there[30:, 10:], here[:-30, :-10], atol=1e-3)
    scale = fit([here])
    assert (levels(there, scale)[30:, 10:] == levels(here, scale)[:-30, :-10]).all()


def test_a_segment_and_its_complement_add_up() -> None:
    x, y = clusters(20_000)
    chosen = np.random.default_rng(1).random(len(x)) < 0.3
    whole = density(counted(x, y), SIGMA)
    parts = density(counted(x[chosen], y[chosen]), SIGMA) + density(counted(x[~chosen], y[~chosen]), SIGMA)
    assert np.allclose(parts, whole, rtol=1e-4, atol=1e-3)


def enlarge_float(heat: NDArray[np.float32], cell: int) -> NDArray[np.float32]:
    return cv2.resize(heat, None, fx=cell, fy=cell, interpolation=cv2.INTER_LINEAR)


def exact(x: NDArray[np.float32], y: NDArray[np.float32], sigma: float) -> NDArray[np.float64]:
    """Kernel density at full resolution, in double precision, not truncated where it matters."""
    counts = np.histogram2d(y, x, bins=(HEIGHT, WIDTH), range=((0, HEIGHT), (0, WIDTH)))[0]
    size = int(6 * sigma) * 2 + 1
    blurred = cv2.GaussianBlur(counts, (size, size), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred * spot_cells(sigma, 1))


@pytest.mark.parametrize("count", [1_000, 100_000, 1_000_000])
@pytest.mark.parametrize("sigma", [2.0, 7.0, 15.0, 28.0])
def test_fidelity_to_the_exact_density(count: int, sigma: float) -> None:
    x, y = clusters(count)
    cell = cell_for(sigma)
    true = exact(x, y, sigma)
    ours = enlarge_float(density(counted(x, y, cell), sigma), cell)[:HEIGHT, :WIDTH]
    assert np.abs(ours - true).sum() / true.sum() <= 0.005
    # Ranks where there is any heat: elsewhere both are nothing, to different last digits.
    hot = np.flatnonzero(true > true.max() * 1e-4)[::5]
    assert spearmanr(ours.ravel()[hot], true.ravel()[hot]).statistic >= 0.999


@pytest.mark.parametrize("count", [10_000, 1_000_000])
def test_hot_clusters_keep_their_order_in_the_painted_levels(count: int) -> None:
    x, y = clusters(count)
    heat = density(counted(x, y), SIGMA)
    painted = enlarge(levels(heat, fit([heat])), (Fraction(4), Fraction(4)), 0, HEIGHT, WIDTH)
    true = exact(x, y, SIGMA)
    visible = np.flatnonzero(painted >= FIRST_LEVEL)[::5]
    assert spearmanr(painted.ravel()[visible], true.ravel()[visible]).statistic >= 0.999
    peaks = np.sort(local_peaks(true))[-20:]
    seen = levels(peaks.astype(np.float32), fit([heat])).astype(int)
    assert len(peaks) == 20
    assert (np.diff(seen)[np.diff(peaks) > peaks[:-1] * 0.04] > 0).all()


def local_peaks(heat: NDArray[np.float64]) -> NDArray[np.float64]:
    around = cv2.dilate(heat, np.ones((61, 61)))
    return np.asarray(heat[(heat == around) & (heat > heat.max() * 0.001)])


# Tone


scales = st.builds(
    lambda tone, top, more: Scale(tone, top, top * more),
    st.sampled_from(["log", "linear"]),
    st.floats(0.05, 1e7),
    st.one_of(st.just(0), st.floats(1, 1e4)),
)


@given(scales, st.floats(0, 1))
@settings(deadline=None)
def test_scale_reads_backwards(scale: Scale, share: float) -> None:
    assert scale.share_of(scale.heat_at(share)) == pytest.approx(share, abs=1e-6)
    assert scale.share_of(scale.peak) == pytest.approx(1)


@given(scales, arrays.arrays(np.float32, 20, elements=st.floats(0, 1e6, width=32)))
@settings(deadline=None)
def test_levels_are_what_the_scale_says(scale: Scale, heat: NDArray[np.float32]) -> None:
    said = [255 * scale.share_of(float(value)) for value in heat]
    assert np.abs(levels(heat, scale) - np.array(said)).max() <= 0.51


@given(scales)
@settings(deadline=None)
def test_ticks_rise_and_keep_apart(scale: Scale) -> None:
    places = [scale.share_of(tick) for tick in scale.ticks()]
    assert places[-1] == 1
    assert all(b - a > 0.1 for a, b in pairwise(places))


def test_more_heat_is_never_a_lower_level() -> None:
    heat = np.sort(np.random.default_rng(1).gamma(0.3, 20, 4000)).astype(np.float32)
    for tone in ("log", "linear"):
        found = levels(heat, Scale(tone, 50))  # type: ignore[arg-type]
        assert (np.diff(found.astype(int)) >= 0).all()
        assert levels(np.zeros(1, np.float32), Scale(tone, 50))[0] == 0  # type: ignore[arg-type]


def test_one_scale_for_a_set() -> None:
    cold, hot = (np.full((4, 4), value, np.float32) for value in (8, 90))
    assert fit([cold, hot]).top == fit([hot]).top == pytest.approx(90)
    assert fit([cold]).top == pytest.approx(8)
    assert fit([]).top == fit([np.zeros((4, 4), np.float32)]).top > 0


@pytest.mark.parametrize(("tone", "top"), [("cubic", 1), ("log", 0), ("log", -1), ("log", float("inf"))])
def test_scales_that_are_none(tone: str, top: float) -> None:
    with pytest.raises(InputError):
        Scale(tone, top)  # type: ignore[arg-type]


# Colour


def lightness(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    lab = cv2.cvtColor((rgb[None] / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    return np.asarray(lab[0, :, 0], np.float64)


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
BLINDNESS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def as_seen(rgb: NDArray[np.uint8], kind: str) -> NDArray[np.uint8]:
    value = rgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(BLINDNESS[kind]).T, 0, 1)
    return np.rint(255 * np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)).astype(np.uint8)


def test_default_colours_are_even_and_safe_for_the_colour_blind() -> None:
    rgb = palette().rgb
    steps = np.diff(lightness(rgb))
    assert (steps > -0.35).all()
    assert lightness(rgb)[-1] - lightness(rgb)[0] > 70
    for kind in BLINDNESS:
        seen = lightness(as_seen(rgb, kind))[::16]
        assert (np.diff(seen) > 0.8).all(), kind


def test_rainbow_gets_no_darker_than_its_cut() -> None:
    assert lightness(palette("rainbow").rgb)[-1] > 38


@pytest.mark.parametrize("name", SUGGESTED)
def test_suggested_maps_are_there(name: str) -> None:
    found = palette(name, 0.5)
    assert found.alpha[0] == 0
    assert found.alpha.max() == 128
    assert (np.diff(found.alpha.astype(int)) >= 0).all()


def test_unknown_map_says_what_there_is() -> None:
    with pytest.raises(InputError, match=r"no colour map 'infreno'; did you mean 'inferno'\? Try plasma"):
        palette("infreno")
    with pytest.raises(InputError, match="no colour map ''"):
        palette("")


@pytest.mark.parametrize("opacity", [0, -0.1, 1.1])
def test_opacity_that_is_none(opacity: float) -> None:
    with pytest.raises(InputError, match="opacity"):
        palette("plasma", opacity)


# Enlarging and compositing


@pytest.mark.parametrize("factor", [Fraction(4), Fraction(3, 2), Fraction(21, 2), Fraction(1), Fraction(1, 2)])
def test_strips_equal_the_whole(factor: Fraction) -> None:
    rng = np.random.default_rng(2)
    grid = cv2.GaussianBlur(rng.integers(0, 255, (101, 40)).astype(np.uint8), (0, 0), 2)
    height, width = int(101 * factor), int(40 * factor)
    whole = enlarge(grid, (factor, factor), 0, height, width)
    for step in (7, 64, 333):
        parts = [enlarge(grid, (factor, factor), top, min(top + step, height), width) for top in range(0, height, step)]
        assert np.abs(np.concatenate(parts).astype(int) - whole).max() <= 1


def test_blend_is_near_the_exact_value_in_strips_or_whole() -> None:
    rng = np.random.default_rng(5)
    page = rng.integers(0, 256, (700, 500, 3)).astype(np.uint8)
    heat = np.zeros((700, 500), np.uint8)
    heat[100:400, 50:333] = rng.integers(0, 256, (300, 283))
    colours = palette("viridis", 0.7)
    whole = page.copy()
    blend(whole, heat, colours)
    parts = page.copy()
    for top in range(0, 700, 90):
        blend(parts[top : top + 90], heat[top : top + 90], colours)
    assert (whole == parts).all()
    alpha = colours.alpha[heat][..., None] / 255
    assert np.abs(colours.rgb[heat] * alpha + page * (1 - alpha) - whole).max() <= 2
    assert (whole[heat < FIRST_LEVEL] == page[heat < FIRST_LEVEL]).all()


# Encoding


def without_isal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deflate, "isal_zlib", None)


@pytest.fixture(params=["installed", "zlib"])
def compressor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "zlib":
        without_isal(monkeypatch)
    return str(request.param)


def decoded(data: bytes) -> NDArray[np.uint8]:
    """By another decoder, which checks every checksum."""
    image = Image.open(io.BytesIO(data), formats=["PNG"])
    return np.asarray(image.convert("RGB") if image.mode == "RGB" else image)


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 5, 3), (2500, 700, 3), (40, 1441), (1, 9000), (9000, 1)])
def test_decode_of_encode_is_the_picture(compressor: str, shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    data = encode.png(picture, {"Title": "Größe ✓"})
    assert (decoded(data) == picture).all()
    assert data == encode.png(picture.copy(), {"Title": "Größe ✓"})
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.info["Title"] == "Größe ✓"
    assert size_of_png(data, "it") == (shape[1], shape[0])


def test_palette_png_keeps_levels_colours_and_opacity(compressor: str) -> None:
    heat = np.random.default_rng(1).integers(0, 256, (3000, 800)).astype(np.uint8)
    colours = palette("cividis", 0.6)
    image = Image.open(io.BytesIO(encode.palette_png(heat, colours)))
    assert image.mode == "P"
    assert (np.asarray(image) == heat).all()
    rgba = np.asarray(image.convert("RGBA"))
    assert (rgba[..., :3] == colours.rgb[heat]).all()
    assert (rgba[..., 3] == colours.alpha[heat]).all()


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_bytes_do_not_depend_on_threads(compressor: str, threads: int) -> None:
    strips = [np.random.default_rng(n).integers(0, 9, 50_000).astype(np.uint8).data for n in range(7)]
    one = b"".join(deflate.deflate(strips.__getitem__, 7, threads=1))
    assert b"".join(deflate.deflate(strips.__getitem__, 7, threads=threads)) == one


def test_a_fault_in_a_strip_is_raised() -> None:
    def rows(top: int, bottom: int) -> NDArray[np.uint8]:
        raise InputError("strip is broken")

    with pytest.raises(InputError, match="strip is broken"):
        encode.png_of_rows(rows, 1000, 5000)


def test_png_of_no_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        encode.png(np.zeros((0, 10, 3), np.uint8))


@pytest.mark.slow
def test_png_has_no_height_limit() -> None:
    rows = np.tile(np.arange(240, dtype=np.uint8), (70_000, 1))
    data = encode.png_of_rows(lambda top, bottom: rows[top:bottom], 240, 70_000, colour=False)
    assert (decoded(data) == rows).all()


def test_webp_splits_below_its_limit() -> None:
    picture = np.zeros((encode.WEBP_SIDE * 2 + 5, 16, 3), np.uint8)
    picture[:, :, 0] = (np.arange(len(picture)) // 160 % 2 * 255)[:, None]
    parts = [np.asarray(Image.open(io.BytesIO(part))) for part in encode.webp(picture)]
    assert [len(part) <= encode.WEBP_SIDE for part in parts] == [True] * 3
    joined = np.concatenate(parts)
    assert joined.shape == picture.shape
    assert np.abs(joined.astype(int) - picture).mean() < 12


def test_webp_of_a_wide_picture_is_refused() -> None:
    with pytest.raises(InputError, match="at most 16383 px wide"):
        encode.webp(np.zeros((10, 16_384, 3), np.uint8))


@given(st.integers(1, 100_000), st.integers(100, 20_000))
@settings(deadline=None)
def test_strips_cover_all_rows_once(height: int, most: int) -> None:
    parts = encode.strips(height, most)
    assert parts[0][0] == 0
    assert parts[-1][1] == height
    assert all(a[1] == b[0] for a, b in pairwise(parts))
    assert max(bottom - top for top, bottom in parts) <= most


# Pictures


def test_decode_gives_rgb() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (30, 40, 3)).astype(np.uint8)
    assert (decode_png(encode.png(picture), "it") == picture).all()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encode.SIGNATURE,
        encode.png(np.zeros((40, 40, 3), np.uint8))[:60],
        encode.SIGNATURE + b"\0\0\0\rIHDR" + (40_000).to_bytes(4, "big") * 2 + b"\1\0\0\0\0" + b"\0" * 40,
        encode.SIGNATURE + b"\0\0\0\rIHDR" + b"\0" * 8 + b"\1\0\0\0\0" + b"\0" * 40,
    ],
)
def test_pictures_that_are_none_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(WorkspaceError, match=r"home desktop: .*capture again"):
        decode_png(data, "home desktop")
