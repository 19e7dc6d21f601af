"""What is drawn on a picture besides heat: reach lines, the fold, boxes of elements, a notice when there is nothing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.overlays.evidence import Row
from heatreel.overlays.layers import Layer
from heatreel.overlays.lettering import Colour, pill, width_of
from heatreel.overlays.reach import MARKS, Reach
from heatreel.overlays.wording import empty_words

_INK: Colour = (22, 22, 29)
_FOLD: Colour = (0, 122, 204)
_LETTER = 13.0
_MOST_BOXES = 60

Box = tuple[int, int, int, int]


def draw_marks(layer: Layer, outline: Outline, picture: NDArray[np.uint8]) -> None:
    """Draws what the layer's kind has besides heat into a picture, shape (h, w, 3) RGB in device px, in place."""
    if layer.empty:
        _notice(picture, empty_words(layer), layer.dpr)
    elif layer.reach is not None:
        _draw_reach(picture, layer.reach, layer.dpr)
    elif layer.kind.drawing == "boxes":
        _draw_boxes(picture, layer, outline)


def _notice(picture: NDArray[np.uint8], text: str, dpr: float) -> None:
    height, width = picture.shape[:2]
    letter = 15 * dpr
    pill(picture, text, (width / 2 - width_of(text, letter) / 2 - letter * 0.6, min(height / 2, 90 * dpr)), letter)


def reach_lines(reach: Reach) -> list[tuple[float, str]]:
    """The lines of a scroll layer: depth in CSS px and words; shares that end at the same depth share a line."""
    by_depth: dict[float, list[int]] = {}
    for percent in MARKS:
        depth = reach.depth_of(percent)
        if depth:
            by_depth.setdefault(depth, []).append(percent)
    return [
        (depth, f"{' and '.join(f'{percent} %' for percent in shares)} of visits saw this far")
        for depth, shares in by_depth.items()
    ]


def fold_words(reach: Reach) -> str:
    """What the fold line says."""
    return f"Average fold at {reach.fold or 0:,.0f} px, spread {reach.fold_spread:,.0f} px"


def _draw_reach(picture: NDArray[np.uint8], reach: Reach, dpr: float) -> None:
    height, width = picture.shape[:2]
    marks = [(depth, words, width, _INK) for depth, words in reach_lines(reach)]
    if reach.fold is not None:
        marks.append((reach.fold, fold_words(reach), 0, _FOLD))
    rows = [min(round(depth * dpr), height - 1) for depth, *_ in marks]
    # All lines before all words: two marks at one depth must not strike each other through.
    for y, (*_, colour) in zip(rows, marks, strict=True):
        _line(picture, y, colour, dpr, dash=10 if colour == _FOLD else 0)
    for y, (_, words, x, colour) in zip(rows, marks, strict=True):
        pill(picture, words, (x, y), _LETTER * dpr, ground=colour)


def _line(picture: NDArray[np.uint8], y: int, colour: Colour, dpr: float, dash: int = 0) -> None:
    thick = max(round(2 * dpr), 1)
    top = max(y - thick // 2, 0)
    rows = picture[top : top + thick]
    if dash:
        step = max(round(dash * dpr), 1)
        rows[:, np.arange(rows.shape[1]) // step % 3 < 2] = colour
    else:
        rows[:] = colour


def _draw_boxes(picture: NDArray[np.uint8], layer: Layer, outline: Outline) -> None:
    rows = layer.rows[:_MOST_BOXES]
    for row in reversed(rows):
        _outline_box(picture, _device_box(row, outline, layer.dpr), _colour(layer, row), layer.dpr)
    taken: list[Box] = []
    for row in rows:
        _label(picture, layer, row, _device_box(row, outline, layer.dpr), taken)


def _device_box(row: Row, outline: Outline, dpr: float) -> Box:
    x, y, width, height = outline.elements[row.index].box
    return round(x * dpr), round(y * dpr), round((x + width) * dpr), round((y + height) * dpr)


def _colour(layer: Layer, row: Row) -> Colour:
    red, green, blue = layer.palette.rgb[round(255 * layer.scale.share_of(100 * row.click_share))]
    return int(red), int(green), int(blue)


def _outline_box(picture: NDArray[np.uint8], box: Box, colour: Colour, dpr: float) -> None:
    height, width = picture.shape[:2]
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)
    if right <= left or bottom <= top:
        return
    inside = picture[top:bottom, left:right]
    inside[:] = cv2.addWeighted(inside, 0.82, np.full_like(inside, colour), 0.18, 0)
    cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), colour, max(round(2 * dpr), 1))


def _label(picture: NDArray[np.uint8], layer: Layer, row: Row, box: Box, taken: list[Box]) -> None:
    """Count and share at a corner of the box where no label is yet; left out when there is no such corner."""
    letter = 12 * layer.dpr
    text = f"{row.clicks:,} · {100 * row.click_share:.1f} %"
    tall, wide = letter * 1.8, width_of(text, letter) + letter * 1.2
    height, width = picture.shape[:2]
    above, below = box[1] - tall / 2, box[3] + tall / 2
    for x, y in ((box[0], above), (box[2] - wide, above), (box[0], below), (box[2] - wide, below)):
        spot = (round(x), round(y - tall / 2), round(x + wide), round(y + tall / 2))
        inside = spot[2] > 0 and spot[0] < width and spot[3] > 0 and spot[1] < height
        if inside and not any(_overlap(spot, other) for other in taken):
            taken.append(pill(picture, text, (x, y), letter))
            return


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
