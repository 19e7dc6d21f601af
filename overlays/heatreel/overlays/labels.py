"""Labels on a picture that do not overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from heatreel.overlays.lettering import Colour, pill, width_of

Box = tuple[int, int, int, int]

_TALL = 1.72
"""Height of a label in letters: what `pill` makes of it."""


class Labels:
    """The labels of one picture. Each keeps clear of those before it, so give the weightiest first."""

    def __init__(self, picture: NDArray[np.uint8], letter: float) -> None:
        self.picture = picture
        self.letter = letter
        self.taken: list[Box] = []
        self.left_out = 0

    def add(self, texts: Sequence[str], box: Box, ground: Colour = (22, 22, 29)) -> bool:
        """Writes the first of the texts, longest first, that has room at `box` (device px); False when none has."""
        for text in texts:
            wide, tall = round(width_of(text, self.letter) + 1.2 * self.letter), round(_TALL * self.letter)
            for left, top in _spots(box, wide, tall):
                spot = (left, top, left + wide, top + tall)
                if self._is_free(spot):
                    self.taken.append(spot)
                    pill(self.picture, text, (left, top + tall / 2), self.letter, ground=ground)
                    return True
        self.left_out += 1
        return False

    def _is_free(self, spot: Box) -> bool:
        height, width = self.picture.shape[:2]
        inside = spot[0] >= 0 and spot[1] >= 0 and spot[2] <= width and spot[3] <= height
        return inside and not any(overlap(spot, other) for other in self.taken)


def _spots(box: Box, wide: int, tall: int) -> Iterator[tuple[int, int]]:
    """Left and top of where a label can be: astride the corners of its box, above, below, then inside of it."""
    left, top, right, bottom = box
    for y in (top - tall // 2, bottom - tall // 2, top - tall - 2, bottom + 2, (top + bottom - tall) // 2):
        yield left, y
        yield right - wide, y
        yield (left + right - wide) // 2, y


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes have a px in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
