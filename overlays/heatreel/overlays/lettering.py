"""Text on pictures, drawn at the picture's pixel ratio, with a font that is shipped: the same on every machine.

Pillow's own scalable font knows no accents, so page titles in most languages would show boxes.
"""

from __future__ import annotations

import io
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]


_FOLDER = files("heatreel.overlays") / "fonts"


@lru_cache(maxsize=64)
def font(px: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Inter, `px` device px tall."""
    data = _font_data("Inter-SemiBold.ttf" if bold else "Inter-Regular.ttf")
    # The basic layout needs no library that a wheel may lack, and gives the same widths everywhere.
    return ImageFont.truetype(io.BytesIO(data), px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=2)
def _font_data(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


def width_of(text: str, px: float, bold: bool = False) -> float:
    """Width of a text in device px."""
    return font(px, bold).getlength(text)


def wrap(text: str, px: float, width: float) -> list[str]:
    """A text in lines that fit `width` device px; a word that is too long alone is cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, px) <= width:
            lines[-1] = longer
        else:
            lines.append(fit(word, px, width))
    return lines


def fit(text: str, px: float, width: float, bold: bool = False) -> str:
    """A text cut to `width` device px, with an ellipsis when it was too long."""
    if width_of(text, px, bold) <= width:
        return text
    while text and width_of(f"{text}…", px, bold) > width:
        text = text[:-1]
    return f"{text}…"


def pill(
    picture: NDArray[np.uint8],
    text: str,
    at: tuple[float, float],
    px: float,
    ink: Colour = (255, 255, 255),
    ground: Colour = (22, 22, 29),
) -> tuple[int, int, int, int]:
    """Writes a text on a rounded ground into a picture, in place, kept inside it.

    `at` is the left and the middle of the pill, `px` the height of the letters, in device px. Returns the
    pill's left, top, right, bottom.
    """
    height, width = picture.shape[:2]
    pad_x, pad_y = px * 0.6, px * 0.36
    text = fit(text, px, width - 2 * pad_x)
    wide, tall = round(width_of(text, px) + 2 * pad_x), round(px + 2 * pad_y)
    left = max(min(round(at[0]), width - wide), 0)
    top = max(min(round(at[1] - tall / 2), height - tall), 0)
    box = (left, top, min(left + wide, width), min(top + tall, height))
    image = Image.fromarray(picture[box[1] : box[3], box[0] : box[2]])
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, wide - 1, tall - 1), radius=tall / 2.6, fill=ground)
    draw.text((pad_x, tall / 2), text, font=font(px), fill=ink, anchor="lm")
    picture[box[1] : box[3], box[0] : box[2]] = np.asarray(image)
    return box
