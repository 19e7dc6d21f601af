"""Which elements of two pages are compared at all: everything of one kind on small pages, blocks on large ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatreel.replay.matching.sides import FAMILIES, Ints, Side

# Below this many pairs within families everything is compared; the blocks below then only add time.
EVERY_PAIR_LIMIT = 1_200_000
# A value that this many elements of a page share names nothing: such as "Read more" on a long list.
COMMON = 12
# How many neighbours in relative page order are compared on a large page, to each side.
BAND = 12


@dataclass(frozen=True)
class Pairs:
    """Pairs of entries that are compared: `rows` of before, `cols` of after, sorted by row, then column.

    `blocked` when the pages are too large to compare everything.
    """

    before: Side
    after: Side
    rows: Ints
    cols: Ints
    blocked: bool = False

    def __len__(self) -> int:
        return len(self.rows)


def candidate_pairs(before: Side, after: Side) -> Pairs:
    """The pairs to compare: one family, or other families with the same name, id or test id."""
    blocks = [_across(before, after)]
    sizes = [
        int((before.family == family).sum()) * int((after.family == family).sum()) for family in range(len(FAMILIES))
    ]
    blocked = sum(sizes) > EVERY_PAIR_LIMIT
    if not blocked:
        blocks += [_product(before, after, family) for family in range(len(FAMILIES))]
    else:
        blocks += [_equal(before, after, key) for key in ("name", "id", "testid", "href", "field", "src", "path")]
        blocks += [_band(before, after), _same_place(before, after)]
    return make_pairs(before, after, blocks, blocked)


def make_pairs(before: Side, after: Side, blocks: list[tuple[Ints, Ints]], blocked: bool) -> Pairs:
    """Pairs of all blocks, each once, in order."""
    width = max(len(after), 1)
    keys = np.unique(np.concatenate([rows * width + cols for rows, cols in blocks]))
    return Pairs(before, after, keys // width, keys % width, blocked)


def _product(before: Side, after: Side, family: int) -> tuple[Ints, Ints]:
    rows, cols = np.nonzero(before.family == family)[0], np.nonzero(after.family == family)[0]
    return np.repeat(rows, len(cols)), np.tile(cols, len(rows))


def _across(before: Side, after: Side) -> tuple[Ints, Ints]:
    """Pairs of other families that share a rare name or an id: a link that became a button's text, a heading a text."""
    found = [_equal(before, after, key) for key in ("name", "id", "testid")]
    rows, cols = (np.concatenate(part) for part in zip(*found, strict=True))
    other = before.family[rows] != after.family[cols]
    return rows[other], cols[other]


def _equal(before: Side, after: Side, key: str) -> tuple[Ints, Ints]:
    """Pairs with the same value of a column, where neither page has it often."""
    one, two = before.codes[key], after.codes[key]
    top = int(max(one.max(initial=0), two.max(initial=0))) + 1
    rare = (np.bincount(one, minlength=top) <= COMMON) & (np.bincount(two, minlength=top) <= COMMON)
    rare[0] = False
    return _joined(np.where(rare[one], one, -1), np.where(rare[two], two, -2))


def _joined(one: Ints, two: Ints) -> tuple[Ints, Ints]:
    """All pairs with equal keys; negative keys join nothing."""
    order = np.argsort(two, kind="stable")
    ranked = two[order]
    low, high = np.searchsorted(ranked, one, "left"), np.searchsorted(ranked, one, "right")
    counts = np.where(one >= 0, high - low, 0)
    rows = np.repeat(np.arange(len(one)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, order[np.repeat(low, counts) + within]


def _band(before: Side, after: Side) -> tuple[Ints, Ints]:
    """Pairs of one family at about the same share of the page's order."""
    found: list[tuple[Ints, Ints]] = []
    for family in range(len(FAMILIES)):
        rows, cols = np.nonzero(before.family == family)[0], np.nonzero(after.family == family)[0]
        if len(rows) and len(cols):
            centre = np.arange(len(rows)) * len(cols) // len(rows)
            near = (centre[:, None] + np.arange(-BAND, BAND + 1)).clip(0, len(cols) - 1)
            found.append((np.repeat(rows, near.shape[1]), cols[near.ravel()]))
    return _stacked(found)


def _same_place(before: Side, after: Side) -> tuple[Ints, Ints]:
    """Pairs at the same place of equally large groups of one family, where few groups are like that."""
    top = int(max(before.size.max(initial=0), after.size.max(initial=0))) + 1
    keys = [((side.family * top) + side.size) * top + side.place for side in (before, after)]
    one, two = (np.unique(key, return_inverse=True, return_counts=True) for key in keys)
    return _joined(np.where(one[2][one[1]] <= COMMON, keys[0], -1), np.where(two[2][two[1]] <= COMMON, keys[1], -2))


def around_anchors(before: Side, after: Side, image: Ints, reach: int = 6) -> tuple[Ints, Ints]:
    """Pairs of one family near where the elements around say that an element should be.

    `image` holds for each entry of `before` its entry of `after` when it is an anchor, else -1.
    """
    anchors = np.nonzero(image >= 0)[0]
    if not len(anchors):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    positions = np.arange(len(before))
    spot = np.searchsorted(anchors, positions)
    found = []
    for nearest in (anchors[(spot - 1).clip(0)], anchors[spot.clip(0, len(anchors) - 1)]):
        centre = image[nearest] + positions - nearest
        cols = centre[:, None] + np.arange(-reach, reach + 1)
        rows = np.repeat(positions, cols.shape[1])
        flat = cols.ravel()
        inside = (flat >= 0) & (flat < len(after))
        rows, flat = rows[inside], flat[inside]
        like = before.family[rows] == after.family[flat]
        found.append((rows[like], flat[like]))
    return _stacked(found)


def _stacked(blocks: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    if not blocks:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate([rows for rows, _ in blocks]), np.concatenate([cols for _, cols in blocks])
