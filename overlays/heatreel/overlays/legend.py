"""The legend that is burned into exported pictures: a band above the page, in light or dark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from heatreel.overlays.colour import Palette
from heatreel.overlays.lettering import Colour, fit, font, width_of, wrap
from heatreel.overlays.wording import Wording

# From this width in CSS px on, the colour bar stands beside the title, not below it.
_WIDE = 720
_BAR_WIDTH = 320

# Height in CSS px of a line of colours with their words, two in a line.
_SWATCH = 20


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of what is around pictures."""

    ground: Colour
    ink: Colour
    soft: Colour
    rule: Colour
    warn: Colour


LIGHT = Theme((255, 255, 255), (22, 22, 29), (96, 96, 110), (226, 226, 232), (154, 84, 0))
_PAPER: Colour = (255, 255, 255)
DARK = Theme((22, 22, 29), (244, 244, 248), (164, 164, 178), (56, 56, 68), (255, 186, 92))


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    colour: Colour
    height: float
    bold: bool = False


def draw_legend(
    words: Wording, palette: Palette, width: int, dpr: float = 1.0, dark: bool = False
) -> NDArray[np.uint8]:
    """The legend as a picture, shape (h, width, 3) RGB; `width` is device px, `dpr` device px for each CSS px."""
    theme = DARK if dark else LIGHT
    pad = (24 if width / dpr >= _WIDE else 14) * dpr
    wide = width / dpr >= _WIDE
    bar_width = min(_BAR_WIDTH * dpr, width - 2 * pad)
    text_width = width - 2 * pad - (bar_width + 2 * pad if wide else 0)
    head = _head(words, theme, dpr, text_width)
    foot = _foot(words, theme, dpr, width - 2 * pad)
    swatches = _swatch_rows(words, bar_width, dpr)
    head_height = sum(line.height for line in head)
    bar_height = 58 * dpr if words.ticks else len(swatches) * _SWATCH * dpr
    bar_top = pad if wide else pad + head_height
    foot_top = pad + max(head_height, bar_height) if wide else bar_top + bar_height
    height = foot_top + sum(line.height for line in foot) + pad * 0.8

    image = Image.new("RGB", (width, round(height)), theme.ground)
    draw = ImageDraw.Draw(image)
    _draw_lines(draw, head, pad, pad)
    bar_left = width - pad - bar_width if wide else pad
    _draw_bar(image, words, palette, (bar_left, bar_top), bar_width, dpr, theme)
    _draw_swatches(draw, swatches, (bar_left, bar_top), bar_width, dpr, theme)
    _draw_lines(draw, foot, pad, foot_top)
    draw.rectangle((0, round(height) - max(round(dpr), 1), width, round(height)), fill=theme.rule)
    return np.array(image)


def _head(words: Wording, theme: Theme, dpr: float, width: float) -> list[_Line]:
    title = _Line(fit(words.title, 20 * dpr, width, bold=True), 20 * dpr, theme.ink, 30 * dpr, bold=True)
    place = " · ".join(part for part in (words.place, words.date) if part)
    return [title, *_lines(place, 13, theme.soft, dpr, width), *_lines(words.sample, 13, theme.ink, dpr, width)]


def _foot(words: Wording, theme: Theme, dpr: float, width: float) -> list[_Line]:
    details = [line for text in words.details for line in _lines(text, 12, theme.ink, dpr, width)]
    notes = [line for note in words.notes for line in _lines(note, 12, theme.warn, dpr, width)]
    return [*details, *notes, *_lines(words.ledger, 12, theme.soft, dpr, width)]


def _lines(text: str, size: float, colour: Colour, dpr: float, width: float) -> list[_Line]:
    return [_Line(line, size * dpr, colour, size * 1.5 * dpr) for line in wrap(text, size * dpr, width)]


def _draw_lines(draw: ImageDraw.ImageDraw, lines: list[_Line], left: float, top: float) -> None:
    for line in lines:
        draw.text((left, top), line.text, font=font(line.size, line.bold), fill=line.colour)
        top += line.height


def _draw_bar(
    image: Image.Image,
    words: Wording,
    palette: Palette,
    at: tuple[float, float],
    width: float,
    dpr: float,
    theme: Theme,
) -> None:
    """The colour bar as it looks on the ground of the legend, with its numbers. Nothing for an empty layer."""
    if not words.ticks:
        return
    left, top = round(at[0]), round(at[1])
    draw = ImageDraw.Draw(image)
    draw.text((left, top), fit(words.bar, 12 * dpr, width), font=font(12 * dpr), fill=theme.soft)
    bar_top, bar_height = top + round(20 * dpr), round(12 * dpr)
    ramp = _ramp(palette, round(width), bar_height, _PAPER if words.over_page else theme.ground)
    image.paste(Image.fromarray(ramp), (left, bar_top))
    for place, text in words.ticks:
        x = left + place * (width - 1)
        draw.line((x, bar_top + bar_height, x, bar_top + bar_height + 4 * dpr), fill=theme.soft)
        half = width_of(text, 12 * dpr) / 2
        middle = min(max(x, left + half), left + width - half)
        draw.text((middle, bar_top + bar_height + 6 * dpr), text, font=font(12 * dpr), fill=theme.ink, anchor="mt")


def _swatch_rows(words: Wording, width: float, dpr: float) -> list[list[tuple[Colour, str]]]:
    """Colours with their words, one or two in a line."""
    widest = max((width_of(text, 12 * dpr) for _, text in words.swatches), default=0)
    columns = 2 if widest + 24 * dpr <= width / 2 else 1
    return [list(words.swatches[start : start + columns]) for start in range(0, len(words.swatches), columns)]


def _draw_swatches(
    draw: ImageDraw.ImageDraw,
    rows: list[list[tuple[Colour, str]]],
    at: tuple[float, float],
    width: float,
    dpr: float,
    theme: Theme,
) -> None:
    for number, row in enumerate(rows):
        for column, (colour, text) in enumerate(row):
            left, top = at[0] + column * width / 2, at[1] + number * _SWATCH * dpr
            draw.ellipse((left, top + 2 * dpr, left + 12 * dpr, top + 14 * dpr), fill=colour)
            room = width / len(rows[0]) - 24 * dpr
            draw.text((left + 18 * dpr, top), fit(text, 12 * dpr, room), font=font(12 * dpr), fill=theme.ink)


def _ramp(palette: Palette, width: int, height: int, ground: Colour) -> NDArray[np.uint8]:
    level = np.rint(np.linspace(0, 255, width)).astype(np.uint8)
    alpha = palette.alpha[level].astype(np.float64)[:, None] / 255
    row = palette.rgb[level] * alpha + np.array(ground) * (1 - alpha)
    return np.repeat(np.rint(row).astype(np.uint8)[None], height, axis=0)
