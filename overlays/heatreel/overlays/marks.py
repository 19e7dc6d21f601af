"""What is drawn on a picture besides heat: reach lines, the fold, boxes of elements, a notice when there is nothing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from heatreel.core.element import Outline
from heatreel.core.reach import MARKS, Reach
from heatreel.overlays.attention import Attention, exposures, sections_of
from heatreel.overlays.difference import Difference, ElementChange
from heatreel.overlays.evidence import Row
from heatreel.overlays.labels import Box, Labels
from heatreel.overlays.layers import Layer
from heatreel.overlays.lettering import Colour, pill, width_of
from heatreel.overlays.wording import empty_words

_INK: Colour = (22, 22, 29)
_FOLD: Colour = (0, 122, 204)
_LETTER = 13.0
_MOST_BOXES = 60


def has_marks(layer: Layer) -> bool:
    """Whether a layer draws anything besides heat."""
    plain = layer.kind.drawing in ("density", "dots") and layer.difference is None
    return layer.empty or not plain


def draw_marks(layer: Layer, outline: Outline, picture: NDArray[np.uint8]) -> None:
    """Draws what the layer's kind has besides heat into a picture, shape (h, w, 3) RGB in device px, in place."""
    if layer.empty:
        _notice(picture, empty_words(layer), layer.dpr)
    elif layer.difference is not None:
        _draw_changes(picture, layer, outline, layer.difference)
    elif layer.reach is not None:
        _draw_reach(picture, layer.reach, layer.dpr)
    elif layer.attention is not None:
        _draw_sections(picture, layer, outline, layer.attention)
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
    drop = _drop_of_fold(rows, [words for _, words, *_ in marks], width, dpr) if reach.fold is not None else 0
    for y, (_, words, x, colour) in zip(rows, marks, strict=True):
        pill(picture, words, (x, y + drop * (colour == _FOLD)), _LETTER * dpr, ground=colour)


def _drop_of_fold(rows: list[int], texts: list[str], width: int, dpr: float) -> int:
    """How far below its line, in device px, the fold's words go: on a phone they would lie on those of a reach."""
    letter = _LETTER * dpr
    tall = round(2 * letter)
    *others, fold = [width_of(text, letter) + 1.4 * letter for text in texts]
    meets = [y for y, wide in zip(rows, others, strict=False) if abs(y - rows[-1]) < tall and wide + fold > width]
    return max(meets) + tall - rows[-1] if meets else 0


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
    shown = [(row, box) for row in rows if (box := shown_box(outline, row.index, layer.dpr))]
    for row, box in reversed(shown):
        _outline_box(picture, box, _colour(layer, row), layer.dpr)
    labels = Labels(picture, 12 * layer.dpr)
    letters = {index: one.letter for one in layer.destinations for index in one.indices}
    for row, box in shown:
        labels.add(_row_texts(row, layer, letters.get(row.index, "")), box)


def _row_texts(row: Row, layer: Layer, letter: str) -> tuple[str, ...]:
    """What a label may say, longest first."""
    count = f"{letter} {row.clicks:,}".strip()
    share = f"{count} · {100 * row.click_share:.1f} %"
    firsts = sum(one.first for one in layer.rows)
    first = f" · first {100 * row.first / firsts:.0f} %" if firsts else ""
    return f"{share} · visits {100 * row.visit_share:.0f} %{first}", share, count


def device_box(outline: Outline, index: int, dpr: float) -> Box:
    """The box of an element in device px: left, top, right, bottom."""
    x, y, width, height = outline.elements[index].box
    return round(x * dpr), round(y * dpr), round((x + width) * dpr), round((y + height) * dpr)


def shown_box(outline: Outline, index: int, dpr: float) -> Box | None:
    """The part of an element that the window of its inner scroller shows, in device px; empty when it shows none."""
    clip = outline.clips[index]
    left, top, width, height = outline.elements[index].box
    right, bottom = min(left + width, clip[2]), min(top + height, clip[3])
    left, top = max(left, clip[0]), max(top, clip[1])
    if right - left < 1 or bottom - top < 1:
        return None
    return round(left * dpr), round(top * dpr), round(right * dpr), round(bottom * dpr)


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


def _draw_sections(picture: NDArray[np.uint8], layer: Layer, outline: Outline, found: Attention) -> None:
    """How long the sections of the page were on screen, at their right edges."""
    sections = sections_of(outline, layer.height)
    labels = Labels(picture, 12 * layer.dpr)
    for exposure in exposures(found, sections):
        if exposure.share:
            left, top, right, bottom = device_box(outline, exposure.index, layer.dpr)
            texts = (f"{exposure.seconds:.1f} s · {100 * exposure.share:.0f} % of visits", f"{exposure.seconds:.1f} s")
            corner = right - round(12 * layer.dpr), top, right, min(bottom, top + round(40 * layer.dpr))
            if labels.add(texts, corner):
                _frame(picture, (left, top, right, bottom), layer.dpr)


def _frame(picture: NDArray[np.uint8], box: Box, dpr: float) -> None:
    left, top, right, bottom = box
    cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), _INK, max(round(dpr), 1))


def _draw_changes(picture: NDArray[np.uint8], layer: Layer, outline: Outline, found: Difference) -> None:
    """Boxes around the elements that changed significantly, with rates and interval."""
    labels = Labels(picture, 12 * layer.dpr)
    surely = [one for one in found.elements if one.significant][:_MOST_BOXES]
    shown = [(one, box) for one in surely if (box := shown_box(outline, one.index, layer.dpr))]
    for one, box in reversed(shown):
        _outline_box(picture, box, _side_colour(layer, one.change.value), layer.dpr)
    for one, box in shown:
        labels.add(change_texts(one), box, _darker(_side_colour(layer, one.change.value)))


def change_texts(one: ElementChange) -> tuple[str, ...]:
    """What a label says of a change in visits per 1,000, longest first."""
    short = f"{1000 * one.before.share:,.0f} → {1000 * one.after.share:,.0f}"
    return f"{short} per 1,000 ({1000 * one.change.low:+,.0f} to {1000 * one.change.high:+,.0f})", short


def _side_colour(layer: Layer, difference: float) -> Colour:
    red, green, blue = layer.palette.rgb[225 if difference > 0 else 30]
    return int(red), int(green), int(blue)


def _darker(colour: Colour) -> Colour:
    """Dark enough for white letters."""
    share = min(1.0, 105 / max(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2], 1))
    return round(colour[0] * share), round(colour[1] * share), round(colour[2] * share)
