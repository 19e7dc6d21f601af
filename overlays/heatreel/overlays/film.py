"""Films: frames to MP4 (H.264, plays in browsers) and to animated WebP. The same frames give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from heatreel.core.errors import CannotRun, InputError
from heatreel.overlays.encode import WEBP_SIDE

FilmForm = Literal["mp4", "webp"]
FILM_FORMS: tuple[FilmForm, ...] = ("mp4", "webp")

Picture = NDArray[np.uint8]

# Pillow holds all frames of a WebP until it writes them.
_WEBP_BYTES = 600_000_000

# Without these the same frames gave other bytes in one of some twenty films: measured with x264 165 on a processor with
# AVX-512; in 180 films without them never.
_STEADY = "mbtree=0:weightp=0:bframes=0"

# Level 5.1 of H.264, which every browser plays.
_MP4_SIDE = 4096


@dataclass(frozen=True, slots=True)
class Reel:
    """A film before it is written: `frame(number)` gives shape (height, width, 3) RGB, for 0 to `count - 1`."""

    width: int
    height: int
    fps: int
    count: int
    frame: Callable[[int], Picture]

    def frames(self) -> Iterable[Picture]:
        return map(self.frame, range(self.count))


def film_form_of(path: Path) -> FilmForm:
    """The form that a file name asks for; raises `InputError` for an ending that is neither."""
    ending = path.suffix.lower().removeprefix(".")
    for form in FILM_FORMS:
        if ending == form:
            return form
    raise InputError(f"{path}: the name of a film must end in {' or '.join(f'.{form}' for form in FILM_FORMS)}")


def fps_of(form: FilmForm) -> int:
    """Frames a second: a WebP has few, since it is not compressed over time."""
    return 20 if form == "mp4" else 8


def write_film(reel: Reel, path: Path) -> None:
    """Writes a film; the file is there only when it is whole.

    Raises `CannotRun` when PyAV is not installed or the disk refuses, `InputError` for a WebP that is too long.
    """
    form = film_form_of(path)
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        (_write_mp4 if form == "mp4" else _write_webp)(reel, draft)
        draft.replace(path)
    except OSError as exc:
        raise CannotRun(f"{path}: the film cannot be written ({exc.strerror or exc})") from exc
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def even(length: float) -> int:
    """The nearest even length of at least 2: half of the colours of H.264 are shared by pairs of px."""
    return max(2 * round(length / 2), 2)


def _write_mp4(reel: Reel, path: Path) -> None:
    av = _pyav()
    if max(reel.width, reel.height) > _MP4_SIDE:
        raise InputError(f"a film is at most {_MP4_SIDE} px a side, this one {reel.width} x {reel.height}")
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart", "fflags": "+bitexact"}) as out:
        stream = out.add_stream("libx264", rate=reel.fps)
        stream.width, stream.height, stream.pix_fmt = reel.width, reel.height, "yuv420p"
        # One thread: with more, the number of cores would decide the bytes.
        stream.codec_context.thread_count = 1
        # What OpenCV converts to: BT.601, limited range.
        stream.codec_context.colorspace, stream.codec_context.color_range = 6, 1
        stream.codec_context.color_primaries, stream.codec_context.color_trc = 6, 6
        stream.codec_context.time_base = Fraction(1, reel.fps)
        stream.options = {"crf": "21", "preset": "veryfast", "profile": "high", "x264-params": _STEADY}
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for number, picture in enumerate(reel.frames()):
            planes = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2YUV_I420)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, reel.fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def _pyav() -> Any:
    try:
        import av
    except ImportError as exc:
        raise CannotRun("an MP4 needs PyAV: pip install 'heatreel[film]' (or write a .webp)") from exc
    return av


def _write_webp(reel: Reel, path: Path) -> None:
    if max(reel.width, reel.height) > WEBP_SIDE or reel.width * reel.height * 3 * reel.count > _WEBP_BYTES:
        raise InputError(f"{path.name.removeprefix('.').removesuffix('.part')}: too long for a WebP; write an .mp4")
    first, *rest = (Image.fromarray(picture) for picture in reel.frames())
    step_ms = round(1000 / reel.fps)
    first.save(path, "WEBP", save_all=True, append_images=rest, duration=step_ms, loop=0, quality=78, method=1)
