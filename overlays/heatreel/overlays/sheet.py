"""A contact sheet: all layers of a set small on one picture, with one scale and one legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from heatreel.overlays.colour import Palette
from heatreel.overlays.legend import DARK, LIGHT, draw_legend
from heatreel.overlays.lettering import fit, font
from heatreel.overlays.wording import Wording

# Px of the sheet: width of a tile, gap, and the tallest that a tile may be for its width.
_TILE, _GAP, _TALLEST = 360, 24, 2.4
_CAPTION = 46
_MOST_COLUMNS = 4


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture of a sheet with what stands above it; the picture, shape (h, w, 3) RGB, is small already."""

    title: str
    caption: str
    picture: NDArray[np.uint8]


def small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture as wide as a tile, and cut below when it is too tall."""
    scale = _TILE / picture.shape[1]
    picture = picture[: max(round(_TILE * _TALLEST / scale), 1)]
    height = max(round(len(picture) * scale), 1)
    return np.asarray(cv2.resize(picture, (_TILE, height), interpolation=cv2.INTER_AREA), np.uint8)


def draw_sheet(words: Wording, palette: Palette, tiles: Sequence[Tile], dark: bool = False) -> NDArray[np.uint8]:
    """The sheet, shape (h, w, 3) RGB: the legend, then the tiles in rows."""
    columns = max(min(len(tiles), _MOST_COLUMNS), 2)
    width = columns * (_TILE + _GAP) + _GAP
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    bands = [_row(row, width, dark) for row in rows]
    return np.concatenate([draw_legend(words, palette, width, dark=dark), *bands])


def _row(tiles: Sequence[Tile], width: int, dark: bool) -> NDArray[np.uint8]:
    theme = DARK if dark else LIGHT
    height = _GAP + _CAPTION + max(len(tile.picture) for tile in tiles)
    image = Image.new("RGB", (width, height), theme.ground)
    draw = ImageDraw.Draw(image)
    for number, tile in enumerate(tiles):
        left = _GAP + number * (_TILE + _GAP)
        draw.text((left, _GAP), fit(tile.title, 14, _TILE, bold=True), font=font(14, bold=True), fill=theme.ink)
        draw.text((left, _GAP + 20), fit(tile.caption, 12, _TILE), font=font(12), fill=theme.soft)
        top = _GAP + _CAPTION
        image.paste(Image.fromarray(tile.picture), (left, top))
        draw.rectangle((left - 1, top - 1, left + _TILE, top + len(tile.picture)), outline=theme.rule)
    return np.array(image)
