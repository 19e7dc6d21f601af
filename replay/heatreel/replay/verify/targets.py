"""Targets for fingers: large enough, or alone enough (WCAG 2.2, 2.5.8 and 2.5.5). Lengths are CSS px."""

from __future__ import annotations

import numpy as np

from heatreel.replay.verify.subjects import FIELDS, Subjects, plain_name

# Boxes are rounded to 1/100 px, and zoomed fonts give 23.99.
ROUNDING_PX = 0.5


def is_small(subjects: Subjects, index: int, least_px: float) -> bool:
    """Whether a target is smaller than `least_px` and no exception holds.

    At 24 px a small target is allowed where a circle of that diameter on its centre touches no other target; links
    within a sentence are allowed at any size.
    """
    if min(_sides(subjects, index)) >= least_px - ROUNDING_PX:
        return False
    if in_sentence(subjects, index) or speaks_for(subjects, index):
        return False
    return least_px > 24 or _crowded(subjects, index, least_px / 2)


def _sides(subjects: Subjects, index: int) -> tuple[float, float]:
    """Width and height of a target; those of its label, if that is larger: it acts as the box that it ticks."""
    elements = subjects.outline.elements
    own = elements[index].box[2:]
    if elements[index].type not in ("checkbox", "radio"):
        return own
    name = plain_name(elements[index])
    labels = [
        label.box[2:]
        for label in elements
        if label.tag == "label" and label.visible and name and plain_name(label) == name
    ]
    return max([own, *labels], key=min)


def in_sentence(subjects: Subjects, index: int) -> bool:
    """Whether a link lies within a text, whose line decides its height."""
    elements = subjects.outline.elements
    place = elements[index].parent
    while place >= 0 and elements[place].box[2] * elements[place].box[3] == 0:
        place = elements[place].parent
    return elements[index].tag == "a" and place >= 0 and bool(elements[place].text)


def speaks_for(subjects: Subjects, index: int) -> bool:
    """Whether an element is the label of a field that can be seen, and hit, itself."""
    elements = subjects.outline.elements
    if elements[index].tag != "label":
        return False
    name = plain_name(elements[index])
    return any(
        field.tag in FIELDS and field.visible and (field.parent == index or (name and plain_name(field) == name))
        for field in elements
    )


def _crowded(subjects: Subjects, index: int, radius: float) -> bool:
    boxes = subjects.outline.boxes
    others = np.flatnonzero(subjects.acting)
    others = others[(subjects.ends[others] <= index) | (others >= subjects.ends[index])]
    if not len(others):
        return False
    x, y = boxes[index, 0] + boxes[index, 2] / 2, boxes[index, 1] + boxes[index, 3] / 2
    left, top, width, height = boxes[others].T
    across = np.maximum(np.maximum(left - x, x - left - width), 0)
    down = np.maximum(np.maximum(top - y, y - top - height), 0)
    gap = np.hypot(across, down)
    # Of two small ones the circles must not touch either.
    small = np.minimum(width, height) < 2 * radius - ROUNDING_PX
    centres = np.hypot(left + width / 2 - x, top + height / 2 - y)
    return bool(((gap < radius) | (small & (centres < 2 * radius))).any())
